"""When transports are asked for mail, and which of them: by poll from time to time, or as they say there is some."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import Any, Final

from mapix.interfaces.notify import NewMailNotification
from mapix.interfaces.spi import SpoolerHook
from mapix.interfaces.store import MsgStore
from mapix.properties.flags import LOGON_SP_POLL
from mapix.properties.tag import PropTag
from mapix.subsystem.spooler.inbound import MOST_AT_ONCE, fetch, settle_received
from mapix.subsystem.spooler.means import PASSING
from mapix.subsystem.spooler.reports import same_store
from mapix.subsystem.spooler.settling import of_interest, take_up
from mapix.subsystem.spooler.standing import Standings
from mapix.subsystem.spooler.transports import LoadedTransport

FETCH: Final = 60.0
"""Seconds between polls of transports for new mail."""

FETCH_SOON: Final = 5.0
"""The same after the spooler was woken."""

TRIES: Final = 25
"""How often a message that a store received is seen to, while the store has no time for it."""

Received = tuple[Callable[[], MsgStore | None], NewMailNotification, int]
"""The spooler's opening of a store, what the store wrote into it, and how often it was seen to in vain."""

_log = logging.getLogger(__name__)


class Collector:
    """Takes mail from transports into the default store, while `go_on` says so."""

    def __init__(
        self,
        default_store: Callable[[], MsgStore | None],
        identity: Callable[[], Mapping[PropTag, Any]],
        hooks: Sequence[SpoolerHook],
        standings: Standings,
        go_on: Callable[[], bool] = lambda: True,
    ) -> None:
        self._default_store = default_store
        self._identity = identity
        self._hooks = hooks
        self._standings = standings
        self._go_on = go_on
        self._at = 0.0
        self._done = float("-inf")
        self._received: SimpleQueue[Received] = SimpleQueue()
        self.is_fetching = False
        """Whether a transport puts mail into the default store just now."""

    @property
    def is_time(self) -> bool:
        """Whether transports are to be asked."""
        return time.monotonic() >= self._at

    def note(self, store: Callable[[], MsgStore | None], news: NewMailNotification) -> None:
        """A store wrote a message that arrived by itself (SPL-50)."""
        self._received.put((store, news, 0))

    @property
    def has_received(self) -> bool:
        """Whether there is such a message that nobody has seen to."""
        return not self._received.empty()

    def see_to_received(self) -> None:
        """Let the hooks see what stores received, and have them tell their sinks. Where a store has no time just now it
        is done in a moment.
        """
        for _ in range(self._received.qsize()):
            opened, news, tries = self._received.get()
            try:
                if (store := opened()) is not None:
                    settle_received(store, news, self._hooks)
            except Exception as error:
                if isinstance(error, PASSING) and tries < TRIES:
                    self._received.put((opened, news, tries + 1))
                    continue
                _log.exception("a message that a store received could not be seen to; it lies where the store put it")

    def hurry(self, *, at_once: bool = False) -> None:
        """Ask earlier."""
        self._at = min(self._at, self._done + (0 if at_once else FETCH_SOON))

    def collect(self, transports: Sequence[LoadedTransport], stores: Sequence[MsgStore]) -> bool:
        """Ask all transports, if the default store is one of `stores` we work on; whether there was any mail."""
        moment = time.monotonic()
        self._at = moment + FETCH
        default = self._default_store()
        if default is None or _is_ours(default, stores):
            self._done = moment
        for store in stores:
            self._take_up(store)
        return sum(self.collect_from(transport, stores) for transport in transports if self._go_on()) > 0

    def _take_up(self, store: MsgStore) -> None:
        """Show hooks what arrived while nobody lived to show it them (SPL-22)."""
        try:
            take_up(store, of_interest(self._hooks))
        except Exception:
            _log.exception("what arrived in a store cannot be shown to hooks now")

    def collect_from(self, transport: LoadedTransport, stores: Sequence[MsgStore], *, asked: bool = False) -> bool:
        """Ask one transport, unless it wants to be left alone (SPL-43); whether there was any mail.

        With `asked`, or when it said there is mail, it is asked for messages though it does not poll (SPL-55).
        """
        standing, store = self._standings.get(transport.uid), self._default_store()
        off = standing.broken or standing.critical_section or self._standings.is_offline(transport.uid)
        if off or not _is_ours(store, stores):
            return False
        assert store is not None
        news = standing.take_news()
        if not news and not asked and not transport.logon.logon_flags & LOGON_SP_POLL:
            return False
        try:
            count = self._fetch(store, transport, told=news or asked)
        except Exception:
            _log.exception("the transport %s could not fetch mail", transport.name)
            if news:
                standing.news = True
                self._again(FETCH_SOON)
            return False
        if news and count >= MOST_AT_ONCE:
            standing.news = True
            self._again(0)
        return count > 0

    def _fetch(self, store: MsgStore, transport: LoadedTransport, *, told: bool) -> int:
        self.is_fetching = True
        try:
            return fetch(store, transport, hooks=self._hooks, identity=self._identity(), told=told, go_on=self._go_on)
        finally:
            self.is_fetching = False

    def _again(self, seconds: float) -> None:
        """What a transport told of is not done: look again after some seconds."""
        self._at = min(self._at, time.monotonic() + seconds)


def _is_ours(store: MsgStore | None, stores: Sequence[MsgStore]) -> bool:
    return store is not None and any(store is each or same_store(store, each) for each in stores)
