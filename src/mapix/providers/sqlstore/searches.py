"""Search folders of the store: their criteria, their first passes, and their results kept in step.

Whatever a transaction changes is told in changes; before it ends, `settle` tries the messages they name on the live
searches that look into their folders, and writes what becomes of the results. Results of messages that are gone went
with them already, by triggers (`schema`). A first pass is one statement, or goes on in steps by the messages' numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from mapix.interfaces.backend import (
    Change,
    Search,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.objects.searching import finished
from mapix.properties.errors import NotFound
from mapix.properties.flags import SEARCH_REBUILD
from mapix.properties.restrictionbytes import dump_restriction, load_restriction
from mapix.providers.sqlstore.changes import ChangeFeed
from mapix.providers.sqlstore.sought import AT_ONCE, Sought, SoughtList
from mapix.providers.sqlstore.surroundings import Surroundings

_FOLDER: Final = ObjectType.FOLDER
_MESSAGE: Final = ObjectType.MESSAGE
_TABLE: Final = Event.TABLE_MODIFIED
_NEW: Final = (Event.OBJECT_CREATED, Event.OBJECT_COPIED)
_ALTERING: Final = (*_NEW, Event.OBJECT_MODIFIED, Event.OBJECT_MOVED, Event.TABLE_MODIFIED)
_MOST: Final = (1 << 63) - 1
_CLEARING: Final = -1
"""How far a first pass is that begins with forgetting former results."""

_COVERED: Final = {
    False: "WITH covered (id) AS (SELECT folder FROM search_scope WHERE search = ?) ",
    True: "WITH RECURSIVE covered (id) AS (SELECT folder FROM search_scope WHERE search = ?"
    " UNION SELECT f.id FROM covered t JOIN folder f ON f.parent = t.id) ",
}
_FIND: Final = (
    "INSERT INTO search_link (search, message, delivery_time, unread)"
    " SELECT CAST(? AS bigint), m.id, m.delivery_time, CASE WHEN coalesce(m.flags, 0) & 1 = 0 THEN 1 ELSE 0 END"
    " FROM message m WHERE {where} AND ({sql}) ON CONFLICT DO NOTHING"
)
_IN_SCOPE: Final = "m.associated = 0 AND m.id > ? AND m.id <= ? AND m.folder IN (SELECT id FROM covered)"


class Searches:
    """The search folders of one store."""

    def __init__(self, around: Surroundings, feed: ChangeFeed) -> None:
        self.database = around.database
        self.feed = feed
        self.known = SoughtList(around)
        self._settled = 0
        self._transaction = 0
        self.database.on_undo.append(self._begin_again)
        feed.settle = self.settle
        feed.stays = self.known.stays

    # criteria

    def find(self, folder: int) -> Search | None:
        """See `StoreBackend.search`."""
        row = self.database.row(self.database.sql["search_row"], (folder,))
        if row is None:
            return None
        scope = self.database.rows(self.database.sql["search_scope"], (folder,))
        return Search(load_restriction(row[0]), tuple(number for (number,) in scope), row[1])

    def having(self, state: int) -> list[int]:
        """See `StoreBackend.searches`."""
        rows = self.database.rows(self.database.sql["search_list"])
        return [number for number, _, has in rows if has & state == state]

    def define(self, folder: int, search: Search, *, restart: bool) -> None:
        """See `StoreBackend.set_search`."""
        sql = self.database.sql
        with self.database.write():
            self.catch_up()
            self.database.run(sql["search_set"], (folder, dump_restriction(search.restriction), search.state))
            self.database.run(sql["search_scope_clear"], (folder,))
            scope = [(folder, number, place) for place, number in enumerate(search.folders)]
            self.database.many(sql["search_scope_add"], scope)
            self.known.forget()
            if restart:
                self.database.run(sql["search_tried"], (_CLEARING, folder))
            elif not search.state & SEARCH_REBUILD and self._tried(folder) == _CLEARING:
                self._clear(folder, None)
            self._tell_all(folder)

    # first passes

    def build(self, folder: int, most: int | None) -> bool:
        """See `StoreBackend.build_search`."""
        with self.database.write() if most is None else self.database.write_soon():
            row = self.database.row(self.database.sql["search_row"], (folder,))
            if row is None:
                if self.database.value(self.database.sql["folder_exists"], (folder,)) is None:
                    raise NotFound("the search folder is gone", value=folder)
                return True
            _, state, tried = row
            return not state & SEARCH_REBUILD or self._go_on(folder, state, tried, most)

    def _go_on(self, folder: int, state: int, tried: int, most: int | None) -> bool:
        """The next step of a first pass: it begins with forgetting what was found before."""
        sql = self.database.sql
        self._tell_all(folder)
        if tried == _CLEARING and not self._clear(folder, most):
            return False
        after = max(tried, 0)
        last = None if most is None else self.database.value(sql["search_next"], (after, most))
        if most is None or last is not None:
            self._pass(self.known.searches(self.feed.last())[folder], after, _MOST if last is None else last)
        if last is not None:
            self.database.run(sql["search_tried"], (last, folder))
            return False
        self.database.run(sql["search_finished"], (finished(state), folder))
        self.known.forget()
        parent = self.database.value(sql["folder_parent"], (folder,)) or 0
        self.feed.add(Change(Event.SEARCH_COMPLETE, _FOLDER, folder, parent))
        return True

    def _clear(self, folder: int, most: int | None) -> bool:
        """Forget results, `most` at once; whether all are forgotten."""
        sql = self.database.sql
        if most is None:
            self.database.run(sql["search_results_clear"], (folder,))
        elif self.database.run(sql["search_results_clear_some"], (folder, folder, most)) >= most:
            return False
        self.database.run(sql["search_tried"], (0, folder))
        return True

    def _tried(self, folder: int) -> int:
        """How far the first pass is."""
        return int(self.database.row(self.database.sql["search_row"], (folder,))[2])

    def _pass(self, sought: Sought, after: int, last: int) -> None:
        """Find the messages in the scope whose numbers are beyond one, up to another."""
        covered = _COVERED[sought.recursive]
        predicate = self.known.around.narrowed(sought.predicate)
        if predicate.residual is None:
            params = (sought.number, sought.number, after, last, *predicate.params)
            self.database.run(covered + _FIND.format(where=_IN_SCOPE, sql=predicate.sql), params)
            return
        while True:
            step = self.database.value(
                f"{covered}SELECT max(id) FROM (SELECT m.id FROM message m WHERE {_IN_SCOPE} ORDER BY m.id LIMIT ?) m",
                (sought.number, after, last, AT_ONCE),
            )
            if step is None:
                return
            found = sought.tried(_IN_SCOPE, (sought.number, after, step), start=covered)
            self._link(sought, found)
            after = step

    # results

    def results(self, folder: int) -> list[int]:
        """See `StoreBackend.results`."""
        self.catch_up()
        return [number for (number,) in self.database.rows(self.database.sql["search_results"], (folder,))]

    def present(self, folder: int, numbers: Collection[int]) -> set[int]:
        """See `StoreBackend.present`."""
        self.catch_up()
        wanted, found = list(numbers), set[int]()
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            marks = ", ".join("?" * len(part))
            sql = (
                f"SELECT id FROM message WHERE folder = ? AND id IN ({marks})"
                f" UNION ALL SELECT message FROM search_link WHERE search = ? AND message IN ({marks})"
            )
            found.update(number for (number,) in self.database.rows(sql, (folder, *part, folder, *part)))
        return found

    # keeping in step

    def catch_up(self) -> None:
        """Inside a transaction: bring results in step with what it has changed so far."""
        with self.database.lock:
            if self.database.depth and self.database.pending:
                self.settle(self.database.pending, self.feed.last())

    def settle(self, changes: list[Change], last: int) -> None:
        """Bring results in step with changes that were not looked at yet, and add what becomes of them."""
        if self._transaction != self.database.transactions:
            self._transaction, self._settled = self.database.transactions, 0
        new = changes[self._settled :]
        self._settled = len(changes)
        if new and (searches := self.known.searches(last)):
            self._settle(new, searches)
            self._settled = len(self.database.pending)

    def _begin_again(self) -> None:
        """Something was undone, perhaps also results of what was not: look at everything again."""
        self._settled = 0

    def _settle(self, changes: Sequence[Change], searches: dict[int, Sought]) -> None:
        if any(change.event is Event.OBJECT_DELETED for change in changes):
            self._tell_gone()
        for change in changes:
            if change.object_type == _FOLDER and change.event is Event.OBJECT_MOVED:
                self.known.forget_places()
                for sought in searches.values():
                    self._follow_folder(sought, change)
            elif change.object_type == _FOLDER and change.event is Event.OBJECT_DELETED:
                self.known.forget()
        altered = {
            change.number: change.event not in _NEW
            for change in changes
            if change.object_type == _MESSAGE and change.event in _ALTERING and change.number
        }
        numbers = list(altered)
        for start in range(0, len(numbers), AT_ONCE):
            part = numbers[start : start + AT_ONCE]
            self._follow_messages(part, searches, old=any(altered[number] for number in part))

    def _tell_gone(self) -> None:
        """Tell of the results that went with their messages."""
        gone = self.database.rows(self.database.sql["search_gone_list"])
        for folder, number in gone:
            self._tell(number, 0, folder)
        if gone:
            self.feed.touch(*{folder for folder, _ in gone})
            self.database.run(self.database.sql["search_gone_clear"])

    def _follow_messages(self, numbers: Sequence[int], searches: dict[int, Sought], *, old: bool) -> None:
        """Messages came or changed; where none of them is `old`, no search has them yet."""
        marks = ", ".join("?" * len(numbers))
        present = "associated = 0 AND folder IS NOT NULL"
        rows = self.database.rows(f"SELECT id, folder FROM message WHERE id IN ({marks}) AND {present}", numbers)
        places: dict[int, int] = dict(rows)
        links: dict[int, set[int]] = {}
        if old:
            rows = self.database.rows(f"SELECT search, message FROM search_link WHERE message IN ({marks})", numbers)
            for folder, number in rows:
                links.setdefault(folder, set()).add(number)
        for sought in searches.values():
            self._follow(sought, places, links.get(sought.number, set()))

    def _follow(self, sought: Sought, places: dict[int, int], had: set[int]) -> None:
        if sought.live:
            inside = [number for number, folder in places.items() if sought.covers(self.known.chain(folder))]
            has = sought.matching(inside) if inside else set[int]()
            self._link(sought, sorted(has - had))
            self._unlink(sought, had - has)
        else:
            has = had
        for number in sorted(has | had):
            self._tell(number, sought.number if number in has else 0, sought.number if number in had else 0)
        if has != had or any(places.get(number) in self.feed.touched for number in has):
            self.feed.touch(sought.number)

    def _follow_folder(self, sought: Sought, change: Change) -> None:
        """A folder was moved, perhaps into the scope or out of it."""
        was, now = (sought.covers(self.known.chain(place)) for place in (change.old_parent, change.parent))
        if not (sought.live and sought.recursive) or was == now:
            return
        sql = self.database.sql
        if was:
            links = self.database.rows(sql["search_links_below"], (change.number, sought.number))
            gone = [number for number, folder in links if not sought.covers(self.known.chain(folder))]
            self._unlink(sought, gone)
        else:
            for (folder,) in self.database.rows(sql["folder_below"], (change.number,)):
                self._find_in(sought, folder)
        self._tell_all(sought.number)

    def _find_in(self, sought: Sought, folder: int) -> None:
        """Find the messages of one folder."""
        where, predicate = "m.folder = ? AND m.associated = 0", sought.predicate
        if predicate.residual is None:
            params = (sought.number, folder, *predicate.params)
            self.database.run(_FIND.format(where=where, sql=predicate.sql), params)
        else:
            rows = self.database.rows(self.database.sql["message_list"], (folder, 0))
            self._link(sought, sought.matching(number for (number,) in rows))

    def _link(self, sought: Sought, numbers: Iterable[int]) -> None:
        self.database.many(self.database.sql["search_link_add"], [(sought.number, number) for number in numbers])

    def _unlink(self, sought: Sought, numbers: Iterable[int]) -> None:
        self.database.many(self.database.sql["search_link_remove"], [(sought.number, number) for number in numbers])

    # telling

    def _tell(self, number: int, folder: int, old: int) -> None:
        self.feed.add(Change(_TABLE, _MESSAGE, number, folder, old_parent=old))

    def _tell_all(self, folder: int) -> None:
        """All the results may be others, and so the counts."""
        self._tell(0, folder, folder)
        self.feed.touch(folder)
