"""Probes of `pythoncom`, of streams, storages and lock bytes."""

from typing import Any

from tests.pywin32.calls.probing import Call, call, probe
from tests.pywin32.calls.world import World, interface

from mapix.pywin32 import mapi, pythoncom, storagecon, winerror
from mapix.pywin32.iid import PyIID

MODE = storagecon.STGM_READWRITE | storagecon.STGM_SHARE_EXCLUSIVE
NEW = MODE | storagecon.STGM_CREATE
CLSID = mapi.CLSID_MailMessage


def file(w: World) -> str:
    """A compound file that nobody has open."""
    path = str(w.place / f"{len(list(w.place.iterdir()))}.stg")
    pythoncom.StgCreateDocfile(path, NEW, 0)
    return path


def storage(w: World) -> Any:
    """A storage with a stream and a storage in it."""
    made = w.storage()
    made.CreateStream("text", NEW, 0, 0).Write(b"hello")
    made.CreateStorage("below", NEW, 0, 0)
    return made


def lock_bytes(data: bytes = b"hello") -> Any:
    made = pythoncom.CreateILockBytesOnHGlobal()
    made.WriteAt(0, data)
    return made


def names(w: Any) -> list[str]:
    return sorted(each[0] for each in w.EnumElements())


@probe("pythoncom.CoInitialize")
def com_starts(w: World) -> Call:
    return call(pythoncom.CoInitialize, gives=lambda _: pythoncom.CoUninitialize() is None)


@probe("pythoncom.CoInitializeEx")
def com_starts_in_a_way(w: World) -> Call:
    mode = pythoncom.COINIT_APARTMENTTHREADED
    return call(pythoncom.CoInitializeEx, mode, gives=lambda _: pythoncom.CoUninitialize() is None)


@probe("pythoncom.CoUninitialize")
def com_ends(w: World) -> Call:
    pythoncom.CoInitialize()
    return call(pythoncom.CoUninitialize)


@probe("pythoncom.MakeIID")
def an_iid_is_made_of_bytes(w: World) -> Call:
    return call(pythoncom.MakeIID, bytes(CLSID), 1, gives=lambda iid: iid == CLSID)


@probe("pythoncom.CreateGuid")
def a_guid_is_made(w: World) -> Call:
    return call(pythoncom.CreateGuid, gives=lambda iid: iid != pythoncom.CreateGuid())


@probe("pythoncom.GetScodeString")
def a_code_has_its_text(w: World) -> Call:
    return call(pythoncom.GetScodeString, -2147467263, gives=lambda text: text == "Not implemented")


@probe("pythoncom.PumpWaitingMessages")
def what_waits_is_told(w: World) -> Call:
    return call(pythoncom.PumpWaitingMessages, 0, 0, gives=lambda answer: answer == 0)


@probe("pythoncom.CoCreateInstance")
def a_class_makes_an_object(w: World) -> Call:
    context = pythoncom.CLSCTX_INPROC_SERVER
    return call(
        pythoncom.CoCreateInstance,
        mapi.CLSID_IConverterSession,
        None,
        context,
        mapi.IID_IConverterSession,
        gives=lambda found: interface(found) == "PyIConverterSession",
    )


@probe("pythoncom.CreateStreamOnHGlobal")
def memory_is_a_stream(w: World) -> Call:
    return call(pythoncom.CreateStreamOnHGlobal, None, True, gives=lambda stream: stream.Write(b"x") == 1)


@probe("pythoncom.CreateILockBytesOnHGlobal")
def memory_is_lock_bytes(w: World) -> Call:
    return call(pythoncom.CreateILockBytesOnHGlobal, None, True, gives=lambda made: made.WriteAt(0, b"x") == 1)


@probe("pythoncom.StgCreateDocfile")
def a_compound_file_is_made(w: World) -> Call:
    return call(pythoncom.StgCreateDocfile, str(w.place / "new.stg"), NEW, 0, gives=lambda made: names(made) == [])


@probe("pythoncom.StgOpenStorage")
def a_compound_file_is_opened(w: World) -> Call:
    return call(pythoncom.StgOpenStorage, file(w), None, MODE, None, 0, gives=lambda made: names(made) == [])


@probe("pythoncom.StgOpenStorageEx")
def a_compound_file_is_opened_another_way(w: World) -> Call:
    return call(pythoncom.StgOpenStorageEx, file(w), MODE, storagecon.STGFMT_STORAGE, 0, pythoncom.IID_IStorage, None)


@probe("pythoncom.StgIsStorageFile")
def a_compound_file_is_known(w: World) -> Call:
    return call(pythoncom.StgIsStorageFile, file(w), gives=lambda answer: answer == 1)


@probe("pythoncom.StgCreateDocfileOnILockBytes")
def a_compound_file_is_made_in_lock_bytes(w: World) -> Call:
    return call(pythoncom.StgCreateDocfileOnILockBytes, pythoncom.CreateILockBytesOnHGlobal(), NEW, 0)


@probe("pythoncom.StgOpenStorageOnILockBytes")
def a_compound_file_in_lock_bytes_is_opened(w: World) -> Call:
    below = pythoncom.CreateILockBytesOnHGlobal()
    pythoncom.StgCreateDocfileOnILockBytes(below, NEW).Commit(0)
    return call(pythoncom.StgOpenStorageOnILockBytes, below, None, MODE, None, 0)


@probe("pythoncom.WriteClassStg")
def a_class_is_written(w: World) -> Call:
    made = w.storage()
    return call(pythoncom.WriteClassStg, made, CLSID, gives=lambda _: pythoncom.ReadClassStg(made) == CLSID)


@probe("pythoncom.ReadClassStg")
def a_class_is_read(w: World) -> Call:
    return call(pythoncom.ReadClassStg, w.storage(), gives=lambda iid: iid == PyIID())


@probe("PyIStream.Read")
def bytes_are_read(w: World) -> Call:
    return call(w.stream(b"hello").Read, 2, gives=lambda data: data == b"he")


@probe("PyIStream.read")
def all_bytes_are_read(w: World) -> Call:
    return call(w.stream(b"hello").read, -1, gives=lambda data: data == b"hello")


@probe("PyIStream.Write")
def bytes_are_written(w: World) -> Call:
    return call(w.stream().Write, b"hello", gives=lambda size: size == 5)


@probe("PyIStream.write")
def text_is_written(w: World) -> Call:
    return call(w.stream().write, "ö", gives=lambda size: size == 2)


@probe("PyIStream.Seek")
def the_cursor_of_a_stream_moves(w: World) -> Call:
    return call(w.stream(b"hello").Seek, -1, pythoncom.STREAM_SEEK_END, gives=lambda place: place == 4)


@probe("PyIStream.SetSize")
def a_stream_is_cut(w: World) -> Call:
    stream = w.stream(b"hello")
    return call(stream.SetSize, 2, gives=lambda _: stream.Read(9) == b"he")


@probe("PyIStream.CopyTo")
def a_stream_is_copied(w: World) -> Call:
    return call(w.stream(b"hello").CopyTo, w.stream(), 3, gives=lambda size: size == 3)


@probe("PyIStream.Commit")
def a_stream_is_committed(w: World) -> Call:
    return call(w.stream().Commit, 0)


@probe("PyIStream.Revert")
def a_stream_is_reverted(w: World) -> Call:
    return call(w.stream().Revert)


@probe("PyIStream.LockRegion")
def streams_are_not_locked(w: World) -> Call:
    return call(w.stream().LockRegion, 0, 1, storagecon.LOCK_WRITE, raises=winerror.STG_E_INVALIDFUNCTION)


@probe("PyIStream.UnlockRegion")
def streams_are_not_unlocked(w: World) -> Call:
    return call(w.stream().UnlockRegion, 0, 1, storagecon.LOCK_WRITE, raises=winerror.STG_E_INVALIDFUNCTION)


@probe("PyIStream.Clone")
def a_stream_is_cloned(w: World) -> Call:
    return call(w.stream(b"hello").Clone, gives=lambda other: other.Read(9) == b"hello")


@probe("PyIStream.Stat")
def a_stream_says_what_it_is(w: World) -> Call:
    wanted = (storagecon.STGTY_STREAM, 5)
    return call(w.stream(b"hello").Stat, 0, gives=lambda stat: stat[1:3] == wanted)


@probe("PyIStorage.CreateStream")
def a_stream_is_made(w: World) -> Call:
    return call(w.storage().CreateStream, "new", NEW, 0, 0, gives=lambda stream: stream.Write(b"x") == 1)


@probe("PyIStorage.OpenStream")
def a_stream_is_opened(w: World) -> Call:
    return call(storage(w).OpenStream, "text", None, MODE, 0, gives=lambda stream: stream.Read(9) == b"hello")


@probe("PyIStorage.CreateStorage")
def a_storage_is_made(w: World) -> Call:
    return call(w.storage().CreateStorage, "new", NEW, 0, 0, gives=lambda made: names(made) == [])


@probe("PyIStorage.OpenStorage")
def a_storage_is_opened(w: World) -> Call:
    return call(storage(w).OpenStorage, "below", None, MODE, None, 0, gives=lambda made: names(made) == [])


@probe("PyIStorage.CopyTo")
def a_storage_is_copied(w: World) -> Call:
    target = w.storage()
    return call(storage(w).CopyTo, None, None, target, gives=lambda _: names(target) == ["below", "text"])


@probe("PyIStorage.MoveElementTo")
def an_element_is_moved(w: World) -> Call:
    target = w.storage()
    move = storagecon.STGMOVE_MOVE
    return call(storage(w).MoveElementTo, "text", target, "moved", move, gives=lambda _: names(target) == ["moved"])


@probe("PyIStorage.Commit")
def a_storage_is_committed(w: World) -> Call:
    return call(storage(w).Commit, storagecon.STGC_DEFAULT)


@probe("PyIStorage.Revert")
def a_storage_is_reverted(w: World) -> Call:
    made = storage(w)
    return call(made.Revert, gives=lambda _: names(made) == [])


@probe("PyIStorage.EnumElements")
def elements_are_listed(w: World) -> Call:
    return call(storage(w).EnumElements, 0, None, 0, gives=lambda found: len(found.Next(9)) == 2)


@probe("PyIStorage.DestroyElement")
def an_element_is_removed(w: World) -> Call:
    made = storage(w)
    return call(made.DestroyElement, "below", gives=lambda _: names(made) == ["text"])


@probe("PyIStorage.RenameElement")
def an_element_is_renamed(w: World) -> Call:
    made = storage(w)
    return call(made.RenameElement, "text", "words", gives=lambda _: names(made) == ["below", "words"])


@probe("PyIStorage.SetElementTimes")
def times_are_set(w: World) -> Call:
    return call(storage(w).SetElementTimes, "below", None, None, pythoncom_time())


def pythoncom_time() -> Any:
    from mapix.pywin32 import pywintypes

    return pywintypes.Time(86400)


@probe("PyIStorage.SetClass")
def a_class_is_set(w: World) -> Call:
    made = w.storage()
    return call(made.SetClass, CLSID, gives=lambda _: made.Stat(0)[8] == CLSID)


@probe("PyIStorage.SetStateBits")
def state_bits_are_set(w: World) -> Call:
    made = w.storage()
    return call(made.SetStateBits, 5, 7, gives=lambda _: made.Stat(0)[9] == 5)


@probe("PyIStorage.Stat")
def a_storage_says_what_it_is(w: World) -> Call:
    return call(w.storage().Stat, 1, gives=lambda stat: stat[:2] == (None, storagecon.STGTY_STORAGE))


@probe("PyIEnumSTATSTG.Next")
def the_next_elements_are_told(w: World) -> Call:
    return call(storage(w).EnumElements().Next, 1, gives=lambda found: len(found) == 1)


@probe("PyIEnumSTATSTG.Skip")
def elements_are_passed_over(w: World) -> Call:
    found = storage(w).EnumElements()
    return call(found.Skip, 1, gives=lambda _: len(found.Next(9)) == 1)


@probe("PyIEnumSTATSTG.Reset")
def elements_are_told_again(w: World) -> Call:
    found = storage(w).EnumElements()
    found.Next(9)
    return call(found.Reset, gives=lambda _: len(found.Next(9)) == 2)


@probe("PyIEnumSTATSTG.Clone")
def elements_are_told_twice(w: World) -> Call:
    return call(storage(w).EnumElements().Clone, gives=lambda other: len(other.Next(9)) == 2)


@probe("PyILockBytes.ReadAt")
def bytes_are_read_anywhere(w: World) -> Call:
    return call(lock_bytes().ReadAt, 1, 2, gives=lambda data: data == b"el")


@probe("PyILockBytes.WriteAt")
def bytes_are_written_anywhere(w: World) -> Call:
    return call(lock_bytes().WriteAt, 9, b"x", gives=lambda size: size == 1)


@probe("PyILockBytes.Flush")
def bytes_are_flushed(w: World) -> Call:
    return call(lock_bytes().Flush)


@probe("PyILockBytes.SetSize")
def bytes_are_cut(w: World) -> Call:
    made = lock_bytes()
    return call(made.SetSize, 2, gives=lambda _: made.ReadAt(0, 9) == b"he")


@probe("PyILockBytes.LockRegion")
def bytes_are_not_locked(w: World) -> Call:
    return call(lock_bytes().LockRegion, 0, 1, storagecon.LOCK_WRITE, raises=winerror.STG_E_INVALIDFUNCTION)


@probe("PyILockBytes.UnlockRegion")
def bytes_are_not_unlocked(w: World) -> Call:
    return call(lock_bytes().UnlockRegion, 0, 1, storagecon.LOCK_WRITE, raises=winerror.STG_E_INVALIDFUNCTION)


@probe("PyILockBytes.Stat")
def lock_bytes_say_what_they_are(w: World) -> Call:
    wanted = (storagecon.STGTY_LOCKBYTES, 5)
    return call(lock_bytes().Stat, 1, gives=lambda stat: stat[1:3] == wanted)
