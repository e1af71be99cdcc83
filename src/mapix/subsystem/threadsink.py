"""Sinks that are called on the thread that made them, and on no other (NOT-21, HrThisThreadAdviseSink)."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from mapix.interfaces.notify import AdviseSink, Notification


class ThreadMark:
    """Stands for a thread. The number of one that has ended may be another one's, its mark never is."""

    __slots__ = ()


class _Here(threading.local):
    """The mark of each thread."""

    def __init__(self) -> None:
        self.mark = ThreadMark()


_here = _Here()


def this_thread() -> ThreadMark:
    """The mark of the thread that asks."""
    return _here.mark


class ThreadSink:
    """A sink whose notifications are told on the thread that made it."""

    __slots__ = ("sink", "thread")

    def __init__(self, sink: AdviseSink) -> None:
        self.sink = sink
        self.thread = this_thread()

    def __call__(self, notifications: Sequence[Notification]) -> None:
        self.sink(notifications)

    def around(self, sink: AdviseSink) -> ThreadSink:
        """`sink` on the thread of this one: for who stands between a source of notifications and a sink."""
        found = ThreadSink(sink)
        found.thread = self.thread
        return found


def this_thread_sink(sink: AdviseSink) -> ThreadSink:
    """Wrap `sink` so that it is called on this thread only, while the thread dispatches notifications (NOT-21)."""
    return ThreadSink(sink)
