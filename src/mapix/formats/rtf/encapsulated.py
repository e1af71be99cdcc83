"""HTML and text that RTF carries whole, taken out again ([MS-OXRTFEX] 2.2).

    >>> rtf = rb"{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}Hi \\'e4\\htmlrtf\\par\\htmlrtf0}"
    >>> de_encapsulate(rtf).html
    '<p>Hi ä'

One walk over the tokens: what a group of tags holds is copied, what stands between `\\htmlrtf` and `\\htmlrtf0` is left
out, everything else is text in the code page of its font. Time and memory grow with the text, however it is nested.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from mapix.formats.rtf.charsets import CODEPAGE_OF, decoded, joined
from mapix.formats.rtf.tokens import BRACE, BYTE, HIDDEN, NUMBER, SYMBOL, TAG, TEXT, TOKEN, WORD

_ORIGIN = re.compile(rb"\\from(html|text)1?(?![a-z0-9])")
_LOOKED_AT: Final = 2048
_BODY, _TAG, _SKIPPED, _FONTS, _STARRED = range(5)
_DEFAULT: Final = 1252

_ENDS: Final = {
    b"par": "\r\n",
    b"line": "\r\n",
    b"sect": "\r\n",
    b"page": "\r\n",
    b"row": "\r\n",
    b"tab": "\t",
    b"cell": "\t",
}
_SIGNS: Final = {
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"bullet": "\u2022",
    b"endash": "\u2013",
    b"emdash": "\u2014",
    b"emspace": "\u2003",
    b"enspace": "\u2002",
    b"qmspace": "\u2005",
    b"zwj": "\u200d",
    b"zwnj": "\u200c",
    b"ltrmark": "\u200e",
    b"rtlmark": "\u200f",
}
_NAMES: Final = {
    b"lquote": "&lsquo;",
    b"rquote": "&rsquo;",
    b"ldblquote": "&ldquo;",
    b"rdblquote": "&rdquo;",
    b"bullet": "&bull;",
    b"endash": "&ndash;",
    b"emdash": "&mdash;",
    b"emspace": "&emsp;",
    b"enspace": "&ensp;",
    b"zwj": "&zwj;",
    b"zwnj": "&zwnj;",
    b"ltrmark": "&lrm;",
    b"rtlmark": "&rlm;",
}
_SYMBOLS: Final = {b"{": "{", b"}": "}", b"\\": "\\", b"~": "\xa0", b"_": "\xad", b"\n": "\r\n", b"\r": "\r\n"}
_NAMED_SYMBOLS: Final = {**_SYMBOLS, b"~": "&nbsp;", b"_": "&shy;"}


@dataclass(frozen=True, slots=True)
class Encapsulated:
    """What RTF was made of: HTML or text; the other one is None. `codepage` is the document's."""

    html: str | None
    text: str | None
    codepage: int


class _Group(NamedTuple):
    """What a group inherits: what its content is, whether it is left out, its code page, what follows a `\\u`."""

    mode: int
    hidden: bool
    codepage: int
    after: int


def origin(rtf: bytes) -> str | None:
    """`html` or `text` where the RTF carries it ([MS-OXRTFEX] 2.2.3.1), else None."""
    head = bytes(rtf[:_LOOKED_AT])
    found = _ORIGIN.search(head)
    if found is None or b"\\fonttbl" in head[: found.start()]:
        return None
    return found.group(1).decode()


def de_encapsulate(rtf: bytes) -> Encapsulated | None:
    """The HTML or text that `rtf` was made of, None where it was made of neither."""
    kind = origin(rtf)
    if kind is None:
        return None
    reader = _Reader(rtf, html=kind == "html")
    text = reader.read()
    return Encapsulated(text if reader.html else None, None if reader.html else text, reader.default)


def plain_text(rtf: bytes) -> str:
    """The words of any RTF: that it was made of text, or what stands in it without its formatting."""
    return _Reader(rtf, html=False).read()


class _Reader:
    """One walk over a document."""

    def __init__(self, rtf: bytes, *, html: bool) -> None:
        self.rtf = rtf
        self.html = html
        self.default = _DEFAULT
        self._fonts: dict[int, int] = {}
        self._defined = 0
        self._out: list[str] = []
        self._raw = bytearray()
        self._signs = _ENDS | _SIGNS | (_NAMES if html else {})
        self._tag_signs = _ENDS | _SIGNS
        self._symbols = _NAMED_SYMBOLS if html else _SYMBOLS

    def read(self) -> str:
        """The text."""
        mode, hidden, codepage, after, skip = _BODY, False, self.default, 1, 0
        stack: list[_Group] = []
        out, raw = self._out, self._raw
        tokens = TOKEN.finditer(self.rtf)
        while (token := next(tokens, None)) is not None:
            kind = token.lastindex
            if kind == TEXT:
                if mode > _TAG or hidden:
                    continue
                text = token.group()
                if skip:
                    text, skip = text[skip:], max(skip - len(text), 0)
                if raw or not text.isascii():
                    raw += text
                else:
                    out.append(text.decode("ascii"))
                continue
            if kind == TAG:
                if raw:
                    out.append(decoded(bytes(raw), codepage))
                    raw.clear()
                if mode <= _TAG and not hidden:
                    out.append(token.group(TAG).decode("ascii"))
                continue
            if kind == BYTE:
                if skip:
                    skip -= 1
                elif mode <= _TAG and not hidden:
                    raw.append(int(token.group(BYTE), 16))
                continue
            if raw:
                out.append(decoded(bytes(raw), self.default if mode == _TAG else codepage))
                raw.clear()
            if kind == BRACE:
                skip = 0
                if token.group() == b"{":
                    stack.append(_Group(mode, hidden, codepage, after))
                elif stack:
                    mode, hidden, codepage, after = stack.pop()
            elif kind in (WORD, NUMBER):
                word = token.group(WORD)
                number = int(token.group(NUMBER)) if kind == NUMBER else None
                if mode == _STARRED:
                    mode = _TAG if word == b"htmltag" else _SKIPPED
                elif word == b"htmlrtf" and mode == _BODY:
                    hidden = number != 0
                elif word == b"u" and number is not None:
                    if mode <= _TAG and not hidden:
                        out.append(chr(number & 0xFFFF))
                    skip = after
                elif word == b"uc":
                    after = max(number or 0, 0)
                elif word == b"bin" and number is not None:
                    tokens = TOKEN.finditer(self.rtf, min(token.end() + max(number, 0), len(self.rtf)))
                elif mode == _FONTS:
                    self._define(word, number)
                elif mode == _SKIPPED:
                    continue
                elif skip:
                    skip -= 1
                elif word in HIDDEN:
                    mode = _SKIPPED
                elif word == b"fonttbl":
                    mode = _FONTS
                elif word == b"f" and number is not None:
                    codepage = self._fonts.get(number, self.default)
                elif word == b"plain":
                    codepage = self._fonts.get(self._plain, self.default)
                elif word == b"deff":
                    self._plain = number or 0
                elif word == b"ansicpg" and number:
                    self.default = codepage = number
                elif not hidden and (sign := (self._tag_signs if mode == _TAG else self._signs).get(word)):
                    out.append(sign)
            elif kind == SYMBOL:
                symbol = token.group(SYMBOL)
                if symbol == b"*":
                    mode = mode if mode in (_SKIPPED, _FONTS) else _STARRED
                elif skip:
                    skip -= 1
                elif mode <= _TAG and not hidden:
                    out.append((_SYMBOLS if mode == _TAG else self._symbols).get(symbol, ""))
        if raw:
            out.append(decoded(bytes(raw), codepage))
        return joined(out)

    _plain = 0

    def _define(self, word: bytes, number: int | None) -> None:
        """A word of the font table."""
        if word == b"f":
            self._defined = number or 0
        elif word == b"fcharset" and number != 1:
            self._fonts[self._defined] = CODEPAGE_OF.get(number or 0, self.default)
        elif word == b"cpg" and number:
            self._fonts[self._defined] = number
