"""Occurrences that differ, as clients open them: messages inside hidden attachments of the series.

Beside its entry in the series' blob each has such a message ([MS-OXOCAL] 2.2.10). Clients find it by when it begins, in
the time of the place (PR_EXCEPTION_STARTTIME).
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from mapix.client.items.recurrence import Change, Occurrence, Recurrence
from mapix.client.items.series import recurrence_of
from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.formats.calendar.span import span_values
from mapix.formats.mime.exceptions import EXCEPTION_CLASS, IS_EXCEPTION
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.times import from_datetime

if TYPE_CHECKING:
    from mapix.client.items.timed import TimedItem

_FIRST_NAMED: Final = 0x8000


def write_exceptions(item: TimedItem, before: AppointmentRecurrence | None) -> None:
    """Give the occurrences of a series that differ their messages; those that `before` had already, and that are still
    the same, keep theirs with all it has.
    """
    start, recurrence = item.start, item.recurrence
    changes = {} if recurrence is None else {change.original: change for change in recurrence.changes}
    there = _there(item)
    if before is not None:
        for old in recurrence_of(before).changes if before.exceptions else ():
            if changes.get(old.original) == old and _key(_begins(old, item, before)) in there:
                del changes[old.original], there[_key(_begins(old, item, before))]
    for number in there.values():
        item.mapi.delete_attach(number)
    if recurrence is None or start is None:
        return
    for change in changes.values():
        one = _occurrence(recurrence, change, start, item.end)
        _attach(item, one, change, start)


def is_exception(attachment: Any) -> bool:
    """Whether an attachment holds an occurrence of a series."""
    return bool((attachment.get(t.PR_ATTACHMENT_FLAGS) or 0) & IS_EXCEPTION)


def _there(item: TimedItem) -> dict[int, int]:
    """The numbers of the attachments of occurrences, by when these begin."""
    found = [
        (one.get(t.PR_EXCEPTION_STARTTIME), one.get(t.PR_ATTACH_NUM)) for one in item.attachments if is_exception(one)
    ]
    return {starts or -number: number for starts, number in found}


def _begins(change: Change, item: TimedItem, before: AppointmentRecurrence) -> datetime:
    hours, minutes = divmod(before.start_offset, 60)
    midnight = datetime(change.original.year, change.original.month, change.original.day)
    return change.start or midnight.replace(hour=hours % 24, minute=minutes)


def _key(local: datetime) -> int:
    return from_datetime(local.replace(tzinfo=UTC))


def _occurrence(recurrence: Recurrence, change: Change, start: datetime, end: datetime | None) -> Occurrence:
    planned = datetime.combine(change.original, start.timetz())
    length = None if end is None else end.replace(tzinfo=None) - start.replace(tzinfo=None)
    begins = _placed(change.start, start.tzinfo) or planned
    ends = _placed(change.end, start.tzinfo) or (begins if length is None else begins + length)
    return Occurrence(change.original, begins, ends, change)


def _placed(when: datetime | None, zone: tzinfo | None) -> datetime | None:
    if when is None:
        return None
    return when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)


def _attach(item: TimedItem, one: Occurrence, change: Change, start: datetime) -> None:
    planned = datetime.combine(change.original, start.timetz())
    attachment = item.attachments.add_message(_message(item, one, change, planned), "Untitled")
    ends = one.end or one.start
    values = {
        t.PR_ATTACH_FLAGS: 0,
        t.PR_ATTACHMENT_FLAGS: IS_EXCEPTION,
        t.PR_ATTACHMENT_HIDDEN: True,
        t.PR_ATTACHMENT_LINKID: 0,
        t.PR_EXCEPTION_STARTTIME: _key(one.start),
        t.PR_EXCEPTION_ENDTIME: _key(ends),
        t.PR_EXCEPTION_REPLACETIME: from_datetime(planned),
    }
    for tag, value in values.items():
        attachment.set(tag, value)
    attachment.save()


def _message(item: TimedItem, one: Occurrence, change: Change, planned: datetime) -> MessageContent:
    told = span_values(one.start, one.end or one.start) | {
        t.PR_MESSAGE_CLASS: EXCEPTION_CLASS,
        t.PR_MESSAGE_FLAGS: MSGFLAG_READ,
        t.PR_SUBJECT: change.subject if change.subject is not None else item.subject or "",
        n.PidLidExceptionReplaceTime: from_datetime(planned),
        n.PidLidFExceptionalBody: False,
        n.PidLidAppointmentSubType: change.all_day if change.all_day is not None else item.all_day,
        n.PidLidLocation: change.location if change.location is not None else item._value(n.PidLidLocation),
        n.PidLidBusyStatus: change.busy,
        n.PidLidAppointmentTimeZoneDefinitionStartDisplay: item._value(
            n.PidLidAppointmentTimeZoneDefinitionStartDisplay
        ),
        n.PidLidAppointmentTimeZoneDefinitionEndDisplay: item._value(n.PidLidAppointmentTimeZoneDefinitionEndDisplay),
    }
    values: dict[PropTag, Any] = {}
    names: dict[int, PropertyName] = {}
    for key, value in told.items():
        if not isinstance(key, PropertyName):
            values[key] = value
        elif value is not None:
            number = _FIRST_NAMED + len(names)
            names[number] = key
            values[PropTag.of(number, n.NAMED_TYPES[key][0])] = value
    return MessageContent(values, names=names)
