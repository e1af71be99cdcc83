"""How a compound file is laid out, in numbers ([MS-CFB] 2.1, 2.6).

A file is a header and sectors, numbered from 0 behind it. Which sector follows which stands in the FAT, whose own
sectors are listed in the DIFAT. Streams under 4096 bytes lie in 64-byte sectors of the mini stream.
"""

from __future__ import annotations

import struct
from typing import Final

MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
BETA_MAGIC: Final = bytes.fromhex("0e11fc0dd0cf110e")
HEADER_SIZE: Final = 512
ENTRY_SIZE: Final = 128
MINI_SHIFT: Final = 6
MINI_SIZE: Final = 64
CUTOFF: Final = 4096
HEADER_DIFAT: Final = 109

DIFSECT: Final = 0xFFFFFFFC
FATSECT: Final = 0xFFFFFFFD
ENDOFCHAIN: Final = 0xFFFFFFFE
FREESECT: Final = 0xFFFFFFFF
NOSTREAM: Final = 0xFFFFFFFF

UNUSED, STORAGE, STREAM, ROOT = 0, 1, 2, 5
RED, BLACK = 0, 1

RANGE_LOCK: Final = 0x7FFFFF00
"""The sector that holds this offset belongs to locks, in files so large ([MS-CFB] 2.7)."""

ENTRY: Final = struct.Struct("<64sHBBIII16sIQQIQ")
"""A directory entry: name, its bytes, type, colour, left, right, child, class, state bits, times, start, size."""
