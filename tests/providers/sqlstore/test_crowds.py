"""Eight writers and eight readers in processes of their own on one store: nobody hears of the others, and nothing that
one of them did is lost.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.providers.sqlstore.crowd import COUNTER, make
from tests.providers.sqlstore.helpers import ROOT
from tests.providers.sqlstore.kinds import KINDS, Kind
from tests.providers.sqlstore.test_kills import folders, wholes

from mapix.interfaces.table import query_all_rows
from mapix.properties import tags

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made the POSIX way")


class Sum(NamedTuple):
    """What a crowd did, and what of it is there."""

    told: str
    counted: list[int]
    counters: list[int]
    left: int
    messages: int


def crowd(kind: Kind, place: str, seconds: float) -> Sum:
    """Let them work, and add up."""
    store = kind.open(place)
    make(store)
    kind.close(store)
    command = [sys.executable, "-m", "tests.providers.sqlstore.crowd", kind.name, place, str(seconds), "8", "8"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 120, check=False)
    assert ran.returncode == 0, ran.stderr
    done = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(done) == 16
    writers = [each for each in done if each["role"] == "writer"]
    assert all(sum(each["counted"]) for each in writers), "a writer was never let in"
    total = {
        name: sum(each[name] for each in done) for name in ("created", "deleted", "moved", "conflicts", "read", "seen")
    }
    counted = sum(sum(each["counted"]) for each in writers)
    least = min(len(each["times"]) and sum(each["counted"]) + each["created"] for each in writers)
    most = max(sum(each["counted"]) + each["created"] for each in writers)
    longest = max(each["longest"] for each in writers)
    typical = sorted(each["times"][0] for each in writers)[4]
    times = f"longest {longest:.2f} s, typical {typical:.4f} s"
    return add_up(kind, place, writers, f"{total}, counted {counted}, by one writer {least} to {most}, {times}")


def add_up(kind: Kind, place: str, writers: list[dict], told: str) -> Sum:
    """What the writers did, beside what is there."""
    assert kind.check(place) == []
    store = kind.open(place)
    try:
        (counters,) = (each for each in folders(store) if each.get_prop(tags.PR_DISPLAY_NAME) == "counters")
        rows = query_all_rows(counters.get_contents_table(), (tags.PR_SUBJECT, COUNTER))
        wanted = [sum(each["counted"][number] for each in writers) for number in range(len(rows))]
        left = sum(each["created"] - each["deleted"] for each in writers)
        return Sum(told, wanted, [value for _, value in sorted(rows)], left, len(wholes(store, skip="counters")))
    finally:
        kind.close(store)


@pytest.mark.parametrize("kind", KINDS)
def test_eight_writers_and_eight_readers_lose_nothing(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = crowd(KINDS[kind], str(tmp_path / "store.mapix"), 5)
    with capsys.disabled():
        print(f"\n{kind}: {found.told}")
    assert (found.counters, found.messages) == (found.counted, found.left)


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_eight_writers_and_eight_readers_lose_nothing_in_a_minute(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = crowd(KINDS[kind], str(tmp_path / "store.mapix"), 60)
    with capsys.disabled():
        print(f"\n{kind}: {found.told}")
    assert (found.counters, found.messages) == (found.counted, found.left)
