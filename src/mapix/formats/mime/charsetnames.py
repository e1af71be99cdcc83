"""What mailers call character sets besides their names: the one name for each.

>>> plain_name("x-sjis-jp"), plain_name(" 'CP-1252;' "), plain_name("koi8-r")
('shift_jis', 'windows-1252', 'koi8-r')
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_LONGEST: Final = 60
_SETS: Final[dict[str, str]] = {
    "utf-8": "utf8 utf_8 utf8mb4 unicode-1-1-utf-8 x-unicode-2-0-utf-8 iso-10646/utf8 x-utf-8",
    "us-ascii": "ascii ansi_x3.4-1968 iso646-us ansi_x3.110-1983",
    "iso-8859-1": "iso8859-1 iso8859_1 latin1 latin-1 csisolatin1 cp819 l1",
    "windows-1252": "ansi x-ansi winlatin1",
    "iso-2022-jp": "iso-2022-jp-ms csiso2022jp cp50220 cp50221 cp50222",
    "shift_jis": "shift-jis sjis x-sjis x-sjis-jp ms_kanji cp932 ms932 windows-932 windows-31j cswindows31j",
    "euc-jp": "x-euc x-euc-jp eucjp ujis cp51932",
    "gb2312": "gb_2312-80 gb2312-80 cn-gb csgb2312 chinese euc-cn x-euc-cn x-gb2312 iso-ir-58",
    "gbk": "x-gbk cp936 ms936 windows-936",
    "big5": "cn-big5 chinesebig5 x-x-big5 big5-eten csbig5 cp950 windows-950",
    "ks_c_5601-1987": "ks_c_5601 ks_c_5601-1989 ksc5601 ksc_5601 korean iso-ir-149 cp949 uhc windows-949 csksc56011987",
    "iso-8859-8-i": "logical iso-8859-8-e",
    "iso-8859-8": "visual iso8859-8",
    "koi8-r": "koi8 cskoi8r",
    "koi8-u": "koi8-ru",
    "ibm866": "cp866 cp-866 866",
    "windows-874": "x-windows-874 cp874 dos-874",
    "iso-8859-11": "tis-620 iso8859-11",
    "macintosh": "x-mac-roman mac-roman mac x-mac",
    "utf-7": "unicode-1-1-utf-7 x-unicode-2-0-utf-7 utf7",
    "cp862": "dos-862 ibm862",
}
_PLAIN: Final = {other: name for name, others in _SETS.items() for other in others.split()}
_WINDOWS: Final = re.compile(r"(?:x-)?(?:cp|win|windows|ms)[-_]?(125[0-8])")
_PART: Final = re.compile(r"iso[-_]?8859[-_](\d{1,2})(?!\d)")
_NAME: Final = re.compile(r"[^\s;,()]+")


@lru_cache(maxsize=256)
def plain_name(charset: str) -> str:
    """The usual name of a character set, in lower case, without what stands around it; any other as it is."""
    found = _NAME.search(charset[:_LONGEST].strip("\"' _"))
    name = found.group().strip("\"'").lower() if found else ""
    name = _PLAIN.get(name, name)
    if number := _WINDOWS.fullmatch(name):
        return f"windows-{number[1]}"
    part = _PART.fullmatch(name)
    return f"iso-8859-{part[1]}" if part else name
