"""Which attachments of a mail are TNEF streams: told by their content type or by the name `winmail.dat`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_FILENAME, PR_ATTACH_LONG_FILENAME, PR_ATTACH_MIME_TAG

CONTENT_TYPES: Final = ("application/ms-tnef", "application/vnd.ms-tnef")
FILE_NAMES: Final = ("winmail.dat", "win.dat")


def is_wrapped(part: AttachmentContent) -> bool:
    """Whether an attachment claims to be a TNEF stream."""
    values = part.properties
    if PR_ATTACH_DATA_BIN not in values or part.message is not None:
        return False
    names = (values.get(PR_ATTACH_LONG_FILENAME), values.get(PR_ATTACH_FILENAME))
    kind = values.get(PR_ATTACH_MIME_TAG)
    return kind in CONTENT_TYPES or any(isinstance(name, str) and name.lower() in FILE_NAMES for name in names)


def wrapping(content: MessageContent) -> Iterator[MessageContent]:
    """The messages that have such an attachment: this one, and those in it at any depth."""
    waiting = [content]
    while waiting:
        one = waiting.pop()
        waiting += [part.message for part in one.attachments if part.message is not None]
        if any(map(is_wrapped, one.attachments)):
            yield one
