"""One recipient on its way: the stages it goes through, as a table, and the marks that make them durable.

SENT and FAILED are final; READY and HELD are both just "not handled yet" in the store (PR_RESPONSIBILITY FALSE,
SPL-76). `STEPS` is the whole machine, and `diagram` draws it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple

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
from mapix.subsystem.spooler.reasons import (
    DIAG_MAXIMUM_TIME_EXPIRED,
    DIAG_OR_NAME_UNRECOGNIZED,
    REASON_TRANSFER_FAILED,
    REASON_TRANSFER_IMPOSSIBLE,
    diagnosis,
)


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

_GIVEN_UP: Final[Mapping[Word | None, tuple[int, int]]] = {
    Word.NOBODY: (REASON_TRANSFER_IMPOSSIBLE, DIAG_OR_NAME_UNRECOGNIZED),
    Word.GIVE_UP: (REASON_TRANSFER_FAILED, DIAG_MAXIMUM_TIME_EXPIRED),
}
FINAL: Final = (Stage.SENT, Stage.FAILED)


class Recipient(NamedTuple):
    """One recipient on the way: its stage, what was last said of it, which transports declined it in this round."""

    row_id: int
    stage: Stage = Stage.READY
    code: int = 0
    text: str = ""
    word: Word | None = None
    declined: frozenset[bytes] = frozenset()
    answered: bool = False
    """Whether a peer itself put the recipient off; only then is it ever given up (SPL-14)."""
    known: str = ""
    """Why nobody could reach it, as far as that was known when the message was submitted (SPL-15)."""

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.stage in FINAL

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
        return Recipient(self.row_id, stage, code, text or self.text, word, self.declined, answered, self.known)

    def passed(self, transport: bytes) -> Recipient:
        """The recipient after `transport` declined it."""
        return self.told(Word.DECLINED)._replace(declined=self.declined | {transport})


def read_recipient(row: Mapping[PropTag, Any]) -> Recipient | None:
    """The stage a recipient row tells of (SPL-66, SPL-76); None for a row that is nobody's to send."""
    row_id = row[PR_ROWID]
    if not row.get(PR_RESPONSIBILITY):
        return Recipient(row_id, known=row.get(PR_REPORT_TEXT, ""))
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
    return "\n".join([*lines, *(f"    {stage.value} --> [*]" for stage in FINAL)])
