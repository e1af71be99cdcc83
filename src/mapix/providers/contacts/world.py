"""What all objects of one open address book share: the book, its provider's support, and how long they live."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mapix.interfaces.container import Completion
from mapix.interfaces.prop import Access, MapiProp
from mapix.objects.stores.life import Life
from mapix.properties.entryid import OneOff, is_one_off, provider_uid, search_key
from mapix.properties.errors import Collision, InvalidParameter, MapiError, NotFound
from mapix.properties.flags import DT_MAILUSER
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_OBJECT_TYPE,
    PR_SEARCH_KEY,
    PR_SEND_RICH_INFO,
    PR_SMTP_ADDRESS,
)
from mapix.providers.contacts.book import SMTP, Book, Props
from mapix.providers.contacts.ids import Kind, read_id

if TYPE_CHECKING:
    from mapix.interfaces.support import Support

_SNAPSHOT: Final = (
    PR_DISPLAY_NAME,
    PR_ADDRTYPE,
    PR_EMAIL_ADDRESS,
    PR_SMTP_ADDRESS,
    PR_SEARCH_KEY,
    PR_OBJECT_TYPE,
    PR_DISPLAY_TYPE,
    PR_SEND_RICH_INFO,
)
ROWS_KEY: Final = b"contents"


@dataclass(slots=True)
class World:
    """One open book, seen from its objects."""

    book: Book
    support: Support
    life: Life = field(default_factory=Life)

    def open(self, entry_id: bytes | None, access: Access) -> MapiProp:
        """Anything with an identifier, of this book or of another one; None is the container."""
        from mapix.providers.contacts.container import BookContainer
        from mapix.providers.contacts.entries import EntrySource, ListEntry, UserEntry

        if not entry_id:
            return BookContainer(self, access)
        if provider_uid(entry_id) != self.book.uid:
            return self.support.open_entry(entry_id, access)
        kind, number = read_id(self.book.uid, entry_id)
        if kind is Kind.CONTAINER:
            return BookContainer(self, access)
        if kind is Kind.TEMPLATE:
            raise InvalidParameter("a template is opened by making an entry from it", hint="create_entry")
        granted = Access.READ if access is Access.READ else Access.MODIFY
        self._check_there(kind, number, entry_id)
        source = EntrySource(self, kind, number)
        return ListEntry(self, source, granted) if kind is Kind.LIST else UserEntry(self, source, granted)

    def _check_there(self, kind: Kind, number: int, entry_id: bytes) -> None:
        if self.book.find(number).kind != kind:
            raise NotFound("the address book has no such entry", value=bytes(entry_id))

    def snapshot(self, entry_id: bytes) -> Props:
        """What is known of somebody, wherever he stands; `NotFound`, `UnknownEntryid`."""
        if is_one_off(entry_id):
            return one_off_values(OneOff.load(entry_id))
        values = self.open(entry_id, Access.READ).get_props(_SNAPSHOT)
        if values.get(PR_OBJECT_TYPE) not in (Kind.USER, Kind.LIST):
            raise InvalidParameter("members of a list are people and lists", value=bytes(entry_id))
        return values

    def each(self, entry_ids: Iterable[bytes], work: Callable[[bytes], None]) -> Completion:
        """Do something with each of some entries, all in one transaction; those it failed for are left out.

        What is there already is no failure (ABK-72).
        """
        failed = []
        with self.book.database.transaction():
            for entry_id in entry_ids:
                try:
                    work(entry_id)
                except Collision:
                    continue
                except MapiError:
                    failed.append(bytes(entry_id))
        return Completion(tuple(failed))


def one_off_values(person: OneOff) -> Props:
    """The properties of somebody in no book (ABK-62, ABK-65)."""
    kind = person.address_type.upper()
    values: Props = {
        PR_DISPLAY_NAME: person.name or person.address,
        PR_ADDRTYPE: kind,
        PR_EMAIL_ADDRESS: person.address,
        PR_SEARCH_KEY: search_key(kind, person.address),
        PR_OBJECT_TYPE: int(Kind.USER),
        PR_DISPLAY_TYPE: DT_MAILUSER,
        PR_SEND_RICH_INFO: kind != SMTP,
    }
    return values | ({PR_SMTP_ADDRESS: person.address} if kind == SMTP else {})
