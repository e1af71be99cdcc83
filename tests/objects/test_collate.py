"""The order of values."""

from itertools import pairwise
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.objects.restrictions.collate import Descending, compare, equal, fold, order_key, value_key
from mapix.properties.tag import PropType
from mapix.testing.strategies import values

TYPES = [
    PropType.UNICODE,
    PropType.LONG,
    PropType.SHORT,
    PropType.LONGLONG,
    PropType.SYSTIME,
    PropType.DOUBLE,
    PropType.BOOLEAN,
    PropType.BINARY,
    PropType.CLSID,
    PropType.MV_UNICODE,
    PropType.MV_LONG,
    PropType.MV_BINARY,
]


@given(st.text())
def test_folding_ascii_and_the_rest_is_one_folding(text: str) -> None:
    assert fold(text) == text.casefold()


@given(st.text(), st.text())
def test_texts_sort_as_the_bytes_of_their_folded_form_do(left: str, right: str) -> None:
    first, second = (fold(text).encode("utf-8", "surrogatepass") for text in (left, right))
    assert compare(left, right, PropType.UNICODE) == (first > second) - (first < second)


@pytest.mark.parametrize(
    ("smaller", "larger", "prop_type"),
    [
        ("apple", "Banana", PropType.UNICODE),
        ("B", "c", PropType.UNICODE),
        (-1, 0, PropType.LONG),
        (-(2**63), 2**63 - 1, PropType.LONGLONG),
        (False, True, PropType.BOOLEAN),
        (b"A", b"a", PropType.BINARY),
        (b"\x7f", b"\x80", PropType.BINARY),
        (b"a", b"a\0", PropType.BINARY),
        (-1.5, 0.5, PropType.DOUBLE),
        (1e308, nan, PropType.DOUBLE),
        ((1, 2), (1, 3), PropType.MV_LONG),
        ((1,), (1, -5), PropType.MV_LONG),
        (("a", "Z"), ("B",), PropType.MV_UNICODE),
    ],
)
def test_one_value_is_smaller_than_the_other(smaller: Any, larger: Any, prop_type: int) -> None:
    assert compare(smaller, larger, prop_type) == -1
    assert compare(larger, smaller, prop_type) == 1
    assert not equal(smaller, larger, prop_type)


@pytest.mark.parametrize(
    ("left", "right", "prop_type"),
    [
        ("Straße", "STRASSE", PropType.UNICODE),
        ("Σ", "ς", PropType.UNICODE),
        (("a", "B"), ("A", "b"), PropType.MV_UNICODE),
        (nan, inf, PropType.DOUBLE),
        (0.0, -0.0, PropType.DOUBLE),
        (b"x", b"x", 0x7777),
    ],
)
def test_two_values_have_one_place(left: Any, right: Any, prop_type: int) -> None:
    assert equal(left, right, prop_type)
    assert order_key(left, prop_type) == order_key(right, prop_type)
    assert hash(order_key(left, prop_type, descending=True)) == hash(order_key(right, prop_type, descending=True))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("prop_type", TYPES)
@given(data=st.data())
def test_missing_values_sort_last_in_both_directions(descending: bool, prop_type: int, data: st.DataObject) -> None:
    given_values = data.draw(st.lists(st.none() | values(prop_type)))
    ordered = sorted(given_values, key=lambda value: order_key(value, prop_type, descending=descending))
    present = [value for value in ordered if value is not None]
    assert ordered == present + [None] * (len(ordered) - len(present))
    wrong = -1 if descending else 1
    assert all(compare(left, right, prop_type) != wrong for left, right in pairwise(present))


@pytest.mark.parametrize("prop_type", TYPES)
@given(data=st.data())
def test_the_order_of_each_type_is_total(prop_type: int, data: st.DataObject) -> None:
    first, second, third = sorted(data.draw(st.tuples(*[values(prop_type)] * 3)), key=value_key(prop_type))
    assert compare(first, second, prop_type) <= 0
    assert compare(first, third, prop_type) <= 0
    assert compare(second, first, prop_type) == -compare(first, second, prop_type)


def test_a_multi_value_instance_sorts_as_one_value() -> None:
    assert order_key("B", PropType.MV_UNICODE | 0x2000) == order_key("b", PropType.UNICODE)


def test_a_descending_key_shows_what_it_turns_round() -> None:
    assert repr(Descending(3)) == "Descending(3)"
    assert Descending(3) != 3
