"""Large values: one copy however many hold it, pieces, compression, bounded memory."""

from __future__ import annotations

import io
import os
import tracemalloc
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread, Timer
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.sqlstore.helpers import file, save, undone

from mapix.interfaces.backend import (
    AttachmentChanges,
    MessageChanges,
)
from mapix.objects.bags.spool import FileValue, Spool
from mapix.properties import tags
from mapix.properties.errors import CorruptStore, ObjectDeleted
from mapix.properties.restriction import Content, Fuzzy, Property, Relop, Size
from mapix.properties.value import LargeValue, whole
from mapix.providers.sqlstore import blobs as blobs_module
from mapix.providers.sqlstore import garbage
from mapix.providers.sqlstore.blobs import StoredLarge
from mapix.providers.sqlstore.pieces import EACH, FILE, PIECE
from mapix.providers.sqlstore.scratch import elsewhere
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles
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


def place_of(store: SqliteBackend) -> Path:
    """Where the largest values of a store are."""
    return store.database.files.directory


@pytest.fixture
def smaller(monkeypatch: pytest.MonkeyPatch) -> int:
    """The size from which values are files, here much smaller than elsewhere."""
    monkeypatch.setattr(LargeFiles, "least", 3 * LARGE)
    return 3 * LARGE


@pytest.mark.parametrize("nameable", [True, False])
def test_a_giant_value_is_a_file_once(
    backend: SqliteBackend, smaller: int, monkeypatch: pytest.MonkeyPatch, nameable: bool
) -> None:
    if not nameable:
        monkeypatch.setattr("mapix.providers.sqlstore.sqlite.largefiles.unnamed", lambda directory: None)
    data = os.urandom(smaller + 17)
    first = save(backend, attachments={0: file(data)})
    second = save(backend, attachments={0: file(data)})
    assert blobs(backend) == [(len(data), FILE)]
    assert backend.database.value("SELECT count(*) FROM chunk") == 0
    (kept,) = place_of(backend).iterdir()
    assert kept.name == sha256(data).hexdigest()
    assert kept.read_bytes() == data
    assert kept.stat().st_mode & 0o77 == 0
    assert place_of(backend).stat().st_mode & 0o77 == 0
    value = second.attachments()[0][DATA]
    with value.open() as reader:
        reader.seek(100)
        assert reader.read(1000) == data[100:1100]
    backend.delete_messages([first.number])
    assert whole(DATA, value) == data
    backend.delete_messages([second.number])
    assert list(place_of(backend).iterdir()) == []
    assert blobs(backend) == []


def test_a_giant_value_that_was_streamed_is_written_once(backend: SqliteBackend, smaller: int) -> None:
    spool = Spool(backend.scratch)
    data = os.urandom(smaller * 8)
    for start in range(0, len(data), 100_000):
        spool.write(data[start : start + 100_000])
    spool.seek(0)
    inode = os.fstat(spool.file.fileno()).st_ino if spool.file else 0
    message = save(backend, attachments={0: AttachmentChanges({DATA: FileValue(spool, len(data))})})
    (kept,) = place_of(backend).iterdir()
    if hasattr(os, "O_TMPFILE"):
        assert kept.stat().st_ino == inode
    assert kept.name == sha256(data).hexdigest()
    assert whole(DATA, message.attachments()[0][DATA]) == data


@given(
    st.lists(st.tuples(st.integers(0, 90), st.binary(min_size=1, max_size=40)), max_size=12),
    st.one_of(st.none(), st.integers(0, 90)),
)
def test_a_scratch_file_knows_the_hash_of_what_is_in_it(steps: list[tuple[int, bytes]], cut: int | None) -> None:
    scratch, model = elsewhere(), io.BytesIO()
    for place, data in steps:
        for written in (scratch, model):
            written.seek(place if place % 3 else 0, os.SEEK_SET if place % 2 else os.SEEK_END)
            written.write(data)
    if cut is not None:
        scratch.truncate(cut)
        model.truncate(cut)
        model.write(b"" if cut <= len(model.getvalue()) else bytes(cut - len(model.getvalue())))
    size = os.fstat(scratch.fileno()).st_size
    scratch.seek(0)
    content = scratch.read()
    assert scratch.digest() == (sha256(content).digest(), size)
    if cut is None:
        assert content == model.getvalue()
    scratch.close()


def test_what_a_crash_left_goes_at_the_next_opening(backend: SqliteBackend, smaller: int, path: Path) -> None:
    save(backend, attachments={0: file(os.urandom(smaller))})
    (kept,) = place_of(backend).iterdir()
    for name in ("ab" * 32, "half.part"):
        (place_of(backend) / name).write_bytes(b"left over")
    with undone(backend):
        save(backend, attachments={0: file(os.urandom(smaller))})
    assert len(list(place_of(backend).iterdir())) == 4
    SqliteBackend(path, readonly=True).close()
    assert len(list(place_of(backend).iterdir())) == 4
    SqliteBackend(path).close()
    assert list(place_of(backend).iterdir()) == [kept]


def test_what_was_undone_goes_when_the_store_is_closed(path: Path, smaller: int) -> None:
    store = SqliteBackend(path, create=True)
    with undone(store):
        save(store, attachments={0: file(os.urandom(smaller))})
    assert len(list(place_of(store).iterdir())) == 1
    store.close()
    assert list(place_of(store).iterdir()) == []


def test_a_deletion_that_is_undone_leaves_the_giant_value(backend: SqliteBackend, smaller: int) -> None:
    data = os.urandom(smaller)
    message = save(backend, attachments={0: file(data)})
    with undone(backend):
        backend.delete_messages([message.number])
    assert whole(DATA, message.attachments()[0][DATA]) == data


def test_a_giant_value_comes_back_before_it_was_collected(
    backend: SqliteBackend, smaller: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom(smaller)
    message = save(backend, attachments={0: file(data)})
    monkeypatch.setattr(backend.database, "after_commit", lambda: None)
    backend.delete_messages([message.number])
    again = save(backend, attachments={0: file(data)})
    monkeypatch.undo()
    backend.garbage.collect()
    assert whole(DATA, again.attachments()[0][DATA]) == data
    assert backend.database.rows("SELECT * FROM garbage") == []


def test_a_file_that_went_before_its_row_is_written_again(
    backend: SqliteBackend, smaller: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collector that dies between the two leaves this."""
    monkeypatch.setattr(LargeFiles, "least", smaller)
    data = os.urandom(smaller)
    message = save(backend, attachments={0: file(data)})
    monkeypatch.setattr(backend.database, "after_commit", lambda: None)
    backend.delete_messages([message.number])
    (kept,) = place_of(backend).iterdir()
    kept.unlink()
    again = save(backend, attachments={0: file(data)})
    assert whole(DATA, again.attachments()[0][DATA]) == data


def test_a_value_whose_file_went_is_not_copied(
    backend: SqliteBackend, smaller: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a collector that died left is no ground for a message without its attachment."""
    message = save(backend, attachments={0: file(os.urandom(smaller))})
    value = message.attachments()[0][DATA]
    monkeypatch.setattr(backend.database, "after_commit", lambda: None)
    backend.delete_messages([message.number])
    (kept,) = place_of(backend).iterdir()
    kept.unlink()
    with pytest.raises(ObjectDeleted):
        save(backend, attachments={0: AttachmentChanges({DATA: value})})
    assert backend.messages(backend.root) == []


def test_a_value_that_another_process_takes_long_to_forget_is_deleted_not_damaged(
    backend: SqliteBackend, smaller: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = save(backend, attachments={0: file(os.urandom(smaller))})
    value = message.attachments()[0][DATA]
    other, gone, go_on = SqliteBackend(path), Event(), Event()
    monkeypatch.setattr(blobs_module, "_LOOKS", 2)

    def wait() -> None:
        gone.set()
        assert go_on.wait(60)

    monkeypatch.setattr(other.database, "after_commit", lambda: None)
    other.delete_messages([message.number])
    monkeypatch.setattr(other.database, "before_commit", wait)
    collecting = Thread(target=other.garbage.collect)
    collecting.start()
    assert gone.wait(60)
    Timer(0.15, go_on.set).start()
    with pytest.raises(ObjectDeleted):
        value.open()
    collecting.join()
    other.close()


@pytest.mark.usefixtures("damaged")
def test_a_giant_value_whose_file_is_gone_is_told(backend: SqliteBackend, smaller: int) -> None:
    message = save(backend, attachments={0: file(os.urandom(smaller))})
    (kept,) = place_of(backend).iterdir()
    kept.unlink()
    value = message.attachments()[0][DATA]
    with pytest.raises(CorruptStore, match="mapix store check"):
        value.open()


def test_much_that_is_let_go_of_at_once_is_collected_in_steps(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "AT_ONCE", 2 * LARGE)
    monkeypatch.setattr(garbage, "A_STEP", 8 * LARGE)
    monkeypatch.setattr(garbage, "_SOON", 0.0)
    with backend.transaction():
        for _ in range(100):
            save(backend, attachments={0: file(os.urandom(LARGE))})
    backend.delete_messages(backend.messages(backend.root))
    assert len(blobs(backend)) == 98
    before = backend.database.transactions
    assert backend.garbage.collect() == 98 * LARGE
    assert backend.database.transactions - before >= 98 // 8
    assert blobs(backend) == []


def test_pieces_are_compressed_where_that_helps(backend: SqliteBackend) -> None:
    data = b"text " * PIECE + os.urandom(2 * PIECE) + b"text " * 8 * PIECE + os.urandom(10)
    message = save(backend, attachments={0: file(data)})
    assert whole(DATA, message.attachments()[0][DATA]) == data
    stored = backend.database.value("SELECT sum(length(data)) FROM chunk")
    assert 2 * PIECE < stored < len(data) / 2
