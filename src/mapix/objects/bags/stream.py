"""Streams on properties: a cursor over a value, in memory while small and in a scratch file when big (P-140, P-141).

`PropertyStream` hands what was written to its object at `commit`, as a plain value or, above `WHOLE_LIMIT` bytes, as a
`FileValue`. Text under a UNICODE tag is UTF-16LE, under a STRING8 tag bytes of the object's code page.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

from mapix.interfaces.stream import Stream
from mapix.objects.bags.spool import File, FileValue, Scratch, Spool, temporary
from mapix.properties.codepage import decode_text, encode_text
from mapix.properties.errors import InvalidObject, InvalidParameter, NoAccess
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import LargeValue

WHOLE_LIMIT: Final = 256 * 1024
"""Bytes up to which a stream's value is kept as a plain one."""

_CHUNK: Final = 256 * 1024

Commit = Callable[[Any], None]

__all__ = ["WHOLE_LIMIT", "FileValue", "PropertyStream"]


class PropertyStream(Stream):
    """One property under a cursor.

    `value` is what the property has now; `commit` receives the new value of a writable stream, `scratch` makes files
    for big ones. Nothing else should change the property meanwhile (P-136).
    """

    def __init__(
        self,
        tag: PropTag,
        value: Any,
        *,
        codepage: int,
        commit: Commit | None = None,
        scratch: Scratch = temporary,
    ) -> None:
        self.tag = tag
        self.writable = commit is not None
        self._codepage = codepage
        self._commit = commit
        self._scratch = scratch
        self._saved: Any = value
        self._file: File | None = _file_of(tag, value, codepage, scratch if self.writable else None)
        self._shared = False
        self._changed = False
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """See `Stream.read`."""
        file = self._open()
        if self._at and self._at >= self.size():
            return b""
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
        self._open_for_writing().truncate(size)

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
            self._file = _file_of(self.tag, self._saved, self._codepage, self._scratch)
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
        if not isinstance(file, Spool) or self._shared:
            copy = _copied(file, self._scratch)
            self.close()
            file, self._shared = copy, False
        self._file, self._changed = file, True
        return file

    def _value(self) -> Any:
        """The bytes as the property's value; a big file is shared with it and not written again."""
        file, size = self._open(), self.size()
        kind = self.tag.type
        if not self._changed and isinstance(self._saved, LargeValue) and kind != PropType.STRING8:
            return self._saved
        if size > WHOLE_LIMIT and kind != PropType.STRING8:
            self._shared = True
            return FileValue(file, size)
        file.seek(0)
        return _as_value(kind, file.read(), self._codepage)


def _as_value(kind: int, data: bytes, codepage: int) -> Any:
    if kind == PropType.UNICODE:
        return data[: len(data) & ~1].decode("utf-16-le", "surrogatepass")
    return decode_text(data, codepage) if kind == PropType.STRING8 else data


def _file_of(tag: PropTag, value: Any, codepage: int, scratch: Scratch | None) -> File:
    """A file with the bytes of a value, a large one's own reader until it is written to; without `scratch` it is only
    read.
    """
    if isinstance(value, LargeValue):
        return _reader_of(value) if tag.type != PropType.STRING8 else _copy_of(value, scratch or temporary)
    if isinstance(value, str):
        wide = tag.type != PropType.STRING8
        value = value.encode("utf-16-le", "surrogatepass") if wide else encode_text(value, codepage)
    if scratch is None:
        return io.BytesIO(value)
    file = Spool(scratch)
    file.write(value)
    return file


def _reader_of(value: LargeValue) -> File:
    """The value's own reader, if it goes back and forth."""
    reader = value.open()
    if reader.seekable():
        return reader
    reader.close()
    return _copy_of(value, temporary)


def _copy_of(value: LargeValue, scratch: Scratch) -> File:
    with value.open() as reader:
        return _copied(reader, scratch)


def _copied(source: File, scratch: Scratch) -> File:
    if source.seekable():
        source.seek(0)
    file = Spool(scratch)
    while chunk := source.read(_CHUNK):
        file.write(chunk)
    return file
