"""Internet mail that was written, as the standard library's reader sees it."""

import email
import email.policy
from email.message import EmailMessage, Message
from typing import Any

from mapix.formats.mime import to_mime
from mapix.formats.mime.addresses import Address
from mapix.properties.content import MessageContent

ANN = Address("Ann", "ann@example.com")


def parsed(content: MessageContent, **options: Any) -> EmailMessage:
    """The message as the standard library reads it, with modern eyes."""
    message = email.message_from_bytes(to_mime(content, **options), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [defect for part in message.walk() for defect in part.defects] == []
    return message


def text_of(message: Message) -> str:
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(message.get_content_charset("ascii"))
