"""A session that ends while its spooler has a message in hand."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.fixtures_smtp import Sink, running

from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION, MAPI_TO
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_SUBJECT,
)
from mapix.subsystem import spooling
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

BOB = {
    PR_DISPLAY_NAME: "Bob",
    PR_RECIPIENT_TYPE: MAPI_TO,
    PR_ADDRTYPE: "SMTP",
    PR_EMAIL_ADDRESS: "bob@example.com",
    PR_ENTRYID: OneOff("Bob", "SMTP", "bob@example.com").dump(),
}


def log_on(system: Subsystem) -> Session:
    return system.logon("Work", flags=MAPI_EXTENDED | MAPI_NEW_SESSION)


def with_smtp(system: Subsystem, profile: str, server: Any) -> None:
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("MAPIXSTORE", "Mailbox")
    smtp = services.create_msg_service("SMTP", "Mail")
    settings = {"host": server.host, "port": server.port, "security": "none", "address": "ann@example.com"}
    services.configure_msg_service(smtp, settings)


def submit(session: Session) -> None:
    store = session.open_msg_store(query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))[0][0])
    message = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY).create_message()
    message.modify_recipients(0, [BOB])
    message.set_props({PR_SUBJECT: "hello", PR_BODY: "text"})
    message.submit_message()


def test_a_message_under_way_at_the_logoff_keeps_its_connection_and_is_sent_once(
    system: Subsystem, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "STOP_SECONDS", 0.05)
    sink = Sink()
    sink.go_on.clear()
    with running(sink) as server:
        with_smtp(system, profile, server)
        session = log_on(system)
        submit(session)
        deadline = time.monotonic() + 60
        while not any(command.startswith("RCPT") for command in server.sink.commands):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        session.logoff()
        assert not server.sink.accepted
        sink.go_on.set()
        with log_on(system) as session:
            assert session.flush(60) == 0
        assert len(server.sink.accepted) == 1
