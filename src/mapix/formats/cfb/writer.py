"""Compound files written whole: `write_compound_file(root, target)`.

The bytes are the same for the same nodes. Streams are copied in pieces, their size need not be known before.

    root = Node("", children=[Node("hello", b"world")])
    write_compound_file(root, Path("hello.bin"))
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import IO, Final

from mapix.formats.cfb.header import Header
from mapix.formats.cfb.layout import CUTOFF, ENDOFCHAIN, FREESECT, MINI_SHIFT, MINI_SIZE, STREAM
from mapix.formats.cfb.lockbytes import system_errors
from mapix.formats.cfb.node import Data, Node
from mapix.formats.cfb.records import EMPTY_RECORD, Record, records_of
from mapix.formats.cfb.sectors import packed
from mapix.formats.cfb.sink import SectorSink, TooLarge
from mapix.formats.storageerrors import InvalidParameter, WriteFault
from mapix.properties.value import LargeValue

PIECE: Final = 1 << 20
"""Bytes that are copied at once."""


def write_compound_file(
    root: Node, target: str | os.PathLike[str] | IO[bytes], *, version: int | None = None, durable: bool = False
) -> None:
    """Write a compound file of `root` and everything below.

    `target` is a path, whose file is replaced when the new one is whole (`durable` waits for the medium before), or a
    file, written from its cursor on. `version` is 3 or 4; None takes 3, and 4 where 3 has no room.
    Raises: InvalidName, FileAlreadyExists for two children of one name, MediumFull, WriteFault, InvalidParameter.
    """
    if version not in (None, 3, 4):
        raise InvalidParameter("versions are 3 and 4", value=version)
    records = records_of(root)
    if isinstance(target, str | os.PathLike):
        _replace(records, Path(target), version, durable)
    else:
        with system_errors(WriteFault):
            _write_file(records, target, version)


def _replace(records: list[Record], path: Path, version: int | None, durable: bool) -> None:
    with system_errors(WriteFault, path):
        real = path.resolve()
        if real.exists() and not real.is_file():
            with real.open("wb") as device:
                _write_file(records, device, version)
            return
        fresh = real.with_name(f".{real.name[:64]}.{token_hex(8)}")
        try:
            with fresh.open("xb", buffering=0) as file:
                _write_file(records, file, version)
                if durable:
                    os.fsync(file.fileno())
            if real.exists():
                fresh.chmod(real.stat().st_mode & 0o7777)
            fresh.replace(real)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise


def _write_file(records: list[Record], target: IO[bytes], version: int | None) -> None:
    if not target.seekable():
        with tempfile.SpooledTemporaryFile(PIECE) as spool:
            _write_file(records, spool, version)
            spool.seek(0)
            while piece := spool.read(PIECE):
                target.write(piece)
        return
    base = target.tell()
    try:
        _write(records, SectorSink(target, version or _version_for(records)))
    except TooLarge:
        if version is not None:
            raise
        target.seek(base)
        target.truncate()
        _write(records, SectorSink(target, 4))


def _version_for(records: list[Record]) -> int:
    known = sum(_known_size(record.node.data) for record in records)
    return 3 if known < (1 << 31) - (known >> 6) - (1 << 20) else 4


def _known_size(data: Data | None) -> int:
    if data is None or callable(data):
        return 0
    return len(data) if isinstance(data, bytes) else data.size


def _write(records: list[Record], sink: SectorSink) -> None:
    small: list[bytes] = []
    minifat = array("I")
    for record in records:
        if record.kind == STREAM:
            _write_stream(record, sink, small, minifat)
    root = records[0]
    root.start, root.size = sink.chain([b"".join(small)])
    header = Header(version=sink.version, shift=sink.shift)
    if minifat:
        minifat.extend([FREESECT] * (-len(minifat) & ((1 << sink.shift - 2) - 1)))
        header.minifat_start, size = sink.chain([packed(minifat)])
        header.minifat_sectors = size >> sink.shift
    entries = [record.pack() for record in records]
    entries += [EMPTY_RECORD] * (-len(entries) & ((1 << sink.shift - 7) - 1))
    header.directory_start, size = sink.chain([b"".join(entries)])
    header.directory_sectors = size >> sink.shift if sink.version == 4 else 0
    sink.finish(header)


def _write_stream(record: Record, sink: SectorSink, small: list[bytes], minifat: array[int]) -> None:
    data = record.node.data
    if isinstance(data, bytes):
        _write_bytes(record, data, sink, small, minifat)
    elif data is not None:
        with data.open() if isinstance(data, LargeValue) else data() as reader:
            head = _read_fully(reader, CUTOFF)
            if len(head) < CUTOFF:
                _write_bytes(record, head, sink, small, minifat)
            else:
                record.start, record.size = sink.chain(_pieces(head, reader))


def _write_bytes(record: Record, data: bytes, sink: SectorSink, small: list[bytes], minifat: array[int]) -> None:
    if len(data) >= CUTOFF:
        record.start, record.size = sink.chain([data])
        return
    record.size = len(data)
    if not data:
        record.start = ENDOFCHAIN
        return
    record.start = start = len(minifat)
    count = (len(data) + MINI_SIZE - 1) >> MINI_SHIFT
    minifat.extend(range(start + 1, start + count))
    minifat.append(ENDOFCHAIN)
    small.append(data)
    if rest := -len(data) & (MINI_SIZE - 1):
        small.append(bytes(rest))


def _read_fully(reader: IO[bytes], size: int) -> bytes:
    data = reader.read(size)
    while len(data) < size and (more := reader.read(size - len(data))):
        data += more
    return data


def _pieces(head: bytes, reader: IO[bytes]) -> Iterator[bytes]:
    yield head
    while piece := reader.read(PIECE):
        yield piece
