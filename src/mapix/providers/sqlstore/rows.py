"""Contents and hierarchy as sources of rows (`sqlrows`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from mapix.interfaces.prop import ObjectType
from mapix.objects.tables.columns import CONTENTS, HIERARCHY
from mapix.properties.restriction import Restriction
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.dialect import Dialect
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.keyset import Leg, OrderKey
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.query import Order, TableQuery
from mapix.providers.sqlstore.sqlrows import SqlRows
from mapix.providers.sqlstore.surroundings import FOLDER_PARENT, Surroundings
from mapix.providers.sqlstore.values import tag_of

T = TypeVar("T")


@guarded
class ContentsRows(SqlRows):
    """The messages of a folder, `associated` ones or the others."""

    kind = ObjectType.MESSAGE

    def __init__(self, around: Surroundings, folder: int, *, associated: bool) -> None:
        base = Leg("m.folder = ? AND m.associated = ?", (folder, int(associated)))
        super().__init__(around, TableQuery(around, around.messages, "message m", base, parent="m.folder"))
        self.folder = folder
        self.associated = self.shares_key = associated

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
        counts = self.database.row(self.database.sql["folder_counts"], (self.folder,))
        return 0 if counts is None else int(counts[1 if self.associated else 0])

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        decorator = self.around.decorator
        table = "associated" if self.associated else "contents"
        return None if decorator is None else decorator.table_key(table, self.folder)


@guarded
class HierarchyRows(SqlRows):
    """The folders below one; with `deep` those of all levels, each after the one it lies in."""

    kind = ObjectType.FOLDER

    def __init__(self, around: Surroundings, folder: int, *, deep: bool) -> None:
        parent = FOLDER_PARENT
        if deep:
            table = "tree t JOIN folder m ON m.id = t.id"
            query = TableQuery(
                around, around.tree, table, Leg("true", (folder,)), parent=parent, start=_deep(around.database.dialect)
            )
            super().__init__(around, query, (OrderKey("t.path"),))
        else:
            base = Leg("m.parent = ?", (folder,))
            super().__init__(around, TableQuery(around, around.folders, "folder m", base, parent=parent))
        self.folder = folder
        self.deep = self.shares_key = deep

    def _asked(self, where: Restriction | None, first_in: Order | None, ask: Callable[[Predicate], T]) -> T:
        self.database.keep_up()
        return super()._asked(where, first_in, ask)

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return HIERARCHY

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`."""
        used = [tag_of(*row) for row in self.database.rows(self.database.sql["folder_tags"])]
        return tuple(dict.fromkeys((*HIERARCHY, *map(PropTag, self.query.expressions.columns), *used)))

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        decorator = self.around.decorator
        return None if decorator is None else decorator.table_key("deep" if self.deep else "hierarchy", self.folder)


def _deep(dialect: Dialect) -> str:
    first, below = dialect.depth_path
    return (
        f"WITH RECURSIVE tree (id, depth, path) AS (SELECT id, CAST(0 AS bigint), {first} FROM folder WHERE parent = ?"
        f" UNION ALL SELECT f.id, t.depth + 1, {below} FROM tree t JOIN folder f ON f.parent = t.id"
        f" WHERE {dialect.off_path}) "
    )
