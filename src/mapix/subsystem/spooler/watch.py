"""How transports are told of what begins and ends: TransportNotify in a spooler's life (SPL-37, SPL-40..SPL-42)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

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

_BEGIN: Final = NOTIFY_BEGIN_INBOUND | NOTIFY_BEGIN_OUTBOUND
_END: Final = NOTIFY_END_INBOUND | NOTIFY_END_OUTBOUND
_log = logging.getLogger(__name__)


class TransportWatch:
    """Tells each transport once that work begins, and that it ends; `standings` hears what they say."""

    def __init__(self, standings: Standings, transports: Callable[[], Sequence[LoadedTransport]]) -> None:
        self.standings = standings
        self._transports = transports
        self._begun: dict[bytes, LoadedTransport] = {}

    def begin(self) -> None:
        """Tell transports that are new, or online again, that messages are taken in both directions, and those that are
        offline that none are (SPL-45).
        """
        for each in self._transports():
            offline = self.standings.is_offline(each.uid)
            begun = self._begun.get(each.uid)
            works = begun is not None and begun.logon is each.logon
            if offline:
                if self._begun.pop(each.uid, None) is not None and works:
                    self._tell_of_work(each, begins=False)
            elif not works:
                self._begun[each.uid] = each
                self._tell_of_work(each, begins=True)

    def _tell_of_work(self, transport: LoadedTransport, *, begins: bool) -> None:
        standing = self.standings.get(transport.uid)
        standing.inbound = standing.outbound = begins
        tell(transport, _BEGIN if begins else _END)

    def can_work(self, uid: bytes) -> bool:
        """Whether a transport is neither out of order nor offline."""
        return not self.standings.get(uid).broken and not self.standings.is_offline(uid)

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
        begun, self._begun = self._begun, {}
        for each in begun.values():
            if each.uid in keepers:
                tell(each, NOTIFY_ABORT_DEFERRED)
            self._tell_of_work(each, begins=False)
        return bool(keepers)


def tell(transport: LoadedTransport, flags: int) -> None:
    """TransportNotify; a transport that fails at it is used all the same."""
    try:
        transport.logon.transport_notify(flags)
    except Exception as error:
        _log.warning("the transport %s failed in transport_notify: %s", transport.name, error)
