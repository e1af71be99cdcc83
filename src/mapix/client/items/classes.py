"""Which class a message has on this face, by its message class: `IPM.Contact` and what begins with it is a Contact.

A message class without one of its own is a `Message`. The modules are loaded when the first of their kind is met.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Final

from mapix.client.message import Message

_ITEMS: Final = "mapix.client.items"
_KINDS: Final[dict[str, tuple[str, str]]] = {
    "IPM.APPOINTMENT": ("calendar", "Appointment"),
    "IPM.SCHEDULE.MEETING.REQUEST": ("meeting", "MeetingRequest"),
    "IPM.SCHEDULE.MEETING.RESP": ("meeting", "MeetingResponse"),
    "IPM.SCHEDULE.MEETING.CANCELED": ("meeting", "MeetingCancellation"),
    "IPM.CONTACT": ("contact", "Contact"),
    "IPM.DISTLIST": ("distlist", "DistributionList"),
    "IPM.TASK": ("task", "Task"),
    "IPM.STICKYNOTE": ("note", "Note"),
    "IPM.ACTIVITY": ("journal", "JournalEntry"),
    "IPM.POST": ("post", "Post"),
    "REPORT": ("report", "Report"),
}
"""The beginning of a message class, in capitals, and where its class is."""


@lru_cache(maxsize=256)
def kind_of(message_class: str | None) -> type[Message]:
    """The class of messages with a message class, case aside ([MS-OXCMSG] 2.2.1.3)."""
    name = (message_class or "").upper()
    while name:
        if name in _KINDS:
            module, found = _KINDS[name]
            kind: type[Message] = getattr(import_module(f"{_ITEMS}.{module}"), found)
            return kind
        name = name.rpartition(".")[0]
    return Message
