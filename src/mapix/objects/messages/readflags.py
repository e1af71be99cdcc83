"""Read state: what the flags of SetReadFlag and SetReadFlags do to a message (M-120, M-121, F-067)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mapix.interfaces.backend import (
    MessageChanges,
    StoreBackend,
)
from mapix.objects.messages.readreport import ReadKind
from mapix.objects.messages.receipts import OWED, owing, report
from mapix.properties import flags as bits
from mapix.properties.errors import InvalidParameter, NotFound, Submitted, UnknownFlags
from mapix.properties.tags import PR_MESSAGE_FLAGS, PR_READ_RECEIPT_REQUESTED

if TYPE_CHECKING:
    from mapix.objects.messages.messageobject import MessageObject
    from mapix.objects.stores.context import StoreContext

_DIALOG: Final = 0x2
_DEFERRED: Final = 0x8
_SUPPRESS: Final = bits.SUPPRESS_RECEIPT
_CLEAR: Final = bits.CLEAR_READ_FLAG
_GENERATE: Final = bits.GENERATE_RECEIPT_ONLY
_KNOWN: Final = _SUPPRESS | _DIALOG | _CLEAR | _DEFERRED | _GENERATE | bits.CLEAR_RN_PENDING | bits.CLEAR_NRN_PENDING


@dataclass(frozen=True, slots=True)
class ReadChange:
    """What happens to PR_MESSAGE_FLAGS, of unread messages only where `unread` says so; whether a read report that is
    owed is sent; and whether the request for one is withdrawn.
    """

    on: int = 0
    off: int = 0
    unread: bool = False
    report: bool = False
    withdraw: bool = False


_DECISIONS: Final = {
    0: ReadChange(on=bits.MSGFLAG_READ, off=OWED, unread=True, report=True),
    _SUPPRESS: ReadChange(on=bits.MSGFLAG_READ, off=OWED, unread=True),
    _CLEAR: ReadChange(off=bits.MSGFLAG_READ),
    _GENERATE: ReadChange(report=True),
    _SUPPRESS | _GENERATE: ReadChange(off=OWED, withdraw=True),
}


def decide(flags: int) -> ReadChange:
    """The row of the table for `flags`; `InvalidParameter` for contradictions (M-121), `UnknownFlags`."""
    if flags & ~_KNOWN:
        raise UnknownFlags("flags of SetReadFlag", value=flags)
    owed = (bits.MSGFLAG_RN_PENDING if flags & bits.CLEAR_RN_PENDING else 0) | (
        bits.MSGFLAG_NRN_PENDING if flags & bits.CLEAR_NRN_PENDING else 0
    )
    asked = flags & (_SUPPRESS | _CLEAR | _GENERATE)
    if owed and not asked:
        return ReadChange(off=owed)
    change = _DECISIONS.get(asked)
    if change is None:
        raise InvalidParameter("these flags of SetReadFlag contradict one another", value=flags)
    return replace(change, off=change.off | owed) if owed else change


def change_read_state(context: StoreContext, numbers: Collection[int], flags: int, *, folder: int = 0) -> set[int]:
    """Do it to messages; those it was done to. Submitted ones are left alone (M-122). `folder` see `receipts.owing`."""
    change, backend = decide(flags), context.backend
    with backend.transaction():
        queued = {row.number for row in backend.queue()}
        allowed = [number for number in numbers if number not in queued]
        debts = owing(context, allowed, folder=folder) if change.unread or change.report else {}
        changed = set(backend.set_flags([n for n in allowed if n not in debts], on=change.on, off=change.off))
        for number, now in debts.items():
            _settle(context, number, now, change)
            changed.add(number)
        if change.withdraw:
            _withdraw(backend, changed)
    return changed


def _settle(context: StoreContext, number: int, now: int, change: ReadChange) -> None:
    """One message that owes reports. What cannot be reported now stays owed (RP-004)."""
    if change.unread and now & bits.MSGFLAG_READ:
        return
    kept = 0
    if change.report and now & bits.MSGFLAG_RN_PENDING and not report(context, number, ReadKind.READ):
        kept = bits.MSGFLAG_RN_PENDING
    context.backend.set_flags((number,), on=change.on, off=change.off & ~kept)


def _withdraw(backend: StoreBackend, numbers: Collection[int]) -> None:
    for number in numbers:
        source = backend.message(number)
        if source.load((PR_READ_RECEIPT_REQUESTED,))[0].get(PR_READ_RECEIPT_REQUESTED):
            source.apply(MessageChanges({PR_READ_RECEIPT_REQUESTED: False}))


def set_read_flag(message: MessageObject, flags: int) -> None:
    """`Message.set_read_flag`: on a saved message it takes effect at once, on a new one with its first save."""
    change = decide(flags)
    if message.is_new or message.is_embedded:
        entry = (PR_MESSAGE_FLAGS, message.flags & ~change.off | change.on)
        message._check_writable()
        message._put({PR_MESSAGE_FLAGS.id: entry})
        return
    message.context.check_modifiable()
    if message.flags & bits.MSGFLAG_SUBMIT:
        raise Submitted("a submitted message keeps its read state", value=message.number)
    if not change_read_state(message.context, (message.number,), flags):
        raise NotFound("the message is gone", value=message.number)
    message.reload_flags()
