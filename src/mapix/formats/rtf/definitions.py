"""The tables at the beginning of an RTF document: fonts with their code pages, and colours."""

from __future__ import annotations

from typing import Final

from mapix.formats.rtf.charsets import CODEPAGE_OF
from mapix.formats.rtf.lists import Lists

_LONGEST_NAME: Final = 32
_MOST: Final = 10_000


class Definitions:
    """Fonts and colours as far as they are read. `codepage` is the document's own, `plain` its font."""

    def __init__(self) -> None:
        self.codepage = 1252
        self.plain = -1
        self.lists = Lists()
        self._codepages: dict[int, int] = {}
        self._names: dict[int, str] = {}
        self._font = -1
        self._name = ""
        self._colours: list[str] = []
        self._parts: dict[bytes, int] = {}

    def codepage_of(self, font: int) -> int:
        """The code page of a font's bytes."""
        return self._codepages.get(font, self.codepage)

    def font_name(self, number: int) -> str:
        """See `Tables.font_name`."""
        return self._names.get(number, "")

    def colour(self, number: int) -> str:
        """See `Tables.colour`."""
        return self._colours[number] if 0 <= number < len(self._colours) else ""

    def font_word(self, word: bytes, number: int | None) -> None:
        """A control word of the font table."""
        if word == b"f":
            self._font, self._name = number or 0, ""
        elif word == b"fcharset" and number != 1:
            self._codepages[self._font] = CODEPAGE_OF.get(number or 0, self.codepage)
        elif word == b"cpg" and number:
            self._codepages[self._font] = number

    def font_text(self, text: str) -> None:
        """The name of a font, or a part of it; a semicolon ends it."""
        name, end, _ = text.partition(";")
        self._name = (self._name + name)[:_LONGEST_NAME]
        if end and self._font >= 0 and len(self._names) < _MOST:
            bare = "".join(letter for letter in self._name if letter.isalnum() or letter in " -_@").strip(" @")
            self._names.setdefault(self._font, bare)

    def colour_word(self, word: bytes, number: int | None) -> None:
        """A control word of the colour table."""
        if word in (b"red", b"green", b"blue"):
            self._parts[word] = min(max(number or 0, 0), 255)

    def colour_text(self, text: str) -> None:
        """Semicolons end colours; one of which nothing is said is the reader's own."""
        for _ in range(min(text.count(";"), _MOST - len(self._colours))):
            parts, self._parts = self._parts, {}
            rgb = [parts.get(word, 0) for word in (b"red", b"green", b"blue")]
            self._colours.append("#{:02x}{:02x}{:02x}".format(*rgb) if parts else "")
