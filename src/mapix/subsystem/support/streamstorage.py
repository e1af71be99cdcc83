"""Storages on streams, as providers get them from their support object (IMAPISupport::IStorageFromStream; SPI-44)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, cast

from mapix.formats.cfb.lockbytes import StreamBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import LockBytes, Mode
from mapix.interfaces.stream import Stream
from mapix.properties.errors import InvalidParameter

if TYPE_CHECKING:
    from mapix.formats.cfb.docroot import DocRoot

_READ = Mode.READ | Mode.SHARE_DENY_WRITE
_WRITE = Mode.READWRITE | Mode.SHARE_EXCLUSIVE


def storage_on(source: BinaryIO | Stream | LockBytes, *, modify: bool, create: bool, current: bool) -> DocRoot:
    """A storage on `source`, from its start on or with `current` from its cursor on; `create` makes an empty one there,
    in the place of all that follows.

    A property's stream is committed whenever the storage is; the cursor is anywhere afterwards. Raises
    `InvalidParameter` for what cannot be sought in, and for lock bytes with `current`, which have no cursor.
    """
    place = _place(source)
    if current:
        place = BytesFrom(place, _cursor(source))
    if create:
        return create_docfile(place, _WRITE | Mode.CREATE)
    return open_docfile(place, _WRITE if modify else _READ)


class BytesFrom(LockBytes):
    """The bytes of others from a place on; those before it are not touched."""

    def __init__(self, inner: LockBytes, start: int) -> None:
        self._inner = inner
        self._start = start

    def read_at(self, offset: int, size: int) -> bytes:
        """See `LockBytes.read_at`."""
        return self._inner.read_at(self._start + offset, size)

    def write_at(self, offset: int, data: bytes) -> None:
        """See `LockBytes.write_at`."""
        self._inner.write_at(self._start + offset, data)

    def flush(self) -> None:
        """See `LockBytes.flush`."""
        self._inner.flush()

    def size(self) -> int:
        """See `LockBytes.size`."""
        return max(0, self._inner.size() - self._start)

    def set_size(self, size: int) -> None:
        """See `LockBytes.set_size`."""
        self._inner.set_size(self._start + size)


class _PropertyFile:
    """A property's stream as a Python file: what flushes it commits it."""

    def __init__(self, stream: Stream) -> None:
        self.read, self.seek, self.write, self.truncate = stream.read, stream.seek, stream.write, stream.truncate
        self._stream = stream

    def flush(self) -> None:
        """Hand what was written to the property's object."""
        self._stream.commit()


def _place(source: BinaryIO | Stream | LockBytes) -> LockBytes:
    if isinstance(source, LockBytes):
        return source
    if isinstance(source, Stream):
        return StreamBytes(cast(BinaryIO, _PropertyFile(source)))
    if not hasattr(source, "seek"):
        raise InvalidParameter("a storage is made on a stream, a seekable file or lock bytes", value=source)
    return StreamBytes(source)


def _cursor(source: BinaryIO | Stream | LockBytes) -> int:
    if isinstance(source, LockBytes):
        raise InvalidParameter("lock bytes have no cursor a storage could begin at", value=source)
    return source.seek(0, os.SEEK_CUR)
