"""Submitted messages of a store on their way, one after the other: locked, carried, and put off when something fails.

While a peer thinks, the message before gets its last step, and the next one is looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mapix.interfaces.store import MsgStore, QueueEntry
from mapix.properties.errors import NotFound, NotInQueue
from mapix.subsystem.spooler.journey import Journey, words
from mapix.subsystem.spooler.means import PASSING, Means
from mapix.subsystem.spooler.transports import LoadedTransport

_log = logging.getLogger(__name__)


class Stuck(NamedTuple):
    """A message that an error left locked; it is due `at_once` where the error may have passed."""

    store: MsgStore
    entry: QueueEntry
    at_once: bool


@dataclass(slots=True)
class Outbound:
    """Carries messages of stores to transports."""

    means: Means
    stuck: list[Stuck] = field(default_factory=list)
    """Messages that could not even be put off; they are still locked."""
    stumbled: set[tuple[bytes, int]] = field(default_factory=set)
    """Messages that go again at once after a passing error; the next one puts them off."""
    sent: Journey | None = None
    """The message that went before, while its last step is still to be made."""
    had_time: bool = False
    """Whether a transport waited for its peer while the message under way was sent."""

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
        try:
            for entry, following in zip(entries, [*entries[1:], None], strict=True):
                if not go_on():
                    break
                journey = self._current(ahead or Journey(self.means, store, entry, transports()))
                ahead = Journey(self.means, store, following, transports()) if following is not None else None
                if journey is not None:
                    self._carry(journey, ahead)
        finally:
            try:
                if ahead is not None:
                    ahead.forget()
            finally:
                self._finish_sent()
        self.recover(store)

    def recover(self, store: MsgStore) -> None:
        """Record, put off and unlock what an error left locked in `store`."""
        for stuck in [each for each in self.stuck if each.store is store]:
            entry = stuck.entry
            attempts = entry.attempts + (not stuck.at_once)
            due = entry.due if stuck.at_once else self.means.next_try(attempts)
            with suppress(NotInQueue, NotFound):
                Journey(self.means, store, entry, ()).catch_up()
                store.outgoing.record(entry.entry_id, {}, due=due, attempts=attempts, reason=entry.reason)
                store.set_lock_state(entry.entry_id, locked=False)
            self.stuck.remove(stuck)

    def owes(self, store: MsgStore) -> bool:
        """Whether `store` does not know yet what became of a message."""
        return any(each.store is store for each in self.stuck)

    def _current(self, journey: Journey) -> Journey | None:
        """The journey with its message locked, and as the queue has it now: between a look and the lock it may have
        been aborted, changed and submitted again. None when it is not to be sent now.
        """
        store, entry = journey.store, journey.entry
        present = store.lock_message(entry.entry_id)
        if present == entry:
            return journey
        journey.forget()
        if present is None:
            return None
        if present.due <= self.means.clock():
            return Journey(self.means, store, present, journey.transports)
        with suppress(NotInQueue, NotFound):
            store.set_lock_state(entry.entry_id, locked=False)
        return None

    def _carry(self, journey: Journey, ahead: Journey | None) -> None:
        """Take one locked message as far as it gets. Where its transport had time for us, its last step waits for the
        next such time.
        """
        self.had_time = False
        try:
            settled = journey.run(lambda: self._use_time(ahead))
            if not settled:
                self.stumbled.discard(journey.identity)
        except Exception as error:
            settled = False
            self._stick(journey, error)
        self._finish_sent()
        if settled:
            self.sent = journey
            if not self.had_time:
                self._finish_sent()
        self.recover(journey.store)

    def _use_time(self, ahead: Journey | None) -> None:
        """A peer thinks: one thing that is to be done anyway."""
        self.had_time = True
        if self.sent is not None:
            self._finish_sent()
        elif ahead is not None:
            ahead.prepare()

    def _finish_sent(self) -> None:
        journey, self.sent = self.sent, None
        if journey is not None:
            try:
                journey.finish()
                self.stumbled.discard(journey.identity)
            except Exception as error:
                self._stick(journey, error)

    def _stick(self, journey: Journey, error: Exception) -> None:
        _log.exception("a message could not be sent; it stays in the queue")
        at_once = isinstance(error, PASSING) and journey.identity not in self.stumbled
        (self.stumbled.add if at_once else self.stumbled.discard)(journey.identity)
        self.stuck.append(Stuck(journey.store, replace(journey.entry, reason=words(error)), at_once))
