"""One walk over an RTF document that encapsulates nothing: what it shows is told to a sink, in the order of reading.

Groups are kept in a list, nothing calls itself; time and memory grow with the document. Words that are unknown, and
destinations that are no text of the document, are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from mapix.formats.rtf.asides import Asides
from mapix.formats.rtf.charsets import SYMBOL as SYMBOL_FONT
from mapix.formats.rtf.definitions import Definitions
from mapix.formats.rtf.destinations import destination_word
from mapix.formats.rtf.fields import Fields
from mapix.formats.rtf.letters import Letters
from mapix.formats.rtf.looks import Cell, Look, Paragraph, Sink
from mapix.formats.rtf.pictures import PictureParts
from mapix.formats.rtf.places import IN_OBJECTS, STARRED, Place
from mapix.formats.rtf.symbols import in_unicode
from mapix.formats.rtf.tokens import BRACE, BYTE, HIDDEN, NOTHING, NUMBER, SYMBOL, TAG, TEXT, TOKEN, TURN, WORD

_SYMBOLS: Final = {b"{": "{", b"}": "}", b"\\": "\\", b"~": "\xa0", b"_": "\u2011", b"-": "\xad"}


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
        self.fields = Fields()
        self.asides = Asides()
        self.cells: list[Cell] = []
        self.cell = Cell()
        self.bordered = False
        self.tokens = TOKEN.finditer(rtf)
        self._stack: list[_Group] = []
        self._letters = Letters()
        self._raw = self._letters.raw
        self._marker: list[str] = []
        self._name: list[str] = []
        self.parts: PictureParts | None = None
        self._pictures = 0
        self.is_open = False

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
        self._end_half()
        while self.asides.depth:
            self._end_aside()
        if self.is_open:
            self.end_paragraph()

    def emit(self, text: str) -> None:
        """Text, for whoever it is."""
        if self._letters.half:
            self._end_half()
        look = self.look
        if self.codepage == SYMBOL_FONT and self.place <= Place.MARKER:
            known = in_unicode(text, self.definitions.font_name(look.font))
            if known != text:
                text, look = known, look._replace(font=self.definitions.plain)
        if self.place is Place.BODY:
            self.fields.shown = True
            if not look.hidden:
                self.is_open = True
                self.sink.text(text, look)
        elif self.place is Place.MARKER:
            if len(self._marker) < 32:
                self._marker.append(text[:64])
        elif self.place is Place.INSTRUCTION:
            self.fields.say(text)
        elif self.place is Place.BOOKMARK:
            if len(self._name) < 8:
                self._name.append(text[:64])
        elif self.place is Place.FONTS:
            self.definitions.font_text(text)
        elif self.place is Place.COLOURS:
            self.definitions.colour_text(text)

    def end_paragraph(self) -> None:
        """A paragraph ends."""
        self._end_half()
        self.sink.paragraph(self.paragraph, self._taken_marker())
        self.is_open = False

    def end_cell(self, depth: int) -> None:
        """A cell of the table at `depth` ends."""
        self._end_half()
        self.sink.cell(self.paragraph, self._taken_marker(), depth)
        self.is_open = False

    def end_row(self, depth: int) -> None:
        """A row ends."""
        self.sink.row(depth, tuple(self.cells), bordered=self.bordered)
        self.is_open = False

    def begin_picture(self) -> None:
        """What comes is a picture."""
        self.place, self.parts = Place.PICTURE, PictureParts()

    def _taken_marker(self) -> str:
        marker = "".join(self._marker).replace("\t", " ").strip()
        self._marker.clear()
        if not marker and self.paragraph.list:
            marker = self.definitions.lists.marker(self.paragraph.list, self.paragraph.level)
        return marker[:32]

    def _text(self, text: bytes) -> None:
        if self.skip:
            text, self.skip = text[self.skip :], max(self.skip - len(text), 0)
        if self.place is Place.PICTURE:
            if self.parts is not None:
                self.parts.digits.append(text)
        elif self.place in (Place.SKIPPED, Place.OBJECT, Place.UPR, Place.LISTS):
            return
        elif self._raw or self._letters.half or not text.isascii():
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
            in_body = self.place in (Place.BODY, Place.MARKER)
            text = self._letters.taken(self.codepage if in_body else self.definitions.codepage)
            half, self._letters.half = self._letters.half, b""
            if text:
                self.emit(text)
            self._letters.half = half

    def _end_half(self) -> None:
        """Half a letter was all there was."""
        lone = self._letters.lone_half()
        if lone:
            self.emit(lone)

    def _brace(self, brace: bytes) -> None:
        self.skip = 0
        if brace == b"{":
            self._stack.append((self.place, self.look, self.paragraph, self.codepage, self.after, self.script))
        elif self._stack:
            if self.asides.depth == len(self._stack):
                self._end_aside()
            ended = self.place
            self.place, self.look, self.paragraph, self.codepage, self.after, self.script = self._stack.pop()
            if ended is not self.place:
                self._finish(ended)
            if self.fields.depth > len(self._stack):
                self._end_fields()

    def _finish(self, ended: Place) -> None:
        """What a destination held is whole now."""
        if ended is Place.INSTRUCTION:
            self.fields.end_instruction()
        elif ended is Place.PICTURE and self.parts is not None:
            picture, self.parts = self.parts.picture(self._pictures + 1), None
            if picture is not None and self.place in (Place.BODY, Place.OBJECT):
                self._pictures += 1
                self.is_open = self.fields.shown = True
                self.sink.picture(picture)
        elif ended is Place.BOOKMARK:
            name = "".join(self._name).strip()
            self._name.clear()
            if name and self.place is Place.BODY:
                self.sink.bookmark(name)

    def begin_field(self) -> None:
        """A field begins; what it is is read from its instruction."""
        self.fields.begin(len(self._stack))

    def _end_fields(self) -> None:
        """Fields end; one whose result shows nothing may say itself what is to be seen."""
        while self.fields.depth > len(self._stack):
            sign, target = self.fields.end()
            if self.place is Place.BODY and sign:
                self.emit(sign)
            elif self.place is Place.BODY and target:
                self.is_open = True
                self.sink.picture_at(target)

    def begin_aside(self, *, note: bool) -> None:
        """A note or a box begins; in another note it is text."""
        if self.asides.begin(self, len(self._stack), note=note):
            self.sink.begin_aside()
        self.place, self.look, self.paragraph = Place.BODY, self.look._replace(link=None, shift=0), Paragraph()

    def _end_aside(self) -> None:
        self._end_half()
        if self.is_open:
            self.end_paragraph()
        if self.asides.end(self):
            self.sink.end_note()
        else:
            self.sink.end_box(self._stack[-1][2] if self._stack else Paragraph())

    def _symbol(self, token: re.Match[bytes]) -> None:
        symbol = token.group(SYMBOL)
        if symbol == b"*":
            if self.place in (Place.BODY, Place.MARKER):
                self.place = Place.STARRED
            elif self.place is Place.OBJECT:
                self.place = Place.STARRED_OBJECT
            elif self.place is not Place.UPR:
                self.place = Place.SKIPPED
        elif self.skip:
            self.skip -= 1
        elif symbol in (b"\n", b"\r"):
            if self.place is Place.BODY:
                self.end_paragraph()
        elif symbol in _SYMBOLS:
            self.emit(_SYMBOLS[symbol])

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
        elif self.place is Place.STARRED_OBJECT:
            self.place = IN_OBJECTS.get(word, Place.SKIPPED)
        elif self.place <= Place.MARKER:
            self._shown_word(word, number)
        else:
            destination_word(self, word, number)

    def _shown_word(self, word: bytes, number: int | None) -> None:
        if self.skip:
            self.skip -= 1
            return
        action = self.words.get(word)
        if action is not None:
            action(self, number)
        elif word in HIDDEN:
            self.place = Place.SKIPPED

    def _binary(self, start: int, size: int) -> None:
        end = min(start + max(size, 0), len(self.rtf))
        if self.place is Place.PICTURE and self.parts is not None:
            self.parts.binary.append(self.rtf[start:end])
        self.tokens = TOKEN.finditer(self.rtf, end)


Action = Callable[[Walk, int | None], None]
"""What a word of the document does, with its number."""


def _pass(_token: re.Match[bytes]) -> None:
    """What stands for nothing."""
