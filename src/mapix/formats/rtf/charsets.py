"""Which code page the bytes of a font are in ([MSFT-RTF], font table)."""

from __future__ import annotations

from typing import Final

from mapix.properties.codepage import decode_text

SYMBOL: Final = 42
"""Fonts of symbols: their bytes are characters of the private area."""

CODEPAGE_OF: Final = {
    0: 1252,
    2: SYMBOL,
    77: 10000,
    78: 10001,
    79: 10003,
    80: 10008,
    81: 10002,
    83: 10005,
    84: 10004,
    85: 10006,
    86: 10081,
    87: 10021,
    88: 10029,
    89: 10007,
    128: 932,
    129: 949,
    130: 1361,
    134: 936,
    136: 950,
    161: 1253,
    162: 1254,
    163: 1258,
    177: 1255,
    178: 1256,
    186: 1257,
    204: 1251,
    222: 874,
    238: 1250,
    254: 437,
    255: 850,
}
"""Code pages by the number behind `\\fcharset`; 1 is the document's own."""


def decoded(data: bytes, codepage: int) -> str:
    """Bytes of the document as text; what the code page does not have becomes U+FFFD."""
    if codepage == SYMBOL:
        return "".join(chr(0xF000 + each) if each >= 0x20 else chr(each) for each in data)
    return data.decode("ascii") if data.isascii() else decode_text(data, codepage)


def joined(parts: list[str]) -> str:
    """Parts of text as one; halves of a character that stand together become one, lone ones U+FFFD."""
    text = "".join(parts)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
