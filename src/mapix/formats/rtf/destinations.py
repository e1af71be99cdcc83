"""What control words do in destinations that are no text: tables, pictures, objects ([MSFT-RTF], destinations)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.formats.rtf.places import BOXES, Place

if TYPE_CHECKING:
    from mapix.formats.rtf.walk import Walk


def destination_word(walk: Walk, word: bytes, number: int | None) -> None:
    """A control word of a destination that is no text."""
    if walk.place is Place.FONTS:
        walk.definitions.font_word(word, number)
    elif walk.place is Place.COLOURS:
        walk.definitions.colour_word(word, number)
    elif walk.place is Place.LISTS:
        walk.definitions.lists.word(word, number)
    elif walk.place is Place.PICTURE and walk.parts is not None:
        walk.parts.word(word, number)
    elif walk.place is Place.OBJECT:
        _object_word(walk, word)
    elif walk.place is Place.UPR and word == b"ud":
        walk.place = Place.BODY


def _object_word(walk: Walk, word: bytes) -> None:
    """What is to be seen of an object or a shape."""
    if word == b"result":
        walk.place = Place.BODY
    elif word in BOXES:
        walk.begin_aside(note=False)
    elif word == b"pict":
        walk.begin_picture()
