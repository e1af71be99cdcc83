"""Bytes of an Internet message as a message of properties ([MS-OXCMAIL] 2.2).

    >>> from mapix.properties.tags import PR_SUBJECT
    >>> parsed = from_mime(b"Subject: Hi\\r\\nFrom: a@b.test\\r\\n\\r\\nHello")
    >>> parsed.value.get(PR_SUBJECT), parsed.defects
    ('Hi', ())

Any bytes are a message of some kind: what is wrong with them is told by the defects, unless a strict reader refuses.
"""

from __future__ import annotations

from typing import IO

from mapix.formats.defects import Defects, Parsed, Strictness
from mapix.formats.mime.options import USUAL, MimeOptions
from mapix.properties.content import MessageContent


def from_mime(
    data: bytes | IO[bytes], *, strictness: Strictness = Strictness.TOLERANT, options: MimeOptions = USUAL
) -> Parsed[MessageContent]:
    """The message in `data`, bytes or an open file, with the defects it had.

    Recipients get one-off entry identifiers and search keys; attachments have their bytes, messages inside are
    messages. A large file is not read into memory: its large attachments are `LargeValue`s, which need it no more.
    `options` chooses what becomes of fields, calendars and cards. Raises CorruptData only for `Strictness.STRICT`, at
    the first defect.
    """
    from mapix.formats.mime.read_message import read_message
    from mapix.formats.mime.reading import Reading
    from mapix.formats.mime.source import MemorySource, source_of
    from mapix.formats.mime.tree import narrowed

    defects = Defects(strictness)
    source = source_of(data)
    if isinstance(source, MemorySource):
        source = narrowed(source.data, defects)
    content = read_message(Reading(read_message, defects, options), source, 0, source.size, 0)
    return Parsed(content, defects.all)
