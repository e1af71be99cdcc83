"""One event of a calendar as properties: when, where, how often, who ([MS-OXCICAL] 2.1.3.1.1.20)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from mapix.formats.calendar.appointment import ExceptionInfo
from mapix.formats.calendar.globalid import GlobalId
from mapix.formats.calendar.span import span_values
from mapix.formats.calendar.timezones import ZoneDefinition
from mapix.formats.calendar.zones import definition_of, known_zone, rule_of, zone_of
from mapix.formats.defects import Defects
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.calendarfields import CALLED_OFF, CLASSES, MEETING, RECEIVED, TRACKED
from mapix.formats.mime.eventstate import busy_of, reminder_of
from mapix.formats.mime.eventtimes import moment_of, span_of
from mapix.formats.mime.people import recipient, role_props
from mapix.formats.mime.read_series import series_values
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import SENT_REPRESENTING
from mapix.properties.errors import MapiError, NoSupport
from mapix.properties.flags import MAPI_BCC, MAPI_CC, MAPI_TO
from mapix.properties.times import from_datetime

_MINUTE: Final = timedelta(minutes=1)
_ANSWERED: Final = {"ACCEPTED": 3, "DECLINED": 4, "TENTATIVE": 2}
_ICONS: Final = {"REQUEST": 0x404, "CANCEL": 0x408, "PUBLISH": 0x400}
_ANSWER_ICONS: Final = {"ACCEPTED": 0x405, "DECLINED": 0x406, "TENTATIVE": 0x407}
_NOT_KEPT: Final = frozenset(("RDATE", "EXRULE"))
_SENDABLE: Final = 1
_MOST_PEOPLE: Final = 5_000


def event_values(
    event: Any, changes: list[ExceptionInfo], method: str, answer: str, defects: Defects
) -> dict[Any, Any]:
    """The properties of an event, by tags and names; `changes` are the occurrences of it that differ."""
    start, end, all_day = placed_span(event)
    told = moment_of(event, "DTSTAMP") or moment_of(event, "LAST-MODIFIED")
    stamp = None if told is None else from_datetime(told)
    values = _times(start, end, all_day) | _identity(event) | _state(event, method, answer, stamp)
    values |= _zone(start, recurring="RRULE" in event)
    values |= _reminder(event, start)
    for name in _NOT_KEPT.intersection(event):
        defects.note(name, "times that no rule tells are not kept", value=event[name])
    if "RRULE" in event:
        try:
            values |= series_values(event, changes, start, end)
        except (NoSupport, ValueError) as error:
            defects.note("RRULE", "no recurrence that messages have; only the first time is kept", value=str(error))
    return values


def placed_span(event: Any) -> tuple[datetime, datetime, bool]:
    """From when to when, in the zone of its place, and whether that is whole days."""
    start, end, all_day = span_of(event)
    return start.astimezone(_zone_of(event, start)), end, all_day


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
    return span_values(start, end) | {
        n.PidLidAppointmentSubType: all_day,
        n.PidLidRecurring: False,
        n.PidLidIsRecurring: False,
        n.PidLidRecurrenceType: 0,
    }


def _identity(event: Any) -> dict[Any, Any]:
    """What makes it the same everywhere, and what it is about."""
    from zlib import crc32

    instance = moment_of(event, "RECURRENCE-ID")
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
    busy = busy_of(event, 0 if method == "CANCEL" else 2)
    meeting = "ORGANIZER" in event or "ATTENDEE" in event or method in ("REQUEST", "CANCEL", "REPLY", "COUNTER")
    asked = method in ("REQUEST", "CANCEL")
    values: dict[Any, Any] = {
        n.PidLidBusyStatus: 1 if method == "REQUEST" else busy,
        n.PidLidIntendedBusyStatus: busy if asked else None,
        n.PidLidAppointmentStateFlags: MEETING * meeting | RECEIVED * asked | CALLED_OFF * (method == "CANCEL"),
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
    return values | (_proposal(event) if method == "COUNTER" else {})


def _proposal(event: Any) -> dict[Any, Any]:
    """The time that an answer asks for instead."""
    start, end, _ = span_of(event)
    return {
        n.PidLidAppointmentCounterProposal: True,
        n.PidLidAppointmentProposedStartWhole: from_datetime(start),
        n.PidLidAppointmentProposedEndWhole: from_datetime(end),
        n.PidLidAppointmentProposedDuration: (end.astimezone(UTC) - start.astimezone(UTC)) // _MINUTE,
    }


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
    minutes = reminder_of(event)
    if minutes is None:
        return {n.PidLidReminderSet: False}
    due = from_datetime(start)
    return {
        n.PidLidReminderSet: True,
        n.PidLidReminderDelta: minutes,
        n.PidLidReminderTime: due,
        n.PidLidReminderSignalTime: max(due - minutes * 600_000_000, 0),
    }
