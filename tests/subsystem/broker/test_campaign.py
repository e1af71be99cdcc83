"""Processes that share sessions, by lot: what was submitted arrives, once, and nobody is left over."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.subsystem.broker.campaign import Campaign

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at the Linux way")


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again soon."""
    monkeypatch.setenv("MAPIX_RETRY_SECONDS", "0.1")


@pytest.mark.parametrize("seed", [9, 10])
def test_what_processes_that_come_and_go_submit_arrives_once(home: Path, tmp_path: Path, quickly: None, seed: int):
    """LOG-34, LOG-35, SUB-17, SPL-75, SPL-76."""
    assert Campaign(home, seed, tmp_path / "mail.mapix").run(14) == []


@pytest.mark.soak
@pytest.mark.parametrize("number", range(20))
def test_what_processes_submit_arrives_once_for_long(home: Path, tmp_path: Path, quickly: None, number: int):
    """LOG-34, LOG-35, SUB-17, SPL-75, SPL-76."""
    assert Campaign(home, random.randrange(1 << 30), tmp_path / "mail.mapix").run(50) == []
