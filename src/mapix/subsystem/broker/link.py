"""A member's end of the connection to the broker."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from mapix.properties.errors import CallFailed, MapiError, Version
from mapix.subsystem.broker.frames import (
    VERSION,
    Answer,
    Disabled,
    Frame,
    Hello,
    Learned,
    Left,
    Pieces,
    answer,
    pack,
)
from mapix.subsystem.broker.place import Place, connect

ANSWER_SECONDS = 30.0
_PIECE = 1 << 16
Event = Left | Learned | Disabled
A = TypeVar("A", bound=Frame)


class Link:
    """An open connection. `dead` when the broker has gone; then nothing is sent any more."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._process = os.getpid()
        self._guard = threading.RLock()
        self._pieces = Pieces()
        self._answers: list[Answer] = []
        self._events: list[Event] = []
        self.dead = False
        self.closed = False
        self.pid = 0

    def ask(self, frame: Frame, *kinds: type[A]) -> A:
        """The answer to a request, one of `kinds`; `CallFailed` when the broker is gone or says something else."""
        with self._guard, self._undivided():
            self._send(frame)
            while not self._answers and not self.dead:
                self._receive(ANSWER_SECONDS)
            if not self._answers:
                raise CallFailed("the broker ended before it answered", hint="mapix broker status")
            found = self._answers.pop(0)
        if not isinstance(found, kinds):
            raise CallFailed("the broker gave another answer", value=type(found).__name__)
        return found

    def tell(self, frame: Frame) -> None:
        """Say something that is not answered; a broker that is gone is noticed, not an error."""
        with self._guard, suppress(CallFailed), self._undivided():
            self._send(frame)

    def poll(self) -> list[Event]:
        """What the broker told meanwhile."""
        with self._guard, self._undivided():
            while self._receive(0):
                pass
            events, self._events = self._events, []
            return events

    def wait_for_the_end(self) -> None:
        """Wait until the broker has closed the connection, `ANSWER_SECONDS` at most."""
        with self._guard:
            while self._receive(ANSWER_SECONDS):
                pass
        self.close()

    def watch(self, ended: Callable[[], None]) -> None:
        """Call `ended` on a thread of its own when the broker is gone; not after `close`."""
        ear = self._socket.dup()

        def wait() -> None:
            with ear:
                line = select.poll()
                line.register(ear, 0)
                line.poll()
            if not self.closed:
                ended()

        threading.Thread(target=wait, name="mapix broker watch", daemon=True).start()

    def close(self) -> None:
        """End the connection; in a process that was forked off, only this end."""
        self.closed = True
        self._end()
        self._socket.close()

    def _end(self) -> None:
        """Say and hear nothing any more; both the broker and who watches notice it."""
        self.dead = True
        if self._process == os.getpid():
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def _undivided(self) -> Iterator[None]:
        """What is cut in two, by Ctrl-C for example, ends the connection: a later answer would be taken for another
        question's, the rest of a frame for a new one.
        """
        try:
            yield
        except BaseException as error:
            if not isinstance(error, MapiError):
                self._end()
            raise

    def _send(self, frame: Frame) -> None:
        data = pack(frame)
        if self._process != os.getpid():
            self.dead = True
        if not self.dead:
            try:
                self._socket.settimeout(ANSWER_SECONDS)
                self._socket.sendall(data)
                return
            except OSError:
                while self._receive(0):
                    pass
                self._end()
        raise CallFailed("the broker is gone", hint="mapix broker status")

    def _receive(self, seconds: float) -> bool:
        """Take what has arrived, waiting so long for the first of it; whether there was anything."""
        if self.dead or self._process != os.getpid():
            return False
        try:
            self._socket.settimeout(seconds)
            data = self._socket.recv(_PIECE)
            for body in self._pieces.feed(data):
                self._sort(answer(body))
        except BlockingIOError:
            return False
        except (OSError, MapiError):
            data = b""
        if not data:
            self._end()
        return bool(data)

    def _sort(self, found: Answer) -> None:
        if isinstance(found, Left | Learned | Disabled):
            self._events.append(found)
        else:
            self._answers.append(found)


def open_link(place: Place, timeout: float = 2.0) -> Link | None:
    """A link to the broker of a place; None where none answers. `NoAccess`, `Version` for a broker of another mapix."""
    connection = connect(place, timeout)
    if connection is None:
        return None
    link = Link(connection)
    try:
        greeting = link.ask(Hello(VERSION, os.getpid()), Hello)
    except CallFailed:
        link.close()
        return None
    if greeting.version != VERSION:
        link.close()
        hint = "mapix broker stop"
        raise Version("the broker is of another version of mapix", value=greeting.version, hint=hint)
    link.pid = greeting.pid
    return link
