"""`mapix ls`: the messages of a folder, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.output import emit_json, emit_rows, iso, json_option, say, when
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.client.message import Message
    from mapix.client.query import MessageQuery

_TITLES = ("id", "date", "", "who", "subject")


@command(examples=("mapix ls", "mapix ls sent --limit 5", "mapix ls Inbox/Projects --unread --json"))
@click.argument("folder", default="inbox")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@click.option("--unread", is_flag=True, help="Only messages that were not read.")
@json_option
@profile_option
def ls(folder: str, limit: int, unread: bool, as_json: bool, profile: str | None) -> None:
    """List the messages of FOLDER, newest first.

    FOLDER is inbox (when left out), outbox, sent, deleted, or a path such as Inbox/Projects. Each row starts with an
    id for `mapix show`. On a terminal the list is a table, elsewhere a line a message with tabs between the columns:
    id, date, marks (* unread, @ attachments), sender or recipients, subject.
    """
    with logged_on(profile) as session:
        place = session.folder(folder)
        query = newest_first(place)
        query = query.unread() if unread else query
        found = query[:limit]
        if as_json:
            emit_json({"folder": place.name, "messages": [summary(message) for message in found]})
            return
        outgoing = place.entry_id in (session.outbox.entry_id, session.sent.entry_id)
        emit_rows(_TITLES, (_row(message, outgoing) for message in found))
        if len(found) == limit and (more := query.count() - limit) > 0:
            say(f"{more} more; --limit shows them")
        if not found:
            say(f"{place.name}: {'nothing unread' if unread else 'no messages'}")


def newest_first(folder: Folder) -> MessageQuery:
    """The messages of a folder in the order that `folder#n` counts."""
    from mapix.client.message import Message

    return folder.messages.order_by(-Message.delivered, -Message.submitted, -Message.created)


def summary(message: Message) -> dict[str, Any]:
    """A message of a list, for JSON."""
    from mapix.cli.refs import short_id

    entry_id = message.entry_id or b""
    return {
        "id": short_id(entry_id),
        "entry_id": entry_id.hex(),
        "subject": message.subject or "",
        "from": {"name": message.sender_name or "", "address": message.sender_address or ""},
        "to": message.to or "",
        "delivered": iso(message.delivered),
        "submitted": iso(message.submitted),
        "read": bool(message.is_read),
        "unsent": bool(message.is_unsent),
        "attachments": bool(message.has_attachments),
        "size": message.size or 0,
        "class": message.message_class or "",
    }


def _row(message: Message, outgoing: bool) -> tuple[object, ...]:
    from mapix.cli.refs import short_id

    marks = ("" if message.is_read else "*") + ("@" if message.has_attachments else "")
    who = message.to if outgoing else message.sender_name or message.sender_address
    date = when(message.delivered or message.submitted)
    return short_id(message.entry_id or b""), date, marks, who or "", message.subject or ""
