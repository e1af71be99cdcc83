"""8-bit text of a message: which code page it is in, and what to do where that is not true.

The code page is PR_MESSAGE_CODEPAGE's, else that of PR_MESSAGE_LOCALE_ID's language, else PR_INTERNET_CPID's; for
PR_BODY_HTML, PR_INTERNET_CPID's comes first. Text that its code page cannot read is tried as UTF-8 and as the other
code pages the message tells; bytes a Windows code page has no letter for are then control characters, as on Windows,
so that they can be written again. Source: [MS-OXMSG] 2.1.1, [MS-OXCMSG] 2.2.1 (code pages), P-045.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from mapix.properties.codepage import UTF8, codec_name, decode_text
from mapix.properties.errors import BadValue, UnknownCpid
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_HTML, PR_INTERNET_CPID, PR_MESSAGE_CODEPAGE, PR_MESSAGE_LOCALE_ID

ASCII: Final = 20127
WESTERN: Final = 1252

_HTML: Final = PR_HTML.id
_SHIFTING: Final = frozenset((50220, 50221, 50222, 50225, 50227, 52936, 65000))
"""Code pages whose bytes below 128 are not always ASCII."""
_UNFIT: Final = frozenset((0, 1, 1200, 1201, 12000, 12001))
"""What says nothing about 8-bit text: defaults of some system, and wide encodings."""
_WIDE: Final = 8
"""Bytes from which on letters with NULs between are no accident."""

_BY_LANGUAGE: Final = {
    **dict.fromkeys((0x05, 0x0E, 0x15, 0x18, 0x1A, 0x1B, 0x1C, 0x24), 1250),
    **dict.fromkeys((0x02, 0x19, 0x22, 0x23, 0x28, 0x2F, 0x3F, 0x40, 0x44, 0x50), 1251),
    **dict.fromkeys((0x01, 0x20, 0x29), 1256),
    **dict.fromkeys((0x1F, 0x2C, 0x43), 1254),
    **dict.fromkeys((0x25, 0x26, 0x27), 1257),
    0x04: 936,
    0x08: 1253,
    0x0D: 1255,
    0x11: 932,
    0x12: 949,
    0x1E: 874,
    0x2A: 1258,
}
_BY_LOCALE: Final = {
    0x0404: 950,
    0x0C04: 950,
    0x1404: 950,
    **dict.fromkeys((0x0C1A, 0x1C1A, 0x201A, 0x082C, 0x0843), 1251),
}


def locale_codepage(locale: int) -> int:
    """The Windows code page of a locale's language, 1252 for one that has no other."""
    locale &= 0xFFFF
    return _BY_LOCALE.get(locale) or _BY_LANGUAGE.get(locale & 0x3FF, WESTERN)


@dataclass(frozen=True, slots=True)
class Texts:
    """The code pages of a message's 8-bit text, the likeliest first; `html` those of PR_BODY_HTML."""

    codepages: tuple[int, ...] = ()
    html: tuple[int, ...] = ()

    @classmethod
    def of(cls, get: Mapping[PropTag, Any], above: Texts | None = None) -> Texts:
        """What a message's properties tell; what `above`, the message around it, has, where they tell nothing."""
        own, internet = _usable(get.get(PR_MESSAGE_CODEPAGE)), _usable(get.get(PR_INTERNET_CPID))
        locale = get.get(PR_MESSAGE_LOCALE_ID)
        language = (locale_codepage(locale),) if locale else ()
        found = tuple(dict.fromkeys((*own, *language, *internet)))
        if not found and above is not None:
            return above
        return cls(found, tuple(dict.fromkeys((*internet, *found))))

    def decode(self, data: bytes, prop_id: int = 0) -> tuple[str, bool]:
        """Text, and whether the first code page could read it. What is plainly UTF-16, as a writer has left it, is read
        as that.
        """
        if data[1:2] == b"\0" and _is_wide(data):
            return data[::2].decode("ascii"), False
        pages = self.html if prop_id == _HTML else self.codepages
        if data.isascii() and not (pages and pages[0] in _SHIFTING):
            return data.decode("ascii"), True
        if pages:
            try:
                return _decoder(pages[0])(data, _errors(pages[0]))[0], True
            except (UnicodeDecodeError, UnknownCpid):
                pass
        for page in (UTF8, *pages[1:]):
            try:
                return data.decode(codec_name(page), _errors(page)), not pages
            except (UnicodeDecodeError, UnknownCpid):
                continue
        return _as_windows(data, pages[0] if pages else WESTERN), not pages

    def encode(self, text: str, prop_id: int = 0) -> bytes:
        """Text as bytes that `decode` reads the same; BadValue where the code page lacks a letter of it."""
        pages = self.html if prop_id == _HTML else self.codepages
        page = pages[0] if pages else UTF8
        try:
            data = text.encode(codec_name(page), _errors(page))
        except UnicodeEncodeError:
            data = _windows_bytes(text, page)
        except UnknownCpid:
            data = text.encode("utf-8", "surrogatepass")
        if self.decode(data, prop_id)[0] != text:
            raise BadValue(f"code page {page} cannot write this text", value=text, hint="write a Unicode file")
        return data


@cache
def _decoder(codepage: int) -> Callable[[bytes, str], tuple[str, int]]:
    """What decodes text in a code page; looked up once, as that takes longer than to decode a name."""
    return codecs.getdecoder(codec_name(codepage))


def _is_wide(data: bytes) -> bool:
    """Whether some letters of ASCII stand there in 16 bits each; the last NUL may have been taken as a terminator."""
    return len(data) >= _WIDE and not any(data[1::2]) and 0 not in data[::2] and data.isascii()


def _usable(codepage: Any) -> tuple[int, ...]:
    return (codepage,) if isinstance(codepage, int) and codepage not in _UNFIT else ()


def _errors(codepage: int) -> str:
    return "surrogatepass" if codepage == UTF8 else "strict"


def _as_windows(data: bytes, codepage: int) -> str:
    """Text in a code page of single bytes, whose gaps are control characters; else as well as can be."""
    try:
        if codepage != ASCII and len("\u20ac".encode(codec_name(codepage), "replace")) == 1:
            return codecs.decode(data, codec_name(codepage), "mapix.gaps")
    except (UnicodeDecodeError, UnknownCpid):
        pass
    return decode_text(data, codepage)


def _windows_bytes(text: str, codepage: int) -> bytes:
    try:
        return text.encode(codec_name(codepage), "strict" if codepage == ASCII else "mapix.gaps")
    except UnicodeEncodeError:
        raise BadValue(
            f"code page {codepage} cannot write this text", value=text, hint="write a Unicode file"
        ) from None


def _gap(error: UnicodeError) -> tuple[str | bytes, int]:
    """A byte without a letter is the control character of its number, and back."""
    if isinstance(error, UnicodeDecodeError):
        return "".join(map(chr, error.object[error.start : error.end])), error.end
    if isinstance(error, UnicodeEncodeError):
        letters = error.object[error.start : error.end]
        if all(0x80 <= ord(letter) <= 0xFF for letter in letters):
            return letters.encode("latin-1"), error.end
    raise error


codecs.register_error("mapix.gaps", _gap)
