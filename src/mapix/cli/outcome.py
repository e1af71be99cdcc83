"""What became of a submitted message: a line for each recipient, and the exit code that sums them up."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mapix.cli.errors import Exit
from mapix.cli.output import emit_rows, say
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.errors import NoAccess, NotFound
from mapix.properties.flags import ATTACH_EMBEDDED_MSG
from mapix.properties.interrupts import undisturbed
from mapix.subsystem.spooler.delivery import NOBODY

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.client.session import Session
    from mapix.interfaces.store import QueueEntry

LOCKED_SECONDS: Final = 5.0
"""How long to wait for a spooler that has the message in hand, before it is left alone."""

_REPORTS: Final = 20
"""How many of the newest reports are looked at."""

SENT, FAILED, WAITING = "sent", "failed", "waiting"
_COLUMNS = (
    t.PR_EMAIL_ADDRESS,
    t.PR_RESPONSIBILITY,
    t.PR_DELIVER_TIME,
    t.PR_NDR_REASON_CODE,
    t.PR_SUPPLEMENTARY_INFO,
    t.PR_REPORT_TEXT,
    t.PR_DISPLAY_NAME,
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
    addresses = [each.address for each in message.recipients]
    try:
        with undisturbed():
            entry_id = message.submit() or b""
        session.flush(seconds)
    except KeyboardInterrupt:
        say("What has not left yet stays in the Outbox. Try: mapix spooler flush")
        raise
    entry, found = _whereabouts(session, entry_id, key)
    if found is not None:
        fates = list(_fates(found, entry))
    elif entry is not None:
        fates = [Fate(WAITING, address, entry.reason or "on its way just now") for address in addresses]
    else:
        refused = _reported(session, key)
        fates = [Fate(FAILED if each in refused else SENT, each, refused.get(each, "")) for each in addresses]
    emit_rows(("state", "address", "said"), fates)
    return _sum_up(fates, entry)


def _whereabouts(session: Session, entry_id: bytes, key: bytes | None) -> tuple[QueueEntry | None, Message | None]:
    """What the queue says of the message, and the message itself: there, in Sent Items, or nowhere to be read.

    A message its spooler has in hand cannot be opened (ST-060); that lasts a moment, or as long as a slow server wants.
    """
    deadline = time.monotonic() + LOCKED_SECONDS
    while (entry := session.store.mapi.outgoing.find(entry_id)) is not None:
        try:
            return entry, session.message(entry_id)
        except (NoAccess, NotFound):
            if time.monotonic() > deadline:
                return entry, None
            time.sleep(0.02)
    return None, _sent_copy(session, key)


def _sent_copy(session: Session, key: bytes | None) -> Message | None:
    """The message as it lies in Sent Items, the same search key in its row; None where sent mail is not kept."""
    from mapix.client.message import Message

    return session.sent.messages.where(Message.search_key == key).first()


def _reported(session: Session, key: bytes | None) -> dict[str, str]:
    """Who was refused and why, by address, as the reports on the message in the Inbox say (RP-008)."""
    from mapix.client.message import Message

    reports = session.inbox.messages.where(Message.message_class.contains("NDR")).order_by(-Message.delivered)
    columns = (t.PR_EMAIL_ADDRESS, t.PR_REPORT_TEXT)
    about = (report for report in reports[:_REPORTS] if _carries(report, key))
    rows = (row for report in about for row in query_all_rows(report.mapi.get_recipient_table(), columns))
    return {address: said or "" for address, said in rows}


def _carries(report: Message, key: bytes | None) -> bool:
    """Whether a report has the message with this search key with it (RP-009)."""
    from mapix.interfaces.message import Message as MapiMessage

    carried = (each.mapi for each in report.attachments if each.method == ATTACH_EMBEDDED_MSG)
    return any(
        each.open_property(t.PR_ATTACH_DATA_OBJ, MapiMessage).get_prop(t.PR_SEARCH_KEY) == key for each in carried
    )


def _fates(message: Message, entry: QueueEntry | None) -> Iterable[Fate]:
    for row in query_all_rows(message.mapi.get_recipient_table(), _COLUMNS):
        address, settled, _, refused, *_ = row
        if address or refused is not None or not settled:  # a list has no address; its members are rows of their own
            yield _fate(row, entry)


def _fate(row: tuple[Any, ...], entry: QueueEntry | None) -> Fate:
    address, settled, delivered, refused, said, report, name = row
    address = address or name or ""
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
    if any(fate.said == NOBODY for fate in fates):
        say("Without a mail server only mailboxes of this machine are reached.")
        say("Try: mapix service add SMTP --set host=smtp.example.org")
    say("Refused; the report is in the Inbox. Try: mapix ls")
    return Exit.PARTIAL if SENT in states else Exit.FAILED
