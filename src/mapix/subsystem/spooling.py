"""The spooler of a session core: started when it is needed (session 6.1, SES-13), with `SpoolerStores` of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mapix.interfaces.notify import NewMailNotification
from mapix.interfaces.spi import SpoolerHook, StoreLogon
from mapix.interfaces.store import MsgStore
from mapix.objects.messages import rehearsal
from mapix.properties.flags import NOTIFY_READYTOSEND
from mapix.subsystem.handover import note
from mapix.subsystem.latestart import LateStart
from mapix.subsystem.lines import Lines
from mapix.subsystem.spoolerstores import SpoolerStores, count
from mapix.subsystem.statustable import StatusBoard
from mapix.subsystem.storelist import Pair

if TYPE_CHECKING:
    from mapix.properties.tag import PropTag
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.spooler.preprocessing import Preprocessors
    from mapix.subsystem.spooler.transports import LoadedTransport
    from mapix.subsystem.spooler.worker import Spooler
    from mapix.subsystem.support.hooks import ProfileHooks

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
        self._extra: dict[bytes, Pair] = {}
        self._stores: SpoolerStores | None = None
        self._hooks: ProfileHooks | None = None
        self._preprocessors: Preprocessors | None = None
        self._late = LateStart(self.start)
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
                self._stores = SpoolerStores(self.core, self._pairs)
                spooler = Spooler(
                    self._stores.all,
                    self._transports,
                    hooks=self._hooks,
                    default_store=self._stores.default,
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
            stores = self._stores
            spooler.mail_received(lambda: stores.open(pair) if stores is not None else None, news)

    def start_if_waiting(self, *, late: bool = False) -> None:
        """Start when an earlier session left something in a queue (SUB-17), or when that cannot be told now: then the
        spooler finds out. With `late` start by and by in any case.
        """
        if self.spooler is None and self.core.transports():
            if self.noticed or not self.is_clear():
                self.start()
            elif late and rehearsal.active is None:
                self._late.begin()

    def waiting(self) -> int:
        """How many messages wait in the stores of the profile, as far as they can be looked at."""
        return sum(count(self.core, pair) or 0 for pair in self._pairs())

    def is_clear(self) -> bool:
        """Whether nothing waits; no while that cannot be told of every store."""
        if self.spooler is not None and self._stores is not None:
            return self._stores.are_empty()
        return all(count(self.core, pair) == 0 for pair in self._pairs())

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
        return self._stores.logons() if self._stores is not None else []

    def let_go(self) -> None:
        """The program ends at once: take nothing new, wait for nothing (SES-69)."""
        self._late.forget()
        if self.spooler is not None:
            self.spooler.stop(0)

    def stop(self, afterwards: Callable[[], None] = lambda: None) -> None:
        """Stop the spooler; what it had not handed over stays in the queue. Then call `afterwards`.

        A message that takes longer than `STOP_SECONDS` keeps its transport and stores until it is through: nobody
        else may speak on the connection it is sent over.
        """
        self._late.forget()
        with self.core.guard:
            spooler, self.spooler = self.spooler, None
            stores, hooks = self._stores, self._hooks
        if spooler is None or stores is None or hooks is None:
            afterwards()
            return
        stores.end()

        def end() -> None:
            stores.close()
            hooks.close()
            afterwards()

        if spooler.stop(STOP_SECONDS):
            end()
        else:
            _log.warning("the spooler still has a message in hand; it ends when the transport lets go")
            threading.Thread(target=_end_later, args=(spooler, end), daemon=True).start()

    def hooks_for(self, store: MsgStore) -> Sequence[SpoolerHook]:
        """The hooks that see what is delivered into `store`: those of the session where it is one of its stores. What
        somebody else gets is not theirs to see.
        """
        if not self._hooks or self._stores is None:
            return ()
        from mapix.subsystem.spooler.reports import same_store

        return self._hooks if any(same_store(store, own) for own in self._stores.all()) else ()

    def _pairs(self) -> list[Pair]:
        """Every store once: those of the profile, and those opened besides."""
        pairs = {pair[1].uid: pair for pair in (*self.core.stores.pairs(), *self._extra.values())}
        return [pair for pair in pairs.values() if self.core.providers.is_enabled(pair[0])]

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


def _end_later(spooler: Spooler, end: Callable[[], None]) -> None:
    """Wait for the spooler, however long it takes, and let go of what it worked with."""
    spooler.stop()
    end()
