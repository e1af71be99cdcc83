"""The broker's process: listens, answers, and ends when nobody needs it.

    Broker(home, place).run()

It serves its own user only. Connections that say nothing, half of something or too much are closed; where there are
too many, those that are in no session go first.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from mapix.properties.errors import MapiError
from mapix.subsystem.broker.connection import Connection
from mapix.subsystem.broker.frames import (
    VERSION,
    Answer,
    Disabled,
    Done,
    Hello,
    Join,
    Learned,
    Left,
    Member,
    Newest,
    Nothing,
    Offer,
    Request,
    SessionState,
    Shared,
    State,
    Status,
    Stop,
    lacking,
)
from mapix.subsystem.broker.hosting import Hosting
from mapix.subsystem.broker.place import Place, is_own
from mapix.subsystem.broker.registry import Registry, SharedSession
from mapix.subsystem.initialize import Subsystem

LINGER = 5.0
"""Seconds a broker without sessions waits for the next one; `MAPIX_BROKER_LINGER` says otherwise."""

FIRST_SECONDS = 15.0
"""Seconds at most that it waits for who started it, and for who is there to say what for."""

MOST = 256
"""Connections at a time that are in no session."""

HELLO_SECONDS = 5.0
TIDY_SECONDS = 0.5

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Broker:
    """The server. `ready` is called when it listens."""

    def __init__(self, home: Path, place: Place, *, ready: Callable[[], None] = lambda: None) -> None:
        self.home = home
        self.place = place
        self.started = time.time()
        self._ready = ready
        self._registry: Registry[Connection] = Registry()
        self._connections: dict[Connection, None] = {}
        self._subsystem = Subsystem(home, sharing=False)
        self._hosting = Hosting(self._subsystem, self._found_here)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = ThreadPoolExecutor(1, "hosting")
        self._over = asyncio.Event()
        self._ends = False
        self._linger = float(os.environ.get("MAPIX_BROKER_LINGER") or LINGER)
        self._patience = FIRST_SECONDS
        self._expected = time.monotonic()
        self._pending: set[asyncio.Future[object]] = set()

    def run(self) -> None:
        """Serve until it is stopped or idle."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._over.set)
        with suppress(FileNotFoundError):
            self.place.socket.unlink()
        former = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(self._meet, self.place.socket, limit=1 << 16, backlog=MOST)
        finally:
            os.umask(former)
        self._ready()
        try:
            await self._wait_for_the_end()
        finally:
            self._ends = True
            server.close()
            with suppress(FileNotFoundError):
                self.place.socket.unlink()
            for connection in list(self._connections):
                connection.close()
            await self._hosted(self._hosting.close)
            self._thread.shutdown()
            self._subsystem.close()

    async def _wait_for_the_end(self) -> None:
        needed = time.monotonic()
        while not self._over.is_set() and time.monotonic() - needed < self._linger:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), min(TIDY_SECONDS, self._linger))
            await self._tidy()
            if self._registry.sessions or self._pending or not self._hosting.is_empty or self._awaits_somebody():
                needed = time.monotonic()

    def _awaits_somebody(self) -> bool:
        """Whether who started this process has not come yet, or who came has not said what for."""
        since = max([self._expected, *(each.since for each in self._connections if not each.has_asked)])
        return time.monotonic() - since < self._patience

    async def _tidy(self) -> None:
        """Have the sessions here looked after; trouble with one of them is told in the log and ends nothing."""
        tidied = asyncio.ensure_future(self._hosted(self._hosting.tidy))
        await asyncio.wait([tidied])
        if (error := tidied.exception()) is not None:
            _log.error("the sessions here could not be looked after", exc_info=error)

    # connections

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        if self._ends or not is_own(writer.get_extra_info("socket")):
            connection.close()
            return
        self._connections[connection] = None
        self._expected = -math.inf
        self._make_room()
        try:
            await self._talk(connection)
        except (MapiError, TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            if not isinstance(error, asyncio.IncompleteReadError) or error.partial:
                _log.info("a connection ended: %s", error)
        except Exception:
            _log.exception("a connection failed")
        finally:
            connection.close()
            self._connections.pop(connection, None)
            self._gone(connection)

    def _make_room(self) -> None:
        strangers = [each for each in self._connections if self._registry.session_of(each) is None]
        for connection in strangers[:-MOST]:
            connection.close()

    async def _talk(self, connection: Connection) -> None:
        hello = await connection.hear(HELLO_SECONDS)
        if not isinstance(hello, Hello) or hello.version != VERSION:
            connection.say(Hello(VERSION, os.getpid()))
            return
        connection.pid = hello.pid
        connection.say(Hello(VERSION, os.getpid()))
        while True:
            asked = await connection.hear(None)
            connection.has_asked = True
            answer = await self._answer(connection, asked)
            if answer is not None:
                connection.say(answer)
            await connection.writer.drain()

    async def _answer(self, connection: Connection, asked: Request) -> Answer | None:
        match asked:
            case Join():
                session = self._registry.join(connection, connection.pid, mail=asked.mail)
                self._host(session)
                return self._shared(session) if session is not None else Nothing()
            case Newest():
                return Newest(self._registry.newest())
            case Offer():
                self._offered(connection, asked)
                return Done()
            case Member():
                self._members_changed(connection, asked)
            case Learned() | Disabled():
                session = self._registry.learn(connection, asked)
                self._tell_others(connection, session, asked)
                self._host(session)
            case Status():
                return await self._state()
            case Stop():
                self._over.set()
                return Done()
        return None

    def _offered(self, connection: Connection, offer: Offer) -> None:
        """A session is shared; where it was before, what only one side knows of it is told to the other (LOG-31)."""
        former = self._registry.sessions.get(offer.shared.uid)
        known = former.shared() if former is not None else offer.shared
        session = self._registry.offer(connection, connection.pid, offer)
        for news in lacking(known, offer.shared):
            self._tell_others(connection, session, news)
        for news in lacking(offer.shared, known):
            connection.say(news)
        self._host(session)

    def _members_changed(self, connection: Connection, told: Member) -> None:
        session = self._registry.change(connection, told.change, mail=told.mail)
        if session is None:
            return
        if told.change < 0:
            self._tell_others(connection, session, Left(told.shared))
        self._host(session)

    def _gone(self, connection: Connection) -> None:
        """A connection ended, by a logoff or because its process died."""
        session = self._registry.leave(connection)
        if session is not None:
            self._tell_others(connection, session, Left(False))
            self._host(session)

    def _found_here(self, uid: bytes, place: str, secret: str) -> None:
        """A spooler here found a secret, which is every member's (LOG-31); called on its thread."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._tell_all, uid, Learned(place, secret))

    def _tell_all(self, uid: bytes, learned: Learned) -> None:
        session = self._registry.sessions.get(uid)
        if session is not None:
            session.learn(learned)
            for member in list(session.parties):
                member.say(learned)

    def _tell_others(self, connection: Connection, session: SharedSession[Connection] | None, event: Answer) -> None:
        for other in session.others(connection) if session is not None else ():
            other.say(event)

    def _shared(self, session: SharedSession[Connection]) -> Shared:
        """What a new member is told; where it has mail and a spooler is here already, it needs none of its own yet."""
        shared = session.shared()
        shared.hosted = session.has_mail and self._hosting.has(session.uid)
        return shared

    async def _state(self) -> State:
        found = []
        for session in list(self._registry.sessions.values()):
            members: Counter[int] = Counter()
            for party in session.parties.values():
                members[party.pid] += party.count
            waiting = await self._hosted(partial(self._hosting.waiting, session.uid))
            found.append(SessionState(session.profile, dict(members), waiting))
        return State(os.getpid(), self.started, found)

    # hosting, on a thread of its own

    def _host(self, session: SharedSession[Connection] | None) -> None:
        """Have the spooler of a session run while it has mail and members."""
        if session is None:
            return
        shared = session.shared()
        if session.parties and session.has_mail:
            self._later(lambda: self._hosting.keep(shared))
        else:
            self._later(lambda: self._hosting.release(shared.uid))

    def _later(self, action: Callable[[], object]) -> None:
        future = asyncio.ensure_future(self._hosted(action))
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)

    async def _hosted(self, action: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, action)
