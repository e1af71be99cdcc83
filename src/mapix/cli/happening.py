"""What an appointment, a meeting or a task tells besides what mail does: when, where and how often."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mapix.cli.output import iso, when
from mapix.properties.errors import MapiError

if TYPE_CHECKING:
    from mapix.client.message import Message


def happening(message: Message) -> dict[str, Any]:
    """`start`, `end`, `all_day` and `location` of what stands in a calendar, `start` and `due` of a task, and the
    `recurrence` of both in words; empty for other messages.
    """
    from mapix.client.items.classes import kind_of
    from mapix.client.message import Message as Plain

    if kind_of(message.message_class) is Plain:
        return {}
    from mapix.client.items.calendaritem import CalendarItem
    from mapix.client.items.task import Task

    if isinstance(message, Task):
        return {"start": message.start, "due": message.due, "recurrence": _recurrence(message)}
    if not isinstance(message, CalendarItem):
        return {}
    told = {name: getattr(message, name) for name in ("start", "end", "all_day", "location")}
    return told | {"recurrence": _recurrence(message)}


def happening_document(message: Message) -> dict[str, Any]:
    """The same for JSON."""
    return {name: iso(value) if isinstance(value, date) else value for name, value in happening(message).items()}


def happening_lines(message: Message) -> list[tuple[str, str | None]]:
    """The same for the screen, titles and values."""
    told = happening(message)
    if not told:
        return []
    if "due" in told:
        lines = [(title, str(told[title.lower()] or "")) for title in ("Start", "Due")]
    else:
        lines = [("When", _span(told["start"], told["end"], told["all_day"])), ("Where", told["location"])]
    return [*lines, ("Recurs", told["recurrence"])]


def _span(start: datetime | None, end: datetime | None, all_day: bool) -> str:
    """From when to when; of whole days the days."""
    if start is None:
        return ""
    if all_day:
        last = max(start.date(), (end or start).date() - timedelta(days=1))
        return f"{start.date()}" if last == start.date() else f"{start.date()} to {last}"
    begins, ends = when(start), when(end)
    if not ends or ends == begins:
        return begins
    return f"{begins} to {ends.removeprefix(begins[:11])}"


def _recurrence(message: Any) -> str | None:
    """How it recurs, in words; None for once."""
    try:
        found = message.recurrence
    except MapiError:
        return "in a way that cannot be read"
    return None if found is None else str(found)
