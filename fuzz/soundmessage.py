"""A sound message with every form of value, for targets that damage one part of it."""

from __future__ import annotations

from typing import Any

from running import instrumented

with instrumented():
    from mapix.properties.content import AttachmentContent, MessageContent
    from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName, PSETID_Common
    from mapix.properties.tag import PropTag

VALUES: dict[PropTag, Any] = {
    PropTag(0x0037001F): "Subject",
    PropTag(0x3A01101F): ("one", "two"),
    PropTag(0x3A021102): (b"1", b"22"),
    PropTag(0x3A031003): (1, 2, 3),
    PropTag(0x3A041048): (bytes(16),),
    PropTag(0x3A050048): bytes(16),
    PropTag(0x8000000B): True,
    PropTag(0x8001001F): "mapix",
}


def message(more: dict[PropTag, Any], file: dict[PropTag, Any], embedded: dict[PropTag, Any]) -> MessageContent:
    """Somebody it goes to, a file, and a message inside; with properties of each that the format wants."""
    names = {0x8000: PropertyName(PSETID_Common, 0x8503), 0x8001: PropertyName(PS_INTERNET_HEADERS, "X-Mailer")}
    person = {PropTag(0x3001001F): "Bill", PropTag(0x0C150003): 1}
    inner = MessageContent({PropTag(0x0037001F): "Inside"}, [dict(person)])
    attachments = [
        AttachmentContent({PropTag(0x37010102): b"data", **file}),
        AttachmentContent(embedded, inner),
    ]
    return MessageContent({**more, **VALUES}, [person], attachments, names)
