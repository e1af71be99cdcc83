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
    return message_content(file.message, file.names)


def message_content(message: MsgMessage, names: Mapping[int, PropertyName]) -> MessageContent:
    """Everything of a message of a file; `names` are the file's."""
    return MessageContent(
        properties=message.properties(),
        recipients=[recipient.properties() for recipient in message.recipients],
        attachments=[_attachment(attachment, names) for attachment in message.attachments],
        names=names,
    )


def _attachment(attachment: MsgAttachment, names: Mapping[int, PropertyName]) -> AttachmentContent:
    inner = attachment.message
    return AttachmentContent(attachment.properties(), None if inner is None else message_content(inner, names))
