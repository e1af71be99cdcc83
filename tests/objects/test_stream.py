"""Property streams against a plain file in memory."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.objects.bags.stream import WHOLE_LIMIT, FileValue, PropertyStream
from mapix.properties.errors import InvalidObject, InvalidParameter, NoAccess
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_BODY, PR_RTF_COMPRESSED

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(-1, 8)),
        st.tuples(st.just("write"), st.binary(max_size=6)),
        st.tuples(st.just("seek"), st.integers(0, 12)),
        st.tuples(st.just("truncate"), st.integers(0, 12)),
        st.tuples(st.just("commit"), st.just(0)),
        st.tuples(st.just("revert"), st.just(0)),
    ),
    max_size=25,
)


def open_stream(tag: PropTag, value: Any) -> tuple[PropertyStream, list[Any]]:
    """A writable stream, and what it commits."""
    committed: list[Any] = []
    return PropertyStream(tag, value, codepage=65001, commit=committed.append), committed


@given(st.binary(max_size=10), STEPS)
def test_a_stream_is_a_file_with_commit_and_revert(start: bytes, steps: list[tuple[str, Any]]) -> None:
    stream, committed = open_stream(PR_RTF_COMPRESSED, start)
    model, saved, changed = io.BytesIO(start), start, False
    for step, argument in steps:
        if step == "commit":
            stream.commit()
            saved = model.getvalue()
            assert not changed or committed[-1] == saved
            changed = False
        elif step == "revert":
            stream.revert()
            if changed:
                model, changed = io.BytesIO(saved), False
        elif step == "truncate":
            stream.truncate(argument)
            model = resized(model, argument)
            changed = True
        else:
            assert getattr(stream, step)(argument) == getattr(model, step)(argument)
            changed |= step == "write" and bool(argument)
        assert stream.tell() == model.tell()
        assert stream.size() == len(model.getvalue())


def resized(model: io.BytesIO, size: int) -> io.BytesIO:
    """A file of another size with the cursor where it was."""
    data = model.getvalue()
    new = io.BytesIO(data[:size] + bytes(max(0, size - len(data))))
    new.seek(model.tell())
    return new


def test_a_big_stream_hands_over_its_file_and_may_go_on() -> None:
    stream, committed = open_stream(PR_RTF_COMPRESSED, b"")
    stream.write(bytes(WHOLE_LIMIT + 1))
    stream.commit()
    first = committed[0]
    assert isinstance(first, FileValue)
    stream.seek(0)
    stream.write(b"changed")
    stream.commit()
    stream.close()
    assert first.open().read() == bytes(WHOLE_LIMIT + 1)
    assert committed[1].open().read(8) == b"changed\0"


def test_readers_of_a_big_value_do_not_disturb_one_another() -> None:
    stream, committed = open_stream(PR_RTF_COMPRESSED, b"")
    stream.write(bytes(range(256)) * 2_000)
    stream.commit()
    with committed[0].open() as one, committed[0].open() as two:
        one.seek(100)
        assert (one.read(2), two.read(2), one.read(1)) == (b"\x64\x65", b"\x00\x01", b"\x66")


def test_a_big_value_is_read_without_being_copied() -> None:
    _, committed = stream_of(b"x" * 1_000_000)
    reader = PropertyStream(PR_RTF_COMPRESSED, committed[0], codepage=65001)
    assert reader.size() == 1_000_000
    reader.seek(-1, 2)
    assert reader.read() == b"x"


def stream_of(data: bytes) -> tuple[PropertyStream, list[Any]]:
    """A stream that has committed some bytes."""
    stream, committed = open_stream(PR_RTF_COMPRESSED, b"")
    stream.write(data)
    stream.commit()
    return stream, committed


def test_text_streams_are_utf_16_or_the_code_page() -> None:
    wide, committed = open_stream(PR_BODY, "Grüße")
    assert wide.read() == "Grüße".encode("utf-16-le")
    wide.write(b"!\0")
    wide.commit()
    assert committed == ["Grüße!"]
    narrow, committed = open_stream(PR_BODY.with_type(0x1E), "Grüße")
    assert narrow.read() == "Grüße".encode()
    narrow.truncate(2)
    narrow.commit()
    assert committed == ["Gr"]


def test_a_stream_for_reading_is_not_written() -> None:
    stream = PropertyStream(PR_RTF_COMPRESSED, b"x", codepage=65001)
    for call in (lambda: stream.write(b"y"), lambda: stream.truncate(0), stream.commit):
        with pytest.raises(NoAccess):
            call()


def test_a_clone_stands_where_its_model_stood() -> None:
    stream, _ = open_stream(PR_RTF_COMPRESSED, b"0123")
    stream.seek(2)
    twin = stream.clone()
    stream.write(b"xx")
    assert twin.read() == b"23"


def test_positions_and_sizes_are_not_negative() -> None:
    stream, _ = open_stream(PR_RTF_COMPRESSED, b"0123")
    for call in (lambda: stream.seek(-5, 2), lambda: stream.seek(0, 3), lambda: stream.truncate(-1)):
        with pytest.raises(InvalidParameter):
            call()


def test_a_closed_stream_is_dead() -> None:
    stream, _ = open_stream(PR_RTF_COMPRESSED, b"0123")
    stream.close()
    stream.close()
    with pytest.raises(InvalidObject):
        stream.read()
