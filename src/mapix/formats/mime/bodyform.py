"""The form that a body came in, where the message says the same without it, in named properties of our own.

A reader of mail joins the lines of text that flows (RFC 3676), and parts that are the end of the body (`joining`). What
is kept here is enough to make them again as they were, as long as nobody changed the body.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from mapix.formats.mime.flowed import flowed, unflowed, width_of
from mapix.formats.mime.parts import canonical_text
from mapix.formats.mime.values import bytes_of
from mapix.formats.mime.writing import Writing
from mapix.properties.content import AttachmentContent
from mapix.properties.guid import guid
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_LONG_FILENAME

PSETID_BodyForm: Final = guid("{9D25215B-BBFC-4599-92E8-D5B2D00F7F6B}")
"""The property set of what mapix keeps of the form of mail."""

BODY_FLOW: Final = PropertyName(PSETID_BodyForm, "Flow")
"""How the text of a message flowed: see `Flow`."""

BODY_PARTS: Final = PropertyName(PSETID_BodyForm, "Parts")
"""Which parts a body was put together from: see `BodyParts`."""

WIDEST: Final = 78
"""Columns of lines that are broken anew."""

_HEAD: Final = struct.Struct("<HBI")
_MOST: Final = 8 << 20
_PARTS: Final = struct.Struct("<iIIIIB")
_PART: Final = struct.Struct("<II")
_MOST_PARTS: Final = 1_000
_MADE_UP: Final = re.compile(r"picture\.[0-9a-f]{16}@body\.invalid")


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


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A part as it came, header and body; `place` is how many attachments stood before it."""

    place: int
    raw: bytes


@dataclass(slots=True)
class BodyParts:
    """How to take off bodies what was put behind them: how long the text was (-1 for none), from where to where the
    HTML has it, whether all HTML was made; the CRC of both as they were afterwards; the parts.
    """

    text_size: int = -1
    text_crc: int = 0
    html_start: int = 0
    html_end: int = 0
    html_crc: int = 0
    html_new: bool = False
    parts: tuple[KeptPart, ...] = ()

    @classmethod
    def load(cls, data: bytes) -> BodyParts | None:
        """What the bytes say, None for what is none."""
        try:
            size, crc, start, end, html_crc, new = _PARTS.unpack_from(data)
            packed = zlib.decompressobj().decompress(data[_PARTS.size :], _MOST)
            return cls(size, crc, start, end, html_crc, bool(new), tuple(_kept_parts(packed)))
        except (struct.error, zlib.error):
            return None

    def dump(self) -> bytes:
        """As bytes."""
        numbers = (self.text_size, self.text_crc, self.html_start, self.html_end, self.html_crc, self.html_new)
        parts = b"".join(_PART.pack(each.place, len(each.raw)) + each.raw for each in self.parts)
        return _PARTS.pack(*numbers) + zlib.compress(parts, 6)

    def within(self, text: str | None) -> str | None:
        """Which of two bodies the parts belong to, `plain` or `html`; None where both, or there is one."""
        if text is None or not self.html_crc or self.html_new:
            return None
        longer = len(canonical_text(text)) > self.text_size
        return None if longer == (self.html_end > self.html_start) else "plain" if longer else "html"

    def taken_off(self, text: str | None, html: bytes | None) -> tuple[str | None, bytes | None] | None:
        """The bodies without what was put behind them; None where they are not what they were then."""
        whole = None if text is None else canonical_text(text)
        if (whole is None) != (self.text_size < 0) or (html is None) == bool(self.html_crc):
            return None
        if (whole is not None and _crc(whole) != self.text_crc) or (
            html is not None and zlib.crc32(html) != self.html_crc
        ):
            return None
        shorter = None if html is None or self.html_new else html[: self.html_start] + html[self.html_end :]
        return (None if whole is None else whole[: self.text_size]), shorter


def _kept_parts(data: bytes) -> Iterator[KeptPart]:
    at = 0
    for _ in range(_MOST_PARTS):
        if at >= len(data):
            return
        place, size = _PART.unpack_from(data, at)
        at += _PART.size + size
        yield KeptPart(place, data[at - size : at])


def made_up_id(picture: AttachmentContent) -> str:
    """A content identifier for a picture that came without one: the same each time it is read."""
    name, data = picture.properties.get(PR_ATTACH_LONG_FILENAME), picture.properties.get(PR_ATTACH_DATA_BIN)
    hasher = blake2b(repr(name).encode("utf-8", "replace"), digest_size=8)
    hasher.update(data if isinstance(data, bytes) else b"")
    return f"picture.{hasher.hexdigest()}@body.invalid"


def is_made_up(identifier: str) -> bool:
    """Whether a content identifier is one that `made_up_id` gave."""
    return _MADE_UP.fullmatch(identifier) is not None


def parts_of(writing: Writing) -> BodyParts | None:
    """The parts that the bodies of a message were put together from; None where it was one."""
    number = writing.number(BODY_PARTS)
    data = None if number is None else bytes_of(writing.content.properties, PropTag.of(number, PropType.BINARY))
    return None if data is None else BodyParts.load(data)


def flow_of(writing: Writing) -> Flow | None:
    """How the text of a message flowed; None for one that did not."""
    number = writing.number(BODY_FLOW)
    data = None if number is None else bytes_of(writing.content.properties, PropTag.of(number, PropType.BINARY))
    return None if data is None else Flow.load(data)
