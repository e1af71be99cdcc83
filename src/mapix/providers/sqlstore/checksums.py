"""Checksums of what is in the property rows of an object: a bit that flips in a small value makes another value of its
kind, which nothing else would tell from the right one.

    checksum([(0x0017, 3, 1, None), (0x0037, 0x001F, "Budget", None)])

It is the CRC-32 of a byte form of the rows, by identifier. Numbers of objects are not in it, so that a copy has the
checksum of what it is copied from; of a large value, which is known by its hash, only its number is. The byte form is
that of Python's `marshal` in its version 2, which never changed: a list is "[", a row "(", then how many there are, and
what is in it; a number "i" and its 32 bits, or "l", how many digits of 15 bits it takes, below zero for a number below
zero, and these; a floating number "g" and its 64 bits; text "u" and bytes "s", how many bytes, and these; nothing "N".
Everything has its small end first.
"""

from __future__ import annotations

import marshal
from collections.abc import Collection, Sequence
from typing import Any, Final
from zlib import crc32

PropertyRow = tuple[int, int, Any, int | None]
"""Identifier, type, value and large value, as they stand in a row."""

_FORM: Final = 2
_WHOLE: Final[tuple[type[Any], ...]] = (int, float, str, bytes)


def checksum(rows: list[PropertyRow]) -> int:
    """The checksum of an object that has these property rows, in the order of their identifiers."""
    try:
        return crc32(marshal.dumps(rows, _FORM))
    except ValueError:
        return crc32(marshal.dumps([tuple(map(_plain, row)) for row in rows], _FORM))


def renewed(
    known: int | None, rows: list[PropertyRow], written: Sequence[PropertyRow], deleted: Collection[int]
) -> int:
    """The checksum of an object after a change, that had `rows` and the checksum `known` before.

    What was not right before is as far from right afterwards: a change of something else does not hide damage.
    """
    held = {row[0]: row for row in rows}
    for prop_id in deleted:
        held.pop(prop_id, None)
    for row in written:
        held[row[0]] = row
    new = checksum([held[prop_id] for prop_id in sorted(held)])
    return new if known is None else new ^ known ^ checksum(rows)


def _plain(cell: Any) -> Any:
    """A cell of a derived class as the database has it."""
    return next((kind(cell) for kind in _WHOLE if isinstance(cell, kind)), cell)
