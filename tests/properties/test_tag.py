"""One tag: its halves, its kinds, its names."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties.tag import PropTag, PropType, type_name
from mapix.properties.tags import PR_BODY, PR_SUBJECT, PR_SUBJECT_A

TAGS = st.integers(0, 0xFFFFFFFF).map(PropTag)
HALVES = st.integers(0, 0xFFFF)


@given(HALVES, HALVES)
def test_a_tag_is_made_of_its_halves(number: int, code: int) -> None:
    """P-001."""
    tag = PropTag.of(number, code)
    assert (tag.id, tag.type) == (number, code)
    assert tag == number << 16 | code


@given(TAGS, HALVES)
def test_changing_the_type_keeps_the_identifier(tag: PropTag, code: int) -> None:
    """P-001."""
    changed = tag.with_type(code)
    assert (changed.id, changed.type) == (tag.id, code)
    assert type(changed) is PropTag


@given(TAGS)
def test_a_tag_hashes_and_compares_as_its_number(tag: PropTag) -> None:
    assert {int(tag): "found"}[tag] == "found"
    assert str(tag) == f"0x{int(tag):08X}"


@given(TAGS)
def test_a_tag_can_be_pickled(tag: PropTag) -> None:
    back = pickle.loads(pickle.dumps(tag))
    assert back == tag
    assert type(back) is PropTag


@pytest.mark.parametrize(("code", "base", "multi", "instance"), [
    (0x001F, 0x001F, False, False),
    (0x101F, 0x001F, True, False),
    (0x301F, 0x001F, True, True),
    (0x201F, 0x001F, False, False),
])  # fmt: skip
def test_multiple_values_and_instances_are_bits_of_the_type(code: int, base: int, multi: bool, instance: bool) -> None:
    """P-021, P-052."""
    tag = PropTag.of(0x6001, code)
    assert (tag.base_type, tag.is_multi, tag.is_instance) == (base, multi, instance)


@given(TAGS)
def test_only_text_is_turned_into_unicode(tag: PropTag) -> None:
    """P-025."""
    text = tag.type in (0x1E, 0x1F, 0x101E, 0x101F)
    assert tag.is_string == text
    assert tag.unicode() == ((tag | 1) if text else tag)


def test_the_narrow_subject_becomes_the_wide_one() -> None:
    assert PR_SUBJECT_A.unicode() == PR_SUBJECT


@pytest.mark.parametrize(
    ("number", "named"), [(0x7FFF, False), (0x8000, True), (0xFFFE, True), (0xFFFF, False), (0x0037, False)]
)
def test_identifiers_from_8000_are_names_except_the_last(number: int, named: bool) -> None:
    """P-002, P-003."""
    assert PropTag.of(number, PropType.LONG).is_named is named


@pytest.mark.parametrize(("number", "secure"), [(0x67EF, False), (0x67F0, True), (0x67FF, True), (0x6800, False)])
def test_the_hidden_profile_properties_are_sixteen(number: int, secure: bool) -> None:
    """P-006, X-01."""
    assert PropTag.of(number, PropType.UNICODE).is_secure is secure


@pytest.mark.parametrize(
    ("number", "carried"),
    [
        (0x0037, True),
        (0x0DFF, True),
        (0x0E00, False),
        (0x0FFF, False),
        (0x1000, True),
        (0x5FFF, True),
        (0x6000, False),
        (0x67FF, False),
        (0x6800, True),
        (0x7BFF, True),
        (0x7C00, False),
        (0x7FFF, False),
        (0x8000, True),
    ],
)
def test_ranges_of_identifiers_tell_what_a_transport_carries(number: int, carried: bool) -> None:
    """P-003, P-004."""
    assert PropTag.of(number, PropType.LONG).is_transmittable is carried


@given(TAGS)
def test_every_tag_can_be_shown(tag: PropTag) -> None:
    assert f"{int(tag):08X}" in repr(tag)


def test_a_known_tag_is_shown_by_name() -> None:
    assert repr(PR_BODY) == "<PR_BODY 0x1000001F PT_UNICODE>"


def test_a_type_nobody_defined_is_shown_by_number() -> None:
    assert type_name(0x7F00) == "PT_0x7F00"
    assert type_name(0x101F) == "PT_MV_UNICODE"
