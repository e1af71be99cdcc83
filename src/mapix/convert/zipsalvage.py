"""What can be read of a zip archive that has lost its directory, as one whose download broke off.

Each member has a header of its own before its bytes; members are followed from the first one until the damage.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from mapix.convert.zips import MODEST, RATIO

_HEADER: Final = struct.Struct("<4s5H3L2H")
_FIELD: Final = struct.Struct("<2H")
_SIGN: Final = b"PK\x03\x04"
_LARGE: Final = 1
"""The number of the extra field of large archives, which has the sizes in 64 bits."""

_IN_LARGE: Final = 0xFFFF_FFFF
"""A size that stands in that field."""

_AFTERWARDS: Final = 8
"""The flag of sizes that stand behind the bytes."""

_ENCRYPTED: Final = 1
_UTF8: Final = 1 << 11
_STORED, _DEFLATED = 0, 8
_PIECE: Final = 1 << 16
_IN_MEMORY: Final = 1 << 20


def whole_members(path: str) -> Iterator[tuple[str, IO[bytes]]]:
    """The members that are whole, in their order: name and bytes, which last until the next one. Raises: OSError."""
    with Path(path).open("rb") as file:
        while len(head := file.read(_HEADER.size)) == _HEADER.size:
            sign, _, flags, method, _, _, crc, packed, _, named, more = _HEADER.unpack(head)
            if sign != _SIGN or flags & _ENCRYPTED or method not in (_STORED, _DEFLATED):
                return
            name = file.read(named).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
            large = _large_size(file.read(more))
            packed = packed if large is None or packed != _IN_LARGE else large
            with SpooledTemporaryFile(_IN_MEMORY) as member:
                found = _stored(file, member, packed) if method == _STORED else _inflated(file, member)
                if found is None or (flags & _AFTERWARDS and method == _STORED):
                    return
                if flags & _AFTERWARDS:
                    crc = _told_behind(file, 4 if large is None else 8)
                if found != crc:
                    return
                member.seek(0)
                yield name, member


def _stored(file: IO[bytes], member: IO[bytes], size: int) -> int | None:
    """Copy so many bytes; their checksum, None where they are fewer."""
    crc = 0
    while size and (piece := file.read(min(size, _PIECE))):
        crc = zlib.crc32(piece, crc)
        member.write(piece)
        size -= len(piece)
    return crc if not size else None


def _inflated(file: IO[bytes], member: IO[bytes]) -> int | None:
    """Unpack a member, behind which the file stands afterwards; its checksum, None where it has no end."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    crc, start = 0, file.tell()
    while not unpacker.eof:
        piece = unpacker.unconsumed_tail or file.read(_PIECE)
        try:
            data = unpacker.decompress(piece, _PIECE)
        except zlib.error:
            return None
        if not (piece or data):
            return None
        crc = zlib.crc32(data, crc)
        member.write(data)
        if member.tell() > MODEST and member.tell() > RATIO * (file.tell() - start):
            return None
    file.seek(-len(unpacker.unused_data), 1)
    return crc


def _large_size(extra: bytes) -> int | None:
    """The size of the packed bytes in the extra field of large archives (zip64); None where there is none."""
    at = 0
    while at + _FIELD.size <= len(extra):
        number, size = _FIELD.unpack_from(extra, at)
        at += _FIELD.size
        if number == _LARGE:
            return int.from_bytes(extra[at + 8 : at + min(size, 16)], "little")
        at += size
    return None


def _told_behind(file: IO[bytes], width: int) -> int:
    """The checksum that stands behind the bytes, with or without a sign, and before two sizes of `width` bytes each;
    the file stands behind these.
    """
    data = file.read(8 + 2 * width)
    signed = data.startswith(b"PK\x07\x08")
    file.seek((8 if signed else 4) + 2 * width - len(data), 1)
    return int.from_bytes(data[4:8] if signed else data[:4], "little")
