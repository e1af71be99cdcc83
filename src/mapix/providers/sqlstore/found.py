"""The results of search folders as rows: found, forgotten, told of. All of it happens inside a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mapix.interfaces.backend import (
    Change,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.providers.sqlstore.changes import ChangeFeed
from mapix.providers.sqlstore.database import Database, Params
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.sought import Sought

_MESSAGE: Final = ObjectType.MESSAGE
_FIND: Final = (
    "INSERT INTO search_link (search, message, delivery_time, unread)"
    " SELECT CAST(? AS bigint), m.id, m.delivery_time, CASE WHEN coalesce(m.flags, 0) & 1 = 0 THEN 1 ELSE 0 END"
    " FROM message m WHERE {where} AND ({sql}) ON CONFLICT DO NOTHING"
)


class Found:
    """The results of one store's searches. Counts follow by triggers (`schema`); whoever changes results tells it."""

    def __init__(self, database: Database, feed: ChangeFeed) -> None:
        self.database = database
        self.feed = feed

    def find(
        self,
        sought: Sought,
        where: str,
        params: Params,
        *,
        start: tuple[str, Params] = ("", ()),
        predicate: Predicate | None = None,
    ) -> None:
        """Add the messages of a condition that satisfy a restriction, in one statement where SQL can say it.

        `start` stands before it, with its own parameters; `predicate` is that of the restriction, or what is left of it
        where the full text index was asked.
        """
        (before, first), wanted = start, predicate or sought.predicate
        if wanted.residual is None:
            sql = before + _FIND.format(where=where, sql=wanted.sql)
            self.database.run(sql, (*first, sought.number, *params, *wanted.params))
        else:
            self.add(sought, sought.tried(where, (*first, *params), start=before, predicate=wanted))

    def add(self, sought: Sought, numbers: Iterable[int]) -> None:
        """Add messages."""
        self.database.many(self.database.sql["search_link_add"], [(sought.number, number) for number in numbers])

    def remove(self, sought: Sought, numbers: Iterable[int]) -> None:
        """Remove messages."""
        self.database.many(self.database.sql["search_link_remove"], [(sought.number, number) for number in numbers])

    def clear(self, folder: int, most: int | None) -> bool:
        """Forget results, `most` at once; whether all are forgotten."""
        sql = self.database.sql
        if most is None:
            self.database.run(sql["search_results_clear"], (folder,))
            return True
        return self.database.run(sql["search_results_clear_some"], (folder, folder, most)) < most

    def tell(self, number: int, folder: int, old: int) -> None:
        """Tell that a message came, went or changed in the results of a search folder; see `Change`."""
        self.feed.add(Change(Event.TABLE_MODIFIED, _MESSAGE, number, folder, old_parent=old))

    def tell_all(self, folder: int) -> None:
        """All the results may be others, and so the counts."""
        self.tell(0, folder, folder)
        self.feed.touch(folder)

    def tell_gone(self) -> None:
        """Tell of the results that went with their messages."""
        gone = self.database.rows(self.database.sql["search_gone_list"])
        for folder, number in gone:
            self.tell(number, 0, folder)
        if gone:
            self.feed.touch(*{folder for folder, _ in gone})
            self.database.run(self.database.sql["search_gone_clear"])
