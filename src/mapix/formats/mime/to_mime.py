"""A message as the bytes that travel: RFC 5322 with MIME, lines ended by CRLF ([MS-OXCMAIL] 2.1).

    >>> from mapix.properties.tags import PR_BODY, PR_SUBJECT
    >>> to_mime(MessageContent({PR_SUBJECT: "Hi", PR_BODY: "Hello"})).splitlines()[0]
    b'Subject: Hi'

Blind copies and MAPI_P1 rows are not written. Everything is ASCII unless an address needs RFC 6532's UTF-8, which
`needs_smtputf8` tells.
"""

from __future__ import annotations

from typing import Final

from mapix.formats.mime.addresses import header_form
from mapix.formats.mime.attachments import attachment_parts
from mapix.formats.mime.bodies import bodies_of, body_part
from mapix.formats.mime.fields import message_fields
from mapix.formats.mime.parts import CRLF, Part, multipart
from mapix.formats.mime.people import visible
from mapix.formats.mime.reports import DELIVERY, kind_of, report_part
from mapix.properties.content import MessageContent
from mapix.properties.errors import TooComplex

DEEPEST: Final = 64
"""How many messages may stand in one another."""


def to_mime(content: MessageContent, *, message_id: str | None = None) -> bytes:
    """`content` as an Internet message.

    `message_id` takes the place of PR_INTERNET_MESSAGE_ID. Raises NoSupport for a message whose only body is RTF,
    and TooComplex for one in which messages stand more than 64 deep.
    """
    part = message_part(content, message_id)
    data = b"".join(part.pieces())
    return data if data.endswith(CRLF) else data + CRLF


def needs_smtputf8(content: MessageContent) -> bool:
    """Whether some header of `content`, or of a message inside, holds an address that only SMTPUTF8 can send."""
    return _needs_utf8(content, 0)


def message_part(content: MessageContent, message_id: str | None = None, depth: int = 0) -> Part:
    """`content` as a part whose header is a message's."""
    if depth > DEEPEST:
        raise TooComplex("messages stand too deep in one another", value=depth)
    kind = kind_of(content)
    inner = content_part(content, kind, depth)
    fields = message_fields(content, message_id, report=kind in DELIVERY)
    headers = [*fields, "MIME-Version: 1.0", *inner.headers]
    eight_bit = inner.eight_bit or not all(map(str.isascii, fields))
    return Part(headers, inner.body, eight_bit)


def content_part(content: MessageContent, report: str | None, depth: int) -> Part:
    """The bodies and attachments of `content`; `report` is the kind of report it is, if it is one."""

    def nested(message: MessageContent) -> Part:
        return _nested_part(message_part(message, depth=depth + 1))

    bodies = bodies_of(content)
    if report:
        return report_part(content, report, body_part(bodies, []), nested)
    shown = None if bodies.html is None else bodies.content_ids()
    attachments = attachment_parts(content, shown, nested)
    body = body_part(bodies, attachments.inline)
    return multipart("mixed", [body, *attachments.beside]) if attachments.beside else body


def _nested_part(message: Part) -> Part:
    """A message as a part inside another (RFC 2046 5.2.1, RFC 6532 3.7)."""
    kind, encoding = ("global", "8bit") if message.eight_bit else ("rfc822", "7bit")
    headers = [f"Content-Type: message/{kind}", f"Content-Transfer-Encoding: {encoding}"]
    return Part(headers, list(message.pieces()), message.eight_bit)


def _needs_utf8(content: MessageContent, depth: int) -> bool:
    if any(not (header_form(address) or "").isascii() for address in visible(content)):
        return True
    inner = [each.message for each in content.attachments if each.message is not None]
    return depth < DEEPEST and any(_needs_utf8(message, depth + 1) for message in inner)
