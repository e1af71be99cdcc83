"""Whatever happens during a commit, the file has the old state or the new one: processes killed, power cut."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from tests.formats.cfb.cfb_cases import RW, FailingMedium, put, read_tree, storage_tree, strictly
from tests.formats.cfb.kill_process import become, state
from tests.killedforks import HARMLESS, kill_at_work

from mapix.formats.cfb import CompoundFile
from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import Commit, Mode
from mapix.formats.storageerrors import WriteFault

TRANSACTED = RW | Mode.TRANSACTED


def sound(source: bytes | Path) -> dict:
    with CompoundFile.open(source) as file:
        tree = read_tree(file)
        assert [str(one) for one in file.defects if not str(one).startswith(HARMLESS)] == []
        return tree


def kill_while_committing(path: Path, kills: int, longest: float, chance: random.Random) -> int:
    """Kill committing processes, look at the file after each; how many were killed within a commit."""

    def look(path: Path) -> int:
        tree = sound(path)
        number = int(tree["number"])
        assert tree == state(number)
        return number

    with create_docfile(path) as root:
        become(root, state(0))
    return kill_at_work("tests.formats.cfb.kill_process", path, kills, longest, chance, look)


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed like this there")
def test_a_process_killed_while_it_commits_leaves_one_of_two_states(tmp_path: Path) -> None:
    assert kill_while_committing(tmp_path / "file", 20, 0.06, random.Random(1)) >= 0


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed like this there")
def test_five_hundred_kills_leave_one_of_two_states(tmp_path: Path) -> None:
    within = kill_while_committing(tmp_path / "file", 500, 0.12, random.Random(2))
    print(f"{within} of 500 kills within a commit")
    assert within > 50


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("version", [3, 4])
def test_a_power_cut_at_any_write_leaves_one_of_two_states(seed: int, version: int) -> None:
    """What was not yet flushed may be there in any part, in pieces of 512 bytes."""
    chance = random.Random(seed)
    medium = FailingMedium()
    looks = 0
    with create_docfile(medium, TRANSACTED, version=version) as root:
        root.commit()
        old = {}
        for number in range(8):
            new = state(seed * 100 + number)

            def look(medium: FailingMedium, old: dict = old, new: dict = new) -> None:
                nonlocal looks
                if chance.random() < 0.3:
                    looks += 1
                    assert sound(medium.survivors(chance)) in (old, new)

            medium.at_flush = [look]
            become(root, new)
            root.commit(Commit.CONSOLIDATE if number % 3 == 2 else Commit.DEFAULT)
            medium.at_flush = []
            assert strictly(bytes(medium.data)) == new
            old = new
    assert looks > 10


def test_after_a_crash_work_goes_on(tmp_path: Path) -> None:
    chance = random.Random(7)
    medium = FailingMedium()
    left: list[bytes] = []
    with create_docfile(medium, TRANSACTED) as root:
        become(root, state(1))
        root.commit()
        medium.at_flush = [lambda medium: left.append(medium.survivors(chance))]
        become(root, state(2))
        root.commit()
    for data in left[:: max(len(left) // 25, 1)]:
        place = MemoryBytes(data)
        with open_docfile(place, TRANSACTED) as root:
            assert storage_tree(root) in (state(1), state(2))
            become(root, state(3))
            root.commit()
        assert strictly(bytes(place.data)) == state(3)


@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8])
def test_a_medium_that_fails_during_a_commit_loses_nothing(after: int) -> None:
    class Failing(MemoryBytes):
        left = 1 << 30

        def write_at(self, offset: int, data: bytes) -> None:
            self.left -= 1
            if self.left < 0:
                raise WriteFault("it fails")
            super().write_at(offset, data)

    place = Failing()
    with create_docfile(place, TRANSACTED) as root:
        put(root, "old", b"o" * 10_000)
        root.commit()
        put(root, "new", b"n" * 10_000)
        with root.open_stream("old", RW) as stream:
            stream.seek(3)
            stream.write(b"changed")
        place.left = after
        try:
            root.commit()
        except WriteFault:
            assert strictly(bytes(place.data))["old"] in (b"o" * 10_000, b"ooochanged" + b"o" * 9990)
        place.left = 1 << 30
        expected = {"old": b"ooochanged" + b"o" * 9990, "new": b"n" * 10_000}
        assert storage_tree(root) == expected
        root.commit()
        assert strictly(bytes(place.data)) == expected
