"""Messages that are made up for measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mapix.formats.msg import write_msg
from mapix.properties import tags
from mapix.properties.content import AttachmentContent, MessageContent


def made_files(place: Path) -> list[Path]:
    """Messages of several sizes."""
    paths = []
    for number in range(12):
        path = place / f"made{number}.msg"
        write_msg(letter(number, 2_000 * number), path)
        paths.append(path)
    return paths


def letter(people: int, size: int) -> MessageContent:
    """A message to some people with two attachments of some bytes each."""
    rows = [
        {
            tags.PR_ROWID: number,
            tags.PR_DISPLAY_NAME: f"Person {number}",
            tags.PR_ADDRTYPE: "SMTP",
            tags.PR_EMAIL_ADDRESS: f"person{number}@example.com",
            tags.PR_RECIPIENT_TYPE: 1,
        }
        for number in range(people)
    ]
    parts = [
        AttachmentContent(
            {tags.PR_ATTACH_METHOD: 1, tags.PR_ATTACH_LONG_FILENAME: name, tags.PR_ATTACH_DATA_BIN: bytes(size)}
        )
        for name in ("a.bin", "b.bin")
    ]
    values = {
        tags.PR_MESSAGE_CLASS: "IPM.Note",
        tags.PR_SUBJECT: "Subject",
        tags.PR_SENDER_NAME: "Me",
        tags.PR_SENDER_EMAIL_ADDRESS: "me@example.com",
        tags.PR_BODY: "x" * 10_000,
    }
    return MessageContent(values, rows, parts)


class FromFile:
    """A large value that is a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size

    def open(self) -> Any:
        """The file."""
        return self.path.open("rb")
