"""Files in lines of uuencode, for readers that know nothing else.

>>> b"".join(uu_pieces([b"Cat"], "cat.txt"))
b'begin 644 cat.txt\\r\\n#0V%T\\r\\n \\r\\nend\\r\\n'
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator
from typing import Final

_LINE: Final = 45


def uu_pieces(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The bytes of a file called `name`, uuencoded, in pieces; lines end with CRLF."""
    safe = "".join(letter if " " <= letter <= "~" else "_" for letter in name) or "file"
    yield f"begin 644 {safe}\r\n".encode("ascii")
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        whole = len(data) - len(data) % _LINE
        rest = data[whole:]
        yield _lines(data[:whole])
    yield _lines(rest) + b" \r\nend\r\n"


def _lines(data: bytes) -> bytes:
    lines = (binascii.b2a_uu(data[at : at + _LINE]) for at in range(0, len(data), _LINE))
    return b"".join(line[:-1] + b"\r\n" for line in lines)
