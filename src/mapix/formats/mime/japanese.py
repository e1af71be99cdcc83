"""Japanese text of 7 bits with the letters that Windows adds (code pages 50220 to 50222), which ISO-2022-JP has not.

>>> from_windows_jis(b"\\x1b$B-!\\x1b(B 1")
'① 1'

Mailers of Windows and of telephones write numbers in circles, units and variants of names so.
"""

from __future__ import annotations

import re
from typing import Final

ESCAPES: Final = (b"\x1b$B", b"\x1b$@", b"\x1b$(D", b"\x1b(I")
"""What begins text of another set than ASCII."""

_ESCAPE: Final = re.compile(rb"\x1b(\$[@B]|\$\(D|\([BJHI])")
_PAIRS: Final = (b"$@", b"$B")
_HALF: Final = bytes(byte + 0x80 if 0x21 <= byte <= 0x5F else byte for byte in range(256))
_LAST_HALF: Final = 0x5F
_LOW, _HIGH = 0x21, 0x7E
_NO_PAIR: Final = b"\x81"


def is_escaped(data: bytes) -> bool:
    """Whether bytes of 7 bits have sets of letters turned on in them, as Japanese mail does without saying so."""
    return b"\x1b" in data and data.isascii() and any(each in data for each in ESCAPES)


def from_windows_jis(data: bytes) -> str | None:
    """The text that `data` is; None where it is none. Source: RFC 1468, and the sets of code page 932."""
    pieces = _ESCAPE.split(data)
    try:
        found = [pieces[0].decode("ascii")]
        for at in range(1, len(pieces), 2):
            found.append(_piece(pieces[at], pieces[at + 1]))
    except UnicodeDecodeError:
        return None
    return "".join(found)


def _piece(escape: bytes, data: bytes) -> str:
    if escape in _PAIRS:
        return _shifted(data).decode("cp932")
    if escape == b"(I":
        return (data.translate(_HALF) if max(data, default=0) <= _LAST_HALF else _NO_PAIR).decode("cp932")
    if escape == b"$(D":
        return (b"\x1b$(D" + data + b"\x1b(B").decode("iso2022_jp_ext")
    return data.decode("ascii")


def _shifted(data: bytes) -> bytes:
    """Pairs of 7 bits as those of code page 932; line ends and blanks between them stay."""
    found = bytearray()
    at = 0
    while at < len(data):
        first, second = data[at], data[at + 1] if at + 1 < len(data) else 0
        if not _LOW <= first <= _HIGH:
            found.append(first)
            at += 1
            continue
        if not _LOW <= second <= _HIGH:
            return _NO_PAIR
        found.append((first - _LOW) // 2 + (0x81 if first <= 0x5E else 0xC1))
        found.append(second + (0x1F + (second >= 0x60) if first % 2 else 0x7E))
        at += 2
    return bytes(found)
