"""How stores are left: closed with all that was opened through them, and what is sent before (SPI-23, SPL-60)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mapix.interfaces.spi import StoreLogon
from mapix.properties.errors import InvalidParameter
from mapix.properties.flags import (
    LOGOFF_ABORT,
    LOGOFF_COMPLETE,
    LOGOFF_NO_WAIT,
    LOGOFF_ORDERLY,
    LOGOFF_OUTBOUND_QUEUE,
    LOGOFF_PURGE,
    LOGOFF_QUIET,
)

if TYPE_CHECKING:
    from mapix.subsystem.spooling import Spooling
    from mapix.subsystem.support.support import StoreProviderSupport

PURGE_SECONDS = 10.0
"""How long a store that leaves waits for what it has to send."""

_log = logging.getLogger("mapix.subsystem")


def close_store(logon: StoreLogon, support: StoreProviderSupport) -> None:
    """Close a store and everything opened through it, log it off, and forget what it registered (SPI-23)."""
    for step in (logon.store.close, logon.logoff):
        try:
            step()
        except Exception:
            _log.warning("a store failed at logoff", exc_info=True)
    support.release()


def before_store_logoff(spooling: Spooling, flags: int) -> int:
    """What StoreLogoffTransports does and answers (SPL-60): with LOGOFF_PURGE what waits is sent first.

    LOGOFF_COMPLETE, or LOGOFF_OUTBOUND_QUEUE where messages still wait. `InvalidParameter` for no flag or several.
    """
    if flags not in (LOGOFF_NO_WAIT, LOGOFF_ORDERLY, LOGOFF_PURGE, LOGOFF_ABORT, LOGOFF_QUIET):
        raise InvalidParameter("exactly one LOGOFF_ flag says how a store leaves", value=hex(flags))
    if flags == LOGOFF_PURGE and spooling.core.has_mail:
        spooling.flush(PURGE_SECONDS)
    return LOGOFF_OUTBOUND_QUEUE if spooling.waiting() else LOGOFF_COMPLETE
