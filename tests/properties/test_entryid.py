"""Entry identifiers: one-off recipients, wrapped stores, the objects of this house, and lists of them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties.entryid import (
    ONE_OFF_NO_RICH_INFO,
    ONE_OFF_UID,
    ONE_OFF_UNICODE,
    STORE_WRAP_UID,
    ObjectEntryId,
    OneOff,
    is_one_off,
    is_wrapped_store,
    provider_uid,
    search_key,
    unwrap_store,
    wrap_store,
)
from mapix.properties.entrylist import dump_entries, load_entries
from mapix.properties.errors import CorruptData, InvalidEntryid, MapiError, UnknownEntryid

STRINGS = st.text(st.characters(exclude_characters="\0", codec="utf-8"))
UIDS = st.binary(min_size=16, max_size=16)
BILL = ("Bill", "SMTP", "bill@example.com")


def test_a_unicode_one_off_has_the_bytes_of_the_layout() -> None:
    """ABK-60, E-010."""
    data = OneOff(*BILL).dump()
    tail = "".join(f"{text}\0" for text in BILL).encode("utf-16-le")
    assert data == bytes(4) + ONE_OFF_UID + struct.pack("<HH", 0, 0x8001) + tail
    assert len(data) == 24 + 10 + 10 + 34


def test_an_eight_bit_one_off_has_the_bytes_of_the_layout() -> None:
    """ABK-60, E-010."""
    data = OneOff(*BILL, ONE_OFF_NO_RICH_INFO).dump()
    assert data == bytes(4) + ONE_OFF_UID + struct.pack("<HH", 0, 0x0001) + b"Bill\0SMTP\0bill@example.com\0"
    assert len(data) == 24 + 5 + 5 + 17


@pytest.mark.parametrize("flags", [0, ONE_OFF_NO_RICH_INFO, ONE_OFF_UNICODE, ONE_OFF_UNICODE | ONE_OFF_NO_RICH_INFO])
@given(name=STRINGS, kind=STRINGS, address=STRINGS)
def test_a_one_off_comes_back_from_its_bytes(flags: int, name: str, kind: str, address: str) -> None:
    one_off = OneOff(name, kind, address, flags)
    data = one_off.dump()
    assert is_one_off(data)
    assert OneOff.load(data) == one_off


def test_an_eight_bit_one_off_is_in_a_code_page() -> None:
    one_off = OneOff("Jürgen", "SMTP", "j@x.test", 0)
    assert b"J\xfcrgen\0" in one_off.dump(1252)
    assert OneOff.load(one_off.dump(1252), 1252) == one_off


def test_other_flags_of_a_one_off_are_kept() -> None:
    """ABK-60."""
    assert OneOff.load(OneOff(*BILL, 0x9001).dump()).flags == 0x9001


def test_a_one_off_string_ends_at_its_first_nul() -> None:
    """E-010."""
    assert OneOff.load(OneOff("Bi\0ll", "SMTP", "b@x\0.test").dump()) == OneOff("Bi", "SMTP", "b@x")


def test_the_search_key_is_upper_case_and_ends_with_nul() -> None:
    """ABK-5, E-009, E-010."""
    assert search_key("smtp", "bill@example.com") == b"SMTP:BILL@EXAMPLE.COM\0"


def test_a_search_key_can_be_made_of_any_text() -> None:
    assert search_key("SMTP", "\ud800@x").startswith(b"SMTP:")


@pytest.mark.parametrize("flags", [0, ONE_OFF_UNICODE])
def test_every_cut_of_a_one_off_is_refused(flags: int) -> None:
    data = OneOff(*BILL, flags).dump()
    for end in range(len(data)):
        with pytest.raises((UnknownEntryid, InvalidEntryid)):
            OneOff.load(data[:end])


@given(st.binary(max_size=100), st.sampled_from([0, 1, 0x8000, 0x8001]))
def test_hostile_one_offs_are_read_or_refused(tail: bytes, flags: int) -> None:
    try:
        one_off = OneOff.load(bytes(4) + ONE_OFF_UID + struct.pack("<HH", 0, flags) + tail)
    except MapiError:
        return
    assert OneOff.load(one_off.dump()).flags == flags


@given(st.binary(max_size=60))
def test_any_bytes_give_mapi_errors(data: bytes) -> None:
    for read in (OneOff.load, ObjectEntryId.load, unwrap_store, provider_uid):
        try:
            read(data)
        except MapiError:
            continue
        assert read is provider_uid


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30), st.binary(max_size=64))
def test_a_store_is_unwrapped_to_what_was_wrapped(provider: str, inner: bytes) -> None:
    """SPI-30, E-011, E-012."""
    wrapped = wrap_store(provider, inner)
    assert is_wrapped_store(wrapped)
    assert unwrap_store(wrapped) == (provider, inner)


def test_a_wrapped_store_has_the_bytes_of_the_layout() -> None:
    """SPI-30, E-012."""
    wrapped = wrap_store("emsmdb.dll", b"inner")
    assert wrapped == bytes(4) + STORE_WRAP_UID + b"\0\0" + b"emsmdb.dll\0" + b"\0\0\0" + b"inner"
    assert wrapped.index(b"inner") == 22 + 14


@pytest.mark.parametrize("provider", ["größe", "a\0b"])
def test_a_provider_that_no_identifier_can_name_is_refused(provider: str) -> None:
    with pytest.raises(MapiError):
        wrap_store(provider, b"inner")


def test_a_wrapped_store_whose_name_has_no_end_is_invalid() -> None:
    with pytest.raises(InvalidEntryid):
        unwrap_store(bytes(4) + STORE_WRAP_UID + b"\0\0" + b"endless")


def test_an_identifier_that_wraps_no_store_is_unknown() -> None:
    with pytest.raises(UnknownEntryid):
        unwrap_store(OneOff(*BILL).dump())


@given(UIDS, UIDS, st.integers(0, 255), st.integers(0, (1 << 64) - 1))
def test_an_object_comes_back_from_its_identifier(provider: bytes, store: bytes, kind: int, number: int) -> None:
    """EID-1, E-001, E-004."""
    entry = ObjectEntryId(provider, store, kind, number)
    assert ObjectEntryId.load(entry.dump()) == entry
    assert provider_uid(entry.dump()) == provider


def test_the_identifier_of_a_later_version_is_unknown() -> None:
    data = bytearray(ObjectEntryId(bytes(16), bytes(16), 5, 1).dump())
    data[36] = 9
    with pytest.raises(UnknownEntryid):
        ObjectEntryId.load(bytes(data))


def test_a_short_identifier_names_no_provider() -> None:
    with pytest.raises(InvalidEntryid):
        provider_uid(bytes(19))


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_a_list_of_identifiers_comes_back(entries: list[bytes]) -> None:
    """E-015."""
    data = dump_entries(entries)
    assert load_entries(data) == entries
    assert len(data) % 4 == 0


def test_a_list_of_identifiers_has_the_bytes_of_the_layout() -> None:
    """E-015."""
    assert dump_entries([b"abc"]) == struct.pack("<III", 1, 8, 3) + b"abc\0"


def test_the_last_padding_of_a_list_may_be_missing() -> None:
    assert load_entries(struct.pack("<III", 1, 7, 3) + b"abc") == [b"abc"]


@given(st.binary(max_size=60))
def test_hostile_lists_are_read_or_corrupt(data: bytes) -> None:
    try:
        entries = load_entries(data)
    except CorruptData:
        return
    assert sum(map(len, entries)) <= len(data)


def test_a_list_that_promises_too_much_is_corrupt() -> None:
    for data in (
        b"",
        struct.pack("<II", 1 << 30, 8) + bytes(8),
        struct.pack("<III", 1, 4, 99),
        struct.pack("<II", 2, 4),
    ):
        with pytest.raises(CorruptData):
            load_entries(data)
