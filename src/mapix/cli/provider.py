"""`mapix provider`: what stands behind the message services of a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import Group, command
from mapix.cli.output import clean, emit_json, emit_rows, json_option, tell
from mapix.cli.profiles import complete_providers, complete_services
from mapix.cli.sessions import mapi, profile_option, warnings_told

if TYPE_CHECKING:
    from mapix.interfaces.admin import MsgServiceAdmin


@command(examples=("mapix provider list", "mapix provider list SMTP --json"), name="list")
@click.argument("service", required=False, shell_complete=complete_services)
@json_option
@profile_option
def list_providers(service: str | None, as_json: bool, profile: str | None) -> None:
    """List the providers of a profile, or of one SERVICE, in their order: transports first, as they are asked."""
    from mapix.cli.profiles import chosen, one_service

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        admin = profiles.admin_services(chosen(profiles, profile))
        uid = one_service(admin, service).uid if service is not None else None
        found = [each for each in _providers(admin) if uid is None or each["service_uid"] == uid.hex()]
    if as_json:
        emit_json({"providers": found})
        return
    rows = ((each["uid"][:8], each["kind"], each["service"], each["provider"], _flags(each)) for each in found)
    emit_rows(("uid", "kind", "service", "provider", "flags"), rows, wrap=True)


@command(examples=("mapix provider show 4d0bd8f8", "mapix provider show 4d0bd8f8 --json"))
@click.argument("uid", shell_complete=complete_providers)
@json_option
@profile_option
def show(uid: str, as_json: bool, profile: str | None) -> None:
    """Show the provider whose UID starts so, and the properties of its section. Secrets are never shown."""
    from mapix.cli.profiles import chosen

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        admin = profiles.admin_services(chosen(profiles, profile))
        found = _one(admin, uid)
        one = {**found, "properties": _properties(admin, found)}
    if as_json:
        emit_json(one)
        return
    for name, value in one.items():
        shown = " ".join(value) if isinstance(value, list) else value
        if name != "properties":
            click.echo(f"{name:<13} {clean(shown)}")
    for name, value in one["properties"].items():
        click.echo(f"  {name} = {clean(value)}")


@command(examples=("mapix provider add FAX", "mapix provider add FAX 'Second line'"))
@click.argument("service", shell_complete=complete_services)
@click.argument("name", required=False)
@json_option
@profile_option
def add(service: str, name: str | None, as_json: bool, profile: str | None) -> None:
    """Add another provider to SERVICE, a name or the start of a uid: its first kind, or the one called NAME."""
    from mapix.cli.profiles import chosen, one_service

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        admin = profiles.admin_services(chosen(profiles, profile))
        found = one_service(admin, service)
        if name is None:
            name = next((each.name for each in subsystem.catalogue.get(found.name).providers), "")
        uid = admin.admin_providers(found.uid).create_provider(name)
    text = f"The provider {name} added to {found.name} as {uid.hex()[:8]}."
    tell(as_json, text, service=found.name, provider=name, uid=uid.hex())


@command(examples=("mapix provider remove 4d0bd8f8",))
@click.argument("uid", shell_complete=complete_providers)
@json_option
@profile_option
def remove(uid: str, as_json: bool, profile: str | None) -> None:
    """Remove the provider whose UID starts so; its service stays. Sessions that use it keep it until they end."""
    from mapix.cli.profiles import chosen

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        admin = profiles.admin_services(chosen(profiles, profile))
        found = _one(admin, uid)
        with warnings_told():
            admin.admin_providers(bytes.fromhex(found["service_uid"])).delete_provider(bytes.fromhex(found["uid"]))
    text = f"{found['provider']} removed from {found['service']}."
    tell(as_json, text, service=found["service"], provider=found["provider"], uid=found["uid"])


def _one(admin: MsgServiceAdmin, uid: str) -> dict[str, Any]:
    """The provider whose uid starts so; `NotFound`, `InvalidParameter` where there are more."""
    from mapix.properties.errors import InvalidParameter, NotFound

    found = [each for each in _providers(admin) if each["uid"].startswith(uid.lower())]
    if not found:
        raise NotFound("the profile has no such provider", value=uid, hint="mapix provider list")
    if len(found) > 1 or not uid:
        hint = f"one of {', '.join(each['uid'] for each in found)}"
        raise InvalidParameter("the profile has more than one of these", value=uid, hint=hint)
    return found[0]


def _providers(admin: MsgServiceAdmin) -> list[dict[str, Any]]:
    from mapix.interfaces.spi import ProviderKind
    from mapix.interfaces.table import query_all_rows
    from mapix.properties import tags as t

    columns = (
        t.PR_PROVIDER_ORDINAL,
        t.PR_PROVIDER_UID,
        t.PR_RESOURCE_TYPE,
        t.PR_SERVICE_NAME,
        t.PR_SERVICE_UID,
        t.PR_PROVIDER_DISPLAY,
        t.PR_RESOURCE_FLAGS,
    )
    return [
        {
            "uid": uid.hex(),
            "ordinal": ordinal,
            "kind": ProviderKind(kind).name.lower().replace("_", " "),
            "service": service,
            "service_uid": service_uid.hex(),
            "provider": name,
            "flags": _names(ProviderKind(kind), flags),
        }
        for ordinal, uid, kind, service, service_uid, name, flags in sorted(
            query_all_rows(admin.get_provider_table(), columns)
        )
    ]


def _names(kind: Any, word: int) -> list[str]:
    """The resource flags of a provider by name; which ones there are depends on its kind (PRF 4.8)."""
    from mapix.interfaces.spi import ProviderKind
    from mapix.properties import flags

    names = ["STATUS_PRIMARY_IDENTITY", "STATUS_NO_PRIMARY_IDENTITY"]
    if kind is ProviderKind.STORE:
        names += ["STATUS_DEFAULT_STORE", "STATUS_SIMPLE_STORE", "STATUS_NO_DEFAULT_STORE"]
        names += ["STATUS_PRIMARY_STORE", "STATUS_SECONDARY_STORE"]
    if kind is ProviderKind.TRANSPORT:
        names += ["STATUS_DEFAULT_OUTBOUND", "STATUS_XP_PREFER_LAST", "STATUS_OWN_STORE"]
    return [name for name in names if word & getattr(flags, name)]


def _flags(provider: dict[str, Any]) -> str:
    return " ".join(name.removeprefix("STATUS_") for name in provider["flags"])


def _properties(admin: MsgServiceAdmin, provider: dict[str, Any]) -> dict[str, str]:
    from mapix.properties.tagnames import name_of

    owner = admin.admin_providers(bytes.fromhex(provider["service_uid"]))
    section = owner.open_profile_section(bytes.fromhex(provider["uid"]))
    try:
        return {
            name_of(tag): value.hex() if isinstance(value, bytes) else str(value)
            for tag, value in section.get_props(None).items()
        }
    finally:
        section.close()


provider = Group(
    "provider",
    commands=[list_providers, show, add, remove],
    examples=("mapix provider list", "mapix provider show 4d0bd8f8"),
    help="The providers of a profile: what its message services consist of.",
)
