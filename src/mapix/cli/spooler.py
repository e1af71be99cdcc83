"""`mapix spooler`: sending what waits in the Outbox."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import Group, command
from mapix.cli.errors import Exit, one_line
from mapix.cli.lines import offline, online
from mapix.cli.output import clean, emit_json, emit_rows, iso, json_option, say, tell, when
from mapix.cli.seconds import SECONDS
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.session import Session
    from mapix.client.store import Store
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
        stores, _ = queues(session)
        watch(stores, stop)
        left = _waiting(stores)
    say(f"Stopped; {left} in the Outbox." if left is not None else "Stopped.")


@command(examples=("mapix spooler flush", "mapix spooler flush --timeout 300"))
@click.option("--timeout", type=SECONDS, default=60.0, show_default=True, help="Seconds to wait at most.")
@json_option
@profile_option
def flush(timeout: float, as_json: bool, profile: str | None) -> int:
    """Send what waits, now. The exit code is 3 when something is left, or when a store cannot be looked at."""
    with logged_on(profile, mail=True) as session:
        stores, unseen = queues(session)
        for store in stores:
            store.mapi.outgoing.version()  # A queue that cannot be looked at is no empty one.
        left = session.flush(timeout)
    text = f"{left} left in the Outbox. Try: mapix spooler status" if left else "Nothing is left in the Outbox."
    tell(as_json, text, left=left, unseen=unseen)
    return Exit.PARTIAL if left or unseen else Exit.OK


@command(examples=("mapix spooler status", "mapix spooler status --json"))
@json_option
@profile_option
def status(as_json: bool, profile: str | None) -> int:
    """List what waits: id, when it was submitted, attempts, when it is tried next, the last reason, subject, and the
    store where there are several.

    The exit code is 3 when a store cannot be looked at.
    """
    with logged_on(profile) as session:
        stores, unseen = queues(session)
        waiting = [_document(store, entry) for store in stores for entry in store.mapi.outgoing.entries()]
    outcome = Exit.PARTIAL if unseen else Exit.OK
    if as_json:
        found = [{**one, "submitted": iso(one["submitted"]), "due": iso(one["due"])} for one in waiting]
        emit_json({"waiting": found, "unseen": unseen})
        return outcome
    titles = ("id", "submitted", "attempts", "next", "reason", "subject", "store")[: 7 if len(stores) > 1 else 6]
    emit_rows(titles, (_row(one)[: len(titles)] for one in waiting))
    if not waiting:
        say("Nothing waits in the Outbox.")
    return outcome


def queues(session: Session, *, quiet: bool = False) -> tuple[list[Store], list[str]]:
    """The stores whose queues can be looked at, the default one first, and the names of the others, which are told."""
    from mapix.interfaces.table import query_all_rows
    from mapix.properties.errors import MapiError
    from mapix.properties.tags import PR_DEFAULT_STORE, PR_DISPLAY_NAME, PR_ENTRYID

    found, unseen = [session.store], []
    columns = (PR_ENTRYID, PR_DEFAULT_STORE, PR_DISPLAY_NAME)
    for entry_id, default, name in query_all_rows(session.mapi.get_msg_stores_table(), columns):
        try:
            store = found[0] if default else session.open_store(entry_id)
            found += [] if _is_among(store, found) else [store]
        except MapiError as error:
            unseen.append(name)
            if not quiet:
                say(f"mapix: {clean(name)}: {one_line(str(error))}")
    return found, unseen


def _is_among(store: Store, found: Sequence[Store]) -> bool:
    """Whether a store is one of those: a profile may have it twice, and its queue is one all the same."""
    from mapix.properties.errors import MapiError
    from mapix.subsystem.spooler.reports import same_store

    try:
        return any(same_store(store.mapi, each.mapi) for each in found)
    except MapiError:
        return False


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    first = one["id"], when(one["submitted"]), one["attempts"], when(one["due"])
    return *first, one["reason"], one["subject"], one["store"]


def _document(store: Store, entry: QueueEntry) -> dict[str, Any]:
    from mapix.cli.refs import short_id
    from mapix.properties.times import readable

    return {
        "id": short_id(entry.entry_id),
        "subject": _subject(store, entry.entry_id),
        "submitted": readable(entry.submit_time),
        "attempts": entry.attempts,
        "due": readable(entry.due),
        "reason": entry.reason,
        "store": store.name,
    }


def _subject(store: Store, entry_id: bytes) -> str:
    """The subject of a queued message as the Outbox lists it: a spooler that has it in hand does not close that
    (ST-060). Its number when it left meanwhile.
    """
    from mapix.cli.refs import short_id
    from mapix.properties.errors import NotFound
    from mapix.properties.restriction import Property, Relop
    from mapix.properties.tags import PR_ENTRYID

    try:
        found = store.outbox.messages.where(Property(Relop.EQ, PR_ENTRYID, entry_id)).first()
    except NotFound:
        found = None
    return found.subject or "" if found is not None else f"message {short_id(entry_id)}"


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, as long as the context lasts; a second Ctrl-C is one as ever, so that
    nobody has to wait for what does not end.
    """
    stop = threading.Event()
    former: dict[int, Any] = {}

    def heard(number: int, frame: FrameType | None) -> None:
        stop.set()
        if number == signal.SIGINT:
            signal.signal(number, former[number])

    for number in (signal.SIGINT, signal.SIGTERM):
        former[number] = signal.getsignal(number)
        signal.signal(number, heard)
    try:
        yield stop
    finally:
        for changed, handler in former.items():
            signal.signal(changed, handler)


def _waiting(stores: Sequence[Store]) -> int | None:
    """How many messages wait; None where a store does not say."""
    from mapix.properties.errors import MapiError

    try:
        return sum(len(store.mapi.outgoing.entries()) for store in stores)
    except MapiError:
        return None


def watch(stores: Sequence[Store], stop: threading.Event) -> None:
    """Tell what enters, fails and leaves the queues until `stop`."""
    watched = [_Watched(store) for store in stores]
    stopped = False
    while not stopped:
        stopped = stop.wait(_LOOK_SECONDS)
        for each in watched:
            each.look()


class _Watched:
    """What is known of the queue of one store."""

    def __init__(self, store: Store) -> None:
        self._store, self._name = store, clean(store.name)
        self._trouble = ""
        self._known: dict[bytes, QueueEntry] = {}
        self._names: dict[bytes, str] = {}
        self._version: int | None = None

    def look(self) -> None:
        """Tell what has changed since the last look. A store in trouble is told once: what has to leave of the other
        ones, and of this one later on, needs somebody who goes on.
        """
        from mapix.properties.errors import MapiError

        try:
            self._look()
        except MapiError as error:
            if (trouble := one_line(str(error))) != self._trouble:
                say(f"mapix: {self._name}: {trouble}")
            self._trouble = trouble
        else:
            self._trouble = ""

    def _look(self) -> None:
        queue = self._store.mapi.outgoing
        if (now := queue.version()) == self._version:
            return
        entries = {entry.entry_id: entry for entry in queue.entries()}
        for entry_id in entries:
            if entry_id not in self._names:
                self._names[entry_id] = clean(_subject(self._store, entry_id))
        _tell_changes(self._known, entries, self._names)
        self._known, self._version = entries, now


def _tell_changes(old: dict[bytes, QueueEntry], new: dict[bytes, QueueEntry], names: dict[bytes, str]) -> None:
    """In the order of the queue."""
    for entry_id, entry in new.items():
        if entry_id not in old:
            say(f"waiting  {names[entry_id]}")
        elif entry.attempts > old[entry_id].attempts:
            say(f"put off  {names[entry_id]}: {clean(entry.reason)}")
    for entry_id in old:
        if entry_id not in new:
            say(f"gone     {names.pop(entry_id)}")


spooler = Group(
    "spooler",
    commands=[run, flush, status, offline, online],
    examples=("mapix spooler flush", "mapix spooler run"),
    help="The spooler takes what was submitted from the Outbox to the transports.",
)
