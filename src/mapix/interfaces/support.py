"""Support objects: what MAPI hands to each kind of provider (IMAPISupport)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mapix.interfaces.admin import ProfSect
from mapix.interfaces.notify import AdviseSink, Event, NewMailNotification, Notification
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.properties.content import MessageContent
from mapix.properties.flags import NOTIFY_READYTOSEND
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    from mapix.interfaces.preprocess import Preprocess, RemoveInfo


class Support(Protocol):
    """What MAPI gives every provider (IMAPISupport)."""

    @property
    def profile_name(self) -> str:
        """The profile of the session."""

    @property
    def files_name(self) -> str:
        """What a provider calls files of its own where no setting says it: the name the profile was made under, with a
        number where it has several services of the same name. A profile that is renamed keeps its files.
        """

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

    def submission_flags(self, recipients: Sequence[dict[PropTag, Any]]) -> int:
        """What a submission to these expanded recipients needs (ExpandRecips, SPL 6.2.6): NEEDS_PREPROCESSING where a
        transport has to prepare the message, NEEDS_SPOOLER where a transport that shares the store cannot reach all.
        """

    def spooler_notify(self, flags: int = NOTIFY_READYTOSEND, *, news: NewMailNotification | None = None) -> None:
        """Tell the spooler (SPL-43): there is something to send, or with NOTIFY_NEWMAIL_RECEIVED and its `news` that a
        message arrived which the store wrote itself. The spooler asks the hooks and calls `notify_new_mail` (SPL-50).

        `NoSupport` for what only transports say.
        """

    def complete_msg(self, entry_id: bytes) -> None:
        """A message of the queue, unlocked and due, was sent to everybody by the store itself: the spooler is to do
        what comes after (CompleteMsg). `NoSupport` where there is none: the store does it then (SPL-26).
        """

    def store_logoff_transports(self, flags: int) -> int:
        """The store is leaving (SPL-60): LOGOFF_PURGE sends first what waits, LOGOFF_NO_WAIT has it sent. What is left
        is in the answer. `NoSupport` where there is no spooler.
        """

    def identity(self) -> Mapping[PropTag, Any]:
        """PR_SENDER_* of the session's primary identity, empty when there is none."""


class TransportSupport(Support, Protocol):
    """What a transport provider gets besides."""

    @property
    def logon_flags(self) -> int:
        """How the transport is to log on (SPI-29): LOGON_NO_DIALOG where nobody is asked, LOGON_NO_CONNECT where the
        user works offline; LOGON_NO_INBOUND and LOGON_NO_OUTBOUND, as work begins with NOTIFY_BEGIN_* only.
        """

    def spooler_notify(self, flags: int = NOTIFY_READYTOSEND, entry_id: bytes | None = None) -> None:
        """Tell the spooler (SPL-43): ready to send again, NOTIFY_NEWMAIL, NOTIFY_CONFIG_CHANGE, the begin and end of a
        critical section, NOTIFY_CRITICAL_ERROR, or NOTIFY_SENTDEFERRED with the `entry_id` of the submission.

        `NoSupport` for what only stores say, `InvalidParameter` for words that exclude each other.
        """

    def spooler_yield(self) -> bool:
        """Whether the message under way is to be given up, with an outcome LATER (SPL-44)."""

    def deliver(self, store: MsgStore, content: MessageContent, delivery_key: bytes) -> bytes | None:
        """Put a message into a store by its receive folders and tell its sinks (SPL 6.9); its entry id, None when the
        delivery of this key was made before.
        """

    def register_preprocessor(
        self,
        preprocess: Preprocess | str,
        remove: RemoveInfo | str | None = None,
        *,
        uid: bytes | None = None,
        address_type: str | None = None,
    ) -> None:
        """Have messages prepared before they are sent (SPL-20): those with a recipient of this transport whose
        identifier has the provider `uid` or whose address is of `address_type`, all of its recipients' with neither.
        No message is prepared that a transport before it takes.

        `remove` undoes it in what was sent. Text names a function of a module: `"pager.sealing:seal"`.
        """
