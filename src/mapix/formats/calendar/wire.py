"""Reading little-endian structures of calendar blobs: what is not there is `CorruptData`, never an index error.

>>> reader = WireReader(bytes([1, 0, 2, 0, 0, 0]), "example")
>>> reader.short(), reader.long()
(1, 2)
>>> reader.long()
Traceback (most recent call last):
mapix.properties.errors.CorruptData: MAPI_E_CORRUPT_DATA (0x8004011B): the example is cut short: 6
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from mapix.properties.errors import BadValue, CorruptData

FIRST_DAY: Final = date(1601, 1, 1)
DAY: Final = 1440
"""Minutes of a day; these blobs count minutes since 1601-01-01, in the time of the place."""

FOREVER: Final = 0x5AE980DF
"""The end, in minutes, of what has none: 4500-12-31 23:59 ([MS-OXOCAL] 2.2.1.44.1)."""

_LATEST: Final = (date.max - FIRST_DAY).days * DAY + DAY - 1


class WireReader:
    """A place in bytes. `what` names them in errors."""

    def __init__(self, data: bytes, what: str) -> None:
        self._data, self._what, self._at = bytes(data), what, 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        end = self._at + size
        if end > len(self._data):
            raise CorruptData(f"the {self._what} is cut short", value=len(self._data))
        found = self._data[self._at : end]
        self._at = end
        return found

    def byte(self) -> int:
        """The next number of 8 bits."""
        return self.take(1)[0]

    def short(self) -> int:
        """The next number of 16 bits."""
        return int.from_bytes(self.take(2), "little")

    def long(self) -> int:
        """The next number of 32 bits."""
        return int.from_bytes(self.take(4), "little")

    def signed(self) -> int:
        """The next number of 32 bits with a sign."""
        return int.from_bytes(self.take(4), "little", signed=True)

    def longs(self) -> tuple[int, ...]:
        """Numbers of 32 bits after their count, which there must be as many of as it says."""
        many = self.long()
        data = self.take(4 * many)
        return tuple(int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4))

    def counted(self) -> bytes:
        """Bytes after a count of 32 bits."""
        return self.take(self.long())

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.left)

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._at


def number(value: int, size: int) -> bytes:
    """A number of `size` bytes, wrapped around when negative; `BadValue` for one that does not fit."""
    try:
        return value.to_bytes(size, "little", signed=value < 0)
    except OverflowError:
        raise BadValue(f"the number does not fit {size} bytes", value=value) from None


def numbered(values: tuple[int, ...]) -> bytes:
    """Numbers of 32 bits after their count."""
    return number(len(values), 4) + b"".join(number(value, 4) for value in values)


def counted(data: bytes) -> bytes:
    """Bytes after a count of 32 bits."""
    return number(len(data), 4) + data


def minutes_of(moment: date) -> int:
    """Minutes since 1601 of a day's midnight, or of a moment told in the time of the place; `BadValue` before 1601."""
    days = (date(moment.year, moment.month, moment.day) - FIRST_DAY).days
    minutes = days * DAY + (moment.hour * 60 + moment.minute if isinstance(moment, datetime) else 0)
    if not 0 <= minutes <= 0xFFFFFFFF:
        raise BadValue("calendars begin with the year 1601", value=moment)
    return minutes


def moment_of(minutes: int) -> datetime:
    """The moment, without a time zone, of minutes since 1601; `CorruptData` where Python has none."""
    if not 0 <= minutes <= _LATEST:
        raise CorruptData("the moment is outside the calendar", value=minutes)
    return datetime(1601, 1, 1) + timedelta(minutes=minutes)


def day_of(minutes: int) -> date:
    """The day that minutes since 1601 lie in."""
    return moment_of(minutes).date()
