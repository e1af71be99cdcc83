"""The form that a body came in, where the message says the same without it: soft breaks of text that flows (RFC 3676).

A reader of mail joins the lines of such text. What is kept here is enough to break them again where they were, as long
as nobody changed the text.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from mapix.formats.mime.flowed import flowed, unflowed, width_of
from mapix.formats.mime.parts import canonical_text
from mapix.formats.mime.values import bytes_of
from mapix.formats.mime.writing import Writing
from mapix.properties.guid import guid
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag, PropType

PSETID_BodyForm: Final = guid("{9D25215B-BBFC-4599-92E8-D5B2D00F7F6B}")
"""The property set of what mapix keeps of the form of mail."""

BODY_FLOW: Final = PropertyName(PSETID_BodyForm, "Flow")
"""How the text of a message flowed: see `Flow`."""

WIDEST: Final = 78
"""Columns of lines that are broken anew."""

_HEAD: Final = struct.Struct("<HBI")
_MOST: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class Flow:
    """Lines that flow: the width they were broken at, whether the blanks at the breaks were added (DelSp), the CRC of
    the text they make, and how it stood where the width alone does not tell that.
    """

    width: int
    delsp: bool
    crc: int
    original: str | None = None

    @classmethod
    def of(cls, text: str, *, delsp: bool) -> tuple[str, Flow]:
        """The paragraphs of a text that came, and how it flows."""
        came = canonical_text(text)
        joined = unflowed(came, delsp=delsp)
        width = min(width_of(came), 0xFFFF)
        same = flowed(joined, width) == came or len(came) > _MOST
        return joined, cls(width, delsp, _crc(joined), None if same else came)

    @classmethod
    def load(cls, data: bytes) -> Flow | None:
        """What the bytes say, None for what is none."""
        if len(data) < _HEAD.size:
            return None
        width, delsp, crc = _HEAD.unpack_from(data)
        packed = data[_HEAD.size :]
        try:
            found = zlib.decompressobj().decompress(packed, 4 * _MOST).decode("utf-8") if packed else None
        except (zlib.error, UnicodeDecodeError):
            return None
        return cls(width, bool(delsp), crc, found)

    def dump(self) -> bytes:
        """As bytes."""
        packed = b"" if self.original is None else zlib.compress(self.original.encode("utf-8", "replace"), 6)
        return _HEAD.pack(self.width, self.delsp, self.crc) + packed

    def lines(self, text: str) -> tuple[str, str]:
        """`text` in lines that flow, as it came where it is the same; and what its Content-Type tells of that."""
        text = canonical_text(text)
        if _crc(text) == self.crc:
            told = "; format=flowed; delsp=yes" if self.delsp else "; format=flowed"
            return (flowed(text, self.width) if self.original is None else self.original), told
        again = flowed(text, min(self.width, WIDEST))
        return (again, "; format=flowed") if unflowed(again) == text else (text, "")


def _crc(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace"))


def flow_of(writing: Writing) -> Flow | None:
    """How the text of a message flowed; None for one that did not."""
    number = writing.number(BODY_FLOW)
    data = None if number is None else bytes_of(writing.content.properties, PropTag.of(number, PropType.BINARY))
    return None if data is None else Flow.load(data)
