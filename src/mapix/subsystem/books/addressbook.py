"""The integrated address book: every container of every provider under one root (ABK-1..ABK-40).

The user's own contacts are always there; the providers of the profile add theirs. Names are looked up along the
search path; addresses and one-offs need no book at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from mapix.interfaces.addrbook import AbContainer, Resolution
from mapix.interfaces.addressui import AddressUI
from mapix.interfaces.notify import AdviseSink, ErrorNotification, Event
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.messages.recipientrows import prepared
from mapix.objects.stores.life import Life
from mapix.properties.entryid import PERSONAL_UID, OneOff, check_entry_id, is_one_off, provider_uid
from mapix.properties.errors import CallFailed, MapiError, NoSupport, NotFound, UnknownEntryid
from mapix.properties.flags import AB_MODIFIABLE
from mapix.properties.interrupts import let_interrupt_through
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_CONTAINER_FLAGS, PR_DISPLAY_NAME, PR_ENTRYID, PR_OBJECT_TYPE
from mapix.subsystem.books.bookdialogs import BookDialogs
from mapix.subsystem.books.bookroot import RootContainer
from mapix.subsystem.books.contacts import Contacts
from mapix.subsystem.books.oneoff import OneOffUser, make_one_off
from mapix.subsystem.books.personal import PersonalContainer, open_personal
from mapix.subsystem.books.resolving import resolve

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.started import LoadedBook

Row = dict[PropTag, Any]
_log = logging.getLogger("mapix.subsystem")


class IntegratedAddressBook(BookDialogs):
    """The address book of a session."""

    object_type = ObjectType.ADDRBOOK

    def __init__(self, core: SessionCore) -> None:
        values = {PR_OBJECT_TYPE: int(ObjectType.ADDRBOOK), PR_DISPLAY_NAME: "Address book"}
        super().__init__(MemorySource(values), access=Access.READ, life=Life())
        self._core = core
        self._contacts = Contacts(core.subsystem.home)
        self._key = core.new_uid()
        self._advised: dict[int, Callable[[], None]] = {}
        self._connections = count(1)
        core.address_books()

    def close(self) -> None:
        """See `MapiProp.close`; everything opened through the book dies with it."""
        super().close()
        for connection in list(self._advised):
            with suppress(MapiError):
                self.unadvise(connection)
        self._life.end()

    # entries

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        """See `AddrBook.open_entry`; `UnknownEntryid` when no book knows the identifier."""
        self._check()
        if entry_id is None or entry_id == b"":
            return RootContainer(self.containers(), self._life, self._open)
        check_entry_id(entry_id)
        return self._open(entry_id, access)

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        """See `AddrBook.compare_entry_ids`; `UnknownEntryid` when nobody owns one."""
        self._check()
        for entry_id in (first, second):
            check_entry_id(entry_id)
            self._check_owned(entry_id)
        if provider_uid(first) != provider_uid(second):
            return False
        if is_one_off(first):
            return _same_person(OneOff.load(first), OneOff.load(second))
        if provider_uid(first) == PERSONAL_UID:
            return bytes(first) == bytes(second)
        return self._core.routes.compare(first, second)

    def create_one_off(self, name: str | None, address_type: str, address: str, *, rich: bool = False) -> bytes:
        """See `AddrBook.create_one_off`."""
        self._check()
        return make_one_off(name, address_type, address, rich=rich).dump()

    # names

    def resolve_name(self, rows: Sequence[Row], *, ui: AddressUI | None = None, title: str = "") -> Resolution:
        """See `AddrBook.resolve_name`; `unresolved` and `ambiguous` are for the caller to report (ABK-22)."""
        self._check()
        return resolve(rows, self._search_containers, ui, title)

    def prepare_recips(self, rows: Sequence[Row], columns: Sequence[PropTag] | None) -> list[Row]:
        """See `AddrBook.prepare_recips`: each provider completes its own rows (SPI-26), and what it leaves open comes
        from the entries. A column an entry does not have stays absent.
        """
        self._check()
        found = [dict(row) for row in rows]
        for book in self._books():
            try:
                found = list(book.logon.prepare_recips(found, columns or ()))
            except NotFound:
                raise
            except MapiError as error:
                _log.warning("an address book does not prepare its recipients: %s: %s", book.name, error)
        return [prepared(row, columns or (), self._behind) for row in found]

    # containers

    def containers(self) -> list[AbContainer]:
        """The top-level containers of the providers in the order of the profile, and the user's file of contacts.

        The file stands in front, unless a provider has a personal address book: then it is the last, and not there
        while nobody is in it. A provider that fails is left out, and what two services bring both is there once.
        """
        known: dict[bytes, AbContainer] = {}
        for book in self._books():
            for container in self._containers_of(book):
                known.setdefault(container.get_prop(PR_ENTRYID), container)
        found = list(known.values())
        own: AbContainer = PersonalContainer(self._contacts, Access.BEST, self._life)
        if not any(container.get_prop(PR_CONTAINER_FLAGS, 0) & AB_MODIFIABLE for container in found):
            return [own, *found]
        return [*found, own] if self._contacts.exist() else found

    def _containers_of(self, book: LoadedBook) -> list[AbContainer]:
        try:
            found = [container for container in book.logon.containers() if container.get_prop(PR_ENTRYID)]
        except Exception as error:
            let_interrupt_through(error)
            _log.warning("an address book failed and is left out: %s", book.name, exc_info=True)
            failure = error if isinstance(error, MapiError) else CallFailed(str(error))
            book.show(failure)
            told = ErrorNotification(Event.CRITICAL_ERROR, failure.hresult, text=f"{book.name}: {error}")
            self._core.engine.notify(self._key, [told])
            return []
        book.show(None)
        return found

    # notifications

    def advise(self, entry_id: bytes | None, mask: Event | int, sink: AdviseSink) -> int:
        """See `AddrBook.advise`."""
        self._check()
        if not entry_id:
            engine = self._core.engine
            told = engine.subscribe(self._key, Event(mask) | Event.CRITICAL_ERROR, sink)
            return self._remember(lambda: engine.unsubscribe(told))
        opened = self.open_entry(entry_id)
        if not isinstance(opened, AbContainer) or not Event(mask) & Event.TABLE_MODIFIED:
            raise NoSupport("only changes of the contents of containers are told", value=int(mask))
        table = opened.get_contents_table()
        heard = table.advise(Event.TABLE_MODIFIED, sink)
        return self._remember(lambda: table.unadvise(heard))

    def unadvise(self, connection: int) -> None:
        """See `AddrBook.unadvise`."""
        end = self._advised.pop(connection, None)
        if end is None:
            raise NotFound("the address book has no such registration", value=connection)
        end()

    # inside

    def _remember(self, end: Callable[[], None]) -> int:
        connection = next(self._connections)
        self._advised[connection] = end
        return connection

    def _open(self, entry_id: bytes, access: Access) -> MapiProp:
        if is_one_off(entry_id):
            return OneOffUser(entry_id, self._life)
        if provider_uid(entry_id) == PERSONAL_UID:
            return open_personal(self._contacts, entry_id, access, self._life)
        opened: MapiProp = self._core.routes.ask(entry_id, lambda logon: logon.open_entry(entry_id, access))
        return opened

    def _check_owned(self, entry_id: bytes) -> None:
        own = is_one_off(entry_id) or provider_uid(entry_id) == PERSONAL_UID
        if not own and not self._core.routes.knows(entry_id):
            raise UnknownEntryid("no address book knows this entry identifier", value=entry_id)

    def _behind(self, row: Row) -> MapiProp | None:
        """The entry behind a row; None for rows without identifier, and those of nobody here."""
        entry_id = row.get(PR_ENTRYID)
        return self._open(entry_id, Access.READ) if entry_id and self._is_ours(entry_id) else None

    def _is_ours(self, entry_id: bytes) -> bool:
        return is_one_off(entry_id) or provider_uid(entry_id) == PERSONAL_UID or self._core.routes.knows(entry_id)


def _same_person(first: OneOff, second: OneOff) -> bool:
    return (first.address_type.upper(), first.address.casefold()) == (
        second.address_type.upper(),
        second.address.casefold(),
    )
