"""Extended MAPI for Python on every operating system.

The public names, each loaded when it is first asked for:

    import mapix

    with mapix.logon() as session:
        session.new(subject="Q3", text="...", to="ann@example.org").submit()

Here are no asserts that pytest could make talk, so it may be imported before pytest starts: PYTEST_DONT_REWRITE
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapix._version import __version__
    from mapix.client import Attachment, Folder, Message, Recipient, Session, Store, logon
    from mapix.client.dialogs import CallbackUI
    from mapix.client.items.attendees import Attendee, Response
    from mapix.client.items.calendar import Appointment
    from mapix.client.items.calendaritem import BusyStatus
    from mapix.client.items.contact import Contact
    from mapix.client.items.distlist import DistributionList, Member
    from mapix.client.items.electronic import EmailAddress
    from mapix.client.items.journal import JournalEntry
    from mapix.client.items.meeting import MeetingCancellation, MeetingRequest, MeetingResponse
    from mapix.client.items.note import Note
    from mapix.client.items.post import Post
    from mapix.client.items.postal import PostalAddress
    from mapix.client.items.recurrence import Change, Occurrence, Recurrence
    from mapix.client.items.report import Report, Reported
    from mapix.client.items.task import Task, TaskStatus
    from mapix.client.mimefiles import from_mime, to_mime
    from mapix.client.opening import message_session, open
    from mapix.client.searching import SearchFolder
    from mapix.client.tneffiles import from_tnef, to_tnef
    from mapix.client.watching import FolderEvent, FolderWatch
    from mapix.interfaces.logonui import Answer
    from mapix.properties.errors import MapiError
    from mapix.properties.tag import PropTag, PropType
    from mapix.properties.where import parse_where

__all__ = [
    "Answer",
    "Appointment",
    "Attachment",
    "Attendee",
    "BusyStatus",
    "CallbackUI",
    "Change",
    "Contact",
    "DistributionList",
    "EmailAddress",
    "Folder",
    "FolderEvent",
    "FolderWatch",
    "JournalEntry",
    "MapiError",
    "MeetingCancellation",
    "MeetingRequest",
    "MeetingResponse",
    "Member",
    "Message",
    "Note",
    "Occurrence",
    "Post",
    "PostalAddress",
    "PropTag",
    "PropType",
    "Recipient",
    "Recurrence",
    "Report",
    "Reported",
    "Response",
    "SearchFolder",
    "Session",
    "Store",
    "Task",
    "TaskStatus",
    "__version__",
    "from_mime",
    "from_tnef",
    "logon",
    "message_session",
    "open",
    "parse_where",
    "to_mime",
    "to_tnef",
]

_HOMES = {
    "Answer": "mapix.interfaces.logonui",
    "CallbackUI": "mapix.client.dialogs",
    "Appointment": "mapix.client.items.calendar",
    "Attendee": "mapix.client.items.attendees",
    "BusyStatus": "mapix.client.items.calendaritem",
    "Change": "mapix.client.items.recurrence",
    "MeetingCancellation": "mapix.client.items.meeting",
    "MeetingRequest": "mapix.client.items.meeting",
    "MeetingResponse": "mapix.client.items.meeting",
    "Occurrence": "mapix.client.items.recurrence",
    "Recurrence": "mapix.client.items.recurrence",
    "Response": "mapix.client.items.attendees",
    "__version__": "mapix._version",
    "FolderEvent": "mapix.client.watching",
    "FolderWatch": "mapix.client.watching",
    "MapiError": "mapix.properties.errors",
    "PropTag": "mapix.properties.tag",
    "PropType": "mapix.properties.tag",
    "SearchFolder": "mapix.client.searching",
    "from_mime": "mapix.client.mimefiles",
    "message_session": "mapix.client.opening",
    "open": "mapix.client.opening",
    "parse_where": "mapix.properties.where",
    "to_mime": "mapix.client.mimefiles",
    "from_tnef": "mapix.client.tneffiles",
    "to_tnef": "mapix.client.tneffiles",
    "Contact": "mapix.client.items.contact",
    "DistributionList": "mapix.client.items.distlist",
    "EmailAddress": "mapix.client.items.electronic",
    "JournalEntry": "mapix.client.items.journal",
    "Member": "mapix.client.items.distlist",
    "Note": "mapix.client.items.note",
    "Post": "mapix.client.items.post",
    "PostalAddress": "mapix.client.items.postal",
    "Report": "mapix.client.items.report",
    "Reported": "mapix.client.items.report",
    "Task": "mapix.client.items.task",
    "TaskStatus": "mapix.client.items.task",
}


def __getattr__(name: str) -> Any:
    """A public name, from the room it lives in."""
    if name not in __all__:
        raise AttributeError(f"module 'mapix' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES.get(name, "mapix.client")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
