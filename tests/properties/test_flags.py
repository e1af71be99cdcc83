"""MAPI's numbers, and flag words as text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.generate import records

from mapix.properties import flagnames, flags
from mapix.properties.errors import NotFound
from mapix.properties.flagnames import decode, groups

CONTRACT = Path(__file__).parents[2].parent / "shared" / "contract"


def test_every_constant_of_the_data_has_its_value():
    wanted = {row["name"]: int(row["value"], 16) for row in records("constants.csv")}
    assert {name: value for name, value in vars(flags).items() if not name.startswith(("__", "@"))} == wanted
    assert all(0 <= value <= 0xFFFFFFFF for value in wanted.values())


@pytest.mark.skipif(not CONTRACT.is_dir(), reason="the reference data is not here")
def test_every_constant_of_the_headers_is_there():
    text = (CONTRACT / "header_constants.json").read_text(encoding="utf-8")
    for names in json.loads(text)["headers"].values():
        for name, value in names.items():
            assert vars(flags)[name] == value, name


def test_values_the_headers_leave_out_are_there():
    assert flags.STORE_HTML_OK == 0x10000
    assert flags.STORE_ANSI_OK == 0x20000
    assert flags.SERVICE_NO_RESTART_WARNING == 0x80
    assert flags.MAPI_GAL_ONLY == 0x80
    assert (flags.BOOKMARK_BEGINNING, flags.BOOKMARK_CURRENT, flags.BOOKMARK_END) == (0, 1, 2)
    assert flags.STGM_TRANSACTED == 0x10000


@pytest.mark.parametrize("group", groups())
def test_every_word_decodes_each_of_its_names(group):
    table = {**flagnames._FLAGS, **flagnames._ENUMERATIONS}
    for name in table[group].split():
        assert decode(group, vars(flags)[name]) == name


@pytest.mark.parametrize(
    ("group", "value", "text"),
    [
        ("message_flags", 0, "0"),
        ("message_flags", flags.MSGFLAG_UNSENT | flags.MSGFLAG_READ, "MSGFLAG_READ | MSGFLAG_UNSENT"),
        ("message_flags", 0x4001, "MSGFLAG_READ | 0x4000"),
        ("events", -0x80000000, "fnevExtended"),
        ("status_code", 0x10001, "STATUS_AVAILABLE | STATUS_INBOUND_ENABLED"),
        ("save_flags", 6, "KEEP_OPEN_READWRITE | FORCE_SAVE"),
        ("folder_type", 0, "FOLDER_ROOT"),
        ("priority", -1, "PRIO_NONURGENT"),
        ("importance", 9, "0x9"),
    ],
)
def test_a_word_is_shown_by_its_names(group, value, text):
    assert decode(group, value) == text


@given(st.sampled_from(groups()), st.integers(-0x80000000, 0xFFFFFFFF))
def test_no_bit_is_lost(group, value):
    parts = decode(group, value).split(" | ")
    assert sum(vars(flags).get(part, None) if part in vars(flags) else int(part, 16) for part in parts) == (
        value & 0xFFFFFFFF
    )


def test_an_unknown_word_is_not_found():
    with pytest.raises(NotFound, match="message_flags"):
        decode("nosuch", 1)
