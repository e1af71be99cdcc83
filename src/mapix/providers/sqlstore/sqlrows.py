"""Rows of a table in SQL: counted, read by the page, found again.

One statement reads keys and columns of a page together. Where a restriction leaves a residual, rows are read in batches
and tried one by one. A walk through a table that has to be sorted or tried anew each time is answered from kept keys
(`keylist`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import ClassVar, Final, TypeVar

from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import Group, Page, RowKey, TableType
from mapix.objects.restrictions.counting import counts
from mapix.objects.restrictions.evaluate import Cell
from mapix.properties.restriction import And, Comment, Content, Count, Not, Or, Property, Relop, Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import Row
from mapix.providers.sqlstore.compile import compile_restriction
from mapix.providers.sqlstore.driving import Driving
from mapix.providers.sqlstore.groups import read_groups
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.keylist import MOST, KeptKeys, KeyList
from mapix.providers.sqlstore.keyset import Leg, OrderKey
from mapix.providers.sqlstore.leaves import TRUE, Identify, Predicate
from mapix.providers.sqlstore.query import NUMBER, Columns, Order, TableQuery, is_indexed
from mapix.providers.sqlstore.residual import Judge
from mapix.providers.sqlstore.surroundings import Surroundings

T = TypeVar("T")

_BATCH: Final = 500
_LARGER: Final = 4
_LARGEST: Final = 8_000
"""Rows of short columns that are read at once where every further batch costs finding them all again."""


@guarded
class SqlRows:
    """The rows of `query`; `natural` is their order when none is asked for."""

    table_type = TableType.DYNAMIC
    shares_key = False
    kind: ClassVar[ObjectType]

    def __init__(self, around: Surroundings, query: TableQuery, natural: Order = ()) -> None:
        self.around = around
        self.database = around.database
        self.query = query
        self._natural = natural
        self._identify = identified(around, self.kind)
        self._kept = KeptKeys()
        self._driving = Driving(around, query)
        self._said_order: Sequence[SortKey] = ()
        self._sql_order: Order = ()

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`."""

        def counted(predicate: Predicate) -> int:
            if predicate.residual is None:
                return self.query.count(predicate)
            return sum(1 for _ in self._walk(predicate, (), None, (), to_the_end=True))

        return self._asked(where, None, counted)

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        """See `RowSource.page`."""
        keys, shown = self._order(order), tuple(columns)

        def read(predicate: Predicate) -> Page:
            if (kept := self._keys(predicate, keys)) and (found := kept.beyond(after, count)) is not None:
                return self.query.by_number(found, shown)
            if predicate.residual is None:
                return self.query.page(predicate, keys, after, count, shown)
            return self._tried(predicate, keys, after, count, shown)

        return self._asked(where, keys, read)

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """See `RowSource.position`."""
        keys = self._order(order)

        def found(predicate: Predicate) -> int:
            if (kept := self._keys(predicate, keys)) and (place := kept.place(key)) is not None:
                return place
            if predicate.residual is None:
                return self.query.before(predicate, keys, key)
            return sum(1 for _ in self._walk(predicate, keys, key, (), backward=True, to_the_end=True))

        return self._asked(where, None, found)

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """See `DirectRowSource.key_at`."""
        keys = self._order(order)

        def found(predicate: Predicate) -> RowKey | None:
            if kept := self._keys(predicate, keys):
                return kept.keys[index] if index < len(kept.keys) else None
            if predicate.residual is None:
                return self.query.key_at(predicate, keys, index)
            first = self._tried(predicate, keys, None, index + 1, ()).keys
            return first[index] if index < len(first) else None

        return self._asked(where, keys, found)

    def version(self) -> object:
        """See `DirectRowSource.version`."""
        return self.around.version()

    def read(self, keys: Sequence[RowKey], columns: Sequence[PropTag]) -> Page:
        """See `DirectRowSource.read`."""
        return self.query.by_number(keys, tuple(columns))

    def groups(
        self, where: Restriction | None, keys: Sequence[PropTag], extremes: Sequence[SortKey]
    ) -> list[Group] | None:
        """See `GroupingRowSource.groups`."""
        return self._asked(where, None, lambda predicate: read_groups(self.query, predicate, keys, extremes))

    # inside

    def _asked(self, where: Restriction | None, first_in: Order | None, ask: Callable[[Predicate], T]) -> T:
        """What `ask` finds with the condition of a restriction; see `Driving.asked`."""
        predicate = self._predicate(where)
        if (predicate.wish is None and predicate.span is None) or self.kind is not ObjectType.MESSAGE:
            return ask(predicate)
        alone = isinstance(where, Content | Property)
        return self._driving.asked(predicate, first_in, ask, alone=alone)

    def _predicate(self, where: Restriction | None) -> Predicate:
        if where is None:
            return TRUE
        if isinstance(where, Property) and (one := self._identified(where)) is not None:
            return one
        predicate = self._compiled(where)
        if predicate.residual is not None and counts(where):
            return self._compiled(self._counted(where))
        return predicate

    def _compiled(self, where: Restriction) -> Predicate:
        def first(limit: int, predicate: Predicate) -> Predicate:
            return self.query.first(predicate, limit, self._natural)

        found = compile_restriction(where, self.query.expressions, self._identify, first)
        if found.span is not None and found.span.sql == found.sql:
            return replace(found, wish=None)  # an index answers all of it: no full text is needed
        return found

    def _identified(self, where: Property) -> Predicate | None:
        """The condition of the one row that a value identifies; None where it is another kind of value."""
        if where.relop != Relop.EQ or where.tag.type != PropType.BINARY or not isinstance(where.value, bytes):
            return None
        found = self._identify(where.tag, where.value)
        return None if found is None else Predicate(found.sql, found.params)

    def _counted(self, where: Restriction) -> Restriction:
        """`where` with each COUNT made at once, where SQL cannot count (R-016)."""
        match where:
            case Count(limit, child):
                predicate = self._compiled(self._counted(child))
                return Cell(numbers=frozenset(key[-1] for key in self._first_keys(predicate, limit)))
            case And(children) | Or(children):
                return replace(where, children=tuple(map(self._counted, children)))
            case Not(Restriction() as child) | Comment(Restriction() as child):
                return replace(where, child=self._counted(child))
        return where

    def _first_keys(self, predicate: Predicate, limit: int) -> Sequence[RowKey]:
        if predicate.residual is None:
            return self.query.page(predicate, self._natural, None, limit, ()).keys if limit > 0 else ()
        return [key for key, _ in islice(self._walk(predicate, self._natural, None, ()), max(limit, 0))]

    def _order(self, order: Sequence[SortKey]) -> Order:
        if not order:
            return self._natural
        if order is not self._said_order:  # a table asks with one and the same object
            sorted_by = self.database.dialect.sorted_by
            self._said_order, self._sql_order = (
                order,
                tuple(
                    OrderKey(sql, key.descending)
                    for key in order
                    for sql in sorted_by(self.query.expressions.key(key.tag) or "NULL")
                ),
            )
        return self._sql_order

    def _keys(self, predicate: Predicate, order: Order) -> KeyList | None:
        """The kept keys of a table that cannot be read in order as it is; None where it can, or nobody walks it."""
        if predicate.residual is None and not predicate.is_found_first and is_indexed(order):
            return None
        return self._kept.find((predicate, order), self.version, lambda: self._all_keys(predicate, order))

    def _all_keys(self, predicate: Predicate, order: Order) -> list[RowKey] | None:
        if self.query.count(predicate) > MOST:
            return None
        if predicate.residual is None:
            return self.query.keys(predicate, order)
        return [key for key, _ in self._walk(predicate, order, None, (), to_the_end=True)]

    def _tried(self, predicate: Predicate, order: Order, after: RowKey | None, count: int, columns: Columns) -> Page:
        """A page of the rows that satisfy the residual too."""
        found: list[tuple[RowKey, Row]] = []
        for item in self._walk(predicate, order, after, columns, backward=count < 0):
            found.append(item)
            if len(found) >= abs(count):
                break
        if count < 0:
            found.reverse()
        return Page([key for key, _ in found], [row for _, row in found])

    def _walk(
        self,
        predicate: Predicate,
        order: Order,
        after: RowKey | None,
        columns: Columns,
        *,
        backward: bool = False,
        to_the_end: bool = False,
    ) -> Iterator[tuple[RowKey, Row]]:
        """All rows beyond `after` that satisfy the residual, read in batches, large ones by who goes `to_the_end`."""
        assert predicate.residual is not None
        judge = Judge(self.database, predicate.residual)
        wide, step = (*columns, *judge.columns), len(columns)
        again = predicate.is_found_first and all(tag in self.query.expressions.columns for tag in wide)
        largest = _LARGEST if again else _BATCH
        size = largest if to_the_end else _BATCH
        while True:
            page = self.query.page(predicate, order, after, -size if backward else size, wide)
            pairs = list(zip(page.keys, page.rows, strict=True))
            for key, row in reversed(pairs) if backward else pairs:
                if judge.holds(key[-1], row[step:]):
                    yield key, row[:step]
            if len(pairs) < size:
                return
            after, size = pairs[0 if backward else -1][0], min(size * _LARGER, largest)


def identified(around: Surroundings, kind: ObjectType = ObjectType.MESSAGE) -> Identify:
    """The condition for the row whose entry identifier or key is a value, if it is one."""

    def identify(tag: PropTag, value: bytes) -> Leg | None:
        decorator = around.decorator
        if decorator is None or tag.id not in decorator.columns() or len(value) < 8:
            return None
        number = int.from_bytes(value[-8:], "little")
        if number >= 1 << 63 or decorator.value(tag.id, int(kind), number, 0) != value:
            return None
        if decorator.value(tag.id, int(kind), number + 1, 0) == value:
            return None
        return Leg(f"{NUMBER} = ?", (number,))

    return identify
