"""`mapix show`: one message with everything in it, on the screen, as JSON or into files."""

from __future__ import annotations

from contextlib import suppress
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.output import clean, clean_text, emit_json, emit_rows, json_option, say, when
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.attachment import Attachment
    from mapix.client.message import Message


@command(
    examples=("mapix show inbox#1", "mapix show 42 --save-attachments .", "mapix show sent#1 --save copy.eml"),
)
@click.argument("message")
@click.option("--html", is_flag=True, help="Only the HTML body.")
@click.option("--props", is_flag=True, help="Every property with its tag and value.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.eml", help="Write it to a file.")
@click.option(
    "--save-attachments",
    "save_to",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write what is attached into a folder; nothing there is overwritten.",
)
@click.option("--peek", is_flag=True, help="Leave it unread.")
@json_option
@profile_option
def show(
    message: str,
    html: bool,
    props: bool,
    save: Path | None,
    save_to: Path | None,
    peek: bool,
    as_json: bool,
    profile: str | None,
) -> None:
    """Show MESSAGE: an id from `mapix ls`, or folder#n, where inbox#1 is the newest message of the Inbox.

    Headers, recipients, text and attachments. Reading the text on the screen marks the message as read; with --json,
    --props, --save and --save-attachments it stays as it was.
    """
    from mapix.cli.refs import find_message

    with logged_on(profile) as session:
        found = find_message(session, message)
        if save is not None:
            say(f"saved {found.save_as(save)}")
        if save_to is not None:
            _save_attachments(found, save_to)
        if as_json:
            emit_json(_document(found, props))
        elif props:
            _emit_props(found)
        elif save is None and save_to is None:
            _display(found, html)
            if not peek:
                _mark_read(found)


def _display(message: Message, html: bool) -> None:
    if html:
        click.echo(clean_text(message.html or ""))
        return
    for name, value in _headers(message):
        if value:
            click.echo(f"{click.style(name, bold=True)}: {clean(value)}")
    click.echo()
    click.echo(clean_text(message.text or "").rstrip())
    attachments = list(message.attachments)
    if attachments:
        click.echo()
    for attachment in attachments:
        click.echo(f"{click.style('Attached', bold=True)}: {_described(attachment)}")


def _headers(message: Message) -> list[tuple[str, str | None]]:
    recipients = message.recipients
    lists = [(kind, ", ".join(str(each) for each in recipients if each.kind == kind)) for kind in ("to", "cc", "bcc")]
    return [
        ("Subject", message.subject),
        ("From", message.sender),
        *((kind.capitalize(), people) for kind, people in lists),
        ("Date", when(message.delivered or message.submitted)),
        ("Message-ID", message.message_id),
    ]


def _described(attachment: Attachment) -> str:
    kind = f", {clean(attachment.content_type)}" if attachment.content_type else ""
    return f"{clean(attachment.name)} ({attachment.size or 0} bytes{kind})"


def _mark_read(message: Message) -> None:
    """Mark as read, where the store may be written to; no receipt leaves because somebody looked (M-120)."""
    from mapix.properties.errors import NoAccess
    from mapix.properties.flags import SUPPRESS_RECEIPT

    if not message.is_read:
        with suppress(NoAccess):
            message.mapi.set_read_flag(SUPPRESS_RECEIPT)


def _save_attachments(message: Message, folder: Path) -> None:
    from mapix.client.files import safe_name
    from mapix.properties.flags import ATTACH_BY_VALUE

    folder.mkdir(parents=True, exist_ok=True)
    for attachment in message.attachments:
        if attachment.method == ATTACH_BY_VALUE:
            click.echo(attachment.save_as(_free(folder / safe_name(attachment.name))))
        else:
            say(f"left out {clean(attachment.name)}: not attached by value")


def _free(path: Path) -> Path:
    """`path`, or the next `name (2).ext` that is not taken, not even by a link to nothing."""
    number, free = 1, path
    while lexists(free):
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free


def _document(message: Message, props: bool) -> dict[str, Any]:
    from mapix.cli.ls import summary

    document = summary(message)
    document |= {
        "message_id": message.message_id,
        "importance": message.importance,
        "recipients": [{"kind": one.kind, "name": one.name, "address": one.address} for one in message.recipients],
        "text": message.text,
        "html": message.html,
        "attachments": [
            {"name": one.name, "content_type": one.content_type, "size": one.size or 0, "method": one.method}
            for one in message.attachments
        ],
    }
    if props:
        document["properties"] = [
            {"tag": f"0x{tag:08X}", "name": name, "value": _plain(value)} for tag, name, value in _properties(message)
        ]
    return document


def _emit_props(message: Message) -> None:
    from mapix.properties.errors import shown

    rows = ((f"0x{tag:08X}", name, shown(value)) for tag, name, value in _properties(message))
    emit_rows(("tag", "name", "value"), rows)


def _properties(message: Message) -> list[tuple[int, str, Any]]:
    from mapix.properties.tagnames import name_of

    return [(int(tag), name_of(tag), value) for tag, value in sorted(message.properties().items())]


def _plain(value: Any) -> Any:
    """A property value for JSON: bytes as hex, lists element by element."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
