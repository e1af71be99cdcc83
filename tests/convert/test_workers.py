"""Processes that die of an item, and are replaced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mapix.convert import workers
from mapix.convert.items import Item
from mapix.convert.outcome import Outcome, Status
from mapix.convert.plan import Plan
from mapix.convert.work import work
from mapix.convert.workers import Processes

from .conftest import mail


def deadly(items: list[Item], plan: Plan) -> list[Outcome]:
    """The work, which kills its process at an item that is called so."""
    if any("deadly" in item.name for item in items):
        os._exit(9)
    return work(items, plan)


def test_a_worker_that_dies_is_replaced_and_only_its_item_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "work", deadly)
    items = []
    for number in range(40):
        name = f"{number}{' deadly' if number in (7, 30) else ''}"
        (tmp_path / f"{name}.eml").write_bytes(mail(number))
        items.append(Item(name, name, path=str(tmp_path / f"{name}.eml"), size=1))
    pool = Processes(Plan("msg", str(tmp_path / "out")), 2)
    found = [one for outcomes in pool.run([items[at : at + 4] for at in range(0, 40, 4)]) for one in outcomes]
    pool.close()
    assert [one.source for one in found] == [item.name for item in items]
    failed = [one for one in found if one.status is Status.FAILED]
    assert [one.source for one in failed] == ["7 deadly", "30 deadly"]
    assert "died, twice" in failed[0].error
    assert len(list((tmp_path / "out").glob("*.msg"))) == 38
