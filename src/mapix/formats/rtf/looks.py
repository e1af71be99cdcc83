"""How pieces of an RTF document look: letters, paragraphs, pictures; and who is told about them.

A walk (`walk`) reads the document and tells a `Sink` what is in it, in the order of reading; sinks make HTML or text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

NORMAL_SIZE: Final = 24
"""Half points of letters where nothing is said."""


class Look(NamedTuple):
    """How letters look. `size` is in half points, `font` and colours are numbers of the tables, `shift` is 1 for high
    and -1 for low letters, `link` is where they lead.
    """

    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    hidden: bool = False
    caps: bool = False
    shift: int = 0
    size: int = NORMAL_SIZE
    font: int = -1
    colour: int = 0
    back: int = 0
    link: str | None = None


class Paragraph(NamedTuple):
    """How a paragraph stands; lengths are in twentieths of a point. `depth` is that of tables, 0 outside."""

    align: str = ""
    left: int = 0
    first: int = 0
    right: int = 0
    before: int = 0
    after: int = 0
    rtl: bool = False
    depth: int = 0
    list: int = 0
    level: int = 0


class Cell(NamedTuple):
    """What a row says of a cell: whether it goes on with the one at its left, or with the one above."""

    joined: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a document: its media type, its bytes, and its size in pixels where it is known, else 0.

    `content_id` is by what HTML refers to it.
    """

    content_id: str
    media_type: str
    data: bytes
    width: int = 0
    height: int = 0


class Tables(Protocol):
    """What a document's tables of fonts and colours know."""

    def font_name(self, number: int) -> str:
        """The name of a font; empty where there is none."""

    def colour(self, number: int) -> str:
        """A colour as `#rrggbb`; empty for the reader's own."""


class Sink(Protocol):
    """Who is told what is in a document."""

    def text(self, text: str, look: Look) -> None:
        """Letters of one look."""

    def line(self) -> None:
        """A new line in the same paragraph."""

    def paragraph(self, paragraph: Paragraph, marker: str) -> None:
        """The end of a paragraph; `marker` is the sign of its item in a list, or empty."""

    def cell(self, paragraph: Paragraph, marker: str, depth: int) -> None:
        """The end of a cell of the table at `depth`, and of its last paragraph."""

    def row(self, depth: int, cells: Sequence[Cell], *, bordered: bool) -> None:
        """The end of a row; `cells` is what is said of its cells."""

    def picture(self, picture: Picture) -> None:
        """A picture among the letters."""

    def picture_at(self, target: str) -> None:
        """A picture that is not in the document, and where it is."""

    def attachment(self) -> None:
        """The place of an attachment (M-045)."""

    def bookmark(self, name: str) -> None:
        """A place that links lead to."""

    def mark(self, number: int, look: Look, *, back: bool) -> None:
        """The number of a note: in the text, or with `back` in the note itself."""

    def begin_aside(self) -> None:
        """What comes is no part of the text around it: a note, or a box."""

    def end_note(self) -> None:
        """The note that began last is whole; notes stand behind the document."""

    def end_box(self, paragraph: Paragraph) -> None:
        """The box that began last is whole; it stands before the paragraph that it was found in."""
