"""The journey of one submitted message: lock, transports in order, reports, sent-mail step (SPL 6.2).

Everything a transport says is durable before anything else happens (SPL-76), so that a crash at any point repeats no
recipient that was acknowledged. What a transport is to handle (its rows of PR_RESPONSIBILITY FALSE) is in its
`Submission`.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, cast

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Outcome, OutcomeKind, RecipientResult, RecipientState, SpoolerHook, Submission
from mapix.interfaces.store import MsgStore, QueueEntry
from mapix.objects.content import recipient_rows
from mapix.objects.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.errors import MapiError, NotFound, NotInQueue
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DEFERRED_SEND_TIME,
    PR_INTERNET_MESSAGE_ID,
    PR_PARENT_ENTRYID,
    PR_RESPONSIBILITY,
    PR_ROWID,
)
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler.delivery import Delivery, Pace
from mapix.subsystem.spooler.matching import candidates, next_call
from mapix.subsystem.spooler.reports import ABOUT_REPORTS, Reporter
from mapix.subsystem.spooler.transports import Holds, LoadedTransport

_log = logging.getLogger(__name__)
_ASKED = (PR_DEFERRED_SEND_TIME, PR_INTERNET_MESSAGE_ID, *ABOUT_REPORTS, *SENT_REPRESENTING, *SENDER)
NO_TRANSPORT = "no transport is logged on"


@dataclass(slots=True)
class Outbound:
    """Carries messages of a store to transports, one at a time."""

    reporter: Reporter
    pace: Pace = field(default_factory=Pace)
    hooks: Sequence[SpoolerHook] = ()
    clock: Callable[[], int] = now
    jitter: Callable[[], float] = random.random
    holds: Holds = field(default_factory=Holds)
    unsaved: dict[tuple[bytes, int], Delivery] = field(default_factory=dict)
    """Deliveries whose last step could not be recorded; recorded first when their message comes up again."""
    stuck: list[tuple[MsgStore, QueueEntry]] = field(default_factory=list)
    """Messages that could not even be put off; they are still locked."""

    def send(
        self,
        store: MsgStore,
        entries: Sequence[QueueEntry],
        transports: Callable[[], Sequence[LoadedTransport]],
        go_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """Take due messages as far as they get, one after the other while `go_on` says so.

        What fails with a message is logged and puts it off. Raises only what keeps the store from remembering that.
        """
        locked: QueueEntry | None = None
        for entry, following in zip(entries, [*entries[1:], None], strict=True):
            if not go_on():
                break
            if entry == locked or lock(store, entry):
                done = self._send_one(store, entry, transports(), following)
                locked = following if done else None
        if locked is not None:
            store.set_lock_state(locked.entry_id, locked=False)

    def _send_one(
        self,
        store: MsgStore,
        entry: QueueEntry,
        transports: Sequence[LoadedTransport],
        following: QueueEntry | None,
    ) -> bool:
        """Take one locked message as far as it gets; whether `following` was locked when it was finished."""
        try:
            return _Journey(self, store, entry, transports).run(following)
        except Exception as error:
            _log.exception("a message could not be sent; it stays in the queue")
            self.stuck.append((store, replace(entry, reason=_words(error))))
        self.recover()
        return False

    def recover(self) -> None:
        """Put off and unlock what an error left locked."""
        while self.stuck:
            store, entry = self.stuck[-1]
            attempts = entry.attempts + 1
            due = self.clock() + int(self.pace.pause(attempts, self.jitter()) * TICKS_PER_SECOND)
            with suppress(NotInQueue, NotFound):
                store.outgoing.record(entry.entry_id, {}, due=due, attempts=attempts, reason=entry.reason)
                store.set_lock_state(entry.entry_id, locked=False)
            self.stuck.pop()


@dataclass(slots=True)
class _Journey:
    """One attempt at one message."""

    outbound: Outbound
    store: MsgStore
    entry: QueueEntry
    transports: Sequence[LoadedTransport]
    rows: dict[int, dict[PropTag, Any]] = field(default_factory=dict)
    durable: Delivery | None = None
    """What the store knows."""

    props: Mapping[PropTag, Any] = field(default_factory=dict)

    def run(self, following: QueueEntry | None) -> bool:
        """Go; whether `following` was locked together with the last step."""
        message = cast(Message, self.store.open_entry(self.entry.entry_id, Access.READ))
        try:
            self.props = message.get_props(_ASKED)
            self.rows = {row[PR_ROWID]: row for row in recipient_rows(message)}
            delivery = self._begin()
            if not delivery.settled:
                delivery = self._round(message, delivery)
            self._report(message, delivery)
            folder = self._sent_folder(message) if delivery.settled else None
        finally:
            message.close()
        if delivery.settled:
            return self._finish(folder, following)
        self.store.set_lock_state(self.entry.entry_id, locked=False)
        return False

    def _begin(self) -> Delivery:
        since = self.props.get(PR_DEFERRED_SEND_TIME, 0)
        self.durable = delivery = Delivery.of(self.entry, self.rows.values(), since)
        unsaved = self.outbound.unsaved.get(self._key)
        if unsaved is None:
            return delivery
        kept = replace(unsaved, due=self.entry.due, attempts=self.entry.attempts, reason=self.entry.reason).again()
        self._save(kept)
        return kept

    def _round(self, message: Message, delivery: Delivery) -> Delivery:
        """Ask transports until nobody is left to ask, then conclude the round."""
        by_uid = {each.uid: each for each in self.transports}
        offers = [(each.uid, each.logon.address_types()) for each in self.transports]
        wanted = {row_id: candidates(row, offers) for row_id, row in self.rows.items()}
        if not by_uid:
            delivery = delivery.asking(b"", self.rows).after(Outcome(OutcomeKind.WAIT, text=NO_TRANSPORT))
        while (call := next_call(delivery, wanted, list(by_uid))) is not None:
            uid, row_ids = call
            delivery = self._ask(by_uid[uid], message, delivery.asking(uid, row_ids))
        moment = self.outbound.clock()
        over = delivery.round_over(moment, self.outbound.pace, self.outbound.jitter())
        self._save(over)
        return over

    def _ask(self, transport: LoadedTransport, message: Message, delivery: Delivery) -> Delivery:
        """One transport's turn, unless it said not to be asked yet."""
        holds, moment = self.outbound.holds, self.outbound.clock()
        outcome = holds.still(transport.uid, moment)
        if outcome is None:
            current = delivery

            def progress(results: Sequence[RecipientResult]) -> None:
                nonlocal current
                current = current.heard(results)
                self._save(current)

            outcome = self._submit(transport, self._submission(message, delivery, progress))
            delivery = current
            outcome = holds.heard(transport.uid, outcome, moment, self.outbound.pace, self.outbound.jitter())
        after = delivery.after(outcome)
        self._save(after)
        return after

    def _submit(self, transport: LoadedTransport, submission: Submission) -> Outcome:
        try:
            return transport.logon.submit_message(submission)
        except Exception as error:
            _log.exception("the transport %s failed", transport.name)
            text = _words(error)
            return Outcome(
                results=tuple(
                    RecipientResult(row[PR_ROWID], RecipientState.RETRY, text=text) for row in submission.recipients
                )
            )

    def _submission(
        self, message: Message, delivery: Delivery, progress: Callable[[Sequence[RecipientResult]], None]
    ) -> Submission:
        rows = tuple({**self.rows[row_id], PR_RESPONSIBILITY: False} for row_id in sorted(delivery.rows))
        key = submission_key(self.entry)
        return Submission(
            message, self.store, rows, message_id(self.props, key), key, self.entry.attempts + 1, progress
        )

    def _save(self, state: Delivery) -> None:
        """Make what changed durable; what cannot be recorded is kept in mind, never sent again."""
        known = self.durable
        assert known is not None
        changes = state.changes(known, self.outbound.clock())
        moved = (known.due, known.attempts, known.reason) != (state.due, state.attempts, state.reason)
        if not changes and (state.settled or not moved):
            return
        self.outbound.unsaved[self._key] = state
        self._record(changes, state)
        del self.outbound.unsaved[self._key]
        self.durable = state
        for row_id, props in changes.items():
            self.rows[row_id] |= props

    def _record(self, changes: Mapping[int, Mapping[PropTag, Any]], state: Delivery) -> None:
        self.store.outgoing.record(
            self.entry.entry_id, changes, due=state.due, attempts=state.attempts, reason=state.reason
        )

    def _report(self, message: Message, delivery: Delivery) -> None:
        told = self.outbound.reporter.report(
            self.store, message, self.props, list(self.rows.values()), submission_key(self.entry)
        )
        if told:
            self._record(told, delivery)

    def _sent_folder(self, message: Message) -> bytes | None:
        """Another sent-mail folder, if an outbound hook wants one (SPL-22)."""
        for hook in self.outbound.hooks:
            try:
                folder = hook.outbound(message)
            except Exception:
                _log.exception("an outbound hook failed; the message goes on without it")
                continue
            if folder is not None:
                return folder
        return None

    def _finish(self, folder: bytes | None, following: QueueEntry | None) -> bool:
        """The sent-mail step (SPL 6.5), the move a hook asked for, and the lock of the next message in one step."""
        with self.store.transaction():
            entry_id = self.store.finished_msg(self.entry.entry_id)
            if folder is not None and entry_id is not None:
                self._move(entry_id, folder)
            return following is not None and lock(self.store, following)

    def _move(self, entry_id: bytes, folder: bytes) -> None:
        parent = self.store.open_entry(entry_id).get_prop(PR_PARENT_ENTRYID)
        source = cast(MapiFolder, self.store.open_entry(parent, Access.MODIFY))
        source.copy_messages([entry_id], cast(MapiFolder, self.store.open_entry(folder, Access.MODIFY)), move=True)

    @property
    def _key(self) -> tuple[bytes, int]:
        return self.entry.entry_id, self.entry.submit_time


def submission_key(entry: QueueEntry) -> bytes:
    """The name of one submission of one message, the same at every attempt."""
    return sha256(entry.entry_id + entry.submit_time.to_bytes(8, "little")).digest()


def message_id(props: Mapping[PropTag, Any], key: bytes) -> str:
    """The Message-ID of all attempts: the message's own, else one made from `key` and the sender's domain."""
    if given := props.get(PR_INTERNET_MESSAGE_ID):
        return str(given)
    address = SENT_REPRESENTING.smtp(props) or SENDER.smtp(props)
    domain = address.rpartition("@")[2]
    return f"<{key.hex()[:40]}@{domain if domain.isascii() and domain else 'localhost'}>"


def lock(store: MsgStore, entry: QueueEntry) -> bool:
    """Lock a queued message; whether it was in the queue still."""
    try:
        store.set_lock_state(entry.entry_id, locked=True)
    except (NotInQueue, NotFound):
        return False
    return True


def _words(error: Exception) -> str:
    return error.text or str(error) if isinstance(error, MapiError) else f"{type(error).__name__}: {error}"
