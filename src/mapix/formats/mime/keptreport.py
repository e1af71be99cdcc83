"""What machines read of a report, as it came: written again while it still says what the properties say (RP-001)."""

from __future__ import annotations

from mapix.formats.mime.parts import Part, canonical
from mapix.formats.mime.read_reports import report_rows, suffix_of
from mapix.formats.mime.reports import MACHINE_PARTS
from mapix.formats.mime.tree import field_blocks
from mapix.formats.mime.values import bytes_of, text_of
from mapix.properties.content import MessageContent
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_MIME_TAG


def kept_status(content: MessageContent, kind: str) -> Part | None:
    """The part that a report of `kind` came with; None where there is none, or where it says something else now."""
    for attachment in content.attachments:
        media = (text_of(attachment.properties, PR_ATTACH_MIME_TAG) or "").lower()
        if media in MACHINE_PARTS:
            data = bytes_of(attachment.properties, PR_ATTACH_DATA_BIN) or b""
            return _part(media, canonical(data)) if _says(data, media, content, kind) else None
    return None


def _part(media: str, data: bytes) -> Part | None:
    if not data.isascii() and "global" not in media:
        return None
    encoding = "7bit" if data.isascii() else "8bit"
    return Part([f"Content-Type: {media}", f"Content-Transfer-Encoding: {encoding}"], [data], not data.isascii())


def _says(data: bytes, media: str, content: MessageContent, kind: str) -> bool:
    """Whether the bytes say what the rows and the class of a report say."""
    blocks = field_blocks(data)
    if (suffix_of(blocks, media) or "").upper() != kind:
        return False
    rows = report_rows(blocks)
    now = content.recipients
    return "disposition" in media or (
        len(rows) == len(now)
        and all(row.get(tag) == value for row, came in zip(now, rows, strict=True) for tag, value in came.items())
    )
