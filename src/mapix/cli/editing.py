"""A message in the editor: a few headers, an empty line, and the text."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Final

import click

from mapix.cli.output import clean
from mapix.properties.errors import InvalidParameter

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.client.session import Session

_EDITORS: Final = ("VISUAL", "EDITOR")
_HEADERS: Final = ("To", "Cc", "Bcc", "Subject")
_LINE: Final = re.compile(r"([A-Za-z]+):[ \t]*(.*)")


def check_editor() -> None:
    """Refuse to start the editor that is taken where none is named without a terminal: nobody could end it."""
    if any(os.environ.get(name) for name in _EDITORS) or (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    raise click.UsageError("Without a terminal --edit needs an editor of its own: set VISUAL or EDITOR.")


def edited(session: Session, message: Message) -> bool:
    """Let somebody write a message in the editor, and save what was written; False when the editor saved nothing.

    Raises `InvalidParameter` for headers that cannot be read; the message stays as it was then, and what was written in
    a file that stderr names.
    """
    from mapix.cli.editor import written

    with written(as_text(message), ".eml") as text:
        if text is None:
            return False
        take_text(session, message, text)
        message.save()
    return True


def as_text(message: Message) -> str:
    """A message as it is edited."""
    people = {kind: [str(one) for one in message.recipients if one.kind == kind] for kind in ("to", "cc", "bcc")}
    values = (*(", ".join(people[kind]) for kind in ("to", "cc", "bcc")), message.subject or "")
    head = "".join(f"{name}: {clean(value)}\n" for name, value in zip(_HEADERS, values, strict=True))
    return f"{head}\n{_body(message)}"


def take_text(session: Session, message: Message, text: str) -> None:
    """Set what an edited text says: recipients, subject and body; `InvalidParameter` names a line that is no header.

    A text that is as it was leaves HTML alone, another one takes its place.
    """
    from mapix.cli.send import addressed
    from mapix.client.recipient import recipient_rows
    from mapix.interfaces.message import ModifyRecipients

    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    said = _headers(head)
    rows = [
        row
        for kind in ("to", "cc", "bcc")
        for row in recipient_rows(addressed(session, [said[kind]] if said.get(kind) else []), kind)
    ]
    message.mapi.modify_recipients(ModifyRecipients.REPLACE, rows)
    message.subject = said.get("subject", "")
    if body.rstrip("\n") != _body(message).rstrip("\n"):
        message.text = body


def _body(message: Message) -> str:
    return (message.text or "").replace("\r", "")


def _headers(head: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(str.strip, head.split("\n")):
        read = _LINE.fullmatch(line)
        name = read[1].capitalize() if read is not None else ""
        if read is None or name not in _HEADERS or name.lower() in found:
            hint = f"{', '.join(_HEADERS)}, each once, then an empty line"
            raise InvalidParameter("this is no header of a message", value=line, hint=hint)
        found[name.lower()] = read[2].strip()
    return found
