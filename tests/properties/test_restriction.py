"""Restrictions as values: trees built with operators, compared and hashed by what they say."""

import dataclasses
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties.restriction import (
    And,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Fuzzy,
    Not,
    Or,
    Property,
    Relop,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tags import PR_BODY, PR_IMPORTANCE, PR_MESSAGE_FLAGS, PR_MESSAGE_RECIPIENTS, PR_SUBJECT

LEAVES = st.one_of(
    st.builds(Content, st.just(PR_SUBJECT), st.text(max_size=5), st.sampled_from(Fuzzy)),
    st.builds(Property, st.sampled_from(Relop), st.just(PR_IMPORTANCE), st.integers(0, 2)),
    st.builds(CompareProps, st.sampled_from(Relop), st.just(PR_SUBJECT), st.just(PR_BODY)),
    st.builds(Bitmask, st.just(PR_MESSAGE_FLAGS), st.integers(0, 255), st.booleans()),
    st.builds(Size, st.sampled_from(Relop), st.just(PR_BODY), st.integers(0, 9)),
    st.builds(Exist, st.just(PR_BODY)),
)
TREES: st.SearchStrategy[Restriction] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
        st.builds(Not, inner),
        st.builds(Comment, inner),
        st.builds(Count, st.integers(0, 5), inner),
        st.builds(Sub, st.just(PR_MESSAGE_RECIPIENTS), inner),
    ),
    max_leaves=8,
)
ONE, TWO, THREE = Exist(PR_BODY), Exist(PR_SUBJECT), Exist(PR_IMPORTANCE)


def test_chains_of_and_are_one_level() -> None:
    assert ONE & TWO & THREE == ONE & (TWO & THREE) == And((ONE, TWO, THREE))


def test_chains_of_or_are_one_level() -> None:
    assert ONE | TWO | THREE == ONE | (TWO | THREE) == Or((ONE, TWO, THREE))


def test_and_and_or_do_not_melt_into_one_another() -> None:
    melted = (ONE | TWO) & THREE
    assert melted == And((Or((ONE, TWO)), THREE))


@given(TREES)
def test_turning_twice_is_turning_back(tree: Restriction) -> None:
    if not isinstance(tree, Not):
        assert ~~tree == tree


def test_a_negation_is_turned_by_taking_it_away() -> None:
    assert ~Not(ONE) == ONE
    assert Not(ONE) == ~ONE


@given(TREES)
def test_a_tree_is_equal_to_its_copy_and_hashes_like_it(tree: Restriction) -> None:
    copy = pickle.loads(pickle.dumps(tree))
    assert copy == tree
    assert hash(copy) == hash(tree)


def test_a_restriction_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ONE.tag = PR_SUBJECT


def test_the_numbers_are_those_of_the_headers() -> None:
    assert [each.value for each in Relop] == [0, 1, 2, 3, 4, 5, 6, 100]
    assert Fuzzy.SUBSTRING | Fuzzy.IGNORECASE == 0x10001
    assert Fuzzy.LOOSE == 0x40000


def test_defaults_are_the_plainest_reading() -> None:
    assert Content(PR_SUBJECT, "x").fuzzy == Fuzzy.FULLSTRING
    assert Bitmask(PR_MESSAGE_FLAGS, 1).nonzero
    assert Comment().child is None
    assert And().children == Or().children == ()
