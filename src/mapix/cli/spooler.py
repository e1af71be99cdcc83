"""`mapix spooler`: sending what waits in the Outbox."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import Group, command
from mapix.cli.errors import Exit
from mapix.cli.lines import offline, online
from mapix.cli.output import clean, emit_json, emit_rows, iso, json_option, say, when
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.session import Session
    from mapix.interfaces.store import QueueEntry

_LOOK_SECONDS = 0.1


@command(examples=("mapix spooler run", "mapix spooler run --profile Work"))
@profile_option
def run(profile: str | None) -> None:
    """Send and receive until it is stopped with Ctrl-C or SIGTERM.

    Tells on stderr what comes and goes. One spooler at a time works on a store; a second one waits its turn.
    """
    with stopped_by_signals() as stop, logged_on(profile, mail=True) as session:
        session.flush(0)
        say(f"Sending for profile {session.mapi.profile_name}; Ctrl-C ends it.")
        _watch(session, stop)
        left = len(session.store.mapi.outgoing.entries())
    say(f"Stopped; {left} in the Outbox.")


@command(examples=("mapix spooler flush", "mapix spooler flush --timeout 300"))
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=60.0, show_default=True, help="Seconds to wait at most."
)
@profile_option
def flush(timeout: float, profile: str | None) -> int:
    """Send what waits, now. The exit code is 3 when something is left."""
    with logged_on(profile, mail=True) as session:
        for store in session.stores:
            store.mapi.outgoing.version()  # A queue that cannot be looked at is no empty one.
        left = session.flush(timeout)
    say(f"{left} left in the Outbox. Try: mapix spooler status" if left else "Nothing is left in the Outbox.")
    return Exit.PARTIAL if left else Exit.OK


@command(examples=("mapix spooler status", "mapix spooler status --json"))
@json_option
@profile_option
def status(as_json: bool, profile: str | None) -> None:
    """List what waits: id, when it was submitted, attempts, when it is tried next, the last reason, subject."""
    with logged_on(profile) as session:
        waiting = [_document(session, entry) for entry in session.store.mapi.outgoing.entries()]
    if as_json:
        found = [{**one, "submitted": iso(one["submitted"]), "due": iso(one["due"])} for one in waiting]
        emit_json({"waiting": found})
        return
    titles = ("id", "submitted", "attempts", "next", "reason", "subject")
    emit_rows(titles, (_row(one) for one in waiting))
    if not waiting:
        say("Nothing waits in the Outbox.")


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    return one["id"], when(one["submitted"]), one["attempts"], when(one["due"]), one["reason"], one["subject"]


def _document(session: Session, entry: QueueEntry) -> dict[str, Any]:
    from mapix.cli.refs import short_id
    from mapix.properties.times import to_datetime

    return {
        "id": short_id(entry.entry_id),
        "subject": _subject(session, entry.entry_id),
        "submitted": to_datetime(entry.submit_time),
        "attempts": entry.attempts,
        "due": to_datetime(entry.due),
        "reason": entry.reason,
    }


def _subject(session: Session, entry_id: bytes) -> str:
    """The subject of a queued message as the Outbox lists it: a spooler that has it in hand does not close that
    (ST-060). Its number when it left meanwhile.
    """
    from mapix.cli.refs import short_id
    from mapix.properties.restriction import Property, Relop
    from mapix.properties.tags import PR_ENTRYID

    found = session.outbox.messages.where(Property(Relop.EQ, PR_ENTRYID, entry_id)).first()
    return found.subject or "" if found is not None else f"message {short_id(entry_id)}"


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, as long as the context lasts."""
    stop = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    former = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _watch(session: Session, stop: threading.Event) -> None:
    """Tell what enters, fails and leaves the queue until `stop`."""
    queue = session.store.mapi.outgoing
    known: dict[bytes, QueueEntry] = {}
    names: dict[bytes, str] = {}
    version = None
    stopped = False
    while not stopped:
        stopped = stop.wait(_LOOK_SECONDS)
        if (now := queue.version()) != version:
            version = now
            entries = {entry.entry_id: entry for entry in queue.entries()}
            for entry_id in entries.keys() - names.keys():
                names[entry_id] = clean(_subject(session, entry_id))
            _tell_changes(known, entries, names)
            known = entries


def _tell_changes(old: dict[bytes, QueueEntry], new: dict[bytes, QueueEntry], names: dict[bytes, str]) -> None:
    for entry_id in new.keys() - old.keys():
        say(f"waiting  {names[entry_id]}")
    for entry_id in old.keys() & new.keys():
        if new[entry_id].attempts > old[entry_id].attempts:
            say(f"put off  {names[entry_id]}: {clean(new[entry_id].reason)}")
    for entry_id in old.keys() - new.keys():
        say(f"gone     {names.pop(entry_id)}")


spooler = Group(
    "spooler",
    commands=[run, flush, status, offline, online],
    examples=("mapix spooler flush", "mapix spooler run"),
    help="The spooler takes what was submitted from the Outbox to the transports.",
)
