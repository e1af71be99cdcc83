"""Messages written as TNEF and read again are the same."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.drawn import examples
from tests.formats.msg.msg_cases import contents
from tests.formats.tnef.tnef_cases import corpus, message, needs_corpus, sample, told

from mapix.formats.defects import Strictness
from mapix.formats.tnef import read_tnef, tnef_bytes, write_tnef
from mapix.properties.content import MessageContent
from mapix.properties.errors import BadValue, CorruptData, TooComplex
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_MESSAGE_FLAGS,
    PR_RENDERING_POSITION,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_NAME,
    PR_SUBJECT,
)


def test_a_message_with_everything_is_the_same_after_writing_and_reading() -> None:
    """P-004, A-012, P-230."""
    content = message()
    parsed = read_tnef(tnef_bytes(content), strictness=Strictness.STRICT)
    assert parsed.defects == ()
    assert told(parsed.value) == told(content)


@given(contents().filter(lambda content: len(set(content.names.values())) == len(content.names)))
@settings(max_examples=examples(60), deadline=None)
def test_any_message_survives(content: MessageContent) -> None:
    """P-020, P-021, P-026, P-230."""
    parsed = read_tnef(tnef_bytes(content), strictness=Strictness.STRICT)
    assert parsed.defects == ()
    assert told(parsed.value) == told(content)


@given(contents())
@settings(max_examples=examples(20), deadline=None)
def test_equal_messages_make_equal_bytes(content: MessageContent) -> None:
    once = tnef_bytes(content)
    assert tnef_bytes(content) == once


@needs_corpus
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_real_streams_are_read_and_survive_being_written(path: Path) -> None:
    try:
        content = read_tnef(path).value
    except CorruptData:
        assert path.name == "files~winmail.dat", "a picture under another name"
        return
    again = read_tnef(tnef_bytes(content), strictness=Strictness.STRICT)
    assert told(again.value) == told(content)


def test_only_what_a_transport_carries_is_written_where_that_is_asked() -> None:
    """P-004."""
    content = message()
    content.properties |= {PropTag(0x0E080003): 4711, PR_ENTRYID: b"here only"}
    again = read_tnef(tnef_bytes(content, transmittable=True, recipients=False)).value
    assert again.recipients == []
    assert all(tag.is_transmittable for tag in again.properties)
    kept = {tag for tag in content.properties if tag.is_transmittable and tag >> 16 < 0x8000}
    assert {tag for tag in again.properties if tag >> 16 < 0x8000} == kept
    inside = again.attachments[1].message
    assert inside is not None
    assert [row[PropTag(0x3001001F)] for row in inside.recipients] == ["Ann"]
    assert inside.properties[PR_MESSAGE_FLAGS] & 8, "a draft inside stays one"


def test_a_stream_without_older_attributes_says_the_same() -> None:
    content = message()
    short = tnef_bytes(content, legacy=False)
    assert len(short) < len(sample())
    assert told(read_tnef(short).value) == told(content)


def test_the_target_needs_not_be_seekable(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += data
            return len(data)

    pipe = Pipe()
    write_tnef(message(), pipe)  # type: ignore[arg-type]
    write_tnef(message(), tmp_path / "winmail.dat")
    assert pipe.data == sample() == (tmp_path / "winmail.dat").read_bytes()


def test_the_key_of_a_stream_is_not_nothing() -> None:
    for key in (0, -1, 0x10000):
        with pytest.raises(BadValue):
            tnef_bytes(message(), key=key)
    assert tnef_bytes(message(), key=0x1234)[4:6] == b"\x34\x12"


def test_values_of_another_type_are_refused() -> None:
    for tag, value in ((PR_SUBJECT, 7), (PR_IMPORTANCE, "high"), (PropTag(0x36001003), 5), (PropTag(0x36020048), b"x")):
        with pytest.raises(BadValue):
            tnef_bytes(MessageContent({tag: value}))


def test_values_too_long_for_older_attributes_are_properties_only() -> None:
    person = {PR_SENDER_NAME: "n" * 40_000, PR_SENDER_ADDRTYPE: "SMTP", PR_SENDER_EMAIL_ADDRESS: "a" * 40_000}
    content = MessageContent({**person, PR_SUBJECT: "s" * 70_000})
    assert read_tnef(tnef_bytes(content), strictness=Strictness.STRICT).value.properties == content.properties


def test_a_place_that_is_none_is_refused() -> None:
    from tests.formats.tnef.tnef_cases import attachment

    part = attachment("a", b"")
    for place in ("here", 1 << 40):
        part.properties[PR_RENDERING_POSITION] = place
        with pytest.raises(BadValue):
            tnef_bytes(MessageContent(attachments=[part]))


def test_messages_are_written_to_a_depth_of_64_and_no_deeper() -> None:
    def nested(deep: int) -> MessageContent:
        from tests.formats.tnef.tnef_cases import embedded

        content = MessageContent({PR_SUBJECT: "the deepest"})
        for _ in range(deep):
            content = MessageContent({PR_SUBJECT: "around"}, attachments=[embedded(content)])
        return content

    assert told(read_tnef(tnef_bytes(nested(64))).value) == told(nested(64))
    with pytest.raises(TooComplex):
        tnef_bytes(nested(65))


def test_a_value_that_is_not_as_large_as_it_tells_is_told() -> None:
    from tests.formats.tnef.tnef_cases import attachment

    class Liar:
        def __init__(self, size: int) -> None:
            self.size = size

        def open(self) -> io.BytesIO:
            return io.BytesIO(b"four")

    for size in (3, 5):
        with pytest.raises(CorruptData):
            tnef_bytes(MessageContent(attachments=[attachment("a", Liar(size))]))
