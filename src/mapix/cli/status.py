"""`mapix status`: the status table of a session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from mapix.cli.base import command
from mapix.cli.output import SCHEMA, clean, emit_json, emit_rows, json_option
from mapix.cli.seconds import SECONDS
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.session import Session


_LOOK_SECONDS: Final = 0.1


class StatusRow(NamedTuple):
    """One resource of a session: its name, kind (PR_RESOURCE_TYPE), state in words, remark, whether it is out of use,
    and its identifier.
    """

    name: str
    kind: int
    state: str
    remark: str
    failed: bool
    entry_id: bytes | None


@command(examples=("mapix status", "mapix status --json", "mapix status --watch --for 60"))
@click.option("--watch", "watching", is_flag=True, help="Go on telling what changes, until Ctrl-C.")
@click.option("--for", "seconds", type=SECONDS, metavar="SECONDS", help="With --watch: end after that.")
@json_option
@profile_option
def status(watching: bool, seconds: float | None, as_json: bool, profile: str | None) -> None:
    """Show what the parts of a session say of themselves: subsystem, spooler, stores, transports, address books.

    Logs on as a mail program does, so what waits in the Outbox may be sent meanwhile. With --watch each row is told as
    it is, and again as it changes; with --json each is a document on a line of its own.
    """
    if seconds is not None and not watching:
        raise click.UsageError("--for goes with --watch.")
    with logged_on(profile, mail=True) as session:
        _open_stores(session)
        if watching:
            _watch(session, seconds, as_json)
            return
        rows = status_rows(session)
    if as_json:
        emit_json({"status": [_document(one) for one in rows]})
    else:
        emit_rows(("what", "kind", "state", "text"), (_words(row) for row in rows))


def _open_stores(session: Session) -> None:
    """Stores have rows where somebody has opened them; one that cannot be opened then says why."""
    from contextlib import suppress

    from mapix.interfaces.table import query_all_rows
    from mapix.properties.errors import MapiError
    from mapix.properties.tags import PR_ENTRYID

    for (entry_id,) in query_all_rows(session.mapi.get_msg_stores_table(), (PR_ENTRYID,)):
        with suppress(MapiError):
            session.open_store(entry_id)


def _watch(session: Session, seconds: float | None, as_json: bool) -> None:
    """Tell rows as they come, change and go, until a signal or the end of the time."""
    import time

    from mapix.cli.spooler import stopped_by_signals

    deadline = time.monotonic() + seconds if seconds is not None else None
    known: dict[bytes | None, StatusRow] = {}
    with stopped_by_signals() as stop:
        while True:
            present = {row.entry_id: row for row in status_rows(session)}
            for event, row in _changes(known, present):
                _tell(event, row, as_json)
            known = present
            if deadline is not None and time.monotonic() >= deadline:
                return
            if stop.wait(_LOOK_SECONDS):
                return
            session.mapi.dispatch_notifications()


def _changes(old: dict[bytes | None, StatusRow], new: dict[bytes | None, StatusRow]) -> Iterator[tuple[str, StatusRow]]:
    for key, row in new.items():
        if key not in old:
            yield "added", row
        elif old[key] != row:
            yield "changed", row
    yield from (("removed", row) for key, row in old.items() if key not in new)


def _tell(event: str, row: StatusRow, as_json: bool) -> None:
    if as_json:
        import json

        click.echo(json.dumps({"schema": SCHEMA, "event": event, **_document(row)}, ensure_ascii=False))
    else:
        click.echo("\t".join(clean(each) for each in (event, *_words(row))))


def _document(one: StatusRow) -> dict[str, str]:
    return {"name": one.name, "type": kind_name(one.kind), "state": one.state, "text": one.remark}


def _words(row: StatusRow) -> tuple[str, str, str, str]:
    return row.name, kind_name(row.kind), row.state, row.remark


def status_rows(session: Session) -> list[StatusRow]:
    """The status table as plain values."""
    from mapix.interfaces.table import query_all_rows
    from mapix.properties import tags as t

    columns = (t.PR_DISPLAY_NAME, t.PR_RESOURCE_TYPE, t.PR_STATUS_CODE, t.PR_STATUS_STRING, t.PR_ENTRYID)
    return [_row(*row) for row in query_all_rows(session.mapi.get_status_table(), columns)]


def kind_name(kind: int) -> str:
    """A resource type in words: `spooler` for 37."""
    from mapix.properties.flagnames import decode

    words = decode("resource_type", kind).removeprefix("MAPI_").replace("_", " ").lower()
    return "address book" if words == "ab" else words


def _row(name: Any, kind: Any, code: Any, remark: Any, entry_id: Any) -> StatusRow:
    from mapix.properties.flagnames import decode
    from mapix.properties.flags import STATUS_FAILURE

    bits = decode("status_code", code or 0).split(" | ")
    state = ", ".join(bit.removeprefix("STATUS_").replace("_", " ").lower() for bit in bits)
    return StatusRow(name or "", kind or 0, state, remark or "", bool((code or 0) & STATUS_FAILURE), entry_id)
