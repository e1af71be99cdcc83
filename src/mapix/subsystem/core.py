"""The core of a session: what its members share (LOG-31..LOG-35).

A profile, the providers logged on with it, the status rows, the spooler. The core starts with its first member and
ends with its last. Stores are opened by each member for itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from mapix.interfaces.notify import ErrorNotification, Event, ExtendedNotification, Notification
from mapix.interfaces.spi import ProviderLogon, StoreLogon
from mapix.properties.errors import EndOfSession
from mapix.properties.flags import (
    STATUS_AVAILABLE,
    STATUS_FAILURE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_STATUS_CODE,
)
from mapix.subsystem.identity import Identities
from mapix.subsystem.lifetime import take_every
from mapix.subsystem.loading import Providers
from mapix.subsystem.profiles.profile import Pair, Profile, ProviderEntry, ServiceEntry
from mapix.subsystem.profiles.profilehandle import ProfileHandle, SessionProfile, UnstoredProfile
from mapix.subsystem.providerrow import row_of
from mapix.subsystem.spooling import Spooling
from mapix.subsystem.started import LoadedBook, Started, StartedTransport
from mapix.subsystem.statustable import SPOOLER_KEY, StatusTable
from mapix.subsystem.storelist import StoreList
from mapix.subsystem.support.routes import Routes
from mapix.subsystem.support.support import StoreProviderSupport

if TYPE_CHECKING:
    from mapix.subsystem.books.addressbook import IntegratedAddressBook
    from mapix.subsystem.broker.frames import Shared
    from mapix.subsystem.initialize import Subsystem
    from mapix.subsystem.session import Session
    from mapix.subsystem.sharing import Sharing
    from mapix.subsystem.support.providersession import ProviderSession

MEMBER_LEFT = 1
"""The code of the extended notification that tells session sinks of another member's logoff (NOT-14)."""

_log = logging.getLogger("mapix.subsystem")


class SessionCore:
    """One session. `ended` is called when its last member has left."""

    def __init__(
        self, subsystem: Subsystem, profile: Profile, ended: Callable[[SessionCore], None], uid: bytes | None = None
    ) -> None:
        self.subsystem = subsystem
        self.uid = uid or uuid4().bytes_le
        self.sharing: Sharing | None = None
        self.hosted = False
        """Whether the broker looks after what waits, so that the first member here need not."""
        self.handle = SessionProfile(subsystem.profiles, profile)
        self.engine = subsystem.notifications
        self.catalogue = subsystem.catalogue
        self.providers = Providers(subsystem.catalogue, self.handle, subsystem.limits)
        self.routes = Routes()
        self.status = StatusTable(self.uid, self.engine)
        self.stores = StoreList(self)
        self.identity = Identities(self)
        self.spooling = Spooling(self)
        self._ended = ended
        self.guard = threading.RLock()
        self._over = False
        self._members: list[Session] = []
        self._started = Started(self)
        self._book: IntegratedAddressBook | None = None
        self._provider_session: ProviderSession | None = None
        self.status.put_own_rows(profile.name, spooler=False)
        self.engine.add_poller(self.poll)

    @property
    def profile_name(self) -> str:
        """The profile of the session."""
        return self.handle.name

    @property
    def members(self) -> list[Session]:
        """Who is logged on."""
        return list(self._members)

    @property
    def has_mail(self) -> bool:
        """Whether some member has mail (LOG-30, LOG-32)."""
        return any(member.has_mail for member in self.members)

    def new_uid(self) -> bytes:
        """16 fresh bytes."""
        return uuid4().bytes_le

    # members

    def join(self, member: Session) -> bool:
        """One more member; the first with mail starts address books and transports (session 2.5, step 8, 9).

        False when the session has ended already. Stores are opened with the guard released: whoever has one locked
        may be waiting for it, to wake the spooler.
        """
        with self.guard:
            if self._over:
                return False
            self._members.append(member)
            if self.sharing is not None:
                self.sharing.member_came()
            if member.has_mail:
                with self.providers.asking(member.dialogs):
                    self.address_books()
                    self.transports()
                self.status.put(SPOOLER_KEY, {PR_STATUS_CODE: STATUS_AVAILABLE}, update=True)
        hosted, self.hosted = self.hosted, False
        if member.has_mail and not hosted:
            self.spooling.start_if_waiting(late=True)
        return True

    def share(self, sharing: Sharing) -> None:
        """Be tied to the broker: members that come and go from now on are told to it, where it knows of this one."""
        with self.guard:
            self.sharing = sharing
            if not self._members:
                sharing.end()

    def leave(self, member: Session, *, shared: bool) -> None:
        """A member has logged off: the others hear of it, the last one ends everything (LOG-35, NOT-14)."""
        with ExitStack() as afterwards, self.guard:
            if member not in self._members:
                return
            self._members.remove(member)
            self._over = not self._members
            if self._over:
                afterwards.callback(self._end)
            elif member.has_mail and not self.has_mail:
                afterwards.callback(self.spooling.end, self.spooling.dismiss())
                self.status.put(SPOOLER_KEY, {PR_STATUS_CODE: STATUS_FAILURE}, update=True)
            self.tell_of_leaving(shared=shared)
            if self.sharing is not None:
                self.sharing.member_left(shared=shared)

    def logons(self) -> list[ProviderLogon]:
        """Every logon object there is, in the order of a fast shutdown: transports, address books, stores (SES-69)."""
        stores = [logon for member in self.members for logon in member.store_logons()]
        return [*self._started.logons(), *stores, *self.spooling.store_logons()]

    def die(self) -> None:
        """The program ends at once: members answer no call any more, nobody is logged off, nothing is waited for."""
        with self.guard:
            self._over = True
            members, self._members = self._members, []
        for member in members:
            member.die()
        self.engine.remove_poller(self.poll)
        self.spooling.let_go()
        self.subsystem.profiles.release(self.profile_name)
        self._ended(self)

    def abandon(self) -> None:
        """End a session that nobody has joined."""
        with self.guard:
            self._over = True
        self._end()

    def tell_of_leaving(self, *, shared: bool) -> None:
        """Tell the members that another one has left; with `shared` that it asks them to, too."""
        for member in self.members:
            member.told(_left(shared))

    def poll(self) -> None:
        """Look for what other processes changed: in stores, in address books, in a shared session."""
        if self.sharing is not None:
            self.sharing.poll()
        for member in self.members:
            member.poll_stores()
        self._started.poll_books()

    def take_up(self, shared: Shared) -> None:
        """Know what other members of the session found out."""
        self.learn(shared.secrets, shared.typed)
        for service, reason in shared.disabled.items():
            self.providers.put_out_of_use(service, reason)

    def learn(self, found: Mapping[str, str], typed: Mapping[str, str]) -> None:
        """Know secrets of other members, by their places (LOG-31); what waited for one is tried again."""
        if self.handle.take_up(found, typed):
            self.spooling.retry()

    # providers

    def address_books(self) -> list[LoadedBook]:
        """The address books that could be logged on; the others are in `providers.failures` (SES-20, SES-21)."""
        with self.guard:
            return self._started.books()

    def transports(self) -> list[StartedTransport]:
        """The transports in transport order, those that failed among them."""
        with self.guard:
            return self._started.transports()

    def retry_transports(self) -> None:
        """Log transports on that could not be when the session began (STA-3)."""
        with self.guard:
            if self.has_mail:
                self._started.retry_transports()

    def store_support(
        self, pair: Pair, routes: Routes | None = None, wake: Callable[[], None] | None = None
    ) -> StoreProviderSupport:
        """A support object for a store."""
        routes = self.routes if routes is None else routes
        return StoreProviderSupport(self, *pair, routes, self._handle_of(pair), wake=wake)

    def address_book(self) -> IntegratedAddressBook:
        """The address book MAPI itself uses, for recipients of messages that are submitted."""
        from mapix.subsystem.books.addressbook import IntegratedAddressBook

        if self._book is None:
            self._book = IntegratedAddressBook(self)
        return self._book

    def provider_session(self) -> ProviderSession:
        """The session as its providers have it (SPI-45)."""
        from mapix.subsystem.support.providersession import ProviderSession

        with self.guard:
            if self._provider_session is None:
                self._provider_session = ProviderSession(self)
            return self._provider_session

    def store_logon(self, uid: bytes) -> StoreLogon | None:
        """The logon object of a store some member has open, by the uid of its section."""
        found = (member.store_logon(uid) for member in self.members)
        return next((logon for logon in found if logon is not None), None)

    def provider_status(
        self, service: ServiceEntry, provider: ProviderEntry, values: Mapping[PropTag, Any], *, update: bool
    ) -> None:
        """Set a provider's row of the status table; MAPI adds the columns that are its own (SES-31)."""
        row = row_of(self, (service, provider), values, update=update)
        self.status.put(provider.uid, row, update=update)

    def _handle_of(self, pair: Pair) -> ProfileHandle:
        """The profile a store stands in: the session's, or one of its own in memory (SES-18)."""
        if any(provider.uid == pair[1].uid for _, provider in self.handle.read().providers()):
            return self.handle
        profile = Profile(self.profile_name, self.handle.read().search_key, services=[pair[0]])
        return UnstoredProfile(profile)

    # the end

    def _end(self) -> None:
        """Log the providers off in the order of SES-61 and give the profile free."""
        take_every(
            partial(self.engine.remove_poller, self.poll),
            self.sharing.end if self.sharing is not None else _nothing,
            self._provider_session.end if self._provider_session is not None else _nothing,
            partial(self.spooling.stop, self._started.log_off_transports),
            self._started.log_off_books,
            self.providers.shutdown,
            partial(self.subsystem.profiles.release, self.profile_name),
            partial(self._ended, self),
        )


def _nothing() -> None:
    """There is nobody to be told."""


def _left(shared: bool) -> list[Notification]:
    """What the members that stay are told."""
    told: list[Notification] = [ExtendedNotification(Event.EXTENDED, MEMBER_LEFT)]
    if shared:
        text = "a member of the shared session asks everybody to log off"
        told.append(ErrorNotification(Event.CRITICAL_ERROR, EndOfSession.hresult, text=text))
    return told
