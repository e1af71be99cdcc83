"""What sinks are told of changes in both stores, in pywin32's shapes."""

import time
from typing import Any

from tests.pywin32.calls.probing import has_shape
from tests.pywin32.calls.world import World, value

from mapix.interfaces.prop import Access
from mapix.properties.flags import RECURSIVE_SEARCH
from mapix.properties.restriction import Exist
from mapix.properties.tags import PR_SUBJECT
from mapix.pywin32 import mapi, mapitags, pythoncom
from mapix.pywin32.iid import PyIID

EVERYTHING = 0x7FFFFFFF
CHANGES = (
    mapi.fnevObjectCreated,
    mapi.fnevObjectModified,
    mapi.fnevObjectDeleted,
    mapi.fnevObjectMoved,
    mapi.fnevObjectCopied,
)


def told(world: World, since: int = 0) -> list[Any]:
    """Every notification so far, from the batch `since` on."""
    mapi.HrDispatchNotifications(0)
    return [each for batch, _ in world.told[since:] for each in batch]


def is_object(info: Any) -> bool:
    """`(entryid, objType, parentid, oldid, oldparentid, proptags)`."""
    entry_id, kind, *ids, tags = info
    arrays = tags is None or has_shape(tags, "tags")
    return (
        type(info) is tuple
        and len(info) == 6
        and type(entry_id) is bytes
        and type(kind) is int
        and all(type(each) in (bytes, type(None)) for each in ids)
        and arrays
    )


def is_row_change(info: Any) -> bool:
    """`(tableEvent, hresult, propIndex, propPrior, row)`."""
    event, hresult, index, prior, row = info
    pairs = all(type(each) is tuple and len(each) == 2 and type(each[0]) is int for each in (index, prior))
    return (
        type(info) is tuple
        and has_shape(event, "int")
        and has_shape(hresult, "int")
        and pairs
        and has_shape((row,), "rows")
    )


def test_changes_of_objects_are_told_with_six_members(world: World) -> None:
    """VS-1001, VS-1003, VS-1006."""
    assert world.other
    assert world.store.Advise(None, EVERYTHING, world.sink) > 0
    first, second = world.made("First"), world.made("Second")
    first.SetProps([(mapitags.PR_SUBJECT_W, "Changed")])
    first.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    one, two = value(first, mapitags.PR_ENTRYID), value(second, mapitags.PR_ENTRYID)
    world.folder.CopyMessages([one], None, world.other, 0, None, 0)
    world.folder.CopyMessages([two], None, world.other, 0, None, mapi.MAPI_MOVE)
    world.folder.DeleteMessages([one], 0, None, mapi.DELETE_HARD_DELETE)
    found = told(world)
    assert {event for event, _ in found} >= set(CHANGES)
    assert all(type(event) is int and event >= 0 and is_object(info) for event, info in found if event in CHANGES)
    moved = next(info for event, info in found if event == mapi.fnevObjectMoved)
    assert moved[1] == mapi.MAPI_MESSAGE
    assert all(type(each) is bytes for each in moved[2:5])
    assert all(type(batch) is tuple and context == "context" for batch, context in world.told)


def test_changes_of_tables_are_told_with_five_members(world: World) -> None:
    """VS-1007."""
    assert world.table.Advise(mapi.fnevTableModified, world.sink) > 0
    world.made("Added")
    changed = world.made("Before")
    changed.SetProps([(mapitags.PR_SUBJECT_W, "After")])
    changed.SaveChanges(0)
    gone = value(world.made("Gone"), mapitags.PR_ENTRYID)
    world.folder.DeleteMessages([gone], 0, None, 0)
    found = told(world)
    assert found
    assert all(event == mapi.fnevTableModified and is_row_change(info) for event, info in found)
    events = {info[0] for _, info in found}
    assert events & {mapi.TABLE_ROW_ADDED, mapi.TABLE_CHANGED, mapi.TABLE_RELOAD}


def test_a_search_that_is_complete_is_told(world: World) -> None:
    """VS-1006."""
    assert world.message
    root = world.store.OpenEntry(None, None, mapi.MAPI_BEST_ACCESS)
    search = root.CreateFolder(mapi.FOLDER_SEARCH, "Found", None, None, 0)
    world.store.Advise(value(search, mapitags.PR_ENTRYID), mapi.fnevSearchComplete, world.sink)
    subtree = value(world.subtree, mapitags.PR_ENTRYID)
    folder = world.store._obj.open_entry(value(search, mapitags.PR_ENTRYID), Access.BEST)
    folder.set_search_criteria(Exist(PR_SUBJECT), [subtree], RECURSIVE_SEARCH)
    deadline = time.monotonic() + 60
    while not (found := told(world)):
        assert time.monotonic() < deadline
        pythoncom.PumpWaitingMessages()
    event, info = found[0]
    assert (event, is_object(info)) == (mapi.fnevSearchComplete, True)


def test_python_objects_are_told_with_a_list(world: World, windows_names: None) -> None:
    """VS-1002."""
    from win32com.server.util import wrap

    class Listener:
        _com_interfaces_ = (mapi.IID_IMAPIAdviseSink,)
        _public_methods_ = ("OnNotify",)
        batches: list[Any] = []  # noqa: RUF012

        def OnNotify(self, batch: Any) -> int:  # noqa: N802
            self.batches.append(batch)
            return 7

    assert type(mapi.IID_IMAPIAdviseSink) is PyIID
    world.store.Advise(None, mapi.fnevObjectCreated, wrap(Listener()))
    world.made("Told")
    mapi.HrDispatchNotifications(0)
    assert Listener.batches
    assert all(type(batch) is list and all(is_object(info) for _, info in batch) for batch in Listener.batches)
