"""Restrictions as bytes: the structures of [MS-OXCDATA] 2.12, as SRESTRICTION properties hold them.

    >>> from mapix.properties.restriction import Exist
    >>> from mapix.properties.tag import PropTag
    >>> dump_restriction(Exist(PropTag(0x0037001F)), wide=False)
    b'\\x08\\x1f\\x007\\x00'

With `wide`, counts have 32 bits, as in extended rules; that is the form this house stores, for it holds every value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mapix.properties import restriction as kinds
from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.propertybytes import DEEPEST, Reader, Writer, write_row
from mapix.properties.restriction import Relop, Restriction
from mapix.properties.tag import PropTag


def dump_restriction(restriction: Restriction, *, wide: bool = True) -> bytes:
    """`restriction` as bytes; `BadValue` for what the structures cannot hold."""
    writer = Writer(wide=wide)
    write_restriction(writer, restriction)
    return writer.joined()


def load_restriction(data: bytes, *, wide: bool = True) -> Restriction:
    """The restriction that all of `data` is; `CorruptData` when it is none."""
    reader = Reader(data, wide=wide)
    found = read_restriction(reader)
    reader.finish()
    return found


def write_restriction(writer: Writer, restriction: Any, depth: int = 0) -> None:
    """Put a restriction behind what `writer` has."""
    found = _WRITERS.get(restriction.__class__)
    if found is None:
        raise BadValue("not a restriction that has bytes", value=restriction)
    if depth > DEEPEST:
        raise BadValue("restrictions are nested too deeply", value=DEEPEST)
    code, write = found
    writer.number(code, 1)
    write(writer, restriction, depth + 1)


def read_restriction(reader: Reader) -> Restriction:
    """The restriction that comes next."""
    code = reader.number(1)
    read = _READERS.get(code)
    if read is None:
        raise CorruptData("no such kind of restriction", value=code)
    reader.descend()
    found = read(reader)
    reader.ascend()
    return found


def _write_children(writer: Writer, made: Any, depth: int) -> None:
    writer.count(len(made.children))
    for child in made.children:
        write_restriction(writer, child, depth)


def _read_children(reader: Reader) -> tuple[Restriction, ...]:
    return tuple(read_restriction(reader) for _ in range(reader.count()))


def _write_content(writer: Writer, made: kinds.Content, depth: int) -> None:
    writer.number(made.fuzzy, 4)
    writer.number(made.tag, 4)
    writer.tagged(made.tag, made.value)


def _read_content(reader: Reader) -> Restriction:
    fuzzy, tag = reader.number(4), reader.tag()
    return kinds.Content(tag, reader.tagged()[1], fuzzy)


def _write_property(writer: Writer, made: kinds.Property, depth: int) -> None:
    writer.number(made.relop, 1)
    writer.number(made.tag, 4)
    writer.tagged(made.tag, made.value)


def _read_property(reader: Reader) -> Restriction:
    relop, tag = _relop(reader), reader.tag()
    return kinds.Property(relop, tag, reader.tagged()[1])


def _write_compared(writer: Writer, made: kinds.CompareProps, depth: int) -> None:
    writer.number(made.relop, 1)
    writer.number(made.left, 4)
    writer.number(made.right, 4)


def _write_bitmask(writer: Writer, made: kinds.Bitmask, depth: int) -> None:
    writer.number(int(made.nonzero), 1)
    writer.number(made.tag, 4)
    writer.number(made.mask, 4)


def _read_bitmask(reader: Reader) -> Restriction:
    nonzero = reader.number(1) != 0
    return kinds.Bitmask(reader.tag(), reader.number(4), nonzero=nonzero)


def _write_size(writer: Writer, made: kinds.Size, depth: int) -> None:
    writer.number(made.relop, 1)
    writer.number(made.tag, 4)
    writer.number(made.size, 4)


def _write_sub(writer: Writer, made: kinds.Sub, depth: int) -> None:
    writer.number(made.tag, 4)
    write_restriction(writer, made.child, depth)


def _write_noted(writer: Writer, made: Any, depth: int) -> None:
    writer.number(len(made.notes), 1)
    write_row(writer, made.notes)
    writer.number(int(made.child is not None), 1)
    if made.child is not None:
        write_restriction(writer, made.child, depth)


def _read_noted(reader: Reader) -> tuple[Restriction | None, tuple[tuple[PropTag, Any], ...]]:
    notes = tuple(reader.tagged() for _ in range(reader.number(1)))
    return (read_restriction(reader) if reader.number(1) else None), notes


def _write_count(writer: Writer, made: kinds.Count, depth: int) -> None:
    writer.number(made.limit, 4)
    write_restriction(writer, made.child, depth)


def _relop(reader: Reader) -> Relop:
    code = reader.number(1)
    try:
        return Relop(code)
    except ValueError:
        raise CorruptData("no such relational operator", value=code) from None


_WRITERS: Final[dict[type, tuple[int, Callable[[Writer, Any, int], None]]]] = {
    kinds.And: (0, _write_children),
    kinds.Or: (1, _write_children),
    kinds.Not: (2, lambda writer, made, depth: write_restriction(writer, made.child, depth)),
    kinds.Content: (3, _write_content),
    kinds.Property: (4, _write_property),
    kinds.CompareProps: (5, _write_compared),
    kinds.Bitmask: (6, _write_bitmask),
    kinds.Size: (7, _write_size),
    kinds.Exist: (8, lambda writer, made, depth: writer.number(made.tag, 4)),
    kinds.Sub: (9, _write_sub),
    kinds.Comment: (10, _write_noted),
    kinds.Count: (11, _write_count),
    kinds.Annotation: (12, _write_noted),
}

_READERS: Final[dict[int, Callable[[Reader], Restriction]]] = {
    0: lambda reader: kinds.And(_read_children(reader)),
    1: lambda reader: kinds.Or(_read_children(reader)),
    2: lambda reader: kinds.Not(read_restriction(reader)),
    3: _read_content,
    4: _read_property,
    5: lambda reader: kinds.CompareProps(_relop(reader), reader.tag(), reader.tag()),
    6: _read_bitmask,
    7: lambda reader: kinds.Size(_relop(reader), reader.tag(), reader.number(4)),
    8: lambda reader: kinds.Exist(reader.tag()),
    9: lambda reader: kinds.Sub(reader.tag(), read_restriction(reader)),
    10: lambda reader: kinds.Comment(*_read_noted(reader)),
    11: lambda reader: kinds.Count(reader.number(4), read_restriction(reader)),
    12: lambda reader: kinds.Annotation(*_read_noted(reader)),
}
