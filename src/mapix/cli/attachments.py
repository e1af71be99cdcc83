"""`mapix attachments`: what is attached to a message, listed, or written into a folder under names that are safe."""

from __future__ import annotations

from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.files import message_of
from mapix.cli.output import clean, emit_json, emit_rows, json_option, say
from mapix.cli.sessions import profile_option

if TYPE_CHECKING:
    from mapix.client.attachment import Attachment
    from mapix.client.message import Message

_KINDS: Final = {1: "file", 2: "reference", 3: "reference", 4: "reference", 5: "message", 6: "document", 7: "link"}
"""What attachments are by PR_ATTACH_METHOD."""


@command(examples=("mapix attachments mail.msg", "mapix attachments mail.msg --save out", "mapix attachments inbox#1"))
@click.argument("file")
@click.option(
    "--save",
    "save_to",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write them into a folder; nothing there is overwritten.",
)
@json_option
@profile_option
def attachments(file: str, save_to: Path | None, as_json: bool, profile: str | None) -> int:
    """List what is attached to a message FILE, or to a message of a store.

    With --save everything is written into DIR: names lose whatever leads elsewhere, and get a number where they are
    taken. A message inside becomes a .msg file, a document inside a file of its own. What lies elsewhere and is only
    pointed to is left out; the exit code is 3 then.
    """
    with message_of(file, profile) as message:
        if save_to is not None:
            return save_attachments(message, save_to)
        found = [_described(place, one) for place, one in enumerate(message.attachments)]
    if as_json:
        emit_json({"attachments": found})
    else:
        titles = ("number", "kind", "size", "content type", "name")
        rows = ((one["number"], one["kind"], one["size"], one["content_type"], one["name"]) for one in found)
        emit_rows(titles, rows)
    return Exit.OK


def save_attachments(message: Message, folder: Path) -> int:
    """Write what is attached into a folder, and print the paths; the exit code."""
    left_out = 0
    attachments = list(message.attachments)
    if attachments:
        folder.mkdir(parents=True, exist_ok=True)
    else:
        say("nothing is attached")
    for attachment in attachments:
        path = _saved(attachment, folder)
        if path is None:
            left_out += 1
            say(f"left out {clean(attachment.name)}: it is not in the message")
        else:
            click.echo(path)
    return Exit.PARTIAL if left_out else Exit.OK


def _saved(attachment: Attachment, folder: Path) -> Path | None:
    """Where an attachment was written; None where there is nothing to write."""
    from mapix.cli.files import free_place
    from mapix.client.files import safe_name
    from mapix.properties.errors import NotFound

    name = safe_name(attachment.name)
    inner, document = attachment.message, _document(attachment)
    if inner is not None and not name.lower().endswith(".msg"):
        name = f"{name}.msg"
    try:
        with free_place(folder / name) as target:
            if inner is not None:
                inner.save_as(target)
            elif document is not None:
                target.write_bytes(document)
            else:
                attachment.save_as(target)
            return target
    except NotFound:
        return None


def _document(attachment: Attachment) -> bytes | None:
    """The bytes of a document inside (OLE), None where there is none."""
    from mapix.properties import tags as t
    from mapix.properties.flags import ATTACH_OLE

    if attachment.method != ATTACH_OLE:
        return None
    document = attachment.get(t.PR_ATTACH_DATA_OBJ)
    return document if isinstance(document, bytes) else None


def _described(place: int, attachment: Attachment) -> dict[str, Any]:
    from mapix.properties import tags as t

    return {
        "number": place,
        "name": attachment.name,
        "content_type": attachment.content_type,
        "content_id": attachment.content_id,
        "size": size_of(attachment),
        "method": attachment.method,
        "kind": _kind(attachment),
        "hidden": bool(attachment.get(t.PR_ATTACHMENT_HIDDEN)),
    }


def _kind(attachment: Attachment) -> str:
    """What it is, told by its method; where that tells nothing, by what is there."""
    method = attachment.method or (1 if size_of(attachment) else 0)
    return _KINDS.get(method, "nothing")


def size_of(attachment: Attachment) -> int:
    """Bytes of the contents; of what has none, what the attachment tells of its size."""
    from mapix.properties.errors import MapiError

    try:
        with attachment.open() as stream:
            return stream.seek(0, SEEK_END)
    except MapiError:
        return attachment.size or 0
