"""`mapix store stats|compact|backup|copy|salvage`: what a store holds, room, copies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.output import clean, emit_json, emit_rows, json_option, say
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.session import Session
    from mapix.client.store import Store
    from mapix.objects.copying.copyreport import CopyReport

name_option = click.option("--store", "name", metavar="NAME", help="The store; the default one when not told.")


@command(examples=("mapix store stats", "mapix store stats --json"))
@name_option
@json_option
@profile_option
def stats(name: str | None, as_json: bool, profile: str | None) -> None:
    """Show what a store holds: folders, messages, large values and what sharing saves, sizes in bytes."""
    with logged_on(profile) as session:
        found = asdict(store_named(session, name).stats())
    if as_json:
        emit_json(found)
    else:
        emit_rows(("what", "how many"), ((key.replace("_", " "), value) for key, value in found.items()))


@command(examples=("mapix store compact", "mapix store compact --purge"))
@click.option("--purge", is_flag=True, help="Let go of everything that was deleted and is kept, however recent.")
@name_option
@json_option
@profile_option
def compact(purge: bool, name: str | None, as_json: bool, profile: str | None) -> None:
    """Give room back to the system, in small steps while others go on."""
    with logged_on(profile) as session:
        done = store_named(session, name).compact(purge=purge)
    if as_json:
        emit_json(asdict(done))
    else:
        say(f"{done.before} bytes before, {done.after} after; {done.purged} deleted things let go of")


@command(examples=("mapix store backup /backup/mail.mapix",))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@name_option
@profile_option
def backup(target: Path, name: str | None, profile: str | None) -> None:
    """Write a copy of a store as it is at one moment into the file TARGET, while others go on.

    The copy is looked over before it takes its name. A file that is there already is left alone.
    """
    with logged_on(profile) as session:
        store_named(session, name).backup(target)
    say(f"wrote {target}")


@command(examples=("mapix store copy Archive", "mapix store copy profile:New --store Old"))
@click.argument("target")
@name_option
@json_option
@profile_option
def copy(target: str, name: str | None, as_json: bool, profile: str | None) -> int:
    """Copy everything of a store into the store TARGET, of whatever kind both are.

    TARGET is the name of another store of the profile, or profile:NAME for the default store of another profile. What
    is there already is not copied again, so a copy that was cut short goes on by being repeated. Every message that was
    read is written, was there, or failed, with a reason; the exit code is 3 when something did not arrive. Search
    folders come with what they look for, and find their messages anew.
    """
    from mapix.objects.copying.storecopy import copy_store
    from mapix.properties.errors import InvalidParameter

    with ExitStack() as open_until_done:
        session = open_until_done.enter_context(logged_on(profile))
        other = target.removeprefix("profile:")
        if target != other:
            into = open_until_done.enter_context(logged_on(other)).store
        else:
            into = store_named(session, target)
        source = store_named(session, name)
        if source["PR_RECORD_KEY"] == into["PR_RECORD_KEY"]:
            raise InvalidParameter("a store is not copied into itself", value=target, hint="--profile, --store")
        report = copy_store(source.mapi, into.mapi)
    if as_json:
        emit_json(asdict(report))
    else:
        _tell(report)
    return Exit.OK if report.complete else Exit.PARTIAL


@command(examples=("mapix store salvage ~/damaged.mapix",))
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def salvage(path: Path, as_json: bool) -> int:
    """Write what can be read of the damaged store file PATH into a new file beside it; PATH is left as it is.

    What was found is either rescued or lost, and counted; so are messages that may not be what was saved any more. The
    exit code is 3 when something was lost or is in doubt.
    """
    from mapix.providers.sqlstore.sqlite.salvage import salvage_store

    found = salvage_store(path)
    if as_json:
        counts = {what: {"found": n.found, "rescued": n.rescued, "lost": n.lost} for what, n in found.tallies.items()}
        left = list(map(str, found.left))
        told = {"counts": counts, "doubtful": len(found.doubtful), "lost": found.lost, "left": left}
        emit_json({"path": str(found.path), **told})
    else:
        tallies = ((what, n.found, n.rescued, n.lost) for what, n in found.tallies.items() if n.found)
        emit_rows(("what", "found", "rescued", "lost"), tallies)
        emit_rows(("lost",), ((each,) for each in found.lost), wrap=True)
        doubt = f", {len(found.doubtful)} of which may not be what was saved" if found.doubtful else ""
        say(f"wrote {found.path}: {found.messages} messages{doubt}; {len(found.lost)} things lost")
    return Exit.PARTIAL if found.lost or found.left or found.doubtful else Exit.OK


def store_named(session: Session, name: str | None) -> Store:
    """A store of the session by its name, case aside, or by its entry identifier; the default one for None. Others need
    not be open. `NotFound` names what is there.
    """
    return session.store if name is None else session.open_store(entry_id_of_store(session, name))


def entry_id_of_store(session: Session, name: str) -> bytes:
    """The entry identifier of the store with a name, case aside; `NotFound`, `InvalidParameter` where several have
    it.
    """
    from mapix.properties.errors import InvalidParameter, NotFound

    there = list(_names(session))
    found = [each for shown, each in there if name.casefold() in (shown.casefold(), each.hex())]
    if len(found) > 1:
        text = "several stores of the profile have this name"
        raise InvalidParameter(text, value=name, hint="the entry_id of mapix store list --json")
    if not found:
        known = ", ".join(dict.fromkeys(shown for shown, _ in there))
        raise NotFound("the profile has no such store", value=name, hint=known)
    return found[0]


def _names(session: Session) -> Iterator[tuple[str, bytes]]:
    """What stores are called, in the list and by themselves, once each."""
    from mapix.interfaces.table import query_all_rows
    from mapix.properties import tags as t
    from mapix.properties.errors import MapiError

    for shown, entry_id in query_all_rows(session.mapi.get_msg_stores_table(), (t.PR_DISPLAY_NAME, t.PR_ENTRYID)):
        try:
            name = session.open_store(entry_id).name
        except MapiError:
            name = shown
        yield name or shown or "", entry_id


def _tell(report: CopyReport) -> None:
    emit_rows(("what", "read", "written", "there", "repaired", "failed"), _counts(report))
    for remark in (*report.failures, *report.repairs):
        say(clean(remark))
    if report.unsent:
        say(f"{report.unsent} messages waited to be sent; they arrived as drafts")
    if report.stopped:
        say(f"stopped: {clean(report.stopped)}")


def _counts(report: CopyReport) -> Iterator[tuple[object, ...]]:
    for what, tally in (("folders", report.folders), ("messages", report.messages)):
        yield what, tally.read, tally.written, tally.present, tally.repaired, tally.failed
