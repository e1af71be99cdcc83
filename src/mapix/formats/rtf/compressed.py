"""Compressed RTF, as PR_RTF_COMPRESSED holds it: LZFu, and MELA, which is not compressed ([MS-OXRTFCP]).

    >>> packed = compress(b"{\\\\rtf1 Hello}")
    >>> decompress(packed).value
    b'{\\\\rtf1 Hello}'

Both directions know the same window of 4096 bytes, which starts with 207 bytes that RTF often has. What comes out is
at most nine times what goes in, whatever a head claims.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Any, Final
from zlib import crc32

from mapix.formats.defects import Defects, Parsed, Strictness
from mapix.formats.rtf.packing import LONGEST_MATCH, PRELOAD, WINDOW, Packer
from mapix.properties.errors import CorruptData

HEAD: Final = struct.Struct("<II4sI")
"""The head: bytes that follow the first field, bytes of RTF, which form it is, checksum of what follows the head."""

LZFU, MELA = b"LZFu", b"MELA"

_PIECE: Final = 1 << 16


def decompress(data: bytes, *, strictness: Strictness = Strictness.TOLERANT) -> Parsed[bytes]:
    """The RTF in `data`. A wrong checksum, a wrong size, a missing end are defects, with STRICT `CorruptData`.

    Raises CorruptData for what has no head of compressed RTF.
    """
    defects = Defects(strictness)
    whole = memoryview(data)
    read = _reader(whole)
    return Parsed(b"".join(decompressed_pieces(read, defects)), defects.all)


def decompressed_pieces(read: Callable[[int], bytes], defects: Defects) -> Iterator[bytes]:
    """The RTF of a stream in pieces, some 64 KiB in memory at a time; `read` answers at most so many bytes.

    Raises CorruptData for what has no head of compressed RTF; anything else that is wrong goes to `defects`.
    """
    head = _exactly(read, HEAD.size)
    if len(head) < HEAD.size:
        raise CorruptData("this is too short for compressed RTF", value=len(head))
    size, raw, form, checksum = HEAD.unpack(head)
    if form not in (LZFU, MELA):
        raise CorruptData("this is neither LZFu nor MELA", value=form)
    source = _Source(read, max(size - 12, 0))
    made = 0
    for piece in _plain(source) if form == MELA else _unpacked(source, defects):
        made += len(piece)
        if made >= raw:
            yield piece[: len(piece) - (made - raw)]
            break
        yield piece
    if made < raw:
        defects.note("compressed RTF", "less than the head tells", value=made)
    if form == LZFU and source.rest() != checksum:
        defects.note("compressed RTF", "a wrong checksum", value=checksum)


def compress(rtf: bytes) -> bytes:
    """`rtf` as LZFu; the same bytes for the same input."""
    packer = Packer()
    packed = packer.feed(rtf) + packer.end()
    return HEAD.pack(len(packed) + 12, len(rtf), LZFU, _checksum(packed)) + packed


def uncompressed(rtf: bytes) -> bytes:
    """`rtf` as MELA: with a head, as it is."""
    return HEAD.pack(len(rtf) + 12, len(rtf), MELA, 0) + rtf


class _Source:
    """What follows the head, in pieces, with its checksum."""

    def __init__(self, read: Callable[[int], bytes], size: int) -> None:
        self._read = read
        self._left = size
        self._checksum = 0xFFFFFFFF

    def pieces(self) -> Iterator[bytes]:
        """The bytes that the head tells of, as far as they are there."""
        while self._left and (piece := self._read(min(self._left, _PIECE))):
            self._left -= len(piece)
            self._checksum = crc32(piece, self._checksum)
            yield piece

    def rest(self) -> int:
        """The checksum of everything, what was not asked for included."""
        for _ in self.pieces():
            pass
        return self._checksum ^ 0xFFFFFFFF


def _plain(source: _Source) -> Iterator[bytes]:
    return source.pieces()


def _unpacked(source: _Source, defects: Defects) -> Iterator[bytes]:
    """LZFu: after each byte of eight flags eight tokens, a byte or a place in the window and a length.

    `out` holds the window and what was not handed on, from a multiple of the window's size on; a place becomes a
    distance back from its end.
    """
    out = bytearray(PRELOAD)
    given, held = len(PRELOAD), b""
    for piece in source.pieces():
        data = held + piece if held else piece
        position, ended = _groups(data, len(data) - LONGEST_MATCH, out, defects)
        if ended:
            yield bytes(out[given:])
            return
        held = data[position:]
        if len(out) > _PIECE:
            yield bytes(out[given:])
            del out[: (len(out) // WINDOW - 1) * WINDOW]
            given = len(out)
    ended = _tail(held, out, defects)
    yield bytes(out[given:])
    if not ended:
        defects.note("compressed RTF", "no end")


def _layout(flags: int) -> tuple[Callable[[bytes, int], tuple[Any, ...]], int]:
    """What reads the eight tokens behind a byte of flags, and how many bytes they are: what stands for itself as bytes,
    a place and a length as a number.
    """
    tokens = "".join("H" if flags >> place & 1 else "s" for place in range(8))
    runs = re.sub("s+", lambda found: f"{len(found.group())}s", tokens)
    layout = struct.Struct(">" + runs)
    return layout.unpack_from, layout.size


_LAYOUTS: Final = tuple(map(_layout, range(256)))


def _groups(data: bytes, last: int, out: bytearray, defects: Defects) -> tuple[int, bool]:
    """The groups that begin up to `last`, each with all its tokens; where the next one is, and whether this ends."""
    position, end, layouts = 0, len(out), _LAYOUTS
    while position <= last:
        unpack, size = layouts[data[position]]
        position += 1
        for token in unpack(data, position):
            if token.__class__ is bytes:
                out += token
                end += len(token)
                continue
            start = end - ((end - (token >> 4)) & 4095)
            after = start + (token & 15) + 2
            if after <= end and start >= 0:
                out += out[start:after]
            elif start == end:
                return position + size, True
            else:
                _repeat(out, end - start, after - start, defects)
            end += after - start
        position += size
    return position, False


def _repeat(out: bytearray, distance: int, length: int, defects: Defects) -> None:
    """A token that overlaps itself; zeros for one that is before everything."""
    if distance > len(out):
        defects.note("compressed RTF", "a place in the window that nothing was written to", value=distance)
        out += bytes(length)
    else:
        out += (out[-distance:] * (length // distance + 1))[:length]


def _tail(data: bytes, out: bytearray, defects: Defects) -> bool:
    """The last groups, of which tokens may be missing; whether the end was told."""
    position = 0
    while position < len(data):
        padded = data[position : position + LONGEST_MATCH]
        whole = len(padded) == LONGEST_MATCH
        before = len(out)
        moved, ended = _groups(padded + bytes(LONGEST_MATCH), 0, out, defects)
        if not whole and moved > len(padded):
            _cut(padded, out, before)
            return False
        if ended:
            return True
        position += moved
    return False


def _cut(data: bytes, out: bytearray, before: int) -> None:
    """Take back what a group made of bytes that are not there: all but what its whole tokens say."""
    flags, position, size = data[0], 1, before
    for place in range(8):
        taken = 2 if flags >> place & 1 else 1
        if position + taken > len(data):
            break
        size += (data[position + 1] & 15) + 2 if taken == 2 else 1
        position += taken
    del out[size:]


def _checksum(data: bytes) -> int:
    """The checksum of [MS-OXRTFCP] 2.1.3.2: CRC-32 that starts at 0 and is not inverted."""
    return crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def _reader(data: memoryview) -> Callable[[int], bytes]:
    """`read` over bytes."""
    pieces = _cuts(data)
    held = bytearray()

    def read(size: int) -> bytes:
        while len(held) < size and (piece := next(pieces, b"")):
            held.extend(piece)
        taken = bytes(held[:size])
        del held[:size]
        return taken

    return read


def _cuts(data: memoryview) -> Iterator[bytes]:
    return (bytes(data[start : start + _PIECE]) for start in range(0, len(data), _PIECE))


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    held = b""
    while len(held) < size and (piece := read(size - len(held))):
        held += piece
    return held
