"""A member of sessions for campaigns: `python -m tests.subsystem.broker.roamer HOME`.

The commands of `member`, and `enter PROFILE FLAGS`, `submit_some NAME NUMBER`, `line cut|restore`, `ties`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.subsystem.broker.member import Member

from mapix.interfaces.message import ModifyRecipients
from mapix.properties import tags as t
from mapix.properties.errors import MapiError

ELSEWHERE, HERE = "zoe@elsewhere.example", "bob@example.com"


class Roamer(Member):
    """One process that logs on again and again, and writes to somebody far away and to somebody who has a mailbox
    beside the sender's.
    """

    def enter(self, profile: str, flags: str) -> Any:
        """Log on: the uid of the session, and whether it is shared between processes."""
        self.told.clear()
        self.logon(profile, flags)
        return [self.session._core.uid.hex(), self.shared()]

    def ties(self) -> Any:
        """Look for what others did: whether the session is shared between processes now."""
        self.session.dispatch_notifications()
        return self.shared()

    def submit_some(self, name: str, number: str) -> Any:
        outbox = self._outbox()
        for each in range(int(number)):
            message = outbox.create_message()
            message.set_props({t.PR_SUBJECT: f"{name}.{each}", t.PR_BODY: "text"})
            message.modify_recipients(ModifyRecipients.ADD, [_to(ELSEWHERE), _to(HERE)])
            message.submit_message()
        return int(number)

    def line(self, what: str) -> Any:
        """Take the transport that connects off its line, or let it connect again."""
        spooling = self.session._core.spooling
        for service, provider in self.session._core.handle.read().transports():
            if service.name == "SMTP":
                spooling.set_offline(provider.uid, offline=what == "cut")


def _to(address: str) -> dict[Any, Any]:
    name = address.partition("@")[0]
    return {t.PR_DISPLAY_NAME: name, t.PR_ADDRTYPE: "SMTP", t.PR_EMAIL_ADDRESS: address, t.PR_RECIPIENT_TYPE: 1}


def main(home: Path) -> None:
    roamer = Roamer(home)
    for line in sys.stdin:
        name, *arguments = line.split()
        try:
            answer = {"answer": getattr(roamer, name)(*arguments)}
        except MapiError as error:
            answer = {"error": error.symbol, "text": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
