"""What members of a session hear of its stores, and many that come and go at once; scenario 19."""

import threading

import pytest
from tests.subsystem.stores.mailboxes import ANN, BOB, NEW, inbox, open_store, stores_of, subjects, submit

from mapix.interfaces.notify import Event, Notification
from mapix.properties.entryid import OneOff
from mapix.properties.errors import (
    NoSupport,
    UnknownEntryid,
)
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_NO_MAIL,
    NOTIFY_SYNC,
)
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_SUBJECT,
)
from mapix.subsystem.initialize import Subsystem


def test_only_what_is_open_and_tells_of_changes_can_be_listened_to(mail: Subsystem, profile: str) -> None:
    """SES-51, NOT-4."""
    with mail.logon(profile) as session:
        entry_id = stores_of(session)[ANN]
        with pytest.raises(UnknownEntryid):
            session.advise(entry_id, Event.NEW_MAIL, lambda _: None)
        with pytest.raises(NoSupport):
            session.advise(OneOff("Bill", "FAX", "555").dump(), Event.OBJECT_MODIFIED, lambda _: None)
        with pytest.raises(UnknownEntryid):
            session.advise(bytes(40), Event.OBJECT_MODIFIED, lambda _: None)


def test_a_change_in_one_member_is_told_to_the_other_once(mail: Subsystem, profile: str) -> None:
    """SES-50, NOT-20."""
    told: list[Notification] = []
    first, second = mail.logon(profile, flags=MAPI_ALLOW_OTHERS), mail.logon()
    writing, watching = open_store(first), open_store(second)
    entry_id = inbox(watching).get_prop(PR_ENTRYID)
    connection = second.advise(entry_id, Event.OBJECT_MODIFIED, told.extend)
    inbox(writing).set_props({PR_SUBJECT: "changed"})
    assert told == []
    second.dispatch_notifications()
    assert len(told) == 1
    second.unadvise(connection)
    inbox(writing).set_props({PR_SUBJECT: "again"})
    second.dispatch_notifications()
    assert len(told) == 1
    first.logoff()
    second.logoff()


def test_a_client_is_never_told_inside_the_causing_call_whatever_it_asks_for(mail: Subsystem, profile: str) -> None:
    """NOT-25, NOT-20: NOTIFY_SYNC is for providers among themselves."""
    told: list[Notification] = []
    with mail.logon(profile, flags=NEW) as session:
        store = open_store(session)
        entry_id = inbox(store).get_prop(PR_ENTRYID)
        wanted = Event.OBJECT_MODIFIED | NOTIFY_SYNC
        connections = [
            (session, session.advise(entry_id, wanted, told.extend)),
            (store, store.advise(entry_id, wanted, told.extend)),
        ]
        inbox(store).set_props({PR_SUBJECT: "changed"})
        assert told == []
        session.dispatch_notifications()
        assert len(told) == 2
        for source, connection in connections:
            source.unadvise(connection)


def test_sessions_come_and_go_in_many_threads_at_once(mail: Subsystem, profile: str) -> None:
    """GEN-13."""
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(4):
                flags = (MAPI_ALLOW_OTHERS, NEW, MAPI_NO_MAIL | MAPI_ALLOW_OTHERS)[(number + turn) % 3]
                with mail.logon(profile, flags=flags) as session:
                    submit(open_store(session), f"{number} {turn}")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)
    with mail.logon(profile, flags=NEW) as session:
        assert session.flush(60) == 0
        assert sorted(subjects(inbox(open_store(session, BOB)))) == sorted(
            f"{number} {turn}" for number in range(4) for turn in range(4)
        )
