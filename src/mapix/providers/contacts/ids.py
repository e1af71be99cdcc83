"""Entry identifiers of a personal address book (EID-1, EID-2).

Four flag bytes, the 16 bytes of the book, which lead identifiers to it, then what it is and its number. All of them are
long-term (EID-3).
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final

from mapix.properties.errors import UnknownEntryid

_LONG_TERM: Final = bytes(4)
_TAIL: Final = struct.Struct("<BBHQ")
_VERSION: Final = 1


class Kind(IntEnum):
    """What an identifier names; those of objects are their PR_OBJECT_TYPE."""

    CONTAINER = 4
    USER = 6
    LIST = 8
    TEMPLATE = 64


def entry_id(book: bytes, kind: int, number: int) -> bytes:
    """The identifier of the `number`th thing of a kind in the book with this uid."""
    return _LONG_TERM + book + _TAIL.pack(_VERSION, kind, 0, number)


def read_id(book: bytes, identifier: bytes) -> tuple[Kind, int]:
    """The kind and number of an identifier; `UnknownEntryid` for those of other books."""
    if len(identifier) != 20 + _TAIL.size or identifier[:4] != _LONG_TERM or identifier[4:20] != book:
        raise UnknownEntryid("not an identifier of this address book", value=bytes(identifier))
    version, kind, zero, number = _TAIL.unpack_from(identifier, 20)
    if version != _VERSION or zero or kind not in tuple(Kind) or number >= 1 << 63:
        raise UnknownEntryid("not an identifier of this address book", value=bytes(identifier))
    return Kind(kind), number
