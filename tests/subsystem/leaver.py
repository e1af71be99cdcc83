"""A program that submits a message and ends without logging off: `python -m tests.subsystem.leaver HOME`.

Its transport takes the message at once, and answers when the program has come to its end.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    AddressTypes,
    MessageService,
    Outcome,
    ProviderKind,
    ProviderSpec,
    RecipientResult,
    RecipientState,
    Submission,
    TransportLogon,
    TransportProvider,
    TransportSupport,
)
from mapix.properties import tags as t
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

TO = {t.PR_ADDRTYPE: "SMTP", t.PR_EMAIL_ADDRESS: "bob@example.com", t.PR_RECIPIENT_TYPE: 1}
started = threading.Event()


class Slow(TransportLogon):
    """Writes down what it takes; with `late` it does not answer before the program ends."""

    def __init__(self, record: Path, *, late: bool) -> None:
        self.record = record
        self.late = late

    def address_types(self) -> AddressTypes:
        return AddressTypes(("SMTP",))

    def submit_message(self, submission: Submission) -> Outcome:
        with self.record.open("a") as file:
            file.write("taken\n")
        started.set()
        while self.late and threading.main_thread().is_alive():
            time.sleep(0.01)
        taken = tuple(RecipientResult(row[t.PR_ROWID], RecipientState.SENT) for row in submission.recipients)
        return Outcome(results=taken)

    def logoff(self) -> None:
        pass


class SlowProvider(TransportProvider):
    def __init__(self, transport: Slow) -> None:
        self.transport = transport

    def logon(self, support: TransportSupport) -> TransportLogon:
        return self.transport


def session_of(system: Subsystem, transport: Slow) -> Session:
    """A session with the transport; its profile is made where there is none."""
    spec = ProviderSpec(ProviderKind.TRANSPORT, "slow", "Slow", lambda: SlowProvider(transport))
    system.catalogue.register(MessageService("SLOW", "Slow", (spec,)))
    if not system.profiles.names():
        system.admin_profiles().create_profile("Work")
        admin = system.admin_profiles().admin_services("Work")
        admin.create_msg_service("MAPIXSTORE", "Mail", {"path": str(system.home / "mail.mapix")})
        admin.create_msg_service("SLOW")
    return system.logon("Work", flags=MAPI_NEW_SESSION)


def main(home: Path) -> None:
    session = session_of(Subsystem(home, sharing=False), Slow(home / "taken.txt", late=True))
    table = session.get_msg_stores_table()
    table.set_columns((t.PR_ENTRYID,))
    store = session.open_msg_store(table.query_rows(1)[0][0], Access.MODIFY)
    message = store.open_entry(store.get_prop(t.PR_IPM_OUTBOX_ENTRYID), Access.MODIFY).create_message()
    message.set_props({t.PR_SUBJECT: "once", t.PR_BODY: "text"})
    message.modify_recipients(ModifyRecipients.ADD, [TO])
    message.submit_message()
    started.wait(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
