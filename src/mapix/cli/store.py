"""`mapix store`: the message stores of a profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapix.cli import storecare
from mapix.cli.base import Group, command
from mapix.cli.errors import Exit, exit_code, one_line
from mapix.cli.output import clean, emit_json, emit_rows, json_option, say
from mapix.cli.sessions import logged_on, mapi, profile_option

if TYPE_CHECKING:
    from mapix.client.session import Session
    from mapix.interfaces.care import Care, Finding
    from mapix.properties.errors import MapiError


@command(examples=("mapix store list", "mapix store list --json"), name="list")
@json_option
@profile_option
def list_stores(as_json: bool, profile: str | None) -> None:
    """List the stores of a profile; the default one has a star."""
    with logged_on(profile) as session:
        found = _stores(session)
    if as_json:
        emit_json({"stores": found})
    else:
        rows = ((each["name"], "*" if each["default"] else "", each["provider"]) for each in found)
        emit_rows(("store", "default", "provider"), rows)


@command(examples=("mapix store default", "mapix store default Archive"))
@click.argument("name", required=False)
@json_option
@profile_option
def default(name: str | None, as_json: bool, profile: str | None) -> None:
    """Print which store commands work on and mail arrives in, or make the store NAME it."""
    with logged_on(profile) as session:
        if name is not None:
            session.mapi.set_default_store(storecare.entry_id_of_store(session, name))
        if as_json:
            emit_json({"store": next((each["name"] for each in _stores(session) if each["default"]), None)})
        elif name is None:
            click.echo(clean(session.store.name or ""))


@command(examples=("mapix store check", "mapix store check --repair"))
@click.option("--repair", is_flag=True, help="Put right what can be put right without guessing.")
@json_option
@profile_option
def check(repair: bool, as_json: bool, profile: str | None) -> int:
    """Check the stores of a profile, in files and in databases: whether everything in them fits together.

    Nothing changes without --repair. The exit code is 6 when something is wrong that is still wrong afterwards.
    """
    from mapix.providers.sqlstore.sqlite.filecheck import check_store, repair_store

    look = repair_store if repair else check_store
    troubles: list[tuple[str, MapiError]] = []
    found = [(str(path), finding) for path in _files(profile) for finding in _looked_at(path, look, troubles)]
    found += _in_databases(profile, repair, troubles)
    left = [(place, finding) for place, finding in found if not finding.repaired]
    if as_json:
        problems = [{"store": place, **asdict(finding)} for place, finding in found]
        closed = [{"store": place, "error": str(error)} for place, error in troubles]
        emit_json({"ok": not left and not troubles, "problems": problems, "not_opened": closed})
    else:
        emit_rows(("store", "what is wrong"), found, wrap=True)
        for place, error in troubles:
            say(one_line(f"{place} could not be looked at: {error}"))
        if found or not troubles:
            say("Nothing is wrong." if not found else _sum_up(repair, left))
    return Exit.CORRUPT if left else exit_code(troubles[0][1]) if troubles else Exit.OK


def _looked_at(
    path: Path, look: Callable[[Path], list[Finding]], troubles: list[tuple[str, MapiError]]
) -> list[Finding]:
    """What is wrong with the store in a file; one that cannot be looked at is added to `troubles`."""
    from mapix.properties.errors import MapiError

    try:
        return look(path)
    except MapiError as error:
        troubles.append((str(path), error))
        return []


def _sum_up(repair: bool, left: list[tuple[str, Finding]]) -> str:
    """What there is to say, and what to do next: rows that cannot be mended in their place are left to `salvage`."""
    from mapix.providers.sqlstore.sqlite.filecheck import DAMAGED

    if not left:
        return "Everything was put right."
    said = f"{len(left)} problems are left." if repair else f"{len(left)} problems."
    if not repair and any(finding.kind != DAMAGED for _, finding in left):
        return f"{said} Try: mapix store check --repair"
    files = [place for place, _ in left if Path(place).is_file()]
    return f"{said} Try: mapix store salvage {files[0]}" if files else said


def _files(profile: str | None) -> list[Path]:
    """The files of the profile's SQL stores; `NotFound` when it has none."""
    from mapix.cli.profiles import chosen, services_of
    from mapix.properties.errors import NotFound
    from mapix.providers.sqlstore.sqlite.opening import file_of

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        name = chosen(profiles, profile)
        services = [each for each in services_of(profiles.admin_services(name)) if each.name == "MAPIXSTORE"]
        if not services:
            raise NotFound("the profile has no store that is kept", value=name, hint="mapix service add MAPIXSTORE")
        held = subsystem.profiles.load(name)
        return [
            file_of(each.settings, subsystem.home, held.files_of(held.service(each.uid)))
            for each in services
            if not each.settings.get("dsn")
        ]


def _in_databases(
    profile: str | None, repair: bool, troubles: list[tuple[str, MapiError]]
) -> list[tuple[str, Finding]]:
    """What is wrong with the stores of a profile that are in a database; a session opens them. Those that cannot be
    opened are added to `troubles`.
    """
    from mapix.cli.profiles import chosen, services_of

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        services = services_of(profiles.admin_services(chosen(profiles, profile)))
        if not any(each.settings.get("dsn") for each in services):
            return []
    with logged_on(profile) as session:
        return [
            (name, finding)
            for name, care in _cares(session, troubles)
            for finding in (care.repair() if repair else care.check())
        ]


def _cares(session: Session, troubles: list[tuple[str, MapiError]]) -> Iterator[tuple[str, Care]]:
    """The names of stores that are no files, and how they are looked after."""
    from mapix.properties.errors import MapiError
    from mapix.providers.sqlstore.sqlite.care import SqliteCare

    for each in _stores(session):
        try:
            store = session.open_store(bytes.fromhex(each["entry_id"]))
        except MapiError as error:
            troubles.append((each["name"], error))
            continue
        care = store.mapi.care()
        if care is not None and not isinstance(care, SqliteCare):
            yield store.name or "", care


def _stores(session: Session) -> list[dict[str, Any]]:
    from mapix.interfaces.table import query_all_rows
    from mapix.properties import tags as t

    columns = (t.PR_DISPLAY_NAME, t.PR_DEFAULT_STORE, t.PR_PROVIDER_DISPLAY, t.PR_ENTRYID)
    return [
        {"name": name or "", "default": bool(default), "provider": provider or "", "entry_id": entry_id.hex()}
        for name, default, provider, entry_id in query_all_rows(session.mapi.get_msg_stores_table(), columns)
    ]


store = Group(
    "store",
    commands=[
        list_stores,
        default,
        check,
        storecare.stats,
        storecare.compact,
        storecare.backup,
        storecare.copy,
        storecare.salvage,
    ],
    examples=("mapix store list", "mapix store check", "mapix store backup /backup/mail.mapix"),
    help="The message stores of a profile.",
)
