"""What people look for in a message: who, when, what about, what it says, what is attached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from mapix.client import body
from mapix.interfaces.prop import MapiProp
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import MapiError
from mapix.properties.tag import PropTag
from mapix.properties.value import LargeValue, whole

_KINDS = {1: "to", 2: "cc", 3: "bcc"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A message as something whose properties can be asked for."""

    content: MessageContent

    def get_prop(self, tag: PropTag, default: Any = None) -> Any:
        """One value, read whole."""
        value = self.content.properties.get(tag)
        return default if value is None else whole(tag, value)


def text_of(content: MessageContent) -> str:
    """What a message says, of whatever body it has, with lines ended by LF."""
    try:
        text = body.text_of(cast(MapiProp, _Asked(content)))
    except MapiError:
        text = None
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def html_of(content: MessageContent) -> str | None:
    """Its HTML, made of rich text where it has no other; None for plain text."""
    try:
        return body.html_of(cast(MapiProp, _Asked(content)))
    except MapiError:
        return None


def sender_of(content: MessageContent) -> str:
    """Who it is from."""
    return _person(
        content,
        (t.PR_SENT_REPRESENTING_NAME, t.PR_SENDER_NAME),
        (
            t.PR_SENT_REPRESENTING_SMTP_ADDRESS,
            t.PR_SENT_REPRESENTING_EMAIL_ADDRESS,
            t.PR_SENDER_SMTP_ADDRESS,
            t.PR_SENDER_EMAIL_ADDRESS,
        ),
    )


def recipients_of(content: MessageContent) -> dict[str, list[str]]:
    """Who it goes to, by `to`, `cc` and `bcc`."""
    found: dict[str, list[str]] = {"to": [], "cc": [], "bcc": []}
    for row in content.recipients:
        kind = _KINDS.get((row.get(t.PR_RECIPIENT_TYPE) or 1) & 0xF, "to")
        found[kind].append(shown(row.get(t.PR_DISPLAY_NAME), row.get(t.PR_SMTP_ADDRESS) or row.get(t.PR_EMAIL_ADDRESS)))
    return found


def ticks_of(content: MessageContent) -> int | None:
    """When it was sent, or came, or was made."""
    for tag in (t.PR_CLIENT_SUBMIT_TIME, t.PR_MESSAGE_DELIVERY_TIME, t.PR_CREATION_TIME):
        if isinstance(content.get(tag), int):
            return int(content.properties[tag])
    return None


def date_of(content: MessageContent) -> str | None:
    """The same in ISO 8601."""
    from mapix.properties.times import to_datetime

    ticks = ticks_of(content)
    try:
        return None if ticks is None else to_datetime(ticks).isoformat()
    except MapiError:
        return None


def subject_of(content: MessageContent) -> str:
    """What it is about, in one line."""
    subject = content.get(t.PR_SUBJECT)
    if not isinstance(subject, str):
        subject = f"{_text(content, t.PR_SUBJECT_PREFIX)}{_text(content, t.PR_NORMALIZED_SUBJECT)}"
    return " ".join(subject.replace("\0", "").split())


def attachment_name(part: AttachmentContent) -> str:
    """What an attachment is called."""
    for tag in (t.PR_ATTACH_LONG_FILENAME, t.PR_ATTACH_FILENAME, t.PR_DISPLAY_NAME):
        name = part.properties.get(tag)
        if isinstance(name, str) and name.strip("\0 "):
            return name.partition("\0")[0]
    if part.message is not None:
        return subject_of(part.message) or "message"
    return "attachment"


def attachment_size(part: AttachmentContent) -> int | None:
    """Bytes of an attachment; None where it has none here."""
    value = part.properties.get(t.PR_ATTACH_DATA_BIN)
    if value is None:
        value = part.properties.get(t.PR_ATTACH_DATA_OBJ)
    if isinstance(value, LargeValue):
        return value.size
    return len(value) if isinstance(value, bytes) else None


def summary_of(content: MessageContent) -> dict[str, Any]:
    """All of it for JSON."""
    return {
        "class": _text(content, t.PR_MESSAGE_CLASS),
        "subject": subject_of(content),
        "from": sender_of(content),
        **recipients_of(content),
        "date": date_of(content),
        "message_id": content.get(t.PR_INTERNET_MESSAGE_ID),
        "text": text_of(content),
        "attachments": [
            {
                "name": attachment_name(part),
                "type": part.properties.get(t.PR_ATTACH_MIME_TAG),
                "size": attachment_size(part),
            }
            for part in content.attachments
        ],
    }


def shown(name: Any, address: Any) -> str:
    """`Ann <ann@example.org>`, in one line."""
    name, address = (" ".join(str(one or "").replace("\0", "").split()) for one in (name, address))
    return f"{name} <{address}>" if name and address and name != address else name or address


def _person(content: MessageContent, names: tuple[PropTag, ...], addresses: tuple[PropTag, ...]) -> str:
    name = next((content.get(tag) for tag in names if content.get(tag)), "")
    address = next((content.get(tag) for tag in addresses if content.get(tag)), "")
    return shown(name, address)


def _text(content: MessageContent, tag: PropTag) -> str:
    value = content.get(tag)
    return value if isinstance(value, str) else ""
