"""How far a conversion is, told on a terminal and nowhere else."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from mapix.cli.convertprogress import progress
from mapix.convert.outcome import Outcome, Totals
from mapix.convert.plan import Plan
from mapix.convert.run import convert
from mapix.convert.sources import Scan

from .conftest import mail


class Terminal(io.StringIO):
    """Something that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """Forty mails."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number}.eml").write_bytes(mail(number))
    return folder


def shown(folder: Path, out: Path) -> str:
    """What is said while a folder is converted."""
    plan = Plan("txt", str(out))
    with progress([str(folder)], plan) as tell:

        def told(outcome: Outcome, totals: Totals) -> None:
            tell(totals)

        convert([str(folder)], plan, told=told)
    said = sys.stderr.getvalue()  # type: ignore[attr-defined]
    return str(said)


def test_a_terminal_sees_the_rate_and_how_much_is_left(
    mails: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rich", reason="the bar needs the extra rich")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stderr", Terminal())
    said = shown(mails, tmp_path / "out")
    assert "a second" in said
    assert "100%" in said


def test_elsewhere_nothing_is_shown(mails: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert shown(mails, tmp_path / "out") == ""


def test_what_is_done_weighs_what_there_was(mails: Path, tmp_path: Path) -> None:
    plan = Plan("txt", str(tmp_path / "out"))
    assert convert([str(mails)], plan).weight == Scan([str(mails)], plan).weight()
