"""Ctrl-C that comes in another form: nobody who asks a program to stop is taken for a failure of what it did just then.

    try:
        ...
    except Exception as error:
        let_interrupt_through(error)
        ...

Python makes a RuntimeError of what is raised while a class is being defined, and a program spends much of its first
second with that.
"""

from __future__ import annotations

import threading


def is_interrupt(error: BaseException | None) -> bool:
    """Whether an error is a Ctrl-C, or was made of one."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


def let_interrupt_through(error: BaseException) -> None:
    """Raise KeyboardInterrupt where `error` was made of one; on the main thread, which alone is given any."""
    if is_interrupt(error) and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt from error
