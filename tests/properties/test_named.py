"""Property names, property sets, and the names the reference has for them."""

import copy
import pickle
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.generate import records

from mapix.properties import named, named_tags
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.guid import guid, guid_text
from mapix.properties.named import (
    MNID_ID,
    MNID_STRING,
    PS_INTERNET_HEADERS,
    PS_PUBLIC_STRINGS,
    PropertyName,
    PSETID_Common,
    property_sets,
    set_name,
)
from mapix.properties.tagnames import named_by_name, names_of_named


@given(st.uuids())
def test_a_guid_has_the_little_endian_layout(value):
    assert guid(str(value)) == guid(f"{{{value}}}".upper()) == guid(value.hex) == value.bytes_le
    assert guid_text(value.bytes_le) == f"{{{value}}}".upper()


@pytest.mark.parametrize("text", ["", "{}", "hello", "{00020329-0000-0000-C000-0000000000}", "zz" * 16])
def test_what_is_not_a_guid_is_refused(text):
    with pytest.raises(InvalidParameter):
        guid(text)


def test_a_guid_of_another_length_has_no_text():
    with pytest.raises(InvalidParameter):
        guid_text(bytes(15))


def test_the_sets_are_distinct_and_know_their_names():
    """P-234."""
    assert len(property_sets()) == 25
    assert set_name(PS_PUBLIC_STRINGS) == "PS_PUBLIC_STRINGS"
    stranger = uuid.UUID("12345678-1234-5678-1234-567812345678").bytes_le
    assert set_name(stranger) == "guid('{12345678-1234-5678-1234-567812345678}')"


def test_the_sets_that_scripts_know_have_the_same_bytes():
    rows = [row for row in records("pywin32_iids.csv") if row["name"].startswith(("PS_", "PSETID_"))]
    assert len(rows) == 22
    for row in rows:
        assert getattr(named, row["name"]) == guid(row["guid"])


def test_the_kind_follows_from_the_name():
    """P-230."""
    assert PropertyName(PSETID_Common, 0x8503).kind == MNID_ID
    assert PropertyName(PS_PUBLIC_STRINGS, "Keywords").kind == MNID_STRING


def test_names_are_values():
    one, two = PropertyName(PSETID_Common, 0x8503), PropertyName(bytes(PSETID_Common), 0x8503)
    assert one == two
    assert len({one, two}) == 1
    assert one != PropertyName(PS_PUBLIC_STRINGS, 0x8503)
    assert one != (PSETID_Common, 0x8503)
    assert pickle.loads(pickle.dumps(one)) == copy.copy(one) == one


def test_string_names_compare_case_by_case():
    """P-237."""
    assert PropertyName(PS_PUBLIC_STRINGS, "Keywords") != PropertyName(PS_PUBLIC_STRINGS, "keywords")


def test_header_names_compare_without_case_and_keep_it():
    """P-237."""
    one, two = PropertyName(PS_INTERNET_HEADERS, "X-Mailer"), PropertyName(PS_INTERNET_HEADERS, "x-mailer")
    assert one == two
    assert hash(one) == hash(two)
    assert one.key == (PS_INTERNET_HEADERS, "x-mailer")
    assert one.name == "X-Mailer"


def test_a_set_must_be_a_guid():
    """P-230."""
    with pytest.raises(InvalidParameter):
        PropertyName(b"short", 1)


@pytest.mark.parametrize("number", [-1, 1 << 32])
def test_a_number_must_have_32_bits(number):
    with pytest.raises(InvalidParameter):
        PropertyName(PSETID_Common, number)


def test_a_name_shows_its_set():
    assert repr(PropertyName(PSETID_Common, 0x8503)) == "PropertyName(PSETID_Common, 0x8503)"
    assert repr(PropertyName(PS_PUBLIC_STRINGS, "Keywords")) == "PropertyName(PS_PUBLIC_STRINGS, 'Keywords')"


@given(st.binary(min_size=16, max_size=16), st.integers(0, 0xFFFFFFFF) | st.text())
def test_what_a_name_shows_makes_the_name_again(data, name):
    value = PropertyName(data, name)
    assert eval(repr(value), {**vars(named), "guid": guid}) == value


def test_every_name_of_the_data_is_there_with_set_and_name():
    for row in records("named.csv"):
        name = int(row["name"], 16) if row["name"].startswith("0x") else row["name"]
        value = PropertyName(getattr(named, row["set"]), name)
        for known in (row["canonical"], *row["names"].split()):
            assert getattr(named_tags, known) == value == named_by_name(known)
            assert known in names_of_named(value)
        assert named_tags.NAMED_TYPES[value] == tuple(int(code, 16) for code in row["types"].split())


def test_well_known_names_have_their_numbers():
    assert named_tags.PidLidReminderSet == PropertyName(PSETID_Common, 0x8503)
    assert named_tags.PidNameKeywords == PropertyName(PS_PUBLIC_STRINGS, "Keywords")
    assert named_tags.NAMED_TYPES[named_tags.PidNameKeywords] == (0x101F,)


def test_a_misspelled_name_is_not_found_and_the_nearest_is_offered():
    with pytest.raises(NotFound) as caught:
        named_by_name("PidLidReminderSets")
    assert "PidLidReminderSet" in caught.value.hint


def test_a_name_the_reference_lacks_has_no_names():
    assert names_of_named(PropertyName(PS_PUBLIC_STRINGS, "my own")) == ()
