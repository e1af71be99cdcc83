"""Lists of properties in a TNEF stream, read from memory ([MS-OXTNEF] 2.1.3.4).

A list is a count and as many properties: tag, the name of one from 0x8000 on, value. Values stand on four bytes; those
of differing size have a count before them, and each its length.

`quickprops` reads what most properties are; here the others are read, and whatever is not as it should be.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

from mapix.formats.msg.layout import tag_of
from mapix.formats.tnef.context import Scope
from mapix.formats.tnef.quickprops import read_quickly
from mapix.formats.tnef.rareforms import CutError, UnreadableError, read_rare
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_TNEF_UNPROCESSED_PROPS

u32: Final = Struct("<I").unpack_from
_NAMED: Final = 0x80000000
_NAME: Final = 24
"""Bytes of a name that is a number; one that is text has as many before it."""


def read_list(data: bytes, at: int, end: int, scope: Scope, where: str) -> tuple[dict[PropTag, Any], int]:
    """A counted list, and where it ends."""
    if end - at < 4:
        scope.note("a list of properties is missing", at=where)
        return {}, end
    return read_properties(data, at + 4, end, scope, where, u32(data, at)[0])


def read_properties(
    data: bytes, at: int, end: int, scope: Scope, where: str, count: int
) -> tuple[dict[PropTag, Any], int]:
    """So many properties, and where they end; what comes after damage is in PR_TNEF_UNPROCESSED_PROPS. Text in 8 bits
    does not take the place of the same in Unicode.
    """
    found: dict[PropTag, Any] = {}
    narrow: dict[PropTag, Any] = {}
    before: list[tuple[PropTag, Any]] = []
    context = scope.context
    wanted = count if count <= context.room else max(context.room, 0)
    at, left = read_quickly(data, at, end, scope, wanted, found, narrow, before)
    if left or wanted < count:
        at = _List(data, end, scope, where, found, narrow, before).read(at, left, wanted, count)
    context.room -= len(found)
    if before:
        _note_twice(found, before, scope, where)
    for tag in narrow:
        if tag not in found:
            found[tag] = narrow[tag]
    return found, at if at < end else end


def _note_twice(found: dict[PropTag, Any], before: list[tuple[PropTag, Any]], scope: Scope, where: str) -> None:
    """Exchange writes some properties twice, which is no defect while they have the same value."""
    changed = [tag for tag, value in before if found[tag] != value]
    if changed:
        scope.note("properties stand there twice", at=where, value=changed[:8])


class _List:
    """One list that is read property by property: what was `found`, 8-bit text apart, and what stood there `before`
    the same tag came again.
    """

    __slots__ = ("before", "begun", "data", "end", "found", "narrow", "scope", "where")

    def __init__(
        self,
        data: bytes,
        end: int,
        scope: Scope,
        where: str,
        found: dict[PropTag, Any],
        narrow: dict[PropTag, Any],
        before: list[tuple[PropTag, Any]],
    ) -> None:
        self.data, self.end, self.scope, self.where = data, end, scope, where
        self.found, self.narrow, self.before = found, narrow, before
        self.begun = 0

    def put(self, tag: int, value: Any) -> None:
        """One property."""
        if tag & 0xEFFF == PropType.STRING8:
            self.narrow[tag_of(tag | 1)] = value
            return
        own = tag_of(tag)
        if own in self.found:
            self.before.append((own, self.found[own]))
        self.found[own] = value

    def note(self, what: str, value: object = None) -> None:
        """Remember a defect of the list."""
        self.scope.note(what, at=self.where, value=value)

    def read(self, at: int, left: int, wanted: int, count: int) -> int:
        """The properties that are `left` of those `wanted`; where they end. The list claims to have `count`."""
        try:
            while left:
                if self.end - at < 4:
                    self.note("fewer properties than the count tells", (count, count - left - (count - wanted)))
                    return self.end
                at = self._one(at)
                at, left = read_quickly(
                    self.data, at, self.end, self.scope, left - 1, self.found, self.narrow, self.before
                )
        except CutError:
            self.note("the list ends in the middle of a property", self.data[self.begun : self.begun + 8])
            return self.end
        except UnreadableError:
            self.note("a value of an unknown type; what follows is kept unread", self.data[self.begun : self.begun + 4])
            self.put(PR_TNEF_UNPROCESSED_PROPS, self.data[self.begun : self.end])
            return self.end
        if wanted < count:
            self.note("too many properties", count)
            return self.end
        return at

    def _one(self, at: int) -> int:
        """The next property; where it ends."""
        self.begun = at
        tag = u32(self.data, at)[0]
        at += 4
        if tag >= _NAMED:
            tag, at = self._named(at, tag)
        return read_rare(self, at, tag)

    def _named(self, at: int, tag: int) -> tuple[int, int]:
        """The tag with the identifier that its name has in this stream, and where the value begins."""
        stop = at + _NAME
        if self.end < stop:
            raise CutError
        if self.data[at + 16] == 1:
            size = u32(self.data, at + 20)[0]
            if size > self.end - stop:
                raise CutError
            stop += size
        raw = self.data[at:stop]
        number = self.scope.context.known.get(raw) or self.scope.context.id_of(raw)
        if number is None:
            raise UnreadableError
        return number << 16 | tag & 0xFFFF, stop + (at - stop & 3)
