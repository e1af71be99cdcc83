"""What fuzzers have made up is read as it must be, each time the tests run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

FUZZ = Path(__file__).parents[2] / "fuzz"
TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in FUZZ.glob("fuzz_*.py"))


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """What a target's module has, without a fuzzer."""
    monkeypatch.syspath_prepend(FUZZ)
    monkeypatch.delitem(sys.modules, "running", raising=False)
    monkeypatch.setitem(sys.modules, "atheris", None)
    return lambda name: run_path(str(FUZZ / f"fuzz_{name}.py"), run_name=f"fuzz_{name}")


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_that_taught_a_fuzzer_something_are_read(name: str, target: Callable[[str], dict[str, Any]]) -> None:
    module = target(name)
    inputs = sys.modules["running"].kept(name)
    assert len(inputs) > 100
    for data in inputs:
        module["one_input"](data)


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_fuzzer_starts_from_is_sound(name: str, target: Callable[[str], dict[str, Any]]) -> None:
    module = target(name)
    seeds = module["seeds"]()
    assert len(seeds) >= 2
    for data in seeds:
        module["judge"](data[1:])


def test_inputs_are_kept_in_an_order_of_their_own(tmp_path: Path, target: Callable[[str], dict[str, Any]]) -> None:
    target("cfb")
    running = sys.modules["running"]
    for number, data in enumerate((b"long", b"ab", b"x", b"aa")):
        (tmp_path / str(number)).write_bytes(data)
    running.INPUTS = tmp_path / "kept"
    running.INPUTS.mkdir()
    running.keep("cfb", tmp_path)
    assert running.kept("cfb") == [b"aa", b"ab", b"long"]
