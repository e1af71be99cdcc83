"""`mapix status`: the status table of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mapix.cli.base import command
from mapix.cli.output import emit_json, emit_rows, json_option
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.session import Session


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


@command(examples=("mapix status", "mapix status --json"))
@json_option
@profile_option
def status(as_json: bool, profile: str | None) -> None:
    """Show what the parts of a session say of themselves: subsystem, spooler, transports, address book.

    Logs on as a mail program does, so what waits in the Outbox may be sent meanwhile.
    """
    with logged_on(profile, mail=True) as session:
        rows = status_rows(session)
    if as_json:
        found = (
            {"name": one.name, "type": kind_name(one.kind), "state": one.state, "text": one.remark} for one in rows
        )
        emit_json({"status": list(found)})
    else:
        emit_rows(("what", "kind", "state", "text"), ((row.name, kind_name(row.kind), *row[2:4]) for row in rows))


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
