"""Limits of time leave the interpreter as it was."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

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
