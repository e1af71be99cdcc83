"""Bytes of an Internet message as a message of properties ([MS-OXCMAIL] 2.2).

    >>> from mapix.properties.tags import PR_SUBJECT
    >>> parsed = from_mime(b"Subject: Hi\\r\\nFrom: a@b.test\\r\\n\\r\\nHello")
    >>> parsed.value.get(PR_SUBJECT), parsed.defects
    ('Hi', ())

Any bytes are a message of some kind: what is wrong with them is told by the defects, unless a strict reader refuses.
The standard library's parser is loaded when the first message is read.
"""

from __future__ import annotations

from mapix.formats.defects import Defects, Parsed, Strictness
from mapix.properties.content import MessageContent


def from_mime(data: bytes, *, strictness: Strictness = Strictness.TOLERANT) -> Parsed[MessageContent]:
    """The message in `data`, with the defects it had.

    Recipients get one-off entry identifiers and search keys; attachments have their bytes, messages inside are
    messages. Raises CorruptData only for `Strictness.STRICT`, at the first defect.
    """
    from mapix.formats.mime.read_message import read_message

    defects = Defects(strictness)
    content = read_message(bytes(data), defects, 0)
    return Parsed(content, defects.all)
