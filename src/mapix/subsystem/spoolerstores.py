"""The stores a session's spooler works on: logons of its own, marked as the spooler's (SPI-19), opened where it first
asks for them; and what waits in stores that no spooler has open.

A store that has no time or cannot be reached just now is asked again. That nothing waits is said of what could be
looked at only.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import StoreLogon
from mapix.interfaces.store import MsgStore
from mapix.properties.errors import MapiError
from mapix.subsystem.lifetime import take_every
from mapix.subsystem.profiles.profile import Pair
from mapix.subsystem.support.routes import Routes

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.support.support import StoreProviderSupport

AGAIN_SECONDS: Final = 1.0
"""Seconds between attempts to open a store that could not be opened."""

_log = logging.getLogger("mapix.subsystem")


class SpoolerStores:
    """The stores of one spooler; `pairs` are asked for each time."""

    def __init__(self, core: SessionCore, pairs: Callable[[], Sequence[Pair]]) -> None:
        self._core = core
        self._pairs = pairs
        self._guard = threading.RLock()
        self._routes = Routes()
        self._logons: dict[bytes, tuple[StoreLogon, StoreProviderSupport]] = {}
        self._refused: dict[bytes, tuple[float, str]] = {}
        self._ended = False

    def all(self) -> Sequence[MsgStore]:
        """The stores to work on; one that cannot be opened is tried again later."""
        found = (self.open(pair) for pair in self._pairs())
        return [store for store in found if store is not None]

    def default(self) -> MsgStore | None:
        """The default store."""
        default = self._core.stores.default()
        return self.open(default) if default is not None else None

    def open(self, pair: Pair) -> MsgStore | None:
        """The spooler's opening of a store; None while it cannot be had, and where the spooler ends."""
        uid = pair[1].uid
        with self._guard:
            if uid in self._logons:
                return self._logons[uid][0].store
            if self._ended or time.monotonic() < self._refused.get(uid, (0.0, ""))[0]:
                return None
            try:
                return self._log_on(pair)
            except MapiError as error:
                self._refuse(pair, str(error))
                return None

    def are_empty(self) -> bool:
        """Whether nothing waits; no while one of them cannot be looked at."""
        try:
            opened = [self.open(pair) for pair in self._pairs()]
            return all(store is not None and not store.outgoing.entries() for store in opened)
        except MapiError as error:
            _log.info("a queue cannot be looked at now: %s", error)
            return False

    def logons(self) -> list[StoreLogon]:
        """The logons that there are."""
        return [logon for logon, _ in list(self._logons.values())]

    def end(self) -> None:
        """Open no further one."""
        self._ended = True

    def close(self) -> None:
        """Log off from all of them."""
        with self._guard:
            self._ended = True
            logons, self._logons = self._logons, {}
            take_every(*(partial(self._core.stores.users.leave, *each) for each in logons.values()))

    def _log_on(self, pair: Pair) -> MsgStore:
        support = self._core.store_support(pair, self._routes)
        try:
            inner = self._core.stores.id_to_open(pair)
            logon = self._core.stores.logon(pair, inner, support, Access.BEST, spooler=True)
        except MapiError:
            support.release()
            raise
        support.opener = logon.store
        self._core.stores.users.enter(logon, support)
        self._logons[pair[1].uid] = (logon, support)
        self._refused.pop(pair[1].uid, None)
        self._core.stores.learn(pair, logon)
        self._core.stores.prepare(pair, logon)
        return logon.store

    def _refuse(self, pair: Pair, reason: str) -> None:
        """Leave a store alone for a while; its reason is told once."""
        known = self._refused.get(pair[1].uid, (0.0, ""))[1]
        if reason != known:
            _log.warning("the spooler cannot open %s: %s", pair[0].display_name or pair[0].name, reason)
        self._refused[pair[1].uid] = (time.monotonic() + AGAIN_SECONDS, reason)


def count(core: SessionCore, pair: Pair) -> int | None:
    """How many messages wait in a store, looked at by a logon for this alone; None when that cannot be told now."""
    support = core.store_support(pair, Routes())
    try:
        inner = core.stores.id_to_open(pair)
        logon = core.stores.logon(pair, inner, support, Access.READ, spooler=False, lenient=True)
    except MapiError as error:
        _log.info("it cannot be told what waits in %s: %s", pair[0].display_name or pair[0].name, error)
        support.release()
        return None
    core.stores.users.enter(logon, support)
    try:
        core.stores.learn(pair, logon)
        return len(logon.store.outgoing.entries())
    except MapiError as error:
        _log.info("it cannot be told what waits in %s: %s", pair[0].display_name or pair[0].name, error)
        return None
    finally:
        core.stores.users.leave(logon, support)
