"""Files that are written over: what was there stays until the new one is whole."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

import mapix
from mapix.client.files import replacing, writing

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("way", [writing, replacing])
@pytest.mark.parametrize("trouble", [FULL, KeyboardInterrupt()], ids=["a full disk", "Ctrl-C"])
def test_a_file_that_was_there_stays_when_something_fails(tmp_path: Path, way: type, trouble: BaseException) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"precious")

    def fail() -> None:
        with way(path) as file:
            file.write(b"half")
            file.flush()
            raise trouble

    with pytest.raises(type(trouble)):
        fail()
    assert (path.read_bytes(), [each.name for each in tmp_path.iterdir()]) == (b"precious", ["a.txt"])
    with way(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_a_message_that_cannot_be_saved_over_a_file_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full when the first bytes of the new one go to it."""
    message = mapix.Message(subject="New", text="x", to=["ann@example.org"])
    for suffix in (".eml", ".msg", ".tnef"):
        target = tmp_path / f"mail{suffix}"
        target.write_bytes(b"precious")
        with monkeypatch.context() as patched:
            patched.setattr(os, "fdopen", _full)
            with pytest.raises(OSError, match="No space"):
                message.save_as(target)
        assert target.read_bytes() == b"precious"
    assert len(list(tmp_path.iterdir())) == 3


def _full(number: int, *rest: object) -> object:
    os.close(number)
    raise FULL


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_goes_on_leading_to_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_bytes(b"old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    with writing(tmp_path / "link.txt") as file:
        file.write(b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("way", [writing, replacing])
def test_a_pipe_is_written_to_and_stays(tmp_path: Path, way: type) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    with way(path) as file:
        file.write(b"through")
    reader.join(60)
    assert read == [b"through"]
    assert path.is_fifo()
