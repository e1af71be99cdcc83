"""`mapix service`: the message services of a profile, and those that can be added to one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import click

from mapix.cli.base import Group, command
from mapix.cli.output import emit_json, emit_rows, json_option, say, tell
from mapix.cli.profiles import complete_services, complete_types
from mapix.cli.serviceorder import copy, order, primary
from mapix.cli.sessions import files_told, mapi, profile_option, warnings_told
from mapix.cli.settingwords import SettingsCommand, complete_settings, parse_options, parse_settings

_set_option = click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting; repeatable.")
_options = click.argument(
    "options", nargs=-1, type=click.UNPROCESSED, metavar="[NAME=VALUE]...", shell_complete=complete_settings
)


@command(examples=("mapix service types", "mapix service types --json", "mapix service types --inf > mapisvc.inf"))
@json_option
@click.option("--inf", is_flag=True, help="Print them as a MAPISVC.INF.")
def types(as_json: bool, inf: bool) -> None:
    """List the services that can be added: those of this installation, and why one cannot be used."""
    files_told()
    with mapi() as subsystem:
        entries = list(subsystem.catalogue)
        defects = [f"{path}: {defect}" for path, defect in subsystem.catalogue.defects()]
    if inf:
        from mapix.interfaces.spi import MessageService
        from mapix.subsystem.catalogue.infwriting import inf_text

        click.echo(inf_text(entry for entry in entries if isinstance(entry, MessageService)), nl=False)
        return
    found = [_type_document(entry) for entry in entries]
    if as_json:
        emit_json({"services": found, "defects": defects})
        return
    for defect in defects:
        say(defect)
    rows = ((each["service"], each["display_name"], each["reason"] or _wanted(each["settings"])) for each in found)
    emit_rows(("service", "what it is", "settings"), rows, wrap=True)


@command(examples=("mapix service list", "mapix service list --profile Work --json"), name="list")
@json_option
@profile_option
def list_services(as_json: bool, profile: str | None) -> None:
    """List the services of a profile in their order, with what was set."""
    from mapix.cli.profile import service_document
    from mapix.cli.profiles import chosen, services_of

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        name = chosen(profiles, profile)
        services = services_of(profiles.admin_services(name))
    if as_json:
        emit_json({"profile": name, "services": [service_document(each) for each in services]})
        return
    rows = ((each.uid.hex()[:8], each.name, each.display_name, _told(each.settings.items())) for each in services)
    emit_rows(("uid", "service", "name", "settings"), rows, wrap=True)


@command(
    examples=(
        "mapix service add SMTP --host smtp.example.org --security starttls --user you",
        "mapix service add store --dsn postgresql://mail.example.org/mail --address you@example.org",
    ),
    cls=SettingsCommand,
)
@click.argument("service", shell_complete=complete_types)
@_options
@_set_option
@json_option
@profile_option
def add(service: str, options: tuple[str, ...], settings: tuple[str, ...], as_json: bool, profile: str | None) -> None:
    """Add SERVICE to a profile. Its settings are NAME=VALUE or --NAME VALUE; `mapix service types` lists them.

    A password is kept in the keyring, never in the profile. What the service still lacks is told: it cannot be used
    until that is configured.
    """
    from mapix.cli.profiles import chosen, shortest_name
    from mapix.subsystem.profiles.settings import complete, missing

    values = parse_settings(settings)
    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        name = chosen(profiles, profile)
        wanted = subsystem.catalogue.get(service)
        given = values | parse_options(options, wanted)
        shown = given.get("display_name")
        admin = profiles.admin_services(name)
        uid = admin.create_msg_service(wanted.name, shown, {key: value or None for key, value in given.items()})
        called = shortest_name(admin, uid)
    lacking = missing(wanted, complete(wanted, {key: value for key, value in given.items() if value}))
    added, hint = f"{wanted.name} added to {name} as {uid.hex()[:8]}.", "mapix doctor"
    if lacking:
        added += f" It lacks {', '.join(lacking)}."
        wanting = " ".join(f"{each}=…" for each in lacking)
        hint = f"mapix service configure {called} {wanting}"
    tell(as_json, f"{added} Try: {hint}", profile=name, service=wanted.name, uid=uid.hex(), missing=lacking)


@command(
    examples=("mapix service configure SMTP port=2525 security=none", "mapix service configure SMTP --user you"),
    cls=SettingsCommand,
)
@click.argument("service", shell_complete=complete_services)
@_options
@_set_option
@json_option
@profile_option
def configure(
    service: str, options: tuple[str, ...], settings: tuple[str, ...], as_json: bool, profile: str | None
) -> None:
    """Change settings of SERVICE, a name or the start of a uid: NAME=VALUE or --NAME VALUE.

    NAME= alone goes back to the default.
    """
    from mapix.cli.profiles import chosen, one_service
    from mapix.subsystem.profiles.settings import missing

    if not (options or settings):
        raise click.UsageError("No setting to change: NAME=VALUE is needed.")
    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        admin = profiles.admin_services(chosen(profiles, profile))
        found = one_service(admin, service)
        changes = parse_settings(settings) | parse_options(options, subsystem.catalogue.find(found.name))
        admin.configure_msg_service(found.uid, {name: value or None for name, value in changes.items()})
        lacking = missing(subsystem.catalogue.get(found.name), one_service(admin, found.uid.hex()).settings)
    text = f"{found.name}: {', '.join(changes)} set."
    text += f" It lacks {', '.join(lacking)}, and cannot be used." if lacking else ""
    tell(as_json, text, service=found.name, uid=found.uid.hex(), changed=list(changes), missing=lacking)


@command(examples=("mapix service remove SMTP",))
@click.argument("service", shell_complete=complete_services)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option
@profile_option
def remove(service: str, yes: bool, as_json: bool, profile: str | None) -> None:
    """Remove SERVICE, a name or the start of a uid, from a profile. The file of a store stays where it is.

    At a terminal it asks before the service with the default store goes.
    """
    from mapix.cli.profilefiles import confirm
    from mapix.cli.profiles import chosen, one_service
    from mapix.properties.flags import SERVICE_DEFAULT_STORE

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        name = chosen(profiles, profile)
        admin = profiles.admin_services(name)
        found = one_service(admin, service)
        if found.flags & SERVICE_DEFAULT_STORE:
            confirm(f"{found.display_name} is the default store. Remove it?", yes or not sys.stdin.isatty())
        with warnings_told():
            admin.delete_msg_service(found.uid)
    tell(as_json, f"{found.name} removed from {name}.", profile=name, service=found.name, uid=found.uid.hex())


def _type_document(entry: Any) -> dict[str, Any]:
    from mapix.interfaces.spi import MessageService
    from mapix.subsystem.profiles.settings import declared

    if not isinstance(entry, MessageService):
        reason = f"cannot be used: {entry.reason}"
        return {"service": entry.name, "display_name": "", "available": False, "reason": reason, "settings": []}
    settings = [
        {
            "name": setting.name,
            "kind": setting.kind.value,
            "help": setting.help,
            "required": setting.required,
            "default": setting.default,
            "choices": list(setting.choices),
        }
        for setting in declared(entry).values()
    ]
    return {
        "service": entry.name,
        "display_name": entry.display_name,
        "available": True,
        "reason": None,
        "settings": settings,
    }


def _wanted(settings: list[dict[str, Any]]) -> str:
    """Settings in a line, required ones with a mark."""
    return " ".join(f"{each['name']}{'!' if each['required'] else ''}" for each in settings)


def _told(settings: Iterable[tuple[str, Any]]) -> str:
    return " ".join(f"{name}={value}" for name, value in settings if value is not None)


service = Group(
    "service",
    commands=[types, list_services, add, configure, remove, copy, order, primary],
    examples=("mapix service types", "mapix service add SMTP --set host=smtp.example.org"),
    help="The message services of a profile: stores, transports, address books.",
)
