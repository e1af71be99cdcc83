"""Lists of entry identifiers in one binary value: FLATENTRYLIST (E-015, [MS-OXCDATA] 2.3.3).

    >>> load_entries(dump_entries([b"abc", b"defg"]))
    [b'abc', b'defg']

PR_REPLY_RECIPIENT_ENTRIES and its like hold one. Layout: number of entries, bytes of all that follow, then for each
its length, its bytes, and zeros up to a multiple of four; all numbers are 32-bit little-endian.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Final

from mapix.properties.errors import CorruptData

_HEAD: Final = Struct("<II")
_LENGTH: Final = Struct("<I")


def dump_entries(entries: Iterable[bytes]) -> bytes:
    """The entry identifiers as one FLATENTRYLIST."""
    flat = [_LENGTH.pack(len(entry)) + entry + bytes(-len(entry) % 4) for entry in entries]
    body = b"".join(flat)
    return _HEAD.pack(len(flat), len(body)) + body


def load_entries(data: bytes) -> list[bytes]:
    """The entry identifiers of a FLATENTRYLIST; the last one's padding may be missing.

    Raises CorruptData when counts and lengths are not borne out by the bytes.
    """
    if len(data) < _HEAD.size:
        raise CorruptData("not a list of entry identifiers", value=data)
    count, size = _HEAD.unpack_from(data)
    end = _HEAD.size + size
    if end > len(data) or count * _LENGTH.size > size:
        raise CorruptData("a list of entry identifiers is cut short", value=data)
    entries, position = [], _HEAD.size
    for _ in range(count):
        start = position + _LENGTH.size
        length = _LENGTH.unpack_from(data, position)[0] if start <= end else end
        if start + length > end:
            raise CorruptData("a list of entry identifiers is cut short", value=data)
        entries.append(bytes(data[start : start + length]))
        position = start + length + -length % 4
    return entries
