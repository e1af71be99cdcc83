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
from typing import Any

from mapix.interfaces.notify import NewMailNotification
from mapix.interfaces.spi import SpoolerHook
from mapix.interfaces.store import MsgStore
from mapix.properties.flags import LOGON_SP_IDLE
from mapix.properties.tag import PropTag
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler.atend import forget, remember
from mapix.subsystem.spooler.collecting import Collector
from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.desk import Desk
from mapix.subsystem.spooler.flushing import Board, Flushing, PlainBoard
from mapix.subsystem.spooler.means import Means
from mapix.subsystem.spooler.office import Office
from mapix.subsystem.spooler.outbound import Outbound
from mapix.subsystem.spooler.pacing import pace_of
from mapix.subsystem.spooler.preprocessing import Preprocessors
from mapix.subsystem.spooler.reports import Reporter
from mapix.subsystem.spooler.transports import LoadedTransport
from mapix.subsystem.spooler.watch import TransportWatch

LOOK_AT_QUEUES = 0.05
"""Seconds between looks of who waits for the queues to get empty, besides those after each round."""

_log = logging.getLogger(__name__)


class Spooler:
    """Sends what is submitted, and puts what arrives where it belongs.

    `stores` and `transports` are asked anew each round, transports in the order they are to be tried. `default_store`
    gets reports and fetched mail, `identity` gives PR_SENDER_* of the user. `look` is called before each round, also of
    those that turn out to be idle. Stores must be the spooler's own logons.
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
        board: Board | None = None,
        preprocessors: Preprocessors | None = None,
        is_offline: Callable[[bytes], bool] = lambda uid: False,
        look: Callable[[], object] = lambda: None,
    ) -> None:
        self._stores = stores
        self._transports = transports
        self._look = look
        self._working = threading.RLock()
        self._awake = threading.Event()
        self._rested = threading.Event()
        self._hurried = 0
        self._hastened = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._last: threading.Thread | None = None
        means = Means(Reporter(default_store, identity, hooks), pace or pace_of(), hooks)
        means.preprocessors = preprocessors if preprocessors is not None else means.preprocessors
        means.standings.is_offline = is_offline
        self._means = means
        self._collector = Collector(default_store, identity, hooks, means.standings, lambda: not self.is_stopping)
        self._office = Office(stores, transports, Outbound(means), self._stopping, self._collector.hurry)
        self._watch = TransportWatch(means.standings, transports)
        self._flushing = Flushing(self._office, self._collector, self._watch, means.holds, board or PlainBoard())

    def start(self) -> None:
        """Begin to work in a thread of its own; twice is harmless."""
        if self._thread is None:
            self._stopping.clear()
            self._flushing.begin()
            thread = threading.Thread(target=self._run, name="mapix-spooler", daemon=True)
            thread.start()
            self._thread = thread
            remember(self)

    def stop(self, timeout: float | None = 10.0) -> bool:
        """Finish the message under way, take no other, and give up the role.

        Whether that was done within `timeout` seconds (None: however long it takes); if not, it happens as soon as the
        transport lets go.
        """
        self._stopping.set()
        self._awake.set()
        thread = self._last = self._thread or self._last
        self._thread = None
        forget(self)
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
        self._collector.hurry(at_once=ready)
        self._awake.set()

    def pump(self) -> bool:
        """Do one round on this thread; whether there was anything to do. Once it is stopping there is nothing."""
        with self._working:
            if self.is_stopping:
                return False
            desks = self._office.open()
            self._watch.begin()
            self._watch.cancel(self._office.is_gone)
            self._flushing.run(self._transports(), desks)
            self._make_haste(desks)
            self._collector.see_to_received()
            served = self._office.serve(desks)
            return self._collect() or served

    def flush(self, timeout: float) -> int:
        """Try everything now, also what waits after a failed attempt, and wait until it is handed over.

        How many messages are left after `timeout` seconds, or earlier when none of them can move before (SPL-55).
        Messages whose time to leave has not come stay. Where another process is the spooler its work is waited for.
        """
        self.wake(ready=True)
        return self._until_moved(time.monotonic() + timeout)

    def flush_queues(self, flags: int, target: bytes | None = None, *, timeout: float | None) -> int:
        """Send (FLUSH_UPLOAD) and fetch (FLUSH_DOWNLOAD) now, transport after transport or with `target` one only; how
        many messages are left after `timeout` seconds (SPL-55).

        With None the thread does it by and by; for all transports `Busy` while an earlier one is under way (SPL-57).
        """
        asked = self._flushing.ask(flags, target, alone=timeout is None and target is None)
        self._awake.set()
        if timeout is None:
            return self.pending()
        deadline = time.monotonic() + timeout
        if self._thread is None:
            self.pump()
        asked.done.wait(timeout)
        return self._until_moved(deadline)

    def transport_says(self, uid: bytes, flags: int, entry_id: bytes | None = None) -> None:
        """A transport spoke through SpoolerNotify (SPL-43)."""
        if self._watch.standings.hear(uid, flags, entry_id):
            self.wake(ready=True)

    def mail_received(self, store: Callable[[], MsgStore | None], news: NewMailNotification) -> None:
        """A store wrote a message that arrived by itself; `store` answers the spooler's opening of it (SPL-50)."""
        self._collector.note(store, news)
        self._awake.set()

    def in_critical_section(self, uid: bytes) -> bool:
        """Whether a transport wants to be left alone (SPL-43)."""
        return self._watch.standings.get(uid).critical_section

    @property
    def is_stopping(self) -> bool:
        """Whether the message under way is the last one, and may be given up (SPL-44)."""
        return self._stopping.is_set()

    @property
    def is_fetching(self) -> bool:
        """Whether mail comes into the default store just now (SPL-60)."""
        return self._collector.is_fetching

    def pending(self) -> int:
        """How many messages are in the queues."""
        return sum(len(store.outgoing.entries()) for store in self._stores())

    def _until_moved(self, deadline: float) -> int:
        """Wait until the queues are empty or cannot get shorter before `deadline`; what is left."""
        while True:
            self._rested.clear()
            if not self._can_move(deadline):
                return self.pending()
            if self._thread is None:
                self.pump()
            self._rested.wait(min(LOOK_AT_QUEUES, max(deadline - time.monotonic(), 0)))

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
            self._start_hooks()
            while not self._stopping.is_set():
                self._awake.clear()
                worked = self._round()
                self._rested.set()
                if not worked and not self._stopping.is_set():
                    self._awake.wait(self._office.nap())
        finally:
            self._leave()

    def _start_hooks(self) -> None:
        """Hooks that are started when they are looked at first are to be there before anything is locked."""
        try:
            _log.debug("%d hooks see what passes", len(self._means.hooks))
        except Exception:
            _log.exception("the hooks cannot be started")

    def _round(self) -> bool:
        """One round if there is a reason; trouble is logged and the next round comes all the same."""
        try:
            self._look()
            if self._reason():
                return self.pump()
            for transport in self._transports():
                if transport.logon.logon_flags & LOGON_SP_IDLE:
                    transport.logon.flush()
        except Exception:
            _log.exception("the spooler stumbled; it goes on")
        return False

    def _reason(self) -> bool:
        """Whether a round is worth while: haste, something due, a role to be had, or mail to fetch."""
        asked = self._flushing.waiting or self._hurried != self._hastened or self._collector.has_received
        return bool(asked or self._collector.is_time or self._means.standings.kept) or self._office.is_due()

    def _leave(self) -> None:
        with self._working:
            self._collector.see_to_received()
            self._office.leave(hurry=self._watch.end())
            self._flushing.give_up()

    # one round

    def _make_haste(self, desks: Sequence[Desk]) -> None:
        """Let what waits after a failed attempt be due now, if somebody asked for it (SPL-55)."""
        hurried = self._hurried
        if hurried != self._hastened:
            self._means.holds.release()
            self._office.hasten(desks)
            self._hastened = hurried

    def _collect(self) -> bool:
        """Ask transports for mail, when it is time; whether there was any."""
        if self._stopping.is_set() or not self._collector.is_time:
            return False
        return self._collector.collect(self._transports(), self._office.our_stores)
