"""Recurring appointments: AppointmentRecurrencePattern, with the occurrences that differ ([MS-OXOCAL] 2.2.1.44).

    found = AppointmentRecurrence.load(message.get(...))      # PidLidAppointmentRecur
    for change in found.exceptions:
        print(change.start, change.subject)
    found.dump() == blob

An exception stands twice in the bytes: once with texts of 8 bits, once more with those texts in Unicode. Both are kept,
and reserved parts too, so that what was read is written byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Final

from mapix.formats.calendar.pattern import RecurrencePattern
from mapix.formats.calendar.wire import WireReader, counted, number
from mapix.properties.errors import BadValue, CorruptData

READER_VERSION: Final = 0x3006
WRITER_VERSION: Final = 0x3009
_WITH_HIGHLIGHT: Final = 0x3009
_SMALLEST: Final = 14
_LONGEST: Final = 0xFFFE


class Override(IntFlag):
    """What an exception has of its own."""

    SUBJECT = 0x0001
    MEETING_TYPE = 0x0002
    REMINDER_DELTA = 0x0004
    REMINDER = 0x0008
    LOCATION = 0x0010
    BUSY_STATUS = 0x0020
    ATTACHMENT = 0x0040
    SUBTYPE = 0x0080
    COLOR = 0x0100
    BODY = 0x0200


_TEXTS: Final = Override.SUBJECT | Override.LOCATION
_NUMBERS: Final = {
    "meeting_type": Override.MEETING_TYPE,
    "reminder_delta": Override.REMINDER_DELTA,
    "reminder_set": Override.REMINDER,
    "busy_status": Override.BUSY_STATUS,
    "attachment": Override.ATTACHMENT,
    "subtype": Override.SUBTYPE,
    "color": Override.COLOR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionInfo:
    """One occurrence that differs; `None` where it is as the others. Moments are minutes since 1601; `original` is when
    it would have begun. `ansi` are its texts in 8 bits as they stood; `highlight`, `reserved1`, `reserved2` are parts
    of its extension, the first of which older blobs do not have: None.
    """

    start: int
    end: int
    original: int
    subject: str | None = None
    location: str | None = None
    meeting_type: int | None = None
    reminder_delta: int | None = None
    reminder_set: int | None = None
    busy_status: int | None = None
    attachment: int | None = None
    subtype: int | None = None
    color: int | None = None
    has_body: bool = False
    extra_flags: int = 0
    ansi: tuple[bytes | None, bytes | None] = (None, None)
    highlight: bytes | None = bytes(4)
    reserved1: bytes = b""
    reserved2: bytes = b""
    times: tuple[int, int, int] | None = None
    """The three moments as its extension has them, where they differ from the others."""

    @property
    def flags(self) -> int:
        """The override flags ([MS-OXOCAL] 2.2.1.44.2)."""
        found = self.extra_flags | (Override.BODY if self.has_body else 0)
        for name, flag in (*_NUMBERS.items(), ("subject", Override.SUBJECT), ("location", Override.LOCATION)):
            if getattr(self, name) is not None:
                found |= flag
        return int(found)

    @property
    def change_highlight(self) -> int:
        """What was changed of it since it was last looked at (PidLidChangeHighlight's bits)."""
        return int.from_bytes((self.highlight or b"")[:4], "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRecurrence:
    """PidLidAppointmentRecur: a pattern, when in the day it begins and ends (minutes), and its exceptions."""

    pattern: RecurrencePattern
    start_offset: int
    end_offset: int
    exceptions: tuple[ExceptionInfo, ...] = ()
    versions: tuple[int, int] = (READER_VERSION, WRITER_VERSION)
    reserved1: bytes = b""
    reserved2: bytes = b""
    rest: bytes = field(default=b"", repr=False)
    """What follows in the bytes; nothing is said of it."""

    @classmethod
    def load(cls, data: bytes) -> AppointmentRecurrence:
        """What the bytes say; `CorruptData` for anything that cannot be so."""
        reader = WireReader(data, "recurrence of an appointment")
        pattern = RecurrencePattern.read_from(reader)
        versions, offsets = (reader.long(), reader.long()), (reader.long(), reader.long())
        many = reader.short()
        if many * _SMALLEST > reader.left:
            raise CorruptData("a recurrence counts more exceptions than it has", value=many)
        infos = [_read_info(reader) for _ in range(many)]
        reserved1 = reader.counted()
        extended = [_read_extended(reader, info, versions[1]) for info in infos]
        return cls(
            pattern=pattern,
            versions=versions,
            start_offset=offsets[0],
            end_offset=offsets[1],
            exceptions=tuple(_exception(*both) for both in zip(infos, extended, strict=True)),
            reserved1=reserved1,
            reserved2=reader.counted(),
            rest=reader.rest(),
        )

    def dump(self) -> bytes:
        """As bytes; `BadValue` for what they cannot hold."""
        if len(self.exceptions) > 0xFFFF:
            raise BadValue("a recurrence has at most 65535 exceptions", value=len(self.exceptions))
        numbers = (*self.versions, self.start_offset, self.end_offset)
        return b"".join(
            (
                self.pattern.dump(),
                *(number(value, 4) for value in numbers),
                number(len(self.exceptions), 2),
                *map(_dump_info, self.exceptions),
                counted(self.reserved1),
                *map(_dump_extended, self.exceptions),
                counted(self.reserved2),
                self.rest,
            )
        )


@dataclass(slots=True)
class _Info:
    times: tuple[int, int, int]
    flags: int
    ansi: tuple[bytes | None, bytes | None]
    numbers: dict[str, int]


@dataclass(slots=True)
class _Extended:
    highlight: bytes | None
    reserved1: bytes
    times: tuple[int, int, int] | None = None
    texts: tuple[str | None, str | None] = (None, None)
    reserved2: bytes = b""


def _read_info(reader: WireReader) -> _Info:
    times, flags = (reader.long(), reader.long(), reader.long()), reader.short()
    numbers: dict[str, int] = {}

    def read(names: Iterable[str]) -> None:
        numbers.update({name: reader.long() for name in names if flags & _NUMBERS[name]})

    subject = _read_ansi(reader) if flags & Override.SUBJECT else None
    read(("meeting_type", "reminder_delta", "reminder_set"))
    location = _read_ansi(reader) if flags & Override.LOCATION else None
    read(("busy_status", "attachment", "subtype", "color"))
    return _Info(times, flags, (subject, location), numbers)


def _read_ansi(reader: WireReader) -> bytes:
    with_end, size = reader.short(), reader.short()
    if with_end != size + 1:
        raise CorruptData("the two lengths of an exception's text differ", value=(with_end, size))
    return reader.take(size)


def _read_extended(reader: WireReader, info: _Info, version: int) -> _Extended:
    highlight = reader.counted() if version >= _WITH_HIGHLIGHT else None
    found = _Extended(highlight, reader.counted())
    if info.flags & _TEXTS:
        found.times = (reader.long(), reader.long(), reader.long())
        subject = _read_wide(reader) if info.flags & Override.SUBJECT else None
        location = _read_wide(reader) if info.flags & Override.LOCATION else None
        found.texts, found.reserved2 = (subject, location), reader.counted()
    return found


def _read_wide(reader: WireReader) -> str:
    return reader.take(2 * reader.short()).decode("utf-16-le", "surrogatepass")


def _exception(info: _Info, extended: _Extended) -> ExceptionInfo:
    known = int(_TEXTS | Override.BODY) | sum(map(int, _NUMBERS.values()))
    return ExceptionInfo(
        start=info.times[0],
        end=info.times[1],
        original=info.times[2],
        subject=extended.texts[0],
        location=extended.texts[1],
        **{name: info.numbers.get(name) for name in _NUMBERS},
        has_body=bool(info.flags & Override.BODY),
        extra_flags=info.flags & ~known,
        ansi=info.ansi,
        highlight=extended.highlight,
        reserved1=extended.reserved1,
        reserved2=extended.reserved2,
        times=None if extended.times == info.times else extended.times,
    )


def _dump_info(one: ExceptionInfo) -> bytes:
    def numbers(*names: str) -> bytes:
        values = (getattr(one, name) for name in names)
        return b"".join(number(value, 4) for value in values if value is not None)

    return b"".join(
        (
            *(number(value, 4) for value in (one.start, one.end, one.original)),
            number(one.flags, 2),
            _dump_ansi(one.subject, one.ansi[0]),
            numbers("meeting_type", "reminder_delta", "reminder_set"),
            _dump_ansi(one.location, one.ansi[1]),
            numbers("busy_status", "attachment", "subtype", "color"),
        )
    )


def _dump_ansi(text: str | None, data: bytes | None) -> bytes:
    if text is None:
        return b""
    data = text.encode("cp1252", "replace") if data is None else data
    if len(data) > _LONGEST:
        raise BadValue("a text of an exception has at most 65534 characters", value=text)
    return number(len(data) + 1, 2) + number(len(data), 2) + data


def _dump_extended(one: ExceptionInfo) -> bytes:
    parts = [] if one.highlight is None else [counted(one.highlight)]
    parts.append(counted(one.reserved1))
    if one.flags & _TEXTS:
        parts += [number(value, 4) for value in one.times or (one.start, one.end, one.original)]
        parts += [_dump_wide(text) for text in (one.subject, one.location) if text is not None]
        parts.append(counted(one.reserved2))
    return b"".join(parts)


def _dump_wide(text: str) -> bytes:
    data = text.encode("utf-16-le", "surrogatepass")
    return number(len(data) // 2, 2) + data
