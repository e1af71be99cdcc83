"""What happened in the store: written with the change itself, told to the own listener and to other connections.

Every connection has a number of its own (`origin`); `poll` reads what others wrote since the last look. Records are
pruned from the old end. A reader that comes too late for some of them is told that every folder changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any, Final

from mapix.interfaces.backend import (
    Change,
    ChangeListener,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.providers.sqlstore.database import Database

KEPT: Final = 20_000
"""Records that are kept at least."""

_PRUNE_EVERY: Final = 1000
_SAID: Final = 8
_PATIENCE: Final = 0.05


class ChangeFeed:
    """The changes of one store, seen from one connection to it.

    Before they are written, `settle` gets the changes of a transaction and the last number that was given to one, and
    may add others; then `stays` the number of the last of these.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.listener: ChangeListener | None = None
        self.origin = secrets.randbits(62)
        self._data_version = self.database.news()
        self._seen: int = database.value(database.sql["change_last"])
        self._seen_after = self._seen
        self._telling = RLock()
        self._until_prune = _PRUNE_EVERY
        self.touched: set[int] = set()
        self.settle: Callable[[list[Change], int], None] = lambda changes, last: None
        self.stays: Callable[[int], None] = lambda last: None
        database.on_commit = self._write
        database.on_permanent = self._permanent
        database.on_committed = self._tell

    def add(self, change: Change) -> None:
        """Note a change of the transaction under way; one that says the same as the one before is left out."""
        pending = self.database.pending
        if change not in pending[-2:]:
            pending.append(change)

    def touch(self, *folders: int) -> None:
        """Note that the counts of folders changed in the transaction under way."""
        self.touched.update(folders)

    def alter(self, message: int) -> None:
        """Note that a message was changed in a way that nobody is told of, but search folders may look at."""
        self.add(Change(Event.TABLE_MODIFIED, ObjectType.MESSAGE, message))

    def last(self) -> int:
        """The number of the last change."""
        found: int = self.database.value(self.database.sql["change_last"])
        return found

    def poll(self, give_up: Callable[[], bool] | None = None) -> None:
        """Tell the listener what other connections changed since the last look; all is told when this returns, whoever
        tells it. Never inside a transaction. It waits for its turn until `give_up` says so.
        """
        with _turn(self.database.lock, give_up) as has_turn:
            if not has_turn or self.database.depth:
                return
        with _turn(self._telling, give_up) as has_turn:
            if has_turn and (news := self._news(give_up)):
                self._tell(news)
                self.database.keep_up()

    def _news(self, give_up: Callable[[], bool] | None) -> list[Change]:
        with _turn(self.database.lock, give_up) as has_turn:
            if not has_turn or self.database.depth:
                return []
            version = self.database.news()
            if version is not None and version == self._data_version:
                return []
            found = self._read()
            self._data_version = version
            return found

    def _read(self) -> list[Change]:
        rows = self.database.rows(self.database.sql["change_since"], (self._seen,))
        if not rows:
            return []
        if rows[0][0] != self._seen + 1:
            found = self._everything()
        else:
            found = [_loaded(row[2:]) for row in rows if row[1] != self.origin]
        self._seen = rows[-1][0]
        return found

    def _everything(self) -> list[Change]:
        folders = self.database.rows(self.database.sql["folder_all"])
        told = (Event.OBJECT_MODIFIED, Event.TABLE_MODIFIED)
        return [Change(event, ObjectType.FOLDER, number, parent or 0) for number, parent in folders for event in told]

    def _write(self, changes: list[Change]) -> None:
        origin, last = self.origin, self.last()
        self.settle(changes, last)
        changes[:] = [one for one in changes if one.event is not Event.TABLE_MODIFIED or one.parent or one.old_parent]
        changes += self._folder_changes()
        self._seen_after = last + len(changes) if last == self._seen else self._seen
        self.database.many(
            self.database.sql["change_insert"],
            [
                (
                    seq,
                    origin,
                    int(one.event),
                    _kind(one),
                    one.number,
                    one.parent,
                    one.old_number,
                    one.old_parent,
                )
                for seq, one in enumerate(changes, last + 1)
            ],
        )
        self.stays(last + len(changes))
        self._until_prune -= len(changes)
        if self._until_prune <= 0:
            self._until_prune = _PRUNE_EVERY
            self.database.run(
                self.database.sql["change_prune"], (self.database.value(self.database.sql["change_last"]) - KEPT,)
            )

    def _folder_changes(self) -> list[Change]:
        """One change for each folder whose counts changed (PR_CONTENT_COUNT and its like)."""
        found = [
            (number, self.database.row(self.database.sql["folder_version"], (number,)))
            for number in sorted(self.touched)
        ]
        self.touched.clear()
        folder = ObjectType.FOLDER
        return [Change(Event.OBJECT_MODIFIED, folder, number, row[1] or 0) for number, row in found if row is not None]

    def _permanent(self) -> None:
        """What was written is permanent, and nobody else has read or written since."""
        self._seen = self._seen_after

    def _tell(self, changes: list[Change]) -> None:
        if changes and self.listener is not None:
            self.listener(changes)


@contextmanager
def _turn(lock: Any, give_up: Callable[[], bool] | None) -> Iterator[bool]:
    """Have a lock, as soon as it is free; False where `give_up` said so before."""
    while not lock.acquire(timeout=-1 if give_up is None else _PATIENCE):
        if give_up is not None and give_up():
            yield False
            return
    try:
        yield True
    finally:
        lock.release()


def _kind(change: Change) -> int:
    """The object type as it is kept: with which of its folder's tables a message was in, where that is known."""
    said = 0 if change.associated is None else 1 + change.associated
    return int(change.object_type) | said << _SAID


def _loaded(row: Sequence[int]) -> Change:
    event, kind, number, parent, old_number, old_parent = row
    said = kind >> _SAID
    object_type, associated = kind & (1 << _SAID) - 1, said == 2 if said else None
    return Change(Event(event), object_type, number, parent, old_number, old_parent, associated)
