"""A calendar in a mail as the meeting message or appointment that it is ([MS-OXCICAL] 2.1.3).

The calendar is read by `icalendar`; where that is not installed, it stays the attachment that it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mapix.formats.mime.calendarfields import ANSWERS, APPOINTMENT, METHODS, tagged
from mapix.formats.mime.tree import Node
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import MapiError

if TYPE_CHECKING:
    from mapix.formats.mime.reading import Reading

MOST_BYTES: Final = 2 << 20
MOST_EVENTS: Final = 500

_FAILURES: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    MapiError,
)


def calendar_item(node: Node, content: MessageContent, reading: Reading) -> bool:
    """Make `content` what the calendar in `node` says; whether it says anything that a message can be."""
    data = node.data(reading.defects)
    if len(data) > MOST_BYTES:
        reading.defects.note("text/calendar", "too large to be read", value=len(data))
        return False
    calendar = _parsed(data, reading)
    if calendar is None:
        return False
    method = str(calendar.get("METHOD") or node.told()[1].get("method") or "").upper()
    events = list(calendar.walk("VEVENT"))[:MOST_EVENTS]
    if not events or len({str(each.get("UID")) for each in events}) > 1 or (not method and node.depth):
        return False
    master = next((each for each in events if "RECURRENCE-ID" not in each), events[0])
    try:
        _apply(master, [each for each in events if each is not master], method, content, reading)
    except _FAILURES as error:
        reading.defects.note("text/calendar", "cannot be a message", value=str(error) or type(error).__name__)
        return False
    return True


def _parsed(data: bytes, reading: Reading) -> Any:
    try:
        from icalendar import Calendar
    except ImportError:
        reading.defects.note("text/calendar", "is kept as a file: install mapix[calendar] to read it")
        return None
    try:
        return Calendar.from_ical(data.decode("utf-8", "replace").lstrip("\ufeff"))
    except _FAILURES as error:
        reading.defects.note("text/calendar", "is no calendar", value=str(error))
        return None


def _apply(event: Any, others: list[Any], method: str, content: MessageContent, reading: Reading) -> None:
    from mapix.formats.mime.read_event import event_values, people_of, placed_span
    from mapix.formats.mime.read_occurrence import exception_attachments
    from mapix.formats.mime.read_series import changes_of

    answer = ""
    if method == "REPLY":
        replying = _listed(event, "ATTENDEE")
        answer = str(replying[0].params.get("PARTSTAT", "")).upper() if replying else ""
    message_class = ANSWERS.get(answer, ANSWERS["TENTATIVE"]) if answer else METHODS.get(method, APPOINTMENT)
    changes = changes_of(event, others, placed_span(event)[0]) if "RRULE" in event else []
    values = event_values(event, [one for one, _ in changes], method, answer, reading.defects)
    if n.PidLidAppointmentRecur in values:
        made = exception_attachments(event, changes, method, reading)
        values[n.PidLidFExceptionalAttendees] = any(each.message and each.message.recipients for each in made) or None
        content.attachments += made
    content.properties.update(tagged(values, reading.names))
    content.properties[t.PR_MESSAGE_CLASS] = message_class
    if "SUMMARY" in event and not content.get(t.PR_SUBJECT):
        content.properties[t.PR_SUBJECT] = str(event["SUMMARY"])
    if "DESCRIPTION" in event and not (content.get(t.PR_BODY) or content.get(t.PR_HTML)):
        content.properties[t.PR_BODY] = str(event["DESCRIPTION"]).replace("\r\n", "\n").replace("\n", "\r\n")
    if method not in ("REPLY", "COUNTER"):
        people_of(event, content)
        content.properties.update(tagged(_names_of(content), reading.names))


def _names_of(content: MessageContent) -> dict[Any, Any]:
    """Who comes, as text ([MS-OXOCAL] 2.2.1.16 to 2.2.1.18)."""
    kinds: dict[int, list[str]] = {1: [], 2: [], 3: []}
    for row in content.recipients:
        kinds.setdefault(row.get(t.PR_RECIPIENT_TYPE, 1) & 15, []).append(str(row.get(t.PR_DISPLAY_NAME, "")))
    return {
        n.PidLidAllAttendeesString: "; ".join(name for names in kinds.values() for name in names),
        n.PidLidToAttendeesString: "; ".join(kinds[1]),
        n.PidLidCcAttendeesString: "; ".join(kinds[2]),
    }


def _listed(event: Any, name: str) -> list[Any]:
    found = event.get(name) or []
    return found if isinstance(found, list) else [found]
