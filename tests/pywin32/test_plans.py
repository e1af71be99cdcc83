"""The quick ways of the face answer as the long ones do."""

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.properties.tag import PropTag, PropType
from mapix.pywin32 import mapi, mapitags, times
from mapix.pywin32.convert import readplans, rows, values
from mapix.pywin32.convert.plain import CLASSES
from mapix.pywin32.prop import read

TAGS = (mapitags.PR_SUBJECT_W, mapitags.PR_IMPORTANCE, mapitags.PR_CLIENT_SUBMIT_TIME, mapitags.PR_SEARCH_KEY)
NOON = times.Time(1_700_000_000)


@pytest.fixture
def message(folder: Any) -> Any:
    """A message that has all of TAGS."""
    made = folder.CreateMessage(None, 0)
    made.SetProps([(TAGS[0], "Grüße"), (TAGS[1], 2), (TAGS[2], NOON), (TAGS[3], bytes(16))])
    return made


def test_asking_again_answers_the_same(message: Any) -> None:
    """P-110: the first, the second and a differently spelled time."""
    first = message.GetProps(TAGS, 0)
    assert first == (0, tuple(zip(TAGS, ("Grüße", 2, NOON, bytes(16)), strict=True)))
    assert message.GetProps(TAGS, 0) == first == message.GetProps(list(TAGS)) == message.GetProps(TAGS, False)
    assert all(type(tag) is int for tag, _ in message.GetProps(TAGS, 0)[1])


def test_tags_by_turns_and_lists_that_change_are_each_read_as_they_are(message: Any) -> None:
    """P-110: the tags that were given last are known at once, and only those."""
    others, changing = TAGS[::-1], [*TAGS]
    by_tag = dict(message.GetProps(TAGS, 0)[1])
    for _ in range(3):
        for asked in (TAGS, others, TAGS, (*TAGS,), changing):
            assert message.GetProps(asked, 0)[1] == tuple((tag, by_tag[tag]) for tag in asked)
            assert message.GetProps(asked, mapi.MAPI_UNICODE)[1] == tuple((tag, by_tag[tag]) for tag in asked)
        changing.reverse()


def test_what_is_missing_later_is_missing_the_quick_way_too(message: Any) -> None:
    """P-112."""
    message.GetProps(TAGS)
    message.GetProps(TAGS)
    message.DeleteProps((TAGS[1],))
    hr, found = message.GetProps(TAGS)
    assert hr == mapi.MAPI_W_ERRORS_RETURNED
    assert found[1] == (TAGS[1] & 0xFFFF0000 | PropType.ERROR, mapi.MAPI_E_NOT_FOUND)


def test_numbers_that_are_not_whole_are_refused_also_when_their_equals_were_asked_for(message: Any) -> None:
    """P-110: 1.0 == 1, but no tag."""
    message.GetProps(TAGS)
    message.GetProps(TAGS)
    with pytest.raises(TypeError):
        message.GetProps(tuple(map(float, TAGS)))
    with pytest.raises(TypeError):
        message.GetProps(TAGS, 0.0)
    for no_sequence in (dict.fromkeys(TAGS), set(TAGS[:1]), iter(TAGS), dict.fromkeys(TAGS).keys()):
        message.GetProps(TAGS[:1])
        with pytest.raises(TypeError):
            message.GetProps(no_sequence)


def test_tags_of_one_property_in_several_types_go_the_long_way(message: Any) -> None:
    both = (mapitags.PR_SUBJECT_W, mapitags.PR_SUBJECT_A, mapitags.PR_SUBJECT_W)
    for _ in range(3):
        assert message.GetProps(both)[1] == ((both[0], "Grüße"), (both[1], "Grüße".encode()), (both[2], "Grüße"))


def test_a_long_with_its_top_bit_is_negative_the_quick_way_too(store: Any) -> None:
    """P-020: what is kept unsigned is shown signed."""
    tag = PropTag(mapitags.PR_STORE_SUPPORT_MASK)

    class Mask:
        value = 1

        def get_props(self, wanted: Any) -> dict[PropTag, int]:
            return dict.fromkeys(wanted, self.value)

    mask, given = Mask(), (int(tag),)
    readplans.learn(given, 0, [tag])
    assert readplans.quick(mask, given, 0) == ((int(tag), 1),)
    mask.value = 0x80000001
    assert readplans.quick(mask, given, 0) is None
    assert read(mask, [tag], True) == ((int(tag), -0x7FFFFFFF),)


@pytest.mark.parametrize("flags", [False, 0.0, "0", None])
def test_tags_that_were_read_before_are_not_read_with_flags_that_are_none(message: Any, flags: Any) -> None:
    """P-110: nor are those that only equal them."""
    for _ in range(3):
        assert message.GetProps(TAGS, 0)[0] == 0
    for tags in (TAGS, [*TAGS], tuple(float(tag) for tag in TAGS)):
        whole = tags[0].__class__ is int
        for _ in range(2):
            assert readplans.quick(message._obj, tags, flags) is None
            assert (readplans.quick(message._obj, tags, 0) is not None) is whole


def test_the_last_of_two_values_counts_and_its_place_is_told(folder: Any) -> None:
    """P-150."""
    message = folder.CreateMessage(None, 0)
    pairs = [
        (mapitags.PR_SUBJECT_W, "a"),
        (mapitags.PR_ENTRYID, b"x"),
        (mapitags.PR_SUBJECT_A, "b"),
        (mapitags.PR_ENTRYID, b"y"),
    ]
    hr, problems = message.SetProps(pairs, True)
    assert hr == mapi.MAPI_W_ERRORS_RETURNED
    assert [place for place, _, _ in problems] == [3]
    assert message.GetProps(mapitags.PR_SUBJECT_W) == (0, ((mapitags.PR_SUBJECT_W, "b"),))


@pytest.mark.parametrize("bad", [(1.0, "x"), [TAGS[0], "x"], (TAGS[0],), (TAGS[0], "x", 1), None, ("x", "y"), ([], 1)])
def test_what_is_no_pair_is_refused_among_pairs(message: Any, bad: Any) -> None:
    """P-150: nothing of it is set."""
    with pytest.raises(TypeError, match="An SPropValue item must be a tuple"):
        message.SetProps([(TAGS[0], "new"), bad])
    assert message.GetProps(TAGS[0])[1] == ((TAGS[0], "Grüße"),)


@given(st.datetimes(datetime.datetime(1601, 1, 1), timezones=st.just(datetime.UTC)))
def test_times_come_back_to_the_millisecond(moment: datetime.datetime) -> None:
    """P-023."""
    tag = PropTag(mapitags.PR_CLIENT_SUBMIT_TIME)
    ticks = values.props_in([(int(tag), moment)])[tag]
    plain = times.cut(moment)
    assert times.from_ticks(ticks) == times.moments(7, [ticks])[0][1] == plain
    assert times.from_ticks(ticks).Format("%Y") == plain.strftime("%Y")


def test_times_beyond_the_calendar_are_the_latest() -> None:
    assert times.moments(7, [-1, 1 << 62, 0]) == [(7, times.LATEST), (7, times.LATEST), (7, times.FIRST)]


_VALUES: dict[int, st.SearchStrategy[Any]] = {
    int: st.integers(0, 1 << 31),
    float: st.floats(0, 1000),
    bool: st.booleans(),
    str: st.text(max_size=5),
    bytes: st.binary(min_size=16, max_size=16),
}


@settings(max_examples=examples(50))
@given(st.data(), st.lists(st.sampled_from(sorted(CLASSES)), min_size=1, max_size=6))
def test_rows_by_column_are_rows_by_cell(data: st.DataObject, kinds: list[int]) -> None:
    """T-037."""
    columns = [PropTag.of(0x6700 + place, kind) for place, kind in enumerate(kinds)]
    cells = [st.none() | _VALUES[CLASSES[kind]] for kind in kinds]
    found = data.draw(st.lists(st.tuples(*cells), max_size=8))
    by_cell = [rows.cell(column) for column in columns]
    assert rows.rows_out(columns, found) == tuple(
        tuple(show(value) for show, value in zip(by_cell, row, strict=True)) for row in found
    )


def test_no_columns_make_empty_rows_and_many_rows_keep_their_order() -> None:
    assert rows.rows_out([], [(), ()]) == ((), ())
    column = PropTag(mapitags.PR_MESSAGE_SIZE)
    found = rows.rows_out([column], [(number,) for number in range(5000)])
    assert [row[0][1] for row in found] == list(range(5000))


@pytest.mark.parametrize("times_over", [1, 30])
def test_values_that_come_again_and_again_are_cells_like_others(times_over: int) -> None:
    """T-037: also where a missing one is between them, and times of a second reading."""
    tags = (mapitags.PR_MESSAGE_FLAGS, mapitags.PR_SUBJECT_W, mapitags.PR_MESSAGE_DELIVERY_TIME)
    columns = [PropTag(tag) for tag in tags]
    some = [(1, "Re", 0), (3, "Fw", 10_000), (1, "Re", 1 << 62), (2, None, 0)] * times_over
    for found in (some, some[:3] * times_over, some):
        expected = tuple(tuple(rows.cell(tag)(value) for tag, value in zip(columns, row, strict=True)) for row in found)
        assert rows.rows_out(columns, found) == expected


def test_zeros_keep_their_signs_in_rows() -> None:
    """P-020."""
    column = PropTag.of(0x6700, 5)
    found = rows.rows_out([column], [(0.0,), (-0.0,)] * 40)
    assert [str(row[0][1]) for row in found[:2]] == ["0.0", "-0.0"]
