"""Providers of stores and address books, and what every logon object shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.status import Status
from mapix.interfaces.store import MsgStore
from mapix.interfaces.support import StoreSupport, Support
from mapix.interfaces.table import MapiTable
from mapix.properties.tag import PropTag


class ProviderShutdown(Protocol):
    """A provider's part in ending a program at once (IMAPIProviderShutdown, SES-69)."""

    def query_fast_shutdown(self) -> None:
        """Whether the provider can be left without its logoff; `NoSupport` where it cannot."""

    def notify_process_shutdown(self) -> None:
        """The program means to end at once: finish what must be finished, begin nothing."""

    def do_fast_shutdown(self) -> None:
        """It ends now; nothing is called any more. What is to last must be on disk when this returns."""


class ProviderLogon(ABC):
    """What all logon objects share."""

    def fast_shutdown(self) -> ProviderShutdown | None:
        """How the provider ends at once with its program; None where it has nothing to say (SES-69)."""
        return None

    def open_status_entry(self) -> Status:
        """The provider's status object; by default one made from its status row."""
        from mapix.properties.errors import NoSupport

        raise NoSupport("the provider has no status object of its own")

    def validate_state(self) -> None:
        """Find out whether the provider works: connect where it connects. Raises the error that says why not."""

    @abstractmethod
    def logoff(self) -> None:
        """Let go of everything (SPI-50); twice is harmless."""


class StoreLogon(ProviderLogon):
    """A store that is open (IMSLogon and the store itself, SPI-17)."""

    store: MsgStore


class StoreProvider(ABC):
    """IMSProvider."""

    @abstractmethod
    def logon(
        self, support: StoreSupport, *, entry_id: bytes | None, access: Access, spooler: bool = False
    ) -> StoreLogon:
        """Open the store of the section, or of the unwrapped `entry_id` (SPI-16). `spooler` marks the spooler's own
        logon, which may use the queue (SPI-19).

        `Unconfigured` when settings are missing, `FailOneProvider`, `LogonFailed`.
        """

    @abstractmethod
    def store_entry_id(self, support: StoreSupport) -> bytes:
        """The unwrapped entry id of the section's store, opening as little as possible."""

    def compare_store_ids(self, first: bytes, second: bytes) -> bool:
        """Whether two unwrapped ids name one store (SPI-20)."""
        return first == second

    def shutdown(self) -> None:
        """The session ends (SPI-50)."""


class AddressBookLogon(ProviderLogon):
    """IABLogon."""

    @abstractmethod
    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        """An entry, or the provider's root container."""

    @abstractmethod
    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        """Whether two identifiers name one entry."""

    @abstractmethod
    def containers(self) -> Sequence[AbContainer]:
        """Its top-level containers."""

    def prepare_recips(
        self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag]
    ) -> list[dict[PropTag, Any]]:
        """Complete recipient rows (ABK-40)."""
        return list(rows)

    def one_off_table(self) -> MapiTable:
        """Its templates."""
        from mapix.properties.errors import NoSupport

        raise NoSupport("the address book has no one-off templates")

    def poll(self) -> None:
        """Look for what others have changed, and tell it by `support.notify`; called now and then, so it is cheap."""


class AddressBookProvider(ABC):
    """IABProvider."""

    @abstractmethod
    def logon(self, support: Support) -> AddressBookLogon:
        """Open the book."""

    def shutdown(self) -> None:
        """The session ends."""
