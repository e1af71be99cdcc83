"""Names that are free, and stay so for whoever asked, however many ask at once."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

import mapix
from mapix.cli.attachments import save_attachments
from mapix.cli.files import free_place


def names(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()}


def test_two_that_ask_for_a_name_at_once_get_two(tmp_path: Path) -> None:
    with ExitStack() as both:
        found = [both.enter_context(free_place(tmp_path / "a.txt")) for _ in range(2)]
        assert [path.name for path in found] == ["a.txt", "a (2).txt"]
    assert names(tmp_path) == {"a.txt", "a (2).txt"}


def test_links_to_nothing_and_folders_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "none")
    (tmp_path / "a (2).txt").mkdir()
    with free_place(tmp_path / "a.txt") as path:
        assert path.name == "a (3).txt"
    assert not (tmp_path / "none").exists()


def test_a_place_that_was_not_needed_is_free_again(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), free_place(tmp_path / "a.txt"):
        raise KeyboardInterrupt
    assert names(tmp_path) == set()


def test_attachments_of_two_messages_that_are_saved_at_once_are_all_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look for a name before either has written."""
    together = threading.Barrier(2)

    def meeting(path: Path) -> object:
        together.wait(60)
        return free_place(path)

    monkeypatch.setattr("mapix.cli.files.free_place", meeting)
    threads = []
    for number in range(2):
        message = mapix.Message(subject=f"{number}", text="x")
        message.attach(b"%d" % number, "image.png")
        threads.append(threading.Thread(target=save_attachments, args=(message, tmp_path)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert names(tmp_path) == {"image.png", "image (2).png"}
