"""Restrictions as people write them: read, printed, and refused with the place."""

import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

import mapix
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName, PSETID_Common
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
from mapix.properties.times import from_datetime
from mapix.properties.where import WhereError, parse_where, print_where
from mapix.testing.strategies import COLUMNS, restrictions

NOW = datetime(2026, 3, 18, 15, 30, 20, tzinfo=timezone(timedelta(hours=2)))
"""A Wednesday."""

TYPED = tuple(
    PropTag.of(number, kind)
    for number, kind in enumerate(PropType, 0x6700)
    if kind not in (PropType.NULL, PropType.OBJECT, PropType.SRESTRICTION, PropType.ACTIONS)
)
VALUES: dict[int, st.SearchStrategy[Any]] = {
    PropType.SHORT: st.integers(-(1 << 15), (1 << 15) - 1),
    PropType.LONG: st.integers(-(1 << 31), (1 << 31) - 1),
    PropType.ERROR: st.integers(0, (1 << 32) - 1),
    PropType.LONGLONG: st.integers(-(1 << 63), (1 << 63) - 1),
    PropType.CURRENCY: st.integers(-(1 << 63), (1 << 63) - 1),
    PropType.SYSTIME: st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(0, 2_650_467_743_999_999_999),
    PropType.FLOAT: st.floats(allow_nan=False, width=32),
    PropType.DOUBLE: st.floats(allow_nan=False),
    PropType.APPTIME: st.floats(allow_nan=False),
    PropType.BOOLEAN: st.booleans(),
    PropType.UNICODE: st.text(st.characters(codec=None)),
    PropType.STRING8: st.text(max_size=4) | st.binary(max_size=4),
    PropType.UNSPECIFIED: st.text(max_size=4) | st.integers() | st.booleans() | st.binary(max_size=3),
    PropType.CLSID: st.binary(min_size=16, max_size=16),
}


def at(*fields: int) -> int:
    return from_datetime(datetime(*fields, tzinfo=NOW.tzinfo))  # type: ignore[arg-type,misc]


def read(text: str) -> Restriction:
    return parse_where(text, now=NOW)


@st.composite
def comparisons(draw: st.DrawFn) -> Restriction:
    """A property of any type compared with any value it may have, or with several."""
    tag = draw(st.sampled_from((*TYPED, t.PR_IMPORTANCE, t.PR_SUBJECT, t.PR_SUBJECT_A, t.PR_MESSAGE_DELIVERY_TIME)))
    values = VALUES.get(tag.base_type, st.binary(max_size=5))
    value = draw(values | st.lists(values, min_size=1, max_size=3).map(tuple) if tag.is_multi else values)
    relop = draw(st.sampled_from([each for each in Relop if each != Relop.RE]))
    return Property(relop, tag, value)


ODD = st.one_of(
    comparisons(),
    st.builds(Content, st.just(t.PR_SUBJECT), st.text(), st.integers(0, 0x7FFFF)),
    st.builds(Property, st.just(Relop.RE), st.just(t.PR_BODY), st.text()),
    st.builds(CompareProps, st.sampled_from(Relop), st.sampled_from(TYPED), st.sampled_from(TYPED)),
    st.builds(Size, st.sampled_from(Relop), st.sampled_from(TYPED), st.integers(0, 1 << 40)),
    st.builds(Bitmask, st.sampled_from((t.PR_MESSAGE_FLAGS, PropTag(0x67010003))), st.integers(), st.booleans()),
    st.builds(Exist, st.sampled_from(TYPED) | st.integers(0, 0xFFFFFFFF).map(PropTag)),
)
TREES: st.SearchStrategy[Restriction] = st.recursive(
    ODD,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
        st.builds(Not, inner),
        st.builds(Comment, st.none() | inner, st.just(()) | st.just(((t.PR_SUBJECT, "a"), (t.PR_IMPORTANCE, 7)))),
        st.builds(Annotation, st.none() | inner, st.just(())),
        st.builds(Count, st.integers(0, 1 << 32), inner),
        st.builds(Sub, st.sampled_from((t.PR_MESSAGE_RECIPIENTS, t.PR_MESSAGE_ATTACHMENTS, t.PR_SUBJECT)), inner),
    ),
    max_leaves=6,
)


@settings(max_examples=examples(500), deadline=None)
@given(TREES | restrictions(below=COLUMNS))
def test_what_is_printed_says_the_same_when_it_is_read(tree: Restriction) -> None:
    assert parse_where(print_where(tree)) == tree


PIECES = st.sampled_from(
    ("subject", "~", "=", "<", "(", ")", "not", "and", "or", "has", "5", "days", "ago", '"x"', "[", "]", "&", "{", "to")
)


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=40) | st.lists(PIECES).map(" ".join))
def test_any_text_is_a_restriction_or_an_error_with_a_place(text: str) -> None:
    error, found = refusal(text)
    if error is None:
        assert parse_where(print_where(found)) == found
    else:
        assert 1 <= error.column <= len(text) + 1
        assert f"column {error.column}" in str(error)
        assert "\n" in error.pointer()


def refusal(text: str) -> tuple[WhereError | None, Restriction]:
    """The error that a text meets, or what it says."""
    try:
        return None, parse_where(text)
    except WhereError as error:
        return error, And()


BUDGET = Content(t.PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
UNREAD = Bitmask(t.PR_MESSAGE_FLAGS, 1, nonzero=False)
ATTACHED = Property(Relop.EQ, t.PR_HASATTACH, True)
HIGH = Property(Relop.EQ, t.PR_IMPORTANCE, 2)


def received(relop: Relop, *moment: int) -> Restriction:
    return Property(relop, t.PR_MESSAGE_DELIVERY_TIME, at(*moment))


def people(kind: int | None, leaf: Any) -> Restriction:
    some = Or((leaf(t.PR_DISPLAY_NAME), leaf(t.PR_EMAIL_ADDRESS)))
    return Sub(
        t.PR_MESSAGE_RECIPIENTS, some if kind is None else And((Property(Relop.EQ, t.PR_RECIPIENT_TYPE, kind), some))
    )


def containing(text: str) -> Any:
    return lambda tag: Content(tag, text, Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)


def equal_to(text: str) -> Any:
    return lambda tag: Property(Relop.EQ, tag, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'subject ~ "budget" and received > 2026-01-01 and has attachments',
            BUDGET & received(Relop.GT, 2026, 1, 1) & ATTACHED,
        ),
        ("Subject CONTAINS Budget", Content(t.PR_SUBJECT, "Budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)),
        ("unread", UNREAD),
        ("not unread", Not(UNREAD)),
        ("not (importance = high)", Not(HIGH)),
        ("importance = 2", HIGH),
        ("unread and importance = high or has attachments", Or((And((UNREAD, HIGH)), ATTACHED))),
        ("unread and (importance = high or has attachments)", And((UNREAD, Or((HIGH, ATTACHED))))),
        ("size > 10MB", Property(Relop.GT, t.PR_MESSAGE_SIZE, 10 << 20)),
        ("size >= 1.5 KB", Property(Relop.GE, t.PR_MESSAGE_SIZE, 1536)),
        ("size <> 0x10", Property(Relop.NE, t.PR_MESSAGE_SIZE, 16)),
        ("size < 10", And((Exist(t.PR_MESSAGE_SIZE), Property(Relop.LT, t.PR_MESSAGE_SIZE, 10)))),
        ("PR_MESSAGE_SIZE < 10", Property(Relop.LT, t.PR_MESSAGE_SIZE, 10)),
        (
            'from = "ann@example.org"',
            Or(tuple(map(equal_to("ann@example.org"), (t.PR_SENDER_NAME, t.PR_SENDER_EMAIL_ADDRESS)))),
        ),
        ("from != Ann", Not(Or(tuple(map(equal_to("Ann"), (t.PR_SENDER_NAME, t.PR_SENDER_EMAIL_ADDRESS)))))),
        ('to ~ "bob"', people(1, containing("bob"))),
        ("bcc = Ann", people(3, equal_to("Ann"))),
        ("recipient !~ bob", Not(people(None, containing("bob")))),
        ("has cc", Sub(t.PR_MESSAGE_RECIPIENTS, Property(Relop.EQ, t.PR_RECIPIENT_TYPE, 2))),
        (
            'attachment ~ ".pdf"',
            Sub(
                t.PR_MESSAGE_ATTACHMENTS,
                Or(tuple(map(containing(".pdf"), (t.PR_ATTACH_LONG_FILENAME, t.PR_ATTACH_FILENAME)))),
            ),
        ),
        ("attachments(size > 1MB)", Sub(t.PR_MESSAGE_ATTACHMENTS, Property(Relop.GT, t.PR_ATTACH_SIZE, 1 << 20))),
        ("recipients(kind = cc)", Sub(t.PR_MESSAGE_RECIPIENTS, Property(Relop.EQ, t.PR_RECIPIENT_TYPE, 2))),
        ('PR_SUBJECT startswith "Re"', Content(t.PR_SUBJECT, "Re", Fuzzy.PREFIX | Fuzzy.IGNORECASE)),
        ("subject starts with Re with case", Content(t.PR_SUBJECT, "Re", Fuzzy.PREFIX)),
        ("subject ^= Re loosely", Content(t.PR_SUBJECT, "Re", Fuzzy.PREFIX | Fuzzy.LOOSE)),
        (
            "subject is 'Q3' without accents",
            Content(t.PR_SUBJECT, "Q3", Fuzzy.FULLSTRING | Fuzzy.IGNORECASE | Fuzzy.IGNORENONSPACE),
        ),
        ("subject word budget", Content(t.PR_SUBJECT, "budget", Fuzzy.PHRASE_MATCH | Fuzzy.IGNORECASE)),
        ("subject wordstart bud", Content(t.PR_SUBJECT, "bud", Fuzzy.PREFIX_ON_ANY_WORD | Fuzzy.IGNORECASE)),
        (r"subject matches /a\/b\d/", Property(Relop.RE, t.PR_SUBJECT, r"a/b\d")),
        ("pr_subject = x", Property(Relop.EQ, t.PR_SUBJECT, "x")),
        ("PidTagSubject = x", Property(Relop.EQ, t.PR_SUBJECT, "x")),
        ("0x0037001F = x", Property(Relop.EQ, t.PR_SUBJECT, "x")),
        ("PR_SUBJECT:string8 = x", Property(Relop.EQ, t.PR_SUBJECT_A, "x")),
        ("PR_SUBJECT = PR_BODY", CompareProps(Relop.EQ, t.PR_SUBJECT, t.PR_BODY)),
        ("subject = body", Property(Relop.EQ, t.PR_SUBJECT, "body")),
        ("created < modified", CompareProps(Relop.LT, t.PR_CREATION_TIME, t.PR_LAST_MODIFICATION_TIME)),
        ("exists body", Exist(t.PR_BODY)),
        ("body exists", Exist(t.PR_BODY)),
        ("has body", Exist(t.PR_BODY)),
        ("flags & 4", Bitmask(t.PR_MESSAGE_FLAGS, 4)),
        ("flags & read = 0", UNREAD),
        ("flags & 0x6 != 0", Bitmask(t.PR_MESSAGE_FLAGS, 6)),
        ("sizeof(body) > 10KB", Size(Relop.GT, t.PR_BODY, 10 << 10)),
        (
            "PR_SENDER_ENTRYID member of x'00'".replace("'", '"'),
            Property(Relop.MEMBER_OF_DL, t.PR_SENDER_ENTRYID, b"\0"),
        ),
        ("at most 3 (unread)", Count(3, UNREAD)),
        ("everything", And()),
        ("nothing", Or()),
        ('comment [PR_SUBJECT = "why"] (unread)', Comment(UNREAD, ((t.PR_SUBJECT, "why"),))),
        ("annotation", Annotation()),
        (r'subject = "a\"b\\\n\u00e4\U0001F600"', Property(Relop.EQ, t.PR_SUBJECT, 'a"b\\\nä😀')),
    ],
)
def test_texts_say_what_people_mean(text: str, said: Restriction) -> None:
    assert read(text) == said
    assert parse_where(print_where(said)) == said


@pytest.mark.parametrize(
    ("moment", "start", "end"),
    [
        ("2026-01-31", (2026, 1, 31), (2026, 2, 1)),
        ("2026-01-31 14:30", (2026, 1, 31, 14, 30), None),
        ("2026-01-31T14:30:05", (2026, 1, 31, 14, 30, 5), None),
        ("now", (2026, 3, 18, 15, 30, 20), None),
        ("today", (2026, 3, 18), (2026, 3, 19)),
        ("yesterday", (2026, 3, 17), (2026, 3, 18)),
        ("tomorrow", (2026, 3, 19), (2026, 3, 20)),
        ("90 minutes ago", (2026, 3, 18, 14, 0, 20), None),
        ("7 days ago", (2026, 3, 11), (2026, 3, 12)),
        ("1 month ago", (2026, 2, 18), (2026, 2, 19)),
        ("in 2 weeks", (2026, 4, 1), (2026, 4, 2)),
        ("this hour", (2026, 3, 18, 15), (2026, 3, 18, 16)),
        ("this week", (2026, 3, 16), (2026, 3, 23)),
        ("last month", (2026, 2, 1), (2026, 3, 1)),
        ("next year", (2027, 1, 1), (2028, 1, 1)),
    ],
)
def test_times_are_those_of_the_clock_given(moment: str, start: tuple[int, ...], end: tuple[int, ...] | None) -> None:
    assert read(f"received >= {moment}") == received(Relop.GE, *start)
    equal = received(Relop.EQ, *start) if end is None else received(Relop.GE, *start) & received(Relop.LT, *end)
    assert read(f"received = {moment}") == equal
    assert read(f"received != {moment}") == (received(Relop.NE, *start) if end is None else Not(equal))


def test_a_time_may_name_its_zone_and_is_exact_to_the_tick() -> None:
    ticks = from_datetime(datetime(2026, 1, 31, 14, 30, 5, tzinfo=UTC)) + 1234567
    for text in ("2026-01-31T14:30:05.1234567Z", "2026-01-31 16:30:05.1234567+02:00", f"@{ticks}"):
        assert read(f"received > {text}") == Property(Relop.GT, t.PR_MESSAGE_DELIVERY_TIME, ticks)


def test_times_without_a_zone_are_local_time() -> None:
    local = from_datetime(datetime(2026, 7, 1, 12, 0))
    assert parse_where("sent > 2026-07-01T12:00") == Property(Relop.GT, t.PR_CLIENT_SUBMIT_TIME, local)


KEYWORDS, REMINDER = PropertyName(PS_PUBLIC_STRINGS, "Keywords"), PropertyName(PSETID_Common, 0x8503)
OWN = PropertyName(bytes(16), "my own")
NAMES = {KEYWORDS: 0x8001, REMINDER: 0x8002, OWN: 0x8003}
ZEROS = "{00000000-0000-0000-0000-000000000000}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PidNameKeywords = red", Property(Relop.EQ, PropTag(0x8001101F), "red")),
        ("PS_PUBLIC_STRINGS/Keywords = red", Property(Relop.EQ, PropTag(0x8001101F), "red")),
        ("PSETID_Common/0x8503 = true", Property(Relop.EQ, PropTag(0x8002000B), True)),
        ("PidLidReminderSet = true", Property(Relop.EQ, PropTag(0x8002000B), True)),
        (f'{ZEROS}/"my own" = "x"', Property(Relop.EQ, PropTag(0x8003001F), "x")),
        (f'{ZEROS}/"my own" > 5', Property(Relop.GT, PropTag(0x80030003), 5)),
        (f'{ZEROS}/"my own" > 5 and unread', And((Property(Relop.GT, PropTag(0x80030003), 5), UNREAD))),
        (f'{ZEROS}/"my own" > 5 KB', Property(Relop.GT, PropTag(0x80030003), 5120)),
        (f'{ZEROS}/"my own" = 1.5', Property(Relop.EQ, PropTag(0x80030005), 1.5)),
        (f'{ZEROS}/"my own" = true', Property(Relop.EQ, PropTag(0x8003000B), True)),
        (f'{ZEROS}/"my own" ~ x', Content(PropTag(0x8003001F), "x", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)),
        (f'{ZEROS}/"my own":longlong & 5', Bitmask(PropTag(0x80030014), 5)),
        (f'has {ZEROS}/"my own"', Exist(PropTag(0x80030000))),
        (f"{ZEROS}/0x8233:long = 5", Property(Relop.EQ, PropTag(0xFFFF0003), 5)),
        (f"has {ZEROS}/unknown", Exist(PropTag(0xFFFF0000))),
    ],
)
def test_property_names_are_those_of_the_store(text: str, said: Restriction) -> None:
    assert parse_where(text, names=NAMES.get) == said
    assert parse_where(print_where(said)) == said


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", 1, "expected a condition"),
        ("subject", 8, "expected a comparison"),
        ("subject ~", 10, "expected text"),
        ("subjct ~ x", 1, "did you mean subject"),
        ("subject contians x", 9, "did you mean contains"),
        ("unraed", 1, "did you mean unread"),
        ("PR_SUBJET = x", 1, "did you mean PR_SUBJECT"),
        ("PidLidReminderSett = x", 1, "did you mean PidLidReminderSet"),
        ("subject ~ x y", 13, "expected and, or, or the end"),
        ("(unread", 8, "expected and, or, or ')'"),
        ("unread)", 7, "unexpected )"),
        ("importance = hgih", 14, "did you mean high"),
        ("size > big", 8, "such as 5 or 10MB"),
        ("size > 10XB", 8, "unexpected 10XB"),
        ("received > soon", 12, "expected a time"),
        ("received > 2026-13-01", 12, "there is no such time"),
        ("received > 7 dayz ago", 14, "did you mean day"),
        ("received > 99999999999 days ago", 12, "there is no such time"),
        ("has", 4, "expected a property"),
        ("subject = 'x", 11, "text that does not end"),
        (r'subject = "\q"', 12, "unknown escape"),
        ('PR_ENTRYID = x"0"', 14, "bad bytes"),
        ("{12} = 1", 1, "bad GUID"),
        ("subject = and", 11, "quotes make a word of it"),
        ("subject matches /x", 17, "between slashes"),
        ("PidLidReminderSet = true", 1, "only a store knows"),
        ("PR_SUBJECT:strng = x", 12, "unknown type"),
        ("0x37 = 5", 1, "0x37 is no property"),
        ("subject ~ “x”", 11, "double quotes"),
        ("at most x (unread)", 9, "how many"),
        ("(" * 200, 101, "nested too deeply"),
        ("not " * 200, 401, "nested too deeply"),
        ("x" * 200_001, 200_001, "more than 200000 characters"),
    ],
)
def test_an_error_says_where_and_what_was_expected(text: str, column: int, problem: str) -> None:
    with pytest.raises(WhereError) as caught:
        parse_where(text)
    assert isinstance(caught.value, InvalidParameter)
    assert caught.value.column == column
    assert problem in str(caught.value)
    assert caught.value.pointer().splitlines()[1].endswith("^")


def test_an_error_survives_pickling() -> None:
    with pytest.raises(WhereError) as caught:
        parse_where("subjct ~ x")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.column == 1


def test_the_pointer_stands_under_the_place() -> None:
    with pytest.raises(WhereError) as caught:
        parse_where("subject ~ x and unraed")
    assert caught.value.pointer() == "subject ~ x and unraed\n" + " " * 16 + "^"


def test_a_restriction_shows_itself_as_its_text() -> None:
    tree = BUDGET & UNREAD
    assert str(tree) == 'subject ~ "budget" and unread'
    assert repr(tree) == "parse_where('subject ~ \"budget\" and unread')"
    assert eval(repr(tree), {"parse_where": mapix.parse_where}) == tree


def test_what_cannot_be_read_again_is_still_shown() -> None:
    for odd in (Property(Relop.EQ, t.PR_SUBJECT, None), Property(77, t.PR_SUBJECT, object()), Restriction()):  # type: ignore[arg-type]
        assert str(odd)
        assert repr(odd)


def test_words_are_used_only_where_they_say_the_same() -> None:
    assert str(Property(Relop.LT, t.PR_MESSAGE_SIZE, 5)) == "PR_MESSAGE_SIZE < 5"
    assert str(Exist(t.PR_MESSAGE_SIZE) & Property(Relop.LT, t.PR_MESSAGE_SIZE, 5)) == "size < 5"
    assert str(Exist(PropTag(0x00370000))) == "has 0x00370000"
