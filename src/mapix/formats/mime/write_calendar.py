"""Appointments and meeting messages as calendars ([MS-OXCICAL] 2.1.3), written by `icalendar`.

A message whose class is one of a calendar's, and which has a start, goes out with a part of type text/calendar. Where
`icalendar` is not installed, NoSupport says so rather than that a request went out without its times.
"""

from __future__ import annotations

from typing import Any, Final

from mapix.formats.mime.calendarfields import APPOINTMENT, CANCELED, REQUEST
from mapix.formats.mime.calendarzone import zone_component
from mapix.formats.mime.values import text_of
from mapix.formats.mime.write_event import ANSWERED, EventItem
from mapix.formats.mime.write_occurrence import occurrences
from mapix.formats.mime.writing import Writing
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.errors import NoSupport
from mapix.properties.tag import PropType

PRODUCT: Final = "-//mapix//mapix//EN"


def method_of(writing: Writing) -> str | None:
    """The METHOD of the calendar that a message is; None for one that is none."""
    name = (text_of(writing.content.properties, t.PR_MESSAGE_CLASS) or "").upper()
    if name == APPOINTMENT.upper() or name.startswith(APPOINTMENT.upper() + "."):
        return "PUBLISH"
    if name == REQUEST.upper():
        return "REQUEST"
    if name == CANCELED.upper():
        return "CANCEL"
    if name not in ANSWERED:
        return None
    countered = writing.value(writing.content.properties, n.PidLidAppointmentCounterProposal, PropType.BOOLEAN)
    return "COUNTER" if countered else "REPLY"


def calendar_bytes(writing: Writing, method: str) -> bytes | None:
    """The calendar that a message is; None for one that has no start."""
    one = EventItem(writing, method)
    if one.value(n.PidLidAppointmentStartWhole) is None:
        return None
    try:
        from icalendar import Calendar
    except ImportError:
        raise NoSupport("this needs the package icalendar", hint="pip install 'mapix[calendar]'") from None
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for part in _components(one):
        calendar.add_component(part)
    data: bytes = calendar.to_ical()
    return data


def _components(item: EventItem) -> list[Any]:
    """The zone where times are told in one, the event, and its occurrences that differ."""
    found = [item.event(), *(each.event() for each in occurrences(item))]
    return found if item.definition is None else [zone_component(item.definition), *found]
