"""Transports: what one is asked to send, what it answers for each recipient, and how it brings mail in (IXPLogon)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from mapix.interfaces.message import Message
from mapix.interfaces.providers import ProviderLogon
from mapix.interfaces.store import MsgStore
from mapix.interfaces.support import TransportSupport
from mapix.properties.flags import LOGON_SP_IDLE, LOGON_SP_POLL
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ADDRTYPE, PR_ENTRYID


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
    AGAIN = "again"
    LATER = "later"
    DEFERRED = "deferred"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one submission to one transport.

    DONE: `results` tell each recipient. NOT_ME: ask the next transport. BUSY, WAIT: nothing was handed over, try
    again after `wait` seconds (0: the spooler decides). REFUSED: the message as a whole is not taken, ever; every
    recipient fails with `code` and `text`.

    AGAIN: start over with this transport now. LATER: this message, not the transport, is to be tried later. DEFERRED:
    the transport keeps the message and says with NOTIFY_SENTDEFERRED when it wants it again (SPL-37); CANCEL: it no
    longer wants what it deferred, and the message is tried like any other.
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
    soon as a peer has acknowledged. `meanwhile()` may be called whenever a peer thinks, and before it takes long: each
    time the spooler does one thing, finishing the message before or looking at the next one, which it hands to
    `TransportLogon.prepare`. `entry_id` is the identifier to name in NOTIFY_SENTDEFERRED; `deferred` (BEGIN_DEFERRED)
    says that this submission answers such a notification.
    """

    message: Message
    store: MsgStore
    recipients: tuple[dict[PropTag, Any], ...]
    message_id: str
    delivery_key: bytes
    attempt: int
    progress: Callable[[Sequence[RecipientResult]], None]
    meanwhile: Callable[[], None] = lambda: None
    entry_id: bytes = b""
    deferred: bool = False


@dataclass(frozen=True, slots=True)
class AddressTypes:
    """What a transport takes (SPL-10..SPL-12): `types` None means every type; `uids` are recipients' provider uids."""

    types: tuple[str, ...] | None = ()
    uids: tuple[bytes, ...] = ()

    def has_uid(self, row: Mapping[PropTag, Any]) -> bool:
        """Whether the recipient's entry identifier is of a provider that is named (SPL-11)."""
        return row.get(PR_ENTRYID, b"")[4:20] in self.uids

    def has_type(self, row: Mapping[PropTag, Any]) -> bool:
        """Whether the recipient's address type is one of these, case aside (SPL-11, SPL-12).

        A recipient without an address type is unresolved: nobody takes it by type (SPL-15).
        """
        address_type = row.get(PR_ADDRTYPE, "").upper()
        if not address_type:
            return False
        return self.types is None or address_type in (each.upper() for each in self.types)

    def take(self, row: Mapping[PropTag, Any]) -> bool:
        """Whether a recipient is taken by either."""
        return self.has_uid(row) or self.has_type(row)


class TransportLogon(ProviderLogon):
    """IXPLogon. Used by the spooler's thread only, except `validate_state` and `remote`."""

    logon_flags: int = LOGON_SP_IDLE | LOGON_SP_POLL
    """What the transport asks for at its logon (SPI-29): LOGON_SP_IDLE to have `flush` called when there is nothing to
    do, LOGON_SP_POLL to be polled, LOGON_SP_RESOLVE for recipients that others take to be resolved, too, as they are.
    """

    connects: bool = True
    """Whether it needs a line to anywhere: one that needs none goes on where the user works offline (SPL-45)."""

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

    def message_options(self, address_type: str) -> Mapping[PropTag, Any]:
        """Options that messages of an address type may have, with their defaults (RegisterOptions, SES-67); none."""
        return {}

    def flush(self) -> None:
        """The spooler has nothing more for now: connections kept for reuse may be given up after a while."""

    def transport_notify(self, flags: int) -> None:
        """Work begins or ends (NOTIFY_BEGIN_*, NOTIFY_END_*), or a deferred message is no longer wanted (SPL-41)."""

    def remote(self, flags: int) -> None:
        """What ValidateState asks of a transport that shows STATUS_REMOTE_ACCESS (STA-9): to refresh or process its
        headers with the next flush, or to give that up. `Busy` where it cannot be given up.
        """

    def flush_queues(self, flags: int) -> None:
        """The queues are about to be emptied in the directions of `flags`: FLUSH_UPLOAD, FLUSH_DOWNLOAD (SPL-55)."""

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


@dataclass(frozen=True, slots=True)
class Coupling:
    """A store that shares its server with a transport: tightly coupled (SPL-2, ST-072).

    `transport` answers the logon object of that transport, None while it is not logged on. Whom it takes gets a message
    as soon as it is submitted; the spooler sees the message only where others are left, or something is to be done
    before or after. With `completes` it makes the sent-mail step, so that hooks are asked (CompleteMsg); otherwise the
    store does (SPL-26).
    """

    transport: Callable[[], TransportLogon | None]
    completes: bool = True
