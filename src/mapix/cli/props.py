"""`mapix props`: every property of an object, with names and decoded values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mapix.cli.base import command
from mapix.cli.output import emit_json, emit_rows, json_option
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.session import Session
    from mapix.interfaces.prop import MapiProp
    from mapix.properties.named import PropertyName
    from mapix.properties.tag import PropTag


class Shown(NamedTuple):
    """One property as it is told."""

    tag: PropTag
    name: str
    value: Any


@command(
    examples=(
        "mapix props inbox#1",
        "mapix props inbox#1 PR_SUBJECT PidLidReminderSet",
        "mapix props Inbox/Projects --json",
        "mapix props 42 --attachment 0",
        "mapix props --store",
    )
)
@click.argument("what", required=False)
@click.argument("names", nargs=-1)
@click.option("--store", "of_store", is_flag=True, help="Those of the store itself.")
@click.option("--attachment", type=click.IntRange(min=0), metavar="N", help="Those of the message's attachment N.")
@click.option("--recipients", is_flag=True, help="Those of each recipient of the message.")
@json_option
@profile_option
def props(
    what: str | None,
    names: tuple[str, ...],
    of_store: bool,
    attachment: int | None,
    recipients: bool,
    as_json: bool,
    profile: str | None,
) -> None:
    """Show all properties of WHAT: a message (an id from `mapix ls`, or folder#n) or a folder.

    With NAMES only those: PR_SUBJECT, PidTagSubject, 0x0037001F, PidLidReminderSet, {guid}/name.
    """
    if (what is None) != of_store:
        raise click.UsageError("Name a message or a folder, or say --store.")
    with logged_on(profile) as session:
        mapi = _object(session, what, attachment)
        if recipients:
            _emit([row for _, row in sorted(enumerate(_recipients(mapi)))], as_json)
            return
        _emit([list(_chosen(mapi, names) if names else _all(mapi))], as_json, single=True)


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


def _all(mapi: MapiProp) -> Iterator[Shown]:
    tags = sorted(mapi.get_props().items())
    named = _property_names(mapi, [tag for tag, _ in tags])
    for tag, value in tags:
        yield Shown(tag, named.get(tag.id) or _name(tag), value)


def _chosen(mapi: MapiProp, names: Iterable[str]) -> Iterator[Shown]:
    from mapix.cli.assignments import tag_of
    from mapix.properties.errors import NotFound

    for name in names:
        found = mapi.get_props((tag_of(mapi, name),))
        if not found:
            raise NotFound("the object has no such property", value=name, hint="mapix props shows all it has")
        yield from (Shown(tag, name, value) for tag, value in found.items())


def _recipients(mapi: MapiProp) -> Iterator[list[Shown]]:
    from mapix.interfaces.message import Message
    from mapix.interfaces.table import query_all_rows

    if not isinstance(mapi, Message):
        raise click.UsageError("Only messages have recipients.")
    table = mapi.get_recipient_table()
    columns = table.query_columns(available=True)
    for row in query_all_rows(table, columns):
        pairs = zip(columns, row, strict=True)
        yield [Shown(tag, _name(tag), value) for tag, value in sorted(pairs) if value is not None]


def _property_names(mapi: MapiProp, tags: Iterable[PropTag]) -> dict[int, str]:
    """The names of named properties by identifier, `PSETID_Common/0x8503 PidLidReminderSet`."""
    from mapix.properties.tagnames import names_of_named

    ids = [tag.id for tag in tags if tag.is_named]
    found = mapi.get_names_from_ids(ids) if ids else {}
    return {number: " ".join((_set(name), *names_of_named(name)[:1])) for number, name in found.items()}


def _set(name: PropertyName) -> str:
    from mapix.properties.guid import guid_text
    from mapix.properties.named import property_sets

    place = property_sets().get(name.guid) or guid_text(name.guid)
    return f"{place}/{f'0x{name.name:04X}' if isinstance(name.name, int) else name.name}"


def _name(tag: PropTag) -> str:
    from mapix.properties.tagnames import name_of

    return name_of(tag)


def _emit(objects: list[list[Shown]], as_json: bool, *, single: bool = False) -> None:
    from mapix.cli.values import decoded, plain, type_of

    if as_json:
        lists = [
            [
                {"tag": f"0x{tag:08X}", "name": name, "type": type_of(tag), "value": plain(tag, value)}
                for tag, name, value in one
            ]
            for one in objects
        ]
        emit_json({"properties": lists[0]} if single else {"recipients": lists})
        return
    for place, one in enumerate(objects):
        if place:
            click.echo()
        rows = ((f"0x{tag:08X}", name, type_of(tag), decoded(tag, value)) for tag, name, value in one)
        emit_rows(("tag", "name", "type", "value"), rows)
