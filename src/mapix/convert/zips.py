"""Members of zip archives: listed within bounds, and read without being deceived about their size."""

from __future__ import annotations

import struct
import zlib
from contextlib import ExitStack
from functools import lru_cache
from io import BytesIO
from lzma import LZMAError
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from mapix.convert.items import Item
from mapix.properties.errors import CorruptData, NoSupport, TooBig
from mapix.properties.scratch import scratch_file

RATIO: Final = 250
"""How many times larger than its packed form something may be, beyond `MODEST` bytes; mail comes to 10."""

MODEST: Final = 64 << 20
LARGEST_LIST: Final = 256 << 20
"""Bytes of the directory of a zip archive."""

DAMAGE: Final = (
    *(BadZipFile, NotImplementedError, ValueError, EOFError, RuntimeError, IndexError, OverflowError),
    *(struct.error, zlib.error, LZMAError),
)
"""What the standard library raises for members that cannot be unpacked: damaged, encrypted, packed in ways it lacks."""

_IN_MEMORY: Final = 4 << 20
_END: Final = struct.Struct("<4s4H2LH")


def members(path: str) -> list[ZipInfo]:
    """What is in a zip archive. Raises: CorruptData, TooBig for a directory beyond `LARGEST_LIST`."""
    _look_at_end(path)
    try:
        with ZipFile(path) as archive:
            return archive.infolist()
    except (BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise CorruptData(f"the archive cannot be read: {error}", value=path) from error


def refuse_bomb(info: ZipInfo) -> None:
    """Raises TooBig for a member that unpacks to far more than mail does; NoSupport for one that is encrypted."""
    if info.flag_bits & 1:
        raise NoSupport("the member is encrypted", value=info.filename)
    if info.file_size > MODEST and info.file_size > RATIO * max(info.compress_size, 1):
        raise TooBig("the member unpacks to too much", value=info.file_size)


def opened_member(item: Item, files: ExitStack) -> IO[bytes]:
    """The bytes of a member, in memory or in a file that goes away."""
    about = Path(item.path).stat()
    archive = _archive(item.path, (about.st_ino, about.st_size, about.st_mtime_ns))
    try:
        info = archive.infolist()[item.start]
        refuse_bomb(info)
        kept: IO[bytes] = files.enter_context(BytesIO() if info.file_size <= _IN_MEMORY else scratch_file())
        with archive.open(info) as member:
            copyfileobj(member, kept, 1 << 20)
    except DAMAGE as error:
        raise CorruptData(f"the member cannot be unpacked: {error}", value=item.name) from error
    kept.seek(0)
    return kept


@lru_cache(maxsize=4)
def _archive(path: str, state: tuple[int, int, int]) -> ZipFile:
    """An archive that stays open for the members to come, as long as its file is the same one."""
    return ZipFile(path)


def _look_at_end(path: str) -> None:
    """The directory of an archive is read whole, so its size is looked at first."""
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - (1 << 16) - _END.size, 0))
        tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if 0 <= place <= len(tail) - _END.size and _END.unpack_from(tail, place)[5] != 0xFFFFFFFF:
        length = _END.unpack_from(tail, place)[5]
    else:
        length = size
    if length > LARGEST_LIST:
        raise TooBig("the archive has too many members", value=length)
