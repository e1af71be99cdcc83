"""Names of character sets: code pages by the names mail uses, codecs by name, and decoding that never fails.

    >>> charset_of(1252)
    'windows-1252'
    >>> codepage_of("ISO-8859-15")
    28605
    >>> decode(b"caf\\xc3\\xa9", "us-ascii")
    ('café', False)

Names lie. Text said to be ASCII or Latin-1 is read as what it usually is, and whatever cannot be read by its name is
read as UTF-8 if it is that, and as Windows-1252 otherwise.
"""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Final

_NAMES: Final[dict[int, str]] = {
    437: "ibm437",
    850: "ibm850",
    852: "ibm852",
    866: "ibm866",
    874: "windows-874",
    932: "shift_jis",
    936: "gbk",
    949: "euc-kr",
    950: "big5",
    10000: "macintosh",
    20127: "us-ascii",
    20866: "koi8-r",
    20932: "euc-jp",
    20936: "gb2312",
    21866: "koi8-u",
    38598: "iso-8859-8-i",
    50220: "iso-2022-jp",
    50221: "iso-2022-jp",
    50222: "iso-2022-jp",
    50225: "iso-2022-kr",
    51932: "euc-jp",
    51936: "gb2312",
    51949: "euc-kr",
    52936: "hz-gb-2312",
    54936: "gb18030",
    65000: "utf-7",
    65001: "utf-8",
    **{number: f"windows-{number}" for number in range(1250, 1259)},
    **{28590 + part: f"iso-8859-{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
}
_CODEPAGES: Final[dict[str, int]] = {name: number for number, name in reversed(_NAMES.items())}
_CODECS: Final = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "cp950",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "hz-gb-2312": "hz",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
}
_STRICT: Final = {
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-9": "iso8859-9",
    "iso-8859-11": "iso8859-11",
    "shift_jis": "cp932",
    "gb2312": "gb2312",
    "gbk": "gbk",
    "big5": "cp950",
    "euc-kr": "cp949",
    "utf-7": "",
}
"""Codecs for writing, which must not write what a label does not say."""

_NOT_MAIL: Final = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"))
_LONGEST_NAME: Final = 60


def charset_of(codepage: int) -> str | None:
    """What mail calls a code page; None where mail has no name for it, as for the wide ones."""
    return _NAMES.get(codepage)


def codepage_of(charset: str) -> int | None:
    """The code page that mail calls `charset`; None where no code page is that."""
    name = charset.strip().lower().replace("_", "-") if charset.lower().startswith("iso") else charset.strip().lower()
    if name in _CODEPAGES:
        return _CODEPAGES[name]
    aliases = {"ascii": 20127, "utf8": 65001, "latin1": 28591, "gbk": 936, "ks_c_5601-1987": 949, "windows-31j": 932}
    return aliases.get(name)


def decode(data: bytes, charset: str | None) -> tuple[str, bool]:
    """`data` as text, and whether its name was true; without a name it is guessed, which counts as true."""
    codec = codec_of(charset) if charset else None
    if codec and codec.startswith(("utf-16", "utf-32")) and b"\0" not in data:
        return _any(data), False
    guessed = _utf8_with_letters(data) if codec in (None, "cp1252") else None
    if guessed is not None:
        return guessed, not charset
    try:
        text = data.decode(codec or "utf-8")
        return (text, True) if codec != "utf-7" else (text.encode("utf-8", "replace").decode(), True)
    except (UnicodeError, ValueError):
        return _any(data), not charset


@lru_cache(maxsize=256)
def codec_of(charset: str) -> str | None:
    """The Python codec for text named `charset`, None for a name nobody knows."""
    name = charset.strip().strip("\"'").lower()[:_LONGEST_NAME]
    try:
        found = codecs.lookup(_CODECS.get(name, name))
    except (LookupError, ValueError):
        return None
    return None if found.name in _NOT_MAIL or not found._is_text_encoding else found.name


def strict_codec_of(charset: str) -> str | None:
    """The Python codec to write text named `charset` with, None where it is not one to write in."""
    found = _STRICT.get(charset.lower())
    return codec_of(charset) if found is None else found or None


def _utf8_with_letters(data: bytes) -> str | None:
    """`data` read as UTF-8 where it is UTF-8 and more than ASCII."""
    if data.isascii():
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _any(data: bytes) -> str:
    for codec in ("utf-8", "cp1252"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
