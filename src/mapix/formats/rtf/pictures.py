"""Pictures of RTF: what their words say, and their bytes ([MSFT-RTF], pictures)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from mapix.formats.rtf.looks import Picture

_TYPES: Final = {
    b"pngblip": "image/png",
    b"jpegblip": "image/jpeg",
    b"emfblip": "image/x-emf",
    b"wmetafile": "image/x-wmf",
    b"dibitmap": "image/bmp",
    b"macpict": "image/x-pict",
}
_NO_HEX: Final = bytes(set(range(256)) - set(b"0123456789abcdefABCDEF"))
_TWIPS_A_PIXEL: Final = 15
_LARGEST: Final = 10_000
_DIB: Final = struct.Struct("<I10xHI12xI")
_BMP: Final = struct.Struct("<2sIHHI")


@dataclass(slots=True)
class PictureParts:
    """A picture that is being read."""

    media_type: str = ""
    words: dict[bytes, int] = field(default_factory=dict)
    digits: list[bytes] = field(default_factory=list)
    binary: list[bytes] = field(default_factory=list)

    def word(self, word: bytes, number: int | None) -> None:
        """A control word of the picture."""
        if word in _TYPES:
            self.media_type = _TYPES[word]
        elif word.startswith(b"pic") and number is not None:
            self.words[word] = number

    def picture(self, number: int) -> Picture | None:
        """The picture as the document's `number`th; None where there is nothing that could be shown."""
        digits = b"".join(self.digits).translate(None, _NO_HEX)
        data = b"".join(self.binary) or bytes.fromhex(digits[: len(digits) & ~1].decode("ascii"))
        if not data or not self.media_type:
            return None
        if self.media_type == "image/bmp":
            data = _bitmap_file(data)
        width, height = self._pixels(b"picwgoal", b"picscalex"), self._pixels(b"pichgoal", b"picscaley")
        return Picture(f"image{number:03}@rtf.body", self.media_type, data, width, height)

    def _pixels(self, goal: bytes, scale: bytes) -> int:
        percent = self.words.get(scale, 100)
        pixels = self.words.get(goal, 0) * (percent if 0 < percent <= 1000 else 100) // (100 * _TWIPS_A_PIXEL)
        return pixels if 0 < pixels <= _LARGEST else 0


def _bitmap_file(data: bytes) -> bytes:
    """A bitmap with the head that files have; as it is where it isn't one."""
    if len(data) < 40:
        return data
    head, bits, compression, colours = _DIB.unpack_from(data)
    if not 40 <= head <= 124 or bits > 32:
        return data
    palette = (colours or (1 << bits if bits <= 8 else 0)) * 4 + (12 if compression == 3 and head == 40 else 0)
    return _BMP.pack(b"BM", 14 + len(data), 0, 0, 14 + head + min(palette, len(data))) + data
