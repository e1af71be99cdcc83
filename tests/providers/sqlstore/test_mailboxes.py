"""The stores of one directory, and the provider that opens them."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.providers.sqlstore.helpers import save

from mapix.interfaces.prop import Access
from mapix.objects.stores.storeobject import StoreObject, unwrapped_entry_id
from mapix.properties import tags
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import NoAccess, NotFound
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.providers.sqlstore.service import PROVIDER_UID, service
from mapix.providers.sqlstore.sqlite import mailboxes
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.opening import open_store, store_path
from mapix.testing.support import BenchSupport


def make(directory: Path, name: str, address: str | None) -> SqliteBackend:
    """A store with an owner."""
    store = SqliteBackend(directory / f"{name}.mapix", create=True)
    store.set_owner(address)
    return store


def test_a_mailbox_is_found_by_its_owner_s_address_whatever_the_case(tmp_path: Path) -> None:
    ann, bob = make(tmp_path, "ann", "Ann@Home.example"), make(tmp_path, "bob", "bob@home.example")
    found = bob.open_mailbox("aNN@home.EXAMPLE")
    assert found is not None
    assert found.uid == ann.uid
    number = save(found).number
    assert ann.messages(ann.root) == [number]
    assert bob.open_mailbox("nobody@home.example") is None
    for store in (ann, bob, found):
        store.close()


def test_a_new_address_replaces_the_old_one(tmp_path: Path) -> None:
    store = make(tmp_path, "ann", "old@home.example")
    store.set_owner("new@home.example")
    assert store.open_mailbox("old@home.example") is None
    found = store.open_mailbox("new@home.example")
    assert found is not None
    found.close()
    store.set_owner(None)
    assert store.open_mailbox("new@home.example") is None
    store.close()


def test_the_first_store_with_an_address_keeps_it_while_it_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = make(tmp_path, "first", "ann@home.example")
    with caplog.at_level(logging.WARNING):
        second = make(tmp_path, "second", "ann@home.example")
    assert "keeps going to first.mapix" in caplog.text
    bob = make(tmp_path, "bob", "bob@home.example")
    found = bob.open_mailbox("ann@home.example")
    assert found is not None
    assert found.uid == first.uid
    found.close()
    first.close()
    first.path.unlink()
    third = make(tmp_path, "third", "ann@home.example")
    found = bob.open_mailbox("ann@home.example")
    assert found is not None
    assert found.uid == third.uid
    for store in (found, second, third, bob):
        store.close()


def test_a_store_delivers_to_its_own_owner_before_others_of_the_same_address(tmp_path: Path) -> None:
    first = make(tmp_path, "first", "ann@home.example")
    second = make(tmp_path, "second", "Ann@home.example")
    found = second.open_mailbox("aNN@home.example")
    assert found is not None
    assert found.uid == second.uid
    for store in (found, second, first):
        store.close()


def test_a_store_that_was_copied_elsewhere_is_registered_there(tmp_path: Path) -> None:
    first = make(tmp_path, "ann", "ann@home.example")
    first.close()
    (tmp_path / "other").mkdir()
    copied = SqliteBackend(shutil.copy(first.path, tmp_path / "other" / "copy.mapix"))
    assert copied.open_mailbox("ann@home.example") is None
    copied.set_owner("ann@home.example")
    found = copied.open_mailbox("ann@home.example")
    assert found is not None
    assert found.path == copied.path
    for store in (copied, found):
        store.close()


def test_a_store_alone_in_its_directory_finds_nobody(backend: SqliteBackend) -> None:
    assert backend.open_mailbox("ann@home.example") is None


def logon(support: BenchSupport, access: Access = Access.MODIFY, entry_id: bytes | None = None) -> StoreObject:
    """The store of a section."""
    store = SqlStoreProvider().logon(support, entry_id=entry_id, access=access).store
    assert isinstance(store, StoreObject)
    return store


def test_a_store_is_made_where_the_profile_s_home_is(tmp_path: Path) -> None:
    support = BenchSupport({"owner_name": "Ann", "owner_address": "ann@home.example"}, home=tmp_path)
    assert store_path(support) == tmp_path / "stores" / "bench.mapix"
    store = logon(support)
    assert support.uids == [PROVIDER_UID]
    assert store.get_prop(tags.PR_DISPLAY_NAME) == "Mailbox - Ann"
    assert (tmp_path / "stores" / "bench.mapix").stat().st_mode & 0o077 == 0
    store.set_props({tags.PR_DISPLAY_NAME: "renamed"})
    store.close()
    store = logon(support)
    assert store.get_prop(tags.PR_DISPLAY_NAME) == "renamed"
    store.close()


def test_a_profile_s_name_becomes_a_file_s_name(tmp_path: Path) -> None:
    support = BenchSupport(home=tmp_path)
    support.files_name = "../Ann: work/1"
    assert store_path(support) == tmp_path / "stores" / ".._Ann_ work_1.mapix"


def test_the_entry_id_of_a_store_needs_no_logon(tmp_path: Path) -> None:
    support = BenchSupport({"path": str(tmp_path / "chosen.mapix")}, home=tmp_path)
    entry_id = SqlStoreProvider().store_entry_id(support)
    store = logon(support)
    assert entry_id == unwrapped_entry_id(PROVIDER_UID, store.context.ids.store_uid)
    assert ObjectEntryId.load(entry_id).number == 0
    again = logon(support, entry_id=entry_id)
    assert again.context.ids.store_uid == store.context.ids.store_uid
    again.close()
    store.close()


def test_a_store_of_the_same_directory_opens_by_its_identifier(tmp_path: Path) -> None:
    other = make(tmp_path, "other", None)
    support = BenchSupport({"path": str(tmp_path / "own.mapix")}, home=tmp_path)
    store = logon(support, entry_id=unwrapped_entry_id(PROVIDER_UID, other.uid))
    assert store.context.ids.store_uid == other.uid
    store.close()
    other.close()
    with pytest.raises(NotFound):
        logon(support, entry_id=unwrapped_entry_id(PROVIDER_UID, bytes(16)))


def test_a_place_that_cannot_be_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    support = BenchSupport({"path": str(tmp_path / "file" / "below.mapix")}, home=tmp_path)
    with pytest.raises(Exception, match=r"below\.mapix"):
        logon(support)


def test_durability_is_a_setting(tmp_path: Path) -> None:
    for choice, level in (("full", 2), ("normal", 1)):
        support = BenchSupport({"path": str(tmp_path / "own.mapix"), "durability": choice}, home=tmp_path)
        store = logon(support)
        backend = store.context.backend
        assert isinstance(backend, SqliteBackend)
        assert backend.database.value("PRAGMA synchronous") == level
        store.close()
    setting = next(setting for setting in service.settings if setting.name == "durability")
    assert (setting.default, setting.choices) == ("full", ("full", "normal"))


def test_a_client_that_only_reads_changes_nothing(tmp_path: Path) -> None:
    support = BenchSupport(home=tmp_path)
    store = logon(support, Access.READ)
    with pytest.raises(NoAccess):
        store.open_entry(None, Access.MODIFY)
    store.close()


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_the_index_is_its_user_s_own(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        make(tmp_path, "ann", "ann@example.com").close()
    finally:
        os.umask(before)
    assert (tmp_path / "mailboxes.index").stat().st_mode & 0o777 == 0o600


OPENS_AND_CLOSES = """
import sqlite3, sys
index = sqlite3.connect(sys.argv[1])
index.execute("SELECT * FROM mailbox").fetchall()
index.close()
"""


@pytest.mark.skipif(os.name == "nt", reason="locks belong to processes on POSIX systems")
def test_who_has_the_index_open_keeps_it_while_another_thread_writes_it(tmp_path: Path) -> None:
    """A process that is the last to close a database takes its log away: only if nobody else has it open."""
    mailboxes.register(tmp_path / "ann.mapix", b"a" * 16, "ann@home.example")
    index = SqliteDatabase(tmp_path / mailboxes.INDEX_NAME)
    try:
        assert index.rows("SELECT file FROM mailbox") == [("ann.mapix",)]
        mailboxes.register(tmp_path / "bob.mapix", b"b" * 16, "bob@home.example")
        log = (tmp_path / f"{mailboxes.INDEX_NAME}-wal").stat()
        subprocess.run([sys.executable, "-c", OPENS_AND_CLOSES, str(index.path)], check=True, timeout=60)
        assert (tmp_path / f"{mailboxes.INDEX_NAME}-wal").stat().st_ino == log.st_ino
    finally:
        index.close()


def test_a_file_that_somebody_else_just_made_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads log on to a new store at one moment."""
    path = tmp_path / "ann.mapix"
    first = open_store(path, create=True)
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda self: self != path and exists(self))
    second = open_store(path, create=True)
    monkeypatch.undo()
    assert second.uid == first.uid
    log = path.with_name(f"{path.name}-wal")
    before = log.stat()
    second.close()
    reader = OPENS_AND_CLOSES.replace("mailbox", "store")
    subprocess.run([sys.executable, "-c", reader, str(path)], check=True, timeout=60)
    assert log.stat().st_ino == before.st_ino
    first.close()
