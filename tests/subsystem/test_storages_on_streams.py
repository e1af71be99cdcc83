"""Storages on streams: where they begin, what they leave alone, what becomes of a property (SPI-44)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.storage import Commit, LockBytes, Mode
from mapix.formats.storageerrors import AccessDenied, InvalidHeader
from mapix.interfaces.stream import Stream
from mapix.objects.bags.stream import PropertyStream
from mapix.properties.errors import InvalidParameter, NoAccess
from mapix.properties.tags import PR_ATTACH_DATA_BIN
from mapix.subsystem.support.streamstorage import storage_on

HEAD = b"what stands before"


def made(source: BinaryIO | Stream | LockBytes, text: bytes, *, current: bool = False) -> None:
    """Make a storage with one stream."""
    with storage_on(source, modify=False, create=True, current=current) as root:
        with root.create_stream("notes") as notes:
            notes.write(text)
        root.commit()


def read(source: BinaryIO | Stream | LockBytes, *, current: bool = False) -> bytes:
    """What that stream holds."""
    with (
        storage_on(source, modify=False, create=False, current=current) as root,
        root.open_stream("notes") as notes,
    ):
        return notes.read(1000)


def test_a_storage_begins_at_the_streams_start_wherever_its_cursor_is() -> None:
    """SPI-44: STGSTRM_RESET."""
    stream = io.BytesIO(HEAD)
    stream.seek(5)
    made(stream, b"hello")
    assert stream.getvalue()[:4] == bytes.fromhex("D0CF11E0")
    stream.seek(7)
    assert read(stream) == b"hello"


def test_a_storage_may_begin_at_the_streams_cursor() -> None:
    """SPI-44: STGSTRM_CURRENT. What stands before stays, and what followed is gone with STGSTRM_CREATE."""
    stream = io.BytesIO(HEAD + b"old" * 100_000)
    stream.seek(len(HEAD))
    made(stream, b"hello", current=True)
    assert stream.getvalue().startswith(HEAD + bytes.fromhex("D0CF11E0"))
    assert b"oldold" not in stream.getvalue()
    stream.seek(len(HEAD))
    assert read(stream, current=True) == b"hello"
    with pytest.raises(InvalidHeader):
        read(stream)


def test_a_storage_at_the_cursor_is_changed_where_it_stands(tmp_path: Path) -> None:
    """SPI-44: STGSTRM_MODIFY with STGSTRM_CURRENT, in a file that grows and is packed again."""
    place = tmp_path / "both"
    place.write_bytes(HEAD)
    with place.open("r+b") as file:
        file.seek(0, io.SEEK_END)
        made(file, b"hello", current=True)
        small = place.stat().st_size
        for text in (b"n" * 200_000, b"short"):
            file.seek(len(HEAD))
            with storage_on(file, modify=True, create=False, current=True) as root:
                with root.open_stream("notes", Mode.READWRITE | Mode.SHARE_EXCLUSIVE) as notes:
                    notes.set_size(0)
                    notes.write(text)
                root.commit(Commit.CONSOLIDATE)
            file.seek(len(HEAD))
            assert read(file, current=True) == text[:1000]
    assert place.read_bytes().startswith(HEAD)
    assert place.stat().st_size <= small + 4096


def test_two_storages_live_in_one_stream_behind_one_another() -> None:
    """SPI-44: one made at the end of another leaves it as it is."""
    stream = io.BytesIO()
    made(stream, b"first")
    end = stream.seek(0, io.SEEK_END)
    made(stream, b"second", current=True)
    assert read(stream) == b"first"
    stream.seek(end)
    assert read(stream, current=True) == b"second"


def test_a_storage_for_reading_is_not_written() -> None:
    """SPI-44: without STGSTRM_MODIFY."""
    stream = io.BytesIO(HEAD)
    stream.seek(len(HEAD))
    made(stream, b"hello", current=True)
    stream.seek(len(HEAD))
    with storage_on(stream, modify=False, create=False, current=True) as root, pytest.raises(AccessDenied):
        root.create_stream("more")


@pytest.mark.parametrize("current", [False, True])
def test_the_storage_in_a_property_is_committed_with_it(current: bool) -> None:
    """SPI-44, P-141: what was written becomes the property's value."""
    kept: list[Any] = []
    with PropertyStream(PR_ATTACH_DATA_BIN, HEAD, codepage=65001, commit=kept.append) as stream:
        stream.seek(len(HEAD))
        made(stream, b"hello", current=current)
    value = bytes(kept[-1])
    assert value.startswith(HEAD) is current
    again = PropertyStream(PR_ATTACH_DATA_BIN, value, codepage=65001)
    again.seek(len(HEAD) if current else 0)
    assert read(again, current=current) == b"hello"


def test_no_storage_is_made_on_a_property_that_is_only_read() -> None:
    """SPI-44, P-140."""
    with pytest.raises(NoAccess):
        made(PropertyStream(PR_ATTACH_DATA_BIN, HEAD, codepage=65001), b"hello")


def test_lock_bytes_hold_a_storage_and_have_no_cursor() -> None:
    """SPI-44: ILockBytes."""
    place = MemoryBytes()
    made(place, b"hello")
    assert read(place) == b"hello"
    with pytest.raises(InvalidParameter, match="cursor"):
        read(place, current=True)


def test_what_cannot_be_sought_in_holds_no_storage() -> None:
    """SPI-44."""
    wrong: Any = 5
    with pytest.raises(InvalidParameter):
        read(wrong)
