"""How SQLite says it. What SQL has no word for, it asks Python (`functions`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from mapix.interfaces.backend import RowDecorator
from mapix.objects.restrictions.typed import python_class
from mapix.properties.tag import MV_FLAG, PropType
from mapix.providers.sqlstore.dialect import Dialect, StoredRow
from mapix.providers.sqlstore.values import FLOAT_TYPES, stored, stored_text

_NEVER_LARGE: Final = frozenset((int, float, bool))
_MARKS: Final = {
    "{mine}": "true",
    "{owned}": "",
    "{store}": "0",
    "{same}": "IS",
    "{value}": "p.value",
    "{no_value}": "NULL",
    "{packed}": "r.properties",
    "{cells}": "value",
}


class SqliteDialect(Dialect):
    """Values of every kind stand in one column, as they are."""

    name = "sqlite"
    value_columns = ("value",)
    packs = True
    asks = True
    checksums = True
    as_they_are = frozenset((int, bytes))
    depth_path = ("printf('/%016x', id)", "t.path || printf('/%016x', f.id)")
    off_path = "instr(t.path, printf('/%016x', f.id)) = 0"
    ordered_by_itself = False

    def cells(self, kind: int, value: Any) -> Sequence[Any]:
        """See `Dialect.cells`; truth is 0 or 1."""
        if value.__class__ is str:
            return (stored_text(value),)
        found = stored(kind, value)
        return (int(found) if isinstance(found, int) else found,)

    def readable(self, value: str) -> str:
        """See `Dialect.readable`; numbers stay what they are."""
        return f"mended(CAST({value} AS BLOB))"

    def joined(self, rows: Sequence[Any]) -> Iterable[StoredRow]:
        """See `Dialect.joined`."""
        return rows

    def value(self, kind: int) -> str:
        """See `Dialect.value`."""
        plain = python_class(kind) in _NEVER_LARGE
        return "p.value" if plain else "CASE WHEN p.blob IS NULL THEN p.value ELSE large(p.blob, p.type) END"

    def small(self, kind: int) -> str:
        """See `Dialect.small`."""
        return "p.value"

    def key(self, kind: int) -> str:
        """See `Dialect.key`."""
        return self.comparable(self.value(kind), kind)

    def comparable(self, value: str, kind: int) -> str:
        """See `Dialect.comparable`."""
        if kind & MV_FLAG:
            return f"ordered({kind}, {value})"
        if kind == PropType.UNICODE:
            return f"fold({value})"
        if kind in FLOAT_TYPES:  # "not a number", kept as bytes, counts as infinity
            return f"min({value}, 9e999)"
        return value

    def without_accents(self, value: str, *, caseless: bool) -> str:
        """See `Dialect.without_accents`."""
        return f"{'bare_fold' if caseless else 'bare'}({value})"

    def decorated(self, decorator: RowDecorator, prop_id: int, kind: int, number: str, parent: str) -> str:
        """See `Dialect.decorated`."""
        return f"decorated({prop_id}, {kind}, {number}, {parent})"

    def marks(self, mailbox: int) -> Mapping[str, str]:
        """See `Dialect.marks`; a file has one store."""
        return _MARKS


SQLITE: Final = SqliteDialect()
