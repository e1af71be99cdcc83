"""Submitted messages of a store on their way, one after the other: locked, carried, and put off when something fails.

The next message is looked at while a peer thinks, and locked when the one before is finished.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from mapix.interfaces.store import MsgStore, QueueEntry
from mapix.properties.errors import NotFound, NotInQueue
from mapix.subsystem.spooler.journey import Journey, Means, lock, words
from mapix.subsystem.spooler.transports import LoadedTransport

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Outbound:
    """Carries messages of stores to transports."""

    means: Means
    stuck: list[tuple[MsgStore, QueueEntry]] = field(default_factory=list)
    """Messages that could not even be put off; they are still locked."""

    def send(
        self,
        store: MsgStore,
        entries: Sequence[QueueEntry],
        transports: Callable[[], Sequence[LoadedTransport]],
        go_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """Take due messages as far as they get, in order, while `go_on` says so.

        What fails with a message is logged and puts it off. Raises only what keeps the store from remembering that.
        """
        ahead: Journey | None = None
        locked = False
        for entry, following in zip(entries, [*entries[1:], None], strict=True):
            if not go_on():
                break
            journey = self._current(ahead or Journey(self.means, store, entry, transports()), locked)
            ahead = Journey(self.means, store, following, transports()) if following is not None else None
            locked = journey is not None and self._carry(journey, ahead)
        if ahead is not None:
            ahead.forget()
            if locked:
                store.set_lock_state(ahead.entry.entry_id, locked=False)

    def recover(self, store: MsgStore) -> None:
        """Record, put off and unlock what an error left locked in `store`."""
        for stuck in [each for each in self.stuck if each[0] is store]:
            entry = stuck[1]
            attempts = entry.attempts + 1
            due = self.means.next_try(attempts)
            with suppress(NotInQueue, NotFound):
                Journey(self.means, store, entry, ()).catch_up()
                store.outgoing.record(entry.entry_id, {}, due=due, attempts=attempts, reason=entry.reason)
                store.set_lock_state(entry.entry_id, locked=False)
            self.stuck.remove(stuck)

    def owes(self, store: MsgStore) -> bool:
        """Whether `store` does not know yet what became of a message."""
        return any(each is store for each, _ in self.stuck)

    def _current(self, journey: Journey, locked: bool) -> Journey | None:
        """The journey with its message locked, and as the queue has it now: between a look and the lock it may have
        been aborted, changed and submitted again. None when it is not to be sent now.
        """
        store, entry = journey.store, journey.entry
        if not locked and not lock(store, entry):
            journey.forget()
            return None
        present = store.outgoing.find(entry.entry_id)
        if present == entry:
            return journey
        journey.forget()
        if present is not None and present.due <= self.means.clock():
            return Journey(self.means, store, present, journey.transports)
        with suppress(NotInQueue, NotFound):
            store.set_lock_state(entry.entry_id, locked=False)
        return None

    def _carry(self, journey: Journey, ahead: Journey | None) -> bool:
        """Take one locked message as far as it gets; whether that of `ahead` was locked when it was finished."""
        try:
            return journey.run(ahead)
        except Exception as error:
            _log.exception("a message could not be sent; it stays in the queue")
            self.stuck.append((journey.store, replace(journey.entry, reason=words(error))))
        self.recover(journey.store)
        return False
