"""Bytes of an Internet message as a message of properties ([MS-OXCMAIL] 2.2).

    >>> from mapix.properties.tags import PR_SUBJECT
    >>> parsed = from_mime(b"Subject: Hi\\r\\nFrom: a@b.test\\r\\n\\r\\nHello")
    >>> parsed.value.get(PR_SUBJECT), parsed.defects
    ('Hi', ())

Any bytes are a message of some kind: what is wrong with them is told by the defects, unless a strict reader refuses.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from mapix.formats.defects import Defects, Parsed, Strictness
from mapix.formats.mime.options import USUAL, MimeOptions
from mapix.formats.mime.wrapped import wrapping
from mapix.properties.content import MessageContent

if TYPE_CHECKING:
    from mapix.formats.mime.reading import Reading
    from mapix.formats.mime.source import Source


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
    source = came = source_of(data)
    if isinstance(source, MemorySource):
        source = narrowed(source, defects)
    reading = Reading(read_message, defects, options)
    content = read_message(reading, source, 0, source.size, 0)
    if options.unwrap and any(True for _ in wrapping(content)):
        from mapix.formats.tnef.unwrap import unwrap

        unwrap(content, defects)
    if options.keep_original:
        _keep(content, came, reading)
    return Parsed(content, defects.all)


def _keep(content: MessageContent, source: Source, reading: Reading) -> None:
    """Keep what is needed to write the same bytes again."""
    from mapix.formats.mime.skeleton import PR_MIME_SKELETON, Stretch, skeleton_of

    stretches = (
        Stretch(node.block.body, node.end, found) for node, found in reading.stretches if node.source is source
    )
    kept = skeleton_of(content, source, stretches)
    if kept is not None:
        content.properties[PR_MIME_SKELETON] = kept
