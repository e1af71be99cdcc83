"""First passes of search folders: what is in the store already is looked at, once.

A pass is one statement, or goes on in steps by the messages' numbers; its place is kept in the store. It begins with
forgetting what was found before. Where the full text index knows of few messages that a text may be in, only those are
looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapix.interfaces.backend import (
    Change,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.objects.folders.searching import finished
from mapix.properties.errors import NotFound
from mapix.properties.flags import SEARCH_REBUILD
from mapix.providers.sqlstore.found import Found
from mapix.providers.sqlstore.sought import AT_ONCE, Sought, SoughtList
from mapix.providers.sqlstore.textindex import FEW

CLEARING: Final = -1
"""How far a pass is that begins with forgetting former results."""

_MOST: Final = (1 << 63) - 1
_COVERED: Final = {
    False: "WITH covered (id) AS (SELECT folder FROM search_scope WHERE search = ?) ",
    True: "WITH RECURSIVE covered (id) AS (SELECT folder FROM search_scope WHERE search = ?"
    " UNION SELECT f.id FROM covered t JOIN folder f ON f.parent = t.id) ",
}
_IN_SCOPE: Final = "m.associated = 0 AND m.id > ? AND m.id <= ? AND m.folder IN (SELECT id FROM covered)"


class FirstPasses:
    """The first passes of one store's searches."""

    def __init__(self, known: SoughtList, found: Found) -> None:
        self.database = found.database
        self.feed = found.feed
        self.known = known
        self.found = found

    def build(self, folder: int, most: int | None) -> bool:
        """See `StoreBackend.build_search`."""
        if not self.database.in_transaction:
            self._catch_up(folder)
        with self.database.write() if most is None else self.database.write_soon():
            row = self.database.row(self.database.sql["search_row"], (folder,))
            if row is None:
                if self.database.value(self.database.sql["folder_exists"], (folder,)) is None:
                    raise NotFound("the search folder is gone", value=folder)
                return True
            _, state, tried = row
            return not state & SEARCH_REBUILD or self._go_on(folder, state, tried, most)

    def begin(self, folder: int) -> None:
        """The next step is the first one."""
        self.database.run(self.database.sql["search_tried"], (CLEARING, folder))

    def give_up(self, folder: int) -> None:
        """There is no next step: what the first one was to forget goes now."""
        if self.database.row(self.database.sql["search_row"], (folder,))[2] == CLEARING:
            self._clear(folder, None)

    def _catch_up(self, folder: int) -> None:
        sought = self.known.searches(self.feed.last()).get(folder)
        if sought is not None and sought.search.state & SEARCH_REBUILD:
            sought.catch_up()

    def _go_on(self, folder: int, state: int, tried: int, most: int | None) -> bool:
        """The next step; whether it was the last one."""
        self.found.tell_all(folder)
        if tried == CLEARING and not self._clear(folder, most):
            return False
        last = self._look(self.known.searches(self.feed.last())[folder], max(tried, 0), most)
        if last is not None:
            self.database.run(self.database.sql["search_tried"], (last, folder))
            return False
        self.database.run(self.database.sql["search_finished"], (finished(state), folder))
        self.known.forget()
        parent = self.database.value(self.database.sql["folder_parent"], (folder,)) or 0
        self.feed.add(Change(Event.SEARCH_COMPLETE, ObjectType.FOLDER, folder, parent))
        return True

    def _clear(self, folder: int, most: int | None) -> bool:
        if not self.found.clear(folder, most):
            return False
        self.database.run(self.database.sql["search_tried"], (0, folder))
        return True

    def _look(self, sought: Sought, after: int, most: int | None) -> int | None:
        """Look at messages beyond a number, `most` or all; the last that was looked at, None when there are no more."""
        narrowed = sought.narrowed(None if most is None else FEW)
        if narrowed is not None:
            self.found.find(sought, _IN_SCOPE, (after, _MOST), start=_covered(sought), predicate=narrowed)
            return None
        if most is None:
            self._look_at(sought, after, _MOST)
            return None
        last: int | None = self.database.value(self.database.sql["search_next"], (after, most))
        if last is not None:
            self._look_at(sought, after, last)
        return last

    def _look_at(self, sought: Sought, after: int, last: int) -> None:
        """Look at the messages in the scope whose numbers are beyond one, up to another."""
        start = _covered(sought)
        if sought.predicate.residual is None:
            self.found.find(sought, _IN_SCOPE, (after, last), start=start)
            return
        some = f"{start[0]}SELECT max(id) FROM (SELECT m.id FROM message m WHERE {_IN_SCOPE} ORDER BY m.id LIMIT ?) m"
        while (step := self.database.value(some, (*start[1], after, last, AT_ONCE))) is not None:
            self.found.find(sought, _IN_SCOPE, (after, step), start=start)
            after = step


def in_scope(sought: Sought, after: int, last: int) -> Iterator[int]:
    """The messages whose numbers are beyond one, up to another, that a search ought to have found."""
    start, params = _covered(sought)
    return sought.tried(_IN_SCOPE, (*params, after, last), start=start)


def _covered(sought: Sought) -> tuple[str, tuple[int]]:
    """What stands before a statement that asks for the folders of a scope."""
    return _COVERED[sought.recursive], (sought.number,)
