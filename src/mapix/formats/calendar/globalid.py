"""What makes a meeting the same everywhere: PidLidGlobalObjectId ([MS-OXOCAL] 2.2.1.27).

meeting = GlobalId.new()
meeting.clean().dump()                     # PidLidCleanGlobalObjectId
GlobalId.of_uid("a5@example.org").uid      # as iCalendar has it
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from mapix.formats.calendar.wire import WireReader, counted, number
from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.times import now

_CLASS: Final = bytes.fromhex("040000008200E00074C5B7101A82E008")
_UID: Final = b"vCal-Uid\x01\0\0\0"
_LONGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class GlobalId:
    """A meeting's identifier. `day` tells which occurrence of a series is meant; the clean one has none. `created` are
    FILETIME ticks.
    """

    data: bytes
    created: int = 0
    day: date | None = None
    reserved: bytes = field(default=bytes(8), repr=False)

    @classmethod
    def new(cls) -> GlobalId:
        """One that nobody has."""
        from secrets import token_bytes

        return cls(token_bytes(16), now())

    @classmethod
    def of_uid(cls, uid: str, day: date | None = None) -> GlobalId:
        """That of an iCalendar UID: the bytes it tells where it is one of ours in hexadecimal, else the text itself."""
        try:
            found = cls.load(bytes.fromhex(uid))
        except (ValueError, CorruptData):
            found = cls(_UID + uid.encode() + b"\0")
        return replace(found, day=day or found.day)

    @classmethod
    def load(cls, data: bytes) -> GlobalId:
        """What the bytes say; `CorruptData` for anything else."""
        reader = WireReader(data, "identifier of a meeting")
        if reader.take(16) != _CLASS:
            raise CorruptData("no identifier of a meeting", value=data[:16])
        year, month, day = int.from_bytes(reader.take(2), "big"), reader.byte(), reader.byte()
        created = int.from_bytes(reader.take(8), "little")
        reserved, found = reader.take(8), reader.counted()
        if reader.left:
            raise CorruptData("bytes are left over behind the identifier of a meeting", value=reader.rest())
        return cls(found, created, _day(year, month, day), reserved)

    def dump(self) -> bytes:
        """As bytes; `BadValue` for what they cannot hold."""
        if len(self.data) > _LONGEST or len(self.reserved) != 8:
            raise BadValue("the identifier of a meeting is too long", value=len(self.data))
        day = self.day
        told = bytes(4) if day is None else day.year.to_bytes(2, "big") + bytes((day.month, day.day))
        return _CLASS + told + number(self.created, 8) + self.reserved + counted(self.data)

    def clean(self) -> GlobalId:
        """The same for all occurrences of a series."""
        return replace(self, day=None)

    def on(self, day: date) -> GlobalId:
        """That of one occurrence, by the day it was planned for."""
        return replace(self, day=day)

    @property
    def uid(self) -> str:
        """The UID that iCalendar has for it."""
        if self.data.startswith(_UID):
            return self.data[len(_UID) :].rstrip(b"\0").decode("utf-8", "replace")
        return self.clean().dump().hex().upper()


def _day(year: int, month: int, day: int) -> date | None:
    if not (year or month or day):
        return None
    try:
        return date(year, month, day)
    except ValueError:
        raise CorruptData(
            "the identifier of a meeting tells a day that there is not", value=(year, month, day)
        ) from None
