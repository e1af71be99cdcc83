"""The spooler of a session core: started when it is needed, with store logons of its own (session 6.1, SES-13).

Its stores are logons of their own, marked as the spooler's (SPI-19), opened where the spooler first asks for them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mapix.interfaces.notify import NewMailNotification
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import SpoolerHook, StoreLogon
from mapix.interfaces.store import MsgStore
from mapix.objects.messages import rehearsal
from mapix.properties.errors import MapiError
from mapix.properties.flags import (
    NOTIFY_READYTOSEND,
)
from mapix.subsystem.handover import note
from mapix.subsystem.lines import Lines
from mapix.subsystem.statustable import StatusBoard
from mapix.subsystem.storelist import Pair
from mapix.subsystem.storelogoff import close_store
from mapix.subsystem.support.routes import Routes

if TYPE_CHECKING:
    from mapix.properties.tag import PropTag
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.spooler.preprocessing import Preprocessors
    from mapix.subsystem.spooler.transports import LoadedTransport
    from mapix.subsystem.spooler.worker import Spooler
    from mapix.subsystem.support.hooks import ProfileHooks
    from mapix.subsystem.support.support import StoreProviderSupport

STOP_SECONDS = 10.0
"""How long a logoff waits for the spooler to put down what it has in hand."""

_log = logging.getLogger("mapix.subsystem")


class Spooling:
    """When the spooler runs, and what it works with."""

    def __init__(self, core: SessionCore) -> None:
        self.core = core
        self.spooler: Spooler | None = None
        self.noticed = False
        """Whether a transport had something to say while it logged on (SPI-11)."""
        self._opening = threading.RLock()
        self._logons: dict[bytes, tuple[StoreLogon, StoreProviderSupport]] = {}
        self._extra: dict[bytes, Pair] = {}
        self._routes = Routes()
        self._hooks: ProfileHooks | None = None
        self._preprocessors: Preprocessors | None = None
        self.lines = Lines(core)

    @property
    def preprocessors(self) -> Preprocessors:
        """What transports registered to prepare messages (SPL-20)."""
        from mapix.subsystem.spooler.preprocessing import Preprocessors

        if self._preprocessors is None:
            self._preprocessors = Preprocessors()
        return self._preprocessors

    def may_prepare(self, recipients: Sequence[Mapping[PropTag, Any]]) -> bool:
        """Whether a transport may have to prepare a message to these recipients (NEEDS_PREPROCESSING)."""
        return self._preprocessors is not None and self._preprocessors.may_want(recipients)

    def is_offline(self, uid: bytes) -> bool:
        """Whether a transport is not to connect (SPL-45)."""
        return self.lines.is_cut(uid)

    def set_offline(self, uid: bytes, *, offline: bool) -> None:
        """A transport is not to connect any more, or may again: the spooler tells it, and sends what waited."""
        (self.lines.cut if offline else self.lines.restore)(uid)
        self._line_changed(ready=not offline)

    def look_at_lines(self) -> None:
        """Take up what other processes said of being offline."""
        if self.core.has_mail and self.lines.look():
            self._line_changed(ready=True)

    def _line_changed(self, *, ready: bool) -> None:
        if self.spooler is not None:
            self.spooler.wake(ready=ready)
        elif ready:
            self.start_if_waiting()

    def retry(self) -> None:
        """What waits after a failed attempt may be tried at once; where nothing is sent here nothing is begun."""
        if self.spooler is not None:
            self.spooler.wake(ready=True)

    def add(self, pair: Pair) -> None:
        """A store outside the profile was opened by a member with mail: it is spooled, too (SES-13)."""
        self._extra.setdefault(pair[1].uid, pair)

    def start(self, *, sends: bool = True) -> Spooler | None:
        """The spooler, started if it was not; None in a session without mail, or where it `sends` without transports,
        and while nothing is to be sent.
        """
        if rehearsal.active is not None:
            return None
        with self.core.guard:
            if self.spooler is None and self.core.has_mail and (self.core.transports() or not sends):
                from mapix.subsystem.spooler.worker import Spooler
                from mapix.subsystem.support.hooks import ProfileHooks

                self._hooks = ProfileHooks(self.core)
                spooler = Spooler(
                    self._stores,
                    self._transports,
                    hooks=self._hooks,
                    default_store=self._default_store,
                    identity=self.core.identity.sender,
                    board=StatusBoard(self.core.status),
                    preprocessors=self.preprocessors,
                    is_offline=self.is_offline,
                    look=self.look_at_lines,
                )
                self.spooler = spooler
                spooler.start()
            return self.spooler

    def wake(self, *, ready: bool = False) -> None:
        """There is something to send; with `ready` what waits after a failed attempt is tried at once, too (SPL-43)."""
        note(self.core)
        spooler = self.start()
        if spooler is not None:
            spooler.wake(ready=ready)

    def mail_received(self, pair: Pair, news: NewMailNotification) -> None:
        """A store wrote a message that arrived by itself: hooks see it, then its sinks are told (SPL-50)."""
        spooler = self.start(sends=False)
        if spooler is not None:
            spooler.mail_received(lambda: self._store(pair), news)

    def start_if_waiting(self) -> None:
        """Start when an earlier session left something in a queue (SUB-17)."""
        if self.spooler is None and self.core.transports() and (self.noticed or self.waiting()):
            self.start()

    def waiting(self) -> int:
        """How many messages wait in the stores of the profile."""
        return sum(self._count(pair) for pair in self._pairs())

    def flush(self, timeout: float) -> int:
        """Send and fetch now; how many messages are left after at most `timeout` seconds. In a rehearsal none is."""
        if rehearsal.active is not None:
            return 0
        spooler = self.start()
        left = spooler.flush(timeout) if spooler is not None else 0
        return left if spooler is not None and spooler is self.spooler else self.waiting()

    def flush_queues(self, flags: int, target: bytes | None = None, *, timeout: float | None) -> int:
        """FlushQueues: see `Spooler.flush_queues` (SPL-55..SPL-57)."""
        if rehearsal.active is not None:
            return 0
        note(self.core)
        spooler = self.start()
        return self.waiting() if spooler is None else spooler.flush_queues(flags, target, timeout=timeout)

    def transport_says(self, uid: bytes, flags: int, entry_id: bytes | None) -> None:
        """A transport spoke through SpoolerNotify (SPL-43); one that speaks before there is a spooler starts it."""
        from mapix.subsystem.spooler.standing import checked

        checked(flags, entry_id)
        if self.spooler is not None:
            self.spooler.transport_says(uid, flags, entry_id)
        elif flags & NOTIFY_READYTOSEND:
            self.wake(ready=True)

    def yields(self) -> bool:
        """Whether the message under way may be given up (SPL-44)."""
        return self.spooler is None or self.spooler.is_stopping

    def in_critical_section(self, uid: bytes) -> bool:
        """Whether a transport wants to be left alone (SPL-43)."""
        return self.spooler is not None and self.spooler.in_critical_section(uid)

    def store_logons(self) -> list[StoreLogon]:
        """The spooler's own logons of stores."""
        return [logon for logon, _ in self._logons.values()]

    def let_go(self) -> None:
        """The program ends at once: take nothing new, wait for nothing (SES-69)."""
        if self.spooler is not None:
            self.spooler.stop(0)

    def stop(self, afterwards: Callable[[], None] = lambda: None) -> None:
        """Stop the spooler; what it had not handed over stays in the queue. Then call `afterwards`.

        A message that takes longer than `STOP_SECONDS` keeps its transport and stores until it is through: nobody
        else may speak on the connection it is sent over.
        """
        with self.core.guard:
            spooler, self.spooler = self.spooler, None
        if spooler is None:
            afterwards()
        elif spooler.stop(STOP_SECONDS):
            self._close_stores()
            afterwards()
        else:
            _log.warning("the spooler still has a message in hand; it ends when the transport lets go")
            threading.Thread(target=self._end_later, args=(spooler, afterwards), daemon=True).start()

    def hooks_for(self, store: MsgStore) -> Sequence[SpoolerHook]:
        """The hooks that see what is delivered into `store`: those of the session where it is one of its stores. What
        somebody else gets is not theirs to see.
        """
        if not self._hooks:
            return ()
        from mapix.subsystem.spooler.reports import same_store

        return self._hooks if any(same_store(store, own) for own in self._stores()) else ()

    def _end_later(self, spooler: Spooler, afterwards: Callable[[], None]) -> None:
        """Wait for the spooler, however long it takes, and let go of what it worked with."""
        spooler.stop()
        self._close_stores()
        afterwards()

    def _pairs(self) -> list[Pair]:
        """Every store once: those of the profile, and those opened besides."""
        pairs = {pair[1].uid: pair for pair in (*self.core.stores.pairs(), *self._extra.values())}
        return [pair for pair in pairs.values() if self.core.providers.is_enabled(pair[0])]

    def _stores(self) -> Sequence[MsgStore]:
        """The stores to work on; called in the spooler's thread. One that cannot be opened is tried again later."""
        found = (self._store(pair) for pair in self._pairs())
        return [store for store in found if store is not None]

    def _default_store(self) -> MsgStore | None:
        default = self.core.stores.default()
        return self._store(default) if default is not None else None

    def _store(self, pair: Pair) -> MsgStore | None:
        uid = pair[1].uid
        with self._opening:
            if uid in self._logons:
                return self._logons[uid][0].store
            if self.spooler is None:
                return None
            support = self.core.store_support(pair, self._routes)
            try:
                inner = self.core.stores.inner_id(pair)
                logon = self.core.stores.logon(pair, inner, support, Access.BEST, spooler=True)
            except MapiError as error:
                support.release()
                _log.warning("the spooler cannot open %s: %s", pair[0].display_name or pair[0].name, error)
                return None
            support.opener = logon.store
            self.core.stores.prepare(pair, logon)
            self._logons[uid] = (logon, support)
            return logon.store

    def _transports(self) -> Sequence[LoadedTransport]:
        from mapix.subsystem.spooler.transports import AbsentTransport, LoadedTransport

        return [
            LoadedTransport(
                transport.pair[1].uid,
                transport.pair[0].display_name or transport.pair[0].name,
                transport.logon or AbsentTransport(transport.reason),
            )
            for transport in self.core.transports()
        ]

    def _count(self, pair: Pair) -> int:
        support = self.core.store_support(pair, Routes())
        try:
            inner = self.core.stores.id_to_open(pair)
            logon = self.core.stores.logon(pair, inner, support, Access.READ, spooler=False)
        except MapiError:
            support.release()
            return 0
        try:
            self.core.stores.learn(pair, logon)
            return len(logon.store.outgoing.entries())
        except MapiError:
            return 0
        finally:
            close_store(logon, support)

    def _close_stores(self) -> None:
        with self._opening:
            for logon, support in self._logons.values():
                close_store(logon, support)
            self._logons.clear()
            if self._hooks is not None:
                self._hooks.close()
