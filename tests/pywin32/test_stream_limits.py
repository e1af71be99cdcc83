"""Streams of every kind where they end: sizes and places that nothing has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mapix.pywin32 import mapi, mapitags, pythoncom
from mapix.pywin32 import storagecon as sc
from mapix.pywin32.errors import com_error

_MODE = sc.STGM_CREATE | sc.STGM_READWRITE | sc.STGM_SHARE_EXCLUSIVE
_FAR = 1 << 62


def _on_file(message: Any, place: Path) -> Any:
    return mapi.OpenStreamOnFileW(str(place / "stream.bin"), sc.STGM_CREATE | sc.STGM_READWRITE)


def _in_memory(message: Any, place: Path) -> Any:
    return pythoncom.CreateStreamOnHGlobal()


def _on_property(message: Any, place: Path) -> Any:
    return message.OpenProperty(mapitags.PR_BODY_W, pythoncom.IID_IStream, 0, mapi.MAPI_CREATE | mapi.MAPI_MODIFY)


def _in_storage(message: Any, place: Path) -> Any:
    return pythoncom.StgCreateDocfile(str(place / "file.bin"), _MODE).CreateStream("x", _MODE)


@pytest.mark.parametrize("made", [_on_file, _in_memory, _on_property, _in_storage])
def test_a_size_that_nothing_has_is_refused_and_changes_nothing(
    folder: Any, tmp_path: Path, made: Callable[[Any, Path], Any]
) -> None:
    """P-142, GEN-4: below nothing, and beyond every file; the stream is as long as before and works on."""
    stream = made(folder.CreateMessage(None, 0), tmp_path)
    stream.Write(b"abcdef")
    for size in (-1, _FAR):
        with pytest.raises(com_error):
            stream.SetSize(size)
    assert stream.Stat(0)[2] == 6
    stream.SetSize(8)
    stream.Seek(0, 0)
    assert stream.Read(100) == b"abcdef\0\0"


@pytest.mark.parametrize("made", [_on_file, _in_memory, _on_property, _in_storage])
def test_nothing_is_read_beyond_the_end_and_nothing_written_beyond_everything(
    folder: Any, tmp_path: Path, made: Callable[[Any, Path], Any]
) -> None:
    """P-142: a cursor may stand behind the end, where there is nothing."""
    stream = made(folder.CreateMessage(None, 0), tmp_path)
    stream.Write(b"abcdef")
    assert stream.Seek(1000, 0) == 1000
    assert stream.Read(10) == b""
    with pytest.raises(com_error):
        stream.Seek(_FAR, 0) and stream.Write(b"x")
    assert stream.Stat(0)[2] == 6


def test_lock_bytes_that_no_memory_holds_are_refused() -> None:
    """GEN-4: STG_E_INSUFFICIENTMEMORY."""
    place = pythoncom.CreateILockBytesOnHGlobal()
    for call in (lambda: place.SetSize(_FAR), lambda: place.WriteAt(_FAR, b"x")):
        with pytest.raises(com_error) as failure:
            call()
        assert failure.value.hresult & 0xFFFFFFFF == 0x80030008
    assert place.ReadAt(0, 10) == b""
