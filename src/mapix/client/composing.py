"""Messages under composition: fields by name, and what a message is to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from mapix.client.base import raise_problems
from mapix.client.message import Message
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import flags
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter

M = TypeVar("M", bound=Message)

_PEOPLE: Final = ("to", "cc", "bcc")


def fill(message: M, values: Mapping[str, Any]) -> M:
    """Set fields by name; `to`, `cc` and `bcc` add recipients. `InvalidParameter` names an unknown one."""
    people = {kind: values[kind] for kind in _PEOPLE if values.get(kind)}
    for name, value in values.items():
        if name in _PEOPLE or value is None:
            continue
        if name.startswith("_") or not hasattr(type(message), name):
            raise InvalidParameter(f"a {type(message).__name__} has no such field", value=name)
        setattr(message, name, value)
    if people:
        message.add_recipients(**people)
    return message


def note_flags(mapi: MapiMessage) -> None:
    """A message under composition is an unsent note until it is submitted (C-004, M-010)."""
    raise_problems(
        mapi.set_props({t.PR_MESSAGE_CLASS: "IPM.Note", t.PR_MESSAGE_FLAGS: flags.MSGFLAG_UNSENT | flags.MSGFLAG_READ})
    )


def begin(message: Message, *, draft: bool) -> None:
    """A message without a session begins as a note that was sent, or as a draft."""
    unsent = flags.MSGFLAG_UNSENT if draft else 0
    values = {t.PR_MESSAGE_CLASS: "IPM.Note", t.PR_MESSAGE_FLAGS: flags.MSGFLAG_READ | unsent}
    raise_problems(message.mapi.set_props(values))
