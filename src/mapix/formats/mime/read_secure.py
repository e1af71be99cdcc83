"""Signed and encrypted messages, which are passed through as they are ([MS-OXOSMIME] 2.1.3, RFC 1847, RFC 3156).

What was signed must not change by a byte: a clear-signed message is one attachment that holds the whole entity, header
and all, and its text is shown beside. What is opaque is one attachment and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mapix.formats.mime.tree import Node
from mapix.properties.content import AttachmentContent
from mapix.properties.flags import ATTACH_BY_VALUE
from mapix.properties.named_tags import PidNameContentType
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_EXTENSION,
    PR_ATTACH_FILENAME,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_ATTACH_MIME_TAG,
    PR_DISPLAY_NAME,
    PR_RENDERING_POSITION,
)

if TYPE_CHECKING:
    from mapix.formats.mime.read_parts import Reader

OPAQUE: Final = "IPM.Note.SMIME"
CLEAR_SIGNED: Final = "IPM.Note.SMIME.MultipartSigned"
PKCS7: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
SEALED: Final = ("multipart/signed", "multipart/encrypted")


def secured(root: Node, reader: Reader) -> str | None:
    """Take a signed or encrypted message; its class, None for any other message, of which nothing is taken."""
    kind = root.told()[0]
    if kind in SEALED and root.inside:
        if kind == "multipart/signed":
            reader.show(root.inside[0])
        reader.attachments = [_whole_entity(root, kind, reader)]
        return CLEAR_SIGNED if kind == "multipart/signed" else OPAQUE
    if not root.inside and is_opaque(root):
        reader.attach_root(root, "smime.p7m")
        reader.extra[reader.reading.names.tag(PidNameContentType, PropType.UNICODE)] = root.value_of("content-type")
        return OPAQUE
    return None


def is_opaque(node: Node) -> bool:
    """Whether a part is CMS: by its type, or by its name where its type tells nothing."""
    kind = node.told()[0]
    if kind in PKCS7:
        return True
    names = (node.disposition()[1].get("filename", ""), node.told()[1].get("name", ""))
    return kind == "application/octet-stream" and any(name.lower().endswith(".p7m") for name in names)


def _whole_entity(root: Node, kind: str, reader: Reader) -> AttachmentContent:
    """The entity with its Content-Type and nothing else of its header, byte for byte."""
    told = root.block.by_name["content-type"][0].encode("ascii", "surrogateescape")
    data = b"Content-Type: " + told + b"\r\n\r\n" + root.raw()
    name = "smime.p7m" if kind == "multipart/signed" else "encrypted.eml"
    props: dict[PropTag, Any] = {
        PR_ATTACH_METHOD: ATTACH_BY_VALUE,
        PR_ATTACH_DATA_BIN: data,
        PR_ATTACH_MIME_TAG: kind,
        PR_ATTACH_LONG_FILENAME: name,
        PR_ATTACH_FILENAME: name,
        PR_ATTACH_EXTENSION: name[name.rindex(".") :],
        PR_DISPLAY_NAME: name,
        PR_RENDERING_POSITION: -1,
    }
    return AttachmentContent(props)
