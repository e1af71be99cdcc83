"""The files of large values while others use the store: what they make, take away or move is no damage to anybody."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import IO

import pytest
from tests.providers.sqlstore.helpers import file, save

from mapix.properties import tags
from mapix.properties.value import whole
from mapix.providers.sqlstore.blobs import StoredLarge
from mapix.providers.sqlstore.pieces import PIECE
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles

DATA = tags.PR_ATTACH_DATA_BIN
GIANT = 4 * PIECE


@pytest.fixture(autouse=True)
def _smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LargeFiles, "least", GIANT)


@pytest.fixture
def other(backend: SqliteBackend, path: Path) -> Iterator[SqliteBackend]:
    """Somebody else's connection."""
    store = SqliteBackend(path)
    yield store
    store.close()


def before_opening(backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """Have something happen before a store opens one of its files, once."""
    opened, left = LargeFiles.open, [work]

    def late(files: LargeFiles, digest: bytes) -> IO[bytes]:
        if files is backend.database.files and left:
            left.pop()()
        return opened(files, digest)

    monkeypatch.setattr(LargeFiles, "open", late)


def test_a_file_that_is_just_being_saved_is_not_found_to_belong_to_nothing(
    backend: SqliteBackend, other: SqliteBackend
) -> None:
    found: list[object] = []
    looking = Thread(target=lambda: found.append(backend.care().check()))
    with other.transaction():
        save(other, attachments={0: file(os.urandom(GIANT))})
        looking.start()
        looking.join(0.3)
    looking.join()
    assert found == [[]]


def test_a_value_that_goes_during_a_look_is_not_found_to_be_damaged(
    backend: SqliteBackend, other: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = save(backend, attachments={0: file(os.urandom(GIANT))}).number
    before_opening(backend, monkeypatch, lambda: other.delete_messages([number]))
    assert backend.care().check() == []
    assert backend.messages(backend.root) == []


def test_a_value_that_goes_before_it_is_packed_is_left_out(
    backend: SqliteBackend, other: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [save(backend, attachments={0: file(text * GIANT)}).number for text in (b"a", b"b")]
    before_opening(backend, monkeypatch, lambda: other.delete_messages(numbers[:1]))
    backend.care().compact()
    assert backend.database.files.names() == []
    assert whole(DATA, backend.message(numbers[1]).attachments()[0][DATA]) == b"b" * GIANT


def test_a_value_that_is_packed_before_it_is_opened_is_read_where_it_is(
    backend: SqliteBackend, other: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = save(backend, attachments={0: file(b"a" * GIANT)}).attachments()[0][DATA]
    assert isinstance(value, StoredLarge)
    before_opening(backend, monkeypatch, lambda: other.care().compact())
    assert whole(DATA, value) == b"a" * GIANT
    assert backend.database.files.names() == []
