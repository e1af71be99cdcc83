"""The results of a search folder as a source of rows: those of the messages, wherever they lie (F-041)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import Page, RowKey
from mapix.objects.tables.columns import SEARCH
from mapix.properties.restriction import Restriction
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.keyset import Leg
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.query import Order, TableQuery
from mapix.providers.sqlstore.sqlrows import SqlRows
from mapix.providers.sqlstore.surroundings import MESSAGE_PARENT, Surroundings

T = TypeVar("T")


@guarded
class SearchRows(SqlRows):
    """The results of the search folder `folder`; no `associated` ones. `catch_up` brings them in step beforehand."""

    kind = ObjectType.MESSAGE

    def __init__(self, around: Surroundings, folder: int, catch_up: Callable[[], None], *, associated: bool) -> None:
        base = Leg("m.associated = ?", (int(associated),))
        table = f"search_link l JOIN message m ON m.id = l.message AND l.search = {folder}"
        super().__init__(around, TableQuery(around, around.found, table, base, parent=MESSAGE_PARENT))
        self.folder = folder
        self.associated = associated
        self._catch_up = catch_up

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return SEARCH

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`: what any message of the store has ever had."""
        return tuple(dict.fromkeys((*SEARCH, *self.around.used.all())))

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`; all of them is a number the folder keeps."""
        if where is not None:
            return super().count(where)
        self._catch_up()
        counts = self.database.row(self.database.sql["folder_counts"], (self.folder,))
        return 0 if counts is None else int(counts[1 if self.associated else 0])

    def version(self) -> object:
        """See `DirectRowSource.version`."""
        self._catch_up()
        return super().version()

    def read(self, keys: Sequence[RowKey], columns: Sequence[PropTag]) -> Page:
        """See `DirectRowSource.read`."""
        self._catch_up()
        return super().read(keys, columns)

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        decorator = self.around.decorator
        table = "associated" if self.associated else "contents"
        return None if decorator is None else decorator.table_key(table, self.folder)

    def _asked(self, where: Restriction | None, first_in: Order | None, ask: Callable[[Predicate], T]) -> T:
        self._catch_up()
        return super()._asked(where, first_in, ask)
