"""The spooler at work: the only thread of the subsystem that sends and fetches (SPL-3).

    spooler = Spooler(stores, transports, default_store=…, identity=…)
    spooler.start()
    left = spooler.flush(10)
    spooler.stop(10)

It takes what is due in each store whose queue it may work on, oldest first, and sleeps until the next message is due,
`wake` is called, or another process changed a queue. Where another process is the spooler of a store, that one does
the work; when it dies, its role is taken over (SPL-76).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from mapix.interfaces.spi import SpoolerHook
from mapix.interfaces.store import MsgStore, QueueEntry
from mapix.properties.errors import MapiError
from mapix.properties.tag import PropTag
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.inbound import fetch
from mapix.subsystem.spooler.journey import Means
from mapix.subsystem.spooler.outbound import Outbound
from mapix.subsystem.spooler.reports import Reporter, same_store
from mapix.subsystem.spooler.transports import LoadedTransport

LOOK: Final = 0.2
"""Seconds between looks at what other processes did."""

APPLY: Final = 1.0
"""Seconds between attempts to become the spooler of a store another process works on, or one that is in trouble."""

FETCH: Final = 60.0
"""Seconds between polls of transports for new mail."""

FETCH_SOON: Final = 5.0
"""The same after `wake`."""

LOOK_AT_CLOCK: Final = 60.0
"""Seconds between looks whether a queue waits for a clock that was put right."""

_BATCH: Final = 50
_NEVER: Final = float("-inf")
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class _Desk:
    """What the worker knows of one store: whether the queue is its to work on, and when something is due."""

    store: MsgStore
    ours: bool = False
    resting: bool = False
    applied: float = _NEVER
    clocked: float = _NEVER
    trouble: str = ""
    version: int | None = None
    next_due: int | None = None

    def may_work(self) -> bool:
        """Whether this process is the spooler of the store; tries to become it, not too often."""
        if self.ours and not self.resting:
            return True
        if not self.may_try():
            return False
        self.applied, self.resting = time.monotonic(), False
        self.ours = self.store.outgoing.become_spooler()
        return self.ours

    def still_ours(self) -> bool:
        """Whether the role was not lost meanwhile, which happens when somebody removes what stands for it."""
        self.ours = self.ours and self.store.outgoing.become_spooler()
        return self.ours

    def may_try(self) -> bool:
        """Whether it is time to try a store again that is not ours, or rests."""
        return (not self.ours or self.resting) and time.monotonic() - self.applied >= APPLY

    def rest(self) -> None:
        """Leave a store in trouble alone for a while, without letting another process have its queue."""
        self.resting, self.applied = True, time.monotonic()

    def due(self) -> int | None:
        """When the next message is due; asks the store only when its queue changed."""
        version = self.store.outgoing.version()
        if version != self.version:
            self.next_due = self.store.outgoing.next_due()
            self.version = version
        return self.next_due

    def waits_long(self, moment: int) -> bool:
        """Whether nothing is due, and it was not looked for a while whether that is right."""
        due = self.due()
        return due is not None and due > moment and time.monotonic() - self.clocked >= LOOK_AT_CLOCK

    def tell(self, error: Exception) -> None:
        """Log why the store cannot be worked on, once for each reason."""
        known, self.trouble = self.trouble, str(error) or type(error).__name__
        level = logging.WARNING if isinstance(error, MapiError) else logging.ERROR
        if self.trouble != known:
            _log.log(level, "a store cannot be worked on now: %s", error, exc_info=level == logging.ERROR)

    def leave(self) -> None:
        """Give the role up; a store in trouble is left to the end of its connection."""
        ours, self.ours, self.resting, self.version = self.ours, False, False, None
        if ours:
            with suppress(MapiError):
                self.store.outgoing.resign()


class Spooler:
    """Sends what is submitted, and puts what arrives where it belongs.

    `stores` and `transports` are asked anew each round, transports in the order they are to be tried. `default_store`
    gets reports and fetched mail, `identity` gives PR_SENDER_* of the user. Stores must be the spooler's own logons.
    """

    def __init__(
        self,
        stores: Callable[[], Sequence[MsgStore]],
        transports: Callable[[], Sequence[LoadedTransport]],
        *,
        hooks: Sequence[SpoolerHook] = (),
        default_store: Callable[[], MsgStore | None],
        identity: Callable[[], Mapping[PropTag, Any]],
        pace: Pace | None = None,
    ) -> None:
        self._stores = stores
        self._transports = transports
        self._hooks = hooks
        self._default_store = default_store
        self._identity = identity
        self._outbound = Outbound(Means(Reporter(default_store, identity, hooks), pace or Pace(), hooks))
        self._working = threading.RLock()
        self._awake = threading.Event()
        self._hurried = 0
        self._hastened = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._desks: dict[int, _Desk] = {}
        self._fetch_at = 0.0
        self._fetched = _NEVER

    def start(self) -> None:
        """Begin to work in a thread of its own; twice is harmless."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="mapix-spooler", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """Finish the message under way, take no other, and give up the role.

        Whether that was done within `timeout` seconds; if not, it happens as soon as the transport lets go.
        """
        self._stopping.set()
        self._awake.set()
        thread, self._thread = self._thread, None
        if thread is None:
            self._leave()
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def wake(self, *, ready: bool = False) -> None:
        """Look again now: something was submitted or mail arrived; with `ready` a transport can send again, and what
        waits for it is tried at once (SPL-43).
        """
        if ready:
            self._hurried += 1
        self._fetch_at = min(self._fetch_at, self._fetched + (0 if ready else FETCH_SOON))
        self._awake.set()

    def pump(self) -> bool:
        """Do one round on this thread; whether there was anything to do."""
        with self._working:
            desks = self._open_desks()
            self._make_haste(desks)
            worked = [self._serve(desk) for desk in desks if not self._stopping.is_set()]
            return any(worked) | self._fetch()

    def flush(self, timeout: float) -> int:
        """Try everything now, also what waits after a failed attempt, and wait until it is handed over.

        How many messages are left after `timeout` seconds, or earlier when none of them can move before (SPL-55).
        Messages whose time to leave has not come stay. Where another process is the spooler its work is waited for.
        """
        deadline = time.monotonic() + timeout
        self.wake(ready=True)
        while self._can_move(deadline):
            if self._thread is None:
                self.pump()
            time.sleep(min(0.01, max(deadline - time.monotonic(), 0)))
        return self.pending()

    def pending(self) -> int:
        """How many messages are in the queues."""
        return sum(len(store.outgoing.entries()) for store in self._stores())

    def _can_move(self, deadline: float) -> bool:
        """Whether a queue may get shorter before `deadline` (of the monotonic clock)."""
        left = deadline - time.monotonic()
        if left < 0 or self._stopping.is_set():
            return False
        last = now() + int(left * TICKS_PER_SECOND)
        dues = (store.outgoing.next_due() for store in self._stores())
        return self._hurried != self._hastened or any(due is not None and due <= last for due in dues)

    # the thread

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._awake.clear()
                if not self._round() and not self._stopping.is_set():
                    self._awake.wait(self._nap())
        finally:
            self._leave()

    def _round(self) -> bool:
        """One round if there is a reason; trouble is logged and the next round comes all the same."""
        try:
            if self._reason():
                return self.pump()
            for transport in self._transports():
                transport.logon.flush()
        except Exception:
            _log.exception("the spooler stumbled; it goes on")
        return False

    def _reason(self) -> bool:
        """Whether a round is worth while: haste, something due, a role to be had, or mail to fetch."""
        if self._hurried != self._hastened or time.monotonic() >= self._fetch_at:
            return True
        moment = now()
        for desk in self._open_desks():
            if not desk.ours or desk.resting:
                if desk.may_try():
                    return True
            elif (due := desk.due()) is not None and (due <= moment or desk.waits_long(moment)):
                return True
        return False

    def _nap(self) -> float:
        """Seconds until somebody should look again."""
        moment = now()
        dues = (desk.next_due for desk in self._desks.values() if desk.ours)
        return min([LOOK, *((due - moment) / TICKS_PER_SECOND for due in dues if due is not None and due > moment)])

    def _leave(self) -> None:
        with self._working:
            for desk in self._desks.values():
                self._settle(desk)
                desk.leave()
            self._desks.clear()

    def _settle(self, desk: _Desk) -> None:
        """Record, as the last thing, what could not be recorded before."""
        try:
            self._outbound.recover(desk.store)
        except Exception as error:
            _log.error("it could not be recorded what became of a message, it may be sent again: %s", error)

    # one round

    def _open_desks(self) -> list[_Desk]:
        """A desk for each store there is now; those of stores that went away are given up."""
        stores = {id(store): store for store in self._stores()}
        for gone in self._desks.keys() - stores.keys():
            self._desks.pop(gone).leave()
        return [self._desks.setdefault(key, _Desk(store)) for key, store in stores.items()]

    def _make_haste(self, desks: Sequence[_Desk]) -> None:
        """Let what waits after a failed attempt be due now, if somebody asked for it (SPL-55)."""
        hurried = self._hurried
        if hurried == self._hastened:
            return
        self._outbound.means.holds.release()
        for desk in desks:
            self._at(desk, lambda desk: _hasten(desk.store))
        self._hastened = hurried

    def _serve(self, desk: _Desk) -> bool:
        """Send what is due in one store; whether there was anything."""
        return bool(self._at(desk, self._send_due))

    def _at(self, desk: _Desk, work: Callable[[_Desk], T]) -> T | None:
        """Do `work` where the store is ours; trouble is logged, and the role given up for a while.

        It is kept while something is not recorded that only this process knows: another one would send it again.
        """
        try:
            if not desk.may_work():
                return None
            self._outbound.recover(desk.store)
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

    def _send_due(self, desk: _Desk) -> bool:
        queue = desk.store.outgoing
        if desk.waits_long(now()):
            desk.clocked = time.monotonic()
            _set_right(desk.store, self._outbound.means.pace)
        seen: set[QueueEntry] = set()
        while fresh := [entry for entry in queue.due(now(), _BATCH) if entry not in seen]:
            if self._stopping.is_set():
                break
            seen.update(fresh)
            self._outbound.send(desk.store, fresh, self._transports, lambda: self._goes_on(desk))
            if not desk.ours:
                break
        return bool(seen)

    def _goes_on(self, desk: _Desk) -> bool:
        return not self._stopping.is_set() and desk.still_ours()

    def _fetch(self) -> bool:
        """Poll transports for new mail, when it is time and the store it goes to is ours; whether there was any."""
        store = self._default_store()
        if time.monotonic() < self._fetch_at or store is None or self._stopping.is_set():
            return False
        self._fetched = time.monotonic()
        self._fetch_at = self._fetched + FETCH
        ours = [desk.store for desk in self._desks.values() if desk.ours]
        if not any(store is each or same_store(store, each) for each in ours):
            return False
        return sum(self._fetch_from(store, transport) for transport in self._transports()) > 0

    def _fetch_from(self, store: MsgStore, transport: LoadedTransport) -> bool:
        try:
            return fetch(store, transport, hooks=self._hooks, identity=self._identity()) > 0
        except Exception:
            _log.exception("the transport %s could not fetch mail", transport.name)
            return False


def _hasten(store: MsgStore) -> None:
    """Make what waits after a failed attempt due now; what its sender put off stays (SPL-36)."""
    moment = now()
    for entry in store.outgoing.entries():
        if entry.due > moment and (entry.attempts or _is_early(entry)):
            _put(store, entry, moment)


def _set_right(store: MsgStore, pace: Pace) -> None:
    """What waits because a clock was ahead once is due now, or after the longest pause where it was tried before."""
    moment = now()
    last = moment + int(pace.longest * TICKS_PER_SECOND)
    for entry in store.outgoing.entries():
        if entry.due > last and entry.attempts:
            _put(store, entry, last)
        elif entry.due > moment and _is_early(entry):
            _put(store, entry, moment)


def _is_early(entry: QueueEntry) -> bool:
    """Whether a message was to leave as it was submitted, and was not tried; one that its sender put off is due later
    than it was submitted (M-144).
    """
    return not entry.attempts and entry.due == entry.submit_time


def _put(store: MsgStore, entry: QueueEntry, due: int) -> None:
    store.outgoing.record(entry.entry_id, {}, due=due, attempts=entry.attempts, reason=entry.reason)
