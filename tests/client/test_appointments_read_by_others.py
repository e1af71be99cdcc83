"""Appointments that mapix writes, as an independent reader of recurrences and time zones sees them."""

import json
import os
import subprocess
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import pytest
from tests.formats.msg.other_readers import HERE, NODE_FOLDER, missing

import mapix
from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.formats.calendar.pattern import PatternType
from mapix.properties import named_tags as n
from mapix.properties.tag import PropType

Recurrence = mapix.Recurrence
SERIES: Final = {
    "daily": Recurrence.daily(every=3, count=5),
    "working days": Recurrence.daily(on=["MO", "TU", "WE", "TH", "FR"], until=date(2026, 4, 1)),
    "weekly": Recurrence.weekly(on=["MO", "WE"], every=2, count=10, week_start="MO")
    .without(date(2026, 3, 16))
    .moved(date(2026, 3, 18), datetime(2026, 3, 19, 14))
    .changed(date(2026, 3, 30), subject="Größe", location="大"),
    "monthly": Recurrence.monthly(day=31, every=2),
    "last friday": Recurrence.monthly(nth=-1, on="FR", until=date(2027, 1, 1)),
    "yearly": Recurrence.yearly(),
    "yearly nth": Recurrence.yearly(month=5, nth=2, on="SU", count=3),
}
SPECIFIC: Final = {
    PatternType.WEEK: ("patternTypeWeek", ("dayOfWeekBits",)),
    PatternType.MONTH: ("patternTypeMonth", ("day",)),
    PatternType.MONTH_NTH: ("patternTypeMonthNth", ("dayOfWeekBits", "n")),
}
PLAIN: Final = {
    "recurFrequency": "frequency",
    "patternType": "pattern_type",
    "calendarType": "calendar",
    "firstDateTime": "first",
    "period": "period",
    "endType": "end_type",
    "occurrenceCount": "count",
    "firstDOW": "first_weekday",
    "startDate": "start",
    "endDate": "end",
}


def read(paths: list[Path]) -> list[dict[str, Any]]:
    """What the npm reader says of them."""
    env = {**os.environ, "NODE_PATH": str(NODE_FOLDER / "node_modules")}
    words = "".join(f"{path}\n" for path in paths).encode()
    command = ["node", str(HERE / "calendar.cjs")]
    ran = subprocess.run(command, input=words, capture_output=True, timeout=120, check=True, env=env)
    return [json.loads(line) for line in ran.stdout.decode().splitlines()]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[mapix.Appointment, dict[str, Any]]]:
    """Each series, and what the reader says of its file."""
    if reason := missing("msgreader"):
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("appointments")
    paths = []
    for name, recurrence in SERIES.items():
        one = mapix.Appointment(
            subject=name,
            start=datetime(2026, 3, 2, 9),
            duration=timedelta(minutes=90),
            time_zone="Europe/Berlin",
            location="Room 1",
            recurrence=recurrence,
        )
        one.save(folder / f"{name}.msg")
        paths.append(folder / f"{name}.msg")
    return {path.stem: (mapix.open(path), found) for path, found in zip(paths, read(paths), strict=True)}  # type: ignore[misc]


@pytest.mark.parametrize("name", SERIES)
def test_another_reader_finds_the_same_series(
    name: str, told: dict[str, tuple[mapix.Appointment, dict[str, Any]]]
) -> None:
    """[MS-OXOCAL] 2.2.1.44, every number of the blob, exceptions too."""
    one, found = told[name]
    mine = AppointmentRecurrence.load(one.get_named(n.PidLidAppointmentRecur, PropType.BINARY))
    theirs = found["apptRecur"]
    pattern = theirs["recurrencePattern"]
    assert {key: pattern[key] for key in PLAIN} == {key: getattr(mine.pattern, own) for key, own in PLAIN.items()}
    assert pattern["deletedInstanceDates"] == list(mine.pattern.deleted)
    assert pattern["modifiedInstanceDates"] == list(mine.pattern.modified)
    if mine.pattern.pattern_type != PatternType.DAY:
        key, parts = SPECIFIC[PatternType(mine.pattern.pattern_type)]
        own = {"dayOfWeekBits": mine.pattern.days, "day": mine.pattern.day, "n": mine.pattern.nth}
        assert pattern[key] == {part: own[part] for part in parts}
    assert (theirs["startTimeOffset"], theirs["endTimeOffset"]) == (540, 630)
    assert [(each["startDateTime"], each["endDateTime"], each.get("subject")) for each in theirs["exceptionInfo"]] == [
        (each.start, each.end, each.subject) for each in mine.exceptions
    ]


@pytest.mark.parametrize("name", SERIES)
def test_another_reader_finds_the_same_times_and_zones(
    name: str, told: dict[str, tuple[mapix.Appointment, dict[str, Any]]]
) -> None:
    """[MS-OXOCAL] 2.2.1.39, 2.2.1.41, 2.2.1.27."""
    one, found = told[name]
    assert one.start is not None
    assert parsedate_to_datetime(found["apptStartWhole"]) == one.start.astimezone(UTC)
    assert (found["messageClass"], found["apptLocation"]) == ("IPM.Appointment", "Room 1")
    assert one.global_id is not None
    assert found["globalAppointmentID"] == one.global_id.uid
    (rule,) = found["apptTZDefRecur"]["rules"]
    assert found["apptTZDefRecur"]["keyName"] == "W. Europe Standard Time"
    assert (rule["flags"], rule["bias"], rule["daylightBias"]) == (3, -60, -60)
    assert rule["start"] == "Mon, 01 Jan 1601 00:00:00 GMT"
    october = {"year": 0, "month": 10, "dayOfWeek": 0, "day": 5, "hour": 3, "minute": 0}
    assert rule["standardDate"] == october
    assert (found["timeZoneStruct"]["standardDate"], found["timeZoneStruct"]["bias"]) == (october, -60)
