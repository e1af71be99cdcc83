"""Transfer encodings undone, as far as they can be (RFC 2045 6): base64, quoted-printable, uuencode, yEnc.

>>> undo(b"SGVs\\r\\nbG8=", "base64", Defects())
b'Hello'
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Final

from mapix.formats.defects import Defects
from mapix.formats.mime.headers import loose_base64

_AS_IT_IS: Final = frozenset(("", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"))
_UU: Final = frozenset(("x-uuencode", "uuencode", "x-uue", "uue", "x-uu"))
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/=]+")
_NOT_LETTERS: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_YENC: Final = bytes((byte - 42) % 256 for byte in range(256))
_YENC_ESCAPED: Final = re.compile(rb"=(.)", re.DOTALL)


def undo(data: bytes, encoding: str, defects: Defects) -> bytes:
    """`data` with a transfer encoding undone, as far as it can be."""
    if encoding in _AS_IT_IS:
        return data
    if encoding == "base64":
        return from_base64(data)
    if encoding in ("quoted-printable", "quoted/printable"):
        return binascii.a2b_qp(data)
    if encoding in _UU:
        return from_uu(data.splitlines(), defects)
    if encoding in ("x-yencode", "yenc", "x-yenc"):
        return from_yenc(data)
    defects.note("Content-Transfer-Encoding", "unknown, taken as 8bit", value=encoding)
    return data


def from_base64(data: bytes) -> bytes:
    """Base64, also where several encoded pieces with padding stand one after another; what follows and is none is not
    taken for more.
    """
    first = data.find(b"=")
    if first < 0 or not data[first:].strip(b"= \t\r\n"):
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            return loose_base64(data)
    parts = data.split(b"=")
    found = [loose_base64(parts[0])]
    for at, part in enumerate(parts[1:], 1):
        letters = part.translate(None, b" \t\r\n")
        if letters and (_NOT_BASE64.search(letters) or (at == len(parts) - 1 and len(letters) % 4)):
            break
        found.append(loose_base64(letters))
    return b"".join(found)


def base64_pieces_undone(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Base64 in pieces of any size as the bytes it stands for, in pieces."""
    rest = b""
    for chunk in chunks:
        letters = rest + chunk.translate(None, _NOT_LETTERS)
        whole = len(letters) & ~3
        rest = letters[whole:]
        yield from_base64(letters[:whole])
    yield from_base64(rest)


def from_uu(lines: list[bytes], defects: Defects) -> bytes:
    """The bytes of uuencoded lines, from the one that begins to the one that ends, or all."""
    start = next((at + 1 for at, line in enumerate(lines) if line.startswith(b"begin ")), 0)
    parts = []
    for line in lines[start:]:
        if line.strip() == b"end":
            break
        try:
            parts.append(binascii.a2b_uu(line))
        except binascii.Error:
            defects.note("uuencode", "a damaged line", value=line)
            parts.append(_rest_of_uu(line))
    return b"".join(parts)


def _rest_of_uu(line: bytes) -> bytes:
    """A line of uuencode with more letters than its length tells, as some encoders write."""
    letters = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
    try:
        return binascii.a2b_uu(line[:letters])
    except binascii.Error:
        return b""


def from_yenc(data: bytes) -> bytes:
    """The bytes of yEncoded lines, with or without the lines that say so."""
    lines = data.splitlines()
    lines = [line[1:] if line.startswith(b"..") else line for line in lines if not line.startswith(b"=y")]
    text = _YENC_ESCAPED.sub(lambda found: bytes(((found[1][0] - 64) % 256,)), b"".join(lines))
    return text.translate(_YENC)
