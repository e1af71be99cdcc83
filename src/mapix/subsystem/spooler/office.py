"""The queues a spooler works on: a desk for each store, and what is done at all of them.

The role of a store's spooler is taken where it is to be had, and kept while something is not recorded yet (SPL-76).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import Final, TypeVar

from mapix.interfaces.store import MsgStore, QueueEntry
from mapix.properties.errors import MapiError
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler.desk import Desk, ask_for_haste, hasten, set_right
from mapix.subsystem.spooler.outbound import Outbound
from mapix.subsystem.spooler.transports import LoadedTransport

LOOK: Final = 0.2
"""Seconds between looks at what other processes did."""

_BATCH: Final = 50
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Office:
    """The desks of the stores that `stores` names; `stopping` ends the work after the message under way, `gained` is
    called when another queue has become ours.
    """

    def __init__(
        self,
        stores: Callable[[], Sequence[MsgStore]],
        transports: Callable[[], Sequence[LoadedTransport]],
        outbound: Outbound,
        stopping: Event,
        gained: Callable[[], object] = lambda: None,
    ) -> None:
        self._stores = stores
        self._transports = transports
        self._outbound = outbound
        self._stopping = stopping
        self._gained = gained
        self._desks: dict[int, Desk] = {}

    @property
    def our_stores(self) -> list[MsgStore]:
        """The stores whose queues are ours to work on."""
        return [desk.store for desk in self._desks.values() if desk.ours]

    def open(self) -> list[Desk]:
        """A desk for each store there is now; those of stores that went away are given up."""
        stores = {id(store): store for store in self._stores()}
        for gone in self._desks.keys() - stores.keys():
            self._desks.pop(gone).leave()
        return [self._desks.setdefault(key, Desk(store)) for key, store in stores.items()]

    def take(self, desks: Sequence[Desk]) -> None:
        """Take the roles that are to be had."""
        for desk in desks:
            self._at(desk, lambda desk: None)

    def hasten(self, desks: Sequence[Desk]) -> None:
        """Let what waits after a failed attempt be due now (SPL-55); where the store is in trouble, once it can be
        worked on. Whoever works on a store that is not ours is asked to.
        """
        for desk in desks:
            desk.hasty = True
        self.take(desks)
        for desk in desks:
            if not desk.ours:
                self._ask_others(desk)

    def serve(self, desks: Sequence[Desk], go_on: Callable[[], bool] = lambda: True) -> bool:
        """Send what is due in each store while `go_on` says so; whether there was anything."""
        served = [self._at(desk, lambda desk: self._send_due(desk, go_on)) for desk in desks if not self._stops(go_on)]
        return any(served)

    def is_due(self) -> bool:
        """Whether a message is due, or a role to be had."""
        moment = now()
        return any(self._calls(desk, moment) for desk in self.open())

    def nap(self) -> float:
        """Seconds until somebody should look again."""
        moment = now()
        dues = (desk.next_due for desk in self._desks.values() if desk.ours)
        return min([LOOK, *((due - moment) / TICKS_PER_SECOND for due in dues if due is not None and due > moment)])

    def leave(self, *, hurry: bool) -> None:
        """Give all roles up; with `hurry` what waits is the next spooler's at once."""
        for desk in self._desks.values():
            self._settle(desk)
            if hurry:
                self.hasten([desk])
            desk.leave()
        self._desks.clear()

    def is_gone(self, entry_id: bytes) -> bool:
        """Whether a message is in no queue any more."""
        try:
            return all(desk.store.outgoing.find(entry_id) is None for desk in self._desks.values())
        except MapiError:
            return False

    def _calls(self, desk: Desk, moment: int) -> bool:
        """Whether one store gives a reason for a round. In trouble it does: the round leaves it alone for a while, so
        that no other store has to wait for it.
        """
        if not desk.ours or desk.resting:
            return desk.may_try()
        try:
            due = desk.due()
        except MapiError:
            return True
        return due is not None and (due <= moment or desk.waits_long(moment))

    def _ask_others(self, desk: Desk) -> None:
        try:
            ask_for_haste(desk.store)
        except MapiError as error:
            _log.info("the spooler of a store cannot be asked to make haste: %s", error)

    def _settle(self, desk: Desk) -> None:
        """Record, as the last thing, what could not be recorded before."""
        try:
            self._outbound.recover(desk.store)
        except Exception as error:
            _log.error("it could not be recorded what became of a message, it may be sent again: %s", error)

    def _at(self, desk: Desk, work: Callable[[Desk], T]) -> T | None:
        """Do `work` where the store is ours; trouble is logged, and the role given up for a while.

        It is kept while something is not recorded that only this process knows: another one would send it again.
        """
        try:
            ours = desk.ours
            if not desk.may_work():
                return None
            if not ours:
                self._gained()
            self._outbound.recover(desk.store)
            if desk.hasty:
                hasten(desk.store)
                desk.hasty = False
            done = work(desk)
            desk.trouble = ""
            return done
        except Exception as error:
            desk.tell(error)
            if self._outbound.owes(desk.store):
                desk.rest()
            else:
                desk.leave()
            return None

    def _send_due(self, desk: Desk, go_on: Callable[[], bool]) -> bool:
        queue = desk.store.outgoing
        if desk.waits_long(now()):
            desk.clocked = time.monotonic()
            set_right(desk.store, self._outbound.means.pace)
        seen: set[QueueEntry] = set()
        while fresh := [entry for entry in queue.due(now(), _BATCH) if entry not in seen]:
            if self._stops(go_on):
                break
            seen.update(fresh)
            self._outbound.send(
                desk.store, fresh, self._transports, lambda: not self._stops(go_on) and desk.still_ours()
            )
            if not desk.ours:
                break
        return bool(seen)

    def _stops(self, go_on: Callable[[], bool]) -> bool:
        return self._stopping.is_set() or not go_on()
