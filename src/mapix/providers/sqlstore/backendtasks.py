"""The calls of a store backend that it hands on as they are: search folders, names, the outgoing queue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mapix.interfaces.backend import (
    QueueRow,
    Search,
    StoreBackend,
)
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.folders import Folders
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.names import NameMap
from mapix.providers.sqlstore.queue import Queue
from mapix.providers.sqlstore.searches import Searches


@guarded
class BackendTasks(StoreBackend):
    """A backend with the parts that do these tasks; `SqlBackend` puts them together."""

    database: Database
    _folders: Folders
    _searches: Searches
    _names: NameMap
    _queue: Queue

    # search folders

    def present(self, folder: int, numbers: Collection[int]) -> set[int]:
        """See `StoreBackend.present`."""
        return self._searches.present(folder, numbers)

    def search(self, folder: int) -> Search | None:
        """See `StoreBackend.search`."""
        return self._searches.find(folder)

    def set_search(self, folder: int, search: Search, *, restart: bool) -> None:
        """See `StoreBackend.set_search`."""
        self._folders.check(folder)
        self._searches.define(folder, search, restart=restart)

    def build_search(self, folder: int, most: int | None = None) -> bool:
        """See `StoreBackend.build_search`."""
        return self._searches.passes.build(folder, most)

    def results(self, folder: int) -> list[int]:
        """See `StoreBackend.results`."""
        return self._searches.results(folder)

    def searches(self, state: int) -> list[int]:
        """See `StoreBackend.searches`."""
        return self._searches.having(state)

    # names

    def names_from_ids(self, ids: Iterable[int] | None) -> dict[int, PropertyName]:
        """See `StoreBackend.names_from_ids`."""
        return self._names.names_from_ids(ids)

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool) -> dict[PropertyName, int]:
        """See `StoreBackend.ids_from_names`."""
        return self._names.ids_from_names(names, create=create)

    # the outgoing queue

    def become_spooler(self) -> bool:
        """See `StoreBackend.become_spooler`."""
        return self._queue.become_spooler()

    def resign_spooler(self) -> None:
        """See `StoreBackend.resign_spooler`."""
        self._queue.resign()

    def queue(
        self, *, due_before: int | None = None, limit: int | None = None, number: int | None = None
    ) -> list[QueueRow]:
        """See `StoreBackend.queue`."""
        return self._queue.rows(due_before, limit, number)

    def queue_next_due(self) -> int | None:
        """See `StoreBackend.queue_next_due`."""
        return self._queue.next_due()

    def queue_version(self) -> int:
        """See `StoreBackend.queue_version`."""
        return self._queue.version()

    def record(
        self, number: int, recipients: Mapping[int, Mapping[PropTag, Any]], *, due: int, attempts: int, reason: str
    ) -> None:
        """See `StoreBackend.record`."""
        self._queue.record(number, recipients, due=due, attempts=attempts, reason=reason)

    def set_lock(self, number: int, *, locked: bool) -> None:
        """See `StoreBackend.set_lock`."""
        if locked:
            self._queue.lock(number)
        else:
            self._queue.unlock(number)

    def lock_queued(self, number: int) -> QueueRow:
        """See `StoreBackend.lock_queued`."""
        return self._queue.lock(number)

    def dequeue(
        self, number: int, *, flags_off: int, move_to: int | None = None, delete: bool = False, force: bool = False
    ) -> None:
        """See `StoreBackend.dequeue`."""
        self._queue.dequeue(number, flags_off=flags_off, move_to=move_to, delete=delete, force=force)

    def mark_delivered(self, key: bytes) -> bool:
        """See `StoreBackend.mark_delivered`."""
        return self._queue.mark_delivered(key)
