"""The layout of a TNEF stream: its signature, the attributes there are, and their checksums ([MS-OXTNEF] 2.1).

A stream is a signature, a key of 16 bits, and attributes: level, number, length, data, checksum.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import cache
from struct import Struct
from typing import Final
from zlib import adler32

from mapix.properties.guid import guid

SIGNATURE: Final = 0x223E9F78
HEAD: Final = Struct("<IH")
"""Signature and key."""
ATTRIBUTE: Final = Struct("<BII")
"""Before the data of an attribute: level, number, length."""
CHECKSUM: Final = Struct("<H")
VERSION: Final = 0x00010000

MESSAGE: Final = 1
ATTACHMENT: Final = 2
"""The levels."""

DEEPEST: Final = 64
"""How many messages may lie inside one another; what lies deeper is kept as bytes."""
LARGE: Final = 256 * 1024
"""A value of more bytes than this is left in the file, where a file is read."""
FIRST_NAMED: Final = 0x8000
MOST_NAMED: Final = 0x7FFE

IID_MESSAGE: Final = guid("{00020307-0000-0000-C000-000000000046}")
IID_STORAGE: Final = guid("{0000000B-0000-0000-C000-000000000046}")
IID_STREAM: Final = guid("{0000000C-0000-0000-C000-000000000046}")
"""What an object inside is, told before its bytes."""
DOCFILE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
"""How a compound file begins."""
MAC_BINARY: Final = bytes.fromhex("2A864886F714030B01")
"""PR_ATTACH_ENCODING of data in MacBinary."""

AS_IT_IS: Final = 256
"""Adler-32 has the sum of so many bytes, and of no more, as it is."""
_PIECES: Final = 128
_BLOCK: Final = AS_IT_IS * _PIECES


@cache
def _cut(number: int) -> Callable[[bytes, int], tuple[bytes, ...]]:
    """What cuts so many pieces out of bytes, from a place on."""
    return Struct(f"{AS_IT_IS}s" * number).unpack_from


class Att(IntEnum):
    """The attributes, by their numbers with the type in the upper half ([MS-OXTNEF] 2.1.3.2)."""

    OWNER = 0x00060000
    SENT_FOR = 0x00060001
    DELEGATE = 0x00060002
    DATE_START = 0x00030006
    DATE_END = 0x00030007
    AID_OWNER = 0x00050008
    REQUEST_RES = 0x00040009
    ORIGINAL_MESSAGE_CLASS = 0x00070600
    FROM = 0x00008000
    SUBJECT = 0x00018004
    DATE_SENT = 0x00038005
    DATE_RECD = 0x00038006
    MESSAGE_STATUS = 0x00068007
    MESSAGE_CLASS = 0x00078008
    MESSAGE_ID = 0x00018009
    PARENT_ID = 0x0001800A
    CONVERSATION_ID = 0x0001800B
    BODY = 0x0002800C
    PRIORITY = 0x0004800D
    ATTACH_DATA = 0x0006800F
    ATTACH_TITLE = 0x00018010
    ATTACH_META_FILE = 0x00068011
    ATTACH_CREATE_DATE = 0x00038012
    ATTACH_MODIFY_DATE = 0x00038013
    DATE_MODIFIED = 0x00038020
    ATTACH_TRANSPORT_FILENAME = 0x00069001
    ATTACH_RENDDATA = 0x00069002
    MSG_PROPS = 0x00069003
    RECIP_TABLE = 0x00069004
    ATTACHMENT = 0x00069005
    TNEF_VERSION = 0x00089006
    OEM_CODEPAGE = 0x00069007


OLD_ORIGINAL_CLASS: Final = 0x00070006
"""attOriginalMessageClass as headers of long ago number it."""
NUMBERS: Final = frozenset(map(int, Att)) | {OLD_ORIGINAL_CLASS}
OF_ATTACHMENTS: Final = frozenset(
    map(
        int,
        (
            Att.ATTACH_DATA,
            Att.ATTACH_TITLE,
            Att.ATTACH_META_FILE,
            Att.ATTACH_CREATE_DATE,
            Att.ATTACH_MODIFY_DATE,
            Att.ATTACH_TRANSPORT_FILENAME,
            Att.ATTACH_RENDDATA,
            Att.ATTACHMENT,
        ),
    )
)
"""Attributes at the level of attachments."""

OLD_CLASSES: Final = {
    "IPM.Microsoft Mail.Note": "IPM.Note",
    "IPM.Microsoft Mail.Read Receipt": "Report.IPM.Note.IPNRN",
    "IPM.Microsoft Mail.Non-Delivery": "Report.IPM.Note.NDR",
    "IPM.Microsoft Schedule.MtgRespP": "IPM.Schedule.Meeting.Resp.Pos",
    "IPM.Microsoft Schedule.MtgRespN": "IPM.Schedule.Meeting.Resp.Neg",
    "IPM.Microsoft Schedule.MtgRespA": "IPM.Schedule.Meeting.Resp.Tent",
    "IPM.Microsoft Schedule.MtgReq": "IPM.Schedule.Meeting.Request",
    "IPM.Microsoft Schedule.MtgCncl": "IPM.Schedule.Meeting.Canceled",
}
"""Message classes as attMessageClass tells them, and what they are called now ([MS-OXTNEF] 2.3.3.4)."""

_OLD_PREFIX: Final = "microsoft mail v3.0 "
_NEW: Final = {old.lower(): new for old, new in OLD_CLASSES.items()}
_OLD: Final = {new.lower(): old for old, new in OLD_CLASSES.items()}


def new_class(name: str) -> str:
    """The message class that attMessageClass stands for.

    >>> new_class("Microsoft Mail v3.0 IPM.Microsoft Mail.Note")
    'IPM.Note'
    """
    bare = name[len(_OLD_PREFIX) :] if name[: len(_OLD_PREFIX)].lower() == _OLD_PREFIX else name
    return _NEW.get(bare.lower(), name)


def old_class(name: str) -> str:
    """What attMessageClass calls a message class."""
    return _OLD.get(name.lower(), name)


def checksum(data: bytes, start: int = 0, end: int | None = None) -> int:
    """The sum of the bytes from `start` to `end`, in 16 bits.

    >>> checksum(b"\\xff" * 1000) == 255 * 1000 % 65536
    True
    """
    end = len(data) if end is None else end
    size = end - start
    if size <= AS_IT_IS:
        return (adler32(data[start:end]) - 1) & 0xFFFF
    total = -(size // AS_IT_IS) - 1
    while end - start >= _BLOCK:
        total += sum(map(adler32, _cut(_PIECES)(data, start)))
        start += _BLOCK
    rest = (end - start) // AS_IT_IS
    if rest:
        total += sum(map(adler32, _cut(rest)(data, start)))
    return (total + adler32(data[start + rest * AS_IT_IS : end])) & 0xFFFF
