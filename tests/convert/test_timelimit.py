"""Limits of time leave the interpreter as it was."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from textwrap import dedent
from types import FrameType
from typing import Any

import pytest

from mapix.convert import timelimit
from mapix.convert.timelimit import Overdue, limited

WATCHED = dedent("""
    import sys, threading, time
    from contextlib import suppress
    from mapix.convert.timelimit import Overdue, limited

    def work(seconds):
        with suppress(Overdue), limited(0.05 if seconds else 60):
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                pass

    thread = threading.Thread(target=work, args=(float(sys.argv[1]),))
    thread.start()
    thread.join()

    def step(frame, event, argument):
        steps.append(event)
        return step

    def traced():
        return 1

    steps = []
    sys.settrace(step)
    traced()
    sys.settrace(None)
    print(len(steps))
""")


@pytest.mark.parametrize("seconds", ["0", "60"], ids=["in time", "late"])
def test_after_a_limit_in_a_thread_a_debugger_steps_as_before(seconds: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, seconds], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout == "3\n"


@pytest.mark.parametrize("call", range(8))
def test_a_thread_that_is_told_while_it_ends_its_watch_is_told_no_more(call: int) -> None:
    """At the first step of whatever function is called on the way out of the block."""
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(_left_at(call)))
    thread.start()
    thread.join(30)
    assert seen == [True]
    with limited(60):  # nobody holds the watch
        pass


def _left_at(call: int) -> bool:
    """Whether this thread is not watched any more, when Overdue was raised at one of the calls that end the watch."""
    calls = 0

    def step(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        if event == "call" and "timelimit.py" in frame.f_code.co_filename:
            calls += 1
            if calls == call + 2:  # the first is that of the block itself, which ends by it
                sys.settrace(None)
                raise Overdue

    with suppress(Overdue), limited(60):
        timelimit._WATCH._told.add(threading.get_ident())
        sys.settrace(step)
    sys.settrace(None)
    return threading.get_ident() not in timelimit._WATCH._until
