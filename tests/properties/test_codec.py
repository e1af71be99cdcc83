"""Single and multiple values as little-endian bytes."""

import io
import math
import struct
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties.actions import Action, Actions, ActionType, FolderTarget, TagProperty
from mapix.properties.codec import dump, load, value_type
from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.tag import PropTag, PropType
from mapix.testing.strategies import restrictions

TEXT = st.text()
ACTIONS = st.lists(
    st.sampled_from(
        [
            Action(ActionType.MOVE, FolderTarget(b"", b"folder")),
            Action(ActionType.TAG, TagProperty(PropTag(0x0037001F), "x"), 1, 2),
            Action(ActionType.DELETE),
        ]
    )
).map(lambda found: Actions(tuple(found)))
VALUES: dict[int, st.SearchStrategy[Any]] = {
    PropType.SHORT: st.integers(-(1 << 15), (1 << 15) - 1),
    PropType.LONG: st.integers(-(1 << 31), (1 << 31) - 1),
    PropType.FLOAT: st.floats(width=32, allow_nan=False),
    PropType.DOUBLE: st.floats(allow_nan=False),
    PropType.CURRENCY: st.integers(-(1 << 63), (1 << 63) - 1),
    PropType.APPTIME: st.floats(allow_nan=False),
    PropType.ERROR: st.integers(-(1 << 31), (1 << 31) - 1),
    PropType.BOOLEAN: st.booleans(),
    PropType.LONGLONG: st.integers(-(1 << 63), (1 << 63) - 1),
    PropType.STRING8: st.binary(),
    PropType.UNICODE: TEXT,
    PropType.SYSTIME: st.integers(0, (1 << 63) - 1),
    PropType.CLSID: st.binary(min_size=16, max_size=16),
    PropType.BINARY: st.binary(),
    PropType.SVREID: st.binary(),
    PropType.SRESTRICTION: restrictions(),
    PropType.ACTIONS: ACTIONS,
    PropType.OBJECT: st.binary(),
    PropType.NULL: st.none(),
}
MULTIPLE = [code for code in PropType if code & 0x1000]
ALL = VALUES | {code: st.lists(VALUES[code & ~0x1000]).map(tuple) for code in MULTIPLE}


class Large:
    """A value that is read in pieces."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @property
    def size(self) -> int:
        return len(self.data)

    def open(self) -> IO[bytes]:
        return io.BytesIO(self.data)


def tag(code: int) -> PropTag:
    return PropTag.of(0x6001, code)


def test_every_property_type_is_covered_here() -> None:
    """P-020, P-021, X-02."""
    assert set(ALL) == set(PropType) - {PropType.UNSPECIFIED}


@given(st.sampled_from(sorted(ALL)).flatmap(lambda code: st.tuples(st.just(code), ALL[code])))
def test_a_value_comes_back_from_its_bytes(case: tuple[int, Any]) -> None:
    """P-023."""
    code, value = case
    data = dump(tag(code), value)
    assert isinstance(data, bytes)
    assert load(tag(code), data) == value


@given(st.sampled_from(sorted(ALL)), st.binary(max_size=64))
def test_hostile_bytes_are_a_value_or_corrupt_data(code: int, data: bytes) -> None:
    try:
        value = load(tag(code), data)
    except CorruptData:
        return
    assert load(tag(code), dump(tag(code), value)) == value or _holds_nan(value)


def _holds_nan(value: Any) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return any(isinstance(each, float) and math.isnan(each) for each in values)


@pytest.mark.parametrize(
    ("code", "value", "data"),
    [
        (PropType.SHORT, -2, "feff"),
        (PropType.LONG, 2, "02000000"),
        (PropType.DOUBLE, 1.0, "000000000000f03f"),
        (PropType.BOOLEAN, True, "0100"),
        (PropType.LONGLONG, 1, "0100000000000000"),
        (PropType.UNICODE, "Hé", "4800e900"),
        (PropType.STRING8, b"Hi", "4869"),
        (PropType.MV_LONG, (1, 2), "0100000002000000"),
        (PropType.MV_BINARY, (b"a", b""), "02000000010000006100000000"),
        (PropType.MV_UNICODE, ("a",), "01000000020000006100"),
    ],
)
def test_the_bytes_are_those_of_the_layout(code: int, value: Any, data: str) -> None:
    """P-023."""
    assert dump(tag(code), value).hex() == data


def test_any_bit_makes_a_boolean_true() -> None:
    """P-023."""
    assert load(tag(PropType.BOOLEAN), b"\x00\x80") is True
    assert load(tag(PropType.BOOLEAN), b"\x00\x00") is False


@pytest.mark.parametrize("code", [0x7F00, 0x10FB, 0x100B, 0x0000])
def test_a_type_nobody_defined_keeps_its_bytes(code: int) -> None:
    """P-026."""
    assert load(tag(code), b"\x01\x02\x03") == b"\x01\x02\x03"
    assert dump(tag(code), b"\x01\x02\x03") == b"\x01\x02\x03"


def test_a_cell_of_an_instance_column_holds_a_single_value() -> None:
    assert load(tag(0x301F), "one".encode("utf-16-le")) == "one"
    assert value_type(0x301F) is value_type(PropType.UNICODE)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (PropType.LONG, 1 << 31),
        (PropType.LONG, "1"),
        (PropType.SHORT, 1.5),
        (PropType.FLOAT, 1e300),
        (PropType.UNICODE, b"bytes"),
        (PropType.BINARY, "text"),
        (PropType.BINARY, 5),
        (PropType.CLSID, b"short"),
        (PropType.MV_LONG, 5),
        (PropType.MV_UNICODE, "text"),
        (PropType.MV_UNICODE, (b"bytes",)),
    ],
)
def test_a_value_of_another_kind_is_a_bad_value(code: int, value: Any) -> None:
    with pytest.raises(BadValue):
        dump(tag(code), value)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x01", struct.pack("<I", 1), struct.pack("<II", 1, 99), struct.pack("<I", 0) + b"more", b"\xff" * 12],
)
def test_counts_that_the_bytes_do_not_bear_out_are_corrupt(data: bytes) -> None:
    with pytest.raises(CorruptData):
        load(tag(PropType.MV_BINARY), data)


def test_text_of_half_a_character_is_corrupt() -> None:
    with pytest.raises(CorruptData):
        load(tag(PropType.UNICODE), b"a")


def test_unpaired_surrogates_are_carried() -> None:
    assert load(tag(PropType.UNICODE), dump(tag(PropType.UNICODE), "a\ud800b")) == "a\ud800b"


def test_a_large_value_is_read() -> None:
    assert dump(tag(PropType.BINARY), Large(b"abc")) == b"abc"
    assert load(tag(PropType.UNICODE), dump(tag(PropType.UNICODE), Large("Hé".encode("utf-16-le")))) == "Hé"


def test_bytes_of_other_kinds_are_bytes() -> None:
    assert dump(tag(PropType.BINARY), bytearray(b"ab")) == dump(tag(PropType.BINARY), memoryview(b"ab")) == b"ab"
