"""A real SMTP server for tests, whose replies are scripted; in a thread of the test, or alone in a process.

    with running(Sink()) as server:
        ... server.host, server.port, server.sink.accepted ...

`Sink.on_data` answers each message: a reply like "250 ok" or "451 later", or one of the actions below. As a script
(`python -m tests.fixtures_smtp LOG SEED PAUSE`) it misbehaves at random and writes what it saw to LOG, one JSON line
an event.
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import json
import os
import random
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ACCEPT = "250 2.0.0 taken"
DROP_BEFORE = "take the message and break the connection before the reply"
LOSE = "break the connection at the dot without taking the message"
DROP_AFTER = "take the message and break the connection after the reply"


@dataclass
class Received:
    """A message the server took. `acknowledged`: the client said something after the reply, so it has read it."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    data: bytes
    connection: int
    acknowledged: bool = False

    @property
    def headers(self) -> Any:
        return email.message_from_bytes(self.data)


@dataclass
class Sink:
    """What the server does: replies by sender, by recipient and by message; and what it took.

    A message is answered after a `pause`, and not while `go_on` is cleared. Of each message `tls` and `users` tell
    whether it was protected on its way, and who had logged on; "" for nobody.
    """

    on_data: Callable[[Envelope], str] = lambda envelope: ACCEPT
    on_mail: dict[str, str] = field(default_factory=dict)
    on_rcpt: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    pipelining: bool = False
    accepted: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    tls: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    connections: int = 0
    go_on: threading.Event = field(default_factory=threading.Event)
    log: Callable[[str, Received], None] = lambda event, received: None

    def __post_init__(self) -> None:
        self.go_on.set()

    def handle_connected(self) -> int:
        self.connections += 1
        return self.connections

    def acknowledge(self, session: Session) -> None:
        received = getattr(session, "unheard", None)
        if received is not None:
            received.acknowledged = True
            self.log("acknowledged", received)
            session.unheard = None  # type: ignore[attr-defined]

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, lines: list[str]):  # noqa: N802
        self.commands.append("EHLO")
        self.acknowledge(session)
        session.host_name = hostname
        return [*lines[:-1], "250-PIPELINING", lines[-1]] if self.pipelining else lines

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        self.commands.append(f"MAIL {address} {' '.join(options)}".rstrip())
        self.acknowledge(session)
        self.tls.append(server.transport.get_extra_info("ssl_object") is not None)
        self.users.append(session.auth_data.login.decode() if session.authenticated else "")
        if reply := self.on_mail.get(address):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.commands.append(f"RCPT {address}")
        if reply := self.on_rcpt.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_RSET(self, server, session, envelope):  # noqa: N802
        self.commands.append("RSET")
        self.acknowledge(session)
        return "250 OK"

    async def handle_NOOP(self, server, session, envelope, arg):  # noqa: N802
        self.commands.append("NOOP")
        self.acknowledge(session)
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802
        self.commands.append("QUIT")
        self.acknowledge(session)
        return "221 Bye"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.pause:
            await asyncio.sleep(self.pause)
        while not self.go_on.is_set():
            await asyncio.sleep(0.01)
        action = self.on_data(envelope)
        if action == LOSE:
            server.transport.abort()
            return "451 nobody hears this"
        if action[0] not in "2tb":
            return action
        received = self._take(envelope, server.number)
        if action == DROP_BEFORE:
            server.transport.abort()
            return "451 nobody hears this"
        session.unheard = received
        server.hang_up = action == DROP_AFTER
        return ACCEPT if action == DROP_AFTER else action

    def _take(self, envelope: Envelope, connection: int) -> Received:
        data = bytes(envelope.original_content or b"")
        message_id = email.message_from_bytes(data)["Message-ID"] or ""
        received = Received(message_id, envelope.mail_from or "", tuple(envelope.rcpt_tos), data, connection)
        self.accepted.append(received)
        self.log("accepted", received)
        return received


class Server(SMTP):
    """aiosmtpd's server, able to hang up right after a reply."""

    hang_up = False

    def __init__(self, sink: Sink, **options: Any) -> None:
        self.number = sink.handle_connected()
        super().__init__(sink, hostname="test.invalid", ident="test", **options)

    async def push(self, status: Any) -> None:
        await super().push(status)
        if self.hang_up and self.transport is not None:
            self.hang_up = False
            self.transport.close()


class Running:
    """A server in a thread of its own."""

    def __init__(
        self, sink: Sink, *, port: int = 0, implicit_tls: ssl.SSLContext | None = None, **options: Any
    ) -> None:
        self.sink = sink
        self.host = "127.0.0.1"
        self._options = options
        self._tls = implicit_tls
        self._conversations: list[Server] = []
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(self._listen(port))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def _listen(self, port: int) -> asyncio.AbstractServer:
        def connected() -> Server:
            server = Server(self.sink, loop=self._loop, **self._options)
            self._conversations.append(server)
            return server

        return await self._loop.create_server(connected, self.host, port, ssl=self._tls)

    def stop(self) -> None:
        """Close the port and every connection."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        for conversation in self._conversations:
            if conversation.transport is not None:
                conversation.transport.abort()
        await self._server.wait_closed()
        await asyncio.sleep(0)
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def running(sink: Sink | None = None, **options: Any) -> Iterator[Running]:
    """A server for the length of a with statement; options are aiosmtpd's."""
    server = Running(sink or Sink(), **options)
    try:
        yield server
    finally:
        server.stop()


def password_check(user: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator that knows one user."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=False, auth_data=data)

    return check


def unused_port() -> int:
    """A port nobody listens on, and that no system gives to who asks for any: others may ask meanwhile."""
    import socket

    for port in random.SystemRandom().sample(range(10_000, 32_000), 1000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("there is no free port")


def misbehave(chance: random.Random) -> Callable[[Envelope], str]:
    """An answer to each message by lot: mostly taken, else put off, or dropped before or after the reply."""

    def answer(envelope: Envelope) -> str:
        return chance.choices((ACCEPT, "451 4.3.0 later", DROP_BEFORE, LOSE, DROP_AFTER), (70, 10, 6, 7, 7))[0]

    return answer


def main(log: Path, seed: int, pause: float) -> None:
    """Serve until standard input ends, on a port that is printed first."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(event: str, received: Received) -> None:
        line = {"event": event, "id": received.message_id, "to": received.recipients, "n": id(received)}
        os.write(out, json.dumps(line).encode() + b"\n")

    with running(Sink(on_data=misbehave(random.Random(seed)), pause=pause, log=write)) as server:
        print(server.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
