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
from typing import Final

from mapix.formats.rtf.charsets import CODEPAGE_OF, decoded, joined
from mapix.formats.rtf.tokens import BRACE, BYTE, HIDDEN, NOTHING, NUMBER, SYMBOL, TAG, TEXT, TOKEN, TURN, WORD

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
SIGNS: Final = {
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
_TAG_SIGNS: Final = _ENDS | SIGNS
_SYMBOLS: Final = {b"{": "{", b"}": "}", b"\\": "\\", b"~": "\xa0", b"_": "\xad", b"\n": "\r\n", b"\r": "\r\n"}
_NAMED_SYMBOLS: Final = {**_SYMBOLS, b"~": "&nbsp;", b"_": "&shy;"}


@dataclass(frozen=True, slots=True)
class Encapsulated:
    """What RTF was made of: HTML or text; the other one is None. `codepage` is the document's."""

    html: str | None
    text: str | None
    codepage: int


_Group = tuple[int, bool, int, int]
"""What a group inherits: what its content is, whether it is left out, its code page, what follows a `\\u`."""


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


class _Reader:
    """One walk over a document. `_shown` is whether what comes now belongs to the text."""

    def __init__(self, rtf: bytes, *, html: bool) -> None:
        self.rtf = rtf
        self.html = html
        self.default = _DEFAULT
        self._fonts: dict[int, int] = {}
        self._defined = self._plain = 0
        self._out: list[str] = []
        self._raw = bytearray()
        self._mode, self._hidden, self._codepage, self._after = _BODY, False, _DEFAULT, 1
        self._skip = 0
        self._shown = True
        self._stack: list[_Group] = []
        self._tokens = TOKEN.finditer(rtf)
        self._signs = _ENDS | SIGNS | (_NAMES if html else {})
        self._symbols = _NAMED_SYMBOLS if html else _SYMBOLS

    def read(self) -> str:
        """The text. Only what most tokens are is looked at here: tags, text, bytes, and turns of a group."""
        raw, show = self._raw, self._out.append
        others = {WORD: self._word, NUMBER: self._word, SYMBOL: self._symbol, BRACE: self._brace, NOTHING: _pass}
        while (token := next(self._tokens, None)) is not None:
            kind = token.lastindex or NOTHING
            if kind == TEXT:
                if self._shown:
                    self._text(token.group())
                continue
            if kind == BYTE:
                self._byte(int(token.group(BYTE), 16))
                continue
            if raw:
                self._flush()
            if kind == TAG:
                self._skip = 0
                if self._shown:
                    show(token[TAG].decode("ascii"))
            elif kind == TURN:
                self._turn(token)
            else:
                others[kind](token)
        self._flush()
        return joined(self._out)

    def _text(self, text: bytes) -> None:
        if self._skip:
            text, self._skip = text[self._skip :], max(self._skip - len(text), 0)
        if self._raw or not text.isascii():
            self._raw += text
        else:
            self._out.append(text.decode("ascii"))

    def _turn(self, token: re.Match[bytes]) -> None:
        """A group of formatting begins or ends, with nothing else left out around its brace."""
        if self._mode != _BODY:
            self._tokens = TOKEN.finditer(self.rtf, token.start(TURN))
            if self._mode == _STARRED:
                self._enter(_SKIPPED, hidden=self._hidden)
            return
        self._skip = 0
        if token[TURN] == b"{":
            self._stack.append((_BODY, True, self._codepage, self._after))
        elif self._stack:
            _, _, self._codepage, self._after = self._stack.pop()
        self._shown, self._hidden = True, False

    def _byte(self, value: int) -> None:
        if self._skip:
            self._skip -= 1
        elif self._shown:
            self._raw.append(value)

    def _flush(self) -> None:
        """Decode the bytes that stand together, in the code page of their font; those of a tag in the document's."""
        self._out.append(decoded(bytes(self._raw), self.default if self._mode == _TAG else self._codepage))
        self._raw.clear()

    def _brace(self, token: re.Match[bytes]) -> None:
        self._skip = 0
        if token.group() == b"{":
            self._stack.append((self._mode, self._hidden, self._codepage, self._after))
        elif self._stack:
            mode, hidden, self._codepage, self._after = self._stack.pop()
            self._enter(mode, hidden=hidden)

    def _enter(self, mode: int, *, hidden: bool) -> None:
        self._mode, self._hidden = mode, hidden
        self._shown = mode <= _TAG and not hidden

    def _symbol(self, token: re.Match[bytes]) -> None:
        symbol = token.group(SYMBOL)
        if symbol == b"*":
            if self._mode not in (_SKIPPED, _FONTS):
                self._enter(_STARRED, hidden=self._hidden)
        elif self._skip:
            self._skip -= 1
        elif self._shown:
            self._out.append((_SYMBOLS if self._mode == _TAG else self._symbols).get(symbol, ""))

    def _word(self, token: re.Match[bytes]) -> None:
        """A control word: first those that hold everywhere, then what the destination makes of it."""
        word = token.group(WORD)
        number = int(token.group(NUMBER)) if token.lastindex == NUMBER else None
        if self._mode == _STARRED:
            self._enter(_TAG if word == b"htmltag" else _SKIPPED, hidden=self._hidden)
        elif word == b"htmlrtf" and self._mode == _BODY:
            self._enter(_BODY, hidden=number != 0)
        elif word == b"u" and number is not None:
            if self._shown:
                self._out.append(chr(number & 0xFFFF))
                self._skip = self._after
        elif word == b"uc":
            self._after = max(number or 0, 0)
        elif word == b"bin" and number is not None:
            self._tokens = TOKEN.finditer(self.rtf, min(token.end() + max(number, 0), len(self.rtf)))
        elif self._mode == _FONTS:
            self._define(word, number)
        elif self._mode != _SKIPPED:
            self._format(word, number)

    def _format(self, word: bytes, number: int | None) -> None:
        """A word of the document: a destination, a font, or a sign."""
        if self._skip:
            self._skip -= 1
        elif word in HIDDEN or word == b"fonttbl":
            self._enter(_FONTS if word == b"fonttbl" else _SKIPPED, hidden=self._hidden)
        elif word == b"f" and number is not None:
            self._codepage = self._fonts.get(number, self.default)
        elif word == b"plain":
            self._codepage = self._fonts.get(self._plain, self.default)
        elif word == b"deff":
            self._plain = number or 0
        elif word == b"ansicpg" and number:
            self.default = self._codepage = number
        elif self._shown and (sign := (_TAG_SIGNS if self._mode == _TAG else self._signs).get(word)):
            self._out.append(sign)

    def _define(self, word: bytes, number: int | None) -> None:
        """A word of the font table."""
        if word == b"f":
            self._defined = number or 0
        elif word == b"fcharset" and number != 1:
            self._fonts[self._defined] = CODEPAGE_OF.get(number or 0, self.default)
        elif word == b"cpg" and number:
            self._fonts[self._defined] = number


def _pass(_token: re.Match[bytes]) -> None:
    """What stands for nothing."""
