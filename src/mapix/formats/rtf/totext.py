"""What a walk over RTF finds, as plain text; and where attachments stand in it (M-045)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mapix.formats.rtf.charsets import joined
from mapix.formats.rtf.looks import Cell, Look, Paragraph, Picture

_MARKUP_A_BYTE: Final = 4
_Around = tuple[list[str], list[str], list[int], list[int], int, int]


class TextSink:
    """Makes plain text; see `Sink`. Links are told behind their text, up to a multiple of `size` letters in all."""

    def __init__(self, size: int) -> None:
        self.places: list[int] = []
        self._out: list[str] = []
        self._line: list[str] = []
        self._length = self._reach = 0
        self._marked: list[int] = []
        self._link: str | None = None
        self._since = 0
        self._left = 4096 + _MARKUP_A_BYTE * size
        self._around: list[_Around] = []
        self._notes: list[tuple[str, list[int]]] = []

    def text(self, text: str, look: Look) -> None:
        """See `Sink.text`."""
        if look.link != self._link:
            self._end_link()
            self._link, self._since = look.link, len(self._line)
        self._add(text)

    def line(self) -> None:
        """See `Sink.line`."""
        self._add("\r\n")

    def paragraph(self, paragraph: Paragraph, marker: str) -> None:
        """See `Sink.paragraph`."""
        self._end(marker, "\r\n")

    def cell(self, paragraph: Paragraph, marker: str, depth: int) -> None:
        """See `Sink.cell`."""
        self._end(marker, "\t")

    def row(self, depth: int, cells: Sequence[Cell], *, bordered: bool) -> None:
        """See `Sink.row`."""
        if not self._line and self._out and self._out[-1][-1:] == "\t":
            self._out[-1] = self._out[-1][:-1]
            self._length -= 1
        self._end("", "\r\n")

    def picture(self, picture: Picture) -> None:
        """Pictures have no text."""

    def picture_at(self, target: str) -> None:
        """See `Sink.picture_at`: no text either."""

    def bookmark(self, name: str) -> None:
        """See `Sink.bookmark`: nothing is seen of it."""

    def mark(self, number: int, look: Look, *, back: bool) -> None:
        """See `Sink.mark`."""
        self.text(f"[{number}]", look)

    def begin_aside(self) -> None:
        """See `Sink.begin_aside`."""
        self._end_link()
        self._around.append((self._out, self._line, self._marked, self.places, self._length, self._reach))
        self._out, self._line, self._marked, self.places = [], [], [], []
        self._length = self._reach = 0

    def end_note(self) -> None:
        """See `Sink.end_note`."""
        self._notes.append(self._end_aside())

    def end_box(self, paragraph: Paragraph) -> None:
        """See `Sink.end_box`."""
        text, places = self._end_aside()
        if text:
            self._out.append(text + "\r\n")
            self.places.extend(self._length + place for place in places)
            self._length += len(text) + 2

    def _end_aside(self) -> tuple[str, list[int]]:
        if self._line:
            self._end("", "")
        text, places = "".join(self._out).rstrip("\r\n"), self.places
        self._out, self._line, self._marked, self.places, self._length, self._reach = self._around.pop()
        return text, places

    def attachment(self) -> None:
        """See `Sink.attachment`: a blank stands for it."""
        self._marked.append(self._reach)
        self._add(" ")

    def result(self) -> str:
        """The whole text, notes at its end; ends of paragraphs at the very end are left out."""
        if self._line:
            self._end("", "")
        if not self._notes:
            return joined(self._out).rstrip("\r\n")
        text = "".join(self._out).rstrip("\r\n") + "\r\n\r\n"
        parts, length = [text], len(text)
        for note, places in self._notes:
            self.places.extend(length + place for place in places)
            parts.append(note + "\r\n")
            length += len(note) + 2
        self._notes.clear()
        self._out[:] = parts
        return joined(parts).rstrip("\r\n")

    def _end(self, marker: str, sign: str) -> None:
        self._end_link()
        start = f"{'*' if _is_bullet(marker) else marker} " if marker else ""
        whole = start + "".join(self._line) + sign
        self.places.extend(self._length + len(start) + place for place in self._marked)
        self._line.clear()
        self._marked.clear()
        self._reach = 0
        self._out.append(whole)
        self._length += len(whole)

    def _end_link(self) -> None:
        link, self._link = self._link, None
        if link is None or link.startswith("#"):
            return
        target = link[7:].partition("?")[0] if link[:7].lower() == "mailto:" else link
        shown = "".join(self._line[self._since :]).strip()
        if shown and shown.rstrip("/") != target.rstrip("/") and self._left > 0:
            self._left -= len(target)
            self._add(f" <{target}>")

    def _add(self, text: str) -> None:
        self._line.append(text)
        self._reach += len(text)


def _is_bullet(marker: str) -> bool:
    """Whether the sign of an item is a picture; some writers take the letter o for one."""
    return marker == "o" or (len(marker) == 1 and not marker.isascii() and not marker.isalpha())
