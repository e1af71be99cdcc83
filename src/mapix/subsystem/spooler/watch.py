"""How transports are told of what begins and ends: TransportNotify in a spooler's life (SPL-37, SPL-40..SPL-42)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from mapix.interfaces.spi import TransportLogon
from mapix.properties.flags import (
    NOTIFY_ABORT_DEFERRED,
    NOTIFY_BEGIN_INBOUND,
    NOTIFY_BEGIN_OUTBOUND,
    NOTIFY_CANCEL_MESSAGE,
    NOTIFY_END_INBOUND,
    NOTIFY_END_OUTBOUND,
)
from mapix.subsystem.spooler.standing import Standings
from mapix.subsystem.spooler.transports import LoadedTransport

_log = logging.getLogger(__name__)


class TransportWatch:
    """Tells each transport once that work begins, and that it ends; `standings` hears what they say."""

    def __init__(self, standings: Standings, transports: Callable[[], Sequence[LoadedTransport]]) -> None:
        self.standings = standings
        self._transports = transports
        self._begun: dict[bytes, TransportLogon] = {}

    def begin(self) -> None:
        """Tell transports that are new that messages are taken in both directions."""
        for each in self._transports():
            if self._begun.get(each.uid) is not each.logon:
                self._begun[each.uid] = each.logon
                standing = self.standings.get(each.uid)
                standing.inbound = standing.outbound = True
                tell(each, NOTIFY_BEGIN_INBOUND | NOTIFY_BEGIN_OUTBOUND)

    def cancel(self, gone: Callable[[bytes], bool]) -> None:
        """Tell transports that keep messages which are `gone` from their queues (SPL-37)."""
        if self.standings.kept:
            keepers = self.standings.forget(gone)
            for each in self._transports():
                if each.uid in keepers:
                    tell(each, NOTIFY_ABORT_DEFERRED | NOTIFY_CANCEL_MESSAGE)

    def end(self) -> bool:
        """Tell transports that no more is taken; what they keep is the queue's again (SPL-75): whether there is any."""
        keepers = self.standings.forget(lambda entry_id: True)
        for each in self._transports():
            if self._begun.pop(each.uid, None) is None:
                continue
            if each.uid in keepers:
                tell(each, NOTIFY_ABORT_DEFERRED)
            standing = self.standings.get(each.uid)
            standing.inbound = standing.outbound = False
            tell(each, NOTIFY_END_INBOUND | NOTIFY_END_OUTBOUND)
        self._begun.clear()
        return bool(keepers)


def tell(transport: LoadedTransport, flags: int) -> None:
    """TransportNotify; a transport that fails at it is used all the same."""
    try:
        transport.logon.transport_notify(flags)
    except Exception as error:
        _log.warning("the transport %s failed in transport_notify: %s", transport.name, error)
