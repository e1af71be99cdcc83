"""Occurrences of a series that a calendar has otherwise, as the messages that clients open ([MS-OXOCAL] 2.2.10.2)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from mapix.formats.calendar.appointment import ExceptionInfo
from mapix.formats.mime.calendarfields import tagged
from mapix.formats.mime.exceptions import EXCEPTION_CLASS, exception_attachment, planned
from mapix.formats.mime.read_event import event_values, people_of, placed_span
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import MSGFLAG_READ

if TYPE_CHECKING:
    from mapix.formats.mime.reading import Reading

_NOT_SET: Final = frozenset((n.PidNameKeywords, t.PR_SENSITIVITY, t.PR_OWNER_APPT_ID))
"""What is the series' alone ([MS-OXOCAL] 2.2.10.2)."""

_UNTOLD: Final = {"LOCATION": (n.PidLidLocation, n.PidLidWhere), "SEQUENCE": (n.PidLidAppointmentSequence,)}
"""What is as the series has it where an occurrence does not tell it."""


def exception_attachments(
    series: Any, changes: list[tuple[ExceptionInfo, Any]], method: str, reading: Reading
) -> list[AttachmentContent]:
    """An attachment for each occurrence of `series` that differs, with the event that stands in for it."""
    zone = placed_span(series)[0].tzinfo or UTC
    found = []
    for one, event in changes:
        values = event_values(event, [], method, "", reading.defects)
        values |= {
            n.PidLidExceptionReplaceTime: planned(one, zone),
            n.PidLidFExceptionalBody: one.has_body,
            t.PR_MESSAGE_CLASS: EXCEPTION_CLASS,
            t.PR_MESSAGE_FLAGS: MSGFLAG_READ,
            t.PR_SUBJECT: str(event.get("SUMMARY") or series.get("SUMMARY") or ""),
        }
        if one.has_body:
            values[t.PR_BODY] = str(event["DESCRIPTION"]).replace("\r\n", "\n").replace("\n", "\r\n")
        left = _NOT_SET | {key for name, keys in _UNTOLD.items() if name not in event for key in keys}
        kept = {key: value for key, value in values.items() if key not in left}
        message = MessageContent(dict(tagged(kept, reading.names)), names=reading.names.names)
        if _people(event) not in ([], _people(series)):
            people_of(event, message)
        found.append(exception_attachment(one, message, zone))
    return found


def _people(event: Any) -> list[str]:
    """Who is asked."""
    attendees = event.get("ATTENDEE") or []
    return sorted(str(each).lower() for each in (attendees if isinstance(attendees, list) else [attendees]))
