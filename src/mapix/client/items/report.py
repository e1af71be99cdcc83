"""Reports (REPORT.IPM.Note.NDR, DR, IPNRN, IPNNRN): what became of a message that was sent. Sources: [MS-OXOMSG] 2.2.2,
RP-001..RP-012.

    report = mapix.Report.failed(message, {"bob@example.org": "550 5.1.1 no such user"})
    report.save("undeliverable.msg")
    for one in report.reported:
        print(one.address, one.text)

Reports are made as the spooler and the stores make theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from mapix.client.fields import Text, Time
from mapix.client.items.base import Item
from mapix.client.message import Message
from mapix.client.recipient import Recipient, parse
from mapix.formats.mime.reports import NDR_STATUS_CODE
from mapix.interfaces.table import query_all_rows
from mapix.objects.messages.content import write_content
from mapix.objects.messages.readreport import ReadKind, report_props
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import RECEIVED_BY, SENDER, SENT_REPRESENTING
from mapix.properties.tag import PropTag
from mapix.properties.times import from_datetime, now, readable

Rows = Sequence[Mapping[PropTag, Any]]

KINDS: Final = ("NDR", "DR", "IPNRN", "IPNNRN")
"""Not delivered, delivered, read, deleted unread; the end of the message class."""

_RECEIPTS: Final = ("IPNRN", "IPNNRN")
_ICONS: Final = {"DR": 0x108, "IPNRN": 0x109, "NDR": 0x10A, "IPNNRN": 0x10B}
"""PR_ICON_INDEX ([MS-OXOMSG] 2.2.1.10)."""

_COLUMNS: Final = (
    t.PR_DISPLAY_NAME,
    t.PR_SMTP_ADDRESS,
    t.PR_EMAIL_ADDRESS,
    t.PR_NDR_REASON_CODE,
    t.PR_NDR_DIAG_CODE,
    NDR_STATUS_CODE,
    t.PR_SUPPLEMENTARY_INFO,
    t.PR_REPORT_TEXT,
    t.PR_DELIVER_TIME,
)


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of one recipient. `reason` and `diagnostic` are MAPI's codes, `status` the enhanced status code as a
    number (511 for 5.1.1), None where nobody told; `text` is what the peer said.
    """

    name: str
    address: str
    reason: int | None = None
    diagnostic: int | None = None
    status: int | None = None
    text: str = ""
    delivered: datetime | None = None


class Report(Item):
    """A report on a message. Made by `failed`, `delivered_to`, `read` and `not_read`."""

    ITEM_CLASS = "REPORT.IPM.Note.NDR"
    SIDE_EFFECTS = 0

    original_subject = Text(t.PR_ORIGINAL_SUBJECT, "What the message was about.")
    original_to = Text(t.PR_ORIGINAL_DISPLAY_TO, "Whom it went to.")
    original_sent = Time(t.PR_ORIGINAL_SUBMIT_TIME, "When it was sent.")
    original_class = Text(t.PR_ORIG_MESSAGE_CLASS, "What kind of message it was.")
    reported_at = Time(t.PR_REPORT_TIME, "When the report was made.")
    report_text = Text(t.PR_REPORT_TEXT, "What it says.")

    @classmethod
    def failed(cls, message: Message, reasons: Mapping[str, str], *, at: datetime | None = None) -> Self:
        """A nondelivery report: `reasons` says for addresses what the peer answered, as `550 5.1.1 no such user`. It
        carries the message.
        """
        from mapix.subsystem.spooler.reportcontent import Kind

        return cls._of_delivery(Kind.FAILED, message, [_failed(*one) for one in reasons.items()], at)

    @classmethod
    def delivered_to(cls, message: Message, people: Iterable[str | Recipient], *, at: datetime | None = None) -> Self:
        """A delivery report: the message reached `people`."""
        from mapix.subsystem.spooler.reportcontent import Kind

        moment = _ticks(at)
        rows = [one.row() | {t.PR_DELIVER_TIME: moment} for one in parse(list(people), "to")]
        return cls._of_delivery(Kind.DELIVERED, message, rows, at)

    @classmethod
    def read(cls, message: Message, by: str | Recipient, *, at: datetime | None = None) -> Self:
        """A read receipt: somebody has read the message."""
        return cls._of_reading(ReadKind.READ, message, by, at)

    @classmethod
    def not_read(cls, message: Message, by: str | Recipient, *, at: datetime | None = None) -> Self:
        """The message was deleted by somebody who had not read it."""
        return cls._of_reading(ReadKind.NOT_READ, message, by, at)

    @property
    def kind(self) -> str:
        """`NDR`, `DR`, `IPNRN` or `IPNNRN`."""
        return (self.message_class or "").rpartition(".")[2].upper()

    @property
    def reported(self) -> list[Reported]:
        """The recipients that it reports on (RP-008); of a receipt who has read, or not."""
        if self.kind in _RECEIPTS:
            return [Reported(self.sender_name or "", self.sender_address or "")]
        return [_reported(dict(zip(_COLUMNS, row, strict=True))) for row in self._rows()]

    @property
    def original(self) -> Message | None:
        """The message that it is about, where it carries it (RP-009)."""
        found: list[Message | None] = [one.message for one in self.attachments]
        return next((one for one in found if one is not None), None)

    def _rows(self) -> Sequence[Sequence[Any]]:
        return query_all_rows(self.mapi.get_recipient_table(), _COLUMNS)

    def _icon(self) -> int:
        return _ICONS.get(self.kind, -1)

    @classmethod
    def _of_delivery(cls, kind: Any, message: Message, rows: Rows, at: datetime | None) -> Self:
        from mapix.subsystem.spooler.reportcontent import report_content

        report = cls()
        content, to = _told(message)
        made = report_content(kind, content, rows, _ticks(at), to=to, key=report["PR_SEARCH_KEY"])
        for mine, theirs in zip(made.recipients, rows, strict=True):
            mine |= {tag: theirs[tag] for tag in (t.PR_SMTP_ADDRESS, NDR_STATUS_CODE) if tag in theirs}
        return report._with(made)

    @classmethod
    def _of_reading(cls, kind: ReadKind, message: Message, by: str | Recipient, at: datetime | None) -> Self:
        content, to = _told(message)
        reader = parse([by], "to")[0]
        me = SENDER.filled(reader.name, reader.address) | SENT_REPRESENTING.filled(reader.name, reader.address)
        values = report_props(kind, content.properties, _ticks(at), me)
        values.pop(t.PR_DELETE_AFTER_SUBMIT, None)
        values |= {t.PR_CLIENT_SUBMIT_TIME: _ticks(at)} | RECEIVED_BY.taken_from(to, SENDER)
        author = Recipient(to.get(SENDER.name, ""), SENDER.smtp(to))
        return cls()._with(MessageContent(values, [author.row()] if author.address else []))

    def _with(self, content: MessageContent) -> Self:
        """This report with everything of `content`."""
        write_content(content, self.mapi)
        return self


def _told(message: Message) -> tuple[MessageContent, Mapping[PropTag, Any]]:
    """A message as it stands, complete where it is one made without a session, and PR_SENDER_* of who sent it."""
    content = message._content()
    values = content.properties
    return content, SENDER.taken_from(values, SENDER if SENDER.is_set(values) else SENT_REPRESENTING)


def _failed(address: str, said: str) -> dict[PropTag, Any]:
    """The row of a recipient that was not reached (RP-011)."""
    from mapix.subsystem.spooler.reasons import diagnosis

    code, _, rest = said.partition(" ")
    number = int(code) if code.isdigit() and len(code) == 3 else 0
    reason, diagnostic = diagnosis(number, rest if code.isdigit() else said)
    row = parse([address], "to")[0].row()
    row |= {t.PR_NDR_REASON_CODE: reason, t.PR_NDR_DIAG_CODE: diagnostic, t.PR_SUPPLEMENTARY_INFO: said}
    status = (rest if code.isdigit() else said).partition(" ")[0].split(".")
    with suppress(ValueError):
        if [len(one) for one in status] == [1, 1, 1]:
            row[NDR_STATUS_CODE] = int("".join(status))
    return row


def _reported(row: Mapping[PropTag, Any]) -> Reported:
    when = row.get(t.PR_DELIVER_TIME)
    return Reported(
        row.get(t.PR_DISPLAY_NAME) or "",
        row.get(t.PR_SMTP_ADDRESS) or row.get(t.PR_EMAIL_ADDRESS) or "",
        row.get(t.PR_NDR_REASON_CODE),
        row.get(t.PR_NDR_DIAG_CODE),
        row.get(NDR_STATUS_CODE),
        row.get(t.PR_SUPPLEMENTARY_INFO) or row.get(t.PR_REPORT_TEXT) or "",
        readable(when),
    )


def _ticks(at: datetime | None) -> int:
    return now() if at is None else from_datetime(at)
