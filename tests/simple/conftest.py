"""A profile of Ann's: a store in memory, her address book, and mail by way of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapix.simple import MAPILogoff, MAPILogon, set_ui
from mapix.testing.sandbox import Sandbox, sandbox


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox(tmp_path, address="ann@example.org", name="Ann Archer") as made:
        yield made
        set_ui(None)


@pytest.fixture
def handle(box: Sandbox) -> Iterator[int]:
    """A session."""
    made = MAPILogon()
    yield made
    MAPILogoff(made)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two files to attach."""
    made = [tmp_path / "q3.csv", tmp_path / "photo.png"]
    made[0].write_text("1;2;3\n")
    made[1].write_bytes(bytes(range(256)))
    return made
