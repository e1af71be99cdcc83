"""Opening a message: a copy of it with all its parts, as they were at one moment (P-221).

Sources that can (`WholeMessageSource`) give everything at once. Of others everything is read at opening, and again
when the version has changed meanwhile.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.backend import MessageSource
from mapix.interfaces.prop import PropertySource
from mapix.objects.messages.attachments import AttachmentList
from mapix.objects.messages.recipients import RecipientList
from mapix.properties.errors import NotFound, ObjectChanged, ObjectDeleted
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_FLAGS

if TYPE_CHECKING:
    from mapix.objects.messages.messageobject import MessageObject

_TRIES: Final = 20


def load_whole(source: PropertySource) -> tuple[dict[PropTag, Any], int]:
    """What a message has saved, and the version; its parts stay those of this moment where the source can do that."""
    offered = getattr(source, "load_whole", None)
    if offered is None:
        return source.load(None)
    found: tuple[dict[PropTag, Any], int] = offered()
    return found


def parts_of(message: MessageObject, source: MessageSource) -> tuple[RecipientList, AttachmentList]:
    """The parts of a message that is opened; its values are read again while they belong to other parts."""
    if message.is_new:
        return RecipientList(None), AttachmentList(message, None)
    if hasattr(source, "load_whole"):
        return RecipientList(source.recipients), AttachmentList(message, source)
    for _ in range(_TRIES):
        recipients, attachments = RecipientList(source.recipients), AttachmentList(message, source)
        with suppress(ObjectDeleted, NotFound):  # a part that somebody else has taken away meanwhile
            recipients.rows()
            attachments.read_ahead()
            if source.load((PR_MESSAGE_FLAGS,))[1] == message.version:
                return recipients, attachments
        message.read_saved()
    raise ObjectChanged("others save the message all the time", value=source.number)
