"""What a script would send, told at the moment it submits: `mapix run --dry-run`.

with rehearsing(Leaving(sys.stderr)):
    ...  # the script
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TextIO

from mapix.interfaces.message import Message
from mapix.objects.messages.content import read_content
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import MapiError
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_FILENAME,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_SIZE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_MESSAGE_SIZE,
    PR_RECIPIENT_TYPE,
    PR_RESPONSIBILITY,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_NAME,
    PR_SENT_REPRESENTING_EMAIL_ADDRESS,
    PR_SENT_REPRESENTING_NAME,
    PR_SMTP_ADDRESS,
    PR_SUBJECT,
)

_WAYS: Final = {1: "to", 2: "cc", 3: "bcc"}
_KIND: Final = 0xFF

Rows = Sequence[Mapping[PropTag, Any]]


class Leaving:
    """Writes what would leave; `count` is how many messages did so far."""

    def __init__(self, file: TextIO, *, as_json: bool = False) -> None:
        self._file = file
        self._json = as_json
        self.count = 0

    def __call__(self, message: Message, rows: Rows, values: Mapping[PropTag, Any]) -> None:
        """Write about one message."""
        self.count += 1
        record = leaving(message, rows, values)
        text = json.dumps({"would_send": record}, ensure_ascii=False) if self._json else told(record)
        print(text, file=self._file, flush=True)

    def end(self) -> None:
        """Say how much it was."""
        what = {0: "nothing", 1: "1 message"}.get(self.count, f"{self.count} messages")
        text = json.dumps({"would_send_messages": self.count}) if self._json else f"mapix: dry run: {what} would leave"
        print(text, file=self._file, flush=True)


def leaving(message: Message, rows: Rows, values: Mapping[PropTag, Any]) -> dict[str, Any]:
    """From whom, to whom, subject, size in bytes as an Internet message, attachments with their sizes."""
    content = read_content(message)
    content.properties |= values
    content.recipients = [dict(row) for row in rows]
    sender, author = _person(content, PR_SENDER_NAME, PR_SENDER_EMAIL_ADDRESS), _author(content)
    return {
        "from": author or sender,
        "sender": sender if author and author != sender else None,
        **{way: [_recipient(row) for row in rows if _goes(row, way)] for way in _WAYS.values()},
        "subject": content.get(PR_SUBJECT, ""),
        "size": _size(content, message),
        "attachments": [{"name": _name(each), "size": _length(each)} for each in content.attachments],
    }


def told(record: Mapping[str, Any]) -> str:
    """The same for people, a few lines."""
    lines = [("from", record["from"]), ("sender", record["sender"])]
    lines += [(way, ", ".join(record[way])) for way in _WAYS.values()]
    lines.append(("size", _bytes(record["size"])))
    lines += [("attached", f"{each['name']} ({_bytes(each['size'])})") for each in record["attachments"]]
    head = f"mapix: dry run: would send {_line(record['subject'])!r}"
    return "\n".join([head, *(f"  {name:<8}  {_line(text)}" for name, text in lines if text)])


def _goes(row: Mapping[PropTag, Any], way: str) -> bool:
    return not row.get(PR_RESPONSIBILITY) and _WAYS.get(row.get(PR_RECIPIENT_TYPE, 1) & _KIND) == way


def _recipient(row: Mapping[PropTag, Any]) -> str:
    address = row.get(PR_SMTP_ADDRESS) or row.get(PR_EMAIL_ADDRESS)
    return _shown(row.get(PR_DISPLAY_NAME), address)


def _author(content: MessageContent) -> str:
    return _person(content, PR_SENT_REPRESENTING_NAME, PR_SENT_REPRESENTING_EMAIL_ADDRESS)


def _person(content: MessageContent, name: PropTag, address: PropTag) -> str:
    return _shown(content.get(name), content.get(address))


def _shown(name: str | None, address: str | None) -> str:
    return f"{name} <{address}>" if name and address and name != address else address or name or ""


def _size(content: MessageContent, message: Message) -> int:
    """As an Internet message; where it cannot be one, what the store counts."""
    from mapix.formats.mime import to_mime

    try:
        return len(to_mime(content))
    except MapiError:
        return int(message.get_prop(PR_MESSAGE_SIZE, 0))


def _name(attachment: AttachmentContent) -> str:
    found = attachment.properties
    return str(found.get(PR_ATTACH_LONG_FILENAME) or found.get(PR_ATTACH_FILENAME) or found.get(PR_DISPLAY_NAME) or "?")


def _length(attachment: AttachmentContent) -> int:
    data = attachment.properties.get(PR_ATTACH_DATA_BIN)
    size = getattr(data, "size", None)
    if isinstance(size, int):
        return size
    return len(data) if isinstance(data, bytes) else int(attachment.properties.get(PR_ATTACH_SIZE, 0))


def _line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _bytes(size: int) -> str:
    return f"{size} B" if size < 1024 else f"{size / 1024:.1f} KiB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MiB"
