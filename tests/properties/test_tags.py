"""Tags by name and names by tag."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.generate import records

from mapix.properties import ems_tags, tags
from mapix.properties.errors import NotFound
from mapix.properties.tag import PropTag
from mapix.properties.tagnames import by_name, name_of, names_of

CONTRACT = Path(__file__).parents[2].parent / "shared" / "contract"
needs_contract = pytest.mark.skipif(not CONTRACT.is_dir(), reason="the reference data is not here")


def contract(name):
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("module", "file"), [(tags, "tags.csv"), (ems_tags, "ems_tags.csv")])
def test_every_name_of_the_data_has_its_value(module, file):
    rows = records(file)
    names = [(name, int(row["tag"], 16)) for row in rows for name in f"{row['names']} {row['canonical']}".split()]
    assert len(names) == len({name for name, _ in names})
    assert {name: value for name, value in vars(module).items() if isinstance(value, PropTag)} == dict(names)


def test_the_data_lists_each_tag_once_in_order():
    for file in ("tags.csv", "ems_tags.csv"):
        values = [int(row["tag"], 16) for row in records(file)]
        assert values == sorted(set(values))


@needs_contract
def test_every_tag_of_the_headers_is_there():
    known = {**vars(ems_tags), **vars(tags)}
    corrected = contract("emsabtags")["_meta"]["differs_from_headers"]
    for source in ("mapitags", "header_only_tags", "emsabtags"):
        for name, value in contract(source)["constants"].items():
            if name.startswith("PR_") and not name.startswith("PR_TRUST_SENDER_"):
                assert known[name] == corrected.get(name, {"header": value})["header"], name


@needs_contract
def test_every_canonical_name_with_an_identifier_is_there():
    pages = [row for row in contract("canonical_properties")["properties"] if row["name"].startswith("PidTag")]
    known = {**vars(ems_tags), **vars(tags)}
    assert {row["name"] for row in pages} - known.keys() == {"PidTagOrgEmailAddress"}
    for row in pages:
        if "id" in row and row["id"] < 0x10000 and row["name"] != "PidTagMailboxOwnerName":
            assert known[row["name"]].id == row["id"], row["name"]


def test_a_string_property_without_suffix_is_the_unicode_one():
    """P-025."""
    assert tags.PR_SUBJECT == tags.PR_SUBJECT_W == tags.PidTagSubject == 0x0037001F
    assert tags.PR_SUBJECT_A == 0x0037001E


def test_pairs_differ_in_type_only():
    """P-001, P-025."""
    for name, tag in vars(tags).items():
        if name.startswith("PR_") and name.endswith("_A") and name[:-2] + "_W" in vars(tags):
            assert vars(tags)[name[:-2] + "_W"] == tag.unicode(), name


def test_where_sources_differ_the_headers_win():
    assert tags.PidTagMailboxOwnerName == 0x661C001F
    assert ems_tags.PR_EMS_AB_OWNER_BL == 2149847071


def test_every_tag_knows_its_names():
    for module, address_book in ((tags, False), (ems_tags, True)):
        for name, tag in vars(module).items():
            if isinstance(tag, PropTag):
                assert name in names_of(tag, address_book=address_book)
                assert by_name(name) == tag


def test_names_come_in_order_of_preference():
    assert names_of(0x0037001F) == ("PR_SUBJECT", "PR_SUBJECT_W", "PidTagSubject")
    assert names_of(0x0037001E) == ("PR_SUBJECT_A",)
    for row in records("tags.csv"):
        kinds = [2 if n.startswith("Pid") else bool(re.search("_[AW]$", n)) for n in names_of(int(row["tag"], 16))]
        assert kinds == sorted(kinds), row


@pytest.mark.parametrize("tag", [0x00370000, 0x0037000A, PropTag(0x0037301F)])
def test_another_type_of_a_known_identifier_has_its_name(tag):
    assert name_of(tag) == "PR_SUBJECT"


def test_named_identifiers_have_a_name_in_the_address_book_only():
    assert name_of(0x8008000D) == "0x8008000D"
    assert name_of(0x8008000D, address_book=True) == "PR_EMS_AB_IS_MEMBER_OF_DL"


def test_low_identifiers_of_the_directory_have_names_everywhere():
    low = [tag for tag in vars(ems_tags).values() if isinstance(tag, PropTag) and tag.id < 0x8000]
    assert low
    assert all(names_of(tag) for tag in low)


@given(st.integers(min_value=0, max_value=0xFFFFFFFF))
def test_any_number_has_a_name_to_show(tag):
    assert name_of(tag) in (*names_of(tag), f"0x{tag:08X}")
    assert name_of(tag - (1 << 32)) == name_of(tag)


def test_a_misspelled_name_is_not_found_and_the_nearest_is_offered():
    with pytest.raises(NotFound) as caught:
        by_name("PR_SUBJET")
    assert "PR_SUBJECT" in caught.value.hint


def test_a_name_without_a_neighbour_is_not_found_without_a_hint():
    with pytest.raises(NotFound) as caught:
        by_name("qqqq")
    assert caught.value.hint == ""
