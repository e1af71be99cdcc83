"""The spooler of a session core: started when it is needed (session 6.1, SES-13), with `SpoolerStores` of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mapix.interfaces.notify import NewMailNotification
from mapix.interfaces.spi import SpoolerHook, StoreLogon
from mapix.interfaces.store import MsgStore
from mapix.objects.messages import rehearsal
from mapix.properties.errors import MapiError
from mapix.properties.flags import NOTIFY_READYTOSEND
from mapix.subsystem.handover import note
from mapix.subsystem.latestart import LateStart
from mapix.subsystem.lines import Lines
from mapix.subsystem.profiles.profile import Pair
from mapix.subsystem.spoolerstores import SpoolerStores, count
from mapix.subsystem.statustable import StatusBoard
from mapix.subsystem.succession import Leaving, Succession

if TYPE_CHECKING:
    from mapix.properties.tag import PropTag
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.spooler.preprocessing import Preprocessors
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
        self._succession = Succession()
        self._late = LateStart(lambda: self._tell(lambda spooler: spooler.wake()))
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
        if (spooler := self.spooler) is not None:
            spooler.wake(ready=ready)
        elif ready:
            self.start_if_waiting()

    def retry(self) -> None:
        """What waits after a failed attempt may be tried at once; where nothing is sent here nothing is begun."""
        if (spooler := self.spooler) is not None:
            spooler.wake(ready=True)

    def add(self, pair: Pair) -> None:
        """A store outside the profile was opened by a member with mail: it is spooled, too (SES-13)."""
        self._extra.setdefault(pair[1].uid, pair)

    def start(self, *, sends: bool = True) -> Spooler | None:
        """The spooler, started if it was not; None in a session without mail, or where it `sends` without transports,
        while nothing is to be sent, and while the one before has not left.
        """
        if rehearsal.active is not None:
            return None
        with self.core.guard:
            may_start = self.spooler is None and self._succession.is_free and self.core.has_mail
            if may_start and (self.core.transports() or not sends):
                from mapix.subsystem.spooler.worker import Spooler
                from mapix.subsystem.support.hooks import ProfileHooks

                self._hooks = ProfileHooks(self.core)
                self._stores = SpoolerStores(self.core, self._pairs)
                spooler = Spooler(
                    self._stores.all,
                    lambda: [each.loaded() for each in self.core.transports()],
                    hooks=self._hooks,
                    default_store=self._stores.default,
                    identity=self.core.identity.sender,
                    board=StatusBoard(self.core.status),
                    preprocessors=self.preprocessors,
                    is_offline=self.is_offline,
                    look=self.look_at_lines,
                )
                try:
                    self.spooler = spooler
                    spooler.start()
                except BaseException:
                    self.spooler = None
                    spooler.stop(0)
                    raise
            return self.spooler

    def wake(self, *, ready: bool = False) -> None:
        """There is something to send; with `ready` what waits after a failed attempt is tried at once, too (SPL-43)."""
        note(self.core)
        self._tell(lambda spooler: spooler.wake(ready=ready))

    def mail_received(self, pair: Pair, news: NewMailNotification) -> None:
        """A store wrote a message that arrived by itself: hooks see it, then its sinks are told (SPL-50)."""

        def say(spooler: Spooler) -> None:
            stores = self._stores
            spooler.mail_received(lambda: stores.open(pair) if stores is not None else None, news)

        self._tell(say, sends=False)

    def start_if_waiting(self, *, late: bool = False) -> None:
        """Start when an earlier session left something in a queue (SUB-17), or when that cannot be told now: then the
        spooler finds out. With `late` start by and by in any case.
        """
        if self.spooler is None and self.core.transports():
            if self.noticed or not self.is_clear():
                self._tell(lambda spooler: spooler.wake())
            elif late and rehearsal.active is None:
                self._late.begin()

    def waiting(self) -> int:
        """How many messages wait in the stores of the profile, as far as they can be looked at."""
        return sum(count(self.core, pair) or 0 for pair in self._pairs())

    def is_clear(self) -> bool:
        """Whether nothing waits; no while that cannot be told of every store."""
        if self.spooler is not None and (stores := self._stores) is not None:
            return stores.are_empty()
        return all(count(self.core, pair) == 0 for pair in self._pairs())

    def flush(self, timeout: float) -> int:
        """Send and fetch now; how many messages are left after at most `timeout` seconds. In a rehearsal none is."""
        if rehearsal.active is not None:
            return 0
        deadline = time.monotonic() + timeout
        spooler = self._awaited(timeout)
        left = spooler.flush(max(deadline - time.monotonic(), 0)) if spooler is not None else 0
        return left if spooler is not None and spooler is self.spooler else self.waiting()

    def flush_queues(self, flags: int, target: bytes | None = None, *, timeout: float | None) -> int:
        """FlushQueues: see `Spooler.flush_queues` (SPL-55..SPL-57)."""
        if rehearsal.active is not None:
            return 0
        note(self.core)
        if timeout is None:
            left = self._tell(lambda spooler: spooler.flush_queues(flags, target, timeout=None))
            return self.waiting() if left is None else left
        deadline = time.monotonic() + timeout
        if (spooler := self._awaited(timeout)) is None:
            return self.waiting()
        return spooler.flush_queues(flags, target, timeout=max(deadline - time.monotonic(), 0))

    def transport_says(self, uid: bytes, flags: int, entry_id: bytes | None) -> None:
        """A transport spoke through SpoolerNotify (SPL-43); one that speaks before there is a spooler starts it."""
        from mapix.subsystem.spooler.standing import checked

        checked(flags, entry_id)
        if (spooler := self.spooler) is not None:
            spooler.transport_says(uid, flags, entry_id)
        elif flags & NOTIFY_READYTOSEND:
            self.wake(ready=True)

    def yields(self) -> bool:
        """Whether the message under way may be given up (SPL-44)."""
        return (spooler := self.spooler) is None or spooler.is_stopping

    def in_critical_section(self, uid: bytes) -> bool:
        """Whether a transport wants to be left alone (SPL-43)."""
        return (spooler := self.spooler) is not None and spooler.in_critical_section(uid)

    def store_logons(self) -> list[StoreLogon]:
        """The spooler's own logons of stores."""
        return stores.logons() if (stores := self._stores) is not None else []

    def let_go(self) -> None:
        """The program ends at once: take nothing new, wait for nothing (SES-69)."""
        self._late.forget()
        if (spooler := self.spooler) is not None:
            spooler.stop(0)

    def stop(self, afterwards: Callable[[], None] = lambda: None) -> None:
        """Stop the spooler; what it had not handed over stays in the queue. Then call `afterwards`.

        A message that takes longer than `STOP_SECONDS` keeps its transport and stores until it is through: nobody
        else may speak on the connection it is sent over.
        """
        self.end(self.dismiss(), afterwards)

    def dismiss(self) -> Leaving | None:
        """Say nothing to the spooler any more: whom to `end`, None where there is none."""
        self._late.forget()
        with self.core.guard:
            spooler, self.spooler = self.spooler, None
            stores, hooks = self._stores, self._hooks
            if spooler is None or stores is None or hooks is None:
                return None
            self._succession.leaves()
        stores.end()
        return Leaving(spooler, stores, hooks)

    def end(self, leaving: Leaving | None, afterwards: Callable[[], None] = lambda: None) -> None:
        """Stop a spooler that was dismissed, or wait for one that is leaving; see `stop`. Who does not wait, because of
        Ctrl-C for example, has it all done the same.
        """

        def last() -> None:
            if leaving is None:
                self._succession.wait(None)
                afterwards()
            else:
                leaving.stop(None)
                self._left(leaving, afterwards)

        has_ended = False
        try:
            has_ended = self._succession.wait(STOP_SECONDS) if leaving is None else leaving.stop(STOP_SECONDS)
        finally:
            if has_ended:
                last()
            else:
                _log.warning("the spooler still has a message in hand; it ends when the transport lets go")
                threading.Thread(target=last, daemon=True).start()

    def hooks_for(self, store: MsgStore) -> Sequence[SpoolerHook]:
        """The hooks that see what is delivered into `store`: those of the session where it is one of its stores. What
        somebody else gets is not theirs to see.
        """
        if not self._hooks or (stores := self._stores) is None:
            return ()
        from mapix.subsystem.spooler.reports import same_store

        return self._hooks if any(same_store(store, own) for own in stores.all()) else ()

    def _tell(self, say: Callable[[Spooler], Any], *, sends: bool = True) -> Any:
        """Say something to the spooler, which is started for it; while the one before has not left, to the next one.
        What it answers, None where there is none now.
        """
        with self.core.guard:
            spooler = self.start(sends=sends)
            if spooler is None and not self._succession.is_free:
                self._succession.hear(say, sends=sends)
        return None if spooler is None else say(spooler)

    def _awaited(self, timeout: float) -> Spooler | None:
        """As `start`, once the one before has left."""
        return self.start() if self._succession.wait(timeout) else None

    def _left(self, leaving: Leaving, afterwards: Callable[[], None]) -> None:
        """A spooler has ended: the next one may begin."""
        try:
            leaving.close()
            afterwards()
        finally:
            with self.core.guard:
                unheard = self._succession.left()
            for say, sends in unheard:
                with suppress(MapiError):
                    self._tell(say, sends=sends)

    def _pairs(self) -> list[Pair]:
        """Every store once: those of the profile, and those opened besides."""
        pairs = {pair[1].uid: pair for pair in (*self.core.stores.pairs(), *self._extra.values())}
        return [pair for pair in pairs.values() if self.core.providers.is_enabled(pair[0])]
