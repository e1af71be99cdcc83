"""Message sessions and storages as scripts for pywin32 use them."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapix.formats.msg import MsgFile
from mapix.formats.storageerrors import InvalidFlag, InvalidName, ShareViolation, StorageError
from mapix.properties.tags import PR_SUBJECT
from mapix.pywin32 import mapi, mapitags, pythoncom, storagecon, winerror
from mapix.pywin32.errors import com_error, signed
from mapix.pywin32.runner import run_script

EDIT = storagecon.STGM_READWRITE | storagecon.STGM_TRANSACTED | storagecon.STGM_SHARE_EXCLUSIVE
READ = storagecon.STGM_READ | storagecon.STGM_SHARE_DENY_WRITE
ELEMENT = storagecon.STGM_READWRITE | storagecon.STGM_SHARE_EXCLUSIVE

SCRIPT = """
import sys
import pythoncom
from win32com import storagecon
from win32com.mapi import mapi, mapitags

path, subject = sys.argv[1:]
mapi.MAPIInitialize(None)
mode = storagecon.STGM_READWRITE | storagecon.STGM_TRANSACTED | storagecon.STGM_SHARE_EXCLUSIVE
if pythoncom.StgIsStorageFile(path):
    storage = pythoncom.StgOpenStorage(path, None, mode)
else:
    sys.exit("not a storage")
session = mapi.OpenIMsgSession()
message = mapi.OpenIMsgOnIStg(session, None, storage, None, 0, mapi.MAPI_UNICODE)
hr, props = message.GetProps([mapitags.PR_SUBJECT_W])
print(props[0][1])
message.SetProps([(mapitags.PR_SUBJECT_W, subject)])
message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
message = None
mapi.CloseIMsgSession(session)
storage = None
mapi.MAPIUninitialize()
"""


@pytest.fixture
def initialized(home: Path) -> Iterator[None]:
    mapi.MAPIInitialize(None)
    yield
    mapi.MAPIUninitialize()


def code(call: Any) -> int:
    with pytest.raises(com_error) as caught:
        call()
    return int(caught.value.hresult)


def new_message(path: Path, subject: str) -> None:
    storage = pythoncom.StgCreateDocfile(str(path), EDIT | storagecon.STGM_CREATE)
    message = mapi.OpenIMsgOnIStg(0, None, storage, None, 0, mapi.MAPI_UNICODE)
    message.SetProps([(mapitags.PR_SUBJECT_W, subject)])
    message.ModifyRecipients(
        mapi.MODRECIP_ADD, [[(mapitags.PR_DISPLAY_NAME_W, "Ann"), (mapitags.PR_RECIPIENT_TYPE, 1)]]
    )
    message.SaveChanges(0)


def test_a_script_changes_the_subject_of_a_file(
    home: Path, initialized: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """IMS-8, IMS-15."""
    path, script = tmp_path / "x.msg", tmp_path / "script.py"
    new_message(path, "Budget")
    script.write_text(SCRIPT, encoding="utf-8")
    assert run_script(str(script), [str(path), "日本語"]) == 0
    assert capsys.readouterr().out.strip() == "Budget"
    with MsgFile.open(path) as file:
        assert file.get(PR_SUBJECT) == "日本語"


def test_letting_go_of_message_and_storage_frees_the_file(initialized: None, tmp_path: Path) -> None:
    """IMS-4: without waiting for the garbage collector."""
    gc.disable()
    try:
        path = tmp_path / "x.msg"
        for subject in ("1", "2", "3"):
            new_message(path, subject)
            storage = pythoncom.StgOpenStorage(str(path), None, EDIT)
            message = mapi.OpenIMsgOnIStg(0, None, storage)
            table = message.GetRecipientTable(0)
            attach = message.CreateAttach(None, 0)[1]
            assert code(lambda: pythoncom.StgOpenStorage(str(path), None, EDIT)) == signed(ShareViolation.hresult)
            del message, storage, table, attach
    finally:
        gc.enable()


def test_closing_the_session_ends_messages_and_calls_back(initialized: None, tmp_path: Path) -> None:
    """IMS-3, IMS-6, IMS-8: the callback that pywin32 lacks."""
    calls: list[tuple[int, str]] = []
    session = mapi.OpenIMsgSession()
    storage = pythoncom.StgCreateDocfile(None, EDIT)
    message = mapi.OpenIMsgOnIStg(
        session, None, storage, lambda data, ended: calls.append((data, type(ended).__name__)), 7
    )
    assert mapi.CloseIMsgSession(session) is None
    assert calls == [(7, "PyIMessage")]
    assert code(lambda: message.GetPropList(0)) == mapi.MAPI_E_INVALID_OBJECT
    mapi.CloseIMsgSession(session)
    mapi.CloseIMsgSession(4711)
    assert code(lambda: mapi.OpenIMsgOnIStg(session, None, storage)) == mapi.MAPI_E_INVALID_PARAMETER


def test_arguments_are_pywin32s(initialized: None) -> None:
    """IMS-1, IMS-8."""
    storage = pythoncom.StgCreateDocfile(None, EDIT)
    for bad in ((5, None), (None, 5)):
        with pytest.raises(TypeError, match="Only None us supported for MAPISupport and CallRelease"):
            mapi.OpenIMsgOnIStg(0, bad[0], storage, bad[1])
    with pytest.raises(TypeError, match="None is not a valid interface object"):
        mapi.OpenIMsgOnIStg(0, None, None)
    with pytest.raises(ValueError, match="argument is not a COM object"):
        mapi.OpenIMsgOnIStg(0, None, object())
    assert code(lambda: mapi.OpenIMsgOnIStg(0, None, pythoncom.CreateStreamOnHGlobal())) == winerror.E_NOINTERFACE
    assert code(lambda: mapi.OpenIMsgSession(2)) == mapi.MAPI_E_UNKNOWN_FLAGS
    assert code(lambda: mapi.OpenIMsgOnIStg(0, None, storage, None, 0, 2)) == mapi.MAPI_E_UNKNOWN_FLAGS
    direct = pythoncom.StgCreateDocfile(None, ELEMENT)
    assert code(lambda: mapi.OpenIMsgOnIStg(0, None, direct)) == mapi.MAPI_E_INVALID_PARAMETER


def test_message_sessions_need_mapi(home: Path) -> None:
    """IMS-7."""
    assert code(mapi.OpenIMsgSession) == mapi.MAPI_E_NOT_INITIALIZED


def new_docfile(path: str) -> None:
    root = pythoncom.StgCreateDocfile(path, EDIT | storagecon.STGM_CREATE)
    stream = root.CreateStream("hello", ELEMENT)
    assert stream.Write(b"world") == 5
    assert stream.Stat()[:3] == ("hello", storagecon.STGTY_STREAM, 5)
    below = root.CreateStorage("below", ELEMENT, 0)
    below.CreateStream("deep", ELEMENT).Write(b"deep")
    root.SetClass("{00020D0B-0000-0000-C000-000000000046}")
    root.SetStateBits(5, 0xF)
    root.Commit(storagecon.STGC_DEFAULT)


def test_storages_have_streams_and_storages(tmp_path: Path) -> None:
    path = str(tmp_path / "x.bin")
    new_docfile(path)
    assert pythoncom.StgIsStorageFile(path) == 1
    root = pythoncom.StgOpenStorage(path, None, READ)
    found = {row[0]: row[1] for row in root.EnumElements()}
    assert found == {"hello": storagecon.STGTY_STREAM, "below": storagecon.STGTY_STORAGE}
    stat = root.Stat()
    assert (stat[0], stat[1], str(stat[8]), stat[9]) == (
        path,
        storagecon.STGTY_STORAGE,
        "{00020D0B-0000-0000-C000-000000000046}",
        5,
    )
    assert root.Stat(1)[0] is None
    assert root.OpenStream("hello", None, storagecon.STGM_SHARE_EXCLUSIVE).Read(-1) == b"world"
    below = root.OpenStorage("below", None, storagecon.STGM_SHARE_EXCLUSIVE)
    assert below.OpenStream("deep", None, storagecon.STGM_SHARE_EXCLUSIVE).Read(10) == b"deep"
    elements = root.EnumElements()
    elements.Skip(1)
    twin = elements.Clone()
    assert len(elements.Next(5)) == 1
    assert elements.Next() == ()
    assert len(twin.Next(5)) == 1
    elements.Reset()
    assert len(elements.Next(5)) == 2


def test_elements_are_moved_renamed_copied_and_destroyed() -> None:
    root = pythoncom.StgCreateDocfile(None, EDIT)
    root.CreateStream("a", ELEMENT).Write(b"1")
    other = pythoncom.StgCreateDocfile(None, EDIT)
    root.MoveElementTo("a", other, "b", storagecon.STGMOVE_COPY)
    root.RenameElement("a", "c")
    root.CreateStorage("d", ELEMENT, 0)
    root.CopyTo(["{0000000B-0000-0000-C000-000000000046}"], None, other)
    assert [row[0] for row in other.EnumElements()] == ["b", "c"]
    root.CopyTo(None, ["c"], other)
    root.DestroyElement("c")
    assert [row[0] for row in root.EnumElements()] == ["d"]
    assert sorted(str(row[0]) for row in other.EnumElements()) == ["b", "c", "d"]
    root.Commit(0)
    root.DestroyElement("d")
    root.Revert()
    assert [row[0] for row in root.EnumElements()] == ["d"]


def test_lock_bytes_hold_a_file_in_memory(initialized: None) -> None:
    place = pythoncom.CreateILockBytesOnHGlobal()
    storage = pythoncom.StgCreateDocfileOnILockBytes(place, EDIT | storagecon.STGM_CREATE)
    message = mapi.OpenIMsgOnIStg(0, None, storage)
    message.SetProps([(mapitags.PR_SUBJECT_W, "x")])
    message.SaveChanges(0)
    del message, storage
    size = place.Stat(0)[2]
    assert place.Stat(0)[1] == storagecon.STGTY_LOCKBYTES
    data = place.ReadAt(0, size)
    assert data[:4].hex() == "d0cf11e0"
    copy = pythoncom.CreateILockBytesOnHGlobal()
    assert copy.WriteAt(0, data) == size
    copy.Flush()
    message = mapi.OpenIMsgOnIStg(0, None, pythoncom.StgOpenStorageOnILockBytes(copy, None, READ))
    assert message.GetProps([mapitags.PR_SUBJECT_W])[1] == ((mapitags.PR_SUBJECT_W, "x"),)
    copy.SetSize(0)
    assert copy.Stat(0)[2] == 0


def test_storages_fail_with_their_own_codes(tmp_path: Path) -> None:
    """IMS-41."""
    root = pythoncom.StgCreateDocfile(None, EDIT)
    assert code(lambda: root.OpenStream("none", None, ELEMENT)) == winerror.STG_E_FILENOTFOUND
    root.CreateStream("a", ELEMENT)
    assert code(lambda: root.CreateStream("a", ELEMENT)) == winerror.STG_E_FILEALREADYEXISTS
    assert code(lambda: root.CreateStream("a/b", ELEMENT)) == signed(InvalidName.hresult)
    missing = str(tmp_path / "none.msg")
    assert code(lambda: pythoncom.StgOpenStorage(missing, None, READ)) == winerror.STG_E_FILENOTFOUND
    assert code(lambda: pythoncom.StgIsStorageFile(missing)) == winerror.STG_E_FILENOTFOUND
    plain = tmp_path / "plain"
    plain.write_bytes(b"x" * 600)
    assert pythoncom.StgIsStorageFile(str(plain)) == 0
    assert code(lambda: pythoncom.StgOpenStorage(str(plain), None, READ)) == winerror.STG_E_FILEALREADYEXISTS
    assert str(pythoncom.ReadClassStg(root)) == "{00000000-0000-0000-0000-000000000000}"
    pythoncom.WriteClassStg(root, pythoncom.IID_IStorage)
    assert pythoncom.ReadClassStg(root) == pythoncom.IID_IStorage
    assert code(lambda: pythoncom.StgOpenStorage(str(plain), None, storagecon.STGM_PRIORITY)) == (
        signed(InvalidFlag.hresult)
    )
    with pytest.raises(TypeError):
        pythoncom.CreateILockBytesOnHGlobal(5)


@pytest.mark.parametrize("options", [0, storagecon.STGM_TRANSACTED])
def test_the_document_of_an_ole_attachment_is_a_storage(initialized: None, tmp_path: Path, options: int) -> None:
    """IMS-14, A-014: direct unless opened with STGM_TRANSACTED, as streams on properties are."""
    path = str(tmp_path / "x.msg")
    message = mapi.OpenIMsgOnIStg(0, None, pythoncom.StgCreateDocfile(path, EDIT | storagecon.STGM_CREATE))
    _, attach = message.CreateAttach(None, 0)
    attach.SetProps([(mapitags.PR_ATTACH_METHOD, mapi.ATTACH_OLE)])
    draw(attach, options, commit=bool(options))
    attach.SaveChanges(0)
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    _, attach = message.CreateAttach(None, 0)
    draw(attach, storagecon.STGM_TRANSACTED, commit=False)
    attach.SaveChanges(0)
    message.SaveChanges(0)
    del message, attach
    gc.collect()
    message = mapi.OpenIMsgOnIStg(0, None, pythoncom.StgOpenStorage(path, None, READ))
    assert [names_in(message, number) for number in (0, 1)] == [["Contents", "Objects"], []]
    found = message.OpenAttach(0, None, 0).OpenProperty(mapitags.PR_ATTACH_DATA_OBJ, pythoncom.IID_IStorage, 0, 0)
    other = pythoncom.StgCreateDocfile(None, EDIT)
    found.CopyTo(None, None, other)
    stream = other.OpenStream("Contents", None, storagecon.STGM_READ | storagecon.STGM_SHARE_EXCLUSIVE)
    assert stream.Read(99) == b"drawing"
    assert code(lambda: found.CreateStream("x", ELEMENT)) == winerror.STG_E_ACCESSDENIED


def draw(attach: Any, options: int, *, commit: bool) -> None:
    flags = mapi.MAPI_CREATE | mapi.MAPI_MODIFY
    document = attach.OpenProperty(mapitags.PR_ATTACH_DATA_OBJ, pythoncom.IID_IStorage, options, flags)
    document.CreateStream("Contents", ELEMENT).Write(b"drawing")
    document.CreateStorage("Objects", ELEMENT, 0)
    if commit:
        document.Commit(0)


def names_in(message: Any, number: int) -> list[str]:
    part = message.OpenAttach(number, None, 0)
    document = part.OpenProperty(mapitags.PR_ATTACH_DATA_OBJ, pythoncom.IID_IStorage, 0, 0)
    return sorted(str(row[0]) for row in document.EnumElements())


@pytest.mark.parametrize(
    ("refused", "name"),
    [
        (storagecon.STGM_PRIORITY, "STGM_PRIORITY"),
        (storagecon.STGM_SIMPLE, "STGM_SIMPLE"),
        (0x400000, "STGM_DIRECT_SWMR"),
        (storagecon.STGM_CONVERT, "STGM_CONVERT"),
    ],
)
def test_modes_that_are_not_offered_are_named_and_refused_everywhere(tmp_path: Path, refused: int, name: str) -> None:
    """STG_E_INVALIDFLAG, which the reference has for modes that cannot be had; nothing is made or changed."""
    path = str(tmp_path / "file")
    pythoncom.StgCreateDocfile(path, EDIT | storagecon.STGM_CREATE)
    gc.collect()
    before = Path(path).read_bytes()
    place, root = pythoncom.CreateILockBytesOnHGlobal(), pythoncom.StgCreateDocfile(None, EDIT)
    calls = [
        lambda: pythoncom.StgOpenStorage(path, None, READ | refused),
        lambda: pythoncom.StgOpenStorageEx(path, READ | refused, 0, 0, pythoncom.IID_IStorage),
        lambda: pythoncom.StgCreateDocfile(path, EDIT | storagecon.STGM_CREATE | refused),
        lambda: pythoncom.StgCreateDocfile(str(tmp_path / "new"), EDIT | refused),
        lambda: pythoncom.StgCreateDocfileOnILockBytes(place, EDIT | storagecon.STGM_CREATE | refused),
        lambda: pythoncom.StgOpenStorageOnILockBytes(place, None, READ | refused),
        lambda: root.CreateStorage("a", ELEMENT | refused, 0),
        lambda: root.CreateStream("a", ELEMENT | refused),
        lambda: root.OpenStream("a", None, ELEMENT | refused),
        lambda: root.OpenStorage("a", None, ELEMENT | refused),
    ]
    for call in calls:
        with pytest.raises(com_error, match=name) as caught:
            call()
        assert caught.value.hresult == winerror.STG_E_INVALIDFLAG
    assert Path(path).read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert not root.EnumElements().Next()


def test_every_code_of_storages_has_its_name() -> None:
    """IMS-41: scripts compare with the names of winerror."""
    for kind in (StorageError, *StorageError.__subclasses__()):
        assert getattr(winerror, kind.symbol) == signed(kind.hresult)
