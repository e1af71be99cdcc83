"""What was deleted from a folder and is kept, as sources of rows (F-090)."""

from __future__ import annotations

from collections.abc import Sequence

from mapix.interfaces.prop import ObjectType
from mapix.objects.tables.columns import KEPT_CONTENTS, KEPT_HIERARCHY
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.dialect import Dialect
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.keyset import Leg, OrderKey
from mapix.providers.sqlstore.query import TableQuery
from mapix.providers.sqlstore.sqlrows import SqlRows
from mapix.providers.sqlstore.surroundings import Surroundings


@guarded
class KeptContents(SqlRows):
    """The messages that were deleted from a folder, `associated` ones or the others."""

    kind = ObjectType.MESSAGE

    def __init__(self, around: Surroundings, folder: int, *, associated: bool) -> None:
        base = Leg("m.kept_in = ? AND m.associated = ?", (folder, int(associated)))
        super().__init__(around, TableQuery(around, around.messages, "message m", base, parent="m.kept_in"))
        self.folder = folder

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return KEPT_CONTENTS

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`: what any message of the store has ever had."""
        return tuple(dict.fromkeys((*KEPT_CONTENTS, *self.around.used.all())))

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        return _key(self.around, self.folder)


@guarded
class KeptHierarchy(SqlRows):
    """The folders that were deleted from below one; with `deep` those of all levels."""

    kind = ObjectType.FOLDER

    def __init__(self, around: Surroundings, folder: int, *, deep: bool) -> None:
        parent = "m.kept_in"
        if deep:
            table, start = "tree t JOIN folder m ON m.id = t.id", _deep(around.database.dialect)
            query = TableQuery(around, around.tree, table, Leg("true", (folder,)), parent=parent, start=start)
            super().__init__(around, query, (OrderKey("t.path"),))
        else:
            base = Leg("m.kept_in = ?", (folder,))
            super().__init__(around, TableQuery(around, around.folders, "folder m", base, parent=parent))
        self.folder = folder

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return KEPT_HIERARCHY

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`."""
        return tuple(dict.fromkeys((*KEPT_HIERARCHY, *map(PropTag, self.query.expressions.columns))))

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        return _key(self.around, self.folder)


def _key(around: Surroundings, folder: int) -> bytes | None:
    return None if around.decorator is None else around.decorator.table_key("deleted", folder)


def _deep(dialect: Dialect) -> str:
    first, below = dialect.depth_path
    return (
        f"WITH RECURSIVE tree (id, depth, path) AS (SELECT id, CAST(0 AS bigint), {first} FROM folder WHERE kept_in = ?"
        f" UNION ALL SELECT f.id, t.depth + 1, {below} FROM tree t JOIN folder f ON f.kept_in = t.id"
        f" WHERE {dialect.off_path}) "
    )
