"""What compound files are read from, and the first look at it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, cast

from mapix.formats.cfb.defects import CfbDefects
from mapix.formats.cfb.header import read_header
from mapix.formats.cfb.layout import HEADER_SIZE
from mapix.formats.cfb.lockbytes import FileBytes, StreamBytes
from mapix.formats.cfb.outline import Outline, outline_of
from mapix.formats.cfb.sectors import Sectors
from mapix.formats.cfb.structure import Structure
from mapix.formats.defects import Strictness
from mapix.formats.storage import LockBytes
from mapix.formats.storageerrors import InvalidParameter

READ_AT_ONCE: Final = 1 << 21
"""Bytes of a file that is small enough to be held."""

Source = bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryIO | LockBytes


def bytes_at(data: bytes) -> Callable[[int, int], bytes]:
    """Reading at places of bytes in memory."""
    return lambda offset, size: data[offset : offset + size]


def opened(source: Source) -> tuple[bytes | LockBytes, LockBytes | None]:
    """What to read from, and what is to be closed by us."""
    if isinstance(source, bytes | LockBytes):
        return source, None
    if isinstance(source, str | os.PathLike):
        file = FileBytes(Path(source))
        return file, file
    if isinstance(source, bytearray | memoryview):
        return bytes(source), None
    if not hasattr(source, "seek"):
        raise InvalidParameter("a compound file is bytes, a path, a seekable file or lock bytes", value=source)
    return StreamBytes(source), None


def structure_of(source: bytes | LockBytes, defects: CfbDefects) -> Structure | Outline:
    """The outline of a small file where it has one and a tolerant reader asks, else the structure."""
    place = None if isinstance(source, bytes) else source
    data: bytes | None = None if place else cast(bytes, source)
    size = len(data) if data is not None else cast(LockBytes, place).size()
    if place and size <= READ_AT_ONCE:
        data = place.read_at(0, size)
        size = len(data)
        if defects.strictness is Strictness.TOLERANT and (outline := outline_of(data)) is not None:
            return outline
    head = data if data is not None else cast(LockBytes, place).read_at(0, HEADER_SIZE)
    header = read_header(head, defects)
    return Structure(Sectors(data, place, size, header.shift), header, defects)
