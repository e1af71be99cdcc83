"""The way of one message through the spooler, as a value: no thread, no clock, no store.

    delivery = Delivery.of(entry, rows)
    delivery = delivery.asking(transport.uid, row_ids).after(outcome)
    delivery = delivery.round_over(now, pace, jitter)

A round asks transports until no recipient is READY with a transport left to ask. What must survive a crash are the
two final stages; READY and HELD are both just "not handled yet" in the store (PR_RESPONSIBILITY FALSE, SPL-76).
`STEPS` is the whole machine, and `diagram` draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

from mapix.interfaces.spi import Outcome, OutcomeKind, RecipientResult, RecipientState
from mapix.interfaces.store import QueueEntry
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DELIVER_TIME,
    PR_NDR_DIAG_CODE,
    PR_NDR_REASON_CODE,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SUPPLEMENTARY_INFO,
)
from mapix.properties.times import TICKS_PER_SECOND
from mapix.subsystem.spooler.reasons import (
    DIAG_MAXIMUM_TIME_EXPIRED,
    DIAG_OR_NAME_UNRECOGNIZED,
    REASON_TRANSFER_FAILED,
    REASON_TRANSFER_IMPOSSIBLE,
    diagnosis,
)

NOBODY = "no transport takes this address"


class Stage(Enum):
    """Where one recipient stands. SENT and FAILED are final."""

    READY = "ready"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"


class Word(Enum):
    """What can be said about one recipient."""

    SENT = "sent"
    FAILED = "failed"
    RETRY = "retry"
    DECLINED = "declined"
    WAIT = "wait"
    NOBODY = "nobody left to ask"
    GIVE_UP = "give up"
    AGAIN = "again"


STEPS: Final[Mapping[tuple[Stage, Word], Stage]] = {
    (Stage.READY, Word.SENT): Stage.SENT,
    (Stage.READY, Word.FAILED): Stage.FAILED,
    (Stage.READY, Word.RETRY): Stage.HELD,
    (Stage.READY, Word.WAIT): Stage.HELD,
    (Stage.READY, Word.DECLINED): Stage.READY,
    (Stage.READY, Word.NOBODY): Stage.FAILED,
    (Stage.HELD, Word.AGAIN): Stage.READY,
    (Stage.HELD, Word.GIVE_UP): Stage.FAILED,
}
"""Every step a recipient can take; a word that is not here for a stage changes nothing (SENT stays sent)."""

_WORDS = {
    RecipientState.SENT: Word.SENT,
    RecipientState.FAILED: Word.FAILED,
    RecipientState.RETRY: Word.RETRY,
    RecipientState.DECLINED: Word.DECLINED,
}
_GIVEN_UP: Mapping[Word | None, tuple[int, int]] = {
    Word.NOBODY: (REASON_TRANSFER_IMPOSSIBLE, DIAG_OR_NAME_UNRECOGNIZED),
    Word.GIVE_UP: (REASON_TRANSFER_FAILED, DIAG_MAXIMUM_TIME_EXPIRED),
}
_FINAL = frozenset((Stage.SENT, Stage.FAILED))


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait between attempts, and for how long to try; all in seconds.

    The n-th pause is `first * factor ** (n - 1)`, at most `most`, longer by up to the part `spread` of itself.
    """

    first: float = 60.0
    factor: float = 2.0
    most: float = 3600.0
    spread: float = 0.2
    give_up: float = 5 * 86400.0

    def pause(self, attempts: int, jitter: float) -> float:
        """Seconds after `attempts` attempts; `jitter` from 0 to 1."""
        pause = self.first * self.factor ** min(max(attempts - 1, 0), 60)
        return min(pause, self.most) * (1 + self.spread * jitter)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient on the way: its stage, what was last said of it, which transports declined it in this round."""

    row_id: int
    stage: Stage = Stage.READY
    code: int = 0
    text: str = ""
    word: Word | None = None
    declined: frozenset[bytes] = frozenset()
    answered: bool = False
    """Whether a peer itself put the recipient off; only then is it ever given up (SPL-14)."""

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.stage in _FINAL

    @property
    def said(self) -> str:
        """What was last said, with the reply code where there was one."""
        return f"{self.code} {self.text}".rstrip() if self.code else self.text

    def told(self, word: Word, code: int = 0, text: str = "") -> Recipient:
        """The recipient after `word`."""
        stage = STEPS.get((self.stage, word))
        if stage is None:
            return self
        answered = self.answered or word is Word.RETRY
        return replace(self, stage=stage, word=word, code=code, text=text or self.text, answered=answered)

    def passed(self, transport: bytes) -> Recipient:
        """The recipient after `transport` declined it."""
        return replace(self.told(Word.DECLINED), declined=self.declined | {transport})


_Change = Callable[[Recipient], Recipient]


@dataclass(frozen=True, slots=True)
class Delivery:
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
        return Stage.FAILED if stages <= _FINAL else Stage.HELD

    @property
    def settled(self) -> bool:
        """Whether every recipient is."""
        return all(each.settled for each in self.recipients)

    def is_due(self, now: int) -> bool:
        """Whether to try at `now`."""
        return not self.settled and self.due <= now

    def ready(self) -> list[Recipient]:
        """Recipients that may still be offered to a transport in this round."""
        return [each for each in self.recipients if each.stage is Stage.READY]

    def asking(self, transport: bytes, rows: Collection[int]) -> Delivery:
        """`transport` is given the recipients `rows`."""
        return replace(self, asked=transport, rows=frozenset(rows))

    def heard(self, results: Iterable[RecipientResult]) -> Delivery:
        """With what the asked transport says of single recipients. Others' recipients are not its to settle."""
        said = {result.row_id: result for result in results if result.row_id in self.rows}
        return self._each(lambda one: self._tell(one, said[one.row_id]) if one.row_id in said else one)

    def after(self, outcome: Outcome) -> Delivery:
        """With the asked transport's whole outcome (SPL 6.2); it has the word no longer.

        Recipients it was given and did not mention are declined, so the next transport is asked.
        """
        if outcome.kind is OutcomeKind.DONE:
            done = self.heard(outcome.results)
            open_rows = {each.row_id for each in done.ready() if self.asked not in each.declined} & self.rows
            return done._each(lambda one: one.passed(self.asked) if one.row_id in open_rows else one)._hush()
        if outcome.kind is OutcomeKind.NOT_ME:
            return self._asked(lambda one: one.passed(self.asked))._hush()
        if outcome.kind is OutcomeKind.REFUSED:
            return self._asked(lambda one: one.told(Word.FAILED, outcome.code, outcome.text))._hush()
        waits = [wait for wait in (self.wait, outcome.wait) if wait > 0]
        put_off = self._asked(lambda one: one.told(Word.WAIT, outcome.code, outcome.text))
        return replace(put_off._hush(), wait=min(waits, default=0.0))

    def round_over(self, now: int, pace: Pace, jitter: float) -> Delivery:
        """No transport is left to ask: who still is READY has none (SPL 6.2.4), who is HELD waits or is given up."""
        expired = now - self.since >= pace.give_up * TICKS_PER_SECOND
        done = self._each(lambda one: _conclude(one, expired, pace))
        if done.settled:
            return replace(done, reason="", wait=0.0)
        attempts = self.attempts + 1
        pause = self.wait or pace.pause(attempts, jitter)
        reason = next(each.said for each in done.recipients if each.stage is Stage.HELD)
        return replace(done, attempts=attempts, due=now + int(pause * TICKS_PER_SECOND), reason=reason, wait=0.0)

    def again(self) -> Delivery:
        """A new round: who was put off may be offered again, to every transport."""
        return self._each(
            lambda one: one if one.settled else replace(one.told(Word.AGAIN), declined=frozenset[bytes]())
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
        return replace(self, recipients=tuple(change(each) for each in self.recipients))

    def _hush(self) -> Delivery:
        return replace(self, asked=b"", rows=frozenset[int]())


def read_recipient(row: Mapping[PropTag, Any]) -> Recipient | None:
    """The stage a recipient row tells of (SPL-66, SPL-76); None for a row that is nobody's to send."""
    row_id = row[PR_ROWID]
    if not row.get(PR_RESPONSIBILITY):
        return Recipient(row_id)
    if PR_DELIVER_TIME in row:
        return Recipient(row_id, Stage.SENT)
    if PR_NDR_REASON_CODE in row:
        return Recipient(row_id, Stage.FAILED, text=row.get(PR_REPORT_TEXT, ""))
    return None


def record_of(recipient: Recipient, now: int) -> dict[PropTag, Any]:
    """The properties that make a settled recipient durable (RP-008, SPL-66)."""
    if recipient.stage is Stage.SENT:
        return {PR_RESPONSIBILITY: True, PR_DELIVER_TIME: now, PR_SUPPLEMENTARY_INFO: recipient.said}
    reason, diagnostic = _GIVEN_UP.get(recipient.word) or diagnosis(recipient.code, recipient.text)
    return {
        PR_RESPONSIBILITY: True,
        PR_NDR_REASON_CODE: reason,
        PR_NDR_DIAG_CODE: diagnostic,
        PR_REPORT_TEXT: recipient.said,
    }


def unreported(rows: Sequence[Mapping[PropTag, Any]], stage: Stage) -> list[Mapping[PropTag, Any]]:
    """Rows that reached `stage` and were in no report yet."""
    found = ((row, read_recipient(row)) for row in rows if PR_REPORT_TIME not in row)
    return [row for row, one in found if one is not None and one.stage is stage]


def diagram() -> str:
    """The machine of one recipient, drawn from `STEPS` in Mermaid's language."""
    lines = ["stateDiagram-v2", f"    [*] --> {Stage.READY.value}"]
    lines += [f"    {old.value} --> {new.value}: {word.value}" for (old, word), new in STEPS.items()]
    return "\n".join([*lines, *(f"    {stage.value} --> [*]" for stage in _FINAL)])


def _conclude(one: Recipient, expired: bool, pace: Pace) -> Recipient:
    if one.stage is Stage.READY:
        return one.told(Word.NOBODY, text=NOBODY)
    if one.stage is Stage.HELD and one.answered and expired:
        days = f"{pace.give_up / 86400:g} days"
        return one.told(Word.GIVE_UP, text=f"given up after {days}; the last answer was: {one.said}")
    return one
