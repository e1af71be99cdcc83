"""`mapix show`: one message with everything in it, on the screen, as JSON or into files."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.attachments import save_attachments, size_of
from mapix.cli.base import command
from mapix.cli.files import is_message_file, message_of
from mapix.cli.output import clean, clean_text, emit_json, emit_rows, json_option, say, when
from mapix.cli.sessions import profile_option

if TYPE_CHECKING:
    from mapix.client.attachment import Attachment
    from mapix.client.message import Message


@command(
    examples=("mapix show inbox#1", "mapix show 42 --save-attachments .", "mapix show sent#1 --save copy.msg"),
)
@click.argument("message")
@click.option("--html", is_flag=True, help="Only the HTML body.")
@click.option("--props", is_flag=True, help="Every property with its tag and value.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it to a file: .eml, .msg, .oft.",
)
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
    """Show MESSAGE: an id from `mapix ls`, folder#n, where inbox#1 is the newest message of the Inbox, or a .msg file.

    Headers, recipients, text and attachments. Reading the text on the screen marks the message as read; with --json,
    --props, --save and --save-attachments it stays as it was.
    """
    with message_of(message, profile) as found:
        if save is not None:
            say(f"saved {found.save_as(save)}")
        if save_to is not None:
            save_attachments(found, save_to)
        if as_json:
            emit_json(document_of(found, props))
        elif props:
            _emit_props(found)
        elif save is None and save_to is None:
            display(found, html)
            if not peek and not is_message_file(message):
                _mark_read(found)


def display(message: Message, html: bool) -> None:
    """Headers, text and the list of attachments, or only the HTML."""
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
    from mapix.cli.happening import happening_lines

    recipients = message.recipients
    lists = [(kind, ", ".join(str(each) for each in recipients if each.kind == kind)) for kind in ("to", "cc", "bcc")]
    return [
        ("Subject", message.subject),
        ("From", message.sender or _represented(message)),
        *((kind.capitalize(), people) for kind, people in lists),
        ("Date", when(message.delivered or message.submitted)),
        ("Message-ID", message.message_id),
        *happening_lines(message),
    ]


def _represented(message: Message) -> str:
    """Whom a draft is to come from, which nobody has sent yet."""
    from mapix.properties import tags as t

    name, address = (
        message.get(tag) or "" for tag in (t.PR_SENT_REPRESENTING_NAME, t.PR_SENT_REPRESENTING_EMAIL_ADDRESS)
    )
    return f"{name} <{address}>" if name and address and name != address else name or address


def _described(attachment: Attachment) -> str:
    kind = f", {clean(attachment.content_type)}" if attachment.content_type else ""
    return f"{clean(attachment.name)} ({size_of(attachment)} bytes{kind})"


def _mark_read(message: Message) -> None:
    """Mark as read, where the store may be written to, and unless others removed it since it was shown; no receipt
    leaves because somebody looked (M-120).
    """
    from mapix.client.base import GONE
    from mapix.properties.errors import NoAccess
    from mapix.properties.flags import SUPPRESS_RECEIPT

    with suppress(NoAccess, *GONE):
        if not message.is_read:
            message.mapi.set_read_flag(SUPPRESS_RECEIPT)


def document_of(message: Message, props: bool) -> dict[str, Any]:
    """A message for JSON."""
    from mapix.cli.happening import happening_document
    from mapix.cli.ls import summary

    document = summary(message)
    document |= {
        "message_id": message.message_id,
        "importance": message.importance,
        "recipients": [{"kind": one.kind, "name": one.name, "address": one.address} for one in message.recipients],
        "text": message.text,
        "html": message.html,
        "attachments": [
            {"name": one.name, "content_type": one.content_type, "size": size_of(one), "method": one.method}
            for one in message.attachments
        ],
    }
    document |= happening_document(message)
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
