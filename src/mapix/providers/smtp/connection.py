"""One connection to a mail server, used for many messages: transactions whose every reply is seen (RFC 5321).

    connection = Connection(server)
    connection.open()
    replies = connection.send(envelope, accepted)

What keeps the server from being used at all is a `MapiError` of `open`: `NetworkError` for a server that cannot be
reached or trusted, `LogonFailed` for a user it does not know. What it says of a message is in the replies.
`ConnectionLostError` says that the connection broke in the middle.
"""

from __future__ import annotations

import re
import smtplib
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from mapix.properties.errors import InvalidParameter
from mapix.providers.smtp.opening import lost, opened
from mapix.providers.smtp.server import SERVICE_CLOSES, ConnectionLostError, Envelope, Reply, Server

FINAL_FACTOR: Final = 10
"""A server may think about a whole message longer than about a command (RFC 5321 4.5.3.2.6)."""

STALE: Final = 10.0
"""Seconds after which an idle connection is tried with NOOP before it gets the next message."""

GROUP: Final = 100
"""Commands sent at once at most: few enough that both sides can keep what is on its way (RFC 2920 3.1)."""

_BARE_END: Final = re.compile(rb"\r\n|\r|\n")

_QUIT_SECONDS: Final = 5.0


def nothing() -> None:
    """There is nothing else to do."""


class Connection:
    """A conversation with one server. Not thread-safe."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.used = 0.0
        self._smtp: smtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as we know."""
        return self._smtp is not None

    def open(self) -> None:
        """Connect, protect, log on. `NetworkError` or `LogonFailed` say what is wrong, in one sentence."""
        self.close()
        self._smtp = opened(self.server)
        self.used = time.monotonic()

    def close(self) -> None:
        """End the connection politely, without waiting long; twice is harmless."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        with suppress(OSError, smtplib.SMTPException):
            if smtp.sock is not None:
                smtp.sock.settimeout(min(self.server.timeout, _QUIT_SECONDS))
            smtp.quit()
        smtp.close()

    def refresh(self, meanwhile: Callable[[], None] = nothing) -> bool:
        """Make sure there is a connection; whether it is an old one, which may turn out to be dead.

        `meanwhile` is called before what takes its time.
        """
        if self.is_open and time.monotonic() - self.used <= STALE:
            return True
        meanwhile()
        if self.is_open and self._alive():
            return True
        self.open()
        return False

    def offers(self, extension: str) -> bool:
        """Whether the server offers an extension."""
        return self._live().has_extn(extension)

    def size_limit(self) -> int:
        """The largest message the server takes in bytes, 0 for no limit it tells of (RFC 1870)."""
        value = self._live().esmtp_features.get("size", "")
        return int(value) if value.isdigit() else 0

    def send(
        self, envelope: Envelope, accepted: Callable[[list[Reply]], None], meanwhile: Callable[[], None] = nothing
    ) -> list[Reply]:
        """Run one transaction; a reply for each recipient, in order.

        `accepted` is called with them the moment the reply to the final dot is read, before anything else is said.
        `meanwhile` is called whenever the server thinks. `ConnectionLostError` when the connection broke.
        """
        replies, taken = self._guarded(envelope, meanwhile)
        if taken:
            accepted(replies)
        return replies

    def _guarded(self, envelope: Envelope, meanwhile: Callable[[], None]) -> tuple[list[Reply], bool]:
        try:
            return self._transact(envelope, meanwhile)
        except ConnectionLostError:
            self._drop()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise lost(self.server, error) from error
        except BaseException:
            self._drop()
            raise
        finally:
            self.used = time.monotonic()

    def _transact(self, envelope: Envelope, meanwhile: Callable[[], None]) -> tuple[list[Reply], bool]:
        """The replies, and whether the message itself was sent and answered."""
        smtp = self._live()
        smtp.command_encoding = "utf-8" if envelope.utf8 else "ascii"
        mail, *replies = self._addressed(smtp, envelope, meanwhile)
        if not mail.good:
            return self._abandoned([mail] * len(envelope.recipients))
        if not any(reply.good for reply in replies):
            return self._abandoned(replies)
        data = self._said(smtp.docmd("DATA"))
        if data.code != 354:
            return self._abandoned([data if reply.good else reply for reply in replies])
        final = self._put(smtp, envelope.data, meanwhile)
        replies = [final if reply.good else reply for reply in replies]
        if final.code == SERVICE_CLOSES:
            self._drop()
        return replies, True

    def _addressed(self, smtp: smtplib.SMTP, envelope: Envelope, meanwhile: Callable[[], None]) -> list[Reply]:
        """Tell sender and recipients, many at once to a server that lets us (RFC 2920): the replies, the sender's alone
        where that was a no.
        """
        options = " ".join(["", *self._options(envelope)])
        commands = [f"MAIL FROM:<{envelope.sender}>{options}", *(f"RCPT TO:<{each}>" for each in envelope.recipients)]
        most = GROUP if self.offers("pipelining") else 1
        replies: list[Reply] = []
        for start in range(0, len(commands), most):
            group = commands[start : start + most]
            smtp.send("".join(f"{_one_line(command)}\r\n" for command in group))
            for _ in group:
                meanwhile()
            for _ in group:
                replies.append(self._said(smtp.getreply()))
                if replies[0].code == SERVICE_CLOSES:
                    break
            if not replies[0].good:
                return replies[:1]
        return replies

    def _put(self, smtp: smtplib.SMTP, data: bytes, meanwhile: Callable[[], None]) -> Reply:
        """Send the message and read the reply to its dot; from here on nobody knows when the connection breaks."""
        try:
            assert smtp.sock is not None
            smtp.sock.settimeout(self.server.timeout * FINAL_FACTOR)
            smtp.send(stuffed(data))
            meanwhile()
            reply = self._said(smtp.getreply())
            smtp.sock.settimeout(self.server.timeout)
        except ConnectionLostError as error:
            error.unknown = True
            raise
        except (smtplib.SMTPException, OSError) as error:
            broken = lost(self.server, error)
            broken.unknown = True
            raise broken from error
        return reply

    def _options(self, envelope: Envelope) -> list[str]:
        options = []
        if self.offers("size"):
            options.append(f"SIZE={len(envelope.data)}")
        if not envelope.data.isascii() and self.offers("8bitmime"):
            options.append("BODY=8BITMIME")
        if envelope.utf8:
            options.append("SMTPUTF8")
        return options

    def _abandoned(self, replies: list[Reply]) -> tuple[list[Reply], bool]:
        """Nothing was taken: leave the server without a transaction (RSET), or leave it."""
        closing = any(reply.code == SERVICE_CLOSES for reply in replies)
        if closing or not self._said(self._live().rset()).good:
            self._drop()
        return replies, False

    def _alive(self) -> bool:
        try:
            return self._said(self._live().noop()).good
        except (smtplib.SMTPException, OSError, ConnectionLostError):
            return False

    def _said(self, answer: tuple[int, bytes]) -> Reply:
        code, text = answer
        if code < 200:
            raise ConnectionLostError(f"{self.server} does not speak SMTP", value=text[:80])
        return Reply(code, " ".join(text.decode("utf-8", "replace").split()))

    def _live(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise ConnectionLostError(f"the connection to {self.server} is closed")
        return self._smtp

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def stuffed(data: bytes) -> bytes:
    """`data` as it goes over the wire: CRLF line ends, leading dots doubled, the final dot (RFC 5321 4.5.2)."""
    lines = data if _is_crlf(data) else _BARE_END.sub(b"\r\n", data)
    lines = lines.replace(b"\r\n.", b"\r\n..")
    if lines.startswith(b"."):
        lines = b"." + lines
    end = b"" if lines.endswith(b"\r\n") else b"\r\n"
    return lines + end + b".\r\n"


def _one_line(command: str) -> str:
    if "\r" in command or "\n" in command:
        raise InvalidParameter("an address cannot hold line ends", value=command)
    return command


def _is_crlf(data: bytes) -> bool:
    rest = data.replace(b"\r\n", b"  ")
    return b"\n" not in rest and b"\r" not in rest
