"""One walk over an RTF document that encapsulates nothing: what it shows is told to a sink, in the order of reading.

Groups are kept in a list, nothing calls itself; time and memory grow with the document. Words that are unknown, and
destinations that are no text of the document, are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Final

from mapix.formats.rtf.charsets import SYMBOL as SYMBOL_FONT
from mapix.formats.rtf.charsets import decoded
from mapix.formats.rtf.definitions import Definitions
from mapix.formats.rtf.links import link_of
from mapix.formats.rtf.looks import Look, Paragraph, Sink
from mapix.formats.rtf.pictures import PictureParts
from mapix.formats.rtf.symbols import in_unicode
from mapix.formats.rtf.tokens import BRACE, BYTE, HIDDEN, NOTHING, NUMBER, SYMBOL, TAG, TEXT, TOKEN, TURN, WORD

LONGEST_INSTRUCTION: Final = 8192
_SYMBOLS: Final = {b"{": "{", b"}": "}", b"\\": "\\", b"~": "\xa0", b"_": "\u2011", b"-": "\xad"}


class Place(IntEnum):
    """What the content of a group is."""

    BODY = 0
    MARKER = 1
    SKIPPED = 2
    STARRED = 3
    FONTS = 4
    COLOURS = 5
    INSTRUCTION = 6
    PICTURE = 7
    OBJECT = 8
    UPR = 9


STARRED: Final = {
    b"fldinst": Place.INSTRUCTION,
    b"shppict": Place.BODY,
    b"nesttableprops": Place.BODY,
    b"shpinst": Place.OBJECT,
    b"ud": Place.BODY,
}
"""Destinations behind `\\*` that are looked into."""

_Group = tuple[Place, Look, Paragraph, int, int, bytes]


class Walk:
    """The state of a walk: where it is, how things look there, and what is being put together."""

    def __init__(self, rtf: bytes, sink: Sink, definitions: Definitions, words: Mapping[bytes, Action]) -> None:
        self.rtf = rtf
        self.words = words
        self.sink = sink
        self.definitions = definitions
        self.place = Place.BODY
        self.look = Look()
        self.paragraph = Paragraph()
        self.codepage = definitions.codepage
        self.after = 1
        self.script = b""
        self.skip = 0
        self.fields: list[tuple[int, str | None]] = []
        self.merged: list[bool] = []
        self.merging = self.bordered = False
        self.tokens = TOKEN.finditer(rtf)
        self._stack: list[_Group] = []
        self._raw = bytearray()
        self._marker: list[str] = []
        self._instruction: list[str] = []
        self._said = 0
        self._picture: PictureParts | None = None
        self._pictures = 0
        self._open = False

    def run(self) -> None:
        """Read everything."""
        kinds: dict[int, Callable[[re.Match[bytes]], None]] = {
            WORD: self._word,
            NUMBER: self._word,
            SYMBOL: self._symbol,
            BRACE: lambda token: self._brace(token[BRACE]),
            TURN: lambda token: self._brace(token[TURN]),
            TAG: _pass,
            NOTHING: _pass,
        }
        while (token := next(self.tokens, None)) is not None:
            kind = token.lastindex or NOTHING
            if kind == TEXT:
                self._text(token.group())
            elif kind == BYTE:
                self._byte(int(token.group(BYTE), 16))
            else:
                if self._raw:
                    self._flush()
                kinds[kind](token)
        self._flush()
        if self._open:
            self.end_paragraph()

    def emit(self, text: str) -> None:
        """Text, for whoever it is."""
        look = self.look
        if self.codepage == SYMBOL_FONT and self.place <= Place.MARKER:
            known = in_unicode(text, self.definitions.font_name(look.font))
            if known != text:
                text, look = known, look._replace(font=self.definitions.plain)
        if self.place is Place.BODY:
            if not look.hidden:
                self._open = True
                self.sink.text(text, look)
        elif self.place is Place.MARKER:
            if len(self._marker) < 32:
                self._marker.append(text[:64])
        elif self.place is Place.INSTRUCTION:
            if self._said < LONGEST_INSTRUCTION:
                self._instruction.append(text)
                self._said += len(text)
        elif self.place is Place.FONTS:
            self.definitions.font_text(text)
        elif self.place is Place.COLOURS:
            self.definitions.colour_text(text)

    def end_paragraph(self) -> None:
        """A paragraph ends."""
        self.sink.paragraph(self.paragraph, self._taken_marker())
        self._open = False

    def end_cell(self, depth: int) -> None:
        """A cell of the table at `depth` ends."""
        self.sink.cell(self.paragraph, self._taken_marker(), depth)
        self._open = False

    def end_row(self, depth: int) -> None:
        """A row ends."""
        self.sink.row(depth, tuple(self.merged), bordered=self.bordered)
        self._open = False

    def begin_picture(self) -> None:
        """What comes is a picture."""
        self.place, self._picture = Place.PICTURE, PictureParts()

    def _taken_marker(self) -> str:
        marker = "".join(self._marker).replace("\t", " ").strip()
        self._marker.clear()
        return marker[:32]

    def _text(self, text: bytes) -> None:
        if self.skip:
            text, self.skip = text[self.skip :], max(self.skip - len(text), 0)
        if self.place is Place.PICTURE:
            if self._picture is not None:
                self._picture.digits.append(text)
        elif self.place in (Place.SKIPPED, Place.OBJECT, Place.UPR):
            return
        elif self._raw or not text.isascii():
            self._raw += text
        elif text:
            self.emit(text.decode("ascii"))

    def _byte(self, value: int) -> None:
        if self.skip:
            self.skip -= 1
        elif self.place not in (Place.SKIPPED, Place.PICTURE):
            self._raw.append(value)

    def _flush(self) -> None:
        if self._raw:
            data = bytes(self._raw)
            self._raw.clear()
            in_body = self.place in (Place.BODY, Place.MARKER)
            codepage = self.codepage if in_body else self.definitions.codepage
            self.emit(decoded(data, codepage))

    def _brace(self, brace: bytes) -> None:
        self.skip = 0
        if brace == b"{":
            self._stack.append((self.place, self.look, self.paragraph, self.codepage, self.after, self.script))
        elif self._stack:
            ended = self.place
            self.place, self.look, self.paragraph, self.codepage, self.after, self.script = self._stack.pop()
            if ended is not self.place:
                self._finish(ended)
            while self.fields and self.fields[-1][0] > len(self._stack):
                self.fields.pop()

    def _finish(self, ended: Place) -> None:
        """What a destination held is whole now."""
        if ended is Place.INSTRUCTION:
            if self.fields:
                self.fields[-1] = self.fields[-1][0], link_of("".join(self._instruction))
            self._instruction, self._said = [], 0
        elif ended is Place.PICTURE and self._picture is not None:
            picture, self._picture = self._picture.picture(self._pictures + 1), None
            if picture is not None and self.place is Place.BODY:
                self._pictures += 1
                self._open = True
                self.sink.picture(picture)

    def begin_field(self) -> None:
        """A field begins; what it leads to is read from its instruction."""
        self.fields.append((len(self._stack), None))

    def _symbol(self, token: re.Match[bytes]) -> None:
        symbol = token.group(SYMBOL)
        if symbol == b"*":
            if self.place in (Place.BODY, Place.MARKER):
                self.place = Place.STARRED
            elif self.place is not Place.UPR:
                self.place = Place.SKIPPED
        elif self.skip:
            self.skip -= 1
        elif symbol in (b"\n", b"\r"):
            self._paragraph_sign()
        elif symbol in _SYMBOLS:
            self.emit(_SYMBOLS[symbol])

    def _paragraph_sign(self) -> None:
        if self.place is Place.BODY:
            self.end_paragraph()

    def _word(self, token: re.Match[bytes]) -> None:
        """A control word: first those that hold everywhere, then what the destination makes of it."""
        word = token.group(WORD)
        number = int(token.group(NUMBER)) if token.lastindex == NUMBER else None
        if word == b"u" and number is not None:
            self.emit(chr(number & 0xFFFF))
            self.skip = self.after
        elif word == b"uc":
            self.after = min(max(number or 0, 0), 1000)
        elif word == b"bin" and number is not None:
            self._binary(token.end(), number)
        elif self.place is Place.STARRED:
            self.place = STARRED.get(word, Place.SKIPPED)
        elif self.place <= Place.MARKER:
            self._shown_word(word, number)
        else:
            self._other_word(word, number)

    def _shown_word(self, word: bytes, number: int | None) -> None:
        if self.skip:
            self.skip -= 1
            return
        action = self.words.get(word)
        if action is not None:
            action(self, number)
        elif word in HIDDEN:
            self.place = Place.SKIPPED

    def _other_word(self, word: bytes, number: int | None) -> None:
        """A word of a destination that is no text."""
        if self.place is Place.FONTS:
            self.definitions.font_word(word, number)
        elif self.place is Place.COLOURS:
            self.definitions.colour_word(word, number)
        elif self.place is Place.PICTURE and self._picture is not None:
            self._picture.word(word, number)
        elif self.place is Place.OBJECT and word in (b"result", b"shptxt"):
            self.place = Place.BODY
        elif self.place is Place.OBJECT and word == b"pict":
            self.begin_picture()
        elif self.place is Place.UPR and word == b"ud":
            self.place = Place.BODY

    def _binary(self, start: int, size: int) -> None:
        end = min(start + max(size, 0), len(self.rtf))
        if self.place is Place.PICTURE and self._picture is not None:
            self._picture.binary.append(self.rtf[start:end])
        self.tokens = TOKEN.finditer(self.rtf, end)


Action = Callable[[Walk, int | None], None]
"""What a word of the document does, with its number."""


def _pass(_token: re.Match[bytes]) -> None:
    """What stands for nothing."""
