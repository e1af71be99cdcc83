"""Display tables of people and lists: which fields a dialog shows, and where (PR_DETAILS_TABLE, IMAPISupport).

    table = user.open_property(PR_DETAILS_TABLE, MapiTable)

A row is a control: a page, or a label and a field beside it. PR_CONTROL_STRUCTURE says which property a field edits:
offset of its text, flags, most characters, property, little-endian, as the structures of display tables are laid out;
behind it stands the text, wide and ended by NUL.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from mapix.interfaces.table import MapiTable
from mapix.objects.tables.tabledata import TableData
from mapix.properties import tags as t
from mapix.properties.flags import DT_EDITABLE, DT_REQUIRED, DTCT_EDIT, DTCT_LABEL, DTCT_LBX, DTCT_PAGE
from mapix.properties.tag import PropTag

USER_FIELDS: Final[tuple[tuple[str, PropTag], ...]] = (
    ("Display name", t.PR_DISPLAY_NAME),
    ("Address", t.PR_EMAIL_ADDRESS),
    ("Address type", t.PR_ADDRTYPE),
    ("Given name", t.PR_GIVEN_NAME),
    ("Surname", t.PR_SURNAME),
    ("Nickname", t.PR_NICKNAME),
    ("Company", t.PR_COMPANY_NAME),
    ("Department", t.PR_DEPARTMENT_NAME),
    ("Title", t.PR_TITLE),
    ("Business telephone", t.PR_BUSINESS_TELEPHONE_NUMBER),
    ("Mobile telephone", t.PR_MOBILE_TELEPHONE_NUMBER),
    ("Home telephone", t.PR_HOME_TELEPHONE_NUMBER),
    ("Comment", t.PR_COMMENT),
)
"""The fields of a person: label and property, in the order of a dialog."""

LIST_FIELDS: Final = (USER_FIELDS[0], USER_FIELDS[-1])
"""The fields of a distribution list, whose members follow."""

REQUIRED: Final = (t.PR_DISPLAY_NAME, t.PR_EMAIL_ADDRESS)

_COLUMNS: Final = (
    t.PR_XPOS,
    t.PR_DELTAX,
    t.PR_YPOS,
    t.PR_DELTAY,
    t.PR_CONTROL_TYPE,
    t.PR_CONTROL_FLAGS,
    t.PR_CONTROL_STRUCTURE,
    t.PR_CONTROL_ID,
)
_LABEL_WIDTH, _FIELD_WIDTH, _LINE = 70, 160, 14
_MOST_CHARACTERS: Final = 1024


def details_table(*, writable: bool = False, is_list: bool = False) -> MapiTable:
    """The display table of a person or a list; fields can be edited where the entry is `writable`."""
    controls = _controls(LIST_FIELDS if is_list else USER_FIELDS, writable=writable, members=is_list)
    rows = [{**control, t.PR_CONTROL_ID: number.to_bytes(4, "little")} for number, control in enumerate(controls)]
    return TableData(_COLUMNS, rows, index=t.PR_CONTROL_ID).view()


def _controls(
    fields: tuple[tuple[str, PropTag], ...], *, writable: bool, members: bool
) -> Iterator[dict[PropTag, Any]]:
    yield _control(0, 0, 0, DTCT_PAGE, 0, struct.pack("<III", 12, 0, 0) + _text("General"))
    for line, (label, tag) in enumerate(fields):
        top = line * _LINE
        flags = (DT_EDITABLE if writable else 0) | (DT_REQUIRED if tag in REQUIRED else 0)
        yield _control(0, top, _LABEL_WIDTH, DTCT_LABEL, 0, struct.pack("<II", 8, 0) + _text(label))
        structure = struct.pack("<IIII", 16, 0, _MOST_CHARACTERS, tag) + _text("*")
        yield _control(_LABEL_WIDTH, top, _FIELD_WIDTH, DTCT_EDIT, flags, structure)
    if members:
        structure = struct.pack("<III", 0, 0, t.PR_CONTAINER_CONTENTS)
        yield _control(0, len(fields) * _LINE, _LABEL_WIDTH + _FIELD_WIDTH, DTCT_LBX, 0, structure)


def _control(left: int, top: int, width: int, kind: int, flags: int, structure: bytes) -> dict[PropTag, Any]:
    return {
        t.PR_XPOS: left,
        t.PR_DELTAX: width,
        t.PR_YPOS: top,
        t.PR_DELTAY: _LINE if width else 0,
        t.PR_CONTROL_TYPE: kind,
        t.PR_CONTROL_FLAGS: flags,
        t.PR_CONTROL_STRUCTURE: structure,
    }


def _text(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")
