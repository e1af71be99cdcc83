"""Sticky notes (IPM.StickyNote): a text on coloured paper. Source: [MS-OXONOTE].

mapix.Note("Milk, eggs", color="blue").save("shopping.msg")
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Unpack

from mapix.client.items.base import Item, ItemFields
from mapix.client.items.fields import NamedInteger
from mapix.client.place import Place
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter
from mapix.properties.tag import PropTag, PropType

COLORS: Final = ("blue", "green", "pink", "yellow", "white")
"""PidLidNoteColor ([MS-OXONOTE] 2.2.1.1)."""

_YELLOW: Final = 3
_FIRST_ICON: Final = 0x300
_LONGEST_TITLE: Final = 255
_USUAL: Final = {
    n.PidLidNoteColor: _YELLOW,
    n.PidLidNoteWidth: 200,
    n.PidLidNoteHeight: 166,
    n.PidLidNoteX: 80,
    n.PidLidNoteY: 80,
}


class NoteFields(ItemFields, total=False):
    """The fields of `Note`."""

    color: str
    width: int
    height: int
    left: int
    top: int


class Note(Item):
    """A sticky note. Its subject is the first line of its text; sizes and places are in pixels."""

    ITEM_CLASS = "IPM.StickyNote"
    ICON_FOLLOWS = (n.PidLidNoteColor,)

    width = NamedInteger(n.PidLidNoteWidth, "How wide it is shown.")
    height = NamedInteger(n.PidLidNoteHeight, "How high it is shown.")
    left = NamedInteger(n.PidLidNoteX, "Where on the screen, from the left.")
    top = NamedInteger(n.PidLidNoteY, "Where on the screen, from the top.")

    def __init__(
        self,
        mapi: MapiMessage | str | None = None,
        *,
        place: Place | None = None,
        row: Mapping[PropTag, Any] | None = None,
        **fields: Unpack[NoteFields],
    ) -> None:
        if isinstance(mapi, str):
            fields["text"], mapi = mapi, None
        super().__init__(mapi, place=place, row=row, **fields)

    @property
    def color(self) -> str:
        """The paper: `blue`, `green`, `pink`, `yellow` or `white`."""
        number = self._value(n.PidLidNoteColor)
        return COLORS[number] if number is not None and 0 <= number < len(COLORS) else COLORS[_YELLOW]

    @color.setter
    def color(self, value: str) -> None:
        if value not in COLORS:
            raise InvalidParameter("no such colour of notes", value=value, hint=", ".join(COLORS))
        self.set_named(n.PidLidNoteColor, PropType.LONG, COLORS.index(value))

    def _complete(self) -> None:
        super()._complete()
        if self._made:
            self._put_missing(_USUAL)
        if self._follows(t.PR_SUBJECT, t.PR_BODY, t.PR_HTML):
            lines = (self.text or "").strip().splitlines()
            self._put({t.PR_SUBJECT: lines[0][:_LONGEST_TITLE] if lines else None})

    def _icon(self) -> int:
        return _FIRST_ICON + COLORS.index(self.color)
