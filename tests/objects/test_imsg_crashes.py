"""Processes killed while they save a message in a file: it is the old message or the new one, whole."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from tests.killedforks import HARMLESS, kill_at_work
from tests.objects.imsg_kill_process import EDIT, become, found, state

from mapix.formats.cfb import CompoundFile
from mapix.formats.cfb.storage import create_docfile
from mapix.formats.msg import MsgFile, content_of
from mapix.formats.storage import Mode
from mapix.objects.imsg import open_imsg_on_istg

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed like this there")


def sound(path: Path) -> None:
    """Nothing is wrong with the file, nor with the message in it."""
    with CompoundFile.open(path) as file:
        assert [str(one) for one in file.defects if not str(one).startswith(HARMLESS)] == []
    with MsgFile.open(path) as message:
        content_of(message)
        assert [str(one) for one in message.defects if not str(one).startswith(HARMLESS)] == []


def kill_while_saving(path: Path, kills: int, longest: float, chance: random.Random) -> int:
    """Kill saving processes, look at the file after each; how many were killed within a save."""

    def look(path: Path) -> int:
        sound(path)
        there = found(path)
        number = int(there[0])
        assert there == state(number)
        return number

    with create_docfile(path, EDIT | Mode.CREATE) as storage:
        become(open_imsg_on_istg(None, storage), state(0))
    return kill_at_work("tests.objects.imsg_kill_process", path, kills, longest, chance, look)


def test_a_process_killed_while_it_saves_leaves_the_old_message_or_the_new_one(tmp_path: Path) -> None:
    """IMS-11, IMS-12."""
    assert kill_while_saving(tmp_path / "a.msg", 25, 0.15, random.Random(1)) > 5


@pytest.mark.soak
def test_five_hundred_kills_leave_the_old_message_or_the_new_one(tmp_path: Path) -> None:
    within = kill_while_saving(tmp_path / "a.msg", 500, 0.2, random.Random(2))
    print(f"{within} of 500 kills within a save")
    assert within > 200
