"""Files of the Macintosh as attachments: AppleDouble, AppleSingle, BinHex ([MS-OXCMAIL] 2.2.3.4.2, RFC 1740, 1741)."""

from __future__ import annotations

from mimetypes import guess_type
from typing import Final

from mapix.formats.mime.macfiles import LARGEST, apple_single, binhex
from mapix.formats.mime.read_attachments import attachment_of, made_up_name, name_of, named_file
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.tree import Node
from mapix.properties.content import AttachmentContent
from mapix.properties.named_tags import PidNameAttachmentMacContentType, PidNameAttachmentMacInfo
from mapix.properties.tag import PropType
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_MIME_TAG

APPLE_FILE: Final = "application/applefile"
BINHEX: Final = "application/mac-binhex40"


def is_double(parts: list[Node]) -> bool:
    """Whether the parts of a multipart/appledouble are what they should be: the resources, and the file."""
    return len(parts) == 2 and parts[0].told()[0] == APPLE_FILE and not parts[1].inside


def mac_file(parts: list[Node], reading: Reading, before: int) -> AttachmentContent:
    """The file as an attachment, its resources and Macintosh type as named properties of it."""
    resources, file = parts
    name = name_of(resources) or made_up_name(before + 1, file.told()[0])
    attachment = attachment_of(file, reading, name=name)
    info = reading.names.tag(PidNameAttachmentMacInfo, PropType.BINARY)
    attachment.properties[info] = resources.data(reading.defects)
    kind = reading.names.tag(PidNameAttachmentMacContentType, PropType.UNICODE)
    attachment.properties[kind] = file.told()[0]
    return attachment


def unpacked(node: Node, kind: str, reading: Reading) -> AttachmentContent | None:
    """The file in AppleSingle or BinHex as an attachment; None where a part is no such file."""
    if kind not in (APPLE_FILE, BINHEX) or node.size > LARGEST:
        return None
    found = (apple_single if kind == APPLE_FILE else binhex)(node.data(reading.defects))
    if found is None:
        return None
    if not found.sound:
        reading.defects.note(kind, "a checksum is wrong", value=found.name)
    attachment = attachment_of(node, reading, name=found.name or made_up_name(1, kind))
    props = attachment.properties
    props |= named_file(name_of(node) or found.name)
    props |= {
        PR_ATTACH_DATA_BIN: found.data,
        PR_ATTACH_MIME_TAG: guess_type(found.name)[0] or "application/octet-stream",
    }
    props[reading.names.tag(PidNameAttachmentMacInfo, PropType.BINARY)] = found.resources
    return attachment
