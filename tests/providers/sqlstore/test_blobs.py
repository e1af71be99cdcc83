"""Large values: one copy however many hold it, pieces, compression, bounded memory."""

from __future__ import annotations

import io
import os
import tracemalloc
from pathlib import Path
from typing import IO, Any

import pytest
from tests.providers.sqlstore.helpers import file, save

from mapix.interfaces.backend import (
    AttachmentChanges,
    MessageChanges,
)
from mapix.properties import tags
from mapix.properties.errors import ObjectDeleted
from mapix.properties.restriction import Content, Fuzzy, Property, Relop, Size
from mapix.properties.value import LargeValue, whole
from mapix.providers.sqlstore.blobs import EACH, PIECE, StoredLarge
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.values import LARGE

DATA = tags.PR_ATTACH_DATA_BIN


class Endless:
    """A large value made while it is read: numbered lines of 64 bytes."""

    def __init__(self, lines: int) -> None:
        self.lines = lines
        self.size = lines * 64

    def open(self) -> IO[bytes]:
        return io.BufferedReader(_Lines(self.lines))


class _Lines(io.RawIOBase):
    def __init__(self, lines: int) -> None:
        self.left = iter(range(lines))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        rows = [number for _, number in zip(range(len(buffer) // 64), self.left, strict=False)]
        data = b"".join(b"%063d\n" % number for number in rows)
        buffer[: len(data)] = data
        return len(data)


def blobs(store: SqliteBackend) -> list[tuple[int, int]]:
    """Size and packing of every large value kept."""
    return store.database.rows("SELECT size, packing FROM blob ORDER BY id")


@pytest.mark.parametrize("size", [LARGE, PIECE, PIECE + 1, 3 * PIECE + 17])
@pytest.mark.parametrize("compressible", [True, False])
def test_a_large_value_comes_back_as_it_was(backend: SqliteBackend, size: int, compressible: bool) -> None:
    data = (b"line of text\n" * (size // 13 + 1))[:size] if compressible else os.urandom(size)
    message = save(backend, attachments={0: file(data)})
    value = message.attachments()[0][DATA]
    assert isinstance(value, StoredLarge)
    assert isinstance(value, LargeValue)
    assert value.size == size
    assert whole(DATA, value) == data
    assert blobs(backend) == [(size, EACH)]
    stored = backend.database.value("SELECT sum(length(data)) FROM chunk")
    assert stored < size / 5 if compressible else stored == size


def test_a_small_value_stays_where_it_is(backend: SqliteBackend) -> None:
    message = save(backend, attachments={0: file(b"x" * (LARGE - 1))})
    assert message.attachments()[0][DATA] == b"x" * (LARGE - 1)
    assert blobs(backend) == []


def test_a_reader_can_go_anywhere(backend: SqliteBackend) -> None:
    data = os.urandom(2 * PIECE + 100)
    with save(backend, attachments={0: file(data)}).attachments()[0][DATA].open() as reader:
        for place in (0, PIECE - 3, PIECE, 2 * PIECE + 90, 5):
            reader.seek(place)
            assert reader.read(10) == data[place : place + 10]
        assert reader.seek(-4, os.SEEK_END) == len(data) - 4
        assert reader.read() == data[-4:]
        assert reader.read(1) == b""


def test_large_text_comes_back_and_can_be_searched(backend: SqliteBackend) -> None:
    text = "Zeile 😀 \ud800 ä\n" * 10_000 + "Ende"
    message = save(backend, {tags.PR_BODY: text})
    value = message.load([tags.PR_BODY])[0][tags.PR_BODY]
    assert whole(tags.PR_BODY, value) == text
    rows = backend.contents(backend.root, associated=False)
    assert rows.page(None, (), None, 1, (tags.PR_BODY,)).rows == [(text,)]
    assert rows.count(Content(tags.PR_BODY, "ä\nEnde", Fuzzy.SUBSTRING)) == 1
    assert rows.count(Content(tags.PR_BODY, "ENDE", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)) == 1
    assert rows.count(Content(tags.PR_BODY, "Anfang", Fuzzy.SUBSTRING)) == 0
    assert rows.count(Property(Relop.EQ, tags.PR_BODY, text.upper())) == 1
    assert rows.count(Size(Relop.EQ, tags.PR_BODY, len(text.encode("utf-16-le", "surrogatepass")) + 2)) == 1


def test_two_hundred_copies_cost_one(backend: SqliteBackend) -> None:
    data = os.urandom(1_000_000)
    folder = backend.create_folder(backend.root, "copies", {})
    first = save(backend, attachments={0: file(data)})
    for _ in range(99):
        save(backend, attachments={0: file(data)})
    copies = [backend.copy_messages([first.number], folder)[first.number] for _ in range(100)]
    assert len(blobs(backend)) == 1
    assert backend.database.value("PRAGMA page_count") * 4096 < 1_500_000
    assert whole(DATA, backend.message(copies[-1]).attachments()[0][DATA]) == data
    backend.delete_messages(backend.messages(backend.root))
    assert len(blobs(backend)) == 1
    backend.delete_folder(folder, messages=True, folders=True)
    assert blobs(backend) == []
    assert backend.database.value("SELECT count(*) FROM chunk") == 0


def test_a_replaced_value_goes_and_an_unchanged_one_stays(backend: SqliteBackend) -> None:
    message = save(backend, {tags.PR_BODY: "a" * LARGE, tags.PR_HTML: b"h" * LARGE})
    message.apply(MessageChanges({tags.PR_BODY: "b" * LARGE}))
    assert len(blobs(backend)) == 2
    message.apply(MessageChanges({tags.PR_BODY: "small"}))
    assert len(blobs(backend)) == 1
    message.apply(MessageChanges({}, {tags.PR_HTML.id}))
    assert blobs(backend) == []


def test_a_stored_value_is_copied_without_being_read(backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    value = save(backend, attachments={0: file(b"x" * LARGE)}).attachments()[0][DATA]
    with monkeypatch.context() as patch:
        patch.setattr(StoredLarge, "open", lambda self: pytest.fail("it was read"))
        save(backend, attachments={0: AttachmentChanges({DATA: value})})
    assert len(blobs(backend)) == 1


def test_a_value_that_went_meanwhile_is_told(backend: SqliteBackend) -> None:
    message = save(backend, attachments={0: file(b"x" * LARGE)})
    value = message.attachments()[0][DATA]
    backend.delete_messages([message.number])
    with pytest.raises(ObjectDeleted), value.open() as reader:
        reader.read()
    with pytest.raises(ObjectDeleted):
        save(backend, attachments={0: AttachmentChanges({DATA: value})})
    assert backend.messages(backend.root) == []


def test_a_value_of_another_store_is_read_and_kept(backend: SqliteBackend, tmp_path: Path) -> None:
    other = SqliteBackend(tmp_path / "other.mapix", create=True)
    value = save(other, attachments={0: file(b"abc" * LARGE)}).attachments()[0][DATA]
    message = save(backend, attachments={0: AttachmentChanges({DATA: value})})
    other.close()
    assert whole(DATA, message.attachments()[0][DATA]) == b"abc" * LARGE


def test_a_large_value_is_written_and_read_with_bounded_memory(backend: SqliteBackend) -> None:
    value = Endless(250_000)
    tracemalloc.start()
    message = save(backend, attachments={0: AttachmentChanges({DATA: value})})
    written = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    with message.attachments()[0][DATA].open() as reader:
        length = 0
        while piece := reader.read(100_000):
            length += len(piece)
    read = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert length == value.size == 16_000_000
    assert written < 4_000_000
    assert read < 2_000_000
