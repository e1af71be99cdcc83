"""The address book provider of the CONTACTS service (IABProvider, IABLogon)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.providers import AddressBookLogon, AddressBookProvider
from mapix.interfaces.support import Support
from mapix.interfaces.table import MapiTable
from mapix.properties.entryid import provider_uid
from mapix.properties.errors import MapiError, UnknownEntryid
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ENTRYID, PR_RESOURCE_PATH
from mapix.providers.contacts.book import Book
from mapix.providers.contacts.container import BookContainer
from mapix.providers.contacts.ids import read_id
from mapix.providers.contacts.service import DISPLAY_NAME
from mapix.providers.contacts.templates import template_table
from mapix.providers.contacts.world import ROWS_KEY, World

_UNFIT: Final = re.compile(r"[^\w. -]+")


class ContactsLogon(AddressBookLogon):
    """An address book that is open."""

    def __init__(self, book: Book, support: Support) -> None:
        self._world = World(book, support)
        book.told = lambda events: support.notify(ROWS_KEY, events)

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        """See `AddressBookLogon.open_entry`."""
        self._world.life.check()
        if entry_id and provider_uid(entry_id) != self._world.book.uid:
            raise UnknownEntryid("not an identifier of this address book", value=bytes(entry_id))
        return self._world.open(entry_id, access)

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        """See `AddressBookLogon.compare_entry_ids`."""
        self._world.life.check()
        return read_id(self._world.book.uid, first) == read_id(self._world.book.uid, second)

    def containers(self) -> Sequence[AbContainer]:
        """See `AddressBookLogon.containers`: there is one."""
        self._world.life.check()
        return [BookContainer(self._world, Access.BEST)]

    def prepare_recips(
        self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag]
    ) -> list[dict[PropTag, Any]]:
        """See `AddressBookLogon.prepare_recips`; rows of others are left alone (ABK-40)."""
        from mapix.objects.messages.recipientrows import prepared

        return [prepared(row, columns, self._own) for row in rows]

    def one_off_table(self) -> MapiTable:
        """See `AddressBookLogon.one_off_table`: templates for recipients."""
        self._world.life.check()
        return template_table(self._world.book, lists=False)

    def poll(self) -> None:
        """See `AddressBookLogon.poll`."""
        if not self._world.life.over:
            self._world.book.poll()

    def logoff(self) -> None:
        """See `ProviderLogon.logoff`."""
        if not self._world.life.over:
            self._world.life.end()
            self._world.book.close()

    def _own(self, row: dict[PropTag, Any]) -> MapiProp | None:
        entry_id = row.get(PR_ENTRYID)
        if not entry_id or provider_uid(entry_id) != self._world.book.uid:
            return None
        return self._world.open(entry_id, Access.READ)


class ContactsProvider(AddressBookProvider):
    """Opens the address book of a section, and makes its file at the first logon."""

    def logon(self, support: Support) -> AddressBookLogon:
        """See `AddressBookProvider.logon`."""
        path = book_path(support)
        known = support.section.get_prop(PR_RESOURCE_PATH) == str(path)
        book = Book(path, create=not known, name=support.section.settings.get("display_name") or DISPLAY_NAME)
        try:
            if not known:
                _remember(support, path)
            support.set_provider_uid(book.uid)
            return ContactsLogon(book, support)
        except BaseException:
            book.close()
            raise


def book_path(support: Support) -> Path:
    """The file of the section's address book."""
    chosen = support.section.settings.get("path")
    if chosen:
        return Path(chosen)
    return support.home / "books" / f"{_UNFIT.sub('_', support.files_name) or 'contacts'}.mapixbook"


def _remember(support: Support, path: Path) -> None:
    """Note in the section that the file was there: should it be gone one day, that is told, and no empty one made."""
    try:
        support.section.set_props({PR_RESOURCE_PATH: str(path)})
    except MapiError:
        return
