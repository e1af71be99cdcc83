"""Locks of the operating system, of both ways."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mapix.properties.filelocks import Locks, NoLocks, PosixLocks, WindowsLocks, locks_here

Opened = Callable[[], int]


def _regional() -> Any:
    if not sys.platform.startswith("linux"):
        pytest.skip("regions are locked for an open file on Linux and Windows")
    from tests.regional_locks import as_msvcrt

    return as_msvcrt()


@pytest.fixture(params=["posix", "windows"])
def locks(request: pytest.FixtureRequest) -> Locks:
    if request.param == "windows":
        return WindowsLocks(_regional())
    return PosixLocks(pytest.importorskip("fcntl"))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    files: list[int] = []

    def make() -> int:
        files.append(os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT))
        return files[-1]

    yield make
    for file in files:
        with suppress(OSError):
            os.close(file)


def test_one_is_alone_until_he_lets_go(locks: Locks, opened: Opened) -> None:
    """SPL-76, PRF-6: two openings in one process exclude one another, too."""
    first, second = opened(), opened()
    assert locks.alone(first, wait=False)
    assert not locks.alone(second, wait=False)
    locks.free(first)
    assert locks.alone(second, wait=False)


def test_a_lock_goes_with_its_file(locks: Locks, tmp_path: Path, opened: Opened) -> None:
    """PRF-6."""
    first = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    second = opened()
    assert locks.alone(first, wait=False)
    os.close(first)
    assert locks.alone(second, wait=False)


def test_several_share_and_nobody_is_alone_meanwhile(locks: Locks, opened: Opened) -> None:
    """PRF-6."""
    sharing = [opened() for _ in range(5)]
    for file in sharing:
        locks.shared(file)
    other = opened()
    assert not locks.alone(other, wait=False)
    for file in sharing:
        locks.free(file)
    assert locks.alone(other, wait=False)


@pytest.mark.parametrize("shared", [True, False])
def test_who_waits_has_it_as_soon_as_it_is_free(locks: Locks, opened: Opened, shared: bool) -> None:
    """SPL-76."""
    first, second, came = opened(), opened(), threading.Event()
    assert locks.alone(first, wait=False)

    def wait() -> None:
        if shared:
            locks.shared(second)
        else:
            locks.alone(second, wait=True)
        came.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not came.wait(0.05)
    locks.free(first)
    assert came.wait(30)
    thread.join()


def test_without_any_locks_nobody_is_alone(opened: Opened) -> None:
    """SPL-76: who cannot lock is told so."""
    with pytest.raises(OSError, match="lock"):
        NoLocks().alone(opened(), wait=False)


def test_this_system_has_locks() -> None:
    """PRF-6."""
    assert isinstance(locks_here(), PosixLocks | WindowsLocks)
