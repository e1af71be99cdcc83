"""What was deleted and is kept, through pywin32's face; and the flags that folders and stores are opened with."""

from __future__ import annotations

from typing import Any

import pytest

from mapix.pywin32 import mapi, mapitags
from mapix.pywin32.pywintypes import com_error

KEEP = 1
SHOW_SOFT_DELETES = 2
DELETE_HARD_DELETE = 0x10
MAPI_NO_CACHE = 0x200
PR_RETENTION_AGE_LIMIT = 0x66C40003
PR_DELETED_MSG_COUNT = 0x66400003


def value(item: Any, tag: int) -> Any:
    """One value of an object."""
    _, ((_, found),) = item.GetProps([tag], 0)
    return found


def rows(table: Any, *tags: int) -> list[tuple[Any, ...]]:
    """The values of all rows."""
    return [tuple(cell for _, cell in row) for row in mapi.HrQueryAllRows(table, list(tags), None, None, 0)]


def failure(call: Any, *args: Any) -> int:
    """The code a call fails with."""
    with pytest.raises(com_error) as caught:
        call(*args)
    return int(caught.value.hresult)


@pytest.fixture
def deleted(store: Any, folder: Any) -> bytes:
    """The identifier of a message that was deleted from the folder and is kept."""
    store.SetProps([(PR_RETENTION_AGE_LIMIT, 3600)])
    message = folder.CreateMessage(None, 0)
    message.SetProps([(mapitags.PR_SUBJECT_W, "Budget")])
    message.SaveChanges(KEEP)
    entry_id: bytes = value(message, mapitags.PR_ENTRYID)
    assert folder.DeleteMessages([entry_id], 0, None, 0) == 0
    return entry_id


def test_deleted_messages_are_shown_with_a_flag(folder: Any, deleted: bytes) -> None:
    """F-021, F-090."""
    assert folder.GetContentsTable(0).GetRowCount(0) == 0
    table = folder.GetContentsTable(SHOW_SOFT_DELETES | mapi.MAPI_UNICODE)
    assert rows(table, mapitags.PR_ENTRYID, mapitags.PR_SUBJECT_W) == [(deleted, "Budget")]
    assert value(folder, PR_DELETED_MSG_COUNT) == 1


def test_deleted_messages_open_with_a_flag(session: Any, store: Any, folder: Any, deleted: bytes) -> None:
    """F-023, F-090."""
    for place in (folder, store, session):
        assert failure(place.OpenEntry, deleted, None, 0) == mapi.MAPI_E_NOT_FOUND
        opened = place.OpenEntry(deleted, None, SHOW_SOFT_DELETES)
        assert value(opened, mapitags.PR_SUBJECT_W) == "Budget"
        assert failure(place.OpenEntry, deleted, None, SHOW_SOFT_DELETES | mapi.MAPI_MODIFY) == mapi.MAPI_E_NO_ACCESS


def test_deleted_messages_come_back_by_being_moved_and_go_by_a_hard_deletion(folder: Any, deleted: bytes) -> None:
    """F-062, F-063, F-090."""
    assert folder.CopyMessages([deleted], None, folder, 0, None, mapi.MAPI_MOVE) == 0
    assert folder.GetContentsTable(0).GetRowCount(0) == 1
    folder.DeleteMessages([deleted], 0, None, 0)
    assert folder.DeleteMessages([deleted], 0, None, DELETE_HARD_DELETE) == 0
    assert folder.GetContentsTable(SHOW_SOFT_DELETES).GetRowCount(0) == 0


def test_deleted_folders_are_shown_opened_and_brought_back(store: Any, folder: Any, deleted: bytes) -> None:
    """F-022, F-064, F-065, F-090."""
    inner = value(folder.CreateFolder(1, "Inner", None, None, mapi.MAPI_UNICODE), mapitags.PR_ENTRYID)
    assert folder.DeleteFolder(inner, 0, None, 0) == 0
    assert folder.GetHierarchyTable(0).GetRowCount(0) == 0
    assert rows(folder.GetHierarchyTable(SHOW_SOFT_DELETES), mapitags.PR_ENTRYID) == [(inner,)]
    assert type(store.OpenEntry(inner, None, SHOW_SOFT_DELETES)).__name__ == "PyIMAPIFolder"
    assert folder.DeleteFolder(inner, 0, None, DELETE_HARD_DELETE) == 0
    assert folder.GetHierarchyTable(SHOW_SOFT_DELETES).GetRowCount(0) == 0


def test_cached_and_uncached_are_one_in_a_local_store(store: Any, folder: Any) -> None:
    """X-23: MAPI_NO_CACHE is a flag that goes in, and asks for nothing here."""
    entry_id = value(folder, mapitags.PR_ENTRYID)
    assert value(store.OpenEntry(entry_id, None, MAPI_NO_CACHE), mapitags.PR_ENTRYID) == entry_id


def test_whatever_interface_is_asked_for_the_object_s_own_comes(store: Any, folder: Any) -> None:
    """F-071, X-31."""
    entry_id = value(folder, mapitags.PR_ENTRYID)
    for iid in (None, mapi.IID_IMAPIFolder):
        assert type(store.OpenEntry(entry_id, iid, 0)).__name__ == "PyIMAPIFolder"
    for iid in (None, mapi.IID_IMessage):
        assert type(folder.CreateMessage(iid, 0)).__name__ == "PyIMessage"
