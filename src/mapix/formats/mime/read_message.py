"""One message read: its header, its bodies, its attachments, and the messages inside."""

from __future__ import annotations

from typing import Final

from mapix.formats.defects import Defects
from mapix.formats.mime.charsets import decode
from mapix.formats.mime.read_fields import header_props, header_recipients
from mapix.formats.mime.read_parts import Reader
from mapix.formats.mime.read_reports import report_props
from mapix.formats.mime.tree import Node, header_bytes, parse, walk
from mapix.properties.content import MessageContent
from mapix.properties.tags import PR_MESSAGE_CLASS, PR_SUBJECT, PR_TRANSPORT_MESSAGE_HEADERS

DEEPEST_MESSAGES: Final = 16
"""How many messages may stand in one another; deeper ones stay files."""

_NOTE: Final = "IPM.Note"


def read_message(data: bytes, defects: Defects, depth: int) -> MessageContent:
    """The message in `data`, which stands inside `depth` others."""

    def nested(inner: bytes) -> MessageContent | None:
        if depth >= DEEPEST_MESSAGES:
            defects.note("message/rfc822", "stands too deep, kept as a file")
            return None
        return read_message(inner, defects, depth + 1)

    root = parse(data, defects)
    charset = _charset(root)
    reader = Reader(nested, defects)
    reader.read(root)
    props = header_props(root, charset, defects) | reader.props()
    props[PR_MESSAGE_CLASS] = _NOTE
    props.setdefault(PR_SUBJECT, "")
    props[PR_TRANSPORT_MESSAGE_HEADERS] = decode(header_bytes(data), charset)[0]
    content = MessageContent(props, header_recipients(root, charset, defects), reader.attachments)
    report_props(root, content, defects)
    return content


def _charset(root: Node) -> str | None:
    """What 8-bit bytes in the header are taken for: the first character set that a text part tells."""
    kinds = (node.told() for node in walk(root))
    return next((told["charset"] for kind, told in kinds if kind.startswith("text/") and "charset" in told), None)
