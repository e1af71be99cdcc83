"""Looking for what other processes changed, by a thread of one's own.

    watcher = Watcher(database.wait_for_news, feed.poll)
    watcher.stop()

How to wait is the database's to know: PostgreSQL tells, a file has to be looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from socket import socketpair
from threading import Event, Thread, current_thread

from mapix.properties.errors import MapiError

_PAUSE = 1.0

_log = logging.getLogger(__name__)


class Stop(Event):
    """An event that can be waited for together with sockets, too: once it is set, `fileno` can be read."""

    def __init__(self) -> None:
        super().__init__()
        self._reader, self._writer = socketpair()

    def fileno(self) -> int:
        """The socket that can be read once the event is set."""
        return self._reader.fileno()

    def set(self) -> None:
        """See `Event.set`; whoever waits for the event may close it as soon as it is set."""
        if not self.is_set():
            self._writer.send(b"!")
            super().set()

    def close(self) -> None:
        """Let go of the sockets."""
        self._reader.close()
        self._writer.close()


News = Callable[[Stop], Iterator[None]]
"""Yields whenever something may have changed, until it is to stop."""


class Watcher:
    """A thread that calls `look` when there may be something to see; what it is called with says when to give up."""

    def __init__(self, news: News, look: Callable[[Callable[[], bool]], None]) -> None:
        self._news = news
        self._look = look
        self._stop = Stop()
        self._thread = Thread(target=self._run, name="mapix-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; when this returns it looks no more, unless it is the thread itself that asks."""
        self._stop.set()
        if self._thread is not current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                for _ in self._news(self._stop):
                    self._look(self._stop.is_set)
            except MapiError as error:
                _log.info("others' changes are not seen for a moment: %s", error)
                self._stop.wait(_PAUSE)
        self._stop.close()
