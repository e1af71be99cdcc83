"""What restrictions mean for contents: text, bytes, sizes, and rows below."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, Any

import pytest
from tests.objects.evaluated import BIG, BYTES, EQ, FLAG, LT, NE, NUMBER, NUMBERS, OTHER, REAL, TEXT, TEXTS, holds

from mapix.objects.restrictions.evaluate import matches
from mapix.properties.restriction import (
    And,
    Content,
    Fuzzy,
    Not,
    Property,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_MESSAGE_ATTACHMENTS, PR_MESSAGE_RECIPIENTS

CAFE, CAFE_APART = "Café noir", "Cafe\u0301 noir"


@pytest.mark.parametrize(
    ("expected", "stored", "wanted", "fuzzy"),
    [
        (True, "Budget", "Budget", Fuzzy.FULLSTRING),
        (False, "Budget", "budget", Fuzzy.FULLSTRING),
        (False, "Budget", "Budg", Fuzzy.FULLSTRING),
        (True, "Budget", "bUDGET", Fuzzy.FULLSTRING | Fuzzy.IGNORECASE),
        (True, "Budget", "dge", Fuzzy.SUBSTRING),
        (False, "Budget", "DGE", Fuzzy.SUBSTRING),
        (True, "Budget", "DGE", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE),
        (True, "Budget", "", Fuzzy.SUBSTRING),
        (True, "Budget", "Bud", Fuzzy.PREFIX),
        (False, "Budget", "udg", Fuzzy.PREFIX),
        (True, "Budget", "bud", Fuzzy.PREFIX | Fuzzy.LOOSE),
        (True, "Straße", "STRASS", Fuzzy.PREFIX | Fuzzy.IGNORECASE),
        (False, CAFE, CAFE_APART, Fuzzy.FULLSTRING),
        (True, CAFE, CAFE_APART, Fuzzy.FULLSTRING | Fuzzy.IGNORENONSPACE),
        (True, CAFE_APART, "Cafe", Fuzzy.PREFIX | Fuzzy.IGNORENONSPACE),
        (False, CAFE, "CAFE", Fuzzy.PREFIX | Fuzzy.IGNORENONSPACE),
        (True, CAFE, "CAFE", Fuzzy.PREFIX | Fuzzy.IGNORENONSPACE | Fuzzy.IGNORECASE),
        (True, CAFE, "cafe N", Fuzzy.PREFIX | Fuzzy.LOOSE),
        (True, "Budget", "Budget", 0x80000 | Fuzzy.FULLSTRING),
        (True, "The annual budget", "bud", Fuzzy.PREFIX_ON_ANY_WORD),
        (False, "The annual budget", "BUD", Fuzzy.PREFIX_ON_ANY_WORD),
        (True, "The annual budget", "ANNUAL BUD", Fuzzy.PREFIX_ON_ANY_WORD | Fuzzy.IGNORECASE),
        (False, "The annual budget", "nual", Fuzzy.PREFIX_ON_ANY_WORD),
        (True, "re:budget_2024", "#2024", Fuzzy.PREFIX_ON_ANY_WORD | Fuzzy.PREFIX),
        (True, "budget", "", Fuzzy.PREFIX_ON_ANY_WORD),
        (True, "The annual budget", "annual  Budget!", Fuzzy.PHRASE_MATCH | Fuzzy.LOOSE),
        (False, "The annual budget", "annual bud", Fuzzy.PHRASE_MATCH),
        (False, "The annual big budget", "annual budget", Fuzzy.PHRASE_MATCH | Fuzzy.SUBSTRING),
        (False, "The annual budget", "budget annual", Fuzzy.PHRASE_MATCH),
        (True, "The annual budget", "...", Fuzzy.PHRASE_MATCH),
        (True, CAFE, "noir", Fuzzy.PHRASE_MATCH),
    ],
)
def test_text_matches_as_loosely_as_asked(expected: bool, stored: str, wanted: str, fuzzy: int) -> None:
    """R-005, X-12."""
    assert matches(Content(TEXT, wanted, fuzzy), {TEXT: stored}.get) is expected
    narrow = Content(TEXT.with_type(PropType.STRING8), wanted.encode(), fuzzy)
    assert matches(narrow, {TEXT: stored}.get) is expected


@pytest.mark.parametrize(
    ("expected", "wanted", "fuzzy"),
    [
        (True, b"ab", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE),
        (False, b"AB", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE),
        (True, b"\x01a", Fuzzy.PREFIX),
        (False, b"\x01a", Fuzzy.FULLSTRING),
        (True, b"\x01ab\xff", Fuzzy.FULLSTRING),
    ],
)
def test_bytes_match_exactly_whatever_the_high_word_says(expected: bool, wanted: bytes, fuzzy: int) -> None:
    """R-005."""
    assert holds(Content(BYTES, wanted, fuzzy)) is expected


def test_content_is_found_in_some_of_several_values() -> None:
    """R-005, R-007, X-13."""
    assert holds(Content(TEXTS, "ee", Fuzzy.SUBSTRING))
    assert not holds(Content(TEXTS, "blue", Fuzzy.SUBSTRING))


@pytest.mark.parametrize(
    ("tag", "size"),
    [
        (TEXT, 2 * 11 + 2),
        (TEXT.with_type(PropType.STRING8), 12),
        (NUMBER, 4),
        (BIG, 8),
        (REAL, 8),
        (FLAG, 2),
        (BYTES, 4),
        (TEXTS, 3 * 2 + 2 + 5 * 2 + 2),
        (NUMBERS, 8),
    ],
)
def test_a_size_is_the_bytes_of_the_value(tag: PropTag, size: int) -> None:
    """R-012."""
    assert holds(Size(EQ, tag, size))
    assert holds(Size(LT, tag, size + 1))
    assert not holds(Size(NE, tag, size))


def test_letters_beyond_the_basic_plane_take_two_units() -> None:
    assert matches(Size(EQ, TEXT, 6), {TEXT: "😀"}.get)


class Stored:
    """A large value that counts how often it is read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.read = 0

    @property
    def size(self) -> int:
        return len(self.data)

    def open(self) -> IO[bytes]:
        self.read += 1
        return BytesIO(self.data)


def test_a_large_value_is_searched_but_measured_unread() -> None:
    stored = Stored("Budget".encode("utf-16-le"))
    assert matches(Size(EQ, TEXT, 14), {TEXT: stored}.get)
    assert stored.read == 0
    assert matches(Content(TEXT, "dget", Fuzzy.SUBSTRING), {TEXT: stored}.get)
    assert stored.read == 1


TO, CC = ({OTHER: "Ann", NUMBER: 1}.get, {OTHER: "Bob", NUMBER: 2}.get)


def parts(tag: PropTag) -> Iterable[Callable[[PropTag], Any]]:
    return {PR_MESSAGE_RECIPIENTS: (TO, CC)}.get(tag, ())


@pytest.mark.parametrize(
    ("expected", "tag", "child"),
    [
        (True, PR_MESSAGE_RECIPIENTS, Property(EQ, OTHER, "bob")),
        (True, PR_MESSAGE_RECIPIENTS, Property(EQ, OTHER, "bob") & Property(EQ, NUMBER, 2)),
        (False, PR_MESSAGE_RECIPIENTS, Property(EQ, OTHER, "bob") & Property(EQ, NUMBER, 1)),
        (True, PR_MESSAGE_RECIPIENTS, Not(Property(EQ, OTHER, "bob"))),
        (False, PR_MESSAGE_ATTACHMENTS, And()),
    ],
)
def test_a_subrestriction_wants_one_row_below_that_satisfies_it_all(
    expected: bool, tag: PropTag, child: Restriction
) -> None:
    """R-014."""
    assert holds(Sub(tag, child), parts=parts) is expected
