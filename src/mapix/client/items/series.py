"""Recurrences with the occurrences that differ, from and to PidLidAppointmentRecur ([MS-OXOCAL] 2.2.1.44)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from mapix.client.items.recurrence import Change, Recurrence
from mapix.formats.calendar.appointment import AppointmentRecurrence, ExceptionInfo
from mapix.formats.calendar.wire import DAY, day_of, minutes_of, moment_of

_MINUTE: Final = timedelta(minutes=1)


def series_of(
    recurrence: Recurrence, start: datetime, end: datetime, before: AppointmentRecurrence | None = None
) -> AppointmentRecurrence:
    """The blob of a recurrence whose first occurrence is from `start` to `end`, in the time of the place. What `before`
    knows of its exceptions besides is kept.
    """
    recurrence = replace(recurrence, changes=tuple(_placed(change, start) for change in recurrence.changes))
    offset = start.hour * 60 + start.minute
    length = (end.replace(tzinfo=None) - start.replace(tzinfo=None)) // _MINUTE
    known = {one.original // DAY: one for one in before.exceptions} if before else {}
    made = AppointmentRecurrence(
        pattern=recurrence.pattern(start),
        start_offset=offset,
        end_offset=offset + length,
        exceptions=tuple(
            _info(change, offset, length, known.get(minutes_of(change.original) // DAY))
            for change in sorted(recurrence.changes, key=lambda one: one.original)
        ),
    )
    if before is None:
        return made
    return replace(made, versions=before.versions, reserved1=before.reserved1, reserved2=before.reserved2)


def recurrence_of(series: AppointmentRecurrence) -> Recurrence:
    """The recurrence of a blob; raises as `Recurrence.of_pattern`."""
    changes = tuple(_change(one, series) for one in series.exceptions)
    originals = {change.original for change in changes}
    found = Recurrence.of_pattern(series.pattern)
    return replace(found, changes=changes, deleted=tuple(day for day in found.deleted if day not in originals))


def _placed(change: Change, start: datetime) -> Change:
    """With its times in the time of the series."""

    def placed(when: datetime | None) -> datetime | None:
        if when is None or when.tzinfo is None:
            return when
        return when.astimezone(start.tzinfo).replace(tzinfo=None)

    return replace(change, start=placed(change.start), end=placed(change.end))


def _info(change: Change, offset: int, length: int, known: ExceptionInfo | None) -> ExceptionInfo:
    start = minutes_of(change.original) + offset if change.start is None else minutes_of(change.start)
    info = known or ExceptionInfo(start=0, end=0, original=0)
    same = known is not None and _reminder(known) == change.reminder
    delta, is_set = (info.reminder_delta, info.reminder_set) if same else _reminder_numbers(change.reminder)
    return replace(
        info,
        start=start,
        end=start + length if change.end is None else minutes_of(change.end),
        original=minutes_of(change.original) + offset,
        subject=change.subject,
        location=change.location,
        reminder_set=is_set,
        reminder_delta=delta,
        busy_status=change.busy,
        subtype=None if change.all_day is None else int(change.all_day),
        ansi=info.ansi if (change.subject, change.location) == (info.subject, info.location) else (None, None),
        times=None,
    )


def _change(one: ExceptionInfo, series: AppointmentRecurrence) -> Change:
    planned = one.original // DAY * DAY + series.start_offset
    length = series.end_offset - series.start_offset
    moved = one.start != planned or one.end != planned + length
    return Change(
        original=day_of(one.original),
        start=moment_of(one.start) if moved else None,
        end=moment_of(one.end) if moved else None,
        subject=one.subject,
        location=one.location,
        reminder=_reminder(one),
        busy=one.busy_status,
        all_day=None if one.subtype is None else bool(one.subtype),
    )


def _reminder(one: ExceptionInfo) -> int | bool | None:
    if one.reminder_set == 0:
        return False
    if one.reminder_delta is not None:
        return one.reminder_delta
    return None if one.reminder_set is None else True


def _reminder_numbers(reminder: int | bool | None) -> tuple[int | None, int | None]:
    """Minutes and whether there is one, as an exception has them."""
    if reminder is None:
        return None, None
    return None if isinstance(reminder, bool) else reminder, int(reminder is not False)
