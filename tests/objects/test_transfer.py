"""Messages and folders go from one store to another, of any two providers (F-062, F-065)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.spi import StoreProvider
from mapix.interfaces.store import MsgStore
from mapix.properties.errors import Collision, DiskError
from mapix.properties.flags import MSGFLAG_NRN_PENDING, MSGFLAG_READ, MSGFLAG_RN_PENDING
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_COMMENT,
    PR_CONTAINER_CLASS,
    PR_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SUBJECT,
)
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.testing.store_bench import contents, entry_id_of, recipient, recipients, subfolders
from mapix.testing.support import BenchSupport

_PAIRS = [("memory", "sqlite"), ("sqlite", "memory"), ("sqlite", "sqlite")]
_ASKS = {
    PR_READ_RECEIPT_REQUESTED: True,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED: True,
    PR_SENDER_ADDRTYPE: "SMTP",
    PR_SENDER_EMAIL_ADDRESS: "zoe@example.com",
}


def make(kind: str, place: Path) -> MsgStore:
    """A new store."""
    provider: StoreProvider = MemoryStoreProvider() if kind == "memory" else SqlStoreProvider()
    place.mkdir()
    support = BenchSupport({"name": str(place), "durability": "normal"}, home=place)
    return provider.logon(support, entry_id=None, access=Access.MODIFY).store


@pytest.fixture(params=_PAIRS, ids=lambda pair: f"{pair[0]} to {pair[1]}")
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[MsgStore, MsgStore]]:
    """Two stores."""
    first, second = (make(kind, tmp_path / str(place)) for place, kind in enumerate(request.param))
    yield first, second
    first.close()
    second.close()


def folder_in(store: MsgStore, name: str = "Work") -> MapiFolder:
    """A folder below the root."""
    root = store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    return root.create_folder(name, open_if_exists=True)


def put(folder: MapiFolder, props: dict[PropTag, Any] | None = None, **options: Any) -> bytes:
    """A new message; its identifier."""
    message = folder.create_message(**options)
    message.set_props({PR_SUBJECT: "Budget", PR_MESSAGE_CLASS: "IPM.Note", PR_MESSAGE_FLAGS: 0} | (props or {}))
    message.modify_recipients(ModifyRecipients.REPLACE, [recipient("ann@example.com")])
    message.save_changes(Keep.READONLY)
    return entry_id_of(message)


def opened(store: MsgStore, entry_id: bytes) -> Message:
    """A message."""
    message = store.open_entry(entry_id)
    assert isinstance(message, Message)
    return message


def test_a_copy_in_another_store_is_another_object_with_the_same_data(stores: tuple[MsgStore, MsgStore]) -> None:
    """F-062, E-004, E-008."""
    first, second = stores
    folder, target = folder_in(first), folder_in(second)
    name = PropertyName(PS_PUBLIC_STRINGS, "Project")
    number = folder.get_ids_from_names([name], create=True)[name]
    target.get_ids_from_names([PropertyName(PS_PUBLIC_STRINGS, "Other")], create=True)
    old = put(folder, {PropTag.of(number, PropType.UNICODE): "mapix"})
    assert folder.copy_messages([old], target)
    ((new,),) = contents(target, PR_ENTRYID)
    source, copy = opened(first, old), opened(second, new)
    assert new != old
    assert copy.get_prop(PR_SEARCH_KEY) == source.get_prop(PR_SEARCH_KEY)
    assert copy.get_prop(PR_RECORD_KEY)
    assert recipients(copy) == [("Ann",)]
    there = copy.get_ids_from_names([name])[name]
    assert copy.get_prop(PropTag.of(there, PropType.UNICODE)) == "mapix"
    assert contents(folder) == [("Budget",)]


def test_a_move_to_another_store_reports_that_the_message_was_read(stores: tuple[MsgStore, MsgStore]) -> None:
    """F-062, RP-013: whatever becomes of it there, nobody will be told from here."""
    first, second = stores
    folder, target = folder_in(first), folder_in(second)
    asking, plain = put(folder, _ASKS), put(folder)
    assert folder.copy_messages([asking, plain], target, move=True)
    assert contents(folder) == []
    flags = [found for (found,) in contents(target, PR_MESSAGE_FLAGS)]
    assert not any(found & (MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING | MSGFLAG_READ) for found in flags)
    (entry,) = first.outgoing.entries()
    assert first.open_entry(entry.entry_id).get_prop(PR_MESSAGE_CLASS) == "REPORT.IPM.Note.IPNRN"
    assert second.outgoing.entries() == []


def test_a_folder_that_leaves_the_store_reports_its_messages_as_read(stores: tuple[MsgStore, MsgStore]) -> None:
    """F-062, F-065, RP-013: they are not deleted, though they are here no more."""
    first, second = stores
    folder, target = folder_in(first), folder_in(second)
    put(folder.create_folder("Below"), _ASKS)
    root = first.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    assert root.copy_folder(entry_id_of(folder), target, move=True)
    (entry,) = first.outgoing.entries()
    assert first.open_entry(entry.entry_id).get_prop(PR_MESSAGE_CLASS) == "REPORT.IPM.Note.IPNRN"


def test_a_copy_in_another_store_owes_no_report(stores: tuple[MsgStore, MsgStore]) -> None:
    """F-062, RP-004."""
    first, second = stores
    folder, target = folder_in(first), folder_in(second)
    old = put(folder, _ASKS)
    folder.copy_messages([old], target)
    ((flags,),) = contents(target, PR_MESSAGE_FLAGS)
    assert not flags & (MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING)
    assert opened(first, old).get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_RN_PENDING
    assert first.outgoing.entries() == second.outgoing.entries() == []


@pytest.mark.parametrize("move", [False, True])
def test_a_folder_goes_to_another_store_with_everything_in_it(stores: tuple[MsgStore, MsgStore], move: bool) -> None:
    """F-065."""
    first, second = stores
    folder, target = folder_in(first), folder_in(second, "Shelf")
    folder.set_props({PR_COMMENT: "busy", PR_CONTAINER_CLASS: "IPF.Note"})
    put(folder)
    put(folder, {PR_SUBJECT: "view"}, associated=True)
    put(folder.create_folder("Below"), {PR_SUBJECT: "deep"})
    root = first.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    assert root.copy_folder(entry_id_of(folder), target, name="Moved", move=move)
    moved = target.create_folder("Moved", open_if_exists=True)
    assert moved.get_props((PR_COMMENT, PR_CONTAINER_CLASS)) == {PR_COMMENT: "busy", PR_CONTAINER_CLASS: "IPF.Note"}
    assert (contents(moved), contents(moved, associated=True)) == ([("Budget",)], [("view",)])
    assert contents(moved.create_folder("Below", open_if_exists=True)) == [("deep",)]
    assert subfolders(root) == ([] if move else ["Work"])
    if not move:
        assert root.copy_folder(entry_id_of(folder), target, name="Alone", subfolders=False)
        assert subfolders(target.create_folder("Alone", open_if_exists=True)) == []
        with pytest.raises(Collision):
            root.copy_folder(entry_id_of(folder), target, name="Moved")


def test_what_cannot_be_copied_is_told_and_stays_while_the_rest_goes(
    stores: tuple[MsgStore, MsgStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-070, PG-006, PG-007."""
    first, second = stores
    folder, target = folder_in(first), folder_in(second)
    ids = [put(folder, {PR_SUBJECT: subject}) for subject in ("one", "two", "three")]
    refuse(monkeypatch, target, "two")
    assert folder.copy_messages(ids, target, move=True).left_out == (ids[1],)
    assert contents(folder) == [("two",)]
    assert sorted(contents(target)) == [("one",), ("three",)]


def test_a_folder_that_could_not_go_whole_stays_where_it_was(
    stores: tuple[MsgStore, MsgStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-065, F-070."""
    first, second = stores
    folder, target = folder_in(first), folder_in(second, "Shelf")
    ids = [put(folder, {PR_SUBJECT: subject}) for subject in ("one", "two")]
    refuse(monkeypatch, target, "two")
    root = first.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    assert root.copy_folder(entry_id_of(folder), target, move=True).left_out == (ids[1],)
    assert sorted(contents(folder)) == [("one",), ("two",)]


def refuse(monkeypatch: pytest.MonkeyPatch, target: MapiFolder, subject: str) -> None:
    """Let the store of a folder fail to save messages of one subject."""
    kind = type(target.create_message())
    save = kind.save_changes

    def failing(self: Any, *args: Any, **options: Any) -> None:
        if self.is_new and self.get_prop(PR_SUBJECT) == subject:
            raise DiskError("the disk failed")
        save(self, *args, **options)

    monkeypatch.setattr(kind, "save_changes", failing)


def test_the_failure_of_everything_is_no_exception(
    stores: tuple[MsgStore, MsgStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-070."""
    first, second = stores
    folder, target = folder_in(first), folder_in(second)
    old = put(folder)
    refuse(monkeypatch, target, "Budget")
    assert folder.copy_messages([old], target).left_out == (old,)
    assert contents(folder) == [("Budget",)]
