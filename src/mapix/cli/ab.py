"""`mapix ab`: the address book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.abcards import container_option, export, import_people
from mapix.cli.abstate import check_personal, failed_books_told, tell_failed_books
from mapix.cli.base import Group, command
from mapix.cli.errors import Exit
from mapix.cli.output import emit_json, emit_rows, json_option, say, tell
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.addressbook import AddressBook
    from mapix.client.bookentry import BookEntry
    from mapix.client.session import Session
    from mapix.properties.tag import PropTag

_set_option = click.option("--set", "values", multiple=True, metavar="FIELD=VALUE", help="Say a field; repeatable.")


@command(examples=("mapix ab list", "mapix ab list --like arch", "mapix ab list --books"), name="list")
@click.option("--like", metavar="NAME", help="Whose names have words beginning like these.")
@click.option("--books", is_flag=True, help="List the address books themselves.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="No more than so many.")
@container_option
@json_option
@profile_option
def list_people(
    like: str | None, books: bool, limit: int | None, container: str | None, as_json: bool, profile: str | None
) -> int:
    """List who is in the address books: people, and lists of people. The exit code is 3 when one cannot be had."""
    from itertools import islice

    with logged_on(profile) as session:
        book = session.address_book
        outcome = Exit.PARTIAL if tell_failed_books(session) else Exit.OK
        if books:
            _list_books(book, as_json)
            return outcome
        found = list(islice(book.rows(like, container), limit))
    if as_json:
        keys = ("name", "type", "address", "is_list")
        emit_json({"entries": [dict(zip(keys, row, strict=True)) for row in found]})
    else:
        emit_rows(("name", "address", "type"), ((row[0], row[2] or "", row[1]) for row in found))
    return outcome


@command(examples=('mapix ab show "Ann Archer"', "mapix ab show ann@example.org --json"))
@click.argument("who")
@json_option
@profile_option
def show(who: str, as_json: bool, profile: str | None) -> None:
    """Show what is said of WHO, a name or an address, and the members of a list."""
    with _books(profile) as session:
        document = _document(session.address_book.find(who))
    if as_json:
        emit_json(document)
        return
    rows = [(name, value) for name, value in document["fields"].items()]
    rows += [("other_address", one) for one in document.get("other_addresses", ())]
    rows += [("member", one) for one in document.get("members", ())]
    emit_rows(("field", "value"), rows, wrap=True)


@command(
    examples=(
        'mapix ab add "Ann Archer" ann@example.org --set company=Archers',
        'mapix ab add Team --member "Ann Archer" --member bill@example.org',
    )
)
@click.argument("name")
@click.argument("address", required=False)
@click.option("--list", "is_list", is_flag=True, help="Make a list of people, not a contact.")
@click.option("--member", "members", multiple=True, metavar="WHO", help="A member of the list; repeatable.")
@_set_option
@json_option
@profile_option
def add(
    name: str,
    address: str | None,
    is_list: bool,
    members: tuple[str, ...],
    values: tuple[str, ...],
    as_json: bool,
    profile: str | None,
) -> None:
    """Add a contact with NAME and ADDRESS, or a list, to the personal address book."""
    fields = _fields(values)
    if {"name", "address"} & set(fields):
        raise click.UsageError("Name and address stand without --set.")
    if (address is None) != bool(is_list or members):
        raise click.UsageError("A contact has an address, and a list has members.")
    _check_address(address, fields.get("type"))
    with _books(profile) as session:
        book = session.address_book
        check_personal(session)
        if address is not None:
            made = book.add(name, address, **fields)
        else:
            made = book.add_list(name, *_people(book, members))
            if fields:
                made.update(**fields)
        tell(as_json, f"{made} added.", **(_document(made) if as_json else {}))


@command(
    examples=(
        'mapix ab edit "Ann Archer" --set address=ann@new.example --set title=',
        "mapix ab edit Team --member bill@example.org --no-member ann@example.org",
    )
)
@click.argument("who")
@_set_option
@click.option("--member", "members", multiple=True, metavar="WHO", help="Somebody to put on the list; repeatable.")
@click.option("--no-member", "others", multiple=True, metavar="WHO", help="Somebody to take off; repeatable.")
@json_option
@profile_option
def edit(
    who: str,
    values: tuple[str, ...],
    members: tuple[str, ...],
    others: tuple[str, ...],
    as_json: bool,
    profile: str | None,
) -> None:
    """Change what is said of WHO, a name or an address. FIELD= alone takes a field away.

    On a terminal, and with nothing to change, each field is asked for.
    """
    from mapix.cli.addressui import terminal_ui

    fields = {name: value or None for name, value in _fields(values).items()}
    with _books(profile) as session:
        book = session.address_book
        entry = book.find(who)
        if not (fields or members or others):
            ui = terminal_ui() if not as_json else None
            if ui is None:
                raise click.UsageError("Nothing to change: --set FIELD=VALUE is needed.")
            say("Changed." if book.mapi.details(entry.entry_id, ui) else "Nothing changed.")
            return
        if fields:
            _check_address(fields.get("address"), fields.get("type", entry.fields.get("type")))
            entry.update(**fields)
        if members:
            entry.add(*_people(book, members))
        if others:
            entry.remove(*others)
        tell(as_json, f"{entry} changed.", **(_document(entry) if as_json else {}))


@command(examples=('mapix ab rm "Ann Archer"', "mapix ab rm Team"))
@click.argument("who", nargs=-1, required=True)
@json_option
@profile_option
def rm(who: tuple[str, ...], as_json: bool, profile: str | None) -> None:
    """Delete people and lists, each by name or address; members of a list stay."""
    with _books(profile) as session:
        book = session.address_book
        entries = {entry.entry_id: entry for entry in (book.find(one) for one in who)}
        found = [(entry, str(entry), entry_id.hex()) for entry_id, entry in entries.items()]
        for entry, told, _ in found:
            book.remove(entry)
            if not as_json:
                say(f"{told} deleted.")
    if as_json:
        emit_json({"deleted": [{"entry_id": entry_id, "who": told} for _, told, entry_id in found]})


@command(examples=("mapix ab resolve arch bill@example.org", "mapix ab resolve bill --ask"))
@click.argument("names", nargs=-1, required=True)
@click.option("--ask", is_flag=True, help="Ask on the terminal about names that are not clear.")
@json_option
@profile_option
def resolve(names: tuple[str, ...], ask: bool, as_json: bool, profile: str | None) -> int:
    """Find out who is meant by NAMES, as sending does. The exit code is 4 when somebody was not found."""
    from mapix.cli.addressui import terminal_ui
    from mapix.properties.tags import PR_ADDRTYPE, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS

    with logged_on(profile) as session:
        book = session.address_book.mapi
        tell_failed_books(session)
        result = book.resolve_name([_asked(name) for name in names], ui=terminal_ui() if ask else None)
    states = dict.fromkeys(result.unresolved, "unknown") | dict.fromkeys(result.ambiguous, "ambiguous")
    found = [
        {
            "asked": name,
            "state": states.get(place, "resolved"),
            "name": row.get(PR_DISPLAY_NAME) if place not in states else None,
            "type": row.get(PR_ADDRTYPE) if place not in states else None,
            "address": row.get(PR_EMAIL_ADDRESS) if place not in states else None,
        }
        for place, (name, row) in enumerate(zip(names, result.rows, strict=True))
    ]
    if as_json:
        emit_json({"names": found})
    else:
        emit_rows(("asked", "state", "name", "address"), ([each[key] for key in _RESOLVED] for each in found))
    return Exit.NOT_FOUND if states else Exit.OK


def _asked(name: str) -> dict[PropTag, Any]:
    """A row to be resolved: a name, or `Name <address>` as somebody who is known."""
    from mapix.client.recipient import parse
    from mapix.properties.errors import InvalidParameter
    from mapix.properties.tags import PR_ADDRTYPE, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS

    try:
        (one,) = parse([name], "to")
    except (InvalidParameter, ValueError):
        return {PR_DISPLAY_NAME: name}
    return {PR_DISPLAY_NAME: one.name or one.address, PR_ADDRTYPE: "SMTP", PR_EMAIL_ADDRESS: one.address}


_RESOLVED = ("asked", "state", "name", "address")


ab = Group(
    "ab",
    commands=[list_people, show, add, edit, rm, resolve, import_people, export],
    examples=('mapix ab add "Ann Archer" ann@example.org', "mapix ab resolve arch"),
    help="Keep contacts and lists, and find out who is meant by a name.",
)


@contextmanager
def _books(profile: str | None) -> Iterator[Session]:
    """A session; where somebody is not found in its address books, those that cannot be had are told."""
    with logged_on(profile) as session, failed_books_told(session):
        yield session


def _list_books(book: AddressBook, as_json: bool) -> None:
    pab, default, path = book.mapi.get_pab(), book.mapi.get_default_dir(), book.mapi.get_search_path()
    found: list[dict[str, Any]] = [
        {
            "book": name,
            "personal": entry_id == pab,
            "default": entry_id == default,
            "search": path.index(entry_id) + 1 if entry_id in path else None,
        }
        for name, entry_id in book.containers.items()
    ]
    if as_json:
        emit_json({"books": found})
        return
    marks = (("personal", "personal"), ("default", "shown first"))
    rows = ((one["book"], one["search"], ", ".join(text for key, text in marks if one[key])) for one in found)
    emit_rows(("book", "looked in", "is"), rows)


def _document(entry: BookEntry) -> dict[str, Any]:
    document: dict[str, Any] = {"entry_id": entry.entry_id.hex(), "is_list": entry.is_list, "fields": entry.fields}
    if entry.other_addresses:
        document["other_addresses"] = entry.other_addresses
    return document | ({"members": [str(one) for one in entry.members]} if entry.is_list else {})


def _people(book: AddressBook, names: Iterable[str]) -> list[BookEntry | str]:
    """Entries by name or address; an address nobody has stays an address."""
    from mapix.properties.errors import NotFound

    found: list[BookEntry | str] = []
    for name in names:
        try:
            found.append(book.find(name))
        except NotFound:
            if "@" not in name:
                raise
            found.append(name)
    return found


def _check_address(address: str | None, kind: str | None) -> None:
    """`InvalidParameter` for what is no address of Internet mail, where it is to be one."""
    from mapix.properties.address import check_address

    if (kind or "SMTP").upper() == "SMTP":
        check_address(address)


def _fields(words: Iterable[str]) -> dict[str, Any]:
    """Fields of `field=value` words; a usage error names those there are."""
    from mapix.cli.settingwords import parse_settings
    from mapix.client.bookentry import FIELDS

    found: dict[str, Any] = dict(parse_settings(words))
    unknown = next((name for name in found if name not in FIELDS), None)
    if unknown is not None:
        raise click.UsageError(f"People have no field {unknown!r}, but: {', '.join(FIELDS)}.")
    return found
