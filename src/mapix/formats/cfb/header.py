"""The header of a compound file: what it claims ([MS-CFB] 2.2), and how a reader takes it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from mapix.formats.cfb.defects import CfbDefects
from mapix.formats.cfb.layout import (
    BETA_MAGIC,
    CUTOFF,
    ENDOFCHAIN,
    FREESECT,
    HEADER_DIFAT,
    HEADER_SIZE,
    MAGIC,
    MINI_SHIFT,
)
from mapix.formats.storage import LockBytes
from mapix.formats.storageerrors import InvalidHeader, OldFormat

_HEADER: Final = struct.Struct("<8s16sHHHHH6s9I")
_DIFAT: Final = struct.Struct(f"<{HEADER_DIFAT}I")


@dataclass(slots=True)
class Header:
    """What the first 76 bytes of a file claim, and the first 109 sectors of the FAT."""

    clsid: bytes = bytes(16)
    minor: int = 0x3E
    version: int = 3
    byte_order: int = 0xFFFE
    shift: int = 9
    mini_shift: int = MINI_SHIFT
    reserved: bytes = bytes(6)
    directory_sectors: int = 0
    fat_sectors: int = 0
    directory_start: int = ENDOFCHAIN
    signature: int = 0
    cutoff: int = CUTOFF
    minifat_start: int = ENDOFCHAIN
    minifat_sectors: int = 0
    difat_start: int = ENDOFCHAIN
    difat_sectors: int = 0
    difat: tuple[int, ...] = ()

    def pack(self) -> bytes:
        """The 512 bytes; what follows them in a file of larger sectors is zero."""
        listed = self.difat[:HEADER_DIFAT]
        fixed = _HEADER.pack(
            MAGIC,
            self.clsid,
            self.minor,
            self.version,
            self.byte_order,
            self.shift,
            self.mini_shift,
            self.reserved,
            self.directory_sectors,
            self.fat_sectors,
            self.directory_start,
            self.signature,
            self.cutoff,
            self.minifat_start,
            self.minifat_sectors,
            self.difat_start,
            self.difat_sectors,
        )
        return fixed + _DIFAT.pack(*listed, *(FREESECT,) * (HEADER_DIFAT - len(listed)))

    @classmethod
    def unpack(cls, data: bytes) -> Header:
        """The header at the start of `data`, which has 512 bytes at least; nothing of it is believed yet."""
        header = cls(*_HEADER.unpack_from(data)[1:])
        header.difat = _DIFAT.unpack_from(data, _HEADER.size)
        return header


def read_header(data: bytes, defects: CfbDefects) -> Header:
    """The header at the start of a file, with a sector size that can be worked with.

    Raises: InvalidHeader for what is no compound file, OldFormat for one of before version 3.
    """
    if not data.startswith(MAGIC):
        if data.startswith(BETA_MAGIC):
            raise OldFormat("a file of a test version of the format")
        raise InvalidHeader("this is no compound file", value=data[:8])
    if len(data) < HEADER_SIZE:
        raise InvalidHeader("the file ends within its header", value=len(data))
    header = Header.unpack(data)
    wanted = {3: 9, 4: 12}.get(header.version)
    if header.shift != wanted:
        defects.note("header", "version and sector size do not belong together", value=(header.version, header.shift))
        if header.shift not in (9, 12):
            header.shift = wanted or 9
    return header


def read_signature(place: LockBytes) -> int:
    """The number of the commit that a file has now; 0 where there is none yet."""
    head = place.read_at(0, HEADER_SIZE)
    return Header.unpack(head).signature if len(head) == HEADER_SIZE else 0
