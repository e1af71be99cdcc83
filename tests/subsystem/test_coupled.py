"""A store and a transport that share their server: what the store sends by itself, and when the spooler comes in."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from tests.spoolbench import recipient
from tests.subsystem.nasty import Courier, log_on, offer_transport, open_store, until
from tests.subsystem.pair import Server, offer_pair
from tests.subsystem.test_hook_paths import Rule
from tests.subsystem.test_hooks import offer_hook
from tests.subsystem.test_preprocessing import Sealer, SealingProvider, seal, subjects_of, unseal

from mapix.interfaces.notify import Event, NewMailNotification, Notification
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import MessageService, Placement, ProviderKind, ProviderSpec
from mapix.objects.messages.coupled import HOLD
from mapix.properties.errors import InvalidParameter, NoSupport
from mapix.properties.flags import (
    HOOK_INBOUND,
    MAPI_EXTENDED,
    MAPI_NEW_SESSION,
    MAPI_NO_MAIL,
    MSGFLAG_SUBMIT,
    NEEDS_PREPROCESSING,
    NEEDS_SPOOLER,
    NOTIFY_CRITICAL_ERROR,
    NOTIFY_NEWMAIL_RECEIVED,
    STATUS_OWN_STORE,
)
from mapix.properties.tags import (
    PR_DEFERRED_SEND_TIME,
    PR_DELETE_AFTER_SUBMIT,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SENTMAIL_ENTRYID,
    PR_MESSAGE_FLAGS,
    PR_OWN_STORE_ENTRYID,
    PR_PARENT_ENTRYID,
    PR_RESOURCE_FLAGS,
    PR_SENTMAIL_ENTRYID,
    PR_SPOOLER_STATUS,
    PR_SUBJECT,
)
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session
from mapix.testing.builders import a_folder

NO_MAIL = MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL


@pytest.fixture
def server(system: Subsystem, profile: str) -> Server:
    """A pair in the profile."""
    made = Server(str(system.home))
    offer_pair(system, made)
    return made


def submit(session: Session, *addresses: str, kind: str = "PAIR", **props: Any) -> bytes:
    store = open_store(session)
    message = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY).create_message()
    rows = [recipient(each, address_type="SMTP" if "." in each else kind) for each in addresses]
    message.modify_recipients(0, rows)
    message.set_props({PR_SUBJECT: "hello"} | props.get("values", {}))
    message.save_changes()
    entry_id: bytes = message.get_prop(PR_ENTRYID)
    message.submit_message()
    return entry_id


def waiting(session: Session) -> int:
    return len(open_store(session).outgoing.entries())


# sending


def test_what_the_pair_can_reach_is_sent_before_the_submission_returns(system: Subsystem, server: Server) -> None:
    """SPL-2, ST-072."""
    with log_on(system) as session:
        submit(session, "bob@pair", "cy@pair")
        assert server.sent == [("bob@pair", "hello"), ("cy@pair", "hello")]
        assert session.flush(60) == 0
        assert len(server.sent) == 2
        store = open_store(session)
        until(lambda: subjects_of(store, PR_IPM_SENTMAIL_ENTRYID) == ["hello"])
        assert subjects_of(store, PR_IPM_OUTBOX_ENTRYID) == []


def test_hooks_are_asked_of_what_the_pair_sent(system: Subsystem, server: Server) -> None:
    """SPL-22, SPL-2: CompleteMsg has the spooler do what comes after."""
    log: list[str] = []
    rule = Rule("one", log)
    offer_hook(system, lambda: rule)
    with log_on(system) as session:
        kept = a_folder(open_store(session), "Kept")
        rule.out = kept.get_prop(PR_ENTRYID)
        entry_id = submit(session, "bob@pair")
        until(lambda: waiting(session) == 0)
        moved = open_store(session).open_entry(entry_id)
        assert moved.get_prop(PR_PARENT_ENTRYID) == rule.out
    assert (log, len(server.sent)) == (["one out hello"], 1)


@pytest.mark.parametrize("mail", [True, False])
def test_a_store_may_finish_what_it_sent_alone(system: Subsystem, profile: str, mail: bool) -> None:
    """SPL-26: by the four rows of the sent-mail step, and without asking hooks."""
    log: list[str] = []
    server = Server(str(system.home), completes=False)
    offer_pair(system, server)
    offer_hook(system, lambda: Rule("one", log))
    with log_on(system) as sending, system.logon("Work", flags=NO_MAIL) as quiet:
        session = sending if mail else quiet
        store = open_store(session)
        kept = a_folder(store, "Kept").get_prop(PR_ENTRYID)
        sent = submit(session, "bob@pair")
        elsewhere = submit(session, "bob@pair", values={PR_SENTMAIL_ENTRYID: kept})
        submit(session, "bob@pair", values={PR_DELETE_AFTER_SUBMIT: True})
        assert waiting(session) == 0
        assert store.open_entry(sent).get_prop(PR_PARENT_ENTRYID) == store.get_prop(PR_IPM_SENTMAIL_ENTRYID)
        assert not store.open_entry(sent).get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_SUBMIT
        assert store.open_entry(elsewhere).get_prop(PR_PARENT_ENTRYID) == kept
        assert subjects_of(store, PR_IPM_SENTMAIL_ENTRYID) == ["hello"]
        assert subjects_of(store, PR_IPM_OUTBOX_ENTRYID) == []
    assert (len(server.sent), log) == (3, [])


def test_where_there_is_no_spooler_the_store_finishes_it(system: Subsystem, server: Server) -> None:
    """SPL-26, LOG-30: the transport is there, as another member has mail."""
    with log_on(system), system.logon("Work", flags=NO_MAIL) as session:
        submit(session, "bob@pair")
        assert server.sent == [("bob@pair", "hello")]
        assert waiting(session) == 0
        assert subjects_of(open_store(session), PR_IPM_SENTMAIL_ENTRYID) == ["hello"]


def test_without_its_transport_the_store_queues_like_any_other(system: Subsystem, server: Server) -> None:
    """SPL-2, LOG-30."""
    with system.logon("Work", flags=NO_MAIL) as session:
        submit(session, "bob@pair")
        assert (server.sent, waiting(session)) == ([], 1)
    with log_on(system) as session:
        open_store(session)
        assert session.flush(60) == 0
    assert server.sent == [("bob@pair", "hello")]


def test_whom_the_pair_cannot_reach_the_spooler_sends_to(system: Subsystem, server: Server) -> None:
    """SPL-2, SPL 6.2.9: NEEDS_SPOOLER."""
    courier = Courier()
    offer_transport(system, courier)
    with log_on(system) as session:
        submit(session, "bob@pair", "zoe@example.com")
        assert server.sent == [("bob@pair", "hello")]
        assert session.flush(60) == 0
        assert subjects_of(open_store(session), PR_IPM_SENTMAIL_ENTRYID) == ["hello"]
    assert (server.sent, courier.sent) == ([("bob@pair", "hello")], ["zoe@example.com"])


def test_whom_the_pair_refuses_the_spooler_reports(system: Subsystem, server: Server) -> None:
    """SPL-2, SPL-65."""
    server.refused = {"ghost@pair"}
    with log_on(system) as session:
        submit(session, "bob@pair", "ghost@pair")
        assert session.flush(60) == 0
        store = open_store(session)
        inbox: Any = store.open_entry(store.get_receive_folder("IPM")[0])
        assert inbox.get_contents_table().get_row_count() == 1
    assert server.sent == [("bob@pair", "hello")]


@pytest.mark.parametrize("error", [OSError("line cut"), RuntimeError("no"), KeyError(3)])
def test_a_pair_that_fails_leaves_the_rest_to_the_spooler(
    system: Subsystem, server: Server, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """SPL-2, SPL-76: who was acknowledged is not sent to again."""
    with log_on(system) as session, caplog.at_level(logging.CRITICAL):
        server.fails = error
        submit(session, "bob@pair")
        assert waiting(session) == 1
        server.fails = None
        assert session.flush(60) == 0
    assert server.sent == [("bob@pair", "hello")]


def test_a_client_that_dies_while_its_store_sends_leaves_the_message_to_the_spooler(
    system: Subsystem, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPL-2, SPL-76: the spooler leaves it alone for a while, as the store may be sending it still."""
    monkeypatch.setattr("mapix.objects.messages.coupled._Turn._put", lambda *_, **__: None)
    with log_on(system) as session:
        server.fails = KeyboardInterrupt()
        with pytest.raises(KeyboardInterrupt):
            submit(session, "bob@pair")
        server.fails = None
        monkeypatch.undo()
        (entry,) = open_store(session).outgoing.entries()
        assert 300 * TICKS_PER_SECOND < entry.due - now() <= HOLD
        assert session.flush(0.2) == 1
        assert server.sent == []


def test_what_is_put_off_or_to_be_prepared_is_the_spoolers(system: Subsystem, server: Server) -> None:
    """SPL-2, SPL-36, SPL-20."""
    with log_on(system) as session:
        submit(session, "bob@pair", values={PR_DEFERRED_SEND_TIME: now() + 3600 * TICKS_PER_SECOND})
        assert (server.sent, waiting(session)) == ([], 1)
        assert server.support.submission_flags([recipient("bob@pair", address_type="PAIR")]) == 0
        others = [recipient("bob@pair", address_type="PAIR"), recipient("zoe@example.com")]
        assert server.support.submission_flags(others) == NEEDS_SPOOLER


def test_a_message_to_be_prepared_goes_through_the_spooler_to_the_pair(system: Subsystem, profile: str) -> None:
    """SPL-2, SPL-20, SPL-21: prepared, sent by the pair's transport, and cleaned."""
    server = Server(str(system.home))
    offer_pair(system, server)
    sealer = Sealer(seal, unseal)
    spec = ProviderSpec(ProviderKind.TRANSPORT, "sealer", "Sealer", lambda: SealingProvider(sealer))
    system.catalogue.register(MessageService("SEALER", "Sealer", (spec,)))
    system.admin_profiles().admin_services("Work").create_msg_service("SEALER")
    with log_on(system) as session:
        submit(session, "bob@pair", "zoe@example.com")
        assert session.flush(60) == 0
        assert server.support.submission_flags([recipient("zoe@example.com")]) == NEEDS_PREPROCESSING | NEEDS_SPOOLER
        assert subjects_of(open_store(session), PR_IPM_SENTMAIL_ENTRYID) == ["hello"]
    assert server.sent == [("bob@pair", "sealed hello")]
    assert sealer.sent == ["zoe@example.com"]


def test_the_row_of_the_transport_names_its_store(system: Subsystem, server: Server) -> None:
    """ST-072; session 4.8: STATUS_OWN_STORE and PR_OWN_STORE_ENTRYID."""
    with log_on(system) as session:
        entry_id = open_store(session).get_prop(PR_ENTRYID)
        table = session.get_status_table()
        table.set_columns((PR_RESOURCE_FLAGS, PR_OWN_STORE_ENTRYID))
        rows = [row for row in table.query_rows(99) if isinstance(row[0], int) and row[0] & STATUS_OWN_STORE]
        assert [row[1] for row in rows] == [entry_id]


# receiving


def hear(session: Session) -> list[Notification]:
    heard: list[Notification] = []
    session.advise(open_store(session).get_prop(PR_ENTRYID), Event.NEW_MAIL, heard.extend)
    return heard


def dispatched(session: Session, heard: list[Notification]) -> bool:
    session.dispatch_notifications()
    return bool(heard)


def test_what_the_store_wrote_itself_is_told_when_hooks_have_seen_it(system: Subsystem, server: Server) -> None:
    """SPL-50, SPL-22: NOTIFY_NEWMAIL_RECEIVED."""
    log: list[str] = []
    rule = Rule("one", log)
    offer_hook(system, lambda: rule, HOOK_INBOUND)
    with log_on(system) as session:
        heard = hear(session)
        store = open_store(session)
        kept = a_folder(store, "Kept").get_prop(PR_ENTRYID)
        rule.into = Placement(kept)
        entry_id = server.arrive("News")
        until(lambda: dispatched(session, heard))
        (news,) = heard
        assert isinstance(news, NewMailNotification)
        assert (news.entry_id, news.parent_id, news.message_class) == (entry_id, kept, "IPM.Note")
        assert store.open_entry(entry_id).get_prop(PR_PARENT_ENTRYID) == kept
        assert store.open_entry(entry_id).get_prop(PR_SPOOLER_STATUS) == 0
    assert log == ["one in News"]


def test_a_hook_may_take_away_what_the_store_wrote(system: Subsystem, server: Server) -> None:
    """SPL-50, SPL-22: then nobody is told."""
    log: list[str] = []
    offer_hook(system, lambda: Rule("one", log, into=Placement(None)), HOOK_INBOUND)
    with log_on(system) as session:
        heard = hear(session)
        store = open_store(session)
        server.arrive("Junk")
        inbox: Any = store.open_entry(store.get_receive_folder("IPM")[0])
        until(lambda: inbox.get_contents_table().get_row_count() == 0)
        assert not dispatched(session, heard)


def test_a_message_that_is_gone_before_the_spooler_comes_is_nothing(
    system: Subsystem, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """SPL-50."""
    with log_on(system) as session, caplog.at_level(logging.CRITICAL):
        heard = hear(session)
        store = open_store(session)
        place = store.get_receive_folder("IPM")[0]
        news = NewMailNotification(Event.NEW_MAIL, store.get_prop(PR_IPM_OUTBOX_ENTRYID), place, "IPM.Note", 0)
        server.support.spooler_notify(NOTIFY_NEWMAIL_RECEIVED, news=news)
        server.arrive("News")
        until(lambda: dispatched(session, heard))
        assert len(heard) == 1


def test_a_store_says_only_what_stores_say(system: Subsystem, server: Server) -> None:
    """SPL-43."""
    with log_on(system) as session:
        open_store(session)
        with pytest.raises(NoSupport):
            server.support.spooler_notify(NOTIFY_CRITICAL_ERROR)
        with pytest.raises(InvalidParameter):
            server.support.spooler_notify(NOTIFY_NEWMAIL_RECEIVED)
