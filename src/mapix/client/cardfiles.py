"""vCard files into the personal address book, and out of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mapix.client.bookentry import BookEntry
from mapix.formats.defects import MOST_DEFECTS
from mapix.formats.vcard import Card, from_vcards, to_vcards, unwritten
from mapix.interfaces.addrbook import DistList
from mapix.interfaces.prop import Keep
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.address import is_address
from mapix.properties.entryid import is_one_off, search_key
from mapix.properties.errors import Collision, MapiError, NoSupport
from mapix.properties.flags import CREATE_CHECK_DUP_STRICT, CREATE_REPLACE
from mapix.properties.restriction import Property, Relop, Restriction
from mapix.properties.tagnames import name_of

if TYPE_CHECKING:
    from mapix.client.addressbook import AddressBook

_OWN = (
    t.PR_ENTRYID,
    t.PR_RECORD_KEY,
    t.PR_INSTANCE_KEY,
    t.PR_SEARCH_KEY,
    t.PR_OBJECT_TYPE,
    t.PR_DISPLAY_TYPE,
    t.PR_TRANSMITABLE_DISPLAY_NAME,
    t.PR_SMTP_ADDRESS,
    t.PR_SEND_RICH_INFO,
)
_NOT_OF_LISTS = (t.PR_DISPLAY_NAME, t.PR_ADDRTYPE, t.PR_EMAIL_ADDRESS, t.PR_CONTACT_EMAIL_ADDRESSES)


@dataclass(slots=True)
class Imported:
    """What became of the cards of a file: how many are new or replaced, how many were there, who was left out and why,
    and what of the cards is kept nowhere.
    """

    added: int = 0
    present: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def import_cards(book: AddressBook, data: bytes, *, replace: bool = False) -> Imported:
    """Put the cards of a file into the personal address book: everybody first, then who is in which list."""
    parsed = from_vcards(data)
    result = Imported(notes=[str(defect) for defect in parsed.defects])
    if len(parsed.defects) >= MOST_DEFECTS:
        result.notes.append(f"no more than {MOST_DEFECTS} of these are listed; there may be others")
    flags = CREATE_CHECK_DUP_STRICT | (CREATE_REPLACE if replace else 0)
    known: dict[str, BookEntry] = {}
    lists: list[tuple[BookEntry, Card]] = []
    for card in parsed.value:
        made = _put(book, card, flags, result)
        if made is not None and card.members is not None:
            lists.append((made, card))
        entry = made or _present(book, card)
        if entry is not None and card.uid:
            known[_bare(card.uid)] = entry
    for entry, card in lists:
        for member in card.members or ():
            _join(book, entry, known.get(_bare(member), member), result)
    return result


def import_contacts(book: AddressBook, *, replace: bool) -> Imported:
    """Copy the people of the file of contacts into the personal address book; `NotFound` where nobody is in it."""
    from mapix.subsystem.books.personal import CONTAINER_ID

    personal = book.personal
    if personal.get_prop(t.PR_ENTRYID) == CONTAINER_ID:
        hint = "mapix service add CONTACTS"
        raise NoSupport("the file of contacts is the personal address book itself", hint=hint)
    before = book.size(personal)
    rows = list(book.found(None, CONTAINER_ID))
    flags = CREATE_CHECK_DUP_STRICT | (CREATE_REPLACE if replace else 0)
    left = personal.copy_entries(rows, flags).left_out
    added = book.size(personal) - before
    failed = [(book.name_of(one), "it could not be copied") for one in left]
    return Imported(added, len(rows) - added - len(left), failed)


def export_cards(book: AddressBook, version: str, container: bytes | str | None, notes: list[str]) -> bytes:
    """The entries of a container as a file of cards; `notes` gets what of them has no place in a card."""
    chosen = container if container is not None else book.personal.get_prop(t.PR_ENTRYID)
    return to_vcards((_card(entry, notes) for entry in book.entries(container=chosen)), version)


def _put(book: AddressBook, card: Card, flags: int, result: Imported) -> BookEntry | None:
    """Make the entry of a card; None where there is one already, or none can be made."""
    name = card.values[t.PR_DISPLAY_NAME]
    try:
        if card.members is not None:
            entry = book.add_list(name, flags=flags)
            _empty(entry)
            _describe(entry, card, result)
        else:
            made = book.personal.create_entry(None, flags)
            made.set_props(card.values)
            made.save_changes()
            entry = book.entry(made.get_prop(t.PR_ENTRYID))
    except Collision:
        result.present += 1
        return None
    except MapiError as error:
        result.failed.append((name, error.text or str(error)))
        return None
    result.added += 1
    return entry


def _empty(entry: BookEntry) -> None:
    """Take everybody off a list that is replaced."""
    if isinstance(entry.mapi, DistList):
        members = [row[0] for row in query_all_rows(entry.mapi.get_contents_table(), (t.PR_ENTRYID,))]
        if members:
            entry.mapi.delete_entries(members)


def _describe(entry: BookEntry, card: Card, result: Imported) -> None:
    """What a card says of a list besides its name and its members; lists have no address of their own."""
    values = {tag: value for tag, value in card.values.items() if tag not in _NOT_OF_LISTS}
    if values:
        entry.mapi.set_props(values)
        entry.mapi.save_changes(Keep.READWRITE)
    if t.PR_EMAIL_ADDRESS in card.values:
        result.notes.append(f"{entry.name}: the address of a list is not kept: {card.values[t.PR_EMAIL_ADDRESS]!r}")


def _join(book: AddressBook, entry: BookEntry, member: BookEntry | str, result: Imported) -> None:
    """Make somebody a member of a list: an entry, or by address, of whoever in the book has it."""
    if isinstance(member, str):
        if not is_address(member) or ":" in member.partition("@")[0]:
            result.notes.append(f"{entry.name}: a member is not in the file: {member}")
            return
        member = _by_address(book, member) or member
    try:
        entry.add(member)
    except MapiError as error:
        result.notes.append(f"{entry.name}: {member} is left out: {error.text}")


def _bare(uid: str) -> str:
    """A UID as members name it: with `urn:uuid:` in front, which some cards leave out in one place or the other."""
    return uid.strip().lower().removeprefix("urn:uuid:")


def _present(book: AddressBook, card: Card) -> BookEntry | None:
    """Who is in the personal address book already in the place of a card."""
    kind, address = card.values.get(t.PR_ADDRTYPE), card.values.get(t.PR_EMAIL_ADDRESS)
    if card.members is None and kind and address:
        return _first(book, Property(Relop.EQ, t.PR_SEARCH_KEY, search_key(kind, address)))
    found = _found(book, Property(Relop.EQ, t.PR_DISPLAY_NAME, card.values[t.PR_DISPLAY_NAME]))
    return next((one for one in found if one.is_list == (card.members is not None)), None)


def _by_address(book: AddressBook, address: str) -> BookEntry | None:
    return _first(book, Property(Relop.EQ, t.PR_SEARCH_KEY, search_key("SMTP", address)))


def _first(book: AddressBook, where: Restriction) -> BookEntry | None:
    return next(_found(book, where), None)


def _found(book: AddressBook, where: Restriction) -> Iterator[BookEntry]:
    """The entries of the personal address book that satisfy a restriction."""
    table = book.personal.get_contents_table()
    table.set_columns((t.PR_ENTRYID,))
    table.restrict(where)
    while rows := table.query_rows(10):
        yield from (book.entry(entry_id) for (entry_id,) in rows)


def _card(entry: BookEntry, notes: list[str]) -> Card:
    members = tuple(_members(entry, notes)) if entry.is_list else None
    values = {tag: value for tag, value in entry.mapi.get_props().items() if tag not in _OWN}
    if entry.is_list:
        values.pop(t.PR_ADDRTYPE, None)
    card = Card(values, members, _urn(entry))
    notes += [f"{entry.name}: {name_of(tag)} has no place in a card" for tag in unwritten(card)]
    return card


def _members(entry: BookEntry, notes: list[str]) -> Iterator[str]:
    """Members of a list as cards name them: by address for mail, else by their own card, where they have one."""
    for one in entry.members:
        fields = one.fields
        if not one.is_list and fields.get("address") and (fields.get("type") or "SMTP").upper() == "SMTP":
            yield fields["address"]
        elif not is_one_off(one.entry_id):
            yield _urn(one)
        else:
            notes.append(f"{entry.name}: a member has no place in a card: {one} ({fields.get('type')})")


def _urn(entry: BookEntry) -> str:
    """A name for an entry that is the same at every export."""
    from uuid import UUID, uuid5

    return f"urn:uuid:{uuid5(UUID(int=0), entry.entry_id.hex())}"
