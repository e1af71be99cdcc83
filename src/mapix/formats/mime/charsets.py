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

from mapix.formats.mime.charsetnames import plain_name
from mapix.formats.mime.japanese import from_windows_jis, is_escaped
from mapix.properties.codepage import decode_text

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
    "iso-8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "iso-8859-8-i": "iso8859_8",
    "hz-gb-2312": "hz",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
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

_WIDER: Final = {
    20127: (1252,),
    28591: (1252,),
    28599: (1254,),
    28601: (874,),
    20936: (936, 54936),
    936: (54936,),
}
"""Code pages of labels that mean less than what mailers write under them, and of what they write."""

_NOT_MAIL: Final = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"))


def charset_of(codepage: int) -> str | None:
    """What mail calls a code page; None where mail has no name for it, as for the wide ones."""
    return _NAMES.get(codepage)


def codepage_of(charset: str) -> int | None:
    """The code page that mail calls `charset`; None where no code page is that."""
    name = plain_name(charset)
    return 949 if name == "ks_c_5601-1987" else _CODEPAGES.get(name)


def decode(data: bytes, charset: str | None) -> tuple[str, bool]:
    """`data` as text, and whether its name was true; without a name it is guessed, which counts as true."""
    codec = codec_of(charset) if charset else None
    if codec and codec.startswith(("utf-16", "utf-32")) and b"\0" not in data:
        return _any(data), False
    guessed = _guessed(data) if codec in (None, "cp1252") else None
    if guessed is not None:
        return guessed, not charset
    try:
        text = data.decode(codec or "utf-8")
        return (text, True) if codec != "utf-7" else (text.encode("utf-8", "replace").decode(), True)
    except (UnicodeError, ValueError):
        japanese = from_windows_jis(data) if codec and codec.startswith("iso2022_jp") else None
        return (_any(data), not charset) if japanese is None else (japanese, True)


def true_charset(data: bytes, text: str, charset: str | None) -> str | None:
    """The name of the character set that `data`, which was labelled `charset` and read as `text`, is really in.

    Labels that mean less than what mailers write under them are told by the larger set: Windows-1252 under ISO-8859-1,
    GBK under GB 2312. Without a label it is one where the bytes tell it.
    """
    if data.isascii():
        return "iso-2022-jp" if not charset and is_escaped(data) and text != data.decode("ascii") else charset
    codepage = codepage_of(charset) if charset else None
    if charset is None or codepage not in _WIDER or _says(data, charset, text):
        return charset
    wider = (each for each in _WIDER[codepage] if decode_text(data, each) == text)
    return next((charset_of(each) for each in wider), charset)


def _says(data: bytes, charset: str, text: str) -> bool:
    """Whether a character set, taken at its word, has `text` for `data`."""
    try:
        return data.decode(strict_codec_of(charset) or "ascii") == text
    except UnicodeError:
        return False


@lru_cache(maxsize=256)
def codec_of(charset: str) -> str | None:
    """The Python codec for text named `charset`, None for a name nobody knows."""
    name = plain_name(charset)
    try:
        found = codecs.lookup(_CODECS.get(name, name))
    except (LookupError, ValueError):
        return None
    return None if found.name in _NOT_MAIL or not found._is_text_encoding else found.name


def strict_codec_of(charset: str) -> str | None:
    """The Python codec to write text named `charset` with, None where it is not one to write in."""
    found = _STRICT.get(plain_name(charset))
    return codec_of(charset) if found is None else found or None


def _guessed(data: bytes) -> str | None:
    """`data` read as UTF-8 where it is UTF-8 and more than ASCII, or as Japanese of 7 bits; None for anything else."""
    if data.isascii():
        return from_windows_jis(data) if is_escaped(data) else None
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
