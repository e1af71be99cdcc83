"""A session core's tie to the broker, through which other processes are members of the same session (LOG-34).

Trouble with the broker is logged and the session goes on within its process; a broker that died is replaced, and told
of the session again.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mapix.objects.messages import rehearsal
from mapix.properties.errors import MapiError
from mapix.subsystem.broker import is_possible

if TYPE_CHECKING:
    from pathlib import Path

    from mapix.subsystem.broker.frames import Frame, Shared
    from mapix.subsystem.broker.link import Event, Link
    from mapix.subsystem.core import SessionCore

RETRY_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A shared session of another process, and the link that made this one a member."""

    shared: Shared
    link: Link


def find_shared(home: Path, *, mail: bool) -> Invitation | None:
    """Become a member of the session that other processes share; None where there is none (LOG-6, LOG-8)."""
    if not is_possible():
        return None
    from mapix.subsystem.broker.frames import Join, Nothing, Shared
    from mapix.subsystem.broker.starting import find_broker

    link = None
    try:
        link = find_broker(home)
        found = link.ask(Join(mail), Shared, Nothing) if link is not None else None
    except MapiError as error:
        _log.warning("shared sessions of other processes cannot be joined: %s", error)
        found = None
    except BaseException:
        if link is not None:
            link.close()
        raise
    if link is None or not isinstance(found, Shared):
        if link is not None:
            link.close()
        return None
    return Invitation(found, link)


class Sharing:
    """What ties a core to the broker: tells of its members, hears of the others."""

    def __init__(self, core: SessionCore, link: Link | None) -> None:
        self._core = core
        self._link = link
        self._process = os.getpid()
        self._tried = time.monotonic()
        self._offering = threading.Lock()
        self._hearing = threading.RLock()
        self._watch()
        core.handle.on_found = self._found
        core.handle.on_said = self._said
        core.handle.on_unknown = self.hear
        core.providers.on_disabled = self._disabled

    @property
    def works(self) -> bool:
        """Whether other processes can join now."""
        return (link := self._link) is not None and not link.dead

    def newest(self) -> bytes:
        """The uid of the newest session that is shared between processes (LOG-9); this one's where nobody can tell."""
        from mapix.subsystem.broker.frames import Newest

        if (link := self._link) is not None and not link.dead and self._process == os.getpid():
            with suppress(MapiError):
                return link.ask(Newest(), Newest).uid or self._core.uid
        return self._core.uid

    def member_came(self) -> None:
        """One more member in this process."""
        from mapix.subsystem.broker.frames import Member

        self._tell(Member(1, self._core.has_mail))

    def member_left(self, *, shared: bool) -> None:
        """One member of this process less; the last one ends the tie."""
        from mapix.subsystem.broker.frames import Member

        self._tell(Member(-1, self._core.has_mail, shared))
        if not self._core.members:
            self.end()

    def end(self) -> None:
        """Cut the tie."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def poll(self) -> None:
        """Hear what the broker told; one that is gone is replaced."""
        self.hear()
        if self._is_here and not self.works and time.monotonic() - self._tried >= RETRY_SECONDS:
            self.offer(newest=False)

    def _watch(self) -> None:
        if (link := self._link) is not None:
            link.watch(partial(self._lost, link))

    def _lost(self, link: Link) -> None:
        """The broker is gone, whatever this process does just now: one that was killed is replaced, what waits is sent,
        and mail is fetched (SPL-1, SPL-76). One that was asked to end is not replaced.
        """
        from mapix.subsystem.broker.place import place_of

        self.hear()
        with suppress(MapiError):
            if place_of(self._core.subsystem.home).socket.exists():
                time.sleep(max(self._tried + RETRY_SECONDS - time.monotonic(), 0))
                if self._link is link:
                    self.poll()
            if self._is_here and self._core.has_mail:
                self._core.spooling.start_if_waiting(late=True)

    def hear(self) -> None:
        """Take up what the broker told, on any thread. Who comes while another one does waits until it is known."""
        if not self._is_here:
            return
        with self._hearing:
            for event in link.poll() if (link := self._link) is not None else ():
                self._take_up(event)

    def _take_up(self, event: Event) -> None:
        from mapix.subsystem.broker.frames import Disabled, Learned, Left

        match event:
            case Left():
                self._core.tell_of_leaving(shared=event.shared)
            case Learned():
                told = {event.place: event.secret}
                self._core.learn({} if event.typed else told, told if event.typed else {})
            case Disabled():
                self._core.providers.put_out_of_use(event.service, event.reason)

    @property
    def _is_here(self) -> bool:
        """Whether the session still is in the process it began in: a child has none of it."""
        return self._process == os.getpid() and bool(self._core.members)

    def offer(self, *, newest: bool = True) -> None:
        """Share the session, or share it again where the broker died. Not in a rehearsal: a broker sends. Nor while
        another thread does; that is not waited for, since it may need what this one has locked.
        """
        if rehearsal.active is not None or not self._offering.acquire(blocking=False):
            return
        try:
            if self._is_here and not self.works:
                self._tried = time.monotonic()
                self._offer(newest)
        finally:
            self._offering.release()

    def _offer(self, newest: bool) -> None:
        try:
            for last in (False, False, True):
                if self._offered(newest, last=last):
                    return
        except MapiError as error:
            _log.warning("the session stays within this process: %s", error)

    def _offered(self, newest: bool, *, last: bool) -> bool:
        """Whether a broker has taken the session; one without sessions may end before it hears of this one. Nobody
        comes or goes in the meantime: each member is counted once.
        """
        from mapix.subsystem.broker.frames import Done, Offer
        from mapix.subsystem.broker.starting import reach_broker

        link = reach_broker(self._core.subsystem.home)
        with self._core.guard:
            self.end()
            self._link = link
            if not self._core.members:
                self.end()
                return True
            told = self._snapshot()
            try:
                link.ask(Offer(told, len(self._core.members), self._core.has_mail, newest), Done)
            except MapiError:
                if last or not link.dead:
                    raise
                return False
            self._tell_what_came_meanwhile(told)
            self._watch()
        return True

    def _tell_what_came_meanwhile(self, told: Shared) -> None:
        """What was found out between the snapshot and the broker's answer is told after it."""
        now = self._snapshot()
        for service, reason in now.disabled.items() - told.disabled.items():
            self._disabled(service, reason)
        for place, secret in now.secrets.items() - told.secrets.items():
            self._found(place, secret)
        for place, secret in now.typed.items() - told.typed.items():
            self._said(place, secret)

    def _snapshot(self) -> Shared:
        from mapix.subsystem.broker.frames import Shared

        core = self._core
        out_of_use = core.providers.out_of_use()
        secrets, typed = dict(core.handle.secrets), dict(core.handle.asked)
        return Shared(core.uid, core.profile_name, core.handle.text(), secrets, typed, out_of_use)

    def _found(self, place: str, secret: str) -> None:
        from mapix.subsystem.broker.frames import Learned

        self._tell(Learned(place, secret))

    def _said(self, place: str, secret: str) -> None:
        from mapix.subsystem.broker.frames import Learned

        self._tell(Learned(place, secret, typed=True))

    def _disabled(self, service: bytes, reason: str) -> None:
        from mapix.subsystem.broker.frames import Disabled

        self._tell(Disabled(service, reason))

    def _tell(self, frame: Frame) -> None:
        if (link := self._link) is not None and self._process == os.getpid():
            link.tell(frame)
