"""The personal address book passes the conformance suite of address books."""

from collections.abc import Mapping
from pathlib import Path

from mapix.interfaces.providers import AddressBookLogon
from mapix.providers.contacts.provider import ContactsProvider
from mapix.testing.book_conformance import BookConformance, book_support, fill


class TestPersonalAddressBook(BookConformance):
    """One file a test."""

    def make_book(self, tmp_path: Path, people: Mapping[str, str]) -> AddressBookLogon:
        """See `BookBench.make_book`."""
        return fill(self.open_again(tmp_path), people)

    def open_again(self, tmp_path: Path) -> AddressBookLogon:
        """See `BookBench.open_again`."""
        support = book_support(tmp_path)
        support.logon = ContactsProvider().logon(support)
        return support.logon
