"""The transports of a session, in the order they are asked (SPL-10)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mapix.interfaces.spi import AddressTypes, Outcome, OutcomeKind, Submission, TransportLogon
from mapix.properties.times import TICKS_PER_SECOND
from mapix.subsystem.spooler.delivery import Pace


@dataclass(frozen=True, slots=True)
class LoadedTransport:
    """A transport that is logged on: the uid of its profile section, the name it is shown by, its logon object."""

    uid: bytes
    name: str
    logon: TransportLogon


class AbsentTransport(TransportLogon):
    """Stands in for a transport that could not be logged on, so that its mail waits instead of coming back (SPL-14).

    What it would have taken is unknown, so it takes every address the transports before it left.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def address_types(self) -> AddressTypes:
        return AddressTypes(types=None)

    def submit_message(self, submission: Submission) -> Outcome:
        return Outcome(OutcomeKind.WAIT, text=self.reason)

    def logoff(self) -> None:
        """There is nothing to let go of."""


@dataclass(slots=True)
class Holds:
    """Which transports asked not to be called for a while: WAIT and BUSY speak of the transport, not of one message."""

    until: dict[bytes, tuple[int, Outcome]] = field(default_factory=dict)
    since: dict[bytes, int] = field(default_factory=dict)
    tries: dict[bytes, int] = field(default_factory=dict)

    def still(self, uid: bytes, now: int) -> Outcome | None:
        """The answer that still holds at `now` (FILETIME), with the seconds that are left; None: ask.

        More seconds than were asked for mean that the clock was set back: ask.
        """
        until, outcome = self.until.get(uid, (0, _NOTHING))
        left = (until - now) / TICKS_PER_SECOND
        return replace(outcome, wait=left) if 0 < left <= outcome.wait + 1 else None

    def heard(self, uid: bytes, outcome: Outcome, now: int, pace: Pace, jitter: float) -> Outcome:
        """Remember what a transport said; WAIT and BUSY come back with the seconds to wait filled in."""
        if outcome.kind not in (OutcomeKind.WAIT, OutcomeKind.BUSY):
            self.release(uid)
            return outcome
        self.tries[uid] = self.tries.get(uid, 0) + 1
        held = replace(outcome, wait=outcome.wait or pace.pause(self.tries[uid], jitter))
        self.until[uid], self.since[uid] = (now + int(held.wait * TICKS_PER_SECOND), held), now
        return held

    def overrule(self, uid: bytes, moment: int) -> None:
        """Somebody wanted at `moment` (FILETIME) that a transport is asked: what it said before does not hold."""
        if self.since.get(uid, moment) < moment:
            self.release(uid)

    def release(self, uid: bytes | None = None) -> None:
        """Ask everybody again at once, or one transport."""
        for uids in (self.until, self.tries, self.since):
            for each in list(uids) if uid is None else [uid]:
                uids.pop(each, None)


_NOTHING = Outcome()
