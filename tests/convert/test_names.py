"""Names that every file system takes, settled the same at every run."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.convert.names import DEEPEST, joined, unique

RESERVED = {"con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt") for n in range(1, 10))}
NAMES = st.text(st.characters(codec=None), max_size=300)


def key(name: str) -> str:
    """What a name is on a file system that knows neither case nor forms of letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())


@given(st.lists(st.tuples(NAMES, st.just(".msg")), max_size=20))
def test_names_are_safe_and_differ_everywhere(wished: list[tuple[str, str]]) -> None:
    entries = [(name, f"{number}/{name}", suffix) for number, (name, suffix) in enumerate(wished)]
    found = [name + ".msg" for name in unique(entries)]
    assert len({key(name) for name in found}) == len(found)
    for name in found:
        assert name not in (".", "..", ".msg")
        assert not set(name) & set('<>:"/\\|?*\0')
        assert name.isprintable()
        assert len(name.encode("utf-8")) <= 240
        assert name.partition(".")[0].strip().casefold() not in RESERVED
        assert not name.endswith((".", " "))


@given(st.lists(NAMES, max_size=12, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_no_name(names: list[str], chance: object) -> None:
    entries = [(name, f"in/{name}", ".msg") for name in names]
    mixed = list(entries)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert dict(zip(mixed, unique(mixed), strict=True)) == dict(zip(entries, unique(entries), strict=True))


@pytest.mark.parametrize("name", ["CON", "nul", "COM1", "aux.old", "LPT9 .x"])
def test_names_of_devices_are_changed(name: str) -> None:
    assert unique([(name, name, ".msg")])[0].startswith("_")


def test_a_folder_is_not_taken_for_what_is_beside_a_message() -> None:
    assert unique([("a.files", "x", "/")]) == ["a.files_"]


def test_folders_in_folders_end_somewhere() -> None:
    place = ""
    for number in range(500):
        place = joined(place, f"folder {number}" * 5)
    assert place.count("/") <= DEEPEST + 1
    assert len(place.encode()) < 1000
