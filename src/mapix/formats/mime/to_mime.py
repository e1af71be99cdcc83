"""A message as the bytes that travel: RFC 5322 with MIME, lines ended by CRLF ([MS-OXCMAIL] 2.1).

    >>> from mapix.properties.tags import PR_BODY, PR_SUBJECT
    >>> to_mime(MessageContent({PR_SUBJECT: "Hi", PR_BODY: "Hello"})).splitlines()[0]
    b'Subject: Hi'

Blind copies and MAPI_P1 rows are not written unless the options want it. Everything is ASCII unless an address needs
RFC 6532's UTF-8, which `needs_smtputf8` tells, or what came in was of 8 bits and must not be changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Final

from mapix.formats.mime.addresses import header_form
from mapix.formats.mime.attachments import Nested, attachment_parts
from mapix.formats.mime.bodies import Bodies, bodies_of, body_part, text_of_html
from mapix.formats.mime.bodyform import flow_of
from mapix.formats.mime.bodyparts import in_parts
from mapix.formats.mime.exceptions import is_exception
from mapix.formats.mime.fields import message_fields
from mapix.formats.mime.headers import eight_bit
from mapix.formats.mime.items import item_part
from mapix.formats.mime.keptreport import kept_status
from mapix.formats.mime.options import USUAL, MimeOptions, SaveFormat
from mapix.formats.mime.originals import came_as_html, came_in_parts, with_originals
from mapix.formats.mime.parts import CRLF, Part, multipart
from mapix.formats.mime.people import visible
from mapix.formats.mime.plainmail import plain_part
from mapix.formats.mime.reports import DELIVERY, kind_of, report_part
from mapix.formats.mime.secure import secure_part
from mapix.formats.mime.skeleton import html_came_alone, original_pieces
from mapix.formats.mime.write_contact import is_contact, is_photo, note_of, photo_of
from mapix.formats.mime.writing import Writing
from mapix.properties.content import MessageContent
from mapix.properties.errors import TooComplex

DEEPEST: Final = 64
"""How many messages may stand in one another."""


def to_mime(content: MessageContent, *, message_id: str | None = None, options: MimeOptions = USUAL) -> bytes:
    """`content` as an Internet message.

    `message_id` takes the place of PR_INTERNET_MESSAGE_ID; `options` chooses encodings and what is told. Raises
    TooComplex for a message in which messages stand more than 64 deep.
    """
    return b"".join(mime_pieces(content, message_id=message_id, options=options))


def write_mime(
    content: MessageContent, file: IO[bytes], *, message_id: str | None = None, options: MimeOptions = USUAL
) -> int:
    """Write `content` as an Internet message to a file, large attachments a piece at a time; how many bytes it is."""
    return sum(file.write(piece) for piece in mime_pieces(content, message_id=message_id, options=options))


def mime_pieces(
    content: MessageContent, *, message_id: str | None = None, options: MimeOptions = USUAL
) -> Iterator[bytes]:
    """The bytes of `to_mime` in order, in pieces."""
    kept = original_pieces(content) if message_id is None and options.usual_writing else None
    if kept is not None:
        yield from kept
        return
    part = message_part(content, message_id, options=options)
    last = b""
    for piece in part.pieces() if options.headers else Part([], part.body).body_pieces():
        last = piece or last
        yield piece
    if not last.endswith(CRLF):
        yield CRLF


def needs_smtputf8(content: MessageContent) -> bool:
    """Whether some header of `content`, or of a message inside, holds an address that only SMTPUTF8 can send."""
    return _needs_utf8(content, 0)


def message_part(
    content: MessageContent, message_id: str | None = None, depth: int = 0, options: MimeOptions = USUAL
) -> Part:
    """`content` as a part whose header is a message's."""
    if depth > DEEPEST:
        raise TooComplex("messages stand too deep in one another", value=depth)
    writing = Writing(content, options)
    kind = kind_of(content)
    inner = secure_part(writing) or content_part(writing, kind, depth)
    fields = with_originals(message_fields(writing, message_id, report=kind in DELIVERY), writing)
    if options.eight_bit_headers:
        fields = [eight_bit(line) for line in fields]
    mime = ["MIME-Version: 1.0"] if inner.headers else []
    told = {line.partition(":")[0].lower() for line in inner.headers}
    fields = [line for line in fields if line.partition(":")[0].lower() not in told]
    return Part([*fields, *mime, *inner.headers], inner.body, inner.eight_bit or not all(map(str.isascii, fields)))


def content_part(writing: Writing, report: str | None, depth: int) -> Part:
    """The bodies and attachments of a message; `report` is the kind of report it is, if it is one."""

    def nested(message: MessageContent) -> Part:
        return _nested_part(message_part(message, depth=depth + 1, options=writing.options))

    bodies = _as_they_came(bodies_of(writing.content), writing)
    if (flow := flow_of(writing)) is not None:
        bodies = replace(bodies, flow=flow)
    if report:
        body = body_part(bodies, [], writing.options)
        return report_part(writing, report, body, nested, kept_status(writing.content, report))
    if writing.options.save_format is SaveFormat.PLAIN:
        return plain_part(writing, bodies)
    return _with_attachments(writing, bodies, nested)


def _with_attachments(writing: Writing, bodies: Bodies, nested: Nested) -> Part:
    """The bodies, the calendar or card that says the same, and the attachments."""
    bodies, behind = in_parts(writing, bodies)
    item = item_part(writing)
    if item is not None:
        _without_occurrences(writing)
        bodies = _beside_card(writing, bodies)
    shown = None if writing.options.plain_text or bodies.html is None else bodies.content_ids()
    attachments = attachment_parts(writing, shown, nested, behind.parts)
    within = (behind.body, attachments.taken()) if behind.body else None
    beside, found = attachments.beside, [] if item is None else [item]
    if bodies.text is not None or bodies.html is not None or not (beside or found):
        found.insert(0, body_part(bodies, attachments.inline, writing.options, within))
    if not found:
        return beside[0] if len(beside) == 1 and not came_in_parts(writing) else multipart("mixed", beside)
    body = found[0] if len(found) == 1 else multipart("alternative", found)
    return multipart("mixed", [body, *beside]) if beside else body


def _without_occurrences(writing: Writing) -> None:
    """Leave out the messages of a series' occurrences: the calendar tells of them."""
    if any(map(is_exception, writing.content.attachments)):
        kept = [each for each in writing.content.attachments if not is_exception(each)]
        writing.content = replace(writing.content, attachments=kept)


def _beside_card(writing: Writing, bodies: Bodies) -> Bodies:
    """What of the bodies is not in the card of a contact; its picture is there, too."""
    if not is_contact(writing.content):
        return bodies
    if photo_of(writing.content):
        kept = [each for each in writing.content.attachments if not is_photo(each)]
        writing.content = replace(writing.content, attachments=kept)
    return replace(bodies, text=None, html=None) if note_of(writing.content) or not bodies.text else bodies


def _as_they_came(bodies: Bodies, writing: Writing) -> Bodies:
    """The bodies without text that a store made of HTML which came alone."""
    if not bodies.text or bodies.html is None or writing.options.alternative:
        return bodies
    alone = html_came_alone(writing.content)
    if not (came_as_html(writing) if alone is None else alone):
        return bodies
    return replace(bodies, text=None) if bodies.text.split() == text_of_html(bodies).split() else bodies


def _nested_part(message: Part) -> Part:
    """A message as a part inside another (RFC 2046 5.2.1, RFC 6532 3.7)."""
    kind, encoding = ("global", "8bit") if message.eight_bit else ("rfc822", "7bit")
    headers = [f"Content-Type: message/{kind}", f"Content-Transfer-Encoding: {encoding}"]
    return Part(headers, message.whole(), message.eight_bit)


def _needs_utf8(content: MessageContent, depth: int) -> bool:
    if any(not (header_form(address) or "").isascii() for address in visible(content)):
        return True
    inner = [each.message for each in content.attachments if each.message is not None]
    return depth < DEEPEST and any(_needs_utf8(message, depth + 1) for message in inner)
