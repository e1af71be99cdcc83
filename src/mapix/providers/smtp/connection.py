"""One connection to a mail server, used for many messages: EHLO, STARTTLS, AUTH, and transactions whose every reply is
seen (RFC 5321, RFC 3207, RFC 4954).

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
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from mapix.properties.errors import LogonFailed, NetworkError
from mapix.providers.smtp.service import STARTTLS, TLS

FINAL_FACTOR: Final = 10
"""A server may think about a whole message longer than about a command (RFC 5321 4.5.3.2.6)."""

STALE: Final = 10.0
"""Seconds after which an idle connection is tried with NOOP before it gets the next message."""

_BARE_END: Final = re.compile(rb"\r\n|\r|\n")
SERVICE_CLOSES: Final = 421
"""The reply after which a server hangs up."""

_QUIT_SECONDS: Final = 5.0


class Reply(NamedTuple):
    """What a server said: a code and its text, lines joined by blanks."""

    code: int
    text: str

    @property
    def good(self) -> bool:
        """Whether it is a yes."""
        return 200 <= self.code < 300

    @property
    def lasting(self) -> bool:
        """Whether it is a no for ever (5xx)."""
        return 500 <= self.code < 600


class ConnectionLostError(NetworkError):
    """The connection broke; `unknown` when the server may have taken the message all the same."""

    unknown = False


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mail server is and how to talk to it. `password` is asked for at each logon; `timeout` in seconds."""

    host: str
    port: int
    security: str
    user: str | None = None
    password: Callable[[], str | None] = lambda: None
    timeout: float = 60.0
    ehlo_name: str | None = None
    ca_file: str | None = None
    verify: bool = True

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One transaction: from whom ("" for nobody), to whom, and the message with CRLF line ends."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    utf8: bool = False


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
        smtp = self._connect()
        try:
            self._greet(smtp)
            self._protect(smtp)
            self._log_on(smtp)
        except BaseException:
            smtp.close()
            raise
        self._smtp = smtp
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

    def refresh(self) -> bool:
        """Make sure there is a connection; whether it is an old one, which may turn out to be dead."""
        if self.is_open and time.monotonic() - self.used > STALE and not self._alive():
            self.close()
        if self.is_open:
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

    def send(self, envelope: Envelope, accepted: Callable[[list[Reply]], None]) -> list[Reply]:
        """Run one transaction; a reply for each recipient, in order.

        `accepted` is called with them the moment the reply to the final dot is read, before anything else is said.
        `ConnectionLostError` when the connection broke.
        """
        replies, taken = self._guarded(envelope)
        if taken:
            accepted(replies)
        return replies

    def _guarded(self, envelope: Envelope) -> tuple[list[Reply], bool]:
        try:
            return self._transact(envelope)
        except ConnectionLostError:
            self._drop()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise self._lost(error) from error
        except BaseException:
            self._drop()
            raise
        finally:
            self.used = time.monotonic()

    def _transact(self, envelope: Envelope) -> tuple[list[Reply], bool]:
        """The replies, and whether the message itself was sent and answered."""
        smtp = self._live()
        smtp.command_encoding = "utf-8" if envelope.utf8 else "ascii"
        options = " ".join(["", *self._options(envelope)])
        mail = self._said(smtp.docmd("MAIL", f"FROM:<{envelope.sender}>{options}"))
        if not mail.good:
            return self._abandoned([mail] * len(envelope.recipients))
        replies = [self._said(smtp.docmd("RCPT", f"TO:<{address}>")) for address in envelope.recipients]
        if not any(reply.good for reply in replies):
            return self._abandoned(replies)
        data = self._said(smtp.docmd("DATA"))
        if data.code != 354:
            return self._abandoned([data if reply.good else reply for reply in replies])
        final = self._put(smtp, envelope.data)
        replies = [final if reply.good else reply for reply in replies]
        if final.code == SERVICE_CLOSES:
            self._drop()
        return replies, True

    def _put(self, smtp: smtplib.SMTP, data: bytes) -> Reply:
        """Send the message and read the reply to its dot; from here on nobody knows when the connection breaks."""
        try:
            assert smtp.sock is not None
            smtp.sock.settimeout(self.server.timeout * FINAL_FACTOR)
            smtp.send(stuffed(data))
            reply = self._said(smtp.getreply())
            smtp.sock.settimeout(self.server.timeout)
        except ConnectionLostError as error:
            error.unknown = True
            raise
        except (smtplib.SMTPException, OSError) as error:
            lost = self._lost(error)
            lost.unknown = True
            raise lost from error
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

    def _lost(self, error: Exception) -> ConnectionLostError:
        return ConnectionLostError(f"the connection to {self.server} was lost ({_words(error)})")

    # opening

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        try:
            if server.security == TLS:
                context = self._context()
                return smtplib.SMTP_SSL(
                    server.host, server.port, local_hostname="localhost", timeout=server.timeout, context=context
                )
            return smtplib.SMTP(server.host, server.port, local_hostname="localhost", timeout=server.timeout)
        except smtplib.SMTPConnectError as error:
            raise self._refused("does not want to talk", error) from error
        except ssl.SSLError as error:
            raise self._untrusted(error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NetworkError(f"the mail server {server} cannot be reached: {_words(error)}") from error

    def _greet(self, smtp: smtplib.SMTP) -> None:
        smtp.local_hostname = self.server.ehlo_name or _own_name(smtp.sock)
        try:
            smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPResponseException as error:
            raise self._refused("refuses the greeting", error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise self._lost(error) from error

    def _protect(self, smtp: smtplib.SMTP) -> None:
        if self.server.security != STARTTLS:
            return
        try:
            smtp.starttls(context=self._context())
            smtp.ehlo()
        except smtplib.SMTPNotSupportedError as error:
            text = f"the mail server {self.server} does not offer STARTTLS; nothing is sent unprotected"
            raise NetworkError(text, hint="security=tls or security=none") from error
        except ssl.SSLError as error:
            raise self._untrusted(error) from error
        except smtplib.SMTPResponseException as error:
            raise self._refused("refuses STARTTLS", error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise self._lost(error) from error

    def _log_on(self, smtp: smtplib.SMTP) -> None:
        user = self.server.user
        if not user:
            return
        password = self.server.password()
        if password is None:
            raise LogonFailed(f"there is no password for {user} at {self.server}", hint="set password_command")
        try:
            smtp.login(user, password)
        except smtplib.SMTPAuthenticationError as error:
            reply = self._reply_of(error)
            text = f"the mail server {self.server} does not accept the password of {user}: {reply.code} {reply.text}"
            raise LogonFailed(text, low_level=reply.code) from error
        except smtplib.SMTPNotSupportedError as error:
            text = f"the mail server {self.server} offers no logon over this connection"
            raise LogonFailed(text, hint="security=starttls, or no user") from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise LogonFailed(f"the logon of {user} at {self.server} failed: {_words(error)}") from error

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.server.ca_file:
            try:
                context.load_verify_locations(self.server.ca_file)
            except (OSError, ssl.SSLError) as error:
                text = f"the certificates in {self.server.ca_file} cannot be read: {_words(error)}"
                raise NetworkError(text, hint="set ca_file") from error
        if not self.server.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _refused(self, what: str, error: smtplib.SMTPResponseException) -> NetworkError:
        reply = self._reply_of(error)
        return NetworkError(f"the mail server {self.server} {what}: {reply.code} {reply.text}", low_level=reply.code)

    def _untrusted(self, error: ssl.SSLError) -> NetworkError:
        if isinstance(error, ssl.SSLCertVerificationError):
            text = f"the certificate of {self.server} is not trusted: {error.verify_message}"
            return NetworkError(text, low_level=error.verify_code, hint="ca_file, or the server's right name as host")
        return NetworkError(f"there is no TLS with {self.server}: {_words(error)}")

    @staticmethod
    def _reply_of(error: smtplib.SMTPResponseException) -> Reply:
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return Reply(error.smtp_code, " ".join(text.split()))


def stuffed(data: bytes) -> bytes:
    """`data` as it goes over the wire: CRLF line ends, leading dots doubled, the final dot (RFC 5321 4.5.2)."""
    lines = data if _is_crlf(data) else _BARE_END.sub(b"\r\n", data)
    lines = lines.replace(b"\r\n.", b"\r\n..")
    if lines.startswith(b"."):
        lines = b"." + lines
    end = b"" if lines.endswith(b"\r\n") else b"\r\n"
    return lines + end + b".\r\n"


def _is_crlf(data: bytes) -> bool:
    pairs = data.count(b"\r\n")
    return data.count(b"\n") == pairs == data.count(b"\r")


def _own_name(sock: socket.socket | None) -> str:
    """The address of our end as a name for EHLO (RFC 5321 4.1.3)."""
    address = sock.getsockname()[0] if sock is not None else "127.0.0.1"
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _words(error: Exception) -> str:
    """An exception as half a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
