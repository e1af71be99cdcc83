"""Rich text packed as LZFu ([MS-OXRTFCP] 2.2.2.2), in pieces as they come and with little memory.

>>> packer = Packer()
>>> (packer.feed(b"{\\\\rtf1 WXYZWXYZ") + packer.feed(b"WXYZWXYZWXYZ}") + packer.end()).hex()
'410004205758595a0d6e7d010eb0'
"""

from __future__ import annotations

from typing import Final

WINDOW: Final = 4096
LONGEST_MATCH: Final = 17

PRELOAD: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}"
    b"{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier"
    b"{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What the window holds at first ([MS-OXRTFCP] 2.1.2.1)."""

_PIECE: Final = 1 << 16
_SEEN: Final = {PRELOAD[place : place + 3]: place for place in range(len(PRELOAD) - 2)}
"""The last place of each three bytes."""


class Packer:
    """Tokens of LZFu for RTF that comes in pieces; how it is cut does not change them.

    At each place the last one with the same three bytes is looked at, and taken for as long as it agrees.
    """

    def __init__(self) -> None:
        self._data = PRELOAD
        self._at = len(PRELOAD)
        self._known = dict(_SEEN)
        self._group, self._flags, self._count = bytearray(), 0, 0

    def feed(self, rtf: bytes) -> bytes:
        """Take more RTF; what is packed of it and of what came before."""
        out = bytearray()
        for start in range(0, len(rtf), _PIECE):
            self._data += rtf[start : start + _PIECE]
            if len(self._data) - self._at > _PIECE // 2:
                self._pack(out, len(self._data) - LONGEST_MATCH)
                self._forget()
        return bytes(out)

    def end(self) -> bytes:
        """The last of what was fed, and the sign of the end. More can be fed, as if this had not been asked."""
        kept = self._data, self._at, dict(self._known), bytearray(self._group), self._flags, self._count
        out = bytearray()
        self._pack(out, len(self._data))
        out.append(self._flags | 1 << self._count)
        out += self._group + ((self._at & 4095) << 4).to_bytes(2, "big")
        self._data, self._at, self._known, self._group, self._flags, self._count = kept
        return bytes(out)

    def _pack(self, out: bytearray, limit: int) -> None:
        """Tokens up to `limit`; whole groups of eight go to `out`."""
        data, end, position, known = self._data, len(self._data), self._at, self._known
        group, flags, count = self._group, self._flags, self._count
        while position < limit:
            found = known.get(data[position : position + 3], -WINDOW)
            length = _agreement(data, found, position, end) if position - found < WINDOW else 0
            if length > 2:
                group += (((found & 4095) << 4) | (length - 2)).to_bytes(2, "big")
                flags |= 1 << count
                for place in range(position, position + length):
                    known[data[place : place + 3]] = place
                position += length
            else:
                group.append(data[position])
                known[data[position : position + 3]] = position
                position += 1
            count += 1
            if count == 8:
                out.append(flags)
                out += group
                group, flags, count = bytearray(), 0, 0
        self._at, self._group, self._flags, self._count = position, group, flags, count

    def _forget(self) -> None:
        """Let go of what is out of reach, in whole windows."""
        shift = (self._at // WINDOW - 1) * WINDOW
        if shift > 0:
            self._data = self._data[shift:]
            self._at -= shift
            self._known = {key: place - shift for key, place in self._known.items() if place >= shift}


def _agreement(data: bytes, found: int, position: int, end: int) -> int:
    """For how many bytes two places agree, 17 at most."""
    most = min(LONGEST_MATCH, end - position)
    one, other = data[found : found + most], data[position : position + most]
    if one == other:
        return most
    difference = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return most - (difference.bit_length() + 7) // 8
