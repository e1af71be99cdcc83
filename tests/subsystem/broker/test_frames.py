"""What is said between members and broker: whole values of known shapes, whatever bytes arrive."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties.errors import CorruptData, TooBig
from mapix.subsystem.broker.frames import (
    LONGEST,
    Hello,
    Join,
    Learned,
    Member,
    Offer,
    Pieces,
    Shared,
    answer,
    pack,
    request,
)

SHARED = Shared(bytes(16), "Work", "format = 1", {"place": "secret"}, {"other": "typed"}, {b"service": "why"})


@pytest.mark.parametrize(
    "frame", [Hello(1, 2), Join(True), Offer(SHARED, 2, True), Member(-1, False, True), Learned("a", "b")]
)
def test_a_request_comes_back_from_its_bytes(frame: object) -> None:
    assert request(pack(frame)[4:]) == frame


@given(st.lists(st.integers(1, 50)), st.data())
def test_frames_are_whole_however_they_arrive(sizes: list[int], data: st.DataObject) -> None:
    frames = [Learned("x" * size, "y") for size in sizes]
    stream = b"".join(map(pack, frames))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces, found = Pieces(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += pieces.feed(stream[start:end])
    assert [request(body) for body in found] == frames


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_an_error(data: bytes) -> None:
    for read in (request, answer):
        with suppress(CorruptData):
            assert read(data) is not None


@given(st.binary(min_size=1, max_size=8), st.integers(0, 100))
def test_a_frame_with_wrong_bytes_is_a_frame_or_an_error(junk: bytes, place: int) -> None:
    body = bytearray(pack(Offer(SHARED, 1, True))[4:])
    body[place % len(body) : place % len(body) + len(junk)] = junk
    with suppress(CorruptData):
        assert request(bytes(body)) is not None


def test_a_frame_that_claims_to_be_giant_is_refused_before_it_is_read() -> None:
    with pytest.raises(CorruptData):
        Pieces().feed(struct.pack(">I", LONGEST + 1))


def test_deep_nesting_is_an_error() -> None:
    with pytest.raises(CorruptData):
        request(b"\x91" * 100_000)


def test_more_than_a_frame_holds_is_not_said() -> None:
    with pytest.raises(TooBig):
        pack(Learned("x", "y" * (LONGEST + 1)))


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(CorruptData):
        request(b"\x83\xa4type\xa4Join\xa4mail\xc3\xa5other\x01")
