"""What restrictions mean: the truth table, and what is refused."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, Any

import pytest
from hypothesis import given, settings

from mapix.objects.restrictions.evaluate import check, compile_matcher, matches
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import (
    And,
    Annotation,
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
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_MESSAGE_ATTACHMENTS, PR_MESSAGE_RECIPIENTS
from mapix.testing.strategies import COLUMNS, restrictions, rows

TEXT = PropTag(0x0037001F)
OTHER = PropTag(0x3001001F)
NUMBER = PropTag(0x00170003)
BIG = PropTag(0x68210014)
REAL = PropTag(0x68230005)
FLAG = PropTag(0x6824000B)
BYTES = PropTag(0x68250102)
TEXTS = PropTag(0x6830101F)
NUMBERS = PropTag(0x68311003)
ABSENT = PropTag(0x68400003)
ABSENTS = PropTag(0x68411003)
ABSENT_TEXT = PropTag(0x6842001F)
MVI = 0x3000

ROW: dict[PropTag, Any] = {
    TEXT: "Budget 2024",
    OTHER: "budget 2024",
    NUMBER: 5,
    BIG: -7,
    REAL: 2.5,
    FLAG: True,
    BYTES: b"\x01ab\xff",
    TEXTS: ("Red", "green"),
    NUMBERS: (1, 9),
}

LT, LE, GT, GE, EQ, NE = (Relop.LT, Relop.LE, Relop.GT, Relop.GE, Relop.EQ, Relop.NE)


def holds(restriction: Restriction, **more: Any) -> bool:
    return matches(restriction, ROW.get, **more)


YES, NO = And(), Or()


@pytest.mark.parametrize(
    ("expected", "restriction"),
    [
        #
        (True, And()),
        (False, Or()),
        (True, And((YES, YES, YES))),
        (False, And((YES, YES, NO))),
        (False, And((YES, NO))),
        (True, And((YES,))),
        (True, Or((NO, YES))),
        (False, Or((NO, NO, NO))),
        (False, Not(YES)),
        (True, Not(NO)),
        (True, YES & ~NO | NO),
        #
        *[(relop in (LE, GE, EQ), Property(relop, NUMBER, 5)) for relop in (LT, LE, GT, GE, EQ, NE)],
        *[(relop in (GT, GE, NE), Property(relop, NUMBER, -6)) for relop in (LT, LE, GT, GE, EQ, NE)],
        *[(relop in (LT, LE, NE), Property(relop, BIG, 0)) for relop in (LT, LE, GT, GE, EQ, NE)],
        (True, Property(EQ, TEXT, "BUDGET 2024")),
        (False, Property(NE, TEXT, "BUDGET 2024")),
        (True, Property(GT, TEXT, "APPLE")),
        (True, Property(LT, TEXT, "cherry")),
        (True, Property(EQ, BYTES, b"\x01ab\xff")),
        (False, Property(EQ, BYTES, b"\x01AB\xff")),
        (True, Property(GT, BYTES, b"\x01ab")),
        (True, Property(EQ, FLAG, True)),
        (True, Property(GT, FLAG, False)),
        (True, Property(GT, REAL, 2.0)),
        (True, Property(EQ, REAL.with_type(PropType.DOUBLE), 2.5)),
        # some value, for NE too
        (True, Property(EQ, TEXTS, "RED")),
        (True, Property(EQ, TEXTS, "Green")),
        (False, Property(EQ, TEXTS, "blue")),
        (True, Property(NE, TEXTS, "red")),
        (False, Property(NE, PropTag(0x68431003), 3) & Exist(PropTag(0x68431003))),
        (True, Property(GT, NUMBERS, 8)),
        (False, Property(GT, NUMBERS, 9)),
        (True, Property(EQ, PropTag(NUMBERS | MVI), 9)),
        (True, Property(EQ, PropTag(TEXTS | MVI), "red")),
        # absent is smaller than everything
        *[(relop in (LT, LE, NE), Property(relop, ABSENT, -(2**31))) for relop in (LT, LE, GT, GE, EQ, NE)],
        *[(relop in (LT, LE, NE), Property(relop, ABSENTS, 0)) for relop in (LT, LE, GT, GE, EQ, NE)],
        *[(relop in (LT, LE, NE), Property(relop, ABSENT_TEXT, "")) for relop in (LT, LE, GT, GE, EQ, NE)],
        *[(False, CompareProps(relop, ABSENT, NUMBER)) for relop in (LT, LE, GT, GE, EQ, NE)],
        *[(False, CompareProps(relop, ABSENT, ABSENT)) for relop in (LT, LE, GT, GE, EQ, NE)],
        *[(False, Size(relop, ABSENT, 4)) for relop in (LT, LE, GT, GE, EQ, NE)],
        (False, Content(ABSENT_TEXT, "", Fuzzy.SUBSTRING)),
        (False, Bitmask(ABSENT, 1, nonzero=True)),
        (False, Bitmask(ABSENT, 1, nonzero=False)),
        (False, Exist(ABSENT)),
        # NOT turns what absence gave
        (False, Not(Property(NE, ABSENT, 3))),
        (True, Not(Property(EQ, ABSENT, 3))),
        (True, Not(Property(GE, ABSENT, 3))),
        (True, Not(Content(ABSENT_TEXT, "x"))),
        (True, Not(Bitmask(ABSENT, 1))),
        (True, Not(Exist(ABSENT))),
        (False, Exist(ABSENT) & Not(Property(EQ, ABSENT, 3))),
        # a property of another type is absent
        (True, Property(NE, NUMBER.with_type(PropType.UNICODE), "5")),
        (False, Exist(NUMBER.with_type(PropType.UNICODE))),
        (False, Exist(FLAG.with_type(PropType.LONG))),
        # R-010, T-052
        (True, CompareProps(EQ, TEXT, OTHER)),
        (False, CompareProps(NE, TEXT, OTHER)),
        (True, CompareProps(LE, TEXTS, TEXTS)),
        (False, CompareProps(LT, TEXTS, TEXTS)),
        #
        (True, Bitmask(NUMBER, 4)),
        (True, Bitmask(NUMBER, 6)),
        (False, Bitmask(NUMBER, 2)),
        (True, Bitmask(NUMBER, 2, nonzero=False)),
        (False, Bitmask(NUMBER, 5, nonzero=False)),
        #
        (True, Exist(TEXT)),
        (True, Exist(TEXTS)),
        (True, Exist(PropTag(TEXTS | MVI))),
        #
        (True, Comment()),
        (True, Comment(YES, ((TEXT, "x"),))),
        (False, Comment(NO)),
        (False, Annotation(NO)),
        (True, Annotation(None, ((TEXT, "x"),))),
        (True, Count(1, YES)),
        (False, Count(0, NO)),
        (False, Count(0, YES)),
        #
        (True, Property(Relop.RE, TEXT, "b.*T 20[0-9]{2}$")),
        (False, Property(Relop.RE, TEXT, "^get")),
        (True, Property(Relop.RE, TEXTS, "^GREEN$")),
        (False, Property(Relop.RE, TEXTS, "blue")),
        (False, Property(Relop.RE, ABSENT_TEXT, ".*")),
        (True, Not(Property(Relop.RE, ABSENT_TEXT, ""))),
    ],
)
def test_the_truth_table(expected: bool, restriction: Restriction) -> None:
    """R-003, R-004, R-006, R-007, R-010, R-011, R-013, R-015, R-016, R-020, R-021, R-022, X-13, X-40."""
    assert holds(restriction) is expected


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


@pytest.mark.parametrize(
    "restriction",
    [
        Property(Relop.RE, NUMBER, "b*"),
        Property(Relop.RE, BYTES, b"b*"),
        Property(Relop.RE, TEXT, 5),
        Property(Relop.RE, TEXT, "("),
        Property(Relop.RE, TEXT, "(?=a)"),
        Property(Relop.RE, TEXT, "(a)\\1"),
        Property(Relop.MEMBER_OF_DL, BYTES, b"list"),
        Property(77, TEXT, "list"),  # type: ignore[arg-type]
        Property(EQ, TEXT, 5),
        Property(EQ, NUMBER, "5"),
        Property(EQ, NUMBER, True),
        Property(EQ, NUMBERS, (1, 9)),
        Property(EQ, NUMBER.with_type(PropType.UNSPECIFIED), 5),
        Property(EQ, NUMBER, None),
        CompareProps(EQ, TEXT, NUMBER),
        CompareProps(EQ, TEXT, TEXTS),
        CompareProps(Relop.RE, TEXT, OTHER),
        Content(NUMBER, "5"),
        Content(TEXT, 5),  # type: ignore[arg-type]
        Content(BYTES, "ab"),
        Content(TEXT, "ab", Fuzzy.SUBSTRING | Fuzzy.PREFIX),
        Content(TEXT, "ab", 4),
        Content(TEXT, "ab", Fuzzy.PREFIX_ON_ANY_WORD | Fuzzy.PHRASE_MATCH),
        Content(BYTES, b"ab", Fuzzy.PHRASE_MATCH),
        Bitmask(BIG, 1),
        Bitmask(NUMBERS, 1),
        Size(Relop.RE, TEXT, 1),
        Size(EQ, TEXT.with_type(PropType.UNSPECIFIED), 1),
        Sub(TEXT, And()),
        Restriction(),
    ],
)
def test_what_cannot_be_evaluated_is_refused_before_any_row_is_looked_at(restriction: Restriction) -> None:
    """R-005, R-006, R-008, R-009, R-010, R-011, R-014."""
    for wrapped in (restriction, And((And(), restriction)), Comment(Not(restriction)), Or((And(), restriction))):
        with pytest.raises(TooComplex):
            check(wrapped)


def test_rows_without_parts_cannot_be_looked_into() -> None:
    with pytest.raises(TooComplex):
        holds(Sub(PR_MESSAGE_RECIPIENTS, And()))


def test_a_restriction_nested_a_hundred_thousand_deep_is_refused() -> None:
    nested: Restriction = And()
    for _ in range(100_000):
        nested = Not(nested)
    with pytest.raises(TooComplex):
        compile_matcher(nested)
    while isinstance(nested, Not):
        nested = nested.child


def test_no_restriction_lets_every_row_pass() -> None:
    assert matches(None, ROW.get)
    check(None)


def test_members_of_a_list_are_found_by_who_knows_lists() -> None:
    """R-009."""
    members = {b"team": (b"\x01ab\xff",)}
    wanted = And((Property(Relop.MEMBER_OF_DL, BYTES, b"team"), Not(Property(Relop.MEMBER_OF_DL, BYTES, b"board"))))
    test = compile_matcher(wanted, is_member=lambda group, entry: entry in members.get(group, ()))
    assert test(ROW.get, None)
    assert not test({BYTES: b"\x02"}.get, None)
    assert not test({}.get, None)


def test_lists_hold_entry_identifiers_only() -> None:
    """R-009."""
    with pytest.raises(TooComplex):
        compile_matcher(Property(Relop.MEMBER_OF_DL, TEXT, "team"), is_member=lambda group, entry: True)


def test_constants_in_eight_bits_are_read_in_the_code_page_given() -> None:
    narrow = Property(EQ, TEXT.with_type(PropType.STRING8), b"caf\xe9")
    assert compile_matcher(narrow, 1252)({TEXT: "CAFÉ"}.get, None)


def test_a_constant_that_cannot_be_hashed_still_matches() -> None:
    assert matches(Comment(And(), ((TEXTS, ["a"]),)), ROW.get)  # type: ignore[arg-type]


@settings(deadline=None)
@given(rows(), restrictions())
def test_not_is_the_opposite_for_every_row(given_rows: list[dict[PropTag, Any]], restriction: Restriction) -> None:
    check(restriction)
    for row in given_rows:
        assert matches(Not(restriction), row.get) is not matches(restriction, row.get)


@given(restrictions(below=COLUMNS))
def test_every_restriction_drawn_can_be_evaluated(restriction: Restriction) -> None:
    assert isinstance(matches(restriction, {}.get, parts=lambda tag: ()), bool)
