"""Body parts on their way out: lines of header, pieces of body, put together into multiparts (RFC 2046 5.1).

>>> text_part("plain", "Hello").headers
['Content-Type: text/plain; charset="us-ascii"', 'Content-Transfer-Encoding: 7bit']
"""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Final

from mapix.formats.mime.headers import FOLD
from mapix.formats.mime.options import Encoding

CRLF: Final = b"\r\n"
LONGEST_LINE: Final = 998

_PRINTABLE: Final = bytes((9, 10, 13, *range(32, 127)))
_BARE: Final = re.compile(r"\r\n?|\n")
_BARE_BYTES: Final = re.compile(rb"\r\n?|\n")
_LINE_BYTES: Final = 57
_PIECE: Final = _LINE_BYTES * 4096


Piece = bytes | Callable[[], Iterator[bytes]]
"""Bytes, or what brings them when they are written."""


@dataclass(slots=True)
class Part:
    """One body part: the fields of its header without line ends, and its body in pieces.

    `eight_bit` tells that header or body hold bytes above 127.
    """

    headers: list[str]
    body: list[Piece] = field(default_factory=list)
    eight_bit: bool = False

    def whole(self) -> list[Piece]:
        """The part in order, header and body."""
        return ["\r\n".join(self.headers).encode("utf-8") + b"\r\n\r\n", *self.body]

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the whole part in order."""
        yield from Part([], self.whole()).body_pieces()

    def body_pieces(self) -> Iterator[bytes]:
        """The bytes of the body in order."""
        for piece in self.body:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from piece()


def text_part(subtype: str, text: str, charset: str = "utf-8", encoding: Encoding = Encoding.AUTO) -> Part:
    """A part of type text, in ASCII where that is enough, else in `charset` where that can say it, else in UTF-8."""
    text = canonical_text(text)
    if charset == "utf-8" and text.isascii():
        charset = "us-ascii"
    data = encoded(text, charset)
    if data is None:
        charset, data = "utf-8", text.encode("utf-8", "replace")
    return encoded_text(f'Content-Type: text/{subtype}; charset="{charset}"', data, encoding)


def bytes_part(subtype: str, data: bytes, charset: str, encoding: Encoding = Encoding.AUTO) -> Part:
    """A part of type text of bytes that are in `charset` already, which must be a superset of ASCII."""
    charset = "us-ascii" if data.isascii() and charset == "utf-8" else charset
    return encoded_text(f'Content-Type: text/{subtype}; charset="{charset}"', canonical(data), encoding)


def encoded_text(content_type: str, data: bytes, encoding: Encoding = Encoding.AUTO) -> Part:
    """A text part of canonical `data`: as it is, quoted-printable, or base64, whichever suits (RFC 2045 6).

    What is asked for is done where it is possible: no line is longer than 998 bytes, none has a NUL.
    """
    odd = len(data.translate(None, _PRINTABLE))
    escaped = data.count(b"\x1b") if odd and "iso-2022" in content_type else 0
    fits = lines_fit(data) and b"\0" not in data
    if encoding is Encoding.BASE64:
        return _base64_part(content_type, data)
    if encoding is not Encoding.QUOTED and odd == escaped and fits:
        return Part([content_type, "Content-Transfer-Encoding: 7bit"], [data])
    if encoding is Encoding.EIGHT_BIT and fits:
        return Part([content_type, "Content-Transfer-Encoding: 8bit"], [data], eight_bit=True)
    if encoding is not Encoding.QUOTED and odd * 3 > len(data):
        return _base64_part(content_type, data)
    return Part([content_type, "Content-Transfer-Encoding: quoted-printable"], [_quoted_printable(data)])


def encoded(text: str, charset: str) -> bytes | None:
    """`text` in a character set by its true name; None where it has other letters, or nobody knows the set."""
    from mapix.formats.mime.charsets import strict_codec_of

    codec = strict_codec_of(charset)
    if codec is None:
        return None
    try:
        return text.encode(codec)
    except (UnicodeError, ValueError):
        return None


def _base64_part(content_type: str, data: bytes) -> Part:
    return Part([content_type, "Content-Transfer-Encoding: base64"], list(base64_pieces([data])))


def multipart(subtype: str, parts: Sequence[Part], parameters: Iterable[str] = ()) -> Part:
    """The parts as one of type multipart; `parameters` stand in its Content-Type."""
    boundary = f"=_{secrets.token_hex(16)}"
    line = f"--{boundary}\r\n".encode()
    body: list[Piece] = []
    for part in parts:
        body += (line, *part.whole(), CRLF)
    body.append(f"--{boundary}--\r\n".encode())
    eight_bit = any(part.eight_bit for part in parts)
    kind = f";{FOLD}".join((f"multipart/{subtype}", *parameters, f'boundary="{boundary}"'))
    headers = [f"Content-Type: {kind}"]
    if eight_bit:
        headers.append("Content-Transfer-Encoding: 8bit")
    return Part(headers, body, eight_bit)


def base64_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Bytes in base64, in lines of 76 letters that end with CRLF except the last; a chunk at a time."""
    rest, first = b"", True
    for chunk in chunks:
        data = rest + chunk
        whole = len(data) - len(data) % _LINE_BYTES
        rest = data[whole:]
        if whole:
            yield (b"" if first else CRLF) + _base64_lines(data[:whole])
            first = False
    if rest:
        yield (b"" if first else CRLF) + _base64_lines(rest)


def read_in_pieces(reader: IO[bytes]) -> Iterator[bytes]:
    """What a reader holds, a piece at a time; the reader is closed."""
    with reader:
        while piece := reader.read(_PIECE):
            yield piece


def _base64_lines(data: bytes) -> bytes:
    encode = binascii.b2a_base64
    lines = [encode(data[at : at + _LINE_BYTES], newline=False) for at in range(0, len(data), _LINE_BYTES)]
    return CRLF.join(lines)


def _quoted_printable(data: bytes) -> bytes:
    coded = binascii.b2a_qp(data, istext=True)
    return coded if CRLF in data else coded.replace(b"=\n", b"=\r\n")


def canonical(data: bytes) -> bytes:
    """`data` with CRLF at the end of every line."""
    return _BARE_BYTES.sub(CRLF, data)


def canonical_text(text: str) -> str:
    """`text` with CRLF at the end of every line, as most of it has."""
    rest = text.replace("\r\n", "  ")
    return text if "\n" not in rest and "\r" not in rest else _BARE.sub("\r\n", text)


def lines_fit(data: bytes) -> bool:
    """Whether no line of canonical `data` is too long, looking for a line end only as often as a line might be."""
    start = 0
    while len(data) - start > LONGEST_LINE:
        start = data.rfind(b"\n", start, start + LONGEST_LINE + len(CRLF)) + 1
        if not start:
            return False
    return True
