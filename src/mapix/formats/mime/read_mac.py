"""Files of the Macintosh: AppleDouble, whose two halves are one attachment ([MS-OXCMAIL] 2.2.3.4.2, RFC 1740)."""

from __future__ import annotations

from mapix.formats.mime.read_attachments import attachment_of, made_up_name, name_of
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.tree import Node
from mapix.properties.content import AttachmentContent
from mapix.properties.named_tags import PidNameAttachmentMacContentType, PidNameAttachmentMacInfo
from mapix.properties.tag import PropType

APPLE_FILE = "application/applefile"


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
