"""Profiles and their services as plain values, read off the administration tables."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from shlex import quote
from typing import TYPE_CHECKING, Any, NamedTuple

from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter, LogonFailed, MapiError, NotFound

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

    from mapix.interfaces.admin import MsgServiceAdmin, ProfAdmin
    from mapix.interfaces.service import MessageService
    from mapix.subsystem.catalogue.services import Catalogue
    from mapix.subsystem.profiles.profile import ServiceEntry


class Service(NamedTuple):
    """A message service of a profile."""

    uid: bytes
    name: str
    display_name: str
    settings: Mapping[str, Any]
    providers: tuple[str, ...]
    flags: int


def profile_names(profiles: ProfAdmin) -> list[tuple[str, bool]]:
    """Every profile, and whether it is the default one."""
    rows = query_all_rows(profiles.get_profile_table(), (t.PR_DISPLAY_NAME, t.PR_DEFAULT_PROFILE))
    return [(name, bool(default)) for name, default in rows]


def chosen(profiles: ProfAdmin, name: str | None) -> str:
    """The profile called `name`, the default one for None; `LogonFailed` says what to do when there is none."""
    from mapix.subsystem.profiles.profile import folded

    known = profile_names(profiles)
    for found, default in known:
        if default if name is None else folded(found) == folded(name):
            return found
    if not known:
        raise LogonFailed("there is no profile yet", hint="mapix init")
    if name is None:
        raise LogonFailed("there is no default profile", hint=f"mapix profile default {known[0][0]!r}")
    hint = f"one of {', '.join(repr(found) for found, _ in known)}, or mapix init --profile {quote(name)}"
    raise LogonFailed("there is no profile of this name", value=name, hint=hint)


def existing(profiles: ProfAdmin, name: str | None) -> str:
    """As `chosen`, where the profile itself is what the command is about: `NotFound` for a name that none has."""
    try:
        return chosen(profiles, name)
    except LogonFailed as error:
        if name is None:
            raise
        from mapix.subsystem.profiles.profile import one_like

        hint = one_like(name, [known for known, _ in profile_names(profiles)])
        raise NotFound(error.text, value=name, hint=hint) from None


def complete_profiles(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """Names of profiles, for the shell to complete."""
    from mapix.subsystem.home import home_directory
    from mapix.subsystem.profiles.profile import folded
    from mapix.subsystem.profiles.profilestore import ProfileStore

    names: list[str] = []
    with suppress(MapiError):
        names = ProfileStore(home_directory()).names()
    return [name for name in names if folded(name).startswith(folded(typed))]


def complete_services(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """Names of the services of the profile that is meant, for the shell to complete."""
    names = {each.name for each in _services_meant(context)}
    return sorted(name for name in names if name.casefold().startswith(typed.casefold()))


def complete_providers(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Uids of the providers of the profile that is meant, with their names, for the shell to complete."""
    from click.shell_completion import CompletionItem

    found = ((one.uid.hex()[:8], one.display_name) for each in _services_meant(context) for one in each.providers)
    return [CompletionItem(uid, help=name) for uid, name in found if uid.startswith(typed.lower())]


def complete_types(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Names of the services that can be added, with what they are, for the shell to complete."""
    from click.shell_completion import CompletionItem

    from mapix.interfaces.service import MessageService

    known = (each for each in _catalogue(context) if isinstance(each, MessageService))
    meant = (each for each in known if each.name.casefold().startswith(typed.casefold()))
    return [CompletionItem(each.name, help=each.display_name) for each in meant]


def service_meant(context: click.Context) -> MessageService | None:
    """The description of the service that a command line names, to be added or one of the profile."""
    said = str(context.params.get("service") or "")
    uids = (each.name for each in _services_meant(context) if said and each.uid.hex().startswith(said.lower()))
    catalogue = _catalogue(context)
    with suppress(NotFound):
        return catalogue.get(said)
    return next((catalogue.find(name) for name in uids), None)


def _catalogue(context: click.Context) -> Catalogue:
    """The services there are; what is logged of them disturbs no line that the shell completes."""
    from mapix.cli.sessions import set_up_log
    from mapix.subsystem.catalogue.inffiles import inf_files
    from mapix.subsystem.catalogue.services import Catalogue
    from mapix.subsystem.home import home_directory

    if context.resilient_parsing:
        set_up_log()
    return Catalogue(inf_files(home_directory()))


def _services_meant(context: click.Context) -> list[ServiceEntry]:
    from mapix.subsystem.home import home_directory
    from mapix.subsystem.profiles.profilestore import ProfileStore

    store = ProfileStore(home_directory())
    try:
        name = context.params.get("profile") or store.default()
        return store.load(name).services if name else []
    except MapiError:
        return []


def services_of(admin: MsgServiceAdmin) -> list[Service]:
    """The services of a profile in their order, secrets left out."""
    columns = (t.PR_SERVICE_UID, t.PR_SERVICE_NAME, t.PR_DISPLAY_NAME, t.PR_RESOURCE_FLAGS)
    return [_service(admin, *row) for row in query_all_rows(admin.get_msg_service_table(), columns)]


def one_service(admin: MsgServiceAdmin, name: str) -> Service:
    """The service called `name`, as command lines may call it, too, or whose uid starts so in hex; `NotFound`,
    `InvalidParameter` when there are more.
    """
    known = services_of(admin)
    found = [each for each in known if each.name.casefold() == name.casefold()]
    found = found or [each for each in known if _is_alias(name, each.name)]
    found = found or [each for each in known if name and each.uid.hex().startswith(name.lower())]
    if not found:
        names = ", ".join(dict.fromkeys(each.name for each in known))
        raise NotFound("the profile has no such message service", value=name, hint=names and f"one of {names}")
    if len(found) > 1:
        ids = ", ".join(each.uid.hex()[:8] for each in found)
        raise InvalidParameter("the profile has more than one of these", value=name, hint=f"one of {ids}")
    return found[0]


def _is_alias(name: str, service: str) -> bool:
    from mapix.subsystem.initialize import subsystem

    described = subsystem().catalogue.find(service)
    return described is not None and described.alias == name.lower() != ""


def shortest_name(admin: MsgServiceAdmin, uid: bytes) -> str:
    """What `one_service` takes for a service: its name, or where several have that, how its uid begins."""
    rows = query_all_rows(admin.get_msg_service_table(), (t.PR_SERVICE_UID, t.PR_SERVICE_NAME))
    names: dict[bytes, str] = dict(rows)
    name = names[uid]
    return name if [known for _, known in rows].count(name) == 1 else uid.hex()[:8]


def _service(admin: MsgServiceAdmin, uid: bytes, name: str, display_name: str | None, flags: int) -> Service:
    section = admin.open_profile_section(uid)
    rows = query_all_rows(admin.admin_providers(uid).get_provider_table(), (t.PR_PROVIDER_DISPLAY, t.PR_DISPLAY_NAME))
    providers = tuple(display or own or "" for display, own in rows)
    return Service(uid, name, display_name or "", section.settings, providers, flags)
