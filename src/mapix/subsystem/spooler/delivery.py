"""The way of one message through the spooler, as a value: no thread, no clock, no store.

    delivery = Delivery.of(entry, rows)
    delivery = delivery.asking(transport.uid, row_ids).after(outcome)
    delivery = delivery.round_over(now, pace, jitter)

A round asks transports until no recipient is READY with a transport left to ask. The stages of one recipient are in
`recipient`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from mapix.interfaces.spi import Outcome, OutcomeKind, RecipientResult, RecipientState
from mapix.interfaces.store import QueueEntry
from mapix.properties.tag import PropTag
from mapix.properties.times import TICKS_PER_SECOND
from mapix.subsystem.spooler.recipient import FINAL, Recipient, Stage, Word, read_recipient, record_of

NOBODY = "no transport takes this address"
UNSAID = "the transport did not say why"

_WORDS = {
    RecipientState.SENT: Word.SENT,
    RecipientState.FAILED: Word.FAILED,
    RecipientState.RETRY: Word.RETRY,
    RecipientState.DECLINED: Word.DECLINED,
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait between attempts, and for how long to try; all in seconds.

    The n-th pause is `first * factor ** (n - 1)`, at most `most`, longer by up to the part `spread` of itself. Nothing
    is given up before `least` attempts: clocks may be wrong by years.
    """

    first: float = 60.0
    factor: float = 2.0
    most: float = 3600.0
    spread: float = 0.2
    give_up: float = 5 * 86400.0
    least: int = 10

    @property
    def longest(self) -> float:
        """Seconds that no pause of its own exceeds."""
        return self.most * (1 + self.spread)

    def pause(self, attempts: int, jitter: float) -> float:
        """Seconds after `attempts` attempts; `jitter` from 0 to 1."""
        pause = self.first * self.factor ** min(max(attempts - 1, 0), 60)
        return min(pause, self.most) * (1 + self.spread * jitter)


_Change = Callable[[Recipient], Recipient]


class Delivery(NamedTuple):
    """One message on its way.

    `since` and `due` are FILETIME ticks: when it was to leave first, and when to try (again). `asked` is the
    transport that has the word, `rows` what it was given, `wait` the seconds a transport asked for in this round.
    """

    entry_id: bytes
    since: int
    due: int
    attempts: int = 0
    reason: str = ""
    recipients: tuple[Recipient, ...] = ()
    asked: bytes = b""
    rows: frozenset[int] = frozenset()
    wait: float = 0.0

    @classmethod
    def of(cls, entry: QueueEntry, rows: Iterable[Mapping[PropTag, Any]], since: int = 0) -> Delivery:
        """The delivery a queue entry and its recipient rows tell of.

        Rows that are nobody's to send (duplicates, C9, and those of a resend that have the message, SPL-31) carry
        PR_RESPONSIBILITY TRUE and nothing else: they are left out. `since` is PR_DEFERRED_SEND_TIME.
        """
        recipients = tuple(found for row in rows if (found := read_recipient(row)) is not None)
        start = max(entry.submit_time, since)
        return cls(entry.entry_id, start, entry.due, entry.attempts, entry.reason, recipients)

    @property
    def stage(self) -> Stage:
        """Of the whole message: FAILED when somebody did not get it, HELD while somebody still may, else SENT."""
        stages = {each.stage for each in self.recipients}
        if stages <= {Stage.SENT}:
            return Stage.SENT
        return Stage.FAILED if stages.issubset(FINAL) else Stage.HELD

    @property
    def settled(self) -> bool:
        """Whether every recipient is."""
        return all(each.stage in FINAL for each in self.recipients)

    def is_due(self, now: int) -> bool:
        """Whether to try at `now`."""
        return not self.settled and self.due <= now

    def ready(self) -> list[Recipient]:
        """Recipients that may still be offered to a transport in this round."""
        return [each for each in self.recipients if each.stage is Stage.READY]

    def asking(self, transport: bytes, rows: Collection[int]) -> Delivery:
        """`transport` is given the recipients `rows`."""
        return self._replace(asked=transport, rows=frozenset(rows))

    def heard(self, results: Iterable[RecipientResult]) -> Delivery:
        """With what the asked transport says of single recipients. Others' recipients are not its to settle."""
        said = {result.row_id: result for result in results if result.row_id in self.rows}
        if all(one.settled for one in self.recipients if one.row_id in said):
            return self
        return self._each(lambda one: self._tell(one, said[one.row_id]) if one.row_id in said else one)

    def after(self, outcome: Outcome) -> Delivery:
        """With the asked transport's whole outcome (SPL 6.2); it has the word no longer.

        Recipients it was given and did not mention are declined, so the next transport is asked.
        """
        if outcome.kind is OutcomeKind.DONE:
            done = self.heard(outcome.results)
            if done.settled:
                return done._hush()
            open_rows = {each.row_id for each in done.ready() if self.asked not in each.declined} & self.rows
            return done._each(lambda one: one.passed(self.asked) if one.row_id in open_rows else one)._hush()
        if outcome.kind is OutcomeKind.NOT_ME:
            return self._asked(lambda one: one.passed(self.asked))._hush()
        if outcome.kind is OutcomeKind.REFUSED:
            return self._asked(lambda one: one.told(Word.FAILED, outcome.code, outcome.text))._hush()
        if outcome.kind is OutcomeKind.AGAIN:
            return self.heard(outcome.results)._hush()
        waits = [wait for wait in (self.wait, outcome.wait) if wait > 0]
        put_off = self._asked(lambda one: one.told(Word.WAIT, outcome.code, outcome.text))
        return put_off._hush()._replace(wait=min(waits, default=0.0))

    def round_over(self, now: int, pace: Pace, jitter: float) -> Delivery:
        """No transport is left to ask: who still is READY has none (SPL 6.2.4), who is HELD waits or is given up."""
        if self.settled:
            return self
        expired = now - self.since >= pace.give_up * TICKS_PER_SECOND and self.attempts + 1 >= pace.least
        done = self._each(lambda one: _conclude(one, expired, pace))
        if done.settled:
            return done._replace(reason="", wait=0.0)
        attempts = self.attempts + 1
        pause = self.wait or pace.pause(attempts, jitter)
        reason = next(each.said for each in done.recipients if each.stage is Stage.HELD)
        due = now + int(pause * TICKS_PER_SECOND)
        return done._replace(attempts=attempts, due=due, reason=reason or UNSAID, wait=0.0)

    def again(self) -> Delivery:
        """A new round: who was put off may be offered again, to every transport."""
        return self._each(
            lambda one: one if one.settled else one.told(Word.AGAIN)._replace(declined=frozenset[bytes]())
        )

    def changes(self, before: Delivery, now: int) -> dict[int, dict[PropTag, Any]]:
        """What to record, by row, of recipients that were settled since `before`."""
        old = {each.row_id for each in before.recipients if each.settled}
        return {
            each.row_id: record_of(each, now) for each in self.recipients if each.settled and each.row_id not in old
        }

    def _tell(self, one: Recipient, result: RecipientResult) -> Recipient:
        if result.state is RecipientState.DECLINED:
            return one.passed(self.asked) if one.stage is Stage.READY else one
        return one.told(_WORDS[result.state], result.code, result.text)

    def _asked(self, change: _Change) -> Delivery:
        return self._each(lambda one: change(one) if one.row_id in self.rows and not one.settled else one)

    def _each(self, change: _Change) -> Delivery:
        return self._replace(recipients=tuple(change(each) for each in self.recipients))

    def _hush(self) -> Delivery:
        return self._replace(asked=b"", rows=frozenset[int]())


def _conclude(one: Recipient, expired: bool, pace: Pace) -> Recipient:
    if one.stage is Stage.READY:
        return one.told(Word.NOBODY, text=one.known or NOBODY)
    if one.stage is Stage.HELD and one.answered and expired:
        days = f"{pace.give_up / 86400:g} days"
        return one.told(Word.GIVE_UP, text=f"given up after {days}; the last answer was: {one.said}")
    return one
