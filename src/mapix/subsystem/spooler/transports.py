"""The transports of a session, in the order they are asked (SPL-10)."""

from __future__ import annotations

from dataclasses import dataclass

from mapix.interfaces.spi import AddressTypes, Outcome, OutcomeKind, Submission, TransportLogon


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
