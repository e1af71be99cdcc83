"""One appointment or meeting message as an event of a calendar ([MS-OXCICAL] 2.1.3.1.1.20)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.formats.calendar.globalid import GlobalId
from mapix.formats.calendar.rules import rule_of_pattern
from mapix.formats.calendar.timezones import ZoneDefinition
from mapix.formats.calendar.wire import DAY, day_of, moment_of
from mapix.formats.calendar.zones import zone_of
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.calendarfields import ANSWERS, BUSY, CLASSES, TRACKED
from mapix.formats.mime.people import address_of, recipients_of
from mapix.formats.mime.values import number_of, text_of
from mapix.formats.mime.writing import Writing
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.errors import MapiError
from mapix.properties.flags import MAPI_BCC, MAPI_CC, MAPI_TO
from mapix.properties.named import PropertyName
from mapix.properties.named_tags import NAMED_TYPES
from mapix.properties.tag import PropType
from mapix.properties.times import to_datetime

_ROLES: Final = {MAPI_TO: "REQ-PARTICIPANT", MAPI_CC: "OPT-PARTICIPANT", MAPI_BCC: "NON-PARTICIPANT"}
_STATUS: Final = {number: name for name, number in TRACKED.items()}
ANSWERED: Final = {name.upper(): answer for answer, name in ANSWERS.items()}
"""What was answered, by the class of the answer in capitals."""

_ORGANIZER: Final = 2


class EventItem:
    """One message as an event of a calendar."""

    def __init__(self, writing: Writing, method: str) -> None:
        self.writing = writing
        self.props = writing.content.properties
        self.method = method
        self.zone: tzinfo = UTC
        self.definition: ZoneDefinition | None = None
        self.series = self._series()
        self._find_zone()

    @property
    def content(self) -> MessageContent:
        """Whose recipients are those of the event."""
        return self.writing.content

    def value(self, name: PropertyName) -> Any:
        """The value of a named property."""
        return self.writing.value(self.props, name, PropType(NAMED_TYPES[name][0]))

    def _series(self) -> AppointmentRecurrence | None:
        data = self.value(n.PidLidAppointmentRecur)
        try:
            return AppointmentRecurrence.load(data) if data else None
        except MapiError:
            return None

    def _find_zone(self) -> None:
        names = (
            n.PidLidAppointmentTimeZoneDefinitionRecur,
            n.PidLidAppointmentTimeZoneDefinitionStartDisplay,
            n.PidLidAppointmentTimeZoneDefinitionEndDisplay,
        )
        for data in filter(None, map(self.value, names)):
            try:
                definition = ZoneDefinition.load(data)
            except MapiError:
                continue
            if definition.key and definition.key != "UTC" and definition.rules:
                self.definition, self.zone = definition, zone_of(definition)
            return

    def event(self) -> Any:
        """As a component of a calendar."""
        from icalendar import Event

        event = Event()
        event.add("uid", self.identifier().uid)
        self._add_text(event, "summary", text_of(self.props, t.PR_SUBJECT))
        self._add_times(event)
        self.add_series(event)
        self._add_state(event)
        self._add_people(event)
        self._add_text(event, "location", self.value(n.PidLidLocation))
        body = text_of(self.props, t.PR_BODY)
        self._add_text(event, "description", body and body.replace("\r\n", "\n"))
        if self.value(n.PidLidReminderSet) and self.method in ("PUBLISH", "REQUEST"):
            event.add_component(_alarm(self.value(n.PidLidReminderDelta)))
        return event

    def identifier(self) -> GlobalId:
        """What makes it the same everywhere."""
        data = self.value(n.PidLidGlobalObjectId) or self.value(n.PidLidCleanGlobalObjectId)
        try:
            return GlobalId.load(data) if data else GlobalId.of_uid(self._own_uid())
        except MapiError:
            return GlobalId(data or b"")

    def _own_uid(self) -> str:
        """For what has no global identifier: the same each time, as every event must have one (RFC 5545 3.8.4.7)."""
        from hashlib import sha256

        if known := text_of(self.props, t.PR_INTERNET_MESSAGE_ID):
            return known
        start, made = self.value(n.PidLidAppointmentStartWhole), self.props.get(t.PR_CREATION_TIME)
        told = f"{text_of(self.props, t.PR_SUBJECT)}\n{start}\n{made}"
        return sha256(told.encode("utf-8", "replace")).hexdigest()[:32]

    @staticmethod
    def _add_text(event: Any, name: str, text: str | None) -> None:
        if text:
            event.add(name, text)

    def _add_times(self, event: Any) -> None:
        whole = bool(self.value(n.PidLidAppointmentSubType))
        self.add_moment(event, "dtstart", self.local(self.value(n.PidLidAppointmentStartWhole)), whole)
        if (end := self.value(n.PidLidAppointmentEndWhole)) is not None:
            self.add_moment(event, "dtend", self.local(end), whole)
        stamp = self.value(n.PidLidAttendeeCriticalChange) or self.value(n.PidLidOwnerCriticalChange)
        sent = stamp or self.props.get(t.PR_CLIENT_SUBMIT_TIME) or self.props.get(t.PR_CREATION_TIME)
        event.add("dtstamp", to_datetime(sent).replace(microsecond=0) if sent else datetime.now(UTC))

    def local(self, ticks: int) -> datetime:
        """A moment in the time of the place."""
        return to_datetime(ticks).astimezone(self.zone)

    def add_moment(self, event: Any, name: str, when: datetime, whole: bool = False) -> None:
        """A moment: a day, in UTC, or told in the zone that stands beside."""
        if whole:
            event.add(name, when.date())
        elif self.definition is None:
            event.add(name, when.astimezone(UTC))
        else:
            event.add(name, when.replace(tzinfo=None), parameters={"TZID": self.definition.key})

    def add_series(self, event: Any) -> None:
        """Which occurrence it is, or how it recurs."""
        identifier = self.identifier()
        if identifier.day is not None:
            start = self.local(self.value(n.PidLidAppointmentStartWhole))
            self.add_moment(event, "recurrence-id", _on(identifier.day, start))
        if self.series is None:
            return
        try:
            rule = rule_of_pattern(self.series.pattern)
        except (MapiError, ValueError):
            return
        start = moment_of(self.series.pattern.start) + timedelta(minutes=self.series.start_offset)
        if "UNTIL" in rule:
            last = _on(rule["UNTIL"][0], start.replace(tzinfo=self.zone))
            whole = bool(self.value(n.PidLidAppointmentSubType))
            rule["UNTIL"] = [rule["UNTIL"][0] if whole else last.astimezone(UTC)]
        event.add("rrule", rule)
        moved = {one.original // DAY for one in self.series.exceptions}
        for day in self.series.pattern.deleted:
            if day // DAY not in moved:
                self.add_moment(event, "exdate", _on(day_of(day), start.replace(tzinfo=self.zone)))

    def _add_state(self, event: Any) -> None:
        event.add("sequence", self.value(n.PidLidAppointmentSequence) or 0)
        asked = self.value(n.PidLidIntendedBusyStatus)
        busy = asked if asked is not None and self.method == "REQUEST" else self.value(n.PidLidBusyStatus)
        names = {number: name for name, number in BUSY.items()}
        if busy in names:
            event.add("x-microsoft-cdo-busystatus", names[busy])
            event.add("transp", "TRANSPARENT" if busy == 0 else "OPAQUE")
        private = {number: name for name, number in CLASSES.items()}
        sensitivity = number_of(self.props, t.PR_SENSITIVITY)
        event.add("class", private.get(sensitivity, "PUBLIC"))
        if (importance := number_of(self.props, t.PR_IMPORTANCE, 1)) != 1:
            event.add("priority", 1 if importance == 2 else 9)
        if self.method == "CANCEL":
            event.add("status", "CANCELLED")
        words = self.writing.value(self.props, n.PidNameKeywords, PropType.MV_UNICODE)
        if words:
            event.add("categories", list(words))

    def _add_people(self, event: Any) -> None:
        content = self.content
        author = address_of(self.props, SENT_REPRESENTING) or address_of(self.props, SENDER)
        if self.method in ("REPLY", "COUNTER"):
            answer = ANSWERED.get((text_of(self.props, t.PR_MESSAGE_CLASS) or "").upper(), "TENTATIVE")
            if author:
                event.add("attendee", _person(author, PARTSTAT=answer))
            for each in recipients_of(content, MAPI_TO)[:1]:
                event.add("organizer", _person(each))
            return
        rows = [row for row in content.recipients if not number_of(row, t.PR_RECIPIENT_FLAGS) & _ORGANIZER]
        if author and (rows or self.method != "PUBLISH"):
            event.add("organizer", _person(author))
        for row in rows if author else ():
            person = address_of(row)
            if person is not None and person.address:
                kind = number_of(row, t.PR_RECIPIENT_TYPE, MAPI_TO) & 15
                status = _STATUS.get(number_of(row, t.PR_RECIPIENT_TRACKSTATUS), "NEEDS-ACTION")
                more = {"CUTYPE": "RESOURCE"} if kind == MAPI_BCC else {}
                more |= {"ROLE": _ROLES.get(kind, "REQ-PARTICIPANT"), "PARTSTAT": status}
                event.add("attendee", _person(person, RSVP="TRUE" if self.method == "REQUEST" else "FALSE", **more))


def _person(address: Address, **parameters: str) -> Any:
    from icalendar import vCalAddress

    found = vCalAddress(f"mailto:{address.address}")
    if address.name and address.name != address.address:
        found.params["CN"] = "".join(letter for letter in address.name if letter >= " " and letter != '"')
    for name, value in parameters.items():
        found.params[name] = value
    return found


def _on(day: date, like: datetime) -> datetime:
    """The time of `like` on another day."""
    return like.replace(year=day.year, month=day.month, day=day.day)


def _alarm(minutes: Any) -> Any:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Reminder")
    alarm.add("trigger", -timedelta(minutes=minutes if isinstance(minutes, int) and 0 <= minutes < 1 << 24 else 15))
    return alarm
