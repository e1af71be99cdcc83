"""One event of a calendar as properties: when, where, how often, who ([MS-OXCICAL] 2.1.3.1.1.20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from mapix.formats.calendar.appointment import AppointmentRecurrence, ExceptionInfo
from mapix.formats.calendar.globalid import GlobalId
from mapix.formats.calendar.rules import pattern_of_rule
from mapix.formats.calendar.timezones import ZoneDefinition
from mapix.formats.calendar.wire import DAY, FOREVER, day_of, minutes_of
from mapix.formats.calendar.zones import definition_of, known_zone, rule_of, zone_of
from mapix.formats.defects import Defects
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.calendarfields import BUSY, CALLED_OFF, CLASSES, MEETING, RECEIVED, TRACKED
from mapix.formats.mime.people import SENT_REPRESENTING, recipient, role_props
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import MapiError, NoSupport
from mapix.properties.flags import MAPI_BCC, MAPI_CC, MAPI_TO
from mapix.properties.times import from_datetime

_MINUTE: Final = timedelta(minutes=1)
_ENDLESS: Final = datetime(4500, 8, 31, 23, 59, tzinfo=UTC)
_TYPES: Final = {0x200A: 1, 0x200B: 2, 0x200C: 3, 0x200D: 4}
_ANSWERED: Final = {"ACCEPTED": 3, "DECLINED": 4, "TENTATIVE": 2}
_ICONS: Final = {"REQUEST": 0x404, "CANCEL": 0x408, "PUBLISH": 0x400}
_ANSWER_ICONS: Final = {"ACCEPTED": 0x405, "DECLINED": 0x406, "TENTATIVE": 0x407}
_SENDABLE: Final = 1
_MOST_PEOPLE: Final = 5_000
_MOST_EXCEPTIONS: Final = 1_000


def event_values(event: Any, others: list[Any], method: str, answer: str, defects: Defects) -> dict[Any, Any]:
    """The properties of an event, by tags and names; `others` are the occurrences of it that differ."""
    start, end, all_day = _span(event)
    start = start.astimezone(_zone_of(event, start))
    told = _moment(event, "DTSTAMP") or _moment(event, "LAST-MODIFIED")
    stamp = None if told is None else from_datetime(told)
    values = _times(start, end, all_day) | _identity(event) | _state(event, method, answer, stamp)
    values |= _zone(start, recurring="RRULE" in event)
    values |= _reminder(event, start)
    if "RRULE" in event:
        try:
            values |= _series(event, others, start, end)
        except (NoSupport, ValueError) as error:
            defects.note("RRULE", "no recurrence that messages have; only the first time is kept", value=str(error))
    return values


def people_of(event: Any, content: MessageContent) -> None:
    """Who asks, and who is asked: rows that the mail did not have are added, answers are kept with all."""
    organizer = event.get("ORGANIZER")
    if organizer is not None and not isinstance(organizer, list):
        content.properties.update(role_props(_person(organizer), SENT_REPRESENTING))
    attendees = event.get("ATTENDEE") or []
    rows = {str(row.get(t.PR_EMAIL_ADDRESS, "")).lower(): row for row in content.recipients}
    for each in (attendees if isinstance(attendees, list) else [attendees])[:_MOST_PEOPLE]:
        person = _person(each)
        row = rows.get(person.address.lower())
        if row is None:
            row = recipient(person, _kind(each))
            content.recipients.append(row)
            rows[person.address.lower()] = row
        row[t.PR_RECIPIENT_FLAGS] = _SENDABLE
        row[t.PR_RECIPIENT_TRACKSTATUS] = TRACKED.get(str(each.params.get("PARTSTAT", "")).upper(), 0)


def _person(value: Any) -> Address:
    address = str(value)
    address = address[7:] if address.lower().startswith("mailto:") else address
    name = str(value.params.get("CN", "")).strip('"')
    return Address(name, address)


def _kind(value: Any) -> int:
    if str(value.params.get("CUTYPE", "")).upper() in ("RESOURCE", "ROOM"):
        return MAPI_BCC
    return MAPI_CC if str(value.params.get("ROLE", "")).upper() in ("OPT-PARTICIPANT", "NON-PARTICIPANT") else MAPI_TO


def _moment(event: Any, name: str) -> datetime | None:
    from mapix.formats.mime.read_calendar import moment_of_value

    found = event.get(name)
    found = found[0] if isinstance(found, list) else found
    return None if found is None else moment_of_value(getattr(found, "dt", None))


def _span(event: Any) -> tuple[datetime, datetime, bool]:
    """From when to when, and whether that is whole days."""
    start = _moment(event, "DTSTART")
    if start is None:
        raise ValueError("the event has no start")
    all_day = not isinstance(event["DTSTART"].dt, datetime)
    end = _moment(event, "DTEND")
    if end is None and "DURATION" in event:
        end = start + event["DURATION"].dt
    if end is None or end.astimezone(UTC) < start.astimezone(UTC):
        end = start + timedelta(days=1) if all_day else start
    return start, end, all_day


def _zone_of(event: Any, start: datetime) -> tzinfo:
    """The zone of an event: of its name where that is known and true, else what its rules say."""
    zone, name = start.tzinfo or UTC, str(event["DTSTART"].params.get("TZID") or "")
    known = known_zone(name) if name else None
    if known is not None and start.astimezone(known).utcoffset() == start.utcoffset():
        return known
    if not name or getattr(zone, "key", None):
        return zone
    return zone_of(ZoneDefinition(name, (rule_of(zone, start.year),)))


def _times(start: datetime, end: datetime, all_day: bool) -> dict[Any, Any]:
    begins, ends = from_datetime(start), from_datetime(end)
    return {
        n.PidLidAppointmentStartWhole: begins,
        n.PidLidAppointmentEndWhole: ends,
        n.PidLidCommonStart: begins,
        n.PidLidCommonEnd: ends,
        n.PidLidClipStart: begins,
        n.PidLidClipEnd: ends,
        n.PidLidAppointmentDuration: (end.astimezone(UTC) - start.astimezone(UTC)) // _MINUTE,
        n.PidLidAppointmentSubType: all_day,
        n.PidLidRecurring: False,
        n.PidLidIsRecurring: False,
        n.PidLidRecurrenceType: 0,
        t.PR_START_DATE: begins,
        t.PR_END_DATE: ends,
    }


def _identity(event: Any) -> dict[Any, Any]:
    """What makes it the same everywhere, and what it is about."""
    from zlib import crc32

    instance = _moment(event, "RECURRENCE-ID")
    identifier = GlobalId.of_uid(str(event.get("UID") or ""), instance.date() if instance else None)
    where = str(event.get("LOCATION") or "")
    categories = event.get("CATEGORIES")
    lists = categories if isinstance(categories, list) else [categories] if categories is not None else []
    words = tuple(str(word) for each in lists for word in getattr(each, "cats", ()))
    return {
        n.PidLidGlobalObjectId: identifier.dump(),
        n.PidLidCleanGlobalObjectId: identifier.clean().dump(),
        n.PidLidIsException: instance is not None,
        n.PidLidLocation: where,
        n.PidLidWhere: where,
        n.PidNameKeywords: words or None,
        t.PR_OWNER_APPT_ID: crc32(identifier.clean().dump()) & 0x7FFFFFFF,
    }


def _state(event: Any, method: str, answer: str, stamp: int | None) -> dict[Any, Any]:
    """Whose it is, and how it stands."""
    told = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS") or "").upper()
    free = str(event.get("TRANSP") or "").upper() == "TRANSPARENT"
    busy = BUSY.get(told, 0 if free or method == "CANCEL" else 2)
    meeting = "ORGANIZER" in event or "ATTENDEE" in event or method in ("REQUEST", "CANCEL", "REPLY", "COUNTER")
    asked = method in ("REQUEST", "CANCEL")
    values: dict[Any, Any] = {
        n.PidLidBusyStatus: 1 if method == "REQUEST" else busy,
        n.PidLidIntendedBusyStatus: busy if asked else None,
        n.PidLidAppointmentStateFlags: (MEETING if meeting else 0)
        | (RECEIVED if asked else 0)
        | (CALLED_OFF if method == "CANCEL" else 0),
        n.PidLidAppointmentSequence: _number(event, "SEQUENCE", 0),
        n.PidLidResponseStatus: _ANSWERED.get(answer, 5 if asked else 1 if meeting else 0),
        n.PidLidAppointmentMessageClass: "IPM.Appointment" if method else None,
        n.PidLidMeetingType: 1 if method == "REQUEST" else None,
        n.PidLidFInvited: meeting,
        n.PidLidOwnerCriticalChange: None if answer else stamp,
        n.PidLidAttendeeCriticalChange: stamp,
        n.PidLidAppointmentReplyTime: stamp if answer else None,
        t.PR_ICON_INDEX: _ANSWER_ICONS.get(answer) or _ICONS.get(method),
        t.PR_RESPONSE_REQUESTED: True if method == "REQUEST" else None,
        t.PR_SENSITIVITY: CLASSES.get(str(event.get("CLASS") or "").upper()),
        t.PR_IMPORTANCE: _importance(_number(event, "PRIORITY", 0)),
    }
    if method == "COUNTER":
        start, end, _ = _span(event)
        values |= {
            n.PidLidAppointmentCounterProposal: True,
            n.PidLidAppointmentProposedStartWhole: from_datetime(start),
            n.PidLidAppointmentProposedEndWhole: from_datetime(end),
            n.PidLidAppointmentProposedDuration: (end.astimezone(UTC) - start.astimezone(UTC)) // _MINUTE,
        }
    return values


def _number(event: Any, name: str, default: int) -> int:
    try:
        return min(max(int(event.get(name, default)), 0), 0x7FFFFFFF)
    except (TypeError, ValueError):
        return default


def _importance(priority: int) -> int | None:
    return None if not priority else 2 if priority < 5 else 1 if priority == 5 else 0


def _zone(start: datetime, *, recurring: bool) -> dict[Any, Any]:
    """The zone that its times are told in, nothing where that is none that has rules."""
    try:
        definition = definition_of(start.tzinfo or UTC, start.year, recurring=recurring)
    except (MapiError, ValueError, OverflowError):
        return {}
    shown = definition.dump()
    values: dict[Any, Any] = {
        n.PidLidAppointmentTimeZoneDefinitionStartDisplay: shown,
        n.PidLidAppointmentTimeZoneDefinitionEndDisplay: shown,
        n.PidLidTimeZoneDescription: definition.key,
    }
    if recurring:
        values[n.PidLidAppointmentTimeZoneDefinitionRecur] = shown
        values[n.PidLidTimeZoneStruct] = definition.rules[0].dump()
    return values


def _reminder(event: Any, start: datetime) -> dict[Any, Any]:
    """The first alarm that comes some time before the event."""
    for alarm in event.walk("VALARM"):
        trigger = getattr(alarm.get("TRIGGER"), "dt", None)
        if isinstance(trigger, timedelta) and abs(trigger) < timedelta(days=1000):
            minutes = max(-trigger // _MINUTE, 0)
            due = from_datetime(start)
            return {
                n.PidLidReminderSet: True,
                n.PidLidReminderDelta: minutes,
                n.PidLidReminderTime: due,
                n.PidLidReminderSignalTime: max(due - minutes * 600_000_000, 0),
            }
    return {n.PidLidReminderSet: False}


def _series(event: Any, others: list[Any], start: datetime, end: datetime) -> dict[Any, Any]:
    """How it recurs, with the occurrences that do not happen and those that differ."""
    zone = start.tzinfo or UTC
    local = start.replace(tzinfo=None)
    offset = local.hour * 60 + local.minute
    length = (end.astimezone(zone).replace(tzinfo=None) - local) // _MINUTE
    changes = [found for each in others[:_MOST_EXCEPTIONS] if (found := _exception(each, event, zone, offset))]
    gone = {*_excluded(event, zone), *(day_of(one.original) for one in changes)}
    pattern = pattern_of_rule(dict(event["RRULE"]), start.date(), gone)
    pattern = replace(pattern, modified=tuple(sorted(one.start // DAY * DAY for one in changes)))
    made = AppointmentRecurrence(
        pattern=pattern,
        start_offset=offset,
        end_offset=offset + length,
        exceptions=tuple(sorted(changes, key=lambda one: one.original)),
    )
    endless = pattern.end >= FOREVER
    last = _ENDLESS if endless else datetime.combine(day_of(pattern.end), time(), zone)
    return {
        n.PidLidAppointmentRecur: made.dump(),
        n.PidLidRecurring: True,
        n.PidLidIsRecurring: True,
        n.PidLidRecurrenceType: _TYPES.get(pattern.frequency, 0),
        n.PidLidClipStart: from_datetime(datetime.combine(day_of(pattern.start), time(), zone)),
        n.PidLidClipEnd: from_datetime(last),
    }


def _excluded(event: Any, zone: Any) -> Iterable[date]:
    found = event.get("EXDATE") or []
    for each in found if isinstance(found, list) else [found]:
        for one in getattr(each, "dts", ())[:_MOST_EXCEPTIONS]:
            when = one.dt
            yield when.astimezone(zone).date() if isinstance(when, datetime) and when.tzinfo else _day(when)


def _day(when: Any) -> date:
    return when.date() if isinstance(when, datetime) else when


def _exception(event: Any, master: Any, zone: Any, offset: int) -> ExceptionInfo | None:
    """An occurrence that differs from the others of `master`."""
    planned = _moment(event, "RECURRENCE-ID")
    if planned is None:
        return None
    start, end, _ = _span(event)
    told = event["RECURRENCE-ID"].dt
    day = planned.astimezone(zone).date() if isinstance(told, datetime) else told
    summary, location = _differing(event, master, "SUMMARY"), _differing(event, master, "LOCATION")
    return ExceptionInfo(
        start=minutes_of(start.astimezone(zone).replace(tzinfo=None)),
        end=minutes_of(end.astimezone(zone).replace(tzinfo=None)),
        original=minutes_of(day) + offset,
        subject=summary,
        location=location,
    )


def _differing(event: Any, master: Any, name: str) -> str | None:
    """The text of an occurrence where it is not that of all."""
    text = event.get(name)
    return None if text is None or str(text) == str(master.get(name) or "") else str(text)
