"""A mail server as the profile names it, and what it says: values, without a conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from mapix.properties.errors import NetworkError

SERVICE_CLOSES: Final = 421
"""The reply after which a server hangs up."""


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
