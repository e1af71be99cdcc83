"""Ctrl-C that comes in another form: nobody who asks a program to stop is taken for a failure of what it did just then.

    try:
        ...
    except Exception as error:
        let_interrupt_through(error)
        ...

Python makes a RuntimeError of what is raised while a class is being defined, and a program spends much of its first
second with that.

    with undisturbed():         # what is written and what is noted of it belong together
        ...
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


def is_interrupt(error: BaseException | None) -> bool:
    """Whether an error is a Ctrl-C, or was made of one."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


def let_interrupt_through(error: BaseException) -> None:
    """Raise KeyboardInterrupt where `error` was made of one; on the main thread, which alone is given any."""
    if is_interrupt(error) and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt from error


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait until the block is done, whichever thread the system gives it to.

    Only Python's main thread is interrupted at all; blocks of other threads are left alone.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    heard: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            before(*heard[0])
