"""The journey of one submitted message: transports in order, reports, sent-mail step (SPL 6.2).

Everything a transport says is durable before anything else happens (SPL-76), so that a crash at any point repeats no
recipient that was acknowledged. What a transport is to handle (its rows of PR_RESPONSIBILITY FALSE) is in its
`Submission`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Outcome, OutcomeKind, RecipientResult, RecipientState, Submission
from mapix.interfaces.store import MsgStore, QueueEntry
from mapix.objects.messages.content import recipient_rows
from mapix.objects.messages.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.errors import MapiError
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DEFERRED_SEND_TIME,
    PR_INTERNET_MESSAGE_ID,
    PR_MESSAGE_SIZE,
    PR_RESPONSIBILITY,
    PR_ROWID,
)
from mapix.subsystem.spooler.delivery import Delivery
from mapix.subsystem.spooler.matching import candidates, next_call
from mapix.subsystem.spooler.means import Means
from mapix.subsystem.spooler.naming import message_id, submission_key
from mapix.subsystem.spooler.reports import ABOUT_REPORTS
from mapix.subsystem.spooler.transports import LoadedTransport

_log = logging.getLogger(__name__)
_ASKED = (PR_DEFERRED_SEND_TIME, PR_INTERNET_MESSAGE_ID, PR_MESSAGE_SIZE, *ABOUT_REPORTS, *SENT_REPRESENTING, *SENDER)
AHEAD_SIZE = 65536
"""Larger messages are not made ready ahead: that would keep the answer to the one before waiting."""

MOST_REPEATS = 5
"""How often a message is submitted again at once in one round."""

NO_TRANSPORT = "no transport is logged on"


def _nothing() -> None:
    """There is nothing else to do."""


@dataclass(slots=True)
class Journey:
    """One attempt at one message of a store."""

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
    folder: bytes | None = None
    """Another sent-mail folder, once a hook asked for it."""
    preparing: Iterator[None] | None = None
    repeats: int = 0
    """How often transports wanted to start over."""

    def look(self) -> Delivery:
        """Open the message and read what the journey needs; nothing is changed."""
        self.message = cast(Message, self.store.open_entry(self.entry.entry_id, Access.READ))
        self.props = self.message.get_props(_ASKED)
        self.rows = {row[PR_ROWID]: row for row in recipient_rows(self.message)}
        self.key = submission_key(self.entry)
        since = self.props.get(PR_DEFERRED_SEND_TIME, 0)
        self.durable = Delivery.of(self.entry, self.rows.values(), since)
        return self.durable

    def prepare(self) -> None:
        """Look ahead, and at the next call let the first transport get ready, so that neither keeps an answer waiting
        for long; what cannot be done now is left for later.
        """
        if self.preparing is None:
            self.preparing = self._prepared()
        try:
            next(self.preparing, None)
        except Exception:
            _log.debug("a message could not be looked at ahead", exc_info=True)
            self.forget()

    def _prepared(self) -> Iterator[None]:
        delivery = self.look()
        yield
        turn = self._turn(delivery)
        if turn is not None and self.props.get(PR_MESSAGE_SIZE, 0) <= AHEAD_SIZE:
            transport, asking = turn
            transport.logon.prepare(self._submission(asking, lambda results: None))

    def forget(self) -> None:
        """Let go of what was looked at."""
        message, self.message = self.message, None
        if message is not None:
            message.close()

    def run(self, meanwhile: Callable[[], None] = _nothing) -> bool:
        """Go, up to the sent-mail step; whether that is to be made now with `finish`.

        `meanwhile` is called while a transport waits for its peer.
        """
        delivery = self.durable if self.message is not None and self.durable is not None else self.look()
        try:
            delivery = self._resume(delivery)
            if not delivery.settled:
                delivery = self._round(delivery, meanwhile)
            self._report(delivery)
            if delivery.settled:
                self.folder = self._sent_folder()
        finally:
            self.forget()
        if not delivery.settled:
            self.store.set_lock_state(self.entry.entry_id, locked=False)
        return delivery.settled

    def finish(self) -> None:
        """The sent-mail step (SPL 6.5), into the folder a hook asked for.

        A step that is lost in a crash is done again: every recipient is settled (SPL-76).
        """
        self.store.finished_msg(self.entry.entry_id, folder=self.folder)

    def catch_up(self) -> None:
        """Record what could not be recorded, if there is something, and nothing else."""
        if self._key not in self.means.unsaved:
            return
        try:
            self._resume(self.look())
        finally:
            self.forget()

    def _resume(self, delivery: Delivery) -> Delivery:
        """Record first what could not be recorded the last time."""
        unsaved = self.means.unsaved.get(self._key)
        if unsaved is None:
            return delivery
        kept = unsaved._replace(due=self.entry.due, attempts=self.entry.attempts, reason=self.entry.reason).again()
        self._save(kept)
        self.means.unsaved.pop(self._key, None)
        return kept

    def _choices(self) -> dict[int, list[bytes]]:
        """The transports that each recipient may go to."""
        offers = [(each.uid, each.logon.address_types()) for each in self.transports]
        return {row_id: candidates(row, offers) for row_id, row in self.rows.items()}

    def _turn(self, delivery: Delivery) -> tuple[LoadedTransport, Delivery] | None:
        """The transport to ask next, and the delivery that asks it; None when nobody is left to ask."""
        if self.wanted is None:
            self.wanted = self._choices()
        call = next_call(delivery, self.wanted, [each.uid for each in self.transports])
        if call is None:
            return None
        uid, row_ids = call
        return next(each for each in self.transports if each.uid == uid), delivery.asking(uid, row_ids)

    def _round(self, delivery: Delivery, meanwhile: Callable[[], None]) -> Delivery:
        """Ask transports until nobody is left to ask, then conclude the round."""
        if not self.transports:
            delivery = delivery.asking(b"", self.rows).after(Outcome(OutcomeKind.WAIT, text=NO_TRANSPORT))
        while not delivery.settled and (turn := self._turn(delivery)) is not None:
            delivery = self._ask(*turn, meanwhile)
        moment = self.means.clock()
        over = delivery.round_over(moment, self.means.pace, self.means.jitter())
        self._save(over)
        return over

    def _ask(self, transport: LoadedTransport, delivery: Delivery, meanwhile: Callable[[], None]) -> Delivery:
        """One transport's turn, unless it said not to be asked yet."""
        holds, standings, moment = self.means.holds, self.means.standings, self.means.clock()
        entry_id = self.entry.entry_id
        outcome = holds.still(transport.uid, moment) or standings.still(transport.uid, entry_id)
        if outcome is None:
            wanted = standings.is_wanted(transport.uid, entry_id)
            current = delivery

            def progress(results: Sequence[RecipientResult]) -> None:
                nonlocal current
                current = current.heard(results)
                self._save(current)

            outcome = self._submit(transport, self._submission(delivery, progress, meanwhile, deferred=wanted))
            delivery = current
            standings.heard(transport.uid, entry_id, outcome, wanted=wanted)
            outcome = self._counted(outcome)
            outcome = holds.heard(transport.uid, outcome, moment, self.means.pace, self.means.jitter())
        after = delivery.after(outcome)
        self._save(after)
        return after

    def _counted(self, outcome: Outcome) -> Outcome:
        """A transport that starts over too often is asked later."""
        self.repeats += outcome.kind is OutcomeKind.AGAIN
        too_often = outcome.kind is OutcomeKind.AGAIN and self.repeats > MOST_REPEATS
        return replace(outcome, kind=OutcomeKind.LATER) if too_often else outcome

    def _submit(self, transport: LoadedTransport, submission: Submission) -> Outcome:
        try:
            return transport.logon.submit_message(submission)
        except Exception as error:
            _log.exception("the transport %s failed", transport.name)
            text = words(error)
            return Outcome(
                results=tuple(
                    RecipientResult(row[PR_ROWID], RecipientState.RETRY, text=text) for row in submission.recipients
                )
            )

    def _submission(
        self,
        delivery: Delivery,
        progress: Callable[[Sequence[RecipientResult]], None],
        meanwhile: Callable[[], None] = _nothing,
        *,
        deferred: bool = False,
    ) -> Submission:
        assert self.message is not None
        rows = tuple({**self.rows[row_id], PR_RESPONSIBILITY: False} for row_id in sorted(delivery.rows))
        return Submission(
            message=self.message,
            store=self.store,
            recipients=rows,
            message_id=message_id(self.props, self.key),
            delivery_key=self.key,
            attempt=self.entry.attempts + 1,
            progress=progress,
            meanwhile=meanwhile,
            entry_id=self.entry.entry_id,
            deferred=deferred,
        )

    def _save(self, state: Delivery) -> None:
        """Make what changed durable; what cannot be recorded is kept in mind, never sent again."""
        known = self.durable
        assert known is not None
        if state is known:
            return
        changes = state.changes(known, self.means.clock())
        moved = (known.due, known.attempts, known.reason) != (state.due, state.attempts, state.reason)
        if not changes and (state.settled or not moved):
            return
        self.means.unsaved[self._key] = state
        self._record(changes, state)
        del self.means.unsaved[self._key]
        self.durable = state
        for row_id, props in changes.items():
            self.rows[row_id] |= props

    def _record(self, changes: Mapping[int, Mapping[PropTag, Any]], state: Delivery) -> None:
        self.store.outgoing.record(
            self.entry.entry_id, changes, due=state.due, attempts=state.attempts, reason=state.reason
        )

    def _report(self, delivery: Delivery) -> None:
        assert self.message is not None
        told = self.means.reporter.report(self.store, self.message, self.props, list(self.rows.values()), self.key)
        if told:
            self._record(told, delivery)

    def _sent_folder(self) -> bytes | None:
        """Another sent-mail folder, if an outbound hook wants one (SPL-22)."""
        assert self.message is not None
        for hook in self.means.hooks:
            try:
                folder = hook.outbound(self.message)
            except Exception:
                _log.exception("an outbound hook failed; the message goes on without it")
                continue
            if folder is not None:
                return folder
        return None

    @property
    def _key(self) -> tuple[bytes, int]:
        return self.entry.entry_id, self.entry.submit_time


def words(error: Exception) -> str:
    return error.text or str(error) if isinstance(error, MapiError) else f"{type(error).__name__}: {error}"
