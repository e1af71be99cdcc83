"""`mapix ls`: the messages of a folder, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.choosing import where_option
from mapix.cli.output import emit_json, emit_rows, iso, json_option, say, when
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.client.message import Message
    from mapix.client.query import MessageQuery
    from mapix.client.session import Session
    from mapix.properties.sort import SortKey

_TITLES = ("id", "date", "", "who", "subject")


@command(
    examples=(
        "mapix ls",
        "mapix ls sent --limit 5",
        "mapix ls --where 'subject ~ budget and received > 7 days ago'",
        "mapix ls Inbox/Projects --sort -size,subject --columns size,from,subject --json",
    )
)
@click.argument("folder", default="inbox")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@click.option("--unread", is_flag=True, help="Only messages that were not read.")
@where_option
@click.option("--sort", metavar="PROPERTIES", help="Order: received, or -size,subject; - is for largest first.")
@click.option("--columns", metavar="PROPERTIES", help="What to show: received,from,PR_INTERNET_MESSAGE_ID.")
@click.option("--after", metavar="ID", help="Go on after this message of the list.")
@click.option("--deleted", is_flag=True, help="Messages that were deleted from the folder and can be restored.")
@click.option("--associated", is_flag=True, help="The hidden messages of the folder.")
@json_option
@profile_option
def ls(folder: str, as_json: bool, profile: str | None, **options: Any) -> None:
    """List the messages of FOLDER, newest first.

    FOLDER is inbox (when left out), outbox, sent, deleted, or a path such as Inbox/Projects. Each row starts with an
    id for `mapix show`. On a terminal the list is a table, elsewhere a line a message with tabs between the columns:
    id, date, marks (* unread, @ attachments), sender or recipients, subject.
    """
    with logged_on(profile) as session:
        place = session.folder(folder)
        query = _query(session, place, options)
        with _named(options["after"]):
            if options["columns"]:
                shown = _emit_columns(place, query, options, as_json)
            else:
                shown = _emit_messages(session, place, query, options["limit"], as_json)
        if as_json:
            return
        if shown == options["limit"] and options["after"] is None and (more := query.count() - shown) > 0:
            say(f"{more} more; --limit shows them, --after ID goes on")
        if not shown:
            say(f"{place.name}: {'nothing unread' if options['unread'] else 'no messages'}")


def _query(session: Session, folder: Folder, options: dict[str, Any]) -> MessageQuery:
    query = folder.messages.listed(deleted=options["deleted"], associated=options["associated"])
    query = query.order_by(*_newest_first())
    if options["unread"]:
        query = query.unread()
    if options["where"]:
        query = query.where(options["where"])
    if options["sort"]:
        query = query.order_by(*_sort_keys(folder, options["sort"]))
    if options["after"]:
        from mapix.cli.refs import entry_id_of, find_message

        reference = options["after"]
        query = query.after(find_message(session, reference) if "#" in reference else entry_id_of(session, reference))
    return query


@contextmanager
def _named(after: str | None) -> Iterator[None]:
    """Say of the message to go on after that it is not in the list as people named it."""
    from mapix.properties.errors import NotFound

    try:
        yield
    except NotFound as error:
        if after is None:
            raise
        hint = "mapix ls, with the same --where and --sort"
        raise NotFound("the list has no such message to go on after", value=after, hint=hint) from error


def _sort_keys(folder: Folder, text: str) -> list[SortKey]:
    from mapix.cli.assignments import tag_of
    from mapix.properties.sort import Order, SortKey

    names = [name.strip() for name in text.split(",") if name.strip()]
    return [
        SortKey(tag_of(folder.mapi, name.lstrip("-")), Order.DESCEND if name.startswith("-") else Order.ASCEND)
        for name in names
    ]


def _emit_messages(session: Session, place: Folder, query: MessageQuery, limit: int, as_json: bool) -> int:
    found = query[:limit]
    if as_json:
        emit_json({"folder": place.name, "messages": [summary(message) for message in found]})
    else:
        outgoing = place.entry_id in (session.outbox.entry_id, session.sent.entry_id)
        emit_rows(_TITLES, (row(message, outgoing) for message in found))
    return len(found)


def _emit_columns(folder: Folder, query: MessageQuery, options: dict[str, Any], as_json: bool) -> int:
    """Rows of the columns that were asked for, after the id."""
    from itertools import islice

    from mapix.cli.assignments import column_of
    from mapix.cli.refs import short_id
    from mapix.cli.values import brief, plain
    from mapix.properties.tags import PR_ENTRYID

    names = [name.strip() for name in options["columns"].split(",") if name.strip()]
    tags = [column_of(folder.mapi, name) for name in names]
    rows = list(islice(query.select(PR_ENTRYID, *tags), options["limit"]))
    if as_json:
        values = [
            {name: plain(tag, cell) for name, tag, cell in zip(names, tags, cells, strict=True)} for _, *cells in rows
        ]
        found = [{"id": short_id(one[0]), **value} for one, value in zip(rows, values, strict=True)]
        emit_json({"folder": folder.name, "messages": found})
    else:
        lines = ((short_id(number), *map(brief, tags, cells)) for number, *cells in rows)
        emit_rows(("id", *names), lines)
    return len(rows)


def _newest_first() -> tuple[SortKey, ...]:
    from mapix.client.message import Message

    return (-Message.delivered, -Message.submitted, -Message.created)


def newest_first(folder: Folder) -> MessageQuery:
    """The messages of a folder in the order that `folder#n` counts."""
    return folder.messages.order_by(*_newest_first())


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


def row(message: Message, outgoing: bool) -> tuple[object, ...]:
    """A message of a list as a line."""
    from mapix.cli.refs import short_id

    marks = ("" if message.is_read else "*") + ("@" if message.has_attachments else "")
    who = message.to if outgoing else message.sender_name or message.sender_address
    date = when(message.delivered or message.submitted)
    return short_id(message.entry_id or b""), date, marks, who or "", message.subject or ""
