"""Tasks (IPM.Task): what is to be done until when, and how far it is. Source: [MS-OXOTASK].

    task = mapix.Task(subject="Report", due=date(2026, 3, 31), percent_complete=0.25)
    task.save("report.msg")
    task.complete = True

Days of a task have no time zone. Status, share done and completion follow from one another: what is set last counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, Unpack

from mapix.client.items.base import Item, ItemFields
from mapix.client.items.fields import (
    NamedDay,
    NamedInteger,
    NamedMinutes,
    NamedNumber,
    NamedText,
    NamedYesNo,
    midnight,
)
from mapix.client.place import Place
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties.errors import InvalidParameter
from mapix.properties.tag import PropTag, PropType
from mapix.properties.times import from_datetime, now, to_datetime

if TYPE_CHECKING:
    from mapix.client.items.recurrence import Recurrence


class TaskStatus(IntEnum):
    """How far a task is ([MS-OXOTASK] 2.2.2.2.2)."""

    NOT_STARTED = 0
    IN_PROGRESS = 1
    COMPLETE = 2
    WAITING = 3
    DEFERRED = 4


_UNASSIGNED: Final = 1
"""PidLidTaskState: nobody else has the task ([MS-OXOTASK] 2.2.2.2.14)."""

_ICON: Final = 0x500
_RECURRING_ICON: Final = 0x501
_LAST: Final = 0x7FFFFFFF
"""PidLidTaskOrdinal of a task that stands behind all others ([MS-OXOTASK] 2.2.2.2.26)."""

_USUAL: Final = {
    n.PidLidTaskState: _UNASSIGNED,
    n.PidLidTaskMode: 0,
    n.PidLidTaskOwnership: 0,
    n.PidLidTaskAcceptanceState: 0,
    n.PidLidTaskHistory: 0,
    n.PidLidTaskOrdinal: _LAST,
    n.PidLidTaskActualEffort: 0,
    n.PidLidTaskEstimatedEffort: 0,
    n.PidLidTaskOwner: "",
    n.PidLidTaskAssigner: "",
    n.PidLidTaskRole: "",
    n.PidLidTaskFCreator: True,
    n.PidLidTaskFFixOffline: False,
    n.PidLidTaskNoCompute: False,
    n.PidLidTaskAccepted: False,
    n.PidLidTaskDeadOccurrence: False,
    n.PidLidTaskResetReminder: False,
    n.PidLidTaskUpdates: False,
    n.PidLidTaskStatusOnComplete: False,
    n.PidLidTeamTask: False,
}
"""What a task of one's own has ([MS-OXOTASK] 2.2.2.2)."""


_PROGRESS: Final = (n.PidLidTaskComplete, n.PidLidTaskStatus, n.PidLidPercentComplete, n.PidLidTaskDateCompleted)
"""What follows from one another ([MS-OXOTASK] 2.2.2.2.2, 2.2.2.2.3, 2.2.2.2.9, 2.2.2.2.20)."""


class TaskFields(ItemFields, total=False):
    """The fields of `Task`."""

    start: date
    due: date
    completed: date
    status: TaskStatus | int
    percent_complete: float
    complete: bool
    owner: str
    role: str
    estimated: timedelta
    actual: timedelta
    team: bool
    ordinal: int
    reminder: datetime
    recurrence: Recurrence


class Task(Item):
    """Something to do. `percent_complete` goes from 0.0 to 1.0."""

    ITEM_CLASS = "IPM.Task"
    ICON_FOLLOWS = (n.PidLidTaskRecurrence,)

    start = NamedDay(n.PidLidTaskStartDate, "The day it begins.")
    due = NamedDay(n.PidLidTaskDueDate, "The day it has to be done.")
    completed = NamedDay(n.PidLidTaskDateCompleted, "The day it was done.")
    percent_complete = NamedNumber(n.PidLidPercentComplete, "The share that is done, 0.0 to 1.0.")
    complete = NamedYesNo(n.PidLidTaskComplete, "Whether it is done.")
    owner = NamedText(n.PidLidTaskOwner, "Who has to do it.")
    role = NamedText(n.PidLidTaskRole, "The owner's role.")
    team = NamedYesNo(n.PidLidTeamTask, "Whether it is a team's.")
    ordinal = NamedInteger(n.PidLidTaskOrdinal, "Its place among tasks that are sorted by hand.")
    version = NamedInteger(n.PidLidTaskVersion, "How often it was changed.")
    estimated = NamedMinutes(n.PidLidTaskEstimatedEffort, "How much work was expected.")
    actual = NamedMinutes(n.PidLidTaskActualEffort, "How much work it was.")

    def __init__(
        self,
        mapi: MapiMessage | None = None,
        *,
        place: Place | None = None,
        row: Mapping[PropTag, Any] | None = None,
        **fields: Unpack[TaskFields],
    ) -> None:
        if "recurrence" in fields:
            fields["recurrence"] = fields.pop("recurrence")  # Last: it counts from the days.
        super().__init__(mapi, place=place, row=row, **fields)

    @property
    def status(self) -> TaskStatus:
        """How far it is."""
        number = self._value(n.PidLidTaskStatus) or 0
        return TaskStatus(number) if number in TaskStatus.__members__.values() else TaskStatus.NOT_STARTED

    @status.setter
    def status(self, value: TaskStatus | int) -> None:
        if value not in TaskStatus.__members__.values():
            raise InvalidParameter("no such status of a task", value=value, hint="TaskStatus.IN_PROGRESS")
        self.set_named(n.PidLidTaskStatus, PropType.LONG, int(value))

    @property
    def reminder(self) -> datetime | None:
        """When to remind of it, None where nobody wants that."""
        return self.reminder_time if self.reminder_set else None

    @reminder.setter
    def reminder(self, value: datetime | None) -> None:
        self.reminder_set = value is not None
        self.reminder_time = self.reminder_signal = value
        self.reminder_minutes = None if value is None else 0

    @property
    def recurrence(self) -> Recurrence | None:
        """How it recurs, counted from its start, else the day it is due; None for once. `CorruptData` for bytes that
        nobody can read ([MS-OXOTASK] 2.2.2.2.15).
        """
        from mapix.client.items.recurrence import Recurrence
        from mapix.formats.calendar.pattern import RecurrencePattern

        told = self._value(n.PidLidTaskRecurrence)
        return Recurrence.of_pattern(RecurrencePattern.load(told)) if told else None

    @recurrence.setter
    def recurrence(self, value: Recurrence | None) -> None:
        first = self.start or self.due or to_datetime(now()).date()
        told = None if value is None else value.pattern(first).dump()
        self.set_named(n.PidLidTaskRecurrence, PropType.BINARY, told)

    def _complete(self) -> None:
        if self._touched(*_PROGRESS):
            self._agree()
        super()._complete()
        if self._made:
            self._put_missing(_USUAL)
        if self._touched(n.PidLidTaskRecurrence):
            self._put({n.PidLidTaskFRecurring: self._value(n.PidLidTaskRecurrence) is not None})
        if self._touched(n.PidLidTaskStartDate, n.PidLidTaskDueDate):
            self._put({n.PidLidCommonStart: _begin_of(self.start), n.PidLidCommonEnd: _begin_of(self.due)})
        if self._touched(*self._changed):
            self._count()

    def _count(self) -> None:
        """Note that it was changed, and when, where that was noted before (2.2.2.2.10, 2.2.2.2.13)."""
        noted = {n.PidLidTaskVersion: (self.version or 0) + 1, n.PidLidTaskLastUpdate: now()}
        self._put({name: value for name, value in noted.items() if self._made or self._value(name) is not None})

    def _agree(self) -> None:
        """Status, share and completion tell the same (2.2.2.2.2, 2.2.2.2.3, 2.2.2.2.9, 2.2.2.2.20)."""
        done = self._done()
        status, share = (TaskStatus.COMPLETE, 1.0) if done else self._progress()
        today = self.completed or to_datetime(now()).date()
        self._put(
            {
                n.PidLidTaskComplete: done,
                n.PidLidPercentComplete: share,
                n.PidLidTaskStatus: int(status),
                n.PidLidTaskDateCompleted: midnight(today) if done else None,
            }
        )

    def _progress(self) -> tuple[TaskStatus, float]:
        """Status and share of a task that is not done."""
        status, share = self.status, self.percent_complete or 0.0
        if status is TaskStatus.COMPLETE or share >= 1.0:
            status, share = (TaskStatus.NOT_STARTED if status is TaskStatus.COMPLETE else status), share % 1.0
        if status is TaskStatus.NOT_STARTED and share:
            return (status, 0.0) if n.PidLidTaskStatus in self._changed else (TaskStatus.IN_PROGRESS, share)
        return status, share

    def _done(self) -> bool:
        """Whether it is done, by what was set, else by what stands."""
        told = {
            n.PidLidTaskComplete: bool(self.complete),
            n.PidLidTaskStatus: self.status is TaskStatus.COMPLETE,
            n.PidLidPercentComplete: (self.percent_complete or 0.0) >= 1.0,
            n.PidLidTaskDateCompleted: self.completed is not None,
        }
        changed = [said for name, said in told.items() if name in self._changed]
        return any(changed) if changed else bool(self.complete)

    def _icon(self) -> int:
        return _ICON if self._value(n.PidLidTaskRecurrence) is None else _RECURRING_ICON


def _begin_of(day: date | None) -> int | None:
    """The moment a day begins here, as FILETIME ticks."""
    return None if day is None else from_datetime(datetime.combine(day, time()))
