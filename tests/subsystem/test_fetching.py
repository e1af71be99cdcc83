"""Mail that comes in through a session: a transport is asked for it, and it lands in the default store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.notify import Event, NewMailNotification, Notification
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    AddressTypes,
    MessageService,
    Outcome,
    OutcomeKind,
    ProviderKind,
    ProviderSpec,
    Submission,
    TransportLogon,
    TransportProvider,
    TransportSupport,
)
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import MAPI_NEW_SESSION, MAPI_NO_MAIL, MSGFLAG_READ
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_SUBJECT,
)
from mapix.providers.memory.mailbox import forget_mailbox
from mapix.subsystem import latestart
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

STORES = ("one", "two")


class Source(TransportLogon):
    """Has letters, each a subject and a class; one without a subject it looks at and leaves alone."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, str]] = []
        self.accepted: list[str] = []

    def address_types(self) -> AddressTypes:
        return AddressTypes(("",))

    def submit_message(self, submission: Submission) -> Outcome:
        return Outcome(OutcomeKind.NOT_ME)

    def poll(self) -> bool:
        return bool(self.waiting)

    def start_message(self, message: Message) -> bytes | None:
        subject, kind = self.waiting[0]
        message.set_props({PR_SUBJECT: subject or "half a letter", PR_MESSAGE_CLASS: kind})
        if not subject:
            self.waiting.pop(0)
            return None
        message.save_changes()
        return f"{subject} {len(self.accepted)}".encode()

    def accept_message(self, token: bytes) -> None:
        self.accepted.append(self.waiting.pop(0)[0])

    def logoff(self) -> None:
        pass


class SourceProvider(TransportProvider):
    def __init__(self, source: Source) -> None:
        self.source = source

    def logon(self, support: TransportSupport) -> TransportLogon:
        return self.source


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def session(system: Subsystem, profile: str, source: Source, tmp_path: Path) -> Iterator[Session]:
    """Of a profile with two stores, the first the default one, and the source."""
    spec = ProviderSpec(ProviderKind.TRANSPORT, "source", "Source", lambda: SourceProvider(source))
    system.catalogue.register(MessageService("SOURCE", "Source", (spec,)))
    admin = system.admin_profiles().admin_services(profile)
    for name in STORES:
        admin.create_msg_service("MEMORY", name, {"name": f"{tmp_path} {name}"})
    admin.create_msg_service("SOURCE")
    with system.logon(profile, flags=MAPI_NEW_SESSION) as made:
        yield made
    for name in STORES:
        forget_mailbox(f"{tmp_path} {name}")


def known(session: Session) -> dict[str, bytes]:
    return dict(query_all_rows(session.get_msg_stores_table(), [PR_DISPLAY_NAME, PR_ENTRYID]))


def store_of(session: Session, name: str) -> MsgStore:
    return session.open_msg_store(known(session)[name])


def folder(store: MsgStore, entry_id: bytes) -> MapiFolder:
    opened = store.open_entry(entry_id, Access.MODIFY)
    assert isinstance(opened, MapiFolder)
    return opened


def subjects(where: MapiFolder) -> list[str]:
    return sorted(subject for (subject,) in query_all_rows(where.get_contents_table(), [PR_SUBJECT]))


def inbox(store: MsgStore) -> MapiFolder:
    return folder(store, store.get_receive_folder("")[0])


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_what_a_transport_saves_is_accepted_told_and_lies_where_its_class_belongs(
    session: Session, source: Source
) -> None:
    """SES-31, SPL-1, SPL-51; scenario 17: polling, accepting by saving, the longest prefix, what is told."""
    store = store_of(session, "one")
    orders = folder(store, store.get_prop(PR_IPM_SUBTREE_ENTRYID)).create_folder("Orders")
    store.set_receive_folder("IPM.Note.Order", orders.get_prop(PR_ENTRYID))
    told: list[Notification] = []
    store.advise(None, Event.NEW_MAIL, told.extend)
    source.waiting += [("letter", "IPM.Note"), ("order", "IPM.Note.Order.Big"), ("orders", "IPM.Note.Orders")]
    session.flush(10)
    assert wait_for(lambda: source.accepted == ["letter", "order", "orders"])
    assert subjects(inbox(store)) == ["letter", "orders"]
    assert subjects(orders) == ["order"]
    session.dispatch_notifications()
    news = [each for each in told if isinstance(each, NewMailNotification)]
    assert [each.message_class for each in news] == ["IPM.Note", "IPM.Note.Order.Big", "IPM.Note.Orders"]
    assert news[1].parent_id == orders.get_prop(PR_ENTRYID)
    message = session.open_entry(news[0].entry_id)
    assert message.get_prop(PR_SUBJECT) == "letter"
    assert not message.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_READ


def test_what_a_transport_does_not_save_was_no_message(session: Session, source: Source) -> None:
    """SPL-52; scenario 17: without SaveChanges nothing has come, and nothing is left behind."""
    store = store_of(session, "one")
    source.waiting += [("", "IPM.Note")]
    session.flush(10)
    assert wait_for(lambda: not source.waiting)
    session.flush(10)
    where = inbox(store)
    assert subjects(where) == []
    assert query_all_rows(where.get_contents_table(associated=True), [PR_SUBJECT]) == []
    source.waiting += [("whole", "IPM.Note")]
    session.flush(10)
    assert wait_for(lambda: source.accepted == ["whole"])
    assert subjects(where) == ["whole"]


def test_a_session_that_only_waits_has_its_transports_polled(
    session: Session, source: Source, system: Subsystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPL-1, SPL-40, SES-31; scenario 17: nothing is submitted, nobody flushes, and mail comes all the same."""
    session.logoff()
    monkeypatch.setattr(latestart, "SECONDS", 0.01)
    source.waiting += [("letter", "IPM.Note")]
    with system.logon("Work", flags=MAPI_NEW_SESSION | MAPI_NO_MAIL) as without:
        with system.logon("Work", flags=MAPI_NEW_SESSION):
            assert wait_for(lambda: source.accepted == ["letter"])
        assert subjects(inbox(store_of(without, "one"))) == ["letter"]


def test_a_session_that_ends_before_its_spooler_starts_has_none(
    session: Session, source: Source, system: Subsystem
) -> None:
    """SES-61: what was to start later does not."""
    source.waiting += [("letter", "IPM.Note")]
    late = session._core.spooling._late._timer
    assert late is not None
    session.logoff()
    late.join(60)
    assert not late.is_alive()
    assert source.waiting


def test_what_comes_later_comes_into_the_new_default_store(session: Session, source: Source) -> None:
    """SES-58: the spooler uses another default store from the moment it is chosen."""
    one, two = (store_of(session, name) for name in STORES)
    source.waiting += [("before", "IPM.Note")]
    session.flush(10)
    assert wait_for(lambda: source.accepted == ["before"])
    session.set_default_store(known(session)["two"])
    source.waiting += [("after", "IPM.Note")]
    session.flush(10)
    assert wait_for(lambda: source.accepted == ["before", "after"])
    assert (subjects(inbox(one)), subjects(inbox(two))) == (["before"], ["after"])
