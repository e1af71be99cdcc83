"""The bench that tests of address books stand on: a book with some people in it, and small helpers.

`BookConformance` and its parts derive from `BookBench`; a provider says `make_book`, and `open_again` where its book
can be opened a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Flag, auto
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

from mapix.interfaces.addrbook import AbContainer, DistList
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.providers import AddressBookLogon
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import AB_RECIPIENTS
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CONTAINER_FLAGS,
    PR_DEF_CREATE_DL,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
)
from mapix.testing.support import BenchSupport

PEOPLE: Final[Mapping[str, str]] = {
    "Ann Archer": "ann@home.example",
    "Bill Lee": "lee@home.example",
    "Bill Logan Jr.": "logan@home.example",
    "Billy Larson": "larson@home.example",
    "Sam Bill Lee": "sam@home.example",
    "Zoë Zimmer": "zoe@home.example",
}
"""Who is in every book of the bench: SMTP addresses by display name, in the order of names."""


class BookPowers(Flag):
    """What an address book may lack: tests of the others are left out.

    MODIFIABLE: entries can be made, changed and deleted; DUPLICATES: CREATE_CHECK_DUP_* and CREATE_REPLACE are obeyed;
    LISTS: there are distribution lists; TEMPLATES: entries are made from templates; COPIES: entries can be copied
    into it; RESOLVES: it resolves names itself, and does not answer `NoSupport`; EVENTS: tables tell of changes;
    DETAILS: entries have a display table; CONFLICTS: who saves over what somebody else has saved is told; OPEN_AGAIN:
    the book can be opened twice.
    """

    MODIFIABLE = auto()
    DUPLICATES = auto()
    LISTS = auto()
    TEMPLATES = auto()
    COPIES = auto()
    RESOLVES = auto()
    EVENTS = auto()
    DETAILS = auto()
    CONFLICTS = auto()
    OPEN_AGAIN = auto()
    ALL = MODIFIABLE | DUPLICATES | LISTS | TEMPLATES | COPIES | RESOLVES | EVENTS | DETAILS | CONFLICTS | OPEN_AGAIN
    NONE = 0


class BookBench:
    """One address book with `PEOPLE` in its first container, logged on in every test as `self.book`."""

    powers: ClassVar[BookPowers] = BookPowers.ALL
    book: AddressBookLogon
    tmp_path: Path

    def make_book(self, tmp_path: Path, people: Mapping[str, str]) -> AddressBookLogon:
        """Log on to a new book that has just these people, addresses by name; `tmp_path` is a directory for this test
        alone. Books that can be changed may be given to `fill`.
        """
        raise NotImplementedError

    def open_again(self, tmp_path: Path) -> AddressBookLogon:
        """Another logon to the book that `make_book` made for the same directory."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _bench(self, tmp_path: Path) -> Iterator[None]:
        self.tmp_path = tmp_path
        self._opened: list[AddressBookLogon] = []
        self.book = self.make_book(tmp_path, PEOPLE)
        yield
        for book in (*self._opened, self.book):
            book.logoff()

    def need(self, powers: BookPowers) -> None:
        """Leave the test out for a book without some power."""
        missing = powers & ~self.powers
        if missing:
            pytest.skip(f"the address book has no {missing}")

    def again(self) -> AddressBookLogon:
        """The book, logged on to once more."""
        self.need(BookPowers.OPEN_AGAIN)
        self._opened.append(self.open_again(self.tmp_path))
        return self._opened[-1]

    @property
    def container(self) -> AbContainer:
        """The first container with people, as the provider hands it out."""
        return next(one for one in self.book.containers() if one.get_prop(PR_CONTAINER_FLAGS) & AB_RECIPIENTS)

    def ids(self) -> dict[str, bytes]:
        """Entry identifiers by name, as the contents table has them."""
        return dict(query_all_rows(self.container.get_contents_table(), (PR_DISPLAY_NAME, PR_ENTRYID)))

    def names(self, container: AbContainer | None = None) -> list[str]:
        """The names of a container's contents, sorted; those of the first one."""
        return sorted(name for (name,) in query_all_rows((container or self.container).get_contents_table(), _NAME))

    def open(self, name: str, access: Access = Access.READ) -> MapiProp:
        """Somebody of the book, open."""
        return self.book.open_entry(self.ids()[name], access)

    def add(self, name: str, address: str, **more: Any) -> bytes:
        """Somebody new; the identifier."""
        return add(self.container, name, address, **more)

    def make_list(self, name: str, *members: bytes) -> DistList:
        """A new list with members, open for changes."""
        made = self.container.create_entry(self.container.get_prop(PR_DEF_CREATE_DL))
        made.set_props({PR_DISPLAY_NAME: name})
        made.save_changes()
        opened = self.book.open_entry(made.get_prop(PR_ENTRYID), Access.MODIFY)
        assert isinstance(opened, DistList)
        if members:
            assert opened.copy_entries(members)
        return opened


def fill(book: AddressBookLogon, people: Mapping[str, str]) -> AddressBookLogon:
    """Put people into the first container of a book that can be changed; the book."""
    container = next(one for one in book.containers() if one.get_prop(PR_CONTAINER_FLAGS) & AB_RECIPIENTS)
    for name, address in people.items():
        add(container, name, address)
    return book


def add(container: AbContainer, name: str, address: str, *, template: bytes | None = None, flags: int = 0) -> bytes:
    """Make an entry in a container; its identifier."""
    made = container.create_entry(template, flags)
    made.set_props({PR_DISPLAY_NAME: name, PR_EMAIL_ADDRESS: address})
    made.save_changes()
    entry_id: bytes = made.get_prop(PR_ENTRYID)
    return entry_id


def book_support(home: Path, settings: Mapping[str, Any] | None = None) -> BookSupport:
    """A support object for an address book provider; what its logon opens, the support opens."""
    return BookSupport(settings, home=home)


class BookSupport(BenchSupport):
    """A `Support` whose `open_entry` asks `logon`, once that is set."""

    logon: AddressBookLogon | None = None

    def open_entry(self, entry_id: bytes, access: Access = Access.READ) -> MapiProp:
        """See `Support.open_entry`."""
        return super().open_entry(entry_id, access) if self.logon is None else self.logon.open_entry(entry_id, access)


Rows = list[dict[PropTag, Any]]
Work = Callable[[], object]
_NAME: Final = (PR_DISPLAY_NAME,)
