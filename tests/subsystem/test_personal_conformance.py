"""The readable file of contacts passes the conformance suite of address books."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.providers import AddressBookLogon
from mapix.objects.stores.life import Life
from mapix.properties.errors import InvalidParameter
from mapix.subsystem.books.contacts import Contacts
from mapix.subsystem.books.personal import PersonalContainer, open_personal, uid_of
from mapix.testing.book_conformance import BookConformance, BookPowers, fill


class FileOfContacts(AddressBookLogon):
    """The contacts of a home directory, as if a provider offered them."""

    def __init__(self, home: Path) -> None:
        self.people = Contacts(home)
        self.life = Life()

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        self.life.check()
        if not entry_id:
            raise InvalidParameter("there is one container, with an identifier")
        return open_personal(self.people, entry_id, access, self.life)

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        return uid_of(first) == uid_of(second)

    def containers(self) -> Sequence[AbContainer]:
        return [PersonalContainer(self.people, Access.BEST, self.life)]

    def logoff(self) -> None:
        self.life.end()


class TestFileOfContacts(BookConformance):
    """One home directory a test."""

    powers = BookPowers.MODIFIABLE | BookPowers.DUPLICATES | BookPowers.RESOLVES | BookPowers.OPEN_AGAIN

    def make_book(self, tmp_path: Path, people: Mapping[str, str]) -> AddressBookLogon:
        """See `BookBench.make_book`."""
        return fill(self.open_again(tmp_path), people)

    def open_again(self, tmp_path: Path) -> AddressBookLogon:
        """See `BookBench.open_again`."""
        return FileOfContacts(tmp_path)
