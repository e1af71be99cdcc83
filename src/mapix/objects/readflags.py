"""Read state: what the flags of SetReadFlag and SetReadFlags do to a message (M-120, M-121)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mapix.interfaces.backend import (
    MessageChanges,
    StoreBackend,
)
from mapix.properties import flags as bits
from mapix.properties.errors import InvalidParameter, NotFound, Submitted, UnknownFlags
from mapix.properties.tags import PR_MESSAGE_FLAGS, PR_READ_RECEIPT_REQUESTED

if TYPE_CHECKING:
    from mapix.objects.messageobject import MessageObject

_DIALOG: Final = 0x2
_DEFERRED: Final = 0x8
_SUPPRESS: Final = bits.SUPPRESS_RECEIPT
_CLEAR: Final = bits.CLEAR_READ_FLAG
_GENERATE: Final = bits.GENERATE_RECEIPT_ONLY
_KNOWN: Final = _SUPPRESS | _DIALOG | _CLEAR | _DEFERRED | _GENERATE | bits.CLEAR_RN_PENDING | bits.CLEAR_NRN_PENDING
_OWED: Final = bits.MSGFLAG_RN_PENDING | bits.MSGFLAG_NRN_PENDING


@dataclass(frozen=True, slots=True)
class ReadChange:
    """What happens to PR_MESSAGE_FLAGS, and whether the request for a receipt is withdrawn."""

    on: int = 0
    off: int = 0
    withdraw: bool = False


_DECISIONS: Final = {
    0: ReadChange(on=bits.MSGFLAG_READ, off=_OWED),
    _SUPPRESS: ReadChange(on=bits.MSGFLAG_READ, off=_OWED),
    _CLEAR: ReadChange(off=bits.MSGFLAG_READ),
    _GENERATE: ReadChange(off=bits.MSGFLAG_RN_PENDING),
    _SUPPRESS | _GENERATE: ReadChange(off=_OWED, withdraw=True),
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
    return ReadChange(change.on, change.off | owed, change.withdraw)


def change_read_state(backend: StoreBackend, numbers: Collection[int], flags: int) -> set[int]:
    """Do it to messages; those it was done to. Submitted ones are left alone (M-122)."""
    change = decide(flags)
    with backend.transaction():
        queued = {row.number for row in backend.queue()}
        changed = set(backend.set_flags([n for n in numbers if n not in queued], on=change.on, off=change.off))
        if change.withdraw:
            for number in changed:
                backend.message(number).apply(MessageChanges({PR_READ_RECEIPT_REQUESTED: False}))
    return changed


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
    if not change_read_state(message.context.backend, (message.number,), flags):
        raise NotFound("the message is gone", value=message.number)
    message.reload_flags()
