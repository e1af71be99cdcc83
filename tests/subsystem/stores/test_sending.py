"""Mail between the stores of a session, and from whom it is; scenario 14."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.subsystem.bench import Script, fax_service
from tests.subsystem.stores.mailboxes import (
    ANN,
    BOB,
    NEW,
    folder,
    inbox,
    open_store,
    settings_of,
    stores_of,
    subjects,
    submit,
)

from mapix.interfaces.notify import Event, NewMailNotification, Notification
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.errors import (
    NoSupport,
    UnknownFlags,
)
from mapix.properties.flags import (
    FLUSH_UPLOAD,
    MAPI_ALLOW_OTHERS,
    MAPI_MULTITHREAD_NOTIFICATIONS,
    MAPI_NO_MAIL,
)
from mapix.properties.tags import (
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_RESOURCE_TYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SUBJECT,
)
from mapix.subsystem import spooling
from mapix.subsystem.initialize import Subsystem


def test_a_message_goes_from_one_store_to_the_other(mail: Subsystem, profile: str) -> None:
    """SPL-15; scenario 1, at this face: rows without identifiers, a message never saved by itself."""
    with mail.logon(profile) as session:
        assert session.spooler is None
        store = open_store(session)
        submit(store, "Hello")
        assert session.flush(60) == 0
        assert session.pending() == 0
        arrived = inbox(open_store(session, BOB))
        assert subjects(arrived) == ["Hello"]
        assert query_all_rows(arrived.get_contents_table(), [PR_SENDER_EMAIL_ADDRESS]) == [(ANN,)]
        assert subjects(folder(store, PR_IPM_OUTBOX_ENTRYID)) == []


def test_a_store_tells_of_new_mail_once(mail: Subsystem, profile: str) -> None:
    """NOT-20, ST-070."""
    told: list[Notification] = []
    with mail.logon(profile) as session:
        receiving, again = open_store(session, BOB), open_store(session, BOB)
        session.advise(stores_of(session)[BOB], Event.NEW_MAIL, told.extend)
        submit(open_store(session), "Hello")
        session.flush(10)
        assert told == []
        session.dispatch_notifications()
        (news,) = told
        assert isinstance(news, NewMailNotification)
        assert receiving.open_entry(news.entry_id).get_prop(PR_SUBJECT) == "Hello"
        assert again.open_entry(news.entry_id).get_prop(PR_SUBJECT) == "Hello"


def test_mapis_own_thread_tells_of_new_mail_by_itself(home: Path, tmp_path: Path, kind: str) -> None:
    """SUB-6."""
    called = threading.Event()
    threads: set[int] = set()

    def sink(_notifications: Sequence[Notification]) -> None:
        threads.add(threading.get_ident())
        called.set()

    with Subsystem(home, flags=MAPI_MULTITHREAD_NOTIFICATIONS) as system:
        system.admin_profiles().create_profile("Work")
        admin = system.admin_profiles().admin_services("Work")
        admin.create_msg_service(kind, ANN, settings_of(kind, ANN, tmp_path))
        admin.create_msg_service("LOCAL", settings={"address": ANN})
        with system.logon("Work") as session:
            store = open_store(session)
            store.advise(None, Event.NEW_MAIL, sink)
            submit(store, "To myself", ANN)
            assert called.wait(60)
    assert threading.get_ident() not in threads


def test_without_mail_a_message_waits_until_a_member_with_mail_joins(mail: Subsystem, profile: str) -> None:
    """LOG-30, LOG-32; scenario 5, second half."""
    first = mail.logon(profile, flags=MAPI_ALLOW_OTHERS | MAPI_NO_MAIL)
    submit(open_store(first), "Waiting")
    assert first.flush(0.1) == 1
    assert first.pending() == 1
    second = mail.logon()
    assert second.spooler is not None
    assert second.flush(60) == 0
    assert subjects(inbox(open_store(second, BOB))) == ["Waiting"]
    assert first.pending() == 0
    second.logoff()
    first.logoff()


def test_what_a_session_left_behind_is_sent_by_the_next(mail: Subsystem, profile: str) -> None:
    """SUB-17, SPL-75."""
    with mail.logon(profile, flags=NEW | MAPI_NO_MAIL) as session:
        submit(open_store(session), "Left")
    with mail.logon(profile, flags=NEW) as session:
        assert session.flush(60) == 0
        assert subjects(inbox(open_store(session, BOB))) == ["Left"]


def test_while_a_logon_looks_into_a_store_that_is_locked_others_can_submit(
    mail: Subsystem, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = mail.logon(profile, flags=MAPI_ALLOW_OTHERS | MAPI_NO_MAIL)
    store, submitted, looking = open_store(first), threading.Event(), threading.Event()
    count = spooling.count

    def counted(core: Any, pair: Any) -> int | None:
        looking.set()
        assert submitted.wait(60)
        return count(core, pair)

    def submit_inside() -> None:
        with store.transaction():
            assert looking.wait(60)
            submit(store, "Inside")
        submitted.set()

    monkeypatch.setattr(spooling, "count", counted)
    thread = threading.Thread(target=submit_inside)
    thread.start()
    second = mail.logon()
    thread.join(60)
    assert second.flush(60) == 0
    second.logoff()
    first.logoff()


def test_a_store_opened_without_mail_tells_the_spooler_nothing(mail: Subsystem, profile: str) -> None:
    """SES-13, ST-001."""
    with mail.logon(profile) as session:
        open_store(session)
        submit(open_store(session, no_mail=True), "Quiet")
        assert session.spooler is None
        assert session.pending() == 1
        assert session.flush(60) == 0


def test_the_spooler_object_flushes_the_queues(mail: Subsystem, profile: str) -> None:
    """GEN-7, SPL-55, SPL-56, STA-2, STA-3, STA-8, STA-10, STA-12; scenario 18 as far as the spooler's object goes."""
    from mapix.interfaces.status import Status

    with mail.logon(profile) as session:
        submit(open_store(session), "Flushed")
        table = session.get_status_table()
        rows = dict(query_all_rows(table, [PR_RESOURCE_TYPE, PR_ENTRYID]))
        spooler, subsystem = (session.open_entry(rows[number], Access.MODIFY) for number in (37, 39))
        assert isinstance(spooler, Status)
        assert isinstance(subsystem, Status)
        spooler.flush_queues(FLUSH_UPLOAD)
        assert subjects(inbox(open_store(session, BOB))) == ["Flushed"]
        spooler.validate_state()
        subsystem.validate_state()
        with pytest.raises(NoSupport):
            subsystem.flush_queues()
        with pytest.raises(UnknownFlags):
            spooler.validate_state(0x2)
        with pytest.raises(NoSupport):
            spooler.settings_dialog()


# identity


def test_the_identity_is_that_of_the_transport(mail: Subsystem, profile: str) -> None:
    """SES-40, SES-42; scenario 13, first step."""
    with mail.logon(profile) as session:
        entry_id = session.query_identity()
        assert entry_id is not None
        assert OneOff.load(entry_id).address == ANN
        assert session.open_entry(entry_id).get_prop(PR_EMAIL_ADDRESS) == ANN


def test_without_the_primary_ones_the_first_identity_counts(system: Subsystem, profile: str) -> None:
    """SES-40, SES-66; scenario 13, third and fourth step."""
    system.catalogue.register(fax_service(Script()))
    admin = system.admin_profiles().admin_services(profile)
    admin.create_msg_service("FAX", "silent")
    with system.logon(profile, flags=NEW) as session:
        assert session.query_identity() is None
    admin.create_msg_service("FAX", "speaking", {"number": "555"})
    with system.logon(profile, flags=NEW) as session:
        entry_id = session.query_identity()
        assert entry_id is not None
        assert OneOff.load(entry_id).address == "555"
        assert session.enum_adr_types() == ["FAX"]


def test_without_mail_there_is_no_identity_but_messages_have_a_sender(mail: Subsystem, profile: str) -> None:
    with mail.logon(profile, flags=NEW | MAPI_NO_MAIL) as session:
        assert session.query_identity() is None
        store = open_store(session)
        submit(store, "Mine")
        rows = query_all_rows(folder(store, PR_IPM_OUTBOX_ENTRYID).get_contents_table(), [PR_SENDER_EMAIL_ADDRESS])
        assert rows == [(ANN,)]
