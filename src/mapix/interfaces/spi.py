"""The service provider interface: everything the author of a provider needs, in one place.

The parts live in `service`, `support`, `providers`, `transport` and `preprocess`; spooler hooks are here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mapix.interfaces.message import Message
from mapix.interfaces.preprocess import Preprocess, Preprocessed, Preprocessing, RemoveInfo
from mapix.interfaces.providers import (
    AddressBookLogon,
    AddressBookProvider,
    ProviderLogon,
    ProviderShutdown,
    StoreLogon,
    StoreProvider,
)
from mapix.interfaces.service import (
    MessageService,
    ProviderKind,
    ProviderSpec,
    Setting,
    SettingKind,
)
from mapix.interfaces.support import StoreSupport, Support, TransportSupport
from mapix.interfaces.transport import (
    AddressTypes,
    Coupling,
    Outcome,
    OutcomeKind,
    RecipientResult,
    RecipientState,
    Submission,
    TransportLogon,
    TransportProvider,
)

__all__ = [
    "AddressBookLogon",
    "AddressBookProvider",
    "AddressTypes",
    "Coupling",
    "MessageService",
    "Outcome",
    "OutcomeKind",
    "Placement",
    "Preprocess",
    "Preprocessed",
    "Preprocessing",
    "ProviderKind",
    "ProviderLogon",
    "ProviderShutdown",
    "ProviderSpec",
    "RecipientResult",
    "RecipientState",
    "RemoveInfo",
    "Setting",
    "SettingKind",
    "SpoolerHook",
    "StoreLogon",
    "StoreProvider",
    "StoreSupport",
    "Submission",
    "Support",
    "TransportLogon",
    "TransportProvider",
    "TransportSupport",
]


class SpoolerHook(Protocol):
    """Sees messages pass (SPL-22, SPI-6). Hooks are asked in the order of the profile; each sees what those before it
    decided, and what the last one says holds.
    """

    def outbound(self, message: Message) -> Placement | bytes | None:
        """A sent message; where it is kept: another sent-mail folder's entry id, a `Placement`, or None for no wish."""

    def inbound(self, message: Message, folder: bytes) -> Placement:
        """A delivered message, which lies in its receive folder and is meant for `folder`; where it goes. What is
        changed in it and saved is permanent. Asked outside of any transaction, before anybody is told of new mail; a
        message whose spooler died is shown again.
        """


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a message goes: a folder's entry id, or None to delete it (HOOK_DELETE); `stop` ends the chain of hooks
    (HOOK_CANCEL), as deleting does.
    """

    folder: bytes | None
    stop: bool = False
