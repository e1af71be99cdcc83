"""What the search folders of a store look for: read once, and again when somebody else has changed the store.

`covering` answers which live searches look into a folder, `Sought.matching` which messages satisfy one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mapix.interfaces.backend import (
    Search,
)
from mapix.objects.folders.searching import is_live
from mapix.properties.errors import CorruptStore
from mapix.properties.flags import SEARCH_RECURSIVE
from mapix.properties.once import once
from mapix.properties.restrictionbytes import load_restriction
from mapix.providers.sqlstore.compile import compile_restriction
from mapix.providers.sqlstore.database import Params
from mapix.providers.sqlstore.leaves import FALSE, Predicate
from mapix.providers.sqlstore.residual import Judge
from mapix.providers.sqlstore.sqlrows import identified
from mapix.providers.sqlstore.surroundings import MESSAGE_PARENT, Surroundings

AT_ONCE: Final = 500
"""How many messages one statement names."""


class Sought:
    """One search folder and what it looks for; `scope` are the folders it names."""

    def __init__(self, around: Surroundings, number: int, restriction: bytes, state: int, scope: Sequence[int]) -> None:
        self.around = around
        self.number = number
        self.search = Search(load_restriction(restriction), tuple(scope), state)
        self.live = is_live(self.search)
        self.recursive = bool(state & SEARCH_RECURSIVE)
        self.roots = frozenset(scope)

    @once
    def predicate(self) -> Predicate:
        """What SQL says of it."""
        return compile_restriction(self.search.restriction, self.around.messages, identified(self.around), _each_alone)

    def covers(self, chain: Sequence[int]) -> bool:
        """Whether it looks into a folder, which leads the chain of those above it."""
        return bool(self.roots.intersection(chain) if self.recursive else chain and chain[0] in self.roots)

    def matching(self, numbers: Iterable[int]) -> set[int]:
        """Those of some messages that satisfy the restriction; where they lie is not looked at."""
        wanted, found = list(numbers), set[int]()
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            found.update(self.tried(f"m.id IN ({', '.join('?' * len(part))})", part))
        return found

    def narrowed(self, most: int | None) -> Predicate | None:
        """The predicate with what the full text index knows; None where it knows nothing, or more than `most`. Inside a
        transaction.
        """
        found = self.around.narrowed(self.predicate, most=most)
        return None if found is self.predicate else found

    def catch_up(self) -> None:
        """Bring the full text index up to date, outside transactions, if it is to be asked and that is soon done."""
        texts, wish = self.around.texts, self.predicate.wish
        if texts is not None and wish is not None:
            texts.catch_up(wish)

    def tried(
        self, condition: str, params: Params, *, start: str = "", predicate: Predicate | None = None
    ) -> Iterator[int]:
        """The messages of a condition that satisfy the restriction; `start` stands before the statement, `predicate` is
        `narrowed` or the own one.
        """
        database, predicate = self.around.database, predicate or self.predicate
        judge = None if predicate.residual is None else Judge(database, predicate.residual)
        plan = self.around.plan(self.around.messages, judge.columns if judge else ())
        shown = plan.begin("m.id", MESSAGE_PARENT) + plan.sql
        rows = database.rows(
            f"{start}SELECT {shown} FROM message m WHERE {condition} AND ({predicate.sql})",
            (*params, *predicate.params),
        )
        page = plan.page(rows, 0)
        for (number,), row in zip(page.keys, page.rows, strict=True):
            if judge is None or judge.holds(number, row):
                yield number


def _each_alone(limit: int, predicate: Predicate) -> Predicate:
    """A search tries each message by itself, and counts none (R-016)."""
    return predicate if limit > 0 else FALSE


@dataclass(slots=True)
class _Known:
    """What was read when the last change of the store was `at`."""

    at: int
    searches: dict[int, Sought]
    chains: dict[int, tuple[int, ...]]


class SoughtList:
    """All search folders of a store that look for something."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.database = around.database
        self._known: _Known | None = None
        self.database.on_undo.append(self.forget)

    def forget(self) -> None:
        """Something changed: read again."""
        self._known = None

    def forget_places(self) -> None:
        """Folders were moved."""
        if self._known is not None:
            self._known.chains.clear()

    def searches(self, last: int) -> dict[int, Sought]:
        """The searches by number; `last` is the last change of the store that is permanent. No other thread changes
        any meanwhile.
        """
        with self.database.lock:
            if self._known is None or self._known.at != last:
                self._known = _Known(last, {one.number: one for one in read_searches(self.around)}, {})
            return self._known.searches

    def stays(self, last: int) -> None:
        """The transaction under way ends as change `last`, and nothing that was read has changed."""
        if self._known is not None:
            self._known.at = last

    def chain(self, folder: int) -> tuple[int, ...]:
        """A folder and all above it."""
        known = None if self._known is None else self._known.chains.get(folder)
        if known is None:
            rows = self.database.rows(self.database.sql["search_chain"], (folder,))
            known = (folder, *(number for (number,) in rows if number != folder))
            if self._known is not None:
                self._known.chains[folder] = known
        return known


def read_searches(around: Surroundings) -> Iterator[Sought]:
    """The searches of a store, as they are written down."""
    database = around.database
    rows = database.rows(database.sql["search_list"])
    scopes: dict[int, list[int]] = {}
    for search, folder in database.rows(database.sql["search_scopes"]) if rows else ():
        scopes.setdefault(search, []).append(folder)
    for number, restriction, state in rows:
        if not isinstance(restriction, bytes):
            raise CorruptStore("what a search folder looks for is damaged", value=number, hint="mapix store check")
        yield Sought(around, number, restriction, state, scopes.get(number, ()))
