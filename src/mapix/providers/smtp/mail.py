"""A submission as mail: the bytes, the envelope, and which recipient rows stand behind each address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mapix.interfaces.spi import RecipientResult, RecipientState, Submission
from mapix.objects.messages.content import read_content
from mapix.objects.messages.transmit import outgoing, recipient_address
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.errors import BadValue, CorruptData, NoSupport, TooComplex
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_CLASS, PR_ROWID, PR_SEND_RICH_INFO
from mapix.properties.times import now
from mapix.providers.smtp.server import Reply
from mapix.providers.smtp.service import ALWAYS, ASKED, NEVER

LOG_ON_FIRST: Final = frozenset((530, 534, 535, 538))
"""Replies that mean the profile must change, not the message (RFC 4954)."""

_FORBIDDEN: Final = frozenset("<>\r\n\0 \t")


class UnsendableError(Exception):
    """The message itself can never be sent by SMTP; `code` and `text` as a server would say it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Mail:
    """One message ready for the wire. `rows` gives the recipient rows of each envelope address, in order; `utf8` tells
    that a header needs SMTPUTF8; `unsendable` speaks of rows whose address can be in no envelope.
    """

    sender: str
    data: bytes
    rows: Mapping[str, tuple[int, ...]]
    utf8: bool = False
    unsendable: tuple[RecipientResult, ...] = ()

    def needs_utf8(self, addresses: Iterable[str]) -> bool:
        """Whether a transaction for `addresses` needs SMTPUTF8: an address, here or in a header, is not ASCII."""
        return self.utf8 or not all(each.isascii() for each in (self.sender, *addresses))

    def results(self, address: str, reply: Reply) -> list[RecipientResult]:
        """What `reply` means for the rows of `address`."""
        state = RecipientState.RETRY
        if reply.good:
            state = RecipientState.SENT
        elif reply.lasting and reply.code not in LOG_ON_FIRST:
            state = RecipientState.FAILED
        return [RecipientResult(row, state, reply.code, reply.text) for row in self.rows[address]]


def mail_of(submission: Submission, sender: Mapping[PropTag, Any], tnef: str = NEVER) -> Mail:
    """The mail of a submission; `sender` holds PR_SENDER_* of the transport's user, or nothing. `tnef` tells whether
    everything goes into a winmail.dat: NEVER, ALWAYS, or where ASKED by PR_SEND_RICH_INFO of every recipient.

    Raises `UnsendableError` when there is no sender that can be in an envelope, or MIME cannot say the message.
    """
    from mapix.formats.mime import SENDING, needs_smtputf8, to_mime  # not needed by those who only log on

    content = read_content(submission.message)
    sent = outgoing(content, sender=sender, message_id=submission.message_id, now=now())
    reverse_path = _reverse_path(sent)
    rows, unsendable = _addressed(submission.recipients)
    try:
        if _is_rich(submission.recipients, tnef):
            from mapix.formats.tnef.wrap import wrap

            sent = wrap(sent)
        data = to_mime(sent, message_id=submission.message_id, options=SENDING)
    except (BadValue, NoSupport, TooComplex, CorruptData) as error:
        raise UnsendableError(554, f"5.6.0 {error.text}") from error
    utf8 = not data.isascii() and needs_smtputf8(sent)
    return Mail(reverse_path, data, rows, utf8, tuple(unsendable))


def _is_rich(recipients: Iterable[Mapping[PropTag, Any]], tnef: str) -> bool:
    """Whether the message goes as TNEF."""
    return tnef == ALWAYS or (tnef == ASKED and all(row.get(PR_SEND_RICH_INFO) is True for row in recipients))


def envelope_address(address: str) -> str:
    """`address` for MAIL or RCPT: the domain in ASCII form (RFC 5891); `UnsendableError` for what is no address."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or _FORBIDDEN & set(address):
        raise UnsendableError(553, f"5.1.3 not an e-mail address: {address!r}")
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise UnsendableError(553, f"5.1.2 not a domain: {domain!r}") from None


def _addressed(recipients: Iterable[Mapping[PropTag, Any]]) -> tuple[dict[str, tuple[int, ...]], list[RecipientResult]]:
    """The rows by envelope address, and what is to be said of those without one."""
    rows: dict[str, tuple[int, ...]] = {}
    unsendable = []
    for row in recipients:
        try:
            address = envelope_address(recipient_address(row))
        except UnsendableError as error:
            unsendable.append(RecipientResult(row[PR_ROWID], RecipientState.FAILED, error.code, error.text))
        else:
            rows[address] = (*rows.get(address, ()), row[PR_ROWID])
    return rows, unsendable


def _reverse_path(content: MessageContent) -> str:
    """Where failures are told: nowhere for reports (RFC 5321 4.5.5), else the sender."""
    props = content.properties
    if str(props.get(PR_MESSAGE_CLASS, "")).upper().startswith("REPORT."):
        return ""
    address = SENDER.smtp(props) or SENT_REPRESENTING.smtp(props)
    if not address:
        raise UnsendableError(554, "5.1.7 the message has no sender; set address in the service SMTP")
    return envelope_address(address)
