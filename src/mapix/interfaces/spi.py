"""The service provider interface: what a message service and its providers are, and what MAPI hands to them.

A distribution offers a message service by an entry point in the group `mapix.services` that names a `MessageService`
value. Reading the catalogue loads no provider module; `ProviderSpec.load` does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, Protocol

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.admin import ProfSect
from mapix.interfaces.message import Message
from mapix.interfaces.notify import AdviseSink, Event, Notification
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.status import Status
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import MapiTable
from mapix.properties.content import MessageContent
from mapix.properties.tag import PropTag


class ProviderKind(IntEnum):
    """PR_RESOURCE_TYPE of a provider (PRF-50)."""

    STORE = 33
    ADDRESS_BOOK = 35
    TRANSPORT = 36


class SettingKind(Enum):
    """What a setting holds."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    PATH = "path"
    CHOICE = "choice"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a message service; drives prompts, options, validation and defaults. Secrets are never in the
    profile's file.
    """

    name: str
    kind: SettingKind = SettingKind.TEXT
    help: str = ""
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """One provider of a service. `load` imports and makes a provider object: `StoreProvider`, `AddressBookProvider`
    or `TransportProvider`.

    `resource_flags` are the static PR_RESOURCE_FLAGS (PRF 4.8).
    """

    kind: ProviderKind
    name: str
    display_name: str
    load: Callable[[], StoreProvider | AddressBookProvider | TransportProvider]
    resource_flags: int = 0


@dataclass(frozen=True, slots=True)
class MessageService:
    """What users install: providers configured together (PRF-2)."""

    name: str
    display_name: str
    providers: tuple[ProviderSpec, ...]
    settings: tuple[Setting, ...] = ()
    single_copy: bool = False
    check: Callable[[Mapping[str, Any]], None] | None = None
    """Raises `InvalidParameter` or `Unconfigured` for settings that cannot work together; opens nothing."""
    configure: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    """Asked once when a provider says `Unconfigured`: settings that complete the given ones (MSG_SERVICE_CONFIGURE,
    LOG-24). Raises `Unconfigured` when it cannot.
    """


class Support(Protocol):
    """What MAPI gives every provider (IMAPISupport)."""

    @property
    def profile_name(self) -> str:
        """The profile of the session."""

    @property
    def home(self) -> Path:
        """The directory that holds this user's profiles, where providers may keep files of their own."""

    @property
    def section(self) -> ProfSect:
        """The provider's own profile section, with the settings of its service."""

    def set_provider_uid(self, uid: bytes) -> None:
        """Register a uid that leads entry identifiers here (SPI-36)."""

    def new_uid(self) -> bytes:
        """16 fresh bytes."""

    def subscribe(self, key: bytes, mask: Event, sink: AdviseSink) -> int:
        """Register a sink under a key (SPI-41, NOT-25)."""

    def unsubscribe(self, connection: int) -> None:
        """End a registration; `NotFound`."""

    def notify(self, key: bytes, notifications: Sequence[Notification]) -> None:
        """Queue notifications for the sinks of a key; delivered after the causing call (NOT-20)."""

    def modify_status_row(self, values: Mapping[PropTag, Any], *, update: bool = False) -> None:
        """Set or merge the provider's row of the status table (SPI-38)."""

    def open_entry(self, entry_id: bytes, access: Access = Access.READ) -> MapiProp:
        """As the session's (SPI-42)."""

    def wrap_store_entryid(self, inner: bytes) -> bytes:
        """The form of a store's identifier that clients see (SPI-30)."""


class StoreSupport(Support, Protocol):
    """What a store provider gets besides."""

    def expand_recips(self, recipients: Sequence[dict[PropTag, Any]]) -> list[dict[PropTag, Any]]:
        """Recipient rows made ready for sending: one-offs and missing addresses resolved, lists expanded, duplicates
        marked (SPL 6.2.6).
        """

    def spooler_notify(self) -> None:
        """Wake the spooler: there is something to send."""

    def identity(self) -> Mapping[PropTag, Any]:
        """PR_SENDER_* of the session's primary identity, empty when there is none."""


class RecipientState(Enum):
    """What became of one recipient at a transport."""

    SENT = "sent"
    FAILED = "failed"
    RETRY = "retry"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class RecipientResult:
    """What a transport says of one recipient row: `code` and `text` as the peer gave them (SMTP reply)."""

    row_id: int
    state: RecipientState
    code: int = 0
    text: str = ""


class OutcomeKind(Enum):
    """How `TransportLogon.submit_message` ended (SPL 6.2)."""

    DONE = "done"
    NOT_ME = "not me"
    BUSY = "busy"
    WAIT = "wait"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one submission to one transport.

    DONE: `results` tell each recipient. NOT_ME: ask the next transport. BUSY, WAIT: nothing was handed over, try
    again after `wait` seconds (0: the spooler decides). REFUSED: the message as a whole is not taken, ever; every
    recipient fails with `code` and `text`.
    """

    kind: OutcomeKind = OutcomeKind.DONE
    results: tuple[RecipientResult, ...] = ()
    wait: float = 0.0
    code: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a transport is asked to send.

    `message` is open read-only; `recipients` are the rows this transport is to handle (each with PR_ROWID,
    PR_ADDRTYPE, PR_EMAIL_ADDRESS, PR_RECIPIENT_TYPE), `message_id` the RFC 5322 Message-ID kept for all attempts,
    `delivery_key` names (message, transport-independent) for duplicate suppression. `progress(results)` makes results
    durable at once, before the transport goes on to the next recipient or command (SPL-76): a transport calls it as
    soon as a peer has acknowledged. `meanwhile()` may be called while a peer thinks: the spooler uses the time to look
    at what comes next, and hands it to `TransportLogon.prepare`.
    """

    message: Message
    store: MsgStore
    recipients: tuple[dict[PropTag, Any], ...]
    message_id: str
    delivery_key: bytes
    attempt: int
    progress: Callable[[Sequence[RecipientResult]], None]
    meanwhile: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class AddressTypes:
    """What a transport takes (SPL-10..SPL-12): `types` None means every type; `uids` are recipients' provider uids."""

    types: tuple[str, ...] | None = ()
    uids: tuple[bytes, ...] = ()


class TransportSupport(Support, Protocol):
    """What a transport provider gets besides."""

    def spooler_notify(self) -> None:
        """Wake the spooler: configuration changed, mail arrived, or ready to send again."""

    def deliver(self, store: MsgStore, content: MessageContent, delivery_key: bytes) -> bytes | None:
        """Put a message into a store by its receive folders and tell its sinks (SPL 6.9); its entry id, None when the
        delivery of this key was made before.
        """


class ProviderLogon(ABC):
    """What all logon objects share."""

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


class TransportLogon(ProviderLogon):
    """IXPLogon. Used by the spooler's thread only, except `validate_state`."""

    @abstractmethod
    def address_types(self) -> AddressTypes:
        """Which recipients this transport takes (SPL-10)."""

    @abstractmethod
    def submit_message(self, submission: Submission) -> Outcome:
        """Hand a message over (SPL 6.2). Never raises for what the peer says: that is in the outcome."""

    def prepare(self, submission: Submission) -> None:
        """A submission that will probably follow: make of it what takes time. Nothing is handed over, and when it
        comes it may be another attempt, or not come at all.
        """

    def flush(self) -> None:
        """The spooler has nothing more for now: connections kept for reuse may be given up after a while."""

    def poll(self) -> bool:
        """Whether new mail waits (SPL 6.9); False for a transport that only sends."""
        return False

    def start_message(self, message: Message) -> bytes | None:
        """Fill one new message and save it; a token for `accept_message`, None when nothing was left. Inbound step 3
        of SPL 6.9.
        """
        return None

    def accept_message(self, token: bytes) -> None:
        """The message is safe in the store: the source may forget it (SPL-76)."""


class TransportProvider(ABC):
    """IXPProvider."""

    @abstractmethod
    def logon(self, support: TransportSupport) -> TransportLogon:
        """Start the transport; connects only when there is something to do."""

    def identity(self, support: TransportSupport) -> Mapping[PropTag, Any]:
        """PR_IDENTITY_* of the transport's user: all three or none (SES-42)."""
        return {}

    def shutdown(self) -> None:
        """The session ends."""


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


class AddressBookProvider(ABC):
    """IABProvider."""

    @abstractmethod
    def logon(self, support: Support) -> AddressBookLogon:
        """Open the book."""

    def shutdown(self) -> None:
        """The session ends."""


class SpoolerHook(Protocol):
    """Sees messages pass (SPL-22, SPI-6)."""

    def outbound(self, message: Message) -> bytes | None:
        """A sent message; another sent-mail folder's entry id, or None."""

    def inbound(self, message: Message, folder: bytes) -> Placement:
        """A delivered message; where it goes."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an inbound message goes: a folder's entry id, or None to drop it; `stop` ends the chain of hooks."""

    folder: bytes | None
    stop: bool = False


@dataclass(slots=True)
class OptionData:
    """Defaults a transport registers for messages or recipients of an address type (SES-67)."""

    address_type: str
    properties: dict[PropTag, Any] = field(default_factory=dict)
