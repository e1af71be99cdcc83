"""What restrictions mean: the truth table, and what is refused."""

from typing import Any

import pytest
from hypothesis import given, settings
from tests.objects.evaluated import (
    BIG,
    BYTES,
    EQ,
    FLAG,
    GE,
    GT,
    LE,
    LT,
    NE,
    NUMBER,
    NUMBERS,
    OTHER,
    REAL,
    ROW,
    TEXT,
    TEXTS,
    holds,
)

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
from mapix.properties.tags import PR_MESSAGE_RECIPIENTS
from mapix.testing.strategies import COLUMNS, restrictions, rows

ABSENT = PropTag(0x68400003)
ABSENTS = PropTag(0x68411003)
ABSENT_TEXT = PropTag(0x6842001F)
MVI = 0x3000

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
