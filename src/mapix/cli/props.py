"""`mapix props`: every property of an object, with names and decoded values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.files import content_of, names_file
from mapix.cli.output import emit_json, emit_rows, json_option
from mapix.cli.propertylists import Shown, documents, lines, listed, parts_of, tree_of
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.session import Session
    from mapix.interfaces.prop import MapiProp
    from mapix.properties.content import MessageContent
    from mapix.properties.tag import PropTag


@command(
    examples=(
        "mapix props inbox#1",
        "mapix props mail.msg --tree",
        "mapix props inbox#1 PR_SUBJECT PidLidReminderSet",
        "mapix props Inbox/Projects --json",
        "mapix props 42 --attachment 0",
        "mapix props --store PR_STORE_SUPPORT_MASK",
    )
)
@click.argument("what", required=False)
@click.argument("names", nargs=-1)
@click.option("--store", "of_store", is_flag=True, help="Those of the store itself.")
@click.option("--attachment", type=click.IntRange(min=0), metavar="N", help="Those of the message's attachment N.")
@click.option("--recipients", is_flag=True, help="Those of each recipient of the message.")
@click.option("--tree", is_flag=True, help="Those of everything: recipients, attachments, messages inside.")
@json_option
@profile_option
def props(
    what: str | None,
    names: tuple[str, ...],
    of_store: bool,
    attachment: int | None,
    recipients: bool,
    tree: bool,
    as_json: bool,
    profile: str | None,
) -> None:
    """Show all properties of WHAT: a message (an id from `mapix ls`, folder#n, or a .msg file) or a folder.

    With NAMES only those: PR_SUBJECT, PidTagSubject, 0x0037001F, PidLidReminderSet, {guid}/name.
    """
    if of_store and what is not None:
        names = (what, *names)
        what = None
    if (what is None) != of_store:
        raise click.UsageError("Name a message or a folder, or say --store.")
    if tree and (names or recipients or attachment is not None or what is None):
        raise click.UsageError("--tree shows everything of a message.")
    if what is not None and (tree or names_file(what)):
        with content_of(what, profile) as content:
            _emit_content(content, names, attachment, recipients, tree, as_json)
        return
    with logged_on(profile) as session:
        mapi = _object(session, what, attachment)
        if recipients:
            _emit(list(_recipients(mapi)), as_json)
            return
        _emit([list(_chosen(mapi, names) if names else _all(mapi))], as_json, single=True)


def _emit_content(
    content: MessageContent,
    names: Iterable[str],
    attachment: int | None,
    recipients: bool,
    tree: bool,
    as_json: bool,
) -> None:
    if tree:
        _emit_tree(content, as_json)
        return
    if recipients:
        _emit([listed(row, content.names) for row in content.recipients], as_json)
        return
    values = content.properties if attachment is None else _attachment(content, attachment)
    found = listed(values, content.names)
    _emit([_picked(found, content, names) if names else found], as_json, single=True)


def _emit_tree(content: MessageContent, as_json: bool) -> None:
    if as_json:
        emit_json(tree_of(content))
        return
    rows = ((place, *line) for place, one in parts_of(content) for line in lines(one))
    emit_rows(("where", "tag", "name", "type", "value"), rows)


def _attachment(content: MessageContent, number: int) -> dict[PropTag, Any]:
    from mapix.properties.errors import NotFound

    if number >= len(content.attachments):
        raise NotFound(f"the message has {len(content.attachments)} attachments", value=number)
    return content.attachments[number].properties


def _picked(found: list[Shown], content: MessageContent, names: Iterable[str]) -> list[Shown]:
    """The properties that names ask for, of whichever type they are."""
    from mapix.cli.assignments import KnownNames, tag_of

    known = KnownNames(content.names)
    picked = []
    for name in names:
        number = tag_of(known, name).id
        picked += _present(name, [one._replace(name=name) for one in found if one.tag.id == number])
    return picked


def _present(name: str, found: list[Shown]) -> list[Shown]:
    from mapix.properties.errors import NotFound

    if not found:
        raise NotFound("the object has no such property", value=name, hint="mapix props shows all it has")
    return found


def _object(session: Session, what: str | None, attachment: int | None) -> MapiProp:
    from mapix.cli.choosing import find_object

    if what is None:
        return session.store.mapi
    found: MapiProp = find_object(session, what).mapi
    if attachment is None:
        return found
    from mapix.interfaces.message import Message

    if not isinstance(found, Message):
        raise click.UsageError("Only messages have attachments.")
    return found.open_attach(attachment)


def _all(mapi: MapiProp) -> list[Shown]:
    values = mapi.get_props()
    ids = [tag.id for tag in values if tag.is_named]
    return listed(values, mapi.get_names_from_ids(ids) if ids else {})


def _chosen(mapi: MapiProp, names: Iterable[str]) -> Iterator[Shown]:
    from mapix.cli.assignments import tag_of

    for name in names:
        found = mapi.get_props((tag_of(mapi, name),))
        yield from _present(name, [Shown(tag, name, value) for tag, value in found.items()])


def _recipients(mapi: MapiProp) -> Iterator[list[Shown]]:
    from mapix.interfaces.message import Message
    from mapix.interfaces.table import query_all_rows

    if not isinstance(mapi, Message):
        raise click.UsageError("Only messages have recipients.")
    table = mapi.get_recipient_table()
    columns = table.query_columns(available=True)
    for row in query_all_rows(table, columns):
        pairs = zip(columns, row, strict=True)
        yield listed({tag: value for tag, value in pairs if value is not None}, {})


def _emit(objects: list[list[Shown]], as_json: bool, *, single: bool = False) -> None:
    if as_json:
        told = [documents(one) for one in objects]
        emit_json({"properties": told[0]} if single else {"recipients": told})
        return
    for place, one in enumerate(objects):
        if place:
            click.echo()
        emit_rows(("tag", "name", "type", "value"), lines(one))
