"""A real SMTP server for trying things out: takes mail on a free loopback port and writes down what it was given.

    python examples/smtp_server.py received.jsonl

The first line on stdout is the port. Each message becomes a line of JSON: who sent it, who was accepted and refused,
and the message itself. Recipients called `nobody` are refused for ever (550), those called `later` for now (451).
It ends when its stdin is closed, or with Ctrl-C.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSALS = {"nobody": "550 5.1.1 No such mailbox here", "later": "451 4.3.0 Come back later"}


class Recorder:
    """Takes mail and appends what it was given to a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or refuse one by its name."""
        refusal = REFUSALS.get(address.partition("@")[0])
        if refusal:
            self._note({"refused": address, "reply": refusal})
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the message."""
        self._note(
            {
                "hello": session.host_name,
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "message": bytes(envelope.content or b"").decode("utf-8", "replace"),
                "reply": "250 2.0.0 OK: taken",
            }
        )
        return "250 2.0.0 OK: taken"

    def _note(self, record: dict[str, Any]) -> None:
        with self.target.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


async def serve(target: Path) -> None:
    """Serve until stdin ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Recorder(target), hostname="localhost", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
