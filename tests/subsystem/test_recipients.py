"""Recipients made ready for sending: ExpandRecips."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from tests.subsystem.bench import ROOT, Script, book_service

from mapix.interfaces.addrbook import AddrBook
from mapix.interfaces.container import MapiContainer
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.table import MapiTable
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.tables.tabledata import TableData
from mapix.properties.entryid import OneOff, is_one_off
from mapix.properties.errors import TooBig
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_REPORT_TEXT,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SEARCH_KEY,
    PR_SMTP_ADDRESS,
)
from mapix.subsystem.books import recipients
from mapix.subsystem.books.addressbook import IntegratedAddressBook
from mapix.subsystem.books.recipients import GONE, NO_MEMBERS, SEVERAL, UNKNOWN, UNREADABLE, expand
from mapix.subsystem.initialize import Subsystem

Row = dict[PropTag, Any]


@pytest.fixture
def book(system: Subsystem, profile: str) -> Iterator[AddrBook]:
    people = {"Ann Archer": "ann@example.com", "Bill Lee": "bill@example.com", "Bill Long": "long@example.com"}
    system.catalogue.register(book_service(Script(), people))
    system.admin_profiles().admin_services(profile).create_msg_service("BOOK")
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        yield session.open_address_book()


def expanded(book: AddrBook, *rows: Row) -> list[Row]:
    return expand([{PR_ROWID: place, **row} for place, row in enumerate(rows)], lambda: book)


def smtp(address: str, **more: Any) -> Row:
    return {PR_ADDRTYPE: "SMTP", PR_EMAIL_ADDRESS: address, PR_RECIPIENT_TYPE: 1, **more}


def test_a_row_with_type_and_address_becomes_a_one_off(book: AddrBook) -> None:
    """SPL-15."""
    (row,) = expanded(book, smtp("a@example.com") | {PR_DISPLAY_NAME: "A"})
    assert OneOff.load(row[PR_ENTRYID]).address == "a@example.com"
    assert row[PR_SEARCH_KEY] == b"SMTP:A@EXAMPLE.COM\0"
    assert row[PR_DISPLAY_NAME] == "A"


@pytest.mark.parametrize(
    "given",
    [
        {PR_DISPLAY_NAME: "a@example.com"},
        {PR_EMAIL_ADDRESS: "a@example.com"},
        {PR_SMTP_ADDRESS: "a@example.com", PR_DISPLAY_NAME: "Somebody"},
        {PR_DISPLAY_NAME: "Somebody[SMTP:a@example.com]"},
        {PR_ENTRYID: OneOff("Somebody", "SMTP", "a@example.com").dump()},
    ],
)
def test_an_address_is_found_wherever_it_stands(book: AddrBook, given: Row) -> None:
    """SPL-15, ABK-63."""
    (row,) = expanded(book, given)
    assert (row[PR_ADDRTYPE], row[PR_EMAIL_ADDRESS]) == ("SMTP", "a@example.com")
    assert is_one_off(row[PR_ENTRYID])
    assert row[PR_DISPLAY_NAME] in ("Somebody", "a@example.com")


def test_an_entry_of_a_book_gives_its_address(book: AddrBook) -> None:
    (row,) = expanded(book, {PR_ENTRYID: ROOT + b"ann@example.com"})
    assert (row[PR_ADDRTYPE], row[PR_EMAIL_ADDRESS]) == ("SMTP", "ann@example.com")
    assert row[PR_ENTRYID] == ROOT + b"ann@example.com"


def test_a_bare_name_is_looked_up(book: AddrBook) -> None:
    (row,) = expanded(book, {PR_DISPLAY_NAME: "Archer"})
    assert row[PR_EMAIL_ADDRESS] == "ann@example.com"


@pytest.mark.parametrize("name", ["Bill", "Nobody at all"])
def test_a_name_that_cannot_be_resolved_stays_as_it_is(book: AddrBook, name: str) -> None:
    told = SEVERAL if name == "Bill" else UNKNOWN
    assert expanded(book, {PR_DISPLAY_NAME: name}) == [{PR_ROWID: 0, PR_DISPLAY_NAME: name, PR_REPORT_TEXT: told}]


def test_an_entry_that_is_gone_is_told_as_that(book: AddrBook) -> None:
    """SPL-15."""
    (row,) = expanded(book, {PR_ENTRYID: ROOT + b"zoe@example.com"})
    assert row[PR_REPORT_TEXT] == GONE
    (row,) = expanded(book, row | {PR_ENTRYID: ROOT + b"ann@example.com"})
    assert PR_REPORT_TEXT not in row


def test_who_stands_twice_is_sent_to_once_and_the_list_stays(book: AddrBook) -> None:
    rows = expanded(book, smtp("a@example.com"), smtp("b@example.com"), smtp("A@Example.com") | {PR_RECIPIENT_TYPE: 2})
    assert [row.get(PR_RESPONSIBILITY, False) for row in rows] == [False, False, True]
    assert [row[PR_EMAIL_ADDRESS] for row in rows] == ["a@example.com", "b@example.com", "A@Example.com"]


def test_a_row_that_is_taken_care_of_does_not_stand_in_for_another(book: AddrBook) -> None:
    rows = expanded(book, smtp("a@example.com") | {PR_RESPONSIBILITY: True}, smtp("a@example.com"))
    assert [row.get(PR_RESPONSIBILITY, False) for row in rows] == [True, False]


class ListBag(PropertyBag, MapiContainer):
    """A personal distribution list."""

    object_type = ObjectType.DISTLIST

    def __init__(self, members: Sequence[Row]) -> None:
        super().__init__(MemorySource({PR_DISPLAY_NAME: "A list"}))
        self.members = members

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        raise NotImplementedError

    def get_contents_table(self, *, associated: bool = False) -> MapiTable:
        return TableData((PR_DISPLAY_NAME,), self.members).view()

    def get_hierarchy_table(self, *, deep: bool = False) -> MapiTable:
        raise NotImplementedError


@pytest.fixture
def lists(book: AddrBook, monkeypatch: pytest.MonkeyPatch) -> dict[bytes, ListBag]:
    """Personal lists by identifier, as a book would open them."""
    held: dict[bytes, ListBag] = {}
    real = IntegratedAddressBook.open_entry

    def open_entry(self: Any, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        return held[entry_id] if entry_id in held else real(self, entry_id, access)

    monkeypatch.setattr(IntegratedAddressBook, "open_entry", open_entry)
    return held


def a_list(entry_id: bytes) -> Mapping[PropTag, Any]:
    return {PR_ADDRTYPE: "MAPIPDL", PR_DISPLAY_NAME: "A list", PR_ENTRYID: entry_id, PR_EMAIL_ADDRESS: entry_id.hex()}


def test_a_personal_list_is_expanded_with_the_lists_in_it_each_once(
    book: AddrBook, lists: dict[bytes, ListBag]
) -> None:
    """ABK-75."""
    outer, inner = bytes(20) + b"outer", bytes(20) + b"inner"
    lists[outer] = ListBag([smtp("a@example.com"), dict(a_list(inner))])
    lists[inner] = ListBag([smtp("b@example.com"), dict(a_list(outer)), smtp("a@example.com")])
    rows = expanded(book, {**a_list(outer), PR_RECIPIENT_TYPE: 3}, smtp("c@example.com"))
    assert rows[0][PR_RESPONSIBILITY] is True
    members = rows[2:]
    assert [row[PR_EMAIL_ADDRESS] for row in members] == ["a@example.com", "b@example.com", "a@example.com"]
    assert [row[PR_RESPONSIBILITY] for row in members] == [False, False, True]
    assert [row[PR_ROWID] for row in members] == [2, 3, 4]
    assert {row[PR_RECIPIENT_TYPE] for row in members} == {3}


def test_lists_in_lists_in_lists_are_no_danger(book: AddrBook, lists: dict[bytes, ListBag]) -> None:
    """ABK-75."""
    names = [bytes(20) + number.to_bytes(4, "big") for number in range(3000)]
    for one, other in zip(names, [*names[1:], names[0]], strict=True):
        lists[one] = ListBag([dict(a_list(other)), smtp(f"{one.hex()}@example.com")])
    rows = expanded(book, dict(a_list(names[0])))
    assert len(rows) == 3001


def test_a_list_of_more_than_can_be_sent_to_is_refused(
    book: AddrBook, lists: dict[bytes, ListBag], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ABK-75."""
    monkeypatch.setattr(recipients, "MOST_MEMBERS", 5)
    lists[bytes(24)] = ListBag([smtp(f"a{number}@example.com") for number in range(6)])
    with pytest.raises(TooBig):
        expanded(book, dict(a_list(bytes(24))))


def test_a_list_without_members_stays_to_be_sent_to_so_that_its_sender_is_told(
    book: AddrBook, lists: dict[bytes, ListBag]
) -> None:
    """SPL-15, ABK-75: as does one that nobody can open; whoever has members of others is taken care of."""
    empty, full, nested = (bytes(20) + name for name in (b"empty", b"full", b"nest"))
    lists[empty], lists[full] = ListBag([]), ListBag([smtp("a@example.com"), dict(a_list(empty))])
    lists[nested] = ListBag([dict(a_list(empty))])
    rows = expanded(book, *(dict(a_list(each)) for each in (empty, full, nested, bytes(20) + b"gone")))
    assert [row.get(PR_RESPONSIBILITY, False) for row in rows] == [False, True, False, False, False]
    assert [row[PR_EMAIL_ADDRESS] for row in rows[4:]] == ["a@example.com"]
    reasons = [NO_MEMBERS, None, NO_MEMBERS, UNREADABLE, None]
    assert [row.get(PR_REPORT_TEXT) for row in rows] == reasons
    assert [row.get(PR_REPORT_TEXT) for row in recipients.expand(rows, lambda: book)[:4]] == reasons[:4]


def test_a_list_in_a_list_that_nobody_can_open_is_a_recipient_whom_nobody_reaches(
    book: AddrBook, lists: dict[bytes, ListBag]
) -> None:
    """SPL-15, ABK-75."""
    outer, gone = bytes(20) + b"outer", bytes(20) + b"gone"
    nameless = {PR_ADDRTYPE: "MAPIPDL", PR_DISPLAY_NAME: "Nameless"}
    lists[outer] = ListBag([dict(a_list(gone)), smtp("a@example.com"), dict(nameless), dict(a_list(gone))])
    _, *members = expanded(book, dict(a_list(outer)))
    assert [row[PR_ADDRTYPE] for row in members] == ["MAPIPDL", "SMTP", "MAPIPDL"]
    assert [row[PR_RESPONSIBILITY] for row in members] == [False, False, False]
    assert [row.get(PR_REPORT_TEXT) for row in members] == [UNREADABLE, None, UNREADABLE]
