"""The journey of one submitted message: transports in order, reports, sent-mail step (SPL 6.2).

Everything a transport says is durable before anything else happens (SPL-76), so that a crash at any point repeats no
recipient that was acknowledged. What a transport is to handle (its rows of PR_RESPONSIBILITY FALSE) is in its
`Submission`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Outcome, OutcomeKind, RecipientResult, RecipientState, Submission
from mapix.properties.errors import MapiError
from mapix.properties.flags import SUBMITFLAG_PREPROCESS
from mapix.properties.tags import (
    PR_MESSAGE_SIZE,
    PR_PREPROCESS,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SUBMIT_FLAGS,
)
from mapix.subsystem.spooler.carried import Carried
from mapix.subsystem.spooler.delivery import Delivery
from mapix.subsystem.spooler.desk import is_hastened
from mapix.subsystem.spooler.hooking import delete_afterwards, kept
from mapix.subsystem.spooler.matching import next_call
from mapix.subsystem.spooler.naming import message_id
from mapix.subsystem.spooler.preprocessing import Asked, preprocess, remove_info
from mapix.subsystem.spooler.transports import LoadedTransport

_log = logging.getLogger(__name__)
AHEAD_SIZE = 65536
"""Larger messages are not made ready ahead: that would keep the answer to the one before waiting."""

MOST_REPEATS = 5
"""How often a message is submitted again at once in one round."""

NO_TRANSPORT = "no transport is logged on"


def _nothing() -> None:
    """There is nothing else to do."""


@dataclass(slots=True)
class Journey(Carried):
    """One attempt at one message of a store."""

    folder: bytes | None = None
    """Another sent-mail folder, once a hook asked for it."""
    preparing: Iterator[None] | None = None
    next_turn: tuple[Delivery, tuple[LoadedTransport, Delivery] | None] | None = None
    """What was found ahead: a delivery, and whose turn it is."""
    repeats: int = 0
    """How often transports wanted to start over."""

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
        if self._is_to_prepare(delivery):
            return
        turn = self._turn(delivery)
        self.next_turn = delivery, turn
        if turn is not None and self.props.get(PR_MESSAGE_SIZE, 0) <= AHEAD_SIZE:
            transport, asking = turn
            transport.logon.prepare(self._submission(asking, lambda results: None))

    def run(self, meanwhile: Callable[[], None] = _nothing) -> bool:
        """Go, up to the sent-mail step; whether that is to be made now with `finish`.

        `meanwhile` is called while a transport waits for its peer.
        """
        delivery = self.durable if self.message is not None and self.durable is not None else self.look()
        try:
            delivery = self._resume(delivery)
            if not delivery.settled:
                delivery = self._prepare_and_go(delivery, meanwhile)
            if delivery.settled and self.props.get(PR_PREPROCESS):
                self._remove_info()
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
        if self.identity not in self.means.unsaved:
            return
        try:
            self._resume(self.look())
        finally:
            self.forget()

    def _resume(self, delivery: Delivery) -> Delivery:
        """Record first what could not be recorded the last time."""
        unsaved = self.means.unsaved.get(self.identity)
        if unsaved is None:
            return delivery
        kept = unsaved._replace(due=self.entry.due, attempts=self.entry.attempts, reason=self.entry.reason).again()
        self._save(kept)
        self.means.unsaved.pop(self.identity, None)
        return kept

    # preprocessors

    def _is_to_prepare(self, delivery: Delivery) -> bool:
        """Whether preprocessors come first: the submission says so, or there are some now that it knew nothing of."""
        if self.props.get(PR_SUBMIT_FLAGS, 0) & SUBMITFLAG_PREPROCESS:
            return True
        return not self.props.get(PR_PREPROCESS) and bool(self.means.preprocessors) and bool(self._asked(delivery))

    def _asked(self, delivery: Delivery) -> list[Asked]:
        self.wanted = self.wanted or self._choices()
        first = {row_id: uids[0] for row_id, uids in self.wanted.items() if uids}
        return self.means.preprocessors.asked([self.rows[each.row_id] for each in delivery.ready()], first)

    def _prepare_and_go(self, delivery: Delivery, meanwhile: Callable[[], None]) -> Delivery:
        """A round, once preprocessors are through; a message that one of them fails at is put off (SPL-21)."""
        if self._is_to_prepare(delivery):
            try:
                delivery = self._preprocess(delivery)
            except MapiError as error:
                attempts = self.entry.attempts + 1
                due = self.means.next_try(attempts)
                delivery = delivery._replace(attempts=attempts, due=due, reason=words(error))
                self._save(delivery)
                return delivery
        return self._round(delivery, meanwhile)

    def _preprocess(self, delivery: Delivery) -> Delivery:
        bad = preprocess(self.store, self.entry.entry_id, self._asked(delivery))
        self.forget()
        delivery, self.wanted = self.look(), None
        for uid, results in bad:
            delivery = delivery.asking(uid, [each.row_id for each in results]).heard(results)
        self._save(delivery)
        return delivery

    def _remove_info(self) -> None:
        remove_info(self.store, self.entry.entry_id, self.means.preprocessors.removers(list(self.rows.values())))
        self.forget()
        self.look()

    # transports

    def _turn(self, delivery: Delivery) -> tuple[LoadedTransport, Delivery] | None:
        """The transport to ask next, and the delivery that asks it; None when nobody is left to ask."""
        if self.next_turn is not None and self.next_turn[0] is delivery:
            return self.next_turn[1]
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
        if is_hastened(self.entry):
            holds.overrule(transport.uid, self.entry.due)
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
            if len(submission.recipients) == len(self.rows):
                return transport.logon.submit_message(submission)
            with self._seen({row[PR_ROWID] for row in submission.recipients}) as message:
                return transport.logon.submit_message(replace(submission, message=message))
        except Exception as error:
            _log.exception("the transport %s failed", transport.name)
            text = words(error)
            return Outcome(
                results=tuple(
                    RecipientResult(row[PR_ROWID], RecipientState.RETRY, text=text) for row in submission.recipients
                )
            )

    @contextmanager
    def _seen(self, asked: set[int]) -> Iterator[Message]:
        """The message as one of several transports sees it: PR_RESPONSIBILITY is TRUE in rows of others (SPL 6.2)."""
        others = [{**row, PR_RESPONSIBILITY: True} for row_id, row in self.rows.items() if row_id not in asked]
        message = cast(Message, self.store.open_entry(self.entry.entry_id, Access.MODIFY))
        try:
            message.modify_recipients(ModifyRecipients.MODIFY, others)
            yield message
        finally:
            message.close()

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

    def _report(self, delivery: Delivery) -> None:
        assert self.message is not None
        told = self.means.reporter.report(self.store, self.message, self.props, list(self.rows.values()), self.key)
        if told:
            self._record(told, delivery)

    def _sent_folder(self) -> bytes | None:
        """Another sent-mail folder, if an outbound hook wants one (SPL-22)."""
        assert self.message is not None
        wish = kept(self.means.hooks, self.message)
        if wish is None:
            return None
        if wish.folder is None:
            self.forget()
            delete_afterwards(self.store, self.entry.entry_id)
        return wish.folder


def words(error: Exception) -> str:
    return error.text or str(error) if isinstance(error, MapiError) else f"{type(error).__name__}: {error}"
