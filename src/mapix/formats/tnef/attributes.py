"""The attributes of a stream, one after another, whatever their lengths claim.

Where a length cannot be right, reading goes on at the next attribute that can be recognized.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from struct import Struct, pack
from typing import Final
from zlib import adler32

from mapix.formats.tnef.context import MOST_THINGS, Scope
from mapix.formats.tnef.layout import (
    AS_IT_IS,
    ATTACHMENT,
    ATTRIBUTE,
    CHECKSUM,
    MESSAGE,
    NUMBERS,
    OF_ATTACHMENTS,
    Att,
    checksum,
)
from mapix.formats.tnef.source import AT_ONCE, MOST_AT_ONCE, FileSource

Found = tuple[int, int, int]
"""Number of an attribute, where its data begins, where it ends."""

_HEAD: Final = ATTRIBUTE.size
_LEVELS: Final = {number: ATTACHMENT if number in OF_ATTACHMENTS else MESSAGE for number in NUMBERS}
KNOWN: Final = frozenset(pack("<BI", level, number) for number, level in _LEVELS.items())
"""How attributes begin: level and number."""
_ANY: Final = re.compile(b"|".join(re.escape(one) for one in sorted(KNOWN)))
_IN_PIECES: Final = frozenset((int(Att.ATTACH_DATA), int(Att.MSG_PROPS), int(Att.ATTACHMENT)))
"""What is never read as one of a large file."""
_TIMES: Final = 4
_SOME: Final = 1 << 16
_TRIES: Final = 64
"""How many places are looked at for the next attribute."""
_unpack: Final = ATTRIBUTE.unpack_from
_sum: Final = CHECKSUM.unpack_from
_sum_and_next: Final = Struct("<HBII").unpack_from
_NEXT: Final = CHECKSUM.size + _HEAD


def attributes(source: bytes | FileSource, at: int, end: int, scope: Scope) -> Iterable[Found]:
    """The attributes between two places."""
    if isinstance(source, FileSource):
        return _of_file(source, at, end, scope)
    return _of_bytes(source, at, end, scope)


class _Work:
    """How many bytes may still be summed: some times those of the stream, so that overlapping lies take no time."""

    __slots__ = ("left",)

    def __init__(self, size: int) -> None:
        self.left = _TIMES * size + _SOME

    def is_right(self, data: bytes, start: int, stop: int, end: int) -> bool:
        """Whether data between two places has the checksum that stands behind it."""
        self.left -= min(stop, end) - start
        if stop + 2 > end or self.left < 0:
            return False
        return checksum(data, start, stop) == data[stop] | data[stop + 1] << 8


def _of_bytes(data: bytes, at: int, end: int, scope: Scope) -> list[Found]:
    found: list[Found] = []
    work: _Work | None = None
    begun, last, levels = at, end - _HEAD, _LEVELS.get
    more, most = last - CHECKSUM.size, at + MOST_THINGS * (_HEAD + CHECKSUM.size)
    while at <= last:
        level, number, size = _unpack(data, at)
        start = at + _HEAD
        stop = start + size
        while levels(number) == level and stop <= more:
            told, level, following, size = _sum_and_next(data, stop)
            found_sum = adler32(data[start:stop]) - 1 if stop - start <= AS_IT_IS else checksum(data, start, stop)
            if found_sum & 0xFFFF != told:
                break
            found.append((number, start, stop))
            number, start = following, stop + _NEXT
            stop = start + size
            if start > most and len(found) >= MOST_THINGS:
                break
        work = work or _Work(end - begun)
        at = _odd(data, start - _HEAD, end, scope, work, found)
        if at > most and len(found) >= MOST_THINGS:
            scope.note("too many attributes")
            return found[:MOST_THINGS]
    if at < end and data[at:end].strip(b"\0\r\n"):
        scope.note("bytes after the last attribute", value=data[at:end])
    return found


def _odd(data: bytes, at: int, end: int, scope: Scope, work: _Work, found: list[Found]) -> int:
    """An attribute that is the last one or not sound, if it is one; where to go on."""
    level, number, size = _unpack(data, at)
    start = at + _HEAD
    stop = start + size
    if work.is_right(data, start, stop, end):
        if _LEVELS.get(number) != level:
            _strange(level, number, scope)
        at = stop + 2
    elif _LEVELS.get(number) == level:
        stop, at = _repaired(data, start, stop, end, scope, number, work)
    else:
        scope.note("bytes that are no attribute", value=data[at:start])
        return _next(data, at + 1, end, work) or end
    found.append((number, start, stop))
    return at


def _repaired(data: bytes, start: int, stop: int, end: int, scope: Scope, number: int, work: _Work) -> tuple[int, int]:
    """Where the data of a damaged attribute ends, and where the next one begins."""
    if stop + 2 <= end and (stop + 2 == end or data[stop + 2 : stop + 7] in KNOWN):
        scope.note("a checksum is wrong", value=hex(number))
        return stop, stop + 2
    found = _next(data, start, end, work)
    if found is not None:
        scope.note("the length of an attribute is wrong", value=hex(number))
        return max(start, found - 2), found
    what = "the stream ends in the middle of an attribute" if work.left >= 0 else "too much damage to go on"
    scope.note(what, value=hex(number))
    return min(stop, end), end


def _next(data: bytes, at: int, end: int, work: _Work) -> int | None:
    """Where the next sound attribute begins."""
    for _, match in zip(range(_TRIES), _ANY.finditer(data, at, end), strict=False):
        place = match.start()
        if end - place < _HEAD:
            continue
        start = place + _HEAD
        stop = start + _unpack(data, place)[2]
        if stop + 2 <= end and work.is_right(data, start, stop, end):
            return place
    return None


def _strange(level: int, number: int, scope: Scope) -> None:
    if number in NUMBERS:
        scope.note("an attribute of the other level", value=hex(number))
    else:
        scope.note("an unknown attribute was left out", value=(level, hex(number)))


def _of_file(source: FileSource, at: int, end: int, scope: Scope) -> Iterator[Found]:
    """Of a large file: one attribute at a time; damage that is not the end is not looked behind."""
    for _ in range(MOST_THINGS):
        if end - at < _HEAD:
            break
        head = source.read(at, _HEAD)
        level, number, size = _unpack(head)
        start = at + _HEAD
        stop = start + size
        if _LEVELS.get(number) != level:
            scope.note("bytes that are no attribute", value=head)
            return
        if stop + 2 > end:
            scope.note("the stream ends in the middle of an attribute", value=hex(number))
            stop = min(stop, end)
        elif source.checksum(start, stop) != _sum(source.read(stop, 2))[0]:
            scope.note("a checksum is wrong", value=hex(number))
        if size > MOST_AT_ONCE and number not in _IN_PIECES:
            scope.note("an attribute too large for memory was left out", value=(hex(number), size))
        else:
            yield number, start, stop
        at = stop + 2
    if at < end and source.read(at, _HEAD).strip(b"\0\r\n"):
        scope.note("bytes after the last attribute", value=source.read(at, _HEAD))


def whole(source: bytes | FileSource, start: int, end: int) -> tuple[bytes | FileSource, int, int]:
    """A part of a source, in memory where it is small enough."""
    if isinstance(source, FileSource) and end - start <= AT_ONCE:
        return source.read(start, end - start), 0, end - start
    return source, start, end
