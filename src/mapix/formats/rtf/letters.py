"""Bytes of text on their way to letters: those of a letter of two bytes may stand in different groups."""

from __future__ import annotations

from typing import Final

from mapix.formats.rtf.charsets import decoded

UNKNOWN: Final = "\ufffd"
_FIRST: Final = {
    932: frozenset((*range(0x81, 0xA0), *range(0xE0, 0xFD))),
    936: frozenset(range(0x81, 0xFF)),
    949: frozenset(range(0x81, 0xFF)),
    950: frozenset(range(0x81, 0xFF)),
    1361: frozenset((*range(0x84, 0xD4), *range(0xD8, 0xDF), *range(0xE0, 0xFA))),
}
"""The first bytes of letters of two, by code page."""


class Letters:
    """Bytes that are not decoded yet."""

    def __init__(self) -> None:
        self.raw = bytearray()
        self.half = b""
        self._codepage = 0

    def taken(self, codepage: int) -> str:
        """The text of all the bytes; half a letter at their end waits for its other half."""
        data = bytes(self.raw)
        self.raw.clear()
        start = ""
        if self.half:
            if codepage == self._codepage:
                data = self.half + data
            else:
                start = UNKNOWN
            self.half = b""
        if not data.isascii() and _is_cut(data, codepage):
            data, self.half, self._codepage = data[:-1], data[-1:], codepage
        return start + decoded(data, codepage)

    def lone_half(self) -> str:
        """What is shown for half a letter whose other half did not come."""
        lone, self.half = UNKNOWN if self.half else "", b""
        return lone


def _is_cut(data: bytes, codepage: int) -> bool:
    """Whether the last byte is the first one of two."""
    first = _FIRST.get(codepage)
    if first is None or data[-1] not in first:
        return False
    place = len(data) - 1
    while place and data[place - 1] in first:
        place -= 1
    return (len(data) - place) % 2 == 1
