"""Processes killed while they save a message in a file: it is the old message or the new one, whole."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest
from tests.killing import line, process, say
from tests.objects.imsg_kill_process import EDIT, become, found, state

from mapix.formats.cfb import CompoundFile
from mapix.formats.cfb.storage import create_docfile
from mapix.formats.msg import MsgFile, content_of
from mapix.formats.storage import Mode
from mapix.objects.imsg import open_imsg_on_istg

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed like this there")

HARMLESS = ("FAT: it does not cover the file", "file: it ends within a sector")
"""What a crash may leave: bytes behind the end that nothing tells of."""


def number_in(path: Path) -> int:
    return int(path.read_bytes() or 0) if path.exists() else 0


def sound(path: Path) -> None:
    """Nothing is wrong with the file, nor with the message in it."""
    with CompoundFile.open(path) as file:
        assert [str(one) for one in file.defects if not str(one).startswith(HARMLESS)] == []
    with MsgFile.open(path) as message:
        content_of(message)
        assert [str(one) for one in message.defects if not str(one).startswith(HARMLESS)] == []


def kill_while_saving(path: Path, kills: int, longest: float, chance: random.Random) -> int:
    """Kill saving processes, look at the file after each; how many were killed within a save."""
    with create_docfile(path, EDIT | Mode.CREATE) as storage:
        become(open_imsg_on_istg(None, storage), state(0))
    within = last = 0
    with process("tests.objects.imsg_kill_process", str(path)) as killed:
        for _ in range(kills):
            child = int(say(killed))
            time.sleep(chance.uniform(0.002, longest))
            os.kill(child, signal.SIGKILL)
            assert killed.stdin is not None
            killed.stdin.write("go\n")
            killed.stdin.flush()
            assert int(line(killed)) == -signal.SIGKILL
            sound(path)
            there = found(path)
            number = int(there[0])
            assert there == state(number)
            begun, done = (number_in(Path(f"{path}.{end}")) for end in ("begun", "done"))
            assert number in (max(done, last), begun)
            last = number
            within += begun != done
    return within


def test_a_process_killed_while_it_saves_leaves_the_old_message_or_the_new_one(tmp_path: Path) -> None:
    """IMS-11, IMS-12."""
    assert kill_while_saving(tmp_path / "a.msg", 25, 0.15, random.Random(1)) > 5


@pytest.mark.soak
def test_five_hundred_kills_leave_the_old_message_or_the_new_one(tmp_path: Path) -> None:
    within = kill_while_saving(tmp_path / "a.msg", 500, 0.2, random.Random(2))
    print(f"{within} of 500 kills within a save")
    assert within > 200
