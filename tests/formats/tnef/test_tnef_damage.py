"""Damaged TNEF streams: what is wrong is told, the rest is read, and nothing takes longer than it should."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.formats.tnef.tnef_cases import (
    HEAD,
    attribute,
    corpus,
    listed,
    mutants,
    needs_corpus,
    prop,
    sample,
    stream,
)

from mapix.formats.defects import Parsed, Strictness
from mapix.formats.tnef import read_tnef, tnef_bytes
from mapix.formats.tnef.layout import IID_MESSAGE, Att, checksum
from mapix.formats.tnef.read import is_tnef
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import CorruptData, MapiError
from mapix.properties.tag import PropTag

SUBJECT = attribute(Att.SUBJECT, b"Hi\0")


def defects(parsed: Parsed[MessageContent]) -> list[str]:
    return [defect.what for defect in parsed.defects]


def test_what_is_no_tnef_is_refused() -> None:
    for data in (b"", b"\x89PNG\r\n", HEAD[:3], b"{" * 100):
        with pytest.raises(CorruptData):
            read_tnef(data)


def test_a_stream_whose_signature_alone_is_wrong_is_read() -> None:
    parsed = read_tnef(b"\x78\x9f\x3e\x32" + stream(SUBJECT)[4:])
    assert parsed.value.properties == {t.PR_SUBJECT: "Hi"}
    assert defects(parsed) == ["the signature is wrong"]


def test_a_wrong_checksum_is_told_and_what_it_is_about_is_read() -> None:
    parsed = read_tnef(stream(attribute(Att.SUBJECT, b"Hi\0", total=1), attribute(Att.PRIORITY, b"\1\0")))
    assert parsed.value.properties == {t.PR_SUBJECT: "Hi", t.PR_IMPORTANCE: 2}
    assert defects(parsed) == ["a checksum is wrong"]
    with pytest.raises(CorruptData):
        read_tnef(stream(attribute(Att.SUBJECT, b"Hi\0", total=1)), strictness=Strictness.STRICT)


@pytest.mark.parametrize("size", [0, 2, 5, 1000, 0xFFFFFFFF])
def test_after_a_length_that_lies_the_next_attribute_is_found(size: int) -> None:
    parsed = read_tnef(stream(attribute(Att.BODY, b"Body", size=size), SUBJECT))
    assert parsed.value.properties[t.PR_SUBJECT] == "Hi"
    assert "the length of an attribute is wrong" in defects(parsed)


def test_of_a_stream_that_is_cut_everything_before_is_kept() -> None:
    data = sample()
    for length in range(len(HEAD) + 60, len(data), 37):
        parsed = read_tnef(data[:length])
        assert parsed.value.properties
    cut = stream(SUBJECT, attribute(Att.ATTACH_RENDDATA, bytes(14)), attribute(Att.ATTACH_DATA, b"0123456789")[:-7])
    parsed = read_tnef(cut)
    assert parsed.value.attachments[0].properties[t.PR_ATTACH_DATA_BIN] == b"01234"
    assert defects(parsed) == ["the stream ends in the middle of an attribute"]


def test_bytes_between_attributes_are_passed_over() -> None:
    parsed = read_tnef(stream(b"junk" * 5, SUBJECT))
    assert parsed.value.properties == {t.PR_SUBJECT: "Hi"}
    assert defects(parsed) == ["bytes that are no attribute"]


def test_bytes_behind_the_stream_are_told_unless_they_are_the_end_of_a_line() -> None:
    assert defects(read_tnef(stream(SUBJECT) + b"\r\n")) == []
    assert defects(read_tnef(stream(SUBJECT) + b"rest")) == ["bytes after the last attribute"]


def test_unknown_attributes_are_left_out_and_told() -> None:
    parsed = read_tnef(stream(attribute(0x00064711, b"?", level=1), SUBJECT))
    assert parsed.value.properties == {t.PR_SUBJECT: "Hi"}
    assert defects(parsed) == ["an unknown attribute was left out"]


def test_an_attribute_of_the_other_level_is_taken_for_what_it_is() -> None:
    parsed = read_tnef(stream(attribute(Att.SUBJECT, b"Hi\0", level=2)))
    assert parsed.value.properties == {t.PR_SUBJECT: "Hi"}
    assert defects(parsed) == ["an attribute of the other level"]


def test_an_attachment_without_its_beginning_is_one() -> None:
    parsed = read_tnef(stream(attribute(Att.ATTACH_DATA, b"data")))
    assert parsed.value.attachments[0].properties[t.PR_ATTACH_DATA_BIN] == b"data"
    assert defects(parsed) == ["an attachment without its beginning"]


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (Att.FROM, b"\4\0"),
        (Att.OWNER, b"\4"),
        (Att.MESSAGE_ID, b"xyz\0"),
        (Att.PRIORITY, b"\7\0"),
        (Att.DATE_SENT, struct.pack("<7H", 2020, 13, 2, 12, 0, 0, 4)),
        (Att.MESSAGE_STATUS, b""),
    ],
)
def test_an_attribute_that_tells_nothing_is_told(number: Att, data: bytes) -> None:
    parsed = read_tnef(stream(attribute(number, data), SUBJECT))
    assert parsed.value.properties == {t.PR_SUBJECT: "Hi"}
    assert defects(parsed) == [f"{number.name} tells nothing that can be understood"]


def props(data: bytes) -> tuple[dict[PropTag, object], list[str]]:
    parsed = read_tnef(stream(attribute(Att.MSG_PROPS, data)))
    return parsed.value.properties, defects(parsed)


LONG = struct.pack("<Ii", t.PR_IMPORTANCE, 1)


def test_counts_of_properties_that_lie() -> None:
    assert props(listed(LONG, count=5)) == ({t.PR_IMPORTANCE: 1}, ["fewer properties than the count tells"])
    assert props(listed(LONG, LONG, count=1)) == ({t.PR_IMPORTANCE: 1}, ["bytes after the last property"])
    assert props(b"\1")[1] == ["a list of properties is missing"]
    assert props(listed(LONG, count=0xFFFFFFFF))[0] == {t.PR_IMPORTANCE: 1}


def test_a_value_longer_than_its_list_is_what_is_there() -> None:
    values, told = props(listed(LONG, struct.pack("<III", 0x36000102, 1, 1000) + b"rest", count=2))
    assert values == {t.PR_IMPORTANCE: 1, PropTag(0x36000102): b"rest"}
    assert told == ["a value is longer than its list"]


def test_a_value_of_a_type_nobody_knows_where_it_ends_is_kept_with_all_that_follows() -> None:
    """P-026."""
    rest = struct.pack("<II", 0x360000F0, 9) + LONG
    values, told = props(listed(LONG, rest, count=3))
    assert values == {t.PR_IMPORTANCE: 1, t.PR_TNEF_UNPROCESSED_PROPS: rest}
    assert told == ["a value of an unknown type; what follows is kept unread"]


def test_properties_that_stand_twice_are_told_unless_they_are_the_same() -> None:
    assert props(listed(LONG, LONG)) == ({t.PR_IMPORTANCE: 1}, [])
    other = struct.pack("<Ii", t.PR_IMPORTANCE, 2)
    assert props(listed(LONG, other)) == ({t.PR_IMPORTANCE: 2}, ["properties stand there twice"])


def test_a_single_value_with_another_count() -> None:
    many = struct.pack("<II", t.PR_SUBJECT, 2) + b"\4\0\0\0a\0\0\0" + b"\4\0\0\0b\0\0\0"
    assert props(listed(many, LONG)) == (
        {t.PR_SUBJECT: "a", t.PR_IMPORTANCE: 1},
        ["a single value has another count"],
    )


def test_a_type_that_only_cells_of_tables_have_is_bytes_and_told() -> None:
    """P-054."""
    value = "ab\0".encode("utf-16-le")
    parsed = read_tnef(stream(attribute(Att.MSG_PROPS, listed(prop(0x0037301F, value)))))
    assert parsed.value.properties[PropTag(0x00370102)] == value
    assert [defect.what for defect in parsed.defects] == ["the type is none of a value"]
    assert read_tnef(tnef_bytes(parsed.value)).value.properties[PropTag(0x00370102)] == value


def test_half_a_letter_and_half_a_property_are_told() -> None:
    assert props(listed(prop(t.PR_SUBJECT, b"a\0b"), LONG))[1] == ["text ends in half a letter"]
    assert props(listed(LONG, struct.pack("<IQ", 0x36000014, 0)[:8], count=2))[1] == [
        "the list ends in the middle of a property"
    ]


def test_recipients_fewer_than_told() -> None:
    parsed = read_tnef(stream(attribute(Att.RECIP_TABLE, struct.pack("<I", 9) + listed(LONG))))
    assert parsed.value.recipients == [{t.PR_IMPORTANCE: 1}]
    assert defects(parsed) == ["fewer recipients than the count tells"]


def test_a_message_inside_that_is_none_stays_bytes() -> None:
    inner = prop(t.PR_ATTACH_DATA_OBJ, IID_MESSAGE + b"not TNEF")
    data = stream(attribute(Att.ATTACH_RENDDATA, bytes(14)), attribute(Att.ATTACHMENT, listed(inner)))
    parsed = read_tnef(data)
    assert parsed.value.attachments[0].message is None
    assert parsed.value.attachments[0].properties[t.PR_ATTACH_DATA_OBJ] == b"not TNEF"
    assert "the message inside is no TNEF stream" in defects(parsed)


def test_messages_nested_too_deeply_are_kept_as_bytes() -> None:
    data = stream(SUBJECT)
    for _ in range(70):
        inner = prop(t.PR_ATTACH_DATA_OBJ, IID_MESSAGE + data)
        data = stream(attribute(Att.ATTACH_RENDDATA, bytes(14)), attribute(Att.ATTACHMENT, listed(inner)))
    parsed = read_tnef(data)
    content, deep = parsed.value, 0
    while content.attachments[0].message is not None:
        content, deep = content.attachments[0].message, deep + 1
    assert deep == 64
    assert isinstance(content.attachments[0].properties[t.PR_ATTACH_DATA_OBJ], bytes)
    assert [defect.what for defect in parsed.defects if "deeply" in defect.what]


@given(st.binary(max_size=300))
@settings(max_examples=examples(200), deadline=None)
def test_any_bytes_behind_a_signature_end_in_a_message(data: bytes) -> None:
    assert isinstance(read_tnef(HEAD + data).value, MessageContent)


@given(st.binary(max_size=300))
@settings(max_examples=examples(200), deadline=None)
def test_any_list_of_properties_ends_in_a_message(data: bytes) -> None:
    content = read_tnef(stream(attribute(Att.MSG_PROPS, data))).value
    assert isinstance(read_tnef(tnef_bytes(content)).value, MessageContent)


@given(st.binary(max_size=2000))
def test_checksums_are_sums(data: bytes) -> None:
    assert checksum(data) == sum(data) & 0xFFFF
    assert checksum(data * 30, 7) == sum((data * 30)[7:]) & 0xFFFF


def survive(data: bytes, number: int, seed: int) -> int:
    """Every mutant is read or refused, and what was read can be written and read again; how many were read."""
    read = 0
    for mutant in mutants(data, number, seed):
        try:
            content = read_tnef(mutant).value
            written = tnef_bytes(content)
        except MapiError:
            continue
        again = read_tnef(written).value
        assert len(again.attachments) == len(content.attachments)
        read += 1
    return read


def test_mutants_of_what_we_write_are_read_or_refused() -> None:
    assert survive(sample(), 400, 1) > 200


@needs_corpus
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_mutants_of_real_streams_are_read_or_refused(path: Path) -> None:
    data = path.read_bytes()
    assert survive(data[:70_000], 30, len(data)) or not is_tnef(data)


@needs_corpus
@pytest.mark.soak
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_many_mutants_of_real_streams_are_read_or_refused(path: Path) -> None:
    data = path.read_bytes()
    assert survive(data, 2000, len(data) + 1) or not is_tnef(data)


def test_overlapping_lies_take_time_that_grows_with_the_size() -> None:
    def seconds(number: int) -> float:
        lie = attribute(Att.BODY, b"", size=number * 10, total=1)
        data = stream(*[lie + attribute(Att.PRIORITY, b"\1\0")] * number)
        begun = time.thread_time()
        read_tnef(data)
        return time.thread_time() - begun

    few, several = min(seconds(1000) for _ in range(5)), min(seconds(4000) for _ in range(5))
    assert several < 4 * 3 * few + 0.05


def test_hostile_streams_take_time_that_grows_with_their_size() -> None:
    def seconds(number: int) -> float:
        lying = attribute(Att.BODY, b"", size=0x7FFFFFFF)
        many = struct.pack("<II", 0x36001102, 0x7FFFFFFF) + bytes(4 * number)
        data = stream(*([lying] * number), attribute(Att.MSG_PROPS, listed(many)))
        begun = time.thread_time()
        read_tnef(data)
        return time.thread_time() - begun

    few, several = min(seconds(300) for _ in range(5)), min(seconds(1200) for _ in range(5))
    assert several < 4 * 3 * few + 0.05
