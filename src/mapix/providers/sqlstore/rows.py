"""Contents and hierarchy as sources of rows: one statement a page, for keys and columns together.

Nothing is kept between calls but the text of statements. Where a restriction leaves a residual, rows are read in
batches and tried one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import ClassVar, Final

from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import Page, RowKey, TableType
from mapix.objects.columns import CONTENTS, HIERARCHY
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.value import Row
from mapix.providers.sqlstore.compile import TRUE, Predicate, compile_restriction
from mapix.providers.sqlstore.expressions import Cold
from mapix.providers.sqlstore.keyset import Leg, OrderKey, beyond, legs, order_by
from mapix.providers.sqlstore.residual import Judge
from mapix.providers.sqlstore.statements import SQL
from mapix.providers.sqlstore.surroundings import Surroundings
from mapix.providers.sqlstore.values import tag_of

_BATCH: Final = 500
_NUMBER: Final = "m.id"
_INDEXED: Final = frozenset(
    (OrderKey("m.delivery_time", descending=True), OrderKey("m.delivery_time"), OrderKey("m.normalized_subject_key"))
)
"""Leading sort keys that an index serves; see `schema`."""

_DEEP: Final = (
    "WITH RECURSIVE tree (id, depth, path) AS (SELECT id, 0, printf('%016x', id) FROM folder WHERE parent = ?"
    " UNION ALL SELECT f.id, t.depth + 1, t.path || printf('%016x', f.id)"
    " FROM tree t JOIN folder f ON f.parent = t.id) "
)

Order = tuple[OrderKey, ...]
Columns = tuple[PropTag, ...]


class SqlRows:
    """Rows of `table`, whose alias is `m`: those that satisfy `base`. `start` stands before each statement."""

    table_type = TableType.DYNAMIC
    kind: ClassVar[ObjectType]
    parent: ClassVar[str]

    def __init__(
        self, around: Surroundings, table: str, base: Leg, expressions: Cold, *, start: str = "", natural: Order = ()
    ) -> None:
        self.around = around
        self.database = around.database
        self.expressions = expressions
        self._start = start
        self._from = f"FROM {table} WHERE {base.sql}"
        self._base = base.params
        self._natural = natural

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`."""
        predicate = self._predicate(where)
        if predicate.residual is not None:
            return sum(1 for _ in self._walk(predicate, None))
        sql = f"{self._start}SELECT count(*) {self._from} AND ({predicate.sql})"
        return int(self.database.value(sql, (*self._base, *predicate.params)))

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        """See `RowSource.page`."""
        predicate, keys = self._predicate(where), self._order(order)
        if predicate.residual is not None:
            return self._tried(predicate, keys, after, count, tuple(columns))
        return self._page(predicate, keys, after, count, tuple(columns))

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """See `RowSource.position`."""
        predicate, keys = self._predicate(where), self._order(order)
        if predicate.residual is not None:
            return sum(1 for _ in self._walk(predicate, key, keys))
        before = beyond(keys, _NUMBER, key, backward=True)
        sql = f"{self._start}SELECT count(*) {self._from} AND ({predicate.sql}) AND ({before.sql})"
        return int(self.database.value(sql, (*self._base, *predicate.params, *before.params)))

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """See `DirectRowSource.key_at`."""
        predicate, keys = self._predicate(where), self._order(order)
        if predicate.residual is not None:
            page = self._tried(predicate, keys, None, index + 1, ())
            return page.keys[index] if index < len(page.keys) else None
        shown = "".join(f", {key.sql}" for key in keys)
        order_sql = order_by(keys, _NUMBER, backward=False)
        sql = f"{self._start}SELECT {_NUMBER}, 0{shown} {self._from} AND ({predicate.sql}) {order_sql} LIMIT 1 OFFSET ?"
        rows = self.database.rows(sql, (*self._base, *predicate.params, index))
        return _key(rows[0], len(keys)) if rows else None

    def version(self) -> tuple[int, int]:
        """See `DirectRowSource.version`."""
        return self.around.version()

    # inside

    def _predicate(self, where: Restriction | None) -> Predicate:
        return TRUE if where is None else compile_restriction(where, self.expressions, self._identify)

    def _identify(self, tag: PropTag, value: bytes) -> str | None:
        """The condition for the row whose entry identifier or key is `value`, if it is one."""
        decorator = self.around.decorator
        if decorator is None or tag.id not in decorator.columns() or len(value) < 8:
            return None
        number = int.from_bytes(value[-8:], "little")
        if number >= 1 << 63 or decorator.value(tag.id, int(self.kind), number, 0) != value:
            return None
        return None if decorator.value(tag.id, int(self.kind), number + 1, 0) == value else f"{_NUMBER} = {number}"

    def _order(self, order: Sequence[SortKey]) -> Order:
        if not order:
            return self._natural
        return tuple(OrderKey(self.expressions.key(key.tag) or "NULL", key.descending) for key in order)

    def _page(self, predicate: Predicate, keys: Order, after: RowKey | None, count: int, columns: Columns) -> Page:
        """Up to `count` rows beyond `after`, before it when negative, in table order."""
        backward, wanted = count < 0, abs(count)
        plan = self.around.plan(self.expressions, columns)
        rows: list[Row] = []
        ways = (Leg(),) if after is None else self._legs(keys, after, backward=backward)
        for leg in ways:
            sql = self._statement(predicate.sql, keys, leg.sql, columns, backward=backward)
            params = (*self._base, *predicate.params, *leg.params, wanted - len(rows))
            rows += self.database.rows(sql, params)
            if len(rows) >= wanted:
                break
        if backward:
            rows.reverse()
        return plan.page(rows, len(keys))

    def _legs(self, keys: Order, after: RowKey, *, backward: bool) -> list[Leg]:
        return legs(keys, _NUMBER, after, backward=backward, indexed=bool(keys) and keys[0] in _INDEXED)

    def _statement(self, condition: str, keys: Order, leg: str, columns: Columns, *, backward: bool) -> str:
        plan = self.around.plan(self.expressions, columns)
        return _select(self._start, self.parent, self._from, condition, keys, leg, plan.sql, backward)

    def _tried(self, predicate: Predicate, keys: Order, after: RowKey | None, count: int, columns: Columns) -> Page:
        """A page of the rows that satisfy the residual too."""
        found: list[tuple[RowKey, Row]] = []
        for item in self._walk(predicate, after, keys, columns, backward=count < 0):
            found.append(item)
            if len(found) >= abs(count):
                break
        if count < 0:
            found.reverse()
        return Page([key for key, _ in found], [row for _, row in found])

    def _walk(
        self,
        predicate: Predicate,
        after: RowKey | None,
        keys: Order = (),
        columns: Columns = (),
        *,
        backward: bool = True,
    ) -> Iterator[tuple[RowKey, Row]]:
        """All rows beyond `after` that satisfy the residual, read in batches; from the end when `backward`."""
        assert predicate.residual is not None
        judge = Judge(self.database, predicate.residual)
        wide, step = (*columns, *judge.columns), len(columns)
        while True:
            page = self._page(predicate, keys, after, -_BATCH if backward else _BATCH, wide)
            pairs = list(zip(page.keys, page.rows, strict=True))
            for key, row in reversed(pairs) if backward else pairs:
                if judge.holds(key[-1], row[step:]):
                    yield key, row[:step]
            if len(pairs) < _BATCH:
                return
            after = pairs[0 if backward else -1][0]


class ContentsRows(SqlRows):
    """The messages of a folder, `associated` ones or the others."""

    kind = ObjectType.MESSAGE
    parent = "m.folder"

    def __init__(self, around: Surroundings, folder: int, *, associated: bool) -> None:
        base = Leg("m.folder = ? AND m.associated = ?", (folder, int(associated)))
        super().__init__(around, "message m", base, around.messages)
        self.folder = folder
        self.associated = associated

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return CONTENTS

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`: what any message of the store has ever had."""
        return tuple(dict.fromkeys((*CONTENTS, *self.around.used.all())))

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`; all of them is a number the folder keeps."""
        if where is not None:
            return super().count(where)
        counts = self.database.row(SQL["folder_counts"], (self.folder,))
        return 0 if counts is None else int(counts[1 if self.associated else 0])

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        decorator = self.around.decorator
        table = "associated" if self.associated else "contents"
        return None if decorator is None else decorator.table_key(table, self.folder)


class HierarchyRows(SqlRows):
    """The folders below one; with `deep` those of all levels, each after the one it lies in."""

    kind = ObjectType.FOLDER
    parent = "coalesce(m.parent, m.id)"

    def __init__(self, around: Surroundings, folder: int, *, deep: bool) -> None:
        if deep:
            base = Leg("1", (folder,))
            natural = (OrderKey("t.path"),)
            super().__init__(
                around, "tree t JOIN folder m ON m.id = t.id", base, around.tree, start=_DEEP, natural=natural
            )
        else:
            super().__init__(around, "folder m", Leg("m.parent = ?", (folder,)), around.folders)
        self.folder = folder
        self.deep = deep

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return HIERARCHY

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`."""
        used = [tag_of(*row) for row in self.database.rows(SQL["folder_tags"])]
        return tuple(dict.fromkeys((*HIERARCHY, *map(PropTag, self.expressions.columns), *used)))

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        decorator = self.around.decorator
        return None if decorator is None else decorator.table_key("deep" if self.deep else "hierarchy", self.folder)


@lru_cache(maxsize=1024)
def _select(
    start: str, parent: str, source: str, condition: str, keys: Order, leg: str, columns: str, backward: bool
) -> str:
    """The statement for one leg of a page: number, parent, keys and columns."""
    where = f"{source} AND ({condition}){f' AND ({leg})' if leg else ''}"
    order = order_by(keys, _NUMBER, backward=backward)
    shown = "".join(f", {key.sql}" for key in keys)
    if not keys or keys[0] in _INDEXED or start:
        return f"{start}SELECT {_NUMBER}, {parent}{shown}{columns} {where} {order} LIMIT ?"
    return _in_two_steps(parent, where, order, keys, columns, backward)


def _in_two_steps(parent: str, where: str, order: str, keys: Order, columns: str, backward: bool) -> str:
    """Where all rows must be sorted, sort keys alone, and read the columns of those that are left."""
    named = "".join(f", {key.sql} AS k{place}" for place, key in enumerate(keys))
    inner = f"SELECT {_NUMBER} AS number{named} {where} {order} LIMIT ?"
    outer = tuple(OrderKey(f"k.k{place}", key.descending) for place, key in enumerate(keys))
    shown = "".join(f", {key.sql}" for key in outer)
    table = source_table(where)
    again = order_by(outer, "k.number", backward=backward)
    return f"SELECT {_NUMBER}, {parent}{shown}{columns} FROM ({inner}) k JOIN {table} ON {_NUMBER} = k.number {again}"


def source_table(where: str) -> str:
    """The table, with its alias, that a FROM clause starts with."""
    return where.removeprefix("FROM ").partition(" WHERE ")[0]


def _key(row: Row, keys: int) -> RowKey:
    """Where a row stands: its sort keys and its number."""
    return (*row[2 : 2 + keys], row[0])
