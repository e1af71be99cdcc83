"""The full text index of a store: brought up to date when it is needed or nobody else needs the store, and asked which
messages may have a text.

Saving a message costs nothing more for it: messages are indexed in the order of their numbers, up to `done`, and a
trigger notes those below that were changed. What is not indexed yet is always among the messages that may have a text,
so that an answer is right however far the index is. See `textparts` for what is in it, and `mapix.providers.sqlstore`'s
databases for how it is kept.
"""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, NamedTuple

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.keyset import Leg
from mapix.providers.sqlstore.textparts import COLUMNS, Combined, Wish
from mapix.providers.sqlstore.textsource import Entry, some_entries

_log = logging.getLogger(__name__)
_BATCH: Final = 500
_LISTED: Final = 1024
"""So many numbers are sooner named in a statement than asked for again."""

_FOR_A_SEARCH: Final = 0.15
_ENOUGH_FOR: Final = 1.0
"""Seconds for which an index that answers for what is not in it, too, is not looked at again."""

FEW: Final = 20_000
"""So many rows are soon looked at one by one."""


class State(NamedTuple):
    """How far an index is: how many messages are `left`, counted up to `FEW` and one; whether it is so far `behind`
    that nobody should ask it, whether there is more to look at than its entries (`loose`), and whether it is `used`.
    """

    left: int
    behind: bool
    loose: bool
    used: bool


class TextIndex(ABC):
    """The full text index of one store, by one connection.

    A `whole` one answers in one statement with what is not indexed, too: then it does not matter to have seen how far
    it is at the same moment.
    """

    whole: ClassVar[bool] = False

    def __init__(self, database: Database) -> None:
        self.database = database
        self._tried: object = None
        self._recent: object = None
        self._enough_until = 0.0
        self._seen: dict[str, State] = {}

    # searching

    def driver(self, wish: Wish, *, most: int | None = None) -> Leg | None:
        """Where to look for a wish: the numbers of the messages that may satisfy it, each once, as a statement. None
        where looking everywhere is as good, and where there are more than `most`. Call `catch_up` before, outside, and
        this and what is asked with it inside one `Database.read`.
        """
        if most is not None:
            found = self.sized(wish, most)
            return None if found is None else found[0]
        states = self._states(wish)
        return None if states is None else self._numbers(wish, states)

    def sized(self, wish: Wish, most: int) -> tuple[Leg, int] | None:
        """As `driver`, with how many messages there are at most."""
        states = self._states(wish)
        if states is None:
            return None
        leg = self._numbers(wish, states)
        found = self.database.rows(f"SELECT id FROM ({leg.sql}) e LIMIT {_LISTED + 1}", leg.params)
        if len(found) <= min(_LISTED, most):
            return _listed([number for (number,) in found]), len(found)
        hits = self._hits(wish, most) + sum(state.left for state in states.values())
        return None if hits > most else (leg, hits)

    def few(self, wish: Wish, most: int) -> Leg | None:
        """As `driver`, giving nothing where there are more than `most`; None where no one statement does."""
        return None

    def _states(self, wish: Wish) -> dict[str, State] | None:
        """How far what a wish asks is; None where it is not to be asked."""
        if not self.ready():
            return None
        states = {name: self._state(name) for name in _names(wish)}
        return None if any(state.behind for state in states.values()) else states

    def _state(self, name: str) -> State:
        """How far an index is, or was when it was last brought up to date, where that is enough."""
        found = self._seen.get(name) if self.whole else None
        if found is None:
            found = self._seen[name] = self.state(name)  # which another thread may forget at once
        return found

    def catch_up(self, wish: Wish) -> None:
        """Bring what a wish asks up to date, if that is soon done, nobody is in the way and it was not just done."""
        if self.database.readonly or self.database.in_transaction:
            return
        names = _names(wish)
        if self._is_recent(names):
            return
        if self._tried != (tried := (self.database.state(), names)):
            self._tried = tried if self._bring_up(names) else None
        self._recent = names, self.database.transactions
        self._enough_until = 0.0 if self._tried is None else time.monotonic() + _ENOUGH_FOR

    def _is_recent(self, names: set[str]) -> bool:
        """Whether there is no need to look again: what others add meanwhile is found all the same."""
        recent = time.monotonic() < self._enough_until and self._recent == (names, self.database.transactions)
        return self.whole and recent

    def _bring_up(self, names: set[str]) -> bool:
        self._seen.clear()
        deadline = time.monotonic() + _FOR_A_SEARCH
        done = True
        for name in names:
            if not self.ready() or self._state(name).left:
                done = self.settle(name, deadline) and done
                self._seen.pop(name, None)
        return done

    # keeping

    def settle(self, name: str, deadline: float | None = None) -> bool:
        """Index what is not indexed yet, until `deadline` by the monotonic clock, all when None; whether all is. Not
        inside a transaction. Gives way to everybody else who writes; failing is no failure of a search.
        """
        try:
            while deadline is None or time.monotonic() < deadline:
                if not self.database.free_to_write():
                    return False
                with self.database.write_soon():
                    if not self.make() or not self._step(name):
                        return True
        except MapiError as error:
            _log.info("the texts of %s could not be indexed: %s", self.database.name, error)
        return False

    def at_rest(self, seconds: float) -> None:
        """Bring up to date what is used, for some time: nobody else needs the store just now."""
        deadline = time.monotonic() + seconds
        try:
            for name in COLUMNS if not self.database.readonly and self.ready() else ():
                state = self.state(name)
                if state.used and state.left:
                    self.settle(name, deadline)
        except MapiError as error:
            _log.info("the texts of %s are left as they are: %s", self.database.name, error)

    def tidy(self) -> None:
        """Bring up to date what is used, and let go of what nobody needs any more."""
        if self.ready():
            self.tidy_entries()
            for name in COLUMNS:
                if self.state(name).used:
                    self.settle(name)

    def rebuild(self) -> None:
        """Make the index anew, without what nobody needs any more."""
        with self.database.write():
            if self.make():
                self.clear()
        for name in COLUMNS:
            self.settle(name)

    def unfound(self) -> Iterable[tuple[int, str]]:
        """Messages that are indexed and not found by their own texts, of a sample: numbers and parts."""
        return ()

    def _step(self, name: str) -> bool:
        """Index some messages; whether there were any."""
        pending = self.pending(name, _BATCH)
        entries, giants = some_entries(self.database, name, pending or self.fresh(name, _BATCH))
        numbers = [number for number, _ in entries]
        if pending:
            self.put_again(name, entries, numbers)
        elif entries:
            self.put(name, entries, numbers[-1])
        self.note_giants(name, giants, numbers if pending else ())
        return bool(entries)

    # asking

    def _hits(self, wish: Wish, most: int) -> int:
        """How many messages the index has for a wish, counted up to `most` and one."""
        if wish.index is not None:
            found = self.entries(wish.index, wish)
            limited = f"SELECT count(*) FROM (SELECT 1 FROM ({found.sql}) e LIMIT {most + 1}) h"
            return int(self.database.value(limited, found.params))
        assert isinstance(wish, Combined)
        hits = [self._hits(each, most) for each in wish.wishes]
        return min(hits) if wish.every else sum(hits)

    def _numbers(self, wish: Wish, states: dict[str, State]) -> Leg:
        """The numbers of the messages that may satisfy a wish."""
        if wish.index is not None:
            found = self.entries(wish.index, wish)
            return self.with_loose(wish.index, found) if states[wish.index].loose else found
        assert isinstance(wish, Combined)
        legs = [self._numbers(each, states) for each in wish.wishes]
        word = " INTERSECT " if wish.every else " UNION "
        sql = word.join(f"SELECT id FROM ({leg.sql}) e" for leg in legs)
        return Leg(sql, tuple(param for leg in legs for param in leg.params))

    # what databases differ in

    @abstractmethod
    def ready(self) -> bool:
        """Whether there is an index."""

    @abstractmethod
    def make(self) -> bool:
        """Make it where there is none, inside a transaction; False where the database has no such thing."""

    @abstractmethod
    def clear(self) -> None:
        """Empty it, inside a transaction."""

    @abstractmethod
    def tidy_entries(self) -> None:
        """Let go of entries whose messages are gone, or have another, where they are many."""

    @abstractmethod
    def state(self, name: str) -> State:
        """How far an index is."""

    @abstractmethod
    def pending(self, name: str, count: int) -> list[int]:
        """Some messages that were changed since they were indexed."""

    @abstractmethod
    def fresh(self, name: str, count: int) -> list[int]:
        """The next messages that were never indexed."""

    @abstractmethod
    def put(self, name: str, entries: Iterable[Entry], done: int) -> None:
        """Index messages that were never indexed; the index is up to `done` then."""

    @abstractmethod
    def put_again(self, name: str, entries: Sequence[Entry], done: Sequence[int]) -> None:
        """Index messages that were changed."""

    @abstractmethod
    def note_giants(self, name: str, giants: Sequence[int], looked_at: Sequence[int]) -> None:
        """Note messages whose texts are too long to be indexed; of those `looked_at` again others are not any more."""

    @abstractmethod
    def entries(self, name: str, wish: Wish) -> Leg:
        """The numbers, called `id`, of the messages whose entries satisfy a wish that this index knows, each once."""

    @abstractmethod
    def with_loose(self, name: str, entries: Leg) -> Leg:
        """Those numbers and those of the messages that are not indexed as they are."""


def _listed(numbers: Sequence[int]) -> Leg:
    """Some numbers as a statement, of which there are few different ones; no message has the number -1."""
    size = 1 << max(0, len(numbers) - 1).bit_length()
    values = ", ".join(["(CAST(? AS bigint))"] * size)
    return Leg(f"SELECT column1 AS id FROM (VALUES {values}) v", (*numbers, *(-1,) * (size - len(numbers))))


def _names(wish: Wish) -> set[str]:
    if wish.index is not None:
        return {wish.index}
    assert isinstance(wish, Combined)
    return {name for each in wish.wishes for name in _names(each)}
