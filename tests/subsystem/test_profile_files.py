"""Profiles on disk: readable, whole, never damaged by a crash, never with a secret in them."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.interfaces.spi import ProviderKind
from mapix.properties.errors import CorruptData, NoAccess, NotFound, Version
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME
from mapix.subsystem.durable import backup_of, replace_file
from mapix.subsystem.profiles.profile import Profile, ProviderEntry, ServiceEntry
from mapix.subsystem.profiles.profilefile import from_text, to_text
from mapix.subsystem.profiles.profilestore import ProfileStore
from mapix.subsystem.profiles.propvalues import read_value, write_value

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
uids = st.binary(min_size=16, max_size=16)
VALUES: dict[int, st.SearchStrategy[Any]] = {
    0x0002: st.integers(-(2**15), 2**15 - 1),
    0x0003: st.integers(-(2**31), 2**31 - 1),
    0x0005: st.floats(allow_nan=False),
    0x0006: st.integers(-(2**63), 2**63 - 1),
    0x000B: st.booleans(),
    0x0014: st.integers(-(2**63), 2**63 - 1),
    0x001F: texts,
    0x0040: st.integers(-(2**63), 2**63 - 1),
    0x0048: uids,
    0x0102: st.binary(max_size=20),
    0x1003: st.lists(st.integers(-9, 9)).map(tuple),
    0x101F: st.lists(texts).map(tuple),
    0x1102: st.lists(st.binary(max_size=4)).map(tuple),
    0x7ABC: st.binary(max_size=8),
}


@st.composite
def properties(draw: st.DrawFn) -> dict[PropTag, Any]:
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=4))
    return {PropTag.of(0x6600 + place, kind): draw(VALUES[kind]) for place, kind in enumerate(kinds)}


providers = st.builds(
    ProviderEntry,
    uids,
    texts.filter(bool),
    st.sampled_from(ProviderKind),
    texts,
    st.integers(0, 0xFFFF),
    properties(),
)
services = st.builds(
    ServiceEntry,
    uids,
    texts.filter(bool),
    texts,
    st.integers(0, 0xFF),
    st.dictionaries(texts, texts | st.integers(-9, 9) | st.booleans(), max_size=3),
    properties(),
    st.lists(providers, max_size=2),
    number=st.integers(0, 9),
)
profiles = st.builds(
    Profile,
    st.just("Work"),
    uids,
    st.lists(services, max_size=3),
    properties(),
    st.dictionaries(uids, properties(), max_size=2),
    st.lists(uids, max_size=2),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "Other"]),
    files=st.sampled_from(["", "Former"]),
    secure=st.lists(uids, max_size=2),
)


@settings(max_examples=examples(80), deadline=None)
@given(profiles)
def test_a_profile_is_read_back_from_its_text_as_it_was(profile: Profile) -> None:
    assert from_text(to_text(profile), "Work.toml") == profile


@settings(max_examples=examples(200), deadline=None)
@given(st.integers(-(2**63), 2**63 - 1))
def test_a_time_keeps_its_hundred_nanoseconds(ticks: int) -> None:
    tag = PropTag(0x30070040)
    assert read_value(tag, write_value(tag, ticks)) == ticks


def test_a_time_is_written_for_people() -> None:
    assert write_value(PropTag(0x30070040), 132223104000000001) == "2020-01-01T00:00:00.0000001Z"


@pytest.fixture
def store(home: Path) -> ProfileStore:
    return ProfileStore(home)


def test_nothing_is_created_before_something_is_written(home: Path, store: ProfileStore) -> None:
    assert store.names() == []
    assert store.default() is None
    assert not home.exists()


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_the_home_directory_and_the_profile_are_the_owners_alone(home: Path, store: ProfileStore) -> None:
    store.create("Work")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "profiles").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "profiles" / "Work.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "profiles" / ".lock").stat().st_mode) == 0o600


def test_the_last_good_copy_stays_beside(home: Path, store: ProfileStore) -> None:
    store.create("Work")
    path = home / "profiles" / "Work.toml"
    before = path.read_text(encoding="utf-8")
    with store.edit("Work") as profile:
        profile.properties[PR_DISPLAY_NAME] = "changed"
    assert backup_of(path).read_text(encoding="utf-8") == before
    assert "changed" in path.read_text(encoding="utf-8")


def test_an_edit_that_fails_changes_nothing(store: ProfileStore) -> None:
    store.create("Work")

    def half() -> None:
        with store.edit("Work") as profile:
            profile.properties[PR_DISPLAY_NAME] = "half"
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half()
    assert store.load("Work").properties == {}


def test_a_replacement_leaves_no_other_files(tmp_path: Path) -> None:
    replace_file(tmp_path / "a", b"one", keep=False)
    replace_file(tmp_path / "a", b"two", keep=False)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"two"


def test_a_damaged_file_is_named_with_its_line(home: Path, store: ProfileStore) -> None:
    """PRF-8."""
    store.create("Work")
    path = home / "profiles" / "Work.toml"
    path.write_text("format = 1\nname = \n", encoding="utf-8")
    with pytest.raises(CorruptData, match="line 2") as caught:
        store.load("Work")
    assert str(path) in str(caught.value)
    assert "bak" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('format = 1\nname = "Work"', "search_key"),
        ('format = 1\nname = "Work"\nsearch_key = "00"', "search_key"),
        (f'format = 1\nname = "Work"\nsearch_key = "{"0" * 32}"\nfriend = 1', "friend"),
        (f'format = 1\nname = "Work"\nsearch_key = "{"0" * 32}"\n[[service]]\nname = "X"', "service 1: uid"),
        (f'format = 1\nname = "Work"\nsearch_key = "{"0" * 32}"\n[properties]\n0x3001001F = 7', "0x3001001F"),
    ],
)
def test_what_a_file_says_wrongly_is_named(text: str, told: str) -> None:
    with pytest.raises(CorruptData, match=told):
        from_text(text, "Work.toml")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("a = 1\n", 1),
        ("format = 1\nname = '", 2),
        (f"format = 1\nname = 7{'0' * 5000}\n", 2),
        (f"format = 1\n\nname = {'[' * 5000}\n", 3),
        (f"format = 1\nname = {'{a=' * 5000}\n", 2),
    ],
)
def test_whatever_is_wrong_with_a_file_its_line_is_named(text: str, line: int) -> None:
    """PRF-8: a file of nothing, numbers without end and brackets without bottom, too."""
    with pytest.raises(CorruptData, match=rf"line {line}\b.*'Work.toml'"):
        from_text(text, "Work.toml")


def test_the_file_of_a_newer_version_is_refused() -> None:
    with pytest.raises(Version, match="line 2"):
        from_text('name = "Work"\nformat = 2', "Work.toml")


def test_a_file_that_is_not_text_is_refused(home: Path, store: ProfileStore) -> None:
    store.create("Work")
    (home / "profiles" / "Work.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CorruptData, match="UTF-8"):
        store.load("Work")


def test_names_that_differ_in_case_only_are_one_name(store: ProfileStore) -> None:
    store.create("Work")
    with pytest.raises(NoAccess):
        store.create("WORK")
    assert store.load("work").name == "Work"


def test_an_unknown_name_is_told_with_the_nearest_one(store: ProfileStore) -> None:
    store.create("Work")
    with pytest.raises(NotFound, match="'Work'"):
        store.load("Worx")


@pytest.mark.parametrize(
    "line",
    [
        "transport_order = [1]",
        'transport_order = ["zz"]',
        "service = 5",
        "section = 5",
        f"[[service]]\nuid = '{'00' * 16}'\nname = 'A'\nprovider = 5",
        f"[[service]]\nuid = '{'00' * 16}'\nname = 'A'\nsettings = 5",
        "x = " + "[" * 100_000,
    ],
    ids=lambda line: line[:24],
)
def test_values_of_another_kind_are_damage(line: str) -> None:
    head = f"format = 1\nname = 'W'\nsearch_key = '{'00' * 16}'\n"
    with pytest.raises(CorruptData, match="damaged"):
        from_text(head + line + "\n", "W.toml")
