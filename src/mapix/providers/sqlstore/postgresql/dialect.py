"""How PostgreSQL says it.

Values stand in one of three columns by their kind: whole numbers, floating ones, and bytes, which text is too, as UTF-8
with whatever Python's strings may hold. What a value is compared by is written beside it where it is not the value
itself, since the database cannot ask Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from mapix.interfaces.backend import RowDecorator
from mapix.objects.restrictions.typed import python_class
from mapix.properties.tag import MV_FLAG, PropType
from mapix.properties.tags import PR_ADDRTYPE, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS
from mapix.providers.sqlstore.blobs import Fresh
from mapix.providers.sqlstore.dialect import Dialect, StoredRow
from mapix.providers.sqlstore.hot import folded
from mapix.providers.sqlstore.ordered import ordered
from mapix.providers.sqlstore.values import FLOAT_TYPES, stored

_UNICODE: Final = int(PropType.UNICODE)
_PROBE: Final = 0x0102030405060708
_PROBED: Final = _PROBE.to_bytes(8, "little")
_INDEXED: Final = 200
"""Bytes of a text that indexes have."""

_BEGINNINGS: Final = {"m.subject_key": "m.subject_begin", "m.normalized_subject_key": "m.normalized_begin"}
"""The columns that have them."""

_LARGEST_TEXT: Final = 250_000_000
"""Characters of a text that are kept for comparing."""


class PostgreSqlDialect(Dialect):
    """Values in columns of their kinds, with keys beside them."""

    name = "postgresql"
    value_columns = ("number", "real", "data", "key")
    packs = False
    falling_indexes = True
    fences = True
    plans_limits = True
    depth_path = ("int8send(id)", "t.path || int8send(f.id)")
    recipient_keys: ClassVar[Mapping[int, str]] = {
        PR_DISPLAY_NAME: "r.display_name_key",
        PR_ADDRTYPE: "r.address_type_key",
        PR_EMAIL_ADDRESS: "r.address_key",
    }

    def cells(self, kind: int, value: Any) -> Sequence[Any]:
        """See `Dialect.cells`."""
        if value.__class__ is str:
            return _text_cells(value)
        if kind in FLOAT_TYPES:
            return (None, float(value), None, None)
        if isinstance(value, int):
            return (int(value), None, None, None)
        packed = stored(kind, value)
        return (None, None, packed, ordered(kind, packed) if kind & MV_FLAG else None)

    def large_cells(self, kind: int, value: Any) -> Sequence[Any]:
        """See `Dialect.large_cells`: a text itself, and what it is compared by."""
        if kind != _UNICODE:
            return (None, None)
        source = value.source if isinstance(value, Fresh) else value
        if not isinstance(source, bytes):
            with source.open() as reader:
                source = reader.read(2 * _LARGEST_TEXT)
        return _text_cells(source.decode("utf-16-le", "surrogatepass"))[2:]

    def recipient_cells(self, columns: Sequence[Any]) -> Sequence[Any]:
        """See `Dialect.recipient_cells`."""
        return [None if text is None else folded(_as_text(text)) for text in columns[1:4]]

    def joined(self, rows: Sequence[Any]) -> Iterable[StoredRow]:
        """See `Dialect.joined`."""
        return _joined(rows)

    def value(self, kind: int) -> str:
        """See `Dialect.value`."""
        if kind in FLOAT_TYPES:
            return "p.real"
        if kind == _UNICODE or kind & MV_FLAG:
            return "p.data"
        if python_class(kind) in (int, bool):
            return "p.number"
        return "CASE WHEN p.blob IS NULL THEN p.data ELSE large(p.blob, p.type) END"

    def small(self, kind: int) -> str:
        """See `Dialect.small`."""
        return "p.data"

    def key(self, kind: int) -> str:
        """See `Dialect.key`."""
        if kind & MV_FLAG:
            return "p.key"
        if kind == _UNICODE:
            return "coalesce(p.key, p.data)"
        return self.comparable(self.value(kind), kind) or "NULL"

    def sorted_by(self, key: str) -> tuple[str, ...]:
        """See `Dialect.sorted_by`: an index can have the beginning of a long text only."""
        return (_BEGINNINGS[key], key) if key == "m.normalized_subject_key" else (key,)

    def begun_by(self, key: str, size: int) -> str:
        """See `Dialect.begun_by`."""
        return _BEGINNINGS.get(key, key) if size <= _INDEXED else key

    def comparable(self, value: str, kind: int) -> str | None:
        """See `Dialect.comparable`: there is no folding here."""
        if kind & MV_FLAG or kind == _UNICODE:
            return None
        return f"least({value}, 'Infinity')" if kind in FLOAT_TYPES else value

    def without_accents(self, value: str, *, caseless: bool) -> str | None:
        """See `Dialect.without_accents`: that is Python's to know."""
        return None

    def decorated(self, decorator: RowDecorator, prop_id: int, kind: int, number: str, parent: str) -> str | None:
        """See `Dialect.decorated`: identifiers are bytes around a number."""
        sample = decorator.value(prop_id, kind, 0, 0)
        if not isinstance(sample, bytes):
            return None if sample is None else f"CAST({int(sample)} AS bigint)"
        for expression, value in (
            (number, decorator.value(prop_id, kind, _PROBE, 0)),
            (parent, decorator.value(prop_id, kind, 0, _PROBE)),
        ):
            head, found, tail = value.partition(_PROBED)
            if found:
                return f"({_literal(head)} || small_end_first({expression}) || {_literal(tail)})"
        return _literal(sample)

    def marks(self, mailbox: int) -> Mapping[str, str]:
        """See `Dialect.marks`."""
        return {
            "{mine}": f"mailbox = {mailbox}",
            "{owned}": "mailbox, ",
            "{store}": str(mailbox),
            "{same}": "IS NOT DISTINCT FROM",
            "{value}": "p.number, p.real, CASE WHEN p.blob IS NULL THEN p.data END",
            "{no_value}": "NULL, NULL, NULL",
            "{packed}": "NULL, NULL, r.properties",
            "{cells}": ", ".join(self.value_columns),
        }


def _joined(rows: Sequence[Any]) -> Iterator[StoredRow]:
    for prop_id, kind, blob, size, number, real, data in rows:
        yield prop_id, kind, blob, size, data if data is not None else number if number is not None else real


def _text_cells(text: str) -> tuple[None, None, bytes, bytes | None]:
    data = text.encode("utf-8", "surrogatepass")
    key = folded(text)
    return (None, None, data, None if key == data else key)


def _as_text(value: Any) -> str:
    return value.decode("utf-8", "surrogatepass") if value.__class__ is bytes else str(value)


def _literal(data: bytes) -> str:
    return f"'\\x{data.hex()}'::bytea"


POSTGRESQL: Final = PostgreSqlDialect()
