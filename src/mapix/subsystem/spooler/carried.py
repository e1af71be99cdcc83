"""A message that the spooler has in hand: what was read of it, and how what becomes of it is made durable (SPL-76)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore, QueueEntry
from mapix.objects.messages.content import recipient_rows
from mapix.objects.messages.correspondents import SENDER, SENT_REPRESENTING
from mapix.objects.messages.naming import submission_key
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DEFERRED_SEND_TIME,
    PR_INTERNET_MESSAGE_ID,
    PR_MESSAGE_SIZE,
    PR_PREPROCESS,
    PR_ROWID,
    PR_SUBMIT_FLAGS,
)
from mapix.subsystem.spooler.delivery import Delivery
from mapix.subsystem.spooler.matching import candidates
from mapix.subsystem.spooler.means import Means
from mapix.subsystem.spooler.reports import ABOUT_REPORTS
from mapix.subsystem.spooler.transports import LoadedTransport

_ASKED: Final = (
    PR_DEFERRED_SEND_TIME,
    PR_INTERNET_MESSAGE_ID,
    PR_MESSAGE_SIZE,
    PR_PREPROCESS,
    PR_SUBMIT_FLAGS,
    *ABOUT_REPORTS,
    *SENT_REPRESENTING,
    *SENDER,
)


@dataclass(slots=True)
class Carried:
    """A message of a store, with what its journey is made with."""

    means: Means
    store: MsgStore
    entry: QueueEntry
    transports: Sequence[LoadedTransport]
    message: Message | None = None
    props: Mapping[PropTag, Any] = field(default_factory=dict)
    rows: dict[int, dict[PropTag, Any]] = field(default_factory=dict)
    durable: Delivery | None = None
    """What the store knows."""
    key: bytes = b""
    """The name of this submission, from the first look on."""
    wanted: dict[int, list[bytes]] | None = None
    """The transports that each recipient may go to, once they were asked."""

    def look(self) -> Delivery:
        """Open the message and read what the journey needs; nothing is changed."""
        self.message = cast(Message, self.store.open_entry(self.entry.entry_id, Access.READ))
        self.props = self.message.get_props(_ASKED)
        self.rows = {row[PR_ROWID]: row for row in recipient_rows(self.message)}
        self.key = submission_key(self.entry.entry_id, self.entry.submit_time)
        since = self.props.get(PR_DEFERRED_SEND_TIME, 0)
        self.durable = Delivery.of(self.entry, self.rows.values(), since)
        return self.durable

    def forget(self) -> None:
        """Let go of what was looked at."""
        message, self.message = self.message, None
        if message is not None:
            message.close()

    def _choices(self) -> dict[int, list[bytes]]:
        """The transports that each recipient may go to."""
        offers = [(each.uid, each.logon.address_types()) for each in self.transports]
        return {row_id: candidates(row, offers) for row_id, row in self.rows.items()}

    def _save(self, state: Delivery) -> None:
        """Make what changed durable; what cannot be recorded is kept in mind, never sent again."""
        known = self.durable
        assert known is not None
        if state is known:
            return
        changes = state.changes(known, self.means.clock()) if state.recipients is not known.recipients else {}
        moved = (known.due, known.attempts, known.reason) != (state.due, state.attempts, state.reason)
        if not changes and (state.settled or not moved):
            return
        self.means.unsaved[self.identity] = state
        self._record(changes, state)
        del self.means.unsaved[self.identity]
        self.durable = state
        for row_id, props in changes.items():
            self.rows[row_id] |= props

    def _record(self, changes: Mapping[int, Mapping[PropTag, Any]], state: Delivery) -> None:
        self.store.outgoing.record(
            self.entry.entry_id, changes, due=state.due, attempts=state.attempts, reason=state.reason
        )

    @property
    def identity(self) -> tuple[bytes, int]:
        """Which submission of which message it is."""
        return self.entry.entry_id, self.entry.submit_time
