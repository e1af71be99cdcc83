"""Whole rows of properties as bytes that tell their own shape."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.properties.test_codec import ALL, Large

from mapix.properties.codec import pack_props, unpack_props
from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.tag import PropTag, PropType

ROW_ID = PropTag(0x30000003)
NAME = PropTag(0x3001001F)
KEY = PropTag(0x300B0102)
SHOWN = PropTag(0x0E1B000B)
ROW = {ROW_ID: 7, NAME: "Bill Müller", KEY: b"SMTP:BILL\0", SHOWN: True}


def _properties() -> st.SearchStrategy[tuple[PropTag, Any]]:
    codes = st.sampled_from(sorted(ALL))
    return codes.flatmap(
        lambda code: st.tuples(st.integers(1, 0xFFFE).map(lambda number: PropTag.of(number, code)), ALL[code])
    )


ROWS = st.lists(_properties(), max_size=12, unique_by=lambda item: item[0]).map(dict)


@given(ROWS)
def test_a_row_comes_back_from_its_bytes_in_its_order(row: dict[PropTag, Any]) -> None:
    back = unpack_props(pack_props(row))
    assert list(back.items()) == list(row.items())
    assert all(type(tag) is PropTag for tag in back)
    assert [type(value) for value in back.values()] == [type(value) for value in row.values()]


@given(ROWS, st.data())
def test_damaged_bytes_are_a_row_or_corrupt_data(row: dict[PropTag, Any], data: st.DataObject) -> None:
    packed = bytearray(pack_props(row))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = unpack_props(bytes(packed))
    except CorruptData:
        return
    assert len(found) <= len(row)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_row_or_corrupt_data(data: bytes) -> None:
    try:
        row = unpack_props(b"\x01" + data)
    except CorruptData:
        return
    assert len(row) <= len(data)


def test_every_cut_of_a_row_is_corrupt() -> None:
    packed = pack_props(ROW)
    for end in range(len(packed)):
        with pytest.raises(CorruptData):
            unpack_props(packed[:end])


def test_bytes_behind_a_row_are_corrupt() -> None:
    with pytest.raises(CorruptData):
        unpack_props(pack_props(ROW) + b"\0")


def test_a_row_of_a_later_version_is_corrupt_data() -> None:
    with pytest.raises(CorruptData, match="version"):
        unpack_props(b"\x02" + pack_props(ROW)[1:])


def test_a_tag_that_stands_twice_is_corrupt() -> None:
    head = b"\x01\x02\x00" + ROW_ID.to_bytes(4, "little") * 2
    with pytest.raises(CorruptData):
        unpack_props(head + bytes(8))


def test_an_empty_row_is_three_bytes() -> None:
    assert pack_props({}) == b"\x01\x00\x00"
    assert unpack_props(b"\x01\x00\x00") == {}


def test_numbers_of_rows_are_refused_beyond_sixteen_bits() -> None:
    with pytest.raises(BadValue):
        pack_props({PropTag(number): b"" for number in range(0x10000)})


@pytest.mark.parametrize(
    "row",
    [{ROW_ID: "text"}, {NAME: b"bytes"}, {KEY: "text"}, {KEY: 5}, {ROW_ID: 1 << 40}, {ROW_ID: None}, {NAME: None}],
)
def test_a_value_of_another_kind_is_a_bad_value(row: dict[PropTag, Any]) -> None:
    with pytest.raises(BadValue):
        pack_props(row)


def test_large_values_are_read() -> None:
    row = {NAME: Large("Bill".encode("utf-16-le")), KEY: Large(b"key")}
    assert unpack_props(pack_props(row)) == {NAME: "Bill", KEY: b"key"}


def test_rows_of_one_shape_do_not_share_values() -> None:
    first, second = pack_props(ROW), pack_props(ROW | {NAME: "Ann"})
    assert unpack_props(first)[NAME] == "Bill Müller"
    assert unpack_props(second)[NAME] == "Ann"


def test_a_boolean_comes_back_as_one() -> None:
    assert unpack_props(pack_props({SHOWN: 1}))[SHOWN] is True


def test_unknown_types_are_packed_as_bytes() -> None:
    tag = PropTag.of(0x6001, 0x7F00)
    assert unpack_props(pack_props({tag: b"raw"})) == {tag: b"raw"}


def test_the_type_of_a_tag_stays_what_it_was() -> None:
    tag = PropTag.of(0x6001, PropType.SVREID)
    assert next(iter(unpack_props(pack_props({tag: b""})))).type == PropType.SVREID
