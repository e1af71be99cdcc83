"""Streams on properties: a cursor over a value, in memory while small and in a temporary file when big (P-140, P-141).

`PropertyStream` hands what was written to its object at `commit`, as a plain value or, above `WHOLE_LIMIT` bytes, as a
`FileValue`. Text under a UNICODE tag is UTF-16LE, under a STRING8 tag bytes of the object's code page.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, Any, Final

from mapix.interfaces.stream import Stream
from mapix.properties.codepage import decode_text, encode_text
from mapix.properties.errors import InvalidObject, InvalidParameter, NoAccess
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import LargeValue

WHOLE_LIMIT: Final = 256 * 1024
"""Bytes up to which a stream's value is kept as a plain one."""

_CHUNK: Final = 256 * 1024

Commit = Callable[[Any], None]
File = IO[bytes]


class FileValue:
    """A large value in a temporary file that nobody writes any more: a `LargeValue`."""

    def __init__(self, file: File, size: int) -> None:
        self._file = file
        self._size = size
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes."""
        return self._size

    def open(self) -> IO[bytes]:
        """A fresh reader at the start; readers do not disturb one another."""
        return io.BufferedReader(_Reader(self._file, self._size, self._lock), _CHUNK)


class _Reader(io.RawIOBase):
    """One position in a shared file."""

    def __init__(self, file: File, size: int, lock: Lock) -> None:
        self._file, self._size, self._lock, self._at = file, size, lock, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._lock:
            self._file.seek(self._at)
            data = self._file.read(min(len(buffer), self._size - self._at))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, origin: int = 0) -> int:
        self._at = max(0, (0, self._at, self._size)[origin] + offset)
        return self._at


class PropertyStream(Stream):
    """One property under a cursor.

    `value` is what the property has now; `commit` receives the new value of a writable stream. Nothing else should
    change the property meanwhile (P-136).
    """

    def __init__(self, tag: PropTag, value: Any, *, codepage: int, commit: Commit | None = None) -> None:
        self.tag = tag
        self.writable = commit is not None
        self._codepage = codepage
        self._commit = commit
        self._saved: Any = value
        self._file: File | None = _file_of(tag, value, codepage, fresh=self.writable)
        self._shared = False
        self._changed = False
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """See `Stream.read`."""
        file = self._open()
        file.seek(self._at)
        data = file.read(size if size >= 0 else -1)
        self._at += len(data)
        return data

    def write(self, data: bytes) -> int:
        """See `Stream.write`."""
        self._check_writable()
        if not data:
            return 0
        file = self._open_for_writing()
        file.seek(0, io.SEEK_END)
        gap = self._at - file.tell()
        if gap > 0:
            file.write(bytes(gap))
        file.seek(self._at)
        file.write(data)
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, origin: int = 0) -> int:
        """See `Stream.seek`; before the start is `InvalidParameter`."""
        if origin not in (0, 1, 2):
            raise InvalidParameter("a position counts from the start (0), the cursor (1) or the end (2)", value=origin)
        base = (0, self._at, self.size() if origin == io.SEEK_END else 0)[origin]
        if base + offset < 0:
            raise InvalidParameter("a position before the start of the stream", value=base + offset)
        self._at = base + offset
        return self._at

    def truncate(self, size: int) -> None:
        """See `Stream.truncate`; growing fills with zeros."""
        if size < 0:
            raise InvalidParameter("a stream's size is not negative", value=size)
        file = self._open_for_writing()
        missing = size - self.size()
        if missing > 0:
            file.seek(0, io.SEEK_END)
            file.write(bytes(missing))
        else:
            file.truncate(size)

    def size(self) -> int:
        """See `Stream.size`."""
        file = self._open()
        return file.seek(0, io.SEEK_END)

    def clone(self) -> Stream:
        """See `Stream.clone`: the clone sees the bytes as they are now, and reads only."""
        twin = PropertyStream(self.tag, self._value(), codepage=self._codepage)
        twin._at = self._at
        return twin

    def commit(self) -> None:
        """See `Stream.commit`."""
        self._open()
        if self._commit is None:
            raise NoAccess("the stream was opened for reading", value=self.tag)
        if self._changed:
            value = self._value()
            self._commit(value)
            self._saved, self._changed = value, False

    def revert(self) -> None:
        """See `Stream.revert`."""
        self._open()
        if self._changed:
            self._file = _file_of(self.tag, self._saved, self._codepage, fresh=True)
            self._shared = self._changed = False
            self._at = 0

    def close(self) -> None:
        """See `Stream.close`; a file that a committed value lives in stays."""
        if self._file is not None and not self._shared:
            self._file.close()
        self._file = None

    def _open(self) -> File:
        if self._file is None:
            raise InvalidObject("the stream is closed", value=self.tag)
        return self._file

    def _check_writable(self) -> None:
        self._open()
        if not self.writable:
            raise NoAccess("the stream was opened for reading", value=self.tag)

    def _open_for_writing(self) -> File:
        self._check_writable()
        file = self._open()
        if self._shared:
            file = self._file = _copied(file)
            self._shared = False
        self._changed = True
        return file

    def _value(self) -> Any:
        """The bytes as the property's value; a big file is shared with it and not written again."""
        file, size = self._open(), self.size()
        kind = self.tag.type
        if size > WHOLE_LIMIT and kind != PropType.STRING8:
            self._shared = True
            return FileValue(file, size)
        file.seek(0)
        return _as_value(kind, file.read(), self._codepage)


def _as_value(kind: int, data: bytes, codepage: int) -> Any:
    if kind == PropType.UNICODE:
        return data[: len(data) & ~1].decode("utf-16-le", "surrogatepass")
    return decode_text(data, codepage) if kind == PropType.STRING8 else data


def _file_of(tag: PropTag, value: Any, codepage: int, *, fresh: bool) -> File:
    """A file with the bytes of a value; a large value's own reader where nothing is to be written."""
    if isinstance(value, LargeValue):
        return _reader_of(value) if not fresh and tag.type != PropType.STRING8 else _copy_of(value)
    if isinstance(value, str):
        wide = tag.type != PropType.STRING8
        value = value.encode("utf-16-le", "surrogatepass") if wide else encode_text(value, codepage)
    if not fresh:
        return io.BytesIO(value)
    file = _new_file()
    file.write(value)
    return file


def _reader_of(value: LargeValue) -> File:
    """The value's own reader, if it goes back and forth."""
    reader = value.open()
    if reader.seekable():
        return reader
    reader.close()
    return _copy_of(value)


def _copy_of(value: LargeValue) -> File:
    with value.open() as reader:
        return _copied(reader)


def _copied(source: File) -> File:
    if source.seekable():
        source.seek(0)
    file = _new_file()
    while chunk := source.read(_CHUNK):
        file.write(chunk)
    return file


class _TemporaryFile(SpooledTemporaryFile[bytes]):
    """A temporary file that goes quietly with its last user: values share it, so nobody knows when to close it."""

    def __del__(self) -> None:
        self.close()


def _new_file() -> File:
    return _TemporaryFile(max_size=1 << 20)
