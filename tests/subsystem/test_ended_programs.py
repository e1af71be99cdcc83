"""Programs that end without logging off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
