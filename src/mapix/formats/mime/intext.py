"""Files inside plain text: uuencode and yEnc, as mail carried them before MIME did ([MS-OXCMAIL] 2.2.3.3)."""

from __future__ import annotations

import re
from typing import Any, Final

from mapix.formats.defects import Defects
from mapix.formats.mime.parameters import clean_name
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.transfer import from_uu, from_yenc
from mapix.properties.content import AttachmentContent
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_MIME_TAG, PR_RENDERING_POSITION

_UU_BEGIN: Final = re.compile(r"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?$", re.MULTILINE)
_UU_END: Final = re.compile(r"^end[ \t]*\r?$", re.MULTILINE)
_YENC_BEGIN: Final = re.compile(r"^=ybegin [^\r\n]{0,200}?name=([^\r\n]{1,255})\r?$", re.MULTILINE)
_YENC_END: Final = re.compile(r"^=yend[^\r\n]*\r?$", re.MULTILINE)
_MOST: Final = 100


def files_in_text(text: str, charset: str | None, reading: Reading) -> tuple[str, list[AttachmentContent]]:
    """The text without the files in it, and these; text that only looks as if it had some stays as it is."""
    if "begin " not in text and "begin-" not in text:
        return text, []
    kept: list[str] = []
    files: list[AttachmentContent] = []
    at = 0
    while len(files) < _MOST:
        found = _next(text, at)
        if found is None:
            break
        start, end, name, data = found
        kept.append(text[at:start])
        files.append(_file(name, data))
        at = end
    return ("".join((*kept, text[at:])), files) if files else (text, [])


def _next(text: str, at: int) -> tuple[int, int, str, bytes] | None:
    """The next file: where it begins and ends, its name, its bytes."""
    for begin, finish, decode in ((_UU_BEGIN, _UU_END, _uu), (_YENC_BEGIN, _YENC_END, _yenc)):
        found = begin.search(text, at)
        end = finish.search(text, found.end()) if found else None
        data = decode(text[found.start() : end.end()]) if found and end else None
        if found and end and data:
            over = end.end() + (1 if text[end.end() : end.end() + 1] == "\n" else 0)
            return found.start(), over, clean_name(found[1].strip().strip('"')), data
    return None


def _uu(text: str) -> bytes | None:
    """The bytes of a block, None where a line of it is damaged: then it is text."""
    lines = text.encode("utf-8", "replace").splitlines()
    if text.startswith("begin-base64"):
        from mapix.formats.mime.transfer import from_base64

        return from_base64(b"".join(lines[1:-1]))
    defects = Defects()
    data = from_uu(lines, defects)
    return None if defects.all else data


def _yenc(text: str) -> bytes:
    return from_yenc(text.encode("cp1252", "replace"))


def _file(name: str, data: bytes) -> AttachmentContent:
    from mimetypes import guess_type

    from mapix.formats.mime.read_attachments import named_file

    kind = guess_type(name)[0] or "application/octet-stream"
    props: dict[PropTag, Any] = {PR_RENDERING_POSITION: -1, PR_ATTACH_MIME_TAG: kind, PR_ATTACH_DATA_BIN: data}
    return AttachmentContent(props | named_file(name))
