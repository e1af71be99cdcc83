"""Lists of properties in a TNEF stream, read from memory ([MS-OXTNEF] 2.1.3.4).

A list is a count and as many properties: tag, the name of one from 0x8000 on, value. Values stand on four bytes; those
of differing size have a count before them, and each its length.
"""

from __future__ import annotations

from codecs import utf_16_le_decode
from struct import Struct
from typing import Any, Final

from mapix.formats.msg.layout import tag_of
from mapix.formats.tnef.context import Scope
from mapix.formats.tnef.rareforms import Cut, Unreadable, read_rare, wide
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_TNEF_UNPROCESSED_PROPS

u32: Final = Struct("<I").unpack_from
_pair: Final = Struct("<II").unpack_from
_triple: Final = Struct("<III").unpack_from
_SOME: Final = 12
"""Bytes of the shortest property that has a count and a length."""
_NAMED: Final = 0x80000000
_HALF: Final = 0x80000000

_OTHER, _BYTES, _TEXT, _TEXT8, _LONG, _HUGE, _SHORT, _BOOLEAN = range(8)
_FORMS: Final[dict[int, int]] = {
    PropType.BINARY: _BYTES,
    PropType.UNICODE: _TEXT,
    PropType.STRING8: _TEXT8,
    PropType.LONG: _LONG,
    PropType.ERROR: _LONG,
    PropType.SYSTIME: _HUGE,
    PropType.LONGLONG: _HUGE,
    PropType.CURRENCY: _HUGE,
    PropType.SHORT: _SHORT,
    PropType.BOOLEAN: _BOOLEAN,
}
"""Which types are read on the short way."""
_MOST_KNOWN: Final = 4096

_known_tags: Final[dict[int, tuple[PropTag, int]]] = {}
"""Tags by number, with the form of their values; the same few hundred come again and again."""


def read_list(data: bytes, at: int, end: int, scope: Scope, where: str) -> tuple[dict[PropTag, Any], int]:
    """A counted list, and where it ends."""
    if end - at < 4:
        scope.note("a list of properties is missing", at=where)
        return {}, end
    return read_properties(data, at + 4, end, scope, where, u32(data, at)[0])


def read_properties(
    data: bytes, at: int, end: int, scope: Scope, where: str, count: int
) -> tuple[dict[PropTag, Any], int]:
    """So many properties, and where they end; what comes after damage is in PR_TNEF_UNPROCESSED_PROPS."""
    reading = _List(data, at, end, scope, where)
    try:
        at = reading.read(count)
    except Cut:
        begun = reading.begun
        reading.note("the list ends in the middle of a property", data[begun : begun + 8])
        at = end
    except Unreadable:
        begun = reading.begun
        reading.note("a value of an unknown type; what follows is kept unread", data[begun : begun + 4])
        reading.put(PR_TNEF_UNPROCESSED_PROPS, data[begun:end])
        at = end
    scope.context.room -= len(reading.tags)
    return reading.properties(), min(at, end)


class _List:
    """One list that is read: tags and values as they come, 8-bit text apart."""

    __slots__ = ("begun", "data", "end", "narrow", "scope", "tags", "values", "where")

    def __init__(self, data: bytes, at: int, end: int, scope: Scope, where: str) -> None:
        self.data, self.end, self.scope, self.where = data, end, scope, where
        self.begun = at
        self.tags: list[PropTag] = []
        self.values: list[Any] = []
        self.narrow: dict[PropTag, Any] = {}

    def put(self, tag: int, value: Any) -> None:
        """One property."""
        if tag & 0xEFFF == PropType.STRING8:
            self.narrow[tag_of(tag | 1)] = value
        else:
            self.tags.append(tag_of(tag))
            self.values.append(value)

    def note(self, what: str, value: object = None) -> None:
        """Remember a defect of the list."""
        self.scope.note(what, at=self.where, value=value)

    def properties(self) -> dict[PropTag, Any]:
        """The properties by tag. Text in 8 bits does not take the place of the same in Unicode."""
        found = dict(zip(self.tags, self.values, strict=True))
        if len(found) != len(self.tags):
            self._note_twice(found)
        return {**self.narrow, **found} if self.narrow else found

    def _note_twice(self, found: dict[PropTag, Any]) -> None:
        """Exchange writes some properties twice, which is no defect while they have the same value."""
        changed = [tag for tag, value in zip(self.tags, self.values, strict=True) if found[tag] != value]
        if changed:
            self.note("properties stand there twice", changed[:8])

    def read(self, count: int) -> int:
        """So many properties; where they end. The forms that most values have are read here, all others elsewhere."""
        data, at, end, scope = self.data, self.begun, self.end, self.scope
        add_tag, add_value, known, names = self.tags.append, self.values.append, _known_tags, scope.context.known
        safe = end - _SOME
        for left in range(count, max(count - scope.context.room, 0), -1):
            self.begun = at
            if at > safe:
                at = self._last(at, count, left)
                if at < 0:
                    return end
                continue
            tag, first, second = _triple(data, at)
            at += 4
            if tag >= _NAMED:
                tag, at = self._named(at, tag, names)
                if end - at < 8:
                    at = read_rare(self, at, tag)
                    continue
                first, second = _pair(data, at)
            try:
                own, form = known[tag]
            except KeyError:
                own, form = _learned(tag)
            if form >= _LONG:
                add_tag(own)
                if form == _LONG:
                    at += 4
                    add_value(first if first < _HALF else first - 2 * _HALF)
                elif form == _HUGE:
                    at += 8
                    add_value((second if second < _HALF else second - 2 * _HALF) << 32 | first)
                else:
                    at += 4
                    first &= 0xFFFF
                    add_value(first != 0 if form == _BOOLEAN else first if first < 0x8000 else first - 0x10000)
            elif form and first == 1 and (stop := at + 8 + second) <= end:
                at += 8
                if form == _BYTES:
                    add_tag(own)
                    add_value(data[at:stop])
                elif form == _TEXT:
                    add_tag(own)
                    if second & 1 or data[stop - 2 : stop] != b"\0\0":
                        add_value(wide(data[at:stop], scope, self.where))
                    else:
                        add_value(utf_16_le_decode(data[at : stop - 2], "surrogatepass", True)[0])
                else:
                    self.narrow[own] = scope.text(data[at:stop], tag >> 16, self.where)
                at = stop + (-second & 3)
            else:
                at = read_rare(self, at, tag)
        if count > scope.context.room:
            self.note("too many properties", count)
            return end
        return at

    def _last(self, at: int, count: int, left: int) -> int:
        """A property near the end of the list; where it ends, negative where there is none."""
        if self.end - at < 4:
            self.note("fewer properties than the count tells", (count, count - left))
            return -1
        tag = u32(self.data, at)[0]
        if tag >= _NAMED:
            raise Cut
        return read_rare(self, at + 4, tag)

    def _named(self, at: int, tag: int, known: dict[bytes, int]) -> tuple[int, int]:
        """The tag with the identifier that its name has in this stream, and where the value begins."""
        data = self.data
        stop = at + 24
        if self.end < stop:
            raise Cut
        if data[at + 16] == 1:
            size = u32(data, at + 20)[0]
            if size > self.end - stop:
                raise Cut
            stop += size
        raw = data[at:stop]
        number = known.get(raw) or self.scope.context.id_of(raw)
        if number is None:
            raise Unreadable
        return number << 16 | tag & 0xFFFF, stop + (at - stop & 3)


def _learned(tag: int) -> tuple[PropTag, int]:
    form = _FORMS.get(tag & 0xFFFF, _OTHER)
    entry = (PropTag(tag | 1 if form == _TEXT8 else tag), form)
    if len(_known_tags) < _MOST_KNOWN:
        _known_tags[tag] = entry
    return entry
