"""A process that is told what to do with sessions: `python -m tests.subsystem.broker.member HOME`.

Commands on standard input, a JSON value for each on standard output: `logon PROFILE FLAGS`, `submit SUBJECT SECONDS`,
`subjects`, `pending`, `hear SECONDS NUMBER`, `shared`, `logoff FLAGS`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.notify import ErrorNotification, Event, ExtendedNotification, Notification
from mapix.interfaces.prop import Access
from mapix.properties import tags as t
from mapix.properties.errors import MapiError
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

TO = {t.PR_DISPLAY_NAME: "Bob", t.PR_ADDRTYPE: "SMTP", t.PR_EMAIL_ADDRESS: "bob@example.com", t.PR_RECIPIENT_TYPE: 1}


class Member:
    """One process with at most one session."""

    def __init__(self, home: Path) -> None:
        self.system = Subsystem(home)
        self.session: Session | None = None
        self.told: list[Notification] = []

    def logon(self, profile: str, flags: str) -> Any:
        begun = time.perf_counter()
        self.session = self.system.logon(profile.replace("-", ""), flags=int(flags))
        self.session.advise(None, Event.EXTENDED, self.told.extend)
        return [self.session.profile_name, time.perf_counter() - begun]

    def _outbox(self) -> Any:
        rows = self.session.get_msg_stores_table()
        rows.set_columns((t.PR_ENTRYID,))
        store = self.session.open_msg_store(rows.query_rows(1)[0][0], Access.MODIFY)
        return store.open_entry(store.get_prop(t.PR_IPM_OUTBOX_ENTRYID), Access.MODIFY)

    def subjects(self) -> Any:
        """The subjects in the Outbox."""
        table = self._outbox().get_contents_table()
        table.set_columns((t.PR_SUBJECT,))
        return sorted(row[0] for row in table.query_rows(100))

    def submit(self, subject: str, delay: str = "0") -> Any:
        message = self._outbox().create_message()
        message.set_props({t.PR_SUBJECT: subject, t.PR_BODY: "text"})
        if int(delay):
            message.set_props({t.PR_DEFERRED_SEND_TIME: now() + int(delay) * TICKS_PER_SECOND})
        message.modify_recipients(ModifyRecipients.ADD, [TO])
        message.submit_message()
        return subject

    def pending(self) -> Any:
        """How many messages wait in the queue."""
        return self.session.pending()

    def hear(self, seconds: str, number: str = "1") -> Any:
        """What arrives within some seconds: `left` for each member that went, `end` where one asks all to leave.

        It waits for `number` of them.
        """
        deadline = time.monotonic() + float(seconds)
        while time.monotonic() < deadline and len(self.told) < int(number):
            self.session.dispatch_notifications()
            time.sleep(0.02)
        told, self.told[:] = list(self.told), []
        return [_word(each) for each in told]

    def shared(self) -> Any:
        """Whether other processes can join."""
        return self.session._core.sharing is not None and self.session._core.sharing.works

    def logoff(self, flags: str) -> Any:
        self.session.logoff(int(flags))
        return None


def _word(told: Notification) -> str:
    return "left" if isinstance(told, ExtendedNotification) else "end" if isinstance(told, ErrorNotification) else "?"


def main(home: Path) -> None:
    member = Member(home)
    for line in sys.stdin:
        name, *arguments = line.split()
        try:
            answer = {"answer": getattr(member, name)(*arguments)}
        except MapiError as error:
            answer = {"error": error.symbol, "text": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
