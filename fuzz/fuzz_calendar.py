"""Coverage-guided fuzzing of the blobs of calendars: `python fuzz/fuzz_calendar.py -max_total_time=120`.

The second byte of an input chooses the kind of blob; nobody looks at the first. Whatever comes in, only MAPI errors
come out; what was read is written byte for byte, and asking it for days and times ends soon. Needs atheris; `make fuzz`
runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from running import instrumented, run

with instrumented():
    from mapix.client.items.recurrence import Recurrence
    from mapix.client.items.series import recurrence_of, series_of
    from mapix.formats.calendar.appointment import AppointmentRecurrence
    from mapix.formats.calendar.globalid import GlobalId
    from mapix.formats.calendar.pattern import RecurrencePattern
    from mapix.formats.calendar.timezones import ZoneDefinition, ZoneRule
    from mapix.formats.calendar.zones import definition_of, zone_of
    from mapix.properties.errors import MapiError

MOST: Final = 50_000
"""Bytes of an input; more teach nothing."""

_START: Final = datetime(2026, 3, 2, 9, 30)
_AT: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)


def one_input(data: bytes) -> None:
    """Read one input, write what was read, and ask it things."""
    if 2 < len(data) < MOST:
        with suppress(MapiError):
            judge(data[1:])


def judge(data: bytes) -> None:
    """What is read is written as it was."""
    KINDS[data[0] % len(KINDS)](data[1:])


def series(data: bytes) -> None:
    """PidLidAppointmentRecur."""
    found = AppointmentRecurrence.load(data)
    assert found.dump() == data, "a series is not written as it was read"
    recurrence = recurrence_of(found)
    assert str(recurrence)
    list(recurrence.occurrences(_START, 20, end=_START + timedelta(hours=1)))


def pattern(data: bytes) -> None:
    """PidLidTaskRecurrence."""
    found = RecurrencePattern.load(data)
    assert found.dump() == data, "a pattern is not written as it was read"
    list(islice(Recurrence.of_pattern(found).days(_START.date()), 20))


def definition(data: bytes) -> None:
    """A TZDEFINITION."""
    found = ZoneDefinition.load(data)
    assert found.dump() == data, "a definition is not written as it was read"
    local = _AT.astimezone(zone_of(found))
    assert local.utcoffset() is not None
    assert definition_of(zone_of(found), 2026).dump()


def rule(data: bytes) -> None:
    """PidLidTimeZoneStruct."""
    found = ZoneRule.load(data)
    assert found.dump() == data, "a rule is not written as it was read"
    assert _AT.astimezone(zone_of(ZoneDefinition("x", (found,)))).utcoffset() is not None


def identifier(data: bytes) -> None:
    """PidLidGlobalObjectId."""
    found = GlobalId.load(data)
    assert found.dump() == data, "an identifier is not written as it was read"
    assert GlobalId.load(found.clean().dump()).uid == found.uid


KINDS: Final[tuple[Callable[[bytes], None], ...]] = (series, pattern, definition, rule, identifier)


def seeds() -> list[bytes]:
    """A sound blob of each kind, and of each kind of pattern."""
    made = [
        Recurrence.daily(every=3, count=5),
        Recurrence.weekly(on=["MO", "WE"], until=date(2026, 6, 1))
        .without(date(2026, 3, 9))
        .moved(date(2026, 3, 11), datetime(2026, 3, 12, 9))
        .changed(date(2026, 3, 16), subject="Größe", location="大", reminder=5, busy=1, all_day=True),
        Recurrence.monthly(day=31),
        Recurrence.yearly(month=3, nth=-1, on="FR"),
    ]
    zone = definition_of(ZoneInfo("Europe/Berlin"), 2026, recurring=True)
    hour = timedelta(hours=1)
    return [
        *(b"\0\0" + series_of(one, _START, _START + hour).dump() for one in made),
        *(b"\0\1" + one.pattern(_START).dump() for one in made),
        b"\0\2" + zone.dump(),
        b"\0\3" + zone.rules[0].dump(),
        b"\0\4" + GlobalId(bytes(range(16)), 1, date(2026, 3, 2)).dump(),
        b"\0\4" + GlobalId.of_uid("a5@example.org").dump(),
    ]


if __name__ == "__main__":
    run("calendar", one_input, seeds())
