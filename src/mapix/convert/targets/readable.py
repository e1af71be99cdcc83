"""What the readable formats share: fields above the text, and what is attached written beside."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfileobj
from typing import NamedTuple

from mapix.convert.names import BESIDE, short, unique
from mapix.convert.summary import (
    attachment_name,
    attachment_size,
    date_of,
    recipients_of,
    sender_of,
    subject_of,
)
from mapix.convert.targets.base import Target
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.value import LargeValue

DEEPEST = 16
"""Messages in one another that are written as files of their own; a deeper one is a .msg file."""

_NAME = 100


class Attached(NamedTuple):
    """One attachment as it is told: name, media type, bytes, where it was written ("" for nowhere), its content id."""

    name: str
    kind: str
    size: int | None
    path: str
    content_id: str = ""

    @property
    def about(self) -> str:
        """Media type and bytes."""
        return ", ".join(filter(None, (self.kind, "" if self.size is None else f"{self.size} bytes")))


class Readable(Target):
    """A format for people. What is attached lies in a folder beside, messages inside as files of the same format."""

    beside = True

    def write(self, content: MessageContent, path: Path, title: str) -> None:
        """See `Target`."""
        self._write(content, path, path.with_name(path.name + BESIDE), title, 0)

    @abstractmethod
    def page(self, content: MessageContent, attached: list[Attached]) -> Iterator[str]:
        """The text of the file in pieces."""

    def _write(self, content: MessageContent, path: Path, folder: Path, title: str, depth: int) -> None:
        attached = list(self._attached(content, folder, title, depth))
        with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            for piece in self.page(content, attached):
                file.write(piece)

    def _attached(self, content: MessageContent, folder: Path, title: str, depth: int) -> Iterator[Attached]:
        parts = content.attachments
        wished = [(self._wished(part, depth), str(number), "") for number, part in enumerate(parts)]
        for part, name in zip(parts, unique(wished), strict=True):
            size = attachment_size(part)
            kind = part.properties.get(t.PR_ATTACH_MIME_TAG)
            written = self.plan.beside and self._save(part, folder, name, depth)
            yield Attached(
                attachment_name(part).replace("\n", " "),
                kind if isinstance(kind, str) else "message/rfc822" if part.message is not None else "",
                size,
                f"{title}{BESIDE}/{name}" if written else "",
                str(part.properties.get(t.PR_ATTACH_CONTENT_ID) or "").strip("<>"),
            )

    def _wished(self, part: AttachmentContent, depth: int) -> str:
        name = short(attachment_name(part), _NAME)
        if part.message is None:
            return name
        suffix = self.plan.suffix if depth < DEEPEST else ".msg"
        return name if name.lower().endswith(suffix) else f"{name}{suffix}"

    def _save(self, part: AttachmentContent, folder: Path, name: str, depth: int) -> bool:
        """Write one attachment; whether there was something to write."""
        if part.message is not None:
            folder.mkdir(exist_ok=True)
            self._save_message(part.message, folder, name, depth)
            return True
        value = part.properties.get(t.PR_ATTACH_DATA_BIN)
        if value is None:
            value = part.properties.get(t.PR_ATTACH_DATA_OBJ)
        if not isinstance(value, bytes | LargeValue):
            return False
        folder.mkdir(exist_ok=True)
        with (folder / name).open("wb") as file:
            if isinstance(value, bytes):
                file.write(value)
            else:
                with value.open() as reader:
                    copyfileobj(reader, file, 1 << 20)
        return True

    def _save_message(self, message: MessageContent, folder: Path, name: str, depth: int) -> None:
        if depth < DEEPEST:
            title = name.removesuffix(self.plan.suffix)
            self._write(message, folder / name, folder / f"{title}{BESIDE}", title, depth + 1)
        else:
            from mapix.formats.msg import write_msg

            write_msg(message, folder / name)


def fields_of(content: MessageContent) -> list[tuple[str, str]]:
    """The fields above the text that a message has."""
    people = recipients_of(content)
    found = [
        ("From", sender_of(content)),
        *((kind.capitalize(), ", ".join(people[kind])) for kind in ("to", "cc", "bcc")),
        ("Date", date_of(content) or ""),
        ("Subject", subject_of(content)),
        ("Message-ID", str(content.get(t.PR_INTERNET_MESSAGE_ID) or "")),
    ]
    return [(name, " ".join(value.split())) for name, value in found if value]
