"""The layout of a .msg file: what its storages and streams are called, headers and entries of property streams.

Sources: [MS-OXMSG] 2.2 (streams and storages), 2.4 (property streams).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from struct import Struct
from typing import Final

from mapix.properties.guid import guid
from mapix.properties.tag import PropTag

PROPERTIES: Final = "__properties_version1.0"
NAMES: Final = "__nameid_version1.0"
VALUE: Final = "__substg1.0_"
RECIPIENT: Final = "__recip_version1.0_#"
ATTACHMENT: Final = "__attach_version1.0_#"
EMBEDDED: Final = "__substg1.0_3701000D"
"""The storage of an attachment's message or OLE document ([MS-OXMSG] 2.2.2.1, 2.2.2.2)."""

CLASS: Final = guid("{00020D0B-0000-0000-C000-000000000046}")
"""The class of the root storage of a message."""
TEMPLATE_CLASS: Final = guid("{0006F046-0000-0000-C000-000000000046}")
"""The class of the root storage of a form template (.oft)."""

DEEPEST: Final = 64
"""How many messages may lie inside one another; what lies deeper is read as the bytes of a compound file."""
LARGE: Final = 256 * 1024
"""A value of more bytes than this is read as a `LargeValue`."""

FIRST_NAMED: Final = 0x8000
MOST_NAMED: Final = 0x7FFF

UNTOLD: Final = 0xFFFFFFFF
"""The size in an entry of what has none, or one beyond 32 bits."""

READABLE: Final = 0x2
USUAL: Final = 0x6
"""PROPATTR_READABLE and PROPATTR_WRITEABLE, what an entry has unless there is a reason."""
REQUIRED: Final = 0x7

ENTRY: Final = Struct("<II8s")
"""Of a property stream: tag, attributes, and the value or its size."""
VALUES: Final = Struct("<I4x8s")
"""The same without the attributes."""
SIZED: Final = Struct("<IIII")
"""The same for a value that has a stream: tag, attributes, size, reserved."""

_VALUE_NAME: Final = re.compile(r"__substg1\.0_([0-9A-F]{8})(?:-([0-9A-F]{8}))?", re.IGNORECASE | re.ASCII)
_NUMBER: Final = re.compile(r"[0-9A-F]{8}", re.IGNORECASE | re.ASCII)
_COUNTS: Final = Struct("<IIII")


class Kind(IntEnum):
    """What a property stream belongs to; the number is the size of its header in bytes ([MS-OXMSG] 2.4.1)."""

    PART = 8
    """A recipient or an attachment."""
    EMBEDDED = 24
    MESSAGE = 32


@dataclass(slots=True)
class Header:
    """What the header of a message's property stream counts ([MS-OXMSG] 2.4.1.1, 2.4.1.2)."""

    next_recipient: int = 0
    next_attachment: int = 0
    recipients: int = 0
    attachments: int = 0

    @classmethod
    def of(cls, data: bytes) -> Header:
        """The header of a stream, zeros where it is too short."""
        return cls(*_COUNTS.unpack(data[8:24].ljust(16, b"\0")))

    def pack(self, kind: Kind) -> bytes:
        """The header as bytes, of the size that `kind` wants."""
        if kind is Kind.PART:
            return bytes(8)
        counts = _COUNTS.pack(self.next_recipient, self.next_attachment, self.recipients, self.attachments)
        return (bytes(8) + counts).ljust(kind, b"\0")


tag_of = lru_cache(maxsize=4096)(PropTag)
"""A tag from its number; the same few hundred come again and again."""


@lru_cache(maxsize=4096)
def value_name(tag: int) -> str:
    """The name of the stream that a value is in."""
    return f"__substg1.0_{tag:08X}"


def item_name(tag: int, index: int) -> str:
    """The name of the stream of one of several values ([MS-OXMSG] 2.1.4.2)."""
    return f"__substg1.0_{tag:08X}-{index:08X}"


def recipient_name(number: int) -> str:
    """The name of a recipient's storage."""
    return f"{RECIPIENT}{number:08X}"


def attachment_name(number: int) -> str:
    """The name of an attachment's storage."""
    return f"{ATTACHMENT}{number:08X}"


def parsed_value_name(name: str) -> tuple[int, int | None] | None:
    """The tag that a name of a stream tells, and the place among several values; None for other names."""
    found = _VALUE_NAME.fullmatch(name)
    if found is None:
        return None
    return int(found[1], 16), None if found[2] is None else int(found[2], 16)


@lru_cache(maxsize=4096)
def numbered(name: str, start: str) -> int | None:
    """The number of a storage whose name begins with `start`; None for other names."""
    if len(name) != len(start) + 8 or name[: len(start)].lower() != start or not _NUMBER.fullmatch(name, len(start)):
        return None
    return int(name[len(start) :], 16)
