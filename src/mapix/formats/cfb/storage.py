"""Compound files to be edited: `create_docfile`, `open_docfile`, `is_docfile`.

    with create_docfile(Path("new.bin"), Mode.READWRITE | Mode.CREATE | Mode.TRANSACTED) as root:
        with root.create_stream("hello") as stream:
            stream.write(b"world")
        root.commit()

Over a path, a seekable Python file, lock bytes, or a file of its own that ends with it. A commit is whole or has not
been, whatever happens to the machine (see `volume`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast
from weakref import finalize

from mapix.formats.cfb.committing import commit
from mapix.formats.cfb.docroot import DocRoot
from mapix.formats.cfb.items import StorageItem
from mapix.formats.cfb.layout import MAGIC
from mapix.formats.cfb.lockbytes import FileBytes, StreamBytes
from mapix.formats.cfb.modes import can_write, checked_root, denies_writing
from mapix.formats.cfb.records import ROOT_NAME
from mapix.formats.cfb.sharing import Claim
from mapix.formats.cfb.volume import Volume
from mapix.formats.storage import LockBytes, Mode
from mapix.formats.storageerrors import FileAlreadyExists, InvalidParameter, StorageError
from mapix.properties import times

Target = str | os.PathLike[str] | BinaryIO | LockBytes

_PIECE = 1 << 20


def create_docfile(
    target: Target | None, mode: int = Mode.READWRITE | Mode.SHARE_EXCLUSIVE, *, version: int = 3
) -> DocRoot:
    """A new compound file, of which there is an empty one at once (StgCreateDocfile, StgCreateDocfileOnILockBytes).

    `target` None is a file of its own that is gone afterwards. `Mode.CREATE` replaces a file that is there; opened
    with TRANSACTED, the old one is there until the first commit. `version` 4 has room for more than 2 GiB.
    Raises: FileAlreadyExists, InvalidFlag, ShareViolation, PathNotFound, AccessDenied.
    """
    mode = checked_root(mode, creating=True)
    if version not in (3, 4):
        raise InvalidParameter("versions are 3 and 4", value=version)
    place, path, release = _opened_to_create(target, mode)
    try:
        return _ended_with(_created(place, path, release, mode, version), release if target is None else _nothing)
    except BaseException:
        release()
        raise


def open_docfile(source: Target, mode: int = Mode.READ | Mode.SHARE_DENY_WRITE) -> DocRoot:
    """The compound file that is there (StgOpenStorage, StgOpenStorageOnILockBytes).

    Raises: FileNotFound, InvalidHeader for a file that is none, DocfileCorrupt,
    InvalidFlag, ShareViolation, AccessDenied.
    """
    mode = checked_root(mode, creating=False)
    forget: Callable[[], None] = _nothing
    place, path, release = _opened(source, mode)
    try:
        original = None
        if mode & Mode.TRANSACTED and not denies_writing(mode) and not mode & Mode.NOSNAPSHOT:
            copy, forget = _temporary()
            original, place, release = place, _filled(copy, place), _both(forget, release)
        volume = Volume(place)
        root = DocRoot(volume, volume.load(), mode, path=path, original=original, release=release)
        return _ended_with(root, forget)
    except BaseException:
        release()
        raise


def is_docfile(source: Target | bytes) -> bool:
    """Whether it begins as a compound file does (StgIsStorageFile). Raises: FileNotFound, AccessDenied."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source[: len(MAGIC)]) == MAGIC
    if isinstance(source, str | os.PathLike):
        file = FileBytes(Path(source))
        try:
            return file.read_at(0, len(MAGIC)) == MAGIC
        finally:
            file.close()
    return _place(source).read_at(0, len(MAGIC)) == MAGIC


def _ended_with(root: DocRoot, forget: Callable[[], None]) -> DocRoot:
    """Have a temporary file closed before the garbage collector finds it unclosed, where a root is in its cycles."""
    finalize(root, forget).atexit = False
    return root


def _created(place: LockBytes, path: Path | None, release: Callable[[], None], mode: int, version: int) -> DocRoot:
    item = StorageItem(ROOT_NAME)
    item.modified = times.now()
    volume = _kept(place, version) if mode & Mode.TRANSACTED else None
    if volume is not None:
        volume.changed = True
    else:
        volume = Volume(place, version)
        place.set_size(0)
        commit(volume, item, durable=False)
    return DocRoot(volume, item, mode, path=path, release=release)


def _kept(place: LockBytes, version: int) -> Volume | None:
    """The volume of a file that can stay until the first commit; None where there is none."""
    if not place.size():
        return None
    volume = Volume(place)
    with suppress(StorageError):
        volume.load()
        return volume if volume.version == version else None
    return None


def _opened_to_create(target: Target | None, mode: int) -> tuple[LockBytes, Path | None, Callable[[], None]]:
    if target is None:
        place, release = _temporary()
        return place, None, release
    if not isinstance(target, str | os.PathLike):
        place = _place(target)
        if place.size() and not mode & Mode.CREATE:
            raise FileAlreadyExists("there is something already", hint="Mode.CREATE")
        return place, None, _nothing
    path = Path(target)
    file = FileBytes(path, write=True, create=True, exclusive=not mode & Mode.CREATE)
    return file, path, _claimed(file, mode)


def _opened(source: Target, mode: int) -> tuple[LockBytes, Path | None, Callable[[], None]]:
    if not isinstance(source, str | os.PathLike):
        return _place(source), None, _nothing
    path = Path(source)
    file = FileBytes(path, write=can_write(mode))
    return file, path, _claimed(file, mode)


def _claimed(file: FileBytes, mode: int) -> Callable[[], None]:
    """Claim an open file; what releases it."""
    try:
        claim = Claim(file, mode)
    except BaseException:
        file.close()
        raise

    def release() -> None:
        claim.release()
        file.close()
        if mode & Mode.DELETEONRELEASE:
            file.path.unlink(missing_ok=True)

    return release


def _place(source: BinaryIO | LockBytes) -> LockBytes:
    if isinstance(source, LockBytes):
        return source
    if not hasattr(source, "seek"):
        raise InvalidParameter("a compound file is a path, a seekable file or lock bytes", value=source)
    return StreamBytes(source)


class _Dropped(tempfile.SpooledTemporaryFile[bytes]):
    """A file of a storage that nobody has to close; in a cycle it may go before what closes it."""

    def __del__(self) -> None:
        self.close()


def _temporary() -> tuple[LockBytes, Callable[[], None]]:
    """Bytes of their own, in memory while they are few; what ends them."""
    file = _Dropped(_PIECE)
    return StreamBytes(cast(BinaryIO, file), durable=False), file.close


def _filled(copy: LockBytes, place: LockBytes) -> LockBytes:
    for offset in range(0, place.size(), _PIECE):
        copy.write_at(offset, place.read_at(offset, _PIECE))
    return copy


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    def release() -> None:
        first()
        second()

    return release


def _nothing() -> None:
    """What is not ours stays open."""
