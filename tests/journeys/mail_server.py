"""A real SMTP server in a process of its own, told by JSON how to behave: `python -m tests.journeys.mail_server JSON`.

The first line on stdout is its port. What it is told and what it takes goes to the file `record`, one line of JSON
each. It ends when its standard input does. `Behaviour` says what it can be asked for.
"""

from __future__ import annotations

import json
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import Envelope
from tests.fixtures_smtp import ACCEPT, Received, Sink, password_check, running


@dataclass(frozen=True)
class Behaviour:
    """How the server treats who comes.

    `mail` and `recipients` are replies to an address other than 250. Messages get a 451 as long as the file `put_off`
    exists, and no answer as long as `hold` does, but for the first `most`. `size` is the limit it announces, in bytes.
    `tls` is `starttls` or `tls`, with the files `certificate` and `key`.
    """

    record: str
    mail: dict[str, str] = field(default_factory=dict)
    recipients: dict[str, str] = field(default_factory=dict)
    put_off: str = ""
    hold: str = ""
    most: int = 0
    pause: float = 0.0
    size: int = 0
    smtputf8: bool = False
    user: str = ""
    password: str = ""
    tls: str = ""
    certificate: str = ""
    key: str = ""
    port: int = 0

    def dump(self) -> str:
        """As the argument of the process."""
        return json.dumps(asdict(self))


class Told(list[str]):
    """A list of commands that also writes them down."""

    def __init__(self, note: Callable[..., None]) -> None:
        super().__init__()
        self._note = note

    def append(self, command: str) -> None:
        super().append(command)
        self._note(command=command)


def sink(behaviour: Behaviour) -> Sink:
    """What the server does with what it is given."""

    def note(**record: Any) -> None:
        with Path(behaviour.record).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def taken(event: str, received: Received) -> None:
        if event == "accepted":
            data = received.data.decode("latin-1")
            note(message=data, sender=received.sender, recipients=received.recipients)

    def answer(envelope: Envelope) -> str:
        while behaviour.hold and len(made.accepted) >= behaviour.most and Path(behaviour.hold).exists():
            time.sleep(0.01)
        put_off = behaviour.put_off and Path(behaviour.put_off).exists()
        return "451 4.7.1 Greylisted, come back in a minute" if put_off else ACCEPT

    made = Sink(
        on_data=answer,
        on_mail=behaviour.mail,
        on_rcpt=behaviour.recipients,
        pause=behaviour.pause,
        commands=Told(note),
        log=taken,
    )
    return made


def options(behaviour: Behaviour) -> dict[str, Any]:
    """aiosmtpd's options."""
    found: dict[str, Any] = {"enable_SMTPUTF8": behaviour.smtputf8, "port": behaviour.port}
    found["data_size_limit"] = behaviour.size or None
    if behaviour.user:
        found |= {"authenticator": password_check(behaviour.user, behaviour.password), "auth_require_tls": False}
    if behaviour.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(behaviour.certificate, behaviour.key)
        found["implicit_tls" if behaviour.tls == "tls" else "tls_context"] = context
    return found


def main(behaviour: Behaviour) -> None:
    """Serve until standard input ends."""
    with running(sink(behaviour), **options(behaviour)) as server:
        print(server.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(Behaviour(**json.loads(sys.argv[1])))
