"""Programs that end without logging off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.subsystem.leaver import Slow, session_of

from mapix.subsystem.initialize import Subsystem

ROOT = Path(__file__).parents[2]


def test_what_was_under_way_when_a_program_ended_is_not_sent_again(home: Path) -> None:
    """SPL-76: the answer of the transport came, and was written down."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.subsystem.leaver", str(home)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    taken = home / "taken.txt"
    with Subsystem(home, sharing=False) as system, session_of(system, Slow(taken, late=False)) as session:
        assert session.flush(10) == 0
    assert taken.read_text().split() == ["taken"]


FORKED = """
import os, sys
from mapix.subsystem.spooler import atend

class Spooler:
    def stop(self, timeout):
        print("stopped", flush=True)
        return True

spooler = Spooler()
atend.remember(spooler)
child = os.fork()
if child:
    os.waitpid(child, 0)
sys.exit()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked the POSIX way")
def test_a_forked_child_leaves_the_spoolers_of_its_parent_alone() -> None:
    """SPL-76: they work there, and only one of the two ends them."""
    ran = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "stopped\n", "")
