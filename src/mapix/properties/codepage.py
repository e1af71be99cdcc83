"""Code pages: Windows' numbers for 8-bit text, as Python codecs (P-045, P-046).

    >>> decode_text(b"caf\\xe9", 1252)
    'café'

Decoding never fails: bytes that a code page has no letter for are read as Windows-1252 or Latin-1, so a damaged
string is still a string.
"""

from __future__ import annotations

import codecs
from functools import cache

from mapix.properties.errors import UnknownCpid

UTF8 = 65001
ANSI = UTF8
"""The code page of this system for 8-bit text of unknown origin: what a STRING8 call converts with."""

_SPECIAL = {
    0: "utf-8",
    708: "iso8859_6",
    932: "cp932",
    936: "gbk",
    949: "cp949",
    950: "cp950",
    1200: "utf-16-le",
    1201: "utf-16-be",
    1361: "johab",
    10000: "mac_roman",
    10006: "mac_greek",
    10007: "mac_cyrillic",
    10029: "mac_latin2",
    10079: "mac_iceland",
    10081: "mac_turkish",
    12000: "utf-32-le",
    12001: "utf-32-be",
    20127: "ascii",
    20866: "koi8_r",
    20932: "euc_jp",
    20936: "gb2312",
    20949: "cp949",
    21866: "koi8_u",
    38598: "iso8859_8",
    50220: "iso2022_jp",
    50221: "iso2022_jp_1",
    50222: "iso2022_jp_2",
    50225: "iso2022_kr",
    51932: "euc_jp",
    51936: "gb2312",
    51949: "euc_kr",
    52936: "hz",
    54936: "gb18030",
    65000: "utf-7",
    65001: "utf-8",
}


@cache
def codec_name(codepage: int) -> str:
    """The Python codec of a Windows code page number; `UnknownCpid` when there is none."""
    name = _SPECIAL.get(codepage) or (f"iso8859_{codepage - 28590}" if 28591 <= codepage <= 28606 else f"cp{codepage}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise UnknownCpid("no codec for this code page", value=codepage) from None


def decode_text(data: bytes, codepage: int = ANSI) -> str:
    """`data` as text; what the code page cannot read is read as Latin-1, an unknown code page as Windows-1252."""
    try:
        return data.decode(codec_name(codepage))
    except (UnicodeDecodeError, UnknownCpid):
        return _readable(data)


def encode_text(text: str, codepage: int = ANSI) -> bytes:
    """`text` in the code page; letters it lacks become question marks, an unknown code page is taken as UTF-8."""
    try:
        return text.encode(codec_name(codepage), "replace")
    except UnknownCpid:
        return text.encode("utf-8", "replace")


def _readable(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")
