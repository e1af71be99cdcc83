"""How stores are left: closed with all that was opened through them, and what is sent before (SPI-23, SPL-60)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mapix.interfaces.spi import StoreLogon
from mapix.interfaces.store import MsgStore
from mapix.properties.errors import InvalidParameter, MapiError, NoAccess
from mapix.properties.flags import (
    LOGOFF_ABORT,
    LOGOFF_COMPLETE,
    LOGOFF_INBOUND,
    LOGOFF_NO_WAIT,
    LOGOFF_ORDERLY,
    LOGOFF_OUTBOUND,
    LOGOFF_OUTBOUND_QUEUE,
    LOGOFF_PURGE,
    LOGOFF_QUIET,
)
from mapix.subsystem.lifetime import take_every

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.profiles.profile import Pair
    from mapix.subsystem.support.support import StoreProviderSupport

PURGE_SECONDS = 10.0
"""How long a store that leaves waits for what it has to send, or for what is under way."""

_LOOK_SECONDS = 0.02

_MOST_IN_HAND = 50
"""How many of the oldest messages a spooler may work on at once."""

_log = logging.getLogger("mapix.subsystem")


def close_store(logon: StoreLogon, support: StoreProviderSupport) -> None:
    """Close a store and everything opened through it, log it off, and forget what it registered (SPI-23)."""
    take_every(partial(_take, logon.store.close), partial(_take, logon.logoff), support.release)


def _take(step: Callable[[], None]) -> None:
    try:
        step()
    except Exception:
        _log.warning("a store failed at logoff", exc_info=True)


@dataclass(slots=True)
class _Shared:
    """A store that is open: how it was logged on to first, and how often it was."""

    logon: StoreLogon
    support: StoreProviderSupport
    users: int = 0


class StoreUsers:
    """Who has which store open. A provider may answer one that is open already (SPI-18): it ends with its last user."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._stores: dict[int, _Shared] = {}

    def enter(self, logon: StoreLogon, support: StoreProviderSupport) -> None:
        """One more user; the support object of the first is the one that the provider goes on using."""
        with self._guard:
            self._stores.setdefault(id(logon.store), _Shared(logon, support)).users += 1

    def leave(self, logon: StoreLogon, support: StoreProviderSupport) -> None:
        """One user less; after the last the store is closed and logged off."""
        with self._guard:
            shared = self._stores[id(logon.store)]
            shared.users -= 1
            is_last = not shared.users
            if is_last:
                del self._stores[id(logon.store)]
        try:
            if is_last:
                close_store(shared.logon, shared.support)
        finally:
            if support is not shared.support:
                support.release()


def before_store_logoff(core: SessionCore, pair: Pair, store: MsgStore, flags: int) -> int:
    """What StoreLogoffTransports does and answers (SPL-60): with LOGOFF_PURGE what waits is sent first, LOGOFF_NO_WAIT
    has it sent and does not wait, LOGOFF_ORDERLY waits for what is under way. A spooler finishes that in any case: its
    logon is one of its own.

    LOGOFF_COMPLETE where nothing is left and where another member of the session has the store open; otherwise what
    there is of LOGOFF_OUTBOUND_QUEUE, LOGOFF_OUTBOUND while a spooler has a message in hand, and LOGOFF_INBOUND while
    mail comes in. `InvalidParameter` for no flag or several.
    """
    if flags not in (LOGOFF_NO_WAIT, LOGOFF_ORDERLY, LOGOFF_PURGE, LOGOFF_ABORT, LOGOFF_QUIET):
        raise InvalidParameter("exactly one LOGOFF_ flag says how a store leaves", value=hex(flags))
    if sum(member.store_logon(pair[1].uid) is not None for member in core.members) > 1:
        return LOGOFF_COMPLETE
    if flags in (LOGOFF_NO_WAIT, LOGOFF_PURGE) and core.has_mail and store.outgoing.entries():
        core.spooling.wake()
        if flags == LOGOFF_PURGE:
            core.spooling.flush(PURGE_SECONDS)
    elif flags == LOGOFF_ORDERLY:
        _await_what_is_under_way(core, pair, store)
    left = LOGOFF_OUTBOUND_QUEUE if store.outgoing.entries() else 0
    left |= LOGOFF_OUTBOUND if _all_in_hand(store) else 0
    left |= LOGOFF_INBOUND if _comes_in(core, pair) else 0
    return left or LOGOFF_COMPLETE


def _await_what_is_under_way(core: SessionCore, pair: Pair, store: MsgStore) -> None:
    """Wait for the messages in hand, not for those that are taken after them."""
    deadline = time.monotonic() + PURGE_SECONDS
    in_hand = _all_in_hand(store)
    while any(_in_hand(store, each) for each in in_hand) or _comes_in(core, pair):
        if time.monotonic() >= deadline:
            return
        time.sleep(_LOOK_SECONDS)


def _comes_in(core: SessionCore, pair: Pair) -> bool:
    """Whether a transport of this session puts mail into a store just now."""
    spooler, default = core.spooling.spooler, core.stores.default()
    return spooler is not None and spooler.is_fetching and default is not None and default[1].uid == pair[1].uid


def _all_in_hand(store: MsgStore) -> list[bytes]:
    entries = store.outgoing.entries()[:_MOST_IN_HAND]
    return [entry.entry_id for entry in entries if _in_hand(store, entry.entry_id)]


def _in_hand(store: MsgStore, entry_id: bytes) -> bool:
    """Whether a spooler works on a message: nobody else may open it then."""
    try:
        store.open_entry(entry_id).close()
    except NoAccess:
        return True
    except MapiError:
        return False
    return False
