"""Signed and encrypted messages on their way out: the entity that was kept, byte for byte ([MS-OXOSMIME] 2.1.3)."""

from __future__ import annotations

from typing import Final

from mapix.formats.mime.fieldblock import fields_of
from mapix.formats.mime.headers import field, is_plain
from mapix.formats.mime.parameters import disposition
from mapix.formats.mime.parts import Part, base64_pieces
from mapix.formats.mime.read_secure import PKCS7, SEALED
from mapix.formats.mime.values import bytes_of, pieces_of, text_of
from mapix.formats.mime.writing import Writing
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_FILENAME,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_MIME_TAG,
    PR_MESSAGE_CLASS,
)

_SUFFIXES: Final = (".SMIME", ".SMIME.MULTIPARTSIGNED")
_LONGEST_CLASS: Final = 255


def secure_part(writing: Writing) -> Part | None:
    """The body of a signed or encrypted message; None for any other."""
    name = (text_of(writing.content.properties, PR_MESSAGE_CLASS) or "")[:_LONGEST_CLASS].upper()
    if not name.endswith(_SUFFIXES) or len(writing.content.attachments) != 1:
        return None
    props = writing.content.attachments[0].properties
    kind = (text_of(props, PR_ATTACH_MIME_TAG) or "").lower()
    file_name = text_of(props, PR_ATTACH_LONG_FILENAME) or text_of(props, PR_ATTACH_FILENAME) or "smime.p7m"
    if kind in SEALED or name.endswith(_SUFFIXES[1]):
        return _entity(bytes_of(props, PR_ATTACH_DATA_BIN) or b"")
    if kind not in PKCS7 and not file_name.lower().endswith(".p7m"):
        return None
    told = writing.field(writing.content.properties, "content-type")
    kind = told if told and is_plain(told) else f"{PKCS7[0]}; name=smime.p7m"
    value = props.get(PR_ATTACH_DATA_BIN, b"")
    return Part(
        [field("Content-Type", kind), "Content-Transfer-Encoding: base64", disposition("attachment", file_name)],
        [lambda: base64_pieces(pieces_of(value))],
    )


def _entity(data: bytes) -> Part | None:
    """An entity that was kept whole: its header's Content-Type as it was, and its body."""
    block = fields_of(data)
    if not block.by_name.get("content-type", [""])[0].lower().startswith("multipart/"):
        return None
    header = block.raw.rstrip(b"\r\n").decode("utf-8", "replace")
    body = data[block.body :]
    lines = header.replace("\r\n", "\n").replace("\n", "\r\n").split("\r\n")
    return Part(_fields(lines), [body], not body.isascii() or not header.isascii())


def _fields(lines: list[str]) -> list[str]:
    """Lines of a header as fields, folds with theirs."""
    found: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and found:
            found[-1] += f"\r\n{line}"
        else:
            found.append(line)
    return [each for each in found if each.lower().startswith("content-")]
