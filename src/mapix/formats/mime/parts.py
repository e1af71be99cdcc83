"""Body parts on their way out: lines of header, pieces of body, put together into multiparts (RFC 2046 5.1).

>>> text_part("plain", "Hello").headers
['Content-Type: text/plain; charset="us-ascii"', 'Content-Transfer-Encoding: 7bit']
"""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Final

from mapix.formats.mime.headers import FOLD

CRLF: Final = b"\r\n"
LONGEST_LINE: Final = 998

_PRINTABLE: Final = bytes((9, 10, 13, *range(32, 127)))
_BARE: Final = re.compile(r"\r\n?|\n")
_BARE_BYTES: Final = re.compile(rb"\r\n?|\n")
_LINE_BYTES: Final = 57
_PIECE: Final = _LINE_BYTES * 4096


@dataclass(slots=True)
class Part:
    """One body part: the fields of its header without line ends, and its body in pieces.

    `eight_bit` tells that header or body hold bytes above 127.
    """

    headers: list[str]
    body: list[bytes] = field(default_factory=list)
    eight_bit: bool = False

    def pieces(self) -> Iterator[bytes]:
        """The whole part in order."""
        yield "\r\n".join(self.headers).encode("utf-8") + b"\r\n\r\n"
        yield from self.body


def text_part(subtype: str, text: str) -> Part:
    """A part of type text, in ASCII where that is enough and in UTF-8 otherwise."""
    text = _canonical(text)
    charset = "us-ascii" if text.isascii() else "utf-8"
    return encoded_text(f'Content-Type: text/{subtype}; charset="{charset}"', text.encode("utf-8", "replace"))


def bytes_part(subtype: str, data: bytes, charset: str) -> Part:
    """A part of type text of bytes that are in `charset` already, which must be a superset of ASCII."""
    charset = "us-ascii" if data.isascii() and charset == "utf-8" else charset
    return encoded_text(f'Content-Type: text/{subtype}; charset="{charset}"', _BARE_BYTES.sub(CRLF, data))


def encoded_text(content_type: str, data: bytes) -> Part:
    """A text part of canonical `data`: as it is, quoted-printable, or base64, whichever suits (RFC 2045 6)."""
    odd = len(data.translate(None, _PRINTABLE))
    if not odd and _lines_fit(data):
        return Part([content_type, "Content-Transfer-Encoding: 7bit"], [data])
    if odd * 3 > len(data):
        return Part([content_type, "Content-Transfer-Encoding: base64"], list(base64_pieces([data])))
    return Part([content_type, "Content-Transfer-Encoding: quoted-printable"], [_quoted_printable(data)])


def multipart(subtype: str, parts: Sequence[Part], parameters: Iterable[str] = ()) -> Part:
    """The parts as one of type multipart; `parameters` stand in its Content-Type."""
    boundary = f"=_{secrets.token_hex(16)}"
    line = f"--{boundary}\r\n".encode()
    body: list[bytes] = []
    for part in parts:
        body += (line, *part.pieces(), CRLF)
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
    letters = binascii.b2a_base64(data, newline=False)
    return CRLF.join([letters[at : at + 76] for at in range(0, len(letters), 76)])


def _quoted_printable(data: bytes) -> bytes:
    coded = binascii.b2a_qp(data, istext=True)
    return coded if CRLF in data else coded.replace(b"=\n", b"=\r\n")


def _canonical(text: str) -> str:
    """`text` with CRLF at the end of every line, as most of it has."""
    pairs = text.count("\r\n")
    return text if text.count("\n") == pairs == text.count("\r") else _BARE.sub("\r\n", text)


def _lines_fit(data: bytes) -> bool:
    """Whether no line is too long, looking for a line end only as often as a line might be."""
    start = 0
    while len(data) - start > LONGEST_LINE:
        end = data.rfind(CRLF, start, start + LONGEST_LINE + len(CRLF))
        if end < 0:
            return False
        start = end + len(CRLF)
    return True
