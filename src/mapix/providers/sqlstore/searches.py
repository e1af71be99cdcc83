"""Search folders of the store: their criteria, their first passes, and their results kept in step.

Whatever a transaction changes is told in changes; before it ends, `settle` tries the messages they name on the live
searches that look into their folders, and writes what becomes of the results. Results of messages that are gone went
with them already, by triggers (`schema`). What was there before the search is `firstpass`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Final

from mapix.interfaces.backend import (
    Change,
    Search,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import MapiError
from mapix.properties.flags import SEARCH_REBUILD
from mapix.properties.restrictionbytes import dump_restriction, load_restriction
from mapix.providers.sqlstore.changes import ChangeFeed
from mapix.providers.sqlstore.firstpass import FirstPasses
from mapix.providers.sqlstore.found import Found
from mapix.providers.sqlstore.sought import AT_ONCE, Sought, SoughtList
from mapix.providers.sqlstore.surroundings import Surroundings

_log = logging.getLogger(__name__)
_FOLDER: Final = ObjectType.FOLDER
_MESSAGE: Final = ObjectType.MESSAGE
_NEW: Final = (Event.OBJECT_CREATED, Event.OBJECT_COPIED)
_ALTERING: Final = (*_NEW, Event.OBJECT_MODIFIED, Event.OBJECT_MOVED, Event.TABLE_MODIFIED)


class Searches:
    """The search folders of one store."""

    def __init__(self, around: Surroundings, feed: ChangeFeed) -> None:
        self.database = around.database
        self.feed = feed
        self.known = SoughtList(around)
        self.found = Found(self.database, feed)
        self.passes = FirstPasses(self.known, self.found)
        self._settled = 0
        self._transaction = 0
        self.database.on_undo.append(self._begin_again)
        self.database.keep_up = self.keep_up
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
                self.passes.begin(folder)
            elif not search.state & SEARCH_REBUILD:
                self.passes.give_up(folder)
            self.found.tell_all(folder)

    # results

    def results(self, folder: int) -> list[int]:
        """See `StoreBackend.results`."""
        self.look()
        return [number for (number,) in self.database.rows(self.database.sql["search_results"], (folder,))]

    def present(self, folder: int, numbers: Collection[int]) -> set[int]:
        """See `StoreBackend.present`."""
        self.look()
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

    def look(self) -> None:
        """Before results are read: bring them in step with everything there is."""
        self.catch_up()
        self.database.keep_up()

    def keep_up(self) -> None:
        """Outside transactions: bring results in step with what came from elsewhere. Who writes meanwhile does it."""
        database = self.database
        if database.depth or database.readonly or not database.has_unsought():
            return
        try:
            if database.free_to_write():
                with database.write():
                    self.settle(database.pending, self.feed.last())
        except MapiError as error:
            _log.info("search folders of %s are not in step: %s", database.name, error)

    def settle(self, changes: list[Change], last: int) -> None:
        """Bring results in step with changes that were not looked at yet, and add what becomes of them."""
        if self._transaction != self.database.transactions:
            self._transaction, self._settled = self.database.transactions, 0
        new, others = changes[self._settled :], self.database.take_unsought()
        self._settled = len(changes)
        if (new or others) and (searches := self.known.searches(last)):
            self._settle(new, searches)
            for start in range(0, len(others), AT_ONCE):
                self._follow_messages(others[start : start + AT_ONCE], searches, old=True)
            self._settled = len(self.database.pending)

    def _begin_again(self) -> None:
        """Something was undone, perhaps also results of what was not: look at everything again."""
        self._settled = 0

    def _settle(self, changes: Sequence[Change], searches: dict[int, Sought]) -> None:
        if any(change.event is Event.OBJECT_DELETED for change in changes):
            self.found.tell_gone()
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
            self.found.add(sought, sorted(has - had))
            self.found.remove(sought, had - has)
        else:
            has = had
        for number in sorted(has | had):
            self.found.tell(number, sought.number if number in has else 0, sought.number if number in had else 0)
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
            self.found.remove(sought, gone)
        else:
            for (folder,) in self.database.rows(sql["folder_below"], (change.number,)):
                self._find_in(sought, folder)
        self.found.tell_all(sought.number)

    def _find_in(self, sought: Sought, folder: int) -> None:
        """Find the messages of one folder."""
        self.found.find(sought, "m.folder = ? AND m.associated = 0", (folder,))
