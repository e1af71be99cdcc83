"""Time zones as blobs: PidLidTimeZoneStruct, and the definitions of several rules ([MS-OXOCAL] 2.2.1.39, 2.2.1.41).

    definition = ZoneDefinition.load(blob)
    definition.key, definition.rule_of(2024).bias
    definition.dump() == blob

Biases are minutes that are added to local time to get UTC: -60 for what lies an hour east of Greenwich. What an
`Onset` says is the day in each year, or in `year`, when one of the two times begins, in the time before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from struct import Struct
from typing import Final

from mapix.formats.calendar.wire import WireReader, number
from mapix.properties.errors import BadValue, CorruptData

RECURRING: Final = 0x0001
"""A rule's flag: it is the one the pattern was made with."""

EFFECTIVE: Final = 0x0002
"""A rule's flag: it is the one that held when the item was made."""

_SYSTEMTIME: Final = Struct("<8H")
_SINCE_EVER: Final = 1601
_MAJOR, _MINOR, _RULE_SIZE = 2, 1, 0x3E
_HAS_GUID, _HAS_KEY = 0x1, 0x2
_MOST_RULES: Final = 1024
_LONGEST_KEY: Final = 260
_NEW_YEAR: Final = bytes.fromhex("0100 0000 0100 0000 0000 0000 0000")
"""The rest of the SYSTEMTIME whose year a rule begins with: its first day."""

LAST: Final = 5
"""`Onset.nth` of the last such weekday of a month."""


@dataclass(frozen=True, slots=True)
class Onset:
    """When standard or daylight time begins: the `nth` (5 for the last) `weekday` (Sunday 0) of a `month`, or with a
    `year` one day, `nth` being the day of the month then. All zero: never.
    """

    year: int = 0
    month: int = 0
    weekday: int = 0
    nth: int = 0
    hour: int = 0
    minute: int = 0
    second: int = 0
    millisecond: int = 0

    @classmethod
    def load(cls, data: bytes) -> Onset:
        """A SYSTEMTIME of 16 bytes."""
        return cls(*_SYSTEMTIME.unpack(data))

    def dump(self) -> bytes:
        """As a SYSTEMTIME."""
        values = (self.year, self.month, self.weekday, self.nth)
        return _SYSTEMTIME.pack(*values, self.hour, self.minute, self.second, self.millisecond)

    def moment(self, year: int) -> datetime | None:
        """When it is in a year, in the time before it; None where it is not. `CorruptData` for what is no date."""
        if not self.month or self.year not in (0, year):
            return None
        try:
            time = timedelta(hours=self.hour, minutes=self.minute, seconds=self.second, milliseconds=self.millisecond)
            day = self.nth if self.year else self._day(year)
            return datetime(year, self.month, day) + time
        except (ValueError, OverflowError):
            raise CorruptData("a time zone changes on a day that there is not", value=self) from None

    def _day(self, year: int) -> int:
        first = datetime(year, self.month, 1)
        day = 1 + (self.weekday - (first.weekday() + 1)) % 7 + 7 * (self.nth - 1)
        longest = ((first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
        while day > longest:
            day -= 7
        return day


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """The biases of a zone, and when its two times begin. Those of a definition hold from `year` on."""

    bias: int = 0
    standard_bias: int = 0
    daylight_bias: int = 0
    standard: Onset = Onset()
    daylight: Onset = Onset()
    year: int = _SINCE_EVER
    flags: int = EFFECTIVE
    begins: bytes = field(default=_NEW_YEAR, repr=False)
    years: tuple[int, int] = (0, 0)
    """The two years of PidLidTimeZoneStruct, which nobody uses."""

    minor: int = _MINOR
    extra: bytes = field(default=b"", repr=False)
    """What later versions have besides."""

    @property
    def has_daylight(self) -> bool:
        """Whether it has two times."""
        return bool(self.standard.month and self.daylight.month)

    @classmethod
    def load(cls, data: bytes) -> ZoneRule:
        """The rule of PidLidTimeZoneStruct; `CorruptData` for anything else."""
        reader = WireReader(data, "time zone")
        biases = (reader.signed(), reader.signed(), reader.signed())
        first, standard = reader.short(), Onset.load(reader.take(16))
        second, daylight = reader.short(), Onset.load(reader.take(16))
        if reader.left:
            raise CorruptData("bytes are left over behind a time zone", value=reader.rest())
        return cls(*biases, standard, daylight, years=(first, second))

    def dump(self) -> bytes:
        """As PidLidTimeZoneStruct has it."""
        standard, daylight = (number(year, 2) for year in self.years)
        return self._biases() + standard + self.standard.dump() + daylight + self.daylight.dump()

    @classmethod
    def read_from(cls, reader: WireReader) -> ZoneRule:
        """The next rule of a definition (TZRule)."""
        major, minor, size = reader.byte(), reader.byte(), reader.short()
        if major != _MAJOR or size < _RULE_SIZE:
            raise CorruptData("no rule of a time zone", value=(major, minor, size))
        flags, year, begins = reader.short(), reader.short(), reader.take(14)
        biases = (reader.signed(), reader.signed(), reader.signed())
        standard, daylight = Onset.load(reader.take(16)), Onset.load(reader.take(16))
        extra = reader.take(size - _RULE_SIZE)
        return cls(*biases, standard, daylight, year, flags, begins, minor=minor, extra=extra)

    def dump_rule(self) -> bytes:
        """As a definition has it (TZRule)."""
        head = bytes((_MAJOR, self.minor)) + number(_RULE_SIZE + len(self.extra), 2)
        begins = number(self.flags, 2) + number(self.year, 2) + self.begins
        return head + begins + self._biases() + self.standard.dump() + self.daylight.dump() + self.extra

    def _biases(self) -> bytes:
        return b"".join(number(bias & 0xFFFFFFFF, 4) for bias in (self.bias, self.standard_bias, self.daylight_bias))


@dataclass(frozen=True, slots=True)
class ZoneDefinition:
    """A zone: the name Windows knows it by, and its rules, oldest first."""

    key: str
    rules: tuple[ZoneRule, ...]
    rest: bytes = field(default=b"", repr=False)
    guid: bytes = field(default=b"", repr=False)
    minor: int = _MINOR
    extra: bytes = field(default=b"", repr=False)
    """What later versions have in its head besides."""

    @classmethod
    def load(cls, data: bytes) -> ZoneDefinition:
        """A TZDEFINITION blob; `CorruptData` for anything else. What later minor versions have is kept unread."""
        outer = WireReader(data, "definition of a time zone")
        major, minor, size = outer.byte(), outer.byte(), outer.short()
        reader = WireReader(outer.take(size), "head of a time zone")
        flags = reader.short()
        if major != _MAJOR or not flags & _HAS_KEY or flags > (_HAS_GUID | _HAS_KEY):
            raise CorruptData("no definition of a time zone", value=(major, minor, flags))
        guid = reader.take(16) if flags & _HAS_GUID else b""
        key = reader.take(2 * reader.short()).decode("utf-16-le", "surrogatepass")
        many = reader.short()
        if not 1 <= many <= _MOST_RULES:
            raise CorruptData("a time zone has 1 to 1024 rules", value=many)
        rules = tuple(ZoneRule.read_from(outer) for _ in range(many))
        return cls(key, rules, outer.rest(), guid, minor, reader.rest())

    def dump(self) -> bytes:
        """As a blob; `BadValue` for what it cannot hold."""
        name = self.key.encode("utf-16-le", "surrogatepass")
        if len(name) > 2 * _LONGEST_KEY or not 1 <= len(self.rules) <= _MOST_RULES:
            raise BadValue("a time zone has a name of at most 260 characters, and 1 to 1024 rules", value=self.key)
        flags = number(_HAS_KEY | (_HAS_GUID if self.guid else 0), 2)
        head = flags + self.guid + number(len(name) // 2, 2) + name + number(len(self.rules), 2) + self.extra
        rules = b"".join(rule.dump_rule() for rule in self.rules)
        return bytes((_MAJOR, self.minor)) + number(len(head), 2) + head + rules + self.rest

    def rule_of(self, year: int) -> ZoneRule:
        """The rule that holds in a year: the last that is not younger, the first before them all."""
        older = [rule for rule in self.rules if rule.year <= year]
        return max(older, key=lambda rule: rule.year) if older else min(self.rules, key=lambda rule: rule.year)

    @property
    def effective(self) -> ZoneRule:
        """The rule that held when the item was made."""
        return next((rule for rule in self.rules if rule.flags & EFFECTIVE), self.rules[-1])
