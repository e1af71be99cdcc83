"""A .msg file as the value of a whole message, the currency between formats and stores."""

from __future__ import annotations

from collections.abc import Mapping

from mapix.formats.msg.file import MsgAttachment, MsgFile, MsgMessage
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.named import PropertyName


def content_of(file: MsgFile) -> MessageContent:
    """Everything of the message; large values read from the file, which must stay open for that.

    `names` are those of the whole file, also such as no property has.
    """
    return _message(file.message, file.names)


def _message(message: MsgMessage, names: Mapping[int, PropertyName]) -> MessageContent:
    return MessageContent(
        properties=message.properties(),
        recipients=[recipient.properties() for recipient in message.recipients],
        attachments=[_attachment(attachment, names) for attachment in message.attachments],
        names=names,
    )


def _attachment(attachment: MsgAttachment, names: Mapping[int, PropertyName]) -> AttachmentContent:
    inner = attachment.message
    return AttachmentContent(attachment.properties(), None if inner is None else _message(inner, names))
