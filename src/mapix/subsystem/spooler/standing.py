"""What the spooler knows of its transports: what they said through SpoolerNotify, and what they keep (SPL-37..SPL-43).

Transports speak from whatever thread they are on; the spooler looks when it comes by.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mapix.interfaces.spi import Outcome, OutcomeKind
from mapix.properties.errors import InvalidParameter, NoSupport, UnknownFlags
from mapix.properties.flags import (
    NOTIFY_CONFIG_CHANGE,
    NOTIFY_CRITICAL_ERROR,
    NOTIFY_CRITSEC,
    NOTIFY_NEWMAIL,
    NOTIFY_NEWMAIL_RECEIVED,
    NOTIFY_NONCRIT,
    NOTIFY_READYTOSEND,
    NOTIFY_SENTDEFERRED,
)

OFFLINE: Final = "working offline"
BROKEN: Final = "the transport reported a critical error"
KEPT: Final = "the transport keeps the message until it can send it"

_KNOWN: Final = (
    NOTIFY_NEWMAIL
    | NOTIFY_READYTOSEND
    | NOTIFY_SENTDEFERRED
    | NOTIFY_CRITSEC
    | NOTIFY_NONCRIT
    | NOTIFY_CONFIG_CHANGE
    | NOTIFY_CRITICAL_ERROR
)


@dataclass(slots=True)
class Standing:
    """One transport: whether it works in both directions, is in a critical section or out of order, and has news."""

    inbound: bool = False
    outbound: bool = False
    critical_section: bool = False
    broken: bool = False
    news: bool = False

    def hear(self, flags: int) -> bool:
        """Take what a transport said; whether the spooler is to look at its work at once.

        News count only between BEGIN_INBOUND and END_INBOUND, readiness only before END_OUTBOUND (SPL-42).
        """
        if flags & NOTIFY_CRITICAL_ERROR:
            self.broken = True
            return False
        if flags & (NOTIFY_CRITSEC | NOTIFY_NONCRIT):
            self.critical_section = bool(flags & NOTIFY_CRITSEC)
        if flags & NOTIFY_NEWMAIL and self.inbound:
            self.news = True
        ready = bool(flags & NOTIFY_READYTOSEND) and self.outbound
        self.broken = self.broken and not ready
        return ready or self.news or bool(flags & (NOTIFY_CONFIG_CHANGE | NOTIFY_SENTDEFERRED))

    def take_news(self) -> bool:
        """Whether there was news; what is told from now on is news again."""
        told, self.news = self.news, False
        return told


@dataclass(slots=True)
class Standings:
    """All transports by uid, and the messages they keep: by message and transport, whether it wants it again.
    `is_offline` says of which the user wants no connection made (SPL-45).
    """

    of: dict[bytes, Standing] = field(default_factory=dict)
    is_offline: Callable[[bytes], bool] = lambda uid: False
    kept: dict[tuple[bytes, bytes], bool] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def get(self, uid: bytes) -> Standing:
        """The standing of a transport."""
        with self._guard:
            return self.of.setdefault(uid, Standing())

    def hear(self, uid: bytes, flags: int, entry_id: bytes | None) -> bool:
        """A transport said something; whether the spooler is to look at once."""
        checked(flags, entry_id)
        if flags & NOTIFY_SENTDEFERRED and entry_id is not None:
            with self._guard:
                self.kept[entry_id, uid] = True
        return self.get(uid).hear(flags)

    def still(self, uid: bytes, entry_id: bytes) -> Outcome | None:
        """The answer for a message that its transport is not to be asked about now; None: ask."""
        if self.is_offline(uid):
            return Outcome(OutcomeKind.WAIT, text=OFFLINE)
        if self.get(uid).broken:
            return Outcome(OutcomeKind.WAIT, text=BROKEN)
        with self._guard:
            return Outcome(OutcomeKind.DEFERRED, text=KEPT) if self.kept.get((entry_id, uid)) is False else None

    def is_wanted(self, uid: bytes, entry_id: bytes) -> bool:
        """Whether a transport kept the message and wants it again: it is submitted with BEGIN_DEFERRED."""
        with self._guard:
            return self.kept.get((entry_id, uid), False)

    def heard(self, uid: bytes, entry_id: bytes, outcome: Outcome, *, wanted: bool) -> None:
        """Remember that a transport keeps a message, or no longer. `wanted` says that it had asked for it; what it
        asks for while it still answers counts.
        """
        with self._guard:
            if outcome.kind is not OutcomeKind.DEFERRED:
                self.kept.pop((entry_id, uid), None)
            elif wanted:
                self.kept[entry_id, uid] = False
            else:
                self.kept.setdefault((entry_id, uid), False)

    def wanted(self) -> list[bytes]:
        """The messages that transports want again."""
        with self._guard:
            return [entry_id for (entry_id, _), again in self.kept.items() if again]

    def forget(self, gone: Callable[[bytes], bool]) -> list[bytes]:
        """Forget kept messages that are `gone`; the transports that kept them."""
        with self._guard:
            keys = list(self.kept)
        lost = [key for key in keys if gone(key[0])]
        with self._guard:
            return [uid for entry_id, uid in lost if self.kept.pop((entry_id, uid), None) is not None]


def checked(flags: int, entry_id: bytes | None) -> None:
    """Whether these words may be said by a transport (SPL-43)."""
    if flags & NOTIFY_NEWMAIL_RECEIVED:
        raise NoSupport("only stores say that mail was received")
    if flags & ~_KNOWN:
        raise UnknownFlags("SpoolerNotify does not know these flags", value=hex(flags & ~_KNOWN))
    if flags & NOTIFY_SENTDEFERRED and flags & NOTIFY_CRITICAL_ERROR:
        raise InvalidParameter("a critical error and a deferred message cannot be told at once")
    if flags & NOTIFY_SENTDEFERRED and not entry_id:
        raise InvalidParameter("which message was deferred is not said", hint="pass the entry_id of its submission")
