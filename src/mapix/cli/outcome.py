"""What became of a submitted message: a line for each recipient, and the exit code that sums them up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from mapix.cli.errors import Exit
from mapix.cli.output import emit_rows, say
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.client.session import Session
    from mapix.interfaces.store import QueueEntry

SENT, FAILED, WAITING = "sent", "failed", "waiting"
_COLUMNS = (
    t.PR_EMAIL_ADDRESS,
    t.PR_RESPONSIBILITY,
    t.PR_DELIVER_TIME,
    t.PR_NDR_REASON_CODE,
    t.PR_SUPPLEMENTARY_INFO,
    t.PR_REPORT_TEXT,
)


class Fate(NamedTuple):
    """What became of one recipient: `state`, the address, and what the peer said."""

    state: str
    address: str
    said: str


def tell_outcome(session: Session, message: Message, seconds: float) -> int:
    """Submit `message`, wait until it is handed over, `seconds` at most, and tell how that went; the exit code."""
    message.save()
    key = message.search_key
    entry_id = message.submit() or b""
    session.flush(seconds)
    entry = session.store.mapi.outgoing.find(entry_id)
    found = session.message(entry_id) if entry else _sent_copy(session, key)
    fates = list(_fates(found, entry))
    emit_rows(("state", "address", "said"), fates)
    return _sum_up(fates, entry)


def _sent_copy(session: Session, key: bytes | None) -> Message:
    """The message as it lies in Sent Items, the same search key in its row."""
    from mapix.client.message import Message

    return session.sent.messages.where(Message.search_key == key).one()


def _fates(message: Message, entry: QueueEntry | None) -> Iterable[Fate]:
    for row in query_all_rows(message.mapi.get_recipient_table(), _COLUMNS):
        yield _fate(row, entry)


def _fate(row: tuple[Any, ...], entry: QueueEntry | None) -> Fate:
    address, settled, delivered, refused, said, report = row
    if settled and delivered:
        return Fate(SENT, address, said or "")
    if settled and refused is not None:
        return Fate(FAILED, address, report or said or "")
    if entry is None:
        return Fate(SENT, address, "together with another recipient of this address")
    return Fate(WAITING, address, entry.reason or "no attempt yet")


def _sum_up(fates: list[Fate], entry: QueueEntry | None) -> int:
    states = {fate.state for fate in fates}
    if entry is None and states <= {SENT}:
        say("Sent.")
        return Exit.OK
    if entry is not None:
        say("Not everybody was reached yet: the message stays in the Outbox and is tried again while a spooler runs.")
        say("Try: mapix spooler status")
        return Exit.PARTIAL
    say("Refused; the report is in the Inbox: mapix ls")
    return Exit.PARTIAL if SENT in states else Exit.FAILED
