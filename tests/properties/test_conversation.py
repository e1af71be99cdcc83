"""Conversation indexes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties.conversation import begun_at, conversation_index, depth_of, thread_of
from mapix.properties.errors import CorruptData
from mapix.properties.times import TICKS_PER_SECOND
from mapix.properties.times import now as time_now

NOW = 0x01DB_3A5F_1234_5678
YEAR = 365 * 24 * 3600 * TICKS_PER_SECOND


def test_a_new_thread_has_a_header_of_22_bytes() -> None:
    """M-022, X-24: one, five bytes of time, a GUID."""
    index = conversation_index(now=NOW)
    assert len(index) == 22
    assert index[:6] == bytes.fromhex("01db3a5f1234")
    assert begun_at(index) == NOW & ~0xFFFF
    assert conversation_index(now=NOW)[6:] != index[6:]
    assert conversation_index(b"")[0] == 1


@pytest.mark.parametrize(
    ("passed", "bits"),
    [
        (0, 0),
        (TICKS_PER_SECOND, TICKS_PER_SECOND >> 18),
        (YEAR, YEAR >> 18),
        ((1 << 49) - 1, 0x7FFFFFFF),
        (1 << 49, 0x80000000 | 1 << 26),
        (20 * YEAR, 0x80000000 | 20 * YEAR >> 23),
    ],
)
def test_an_answer_appends_how_long_it_took(passed: int, bits: int) -> None:
    """M-022: 18 low bits are dropped up to 1.7 years, then 23."""
    first = conversation_index(now=NOW)
    answer = conversation_index(first, now=begun_at(first) + passed)
    assert answer[:22] == first
    assert int.from_bytes(answer[22:26], "big") == bits
    assert len(answer) == 27


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=6))
def test_answers_sort_behind_what_they_answer(waits: list[int]) -> None:
    """M-022: the thread is in order of its bytes."""
    thread, at = [conversation_index(now=NOW)], NOW
    for wait in waits:
        at += wait
        thread.append(conversation_index(thread[-1], now=at))
    assert sorted(thread) == thread
    assert [depth_of(index) for index in thread] == list(range(len(thread)))
    assert len({thread_of(index) for index in thread}) == 1


def test_an_answer_from_before_the_question_took_no_time() -> None:
    first = conversation_index(now=NOW)
    assert conversation_index(first, now=NOW - YEAR)[22:26] == bytes(4)


def test_the_present_is_the_default() -> None:
    assert abs(begun_at(conversation_index()) - time_now()) < 10 * TICKS_PER_SECOND


@pytest.mark.parametrize("index", [b"", bytes(22), b"\x01" + bytes(20), b"\x01" + bytes(22)])
def test_what_is_no_index_is_corrupt(index: bytes) -> None:
    with pytest.raises(CorruptData):
        depth_of(index)
