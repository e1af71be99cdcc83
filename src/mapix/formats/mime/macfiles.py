"""Files of the Macintosh in one piece: BinHex 4.0 (RFC 1741) and AppleSingle (RFC 1740), taken apart.

>>> apple_single(apple_file(APPLE_SINGLE, [(NAME, b"a"), (DATA, b"data"), (RESOURCES, b"forked")])).data
b'data'
"""

from __future__ import annotations

import binascii
import re
import struct
from dataclasses import dataclass
from typing import Final

APPLE_SINGLE: Final = 0x00051600
APPLE_DOUBLE: Final = 0x00051607
DATA, RESOURCES, NAME = 1, 2, 3
LARGEST: Final = 256 << 20

_HEAD: Final = struct.Struct(">II16xH")
_ENTRY: Final = struct.Struct(">III")
_VERSION: Final = 0x00020000
_MOST_ENTRIES: Final = 100
_BINHEX: Final = re.compile(rb"(?:\A|[\r\n]):([^:]{20,}):")
_LETTERS: Final = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_BASE64: Final = bytes.maketrans(_LETTERS, _BASE64)
_NOT_LETTERS: Final = bytes(set(range(256)) - set(_LETTERS))
_REPEAT: Final = 0x90
_FILE: Final = struct.Struct(">4s4sHII")


@dataclass(frozen=True, slots=True)
class MacFile:
    """A name, the file itself, its resources as an AppleDouble header; `sound` tells that its checksums are right."""

    name: str
    data: bytes
    resources: bytes
    sound: bool = True


def apple_single(data: bytes) -> MacFile | None:
    """The file in AppleSingle, None where it is none."""
    if len(data) < _HEAD.size:
        return None
    magic, _, count = _HEAD.unpack_from(data)
    if magic != APPLE_SINGLE or count > _MOST_ENTRIES or len(data) < _HEAD.size + count * _ENTRY.size:
        return None
    told = [_ENTRY.unpack_from(data, _HEAD.size + at * _ENTRY.size) for at in range(count)]
    entries = [(number, data[start : start + size]) for number, start, size in told]
    found = dict(entries)
    if DATA not in found:
        return None
    others = [(number, value) for number, value in entries if number != DATA]
    name = found.get(NAME, b"").decode("mac_roman", "replace")
    return MacFile(name, found[DATA], apple_file(APPLE_DOUBLE, others))


def apple_file(magic: int, entries: list[tuple[int, bytes]]) -> bytes:
    """An AppleSingle or AppleDouble file of entries, each a number and its bytes."""
    at = _HEAD.size + len(entries) * _ENTRY.size
    table = []
    for number, value in entries:
        table.append(_ENTRY.pack(number, at, len(value)))
        at += len(value)
    return _HEAD.pack(magic, _VERSION, len(entries)) + b"".join(table) + b"".join(value for _, value in entries)


def binhex(data: bytes) -> MacFile | None:
    """The file in BinHex, None where it is none."""
    found = _BINHEX.search(data)
    if not found or len(data) > LARGEST:
        return None
    letters = found[1].translate(_TO_BASE64, _NOT_LETTERS)
    raw = _expanded(binascii.a2b_base64(letters[: len(letters) // 4 * 4] + _rest(letters)))
    size = raw[0] if raw else 0
    after = 2 + size
    if not 1 <= size <= 63 or len(raw) < after + _FILE.size + 2:
        return None
    _, _, _, length, forked = _FILE.unpack_from(raw, after)
    start = after + _FILE.size + 2
    body, fork = raw[start : start + length], raw[start + length + 2 : start + length + 2 + forked]
    sound = binascii.crc_hqx(body, 0) == int.from_bytes(raw[start + length : start + length + 2], "big")
    name = bytes(raw[1 : 1 + size]).decode("mac_roman", "replace")
    entries = [(NAME, bytes(raw[1 : 1 + size])), *([(RESOURCES, bytes(fork))] if fork else [])]
    return MacFile(name, bytes(body), apple_file(APPLE_DOUBLE, entries), sound and len(body) == length)


def _rest(letters: bytes) -> bytes:
    """The last letters with the padding that BinHex has not."""
    rest = letters[len(letters) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _expanded(data: bytes) -> bytearray:
    """Bytes with their repetitions written out; never more than the largest file."""
    out, at = bytearray(), 0
    while len(out) < LARGEST:
        mark = data.find(_REPEAT, at)
        if mark < 0 or mark + 1 >= len(data):
            return out + data[at:]
        out += data[at:mark]
        count = data[mark + 1]
        out += bytes((_REPEAT,)) if count == 0 else out[-1:] * (count - 1)
        at = mark + 2
    return out
