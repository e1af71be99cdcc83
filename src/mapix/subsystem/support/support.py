"""The support objects of address books and stores (session 5.7); what all kinds share is in `commonsupport`, what
transports get in `transportsupport`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from mapix.interfaces.container import Completion, MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.notify import NewMailNotification
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import InvalidObject, InvalidParameter, MapiError, NoSupport, NotFound, UserCancel
from mapix.properties.flags import (
    NEEDS_PREPROCESSING,
    NEEDS_SPOOLER,
    NOTIFY_NEWMAIL_RECEIVED,
    NOTIFY_READYTOSEND,
    STATUS_OWN_STORE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_RESPONSIBILITY
from mapix.properties.value import Problems
from mapix.subsystem.profiles.profile import ProviderEntry, ServiceEntry
from mapix.subsystem.profiles.profilehandle import ProfileHandle
from mapix.subsystem.support.commonsupport import CommonSupport, RoutedSupport
from mapix.subsystem.support.routes import Routes

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

__all__ = ["CommonSupport", "ProviderSupport", "StoreProviderSupport"]


class ProviderSupport(RoutedSupport):
    """What an address book provider gets."""

    def address(self, **asked: Any) -> list[dict[PropTag, Any]]:
        """See `AddrBook.address`."""
        return cast(list[dict[PropTag, Any]], self._asked("address")(**asked))

    def details(self, entry_id: bytes, **asked: Any) -> None:
        """See `AddrBook.details`."""
        self._asked("details")(entry_id, **asked)

    def new_entry(self, *args: Any, **asked: Any) -> bytes:
        """See `AddrBook.new_entry`."""
        return cast(bytes, self._asked("new_entry")(*args, **asked))

    def get_one_off_table(self) -> MapiTable:
        """The templates of all address books, which one at least must have."""
        self._check()
        for book in self.core.address_books() if self._waiting is None else ():
            with suppress(MapiError):
                return book.logon.one_off_table()
        raise NotFound("no address book has templates")

    def open_template_id(self, template_id: bytes, access: Access = Access.READ) -> MapiProp:
        """The object behind an entry that another provider copied from here (SPI-26)."""
        return self.open_entry(template_id, access)

    def _asked(self, method: str) -> Callable[..., Any]:
        """A dialog of the integrated address book; `UserCancel` where there is none, as nobody answers."""
        found = getattr(self.open_address_book(), method, None)
        if found is None:
            raise UserCancel("there is nobody to ask", value=method)
        return cast(Callable[..., Any], found)


class StoreProviderSupport(RoutedSupport):
    """What a store provider gets. `wake` is called when there is something to send."""

    def __init__(
        self,
        core: SessionCore,
        service: ServiceEntry,
        provider: ProviderEntry,
        routes: Routes,
        handle: ProfileHandle,
        *,
        wake: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(core, service, provider, routes, handle)
        self._wake = wake

    def expand_recips(self, recipients: Sequence[dict[PropTag, Any]]) -> list[dict[PropTag, Any]]:
        """See `StoreSupport.expand_recips`."""
        from mapix.subsystem.books.recipients import expand

        self._check()
        return expand(recipients, self.core.address_book)

    def submission_flags(self, recipients: Sequence[dict[PropTag, Any]]) -> int:
        """See `StoreSupport.submission_flags`."""
        self._check()
        flags = NEEDS_PREPROCESSING if self.core.spooling.may_prepare(recipients) else 0
        return flags | (NEEDS_SPOOLER if self._is_for_others(recipients) else 0)

    def _is_for_others(self, recipients: Sequence[dict[PropTag, Any]]) -> bool:
        """Whether the transport that shares the store's server cannot reach them all (STATUS_OWN_STORE)."""
        if not any(each.resource_flags & STATUS_OWN_STORE for each in self.service.providers):
            return False
        transports = self.core.transports() if self.core.has_mail else ()
        own = [each for each in transports if each.pair[0].uid == self.service.uid]
        types = [each.logon.address_types() for each in own if each.logon is not None]
        return not all(row.get(PR_RESPONSIBILITY) or any(each.take(row) for each in types) for row in recipients)

    def spooler_notify(self, flags: int = NOTIFY_READYTOSEND, *, news: NewMailNotification | None = None) -> None:
        """See `StoreSupport.spooler_notify`; without mail nobody is told (LOG-30)."""
        self._check()
        if flags & ~(NOTIFY_READYTOSEND | NOTIFY_NEWMAIL_RECEIVED):
            raise NoSupport("only transports say this to the spooler", value=hex(flags))
        if bool(flags & NOTIFY_NEWMAIL_RECEIVED) != (news is not None):
            raise InvalidParameter("new mail is told with NOTIFY_NEWMAIL_RECEIVED and its notification", value=flags)
        if self._wake is None:
            return
        wake = self._wake if news is None else partial(self.core.spooling.mail_received, self._pair, news)
        if self._waiting is not None:
            self._waiting.append(wake)
        else:
            wake()

    @property
    def _pair(self) -> tuple[ServiceEntry, ProviderEntry]:
        return self.service, self.provider

    def identity(self) -> Mapping[PropTag, Any]:
        """See `StoreSupport.identity`."""
        return self.core.identity.sender()

    def complete_msg(self, entry_id: bytes) -> None:
        """See `StoreSupport.complete_msg`: it waits, nobody is left to send to, and the spooler comes by."""
        store = self._store()
        if self._wake is None or store.outgoing.find(entry_id) is None:
            store.finished_msg(entry_id)
            return
        self._wake()

    def do_sent_mail(self, message: Message, folder: bytes | None = None) -> bytes | None:
        """See `storesupport.do_sent_mail`."""
        from mapix.subsystem.support.storesupport import do_sent_mail

        return do_sent_mail(message, self._store().open_entry, folder)

    def prepare_submit(self, message: Message) -> None:
        """See `storesupport.prepare_submit`."""
        from mapix.subsystem.support.storesupport import prepare_submit

        self._check()
        prepare_submit(message, self.expand_recips)

    def read_receipt(self, message: Message, report: Message, *, read: bool = True) -> None:
        """See `storesupport.read_receipt`."""
        from mapix.subsystem.support.storesupport import read_receipt

        self._check()
        read_receipt(message, report, self.identity(), read=read)

    def do_copy_to(self, source: MapiProp, target: MapiProp, **how: Any) -> Problems:
        """See `storesupport.do_copy_to` (SPI-43)."""
        from mapix.subsystem.support.storesupport import do_copy_to

        self._check()
        return do_copy_to(source, target, **how)

    def do_copy_props(self, source: MapiProp, target: MapiProp, include: Collection[PropTag], **how: Any) -> Problems:
        """See `storesupport.do_copy_props` (SPI-43)."""
        from mapix.subsystem.support.storesupport import do_copy_props

        self._check()
        return do_copy_props(source, target, include, **how)

    def copy_messages(
        self, source: MapiFolder, entry_ids: Sequence[bytes], target: MapiFolder, *, move: bool = False
    ) -> Completion:
        """See `storesupport.copy_messages`."""
        from mapix.subsystem.support.storesupport import copy_messages

        self._check()
        return copy_messages(source, entry_ids, target, move=move)

    def copy_folder(self, source: MapiFolder, entry_id: bytes, target: MapiFolder, **how: Any) -> Completion:
        """See `storesupport.copy_folder`."""
        from mapix.subsystem.support.storesupport import copy_folder

        self._check()
        return copy_folder(source, entry_id, target, **how)

    def modify_profile(self, *, temporary: bool = False) -> None:
        """Make a store that was opened for a while part of the profile (SPI-39); nothing for MDB_TEMPORARY."""
        self._check()
        if not temporary:
            self.core.stores.make_permanent((self.service, self.provider))

    def store_logoff_transports(self, flags: int) -> int:
        """See `StoreSupport.store_logoff_transports`."""
        from mapix.subsystem.storelogoff import before_store_logoff

        return before_store_logoff(self.core, (self.service, self.provider), self._store(), flags)

    def _store(self) -> MsgStore:
        self._check()
        if self.opener is None:
            raise InvalidObject("the store is not open yet", value=self.provider.name)
        return cast(MsgStore, self.opener)
