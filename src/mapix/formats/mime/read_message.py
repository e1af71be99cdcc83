"""One message read: its header, its bodies, its attachments, and the messages inside."""

from __future__ import annotations

from typing import Final

from mapix.formats.mime.charsets import decode
from mapix.formats.mime.fieldblock import LONGEST_FIELD
from mapix.formats.mime.read_calendar import calendar_item
from mapix.formats.mime.read_contact import CARD_TYPES, contact_item
from mapix.formats.mime.read_fields import header_props, header_recipients
from mapix.formats.mime.read_parts import Reader
from mapix.formats.mime.read_reports import report_props
from mapix.formats.mime.read_secure import secured
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.source import Source
from mapix.formats.mime.tree import Node, parse, walk
from mapix.properties.content import MessageContent
from mapix.properties.tags import PR_BODY, PR_HTML, PR_MESSAGE_CLASS, PR_SUBJECT, PR_TRANSPORT_MESSAGE_HEADERS

_NOTE: Final = "IPM.Note"


def read_message(reading: Reading, source: Source, start: int, end: int, depth: int) -> MessageContent:
    """The message in a stretch of a source, which stands inside `depth` others."""
    root = parse(source, reading.defects, start, end)
    charset = _charset(root)
    reader = Reader(reading, depth)
    message_class = secured(root, reader)
    if message_class is None:
        reader.read(root)
    props = header_props(root, charset, reading) | reader.props()
    props[PR_MESSAGE_CLASS] = message_class or _NOTE
    props.setdefault(PR_SUBJECT, "")
    header = root.block.raw[:LONGEST_FIELD].rstrip(b"\r\n")
    props[PR_TRANSPORT_MESSAGE_HEADERS] = decode(header, charset)[0]
    recipients = header_recipients(root, charset, reading.defects)
    content = MessageContent(props, recipients, reader.attachments, reading.names.names)
    report_props(root, content, reading.defects)
    if reader.calendar is not None and reading.options.items and calendar_item(reader.calendar, content, reading):
        content.attachments = [each for each in content.attachments if each is not reader.calendar_file]
    elif reading.options.items and (card := _card_of(root, content)) is not None:
        contact_item(card, content, reading)
    return content


def _card_of(root: Node, content: MessageContent) -> Node | None:
    """The card that a mail is, or with files behind it: it comes first, has no name, and there is no text."""
    found = root
    if root.inside and root.told()[0] == "multipart/mixed":
        found = root.inside[0]
        if found.disposition()[0] or "name" in found.told()[1] or content.get(PR_BODY) or content.get(PR_HTML):
            return None
    return found if not found.inside and found.told()[0] in CARD_TYPES else None


def _charset(root: Node) -> str | None:
    """What 8-bit bytes in the header are taken for: the first character set that a text part tells."""
    if root.block.raw.isascii():
        return None
    kinds = (node.told() for node in walk(root))
    return next((told["charset"] for kind, told in kinds if kind.startswith("text/") and "charset" in told), None)
