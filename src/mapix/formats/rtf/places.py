"""What the groups of an RTF document are: its text, tables, instructions, and what is passed over."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


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
    LISTS = 10
    BOOKMARK = 11
    STARRED_OBJECT = 12


STARRED: Final = {
    b"fldinst": Place.INSTRUCTION,
    b"shppict": Place.BODY,
    b"nesttableprops": Place.BODY,
    b"shpinst": Place.OBJECT,
    b"do": Place.OBJECT,
    b"ud": Place.BODY,
    b"listtable": Place.LISTS,
    b"listoverridetable": Place.LISTS,
    b"bkmkstart": Place.BOOKMARK,
}
"""Destinations behind `\\*` that are looked into."""

IN_OBJECTS: Final = {b"shpinst": Place.OBJECT, b"do": Place.OBJECT}
"""The same within an object or a shape."""

BOXES: Final = frozenset((b"shptxt", b"dptxbxtext"))
"""Destinations of shapes that hold text."""
