"""The notification engine: sinks wait under keys, notifications are queued and told after the causing call (NOT-20).

Three threads may deliver (NOT-21): one of MAPI's own when the subsystem was started with
MAPI_MULTITHREAD_NOTIFICATIONS; else whichever calls `dispatch`; and for a sink wrapped by `this_thread_sink` only
the thread that wrapped it, inside its `dispatch`. Queues are bounded: a sink that lags behind is told to reload.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from mapix.interfaces.notify import (
    AdviseSink,
    ErrorNotification,
    Event,
    Notification,
    TableEvent,
    TableNotification,
)
from mapix.properties.errors import InvalidParameter, NotEnoughResources, NotFound
from mapix.properties.flags import CALLBACK_DISCONTINUE, NOTIFY_CANCELED
from mapix.subsystem.threadsink import ThreadMark, ThreadSink, this_thread

LIMIT = 1024
"""Notifications that may wait for one sink."""

POLL_SECONDS = 0.5
"""How often MAPI's own thread looks for changes of other processes."""

UNADVISE_SECONDS = 5.0
"""How long `unsubscribe` waits for a callback that runs in another thread."""

_log = logging.getLogger("mapix.subsystem")

after_dispatch: list[Callable[[int], object]] = []
"""Called after each dispatch, on its thread, with how many notifications were told."""


@dataclass(slots=True, eq=False)
class _Connection:
    """One registration: what waits for it, and the thread that is telling it something."""

    number: int
    key: bytes
    mask: int
    sink: AdviseSink
    sync: bool
    pending: deque[Notification] = field(default_factory=deque)
    queued: bool = False
    alive: bool = True
    running: int | None = None

    @property
    def owner(self) -> ThreadMark | None:
        return self.sink.thread if isinstance(self.sink, ThreadSink) else None


class NotificationEngine:
    """Registrations and their queues, for all sessions of a process.

    `threaded` starts a thread that delivers, when the first sink registers. `ready` is set while something waits for
    `dispatch`.
    """

    def __init__(self, *, threaded: bool = False, limit: int = LIMIT) -> None:
        self.threaded = threaded
        self.limit = limit
        self.ready = threading.Event()
        self._change = threading.Condition()
        self._connections: dict[int, _Connection] = {}
        self._by_key: dict[bytes, list[_Connection]] = {}
        self._queues: dict[ThreadMark | None, deque[_Connection]] = {}
        self._pollers: list[Callable[[], None]] = []
        self._last = 0
        self._thread: threading.Thread | None = None
        self._closed = False

    def subscribe(self, key: bytes, mask: Event | int, sink: AdviseSink, *, sync: bool = False) -> int:
        """Register `sink` for the events of `mask` under `key`; a connection number, never 0.

        `sync` calls it inside `notify`: for a provider's internal use only (NOT-25). `InvalidParameter` without
        events, for a sink that cannot be called, or for a thread's sink with `sync`.
        """
        if not mask or not callable(sink):
            raise InvalidParameter("a registration names the events it is for, and whom to call", value=mask or sink)
        if sync and isinstance(sink, ThreadSink):
            raise InvalidParameter("a sink of one thread cannot be called synchronously")
        with self._change:
            self._last += 1
            connection = _Connection(self._last, key, int(mask), sink, sync)
            self._connections[connection.number] = connection
            self._by_key.setdefault(key, []).append(connection)
            if self.threaded and not sync:
                self._start()
        return connection.number

    def unsubscribe(self, connection: int) -> None:
        """End a registration and drop what waits for it; waits while its sink runs in another thread (NOT-2, NOT-3).

        `NotFound` for an unknown number.
        """
        with self._change:
            known = self._connections.pop(connection, None)
            if known is None:
                raise NotFound("no registration has this connection number", value=connection)
            known.alive = False
            known.pending.clear()
            same = self._by_key[known.key]
            same.remove(known)
            if not same:
                del self._by_key[known.key]
            if not self._change.wait_for(lambda: known.running in (None, threading.get_ident()), UNADVISE_SECONDS):
                _log.warning("a sink still runs after its registration ended")

    def notify(self, key: bytes, notifications: Sequence[Notification]) -> int:
        """Queue notifications for the sinks of a key; whether anybody listens there.

        Synchronous sinks are called at once, in the order of their registration. One that answers CALLBACK_DISCONTINUE
        is the last of them, and makes this NOTIFY_CANCELED (N-007).
        """
        with self._change:
            listeners = list(self._by_key.get(key, ()))
            for connection in listeners:
                wanted = [each for each in notifications if each.event & connection.mask]
                if wanted and not connection.sync:
                    self._queue(connection, wanted)
        for connection in listeners:
            wanted = [each for each in notifications if connection.sync and each.event & connection.mask]
            if wanted and _tell(connection.sink, wanted) == CALLBACK_DISCONTINUE:
                return NOTIFY_CANCELED
        return bool(listeners)

    def dispatch(self) -> int:
        """Tell what was queued when the call began and is for this thread; how many notifications (NOT-22)."""
        told = self._drain(this_thread())
        if not self.threaded:
            told += self._drain(None)
        for each in after_dispatch:
            each(told)
        return told

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until something is queued for `dispatch`, seconds or for ever."""
        return self.ready.wait(timeout)

    def add_poller(self, poll: Callable[[], None]) -> None:
        """Have MAPI's own thread call `poll` now and then: it looks for changes of other processes."""
        with self._change:
            self._pollers.append(poll)
            self._change.notify_all()

    def remove_poller(self, poll: Callable[[], None]) -> None:
        """Do not call `poll` any more; unknown ones are ignored."""
        with self._change, suppress(ValueError):
            self._pollers.remove(poll)

    def close(self) -> None:
        """End every registration and the thread."""
        with self._change:
            self._closed = True
            for connection in self._connections.values():
                connection.alive = False
            self._connections.clear()
            self._by_key.clear()
            self._queues.clear()
            self._pollers.clear()
            self._change.notify_all()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(UNADVISE_SECONDS)

    def _queue(self, connection: _Connection, notifications: Sequence[Notification]) -> None:
        connection.pending.extend(notifications)
        if len(connection.pending) > self.limit:
            _overflow(connection)
        if not connection.queued:
            connection.queued = True
            self._queues.setdefault(connection.owner, deque()).append(connection)
        self._signal()

    def _signal(self) -> None:
        """Wake whoever delivers."""
        waiting = {owner for owner, queue in self._queues.items() if queue}
        if waiting - ({None} if self.threaded else set()):
            self.ready.set()
        else:
            self.ready.clear()
        if None in waiting:
            self._change.notify_all()

    def _drain(self, owner: ThreadMark | None) -> int:
        told = 0
        with self._change:
            rounds = len(self._queues.get(owner, ()))
        for _ in range(rounds):
            taken = self._take(owner)
            if taken is not None:
                connection, batch = taken
                try:
                    _tell(connection.sink, batch)
                finally:
                    self._done(connection)
                told += len(batch)
        return told

    def _take(self, owner: ThreadMark | None) -> tuple[_Connection, list[Notification]] | None:
        """The next registration of a queue with all that waits for it; None when its turn has passed."""
        with self._change:
            queue = self._queues.get(owner)
            if not queue:
                return None
            connection = queue.popleft()
            connection.queued = False
            if connection.running is not None and connection.alive:
                connection.queued = True
                queue.append(connection)
                return None
            batch = list(connection.pending)
            connection.pending.clear()
            self._signal()
            if not batch or not connection.alive:
                return None
            connection.running = threading.get_ident()
            return connection, batch

    def _done(self, connection: _Connection) -> None:
        with self._change:
            connection.running = None
            self._change.notify_all()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="mapix notifications", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._closed:
            self._drain(None)
            with self._change:
                waiting = bool(self._queues.get(None))
                if not waiting and not self._closed:
                    self._change.wait(POLL_SECONDS if self._pollers else None)
                pollers = [] if waiting else list(self._pollers)
            for poll in pollers:
                _guarded(poll)


def _tell(sink: AdviseSink, notifications: Sequence[Notification]) -> object:
    """Call a sink, and answer what it does; what it raises is logged and swallowed (NOT-23)."""
    try:
        return sink(tuple(notifications))
    except Exception:
        _log.exception("a notification sink failed")
        return None


def _guarded(poll: Callable[[], None]) -> None:
    try:
        poll()
    except Exception:
        _log.exception("looking for changes of other processes failed")


def _overflow(connection: _Connection) -> None:
    """Put one notification in the place of too many: tables say reload, others that something was lost."""
    connection.pending.clear()
    if connection.mask & Event.TABLE_MODIFIED:
        connection.pending.append(TableNotification(Event.TABLE_MODIFIED, TableEvent.RELOAD))
    if connection.mask & ~Event.TABLE_MODIFIED:
        lost = ErrorNotification(Event.CRITICAL_ERROR, NotEnoughResources.hresult, text="notifications were lost")
        connection.pending.append(lost)
