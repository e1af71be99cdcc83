"""The statements of one table: rows beyond a key, rows by number, counts. Conditions here are exact SQL.

Statement texts are made once for each shape of condition, order and columns, and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

from mapix.interfaces.table import Page, RowKey
from mapix.properties.errors import CorruptStore
from mapix.properties.tag import PropTag
from mapix.properties.value import Row
from mapix.providers.sqlstore.columns import KeyPlaces
from mapix.providers.sqlstore.compile import count_of
from mapix.providers.sqlstore.expressions import Cold
from mapix.providers.sqlstore.keyset import Leg, OrderKey, advances, beyond, halves, legs, order_by
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.surroundings import Surroundings

NUMBER: Final = "m.id"

_INDEXED: Final = frozenset(
    (
        OrderKey("m.delivery_time", descending=True),
        OrderKey("m.delivery_time"),
        OrderKey("l.delivery_time", descending=True),
        OrderKey("l.delivery_time"),
        OrderKey("m.normalized_subject_key"),
        OrderKey("m.normalized_begin"),
        OrderKey("m.normalized_begin", descending=True),
    )
)
"""Leading sort keys that an index serves; see `schema`."""

_AT_ONCE: Final = 500

Order = tuple[OrderKey, ...]
Columns = tuple[PropTag, ...]


def is_indexed(order: Order) -> bool:
    """Whether rows come in this order without being sorted."""
    return not order or order[0] in _INDEXED


class TableQuery:
    """Statements on `table`, whose alias is `m`, for its rows that satisfy `base`.

    `parent` is the expression for the folder of a row; `start` stands before each statement.
    """

    def __init__(
        self, around: Surroundings, expressions: Cold, table: str, base: Leg, *, parent: str, start: str = ""
    ) -> None:
        self.database = around.database
        self.plan = around.plan
        self.expressions = expressions
        self._head = _Head(start, parent, table, base.sql)
        self._base = base.params

    def count(self, condition: Predicate) -> int:
        """How many rows satisfy a condition."""
        sql = f"{self._head.start}SELECT count(*) {self._from(condition)}"
        return int(self.database.value(sql, self._params(condition)))

    def before(self, condition: Predicate, order: Order, key: RowKey) -> int:
        """How many of them stand before a key."""
        leg = beyond(order, NUMBER, key, backward=True)
        sql, params = f"({condition.sql}) AND ({leg.sql})", (*condition.params, *leg.params)
        return self.count(replace(condition, sql=sql, params=params))

    def key_at(self, condition: Predicate, order: Order, index: int) -> RowKey | None:
        """The key of the one that `index` others stand before."""
        shown = "".join(f"{key.sql}, " for key in order)
        sorted_by = order_by(order, NUMBER, backward=False)
        sql = f"{self._head.start}SELECT {shown}{NUMBER} {self._from(condition)} {sorted_by} LIMIT 1 OFFSET ?"
        found: RowKey | None = self.database.row(sql, (*self._params(condition), index))
        return found

    def keys(self, condition: Predicate, order: Order) -> list[RowKey]:
        """The keys of all of them."""
        names = _named("", order)
        shown = "".join(f"{key.sql} AS {name.sql}, " for key, name in zip(order, names, strict=True))
        sorted_by = order_by(names, NUMBER, backward=False)
        sql = f"{self._head.start}SELECT {shown}{NUMBER} {self._from(condition)} {sorted_by}"
        return self.database.rows(sql, self._params(condition))

    def first(self, condition: Predicate, limit: int, natural: Order) -> Predicate:
        """The condition of being one of the first `limit` of them, in the order `natural`."""
        sorted_by = order_by(natural, NUMBER, backward=False)
        base = self._base[len(self._base) - self._head.base.count("?") :]
        numbers = f"SELECT {NUMBER} {self._head.where(condition.sql)} {sorted_by}"
        return count_of(condition, limit, numbers, (*base, *condition.params))

    def spanned(self, span: Leg, most: int) -> Leg | None:
        """The rows between two values of a column as a driver; None where there are more than `most`."""
        found = Leg(f"SELECT {NUMBER} AS id {self._head.where(span.sql)}", (*self._base, *span.params))
        hits = self.database.value(f"SELECT count(*) FROM ({found.sql} LIMIT {most + 1}) h", found.params)
        return found if hits <= most else None

    def page(self, condition: Predicate, order: Order, after: RowKey | None, count: int, columns: Columns) -> Page:
        """Up to `count` of them beyond a key, before it when negative, in table order."""
        backward, wanted = count < 0, abs(count)
        plan = self.plan(self.expressions, columns)
        rows: list[Row] = []
        driver = "" if condition.driver is None else condition.driver.sql
        dialect = self.database.dialect
        gathered = condition.gathered or (bool(driver) and dialect.fences)
        indexed = bool(order) and is_indexed(order) and not driver and not gathered
        at_once = _at_once(self._head, driver, gathered, order) or (gathered and plan.is_in_row)
        keys = plan.keys(tuple([key.sql for key in order])) if at_once else len(order)
        begun = plan.begin(NUMBER, self._head.parent) + ("" if isinstance(keys, int) else keys.sql)
        if after is not None:
            ways = legs(order, NUMBER, after, backward=backward, indexed=indexed)
        elif indexed and dialect.falling_indexes and not order[0].descending:
            ways = halves(order, backward=backward)
        else:
            ways = [Leg()]
        for leg in ways:
            present, left = leg.present and indexed and dialect.falling_indexes, wanted - len(rows)
            limit, limited = (str(left), ()) if dialect.plans_limits else ("?", (left,))
            how = _How(order, backward, present, limit, gathered, keys if isinstance(keys, KeyPlaces) else None)
            sql = _select(self._head, driver, condition.sql, leg.sql, begun, plan.sql, how)
            rows += self.database.rows(sql, (*self._params(condition), *leg.params, *limited))
            if len(rows) >= wanted:
                break
        page = plan.page(rows[::-1] if backward else rows, keys)
        if after is not None and rows and not dialect.ordered_by_itself:
            _check_order(order, after, page.keys[0 if backward else -1], backward=backward)
        return page

    def by_number(self, keys: Sequence[RowKey], columns: Columns) -> Page:
        """The rows of some keys, in their order; those that are gone are left out (architecture, trap 8)."""
        if not columns:
            return Page(keys, [()] * len(keys))
        plan = self.plan(self.expressions, columns)
        begun = plan.begin(NUMBER, self._head.parent)
        found: dict[Any, Row] = {}
        for start in range(0, len(keys), _AT_ONCE):
            numbers = [key[-1] for key in keys[start : start + _AT_ONCE]]
            condition = f"{NUMBER} IN ({', '.join('?' * len(numbers))})"
            sql = f"{self._head.start}SELECT {begun}{plan.sql} {self._head.where(condition)}"
            found |= {row[0]: row for row in self.database.rows(sql, (*self._base, *numbers))}
        present = [key for key in keys if key[-1] in found]
        return Page(present, plan.page([found[key[-1]] for key in present], 0).rows)

    def grouped(self, condition: Predicate, grouping: Grouping, columns: Columns) -> Page:
        """One row for each group of them: the columns of its first one, under keys of what is `shown` of the group and
        that one's number.
        """
        plan = self.plan(self.expressions, columns)
        by = f" GROUP BY {grouping.by}" if grouping.by else ""
        inner = f"SELECT {NUMBER} AS number, {grouping.inner} {self._from(condition)}"
        groups = f"SELECT min(i.number) AS number, {grouping.sums} FROM ({inner}) i{by}"
        sql = (
            f"SELECT {plan.begin(NUMBER, self._head.parent)}, {grouping.shown}{plan.sql}"
            f" FROM ({groups}) g, {self._head.table} WHERE {NUMBER} = g.number ORDER BY g.number"
        )
        return plan.page(self.database.rows(sql, self._params(condition)), grouping.shown.count(",") + 1)

    @property
    def is_recursive(self) -> bool:
        """Whether the rows are those of a tree, which a statement can name only once."""
        return bool(self._head.start)

    def _from(self, condition: Predicate) -> str:
        return self._head.where(condition.sql, "" if condition.driver is None else condition.driver.sql)

    def _params(self, condition: Predicate) -> tuple[Any, ...]:
        driven = () if condition.driver is None else condition.driver.params
        return (*driven, *self._base, *condition.params)


def _check_order(order: Order, after: RowKey, key: RowKey, *, backward: bool) -> None:
    """`CorruptStore` for a page that ends before it begins: reading on would go in a circle."""
    if not advances(order, after, key, backward=backward):
        raise CorruptStore("an index of the store is damaged", value=key[-1], hint="mapix store check")


class Grouping(NamedTuple):
    """How rows are grouped: what is taken of each, summed up, grouped by, and shown of the groups `g`, as SQL."""

    inner: str
    sums: str
    by: str
    shown: str


class _Head(NamedTuple):
    """What the statements of a table share."""

    start: str
    parent: str
    table: str
    base: str

    def where(self, condition: str, driver: str = "") -> str:
        """FROM and WHERE; with a `driver` only the rows whose numbers it selects are looked at."""
        if driver:
            return f"FROM ({driver}) d CROSS JOIN {self.table} WHERE {NUMBER} = d.id AND {self.base} AND ({condition})"
        return f"FROM {self.table} WHERE {self.base} AND ({condition})"


def _at_once(head: _Head, driver: str, gathered: bool, order: Order) -> bool:
    """Whether rows are read with their columns as they come, since they need not be sorted or cannot be read again."""
    return (is_indexed(order) and not driver and not gathered) or bool(head.start)


class _How(NamedTuple):
    """In which order rows are read, and how many: see `order_by`. Those that are `gathered` are found by their
    condition first. `keys` are the places of the order where rows are read at once.
    """

    order: Order
    backward: bool
    present: bool
    limit: str
    gathered: bool
    keys: KeyPlaces | None


@lru_cache(maxsize=1024)
def _select(head: _Head, driver: str, condition: str, leg: str, begun: str, columns: str, how: _How) -> str:
    """The statement for one leg of a page: what is `begun` with, which has the keys of rows that are read at once, and
    columns.
    """
    where = head.where(condition, driver) + (f" AND ({leg})" if leg else "")
    limit = f"LIMIT {how.limit}"
    if how.keys is not None and how.gathered and not head.start:
        names = ", ".join(f"c{place}" for place in range(how.keys.width))
        placed = tuple(
            OrderKey(f"g.c{place}", key.descending) for place, key in zip(how.keys.places, how.order, strict=True)
        )
        gathered = f"SELECT {begun}{columns} {where} OFFSET 0"
        return f"SELECT * FROM ({gathered}) g ({names}) {order_by(placed, 'g.c0', backward=how.backward)} {limit}"
    if how.keys is not None:
        sorted_by = order_by(how.order, NUMBER, backward=how.backward, present=how.present)
        return f"{head.start}SELECT {begun}{columns} {where} {sorted_by} {limit}"
    return _in_two_steps(head, _keys_alone(where, how), how.order, begun, columns, how.backward)


def _keys_alone(where: str, how: _How) -> str:
    """The statement for the keys of the rows that are wanted."""
    names = _named("", how.order)  # named, each key is made but once a row
    pairs = zip(how.order, names, strict=True)
    named = f"SELECT {NUMBER} AS number" + "".join(f", {key.sql} AS {name.sql}" for key, name in pairs)
    if how.gathered:
        keys = order_by(_named("g.", how.order), "g.number", backward=how.backward)
        return f"SELECT * FROM ({named} {where} OFFSET 0) g {keys} LIMIT {how.limit}"
    return f"{named} {where} {order_by(names, NUMBER, backward=how.backward)} LIMIT {how.limit}"


def _in_two_steps(head: _Head, keys: str, order: Order, begun: str, columns: str, backward: bool) -> str:
    """Where all rows must be sorted, sort `keys` alone, and read the columns of those that are left."""
    outer = _named("k.", order)
    shown = "".join(f", {key.sql}" for key in outer)
    return (
        f"SELECT {begun}{shown}{columns} FROM ({keys}) k"
        f", {head.table} WHERE {NUMBER} = k.number {order_by(outer, 'k.number', backward=backward)}"
    )


def _named(owner: str, order: Order) -> Order:
    """The keys of an order by names of their own, as columns of `owner`."""
    return tuple(OrderKey(f"{owner}k{place}", key.descending) for place, key in enumerate(order))
