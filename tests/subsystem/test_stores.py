"""Stores of a session: the table, opening, routing, the default store, sending; scenarios 1, 5, 13, 14, 19."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.subsystem.bench import Script, fax_service

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.notify import Event, NewMailNotification, Notification, TableEvent, TableNotification
from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff, unwrap_store, wrap_store
from mapix.properties.errors import (
    InvalidObject,
    InvalidParameter,
    LogonFailed,
    NetworkError,
    NoAccess,
    NoSupport,
    NotFound,
    UnknownEntryid,
    UnknownFlags,
)
from mapix.properties.flags import (
    FLUSH_UPLOAD,
    MAPI_ALLOW_OTHERS,
    MAPI_MULTITHREAD_NOTIFICATIONS,
    MAPI_NEW_SESSION,
    MAPI_NO_MAIL,
    MAPI_PRIMARY_STORE,
    MAPI_SIMPLE_STORE_TEMPORARY,
    MAPI_STORE_PROVIDER,
    STATUS_DEFAULT_STORE,
    STATUS_PRIMARY_STORE,
    STATUS_SIMPLE_STORE,
    STORE_SUBMIT_OK,
)
from mapix.properties.restriction import Bitmask, Exist, Property, Relop
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DEFAULT_STORE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SENTMAIL_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_MDB_PROVIDER,
    PR_OBJECT_TYPE,
    PR_PROVIDER_DISPLAY,
    PR_RECIPIENT_TYPE,
    PR_RECORD_KEY,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_TYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_STORE_SUPPORT_MASK,
    PR_SUBJECT,
)
from mapix.providers.memory.mailbox import forget_mailbox
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session
from mapix.subsystem.spooling import Spooling

NEW = MAPI_NEW_SESSION
ANN, BOB = "ann@example.com", "bob@example.com"
KINDS = ["MEMORY", "MAPIXSTORE"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Every kind of store there is."""
    name: str = request.param
    return name


@pytest.fixture
def mail(system: Subsystem, profile: str, kind: str, tmp_path: Path) -> Subsystem:
    """A profile with the stores of Ann (the default) and Bob, and local delivery."""
    admin = system.admin_profiles().admin_services(profile)
    for owner in (ANN, BOB):
        admin.create_msg_service(kind, owner, settings_of(kind, owner, tmp_path))
    admin.create_msg_service("LOCAL", settings={"address": ANN, "name": "Ann"})
    return system


@pytest.fixture(autouse=True)
def _forget(tmp_path: Path) -> Iterator[None]:
    """Stores in memory are the process's: those of a test go with it."""
    yield
    for owner in (ANN, BOB):
        forget_mailbox(f"{tmp_path} {owner}")


def settings_of(kind: str, owner: str, directory: Path) -> dict[str, Any]:
    if kind == "MEMORY":
        return {"name": f"{directory} {owner}", "owner_address": owner}
    return {"path": str(directory / "stores" / f"{owner}.mapix"), "owner_address": owner}


def stores_of(session: Session) -> dict[str, bytes]:
    """Entry identifiers by display name."""
    return dict(query_all_rows(session.get_msg_stores_table(), [PR_DISPLAY_NAME, PR_ENTRYID]))


def open_store(session: Session, owner: str = ANN, access: Access = Access.BEST, **options: bool) -> MsgStore:
    return session.open_msg_store(stores_of(session)[owner], access, **options)


def folder(store: MsgStore, tag: Any) -> MapiFolder:
    opened = store.open_entry(store.get_prop(tag), Access.MODIFY)
    assert isinstance(opened, MapiFolder)
    return opened


def inbox(store: MsgStore) -> MapiFolder:
    opened = store.open_entry(store.get_receive_folder("IPM.Note")[0], Access.MODIFY)
    assert isinstance(opened, MapiFolder)
    return opened


def submit(store: MsgStore, subject: str, to: str = BOB) -> None:
    message = folder(store, PR_IPM_OUTBOX_ENTRYID).create_message()
    row = {PR_DISPLAY_NAME: to, PR_ADDRTYPE: "SMTP", PR_EMAIL_ADDRESS: to, PR_RECIPIENT_TYPE: 1}
    message.modify_recipients(ModifyRecipients.ADD, [row])
    message.set_props({PR_SUBJECT: subject})
    message.submit_message()


def subjects(where: MapiFolder) -> list[str]:
    return [row[0] for row in query_all_rows(where.get_contents_table(), [PR_SUBJECT])]


# the table


def test_the_stores_table_has_every_column_a_client_may_count_on(mail: Subsystem, profile: str) -> None:
    """SES-30, ST-027."""
    with mail.logon(profile) as session:
        columns = [
            PR_DEFAULT_STORE,
            PR_DISPLAY_NAME,
            PR_ENTRYID,
            PR_INSTANCE_KEY,
            PR_MDB_PROVIDER,
            PR_OBJECT_TYPE,
            PR_PROVIDER_DISPLAY,
            PR_RECORD_KEY,
            PR_RESOURCE_FLAGS,
            PR_RESOURCE_TYPE,
        ]
        rows = query_all_rows(session.get_msg_stores_table(), columns)
        assert [(row[0], row[5], row[9]) for row in rows] == [
            (True, ObjectType.STORE, MAPI_STORE_PROVIDER),
            (False, ObjectType.STORE, MAPI_STORE_PROVIDER),
        ]
        assert all(value is not None for row in rows for value in row)


def test_the_table_and_the_store_agree_on_what_names_it(mail: Subsystem, profile: str) -> None:
    """EID-6, ST-022, ST-023."""
    with mail.logon(profile) as session:
        tags = [PR_ENTRYID, PR_RECORD_KEY, PR_MDB_PROVIDER]
        row = query_all_rows(session.get_msg_stores_table(), tags)[0]
        assert tuple(open_store(session).get_props(tags).values()) == row


@pytest.mark.parametrize(
    "restriction",
    [
        Exist(PR_DEFAULT_STORE) & Property(Relop.EQ, PR_DEFAULT_STORE, True),
        Bitmask(PR_RESOURCE_FLAGS, STATUS_DEFAULT_STORE),
    ],
)
def test_the_default_store_is_found_by_either_restriction(mail: Subsystem, profile: str, restriction: Any) -> None:
    """SES-34, SES-35, ST-027."""
    with mail.logon(profile) as session:
        table = session.get_msg_stores_table()
        assert query_all_rows(table, [PR_DISPLAY_NAME], restriction) == [(ANN,)]


# opening


def test_the_default_store_gets_all_special_folders_and_another_the_three(mail: Subsystem, profile: str) -> None:
    """SES-19, ST-043, ST-044."""
    with mail.logon(profile) as session:
        assert subjects(folder(open_store(session), PR_IPM_SENTMAIL_ENTRYID)) == []
        assert open_store(session, BOB).get_prop(PR_IPM_SUBTREE_ENTRYID)


def test_a_store_that_is_opened_to_read_lets_nothing_be_changed(mail: Subsystem, profile: str) -> None:
    """SES-16, GEN-12, ST-005, ST-006, ST-075."""
    with mail.logon(profile) as session:
        store = open_store(session, access=Access.READ)
        root = store.open_entry(None)
        assert isinstance(root, MapiFolder)
        assert not store.get_prop(PR_STORE_SUPPORT_MASK) & 0x18
        with pytest.raises(NoAccess):
            root.create_folder("New")
        assert store.get_prop(PR_IPM_OUTBOX_ENTRYID)


def test_a_session_opens_a_store_by_its_identifier(mail: Subsystem, profile: str) -> None:
    """SES-5, SES-8, ST-005, E-014."""
    with mail.logon(profile) as session:
        opened = session.open_entry(stores_of(session)[BOB], Access.MODIFY)
        assert opened.object_type is ObjectType.STORE


def test_a_folder_opens_through_the_session_only_while_its_store_is_open(mail: Subsystem, profile: str) -> None:
    """SES-1, SES-7, SES-8, ST-073, E-006, E-007."""
    with mail.logon(profile) as session:
        first = open_store(session)
        entry_id = inbox(first).get_prop(PR_ENTRYID)
        assert session.open_entry(entry_id).get_prop(PR_ENTRYID) == entry_id
        first.close()
        with pytest.raises(UnknownEntryid):
            session.open_entry(entry_id)
        second = open_store(session)
        assert session.open_entry(entry_id).object_type is ObjectType.FOLDER
        second.close()


def test_identifiers_lead_to_the_store_that_has_them(mail: Subsystem, profile: str) -> None:
    """SES-45, EID-5, E-006."""
    with mail.logon(profile) as session:
        ann, bob = open_store(session), open_store(session, BOB)
        for store in (ann, bob):
            submit_to = store.open_entry(None).get_prop(PR_ENTRYID)
            opened = session.open_entry(submit_to)
            assert opened.get_prop(PR_ENTRYID) == submit_to
        one, other = (store.open_entry(None).get_prop(PR_ENTRYID) for store in (ann, bob))
        assert session.compare_entry_ids(one, one)
        assert not session.compare_entry_ids(one, other)


def test_stores_are_compared_by_their_identifiers(mail: Subsystem, profile: str) -> None:
    """SES-45, SES-46, ST-008, E-005, E-011."""
    with mail.logon(profile) as session:
        known = stores_of(session)
        assert session.compare_entry_ids(known[ANN], known[ANN])
        assert not session.compare_entry_ids(known[ANN], known[BOB])


def test_a_store_of_an_unknown_service_is_unknown(mail: Subsystem, profile: str) -> None:
    """SES-10, SES-15, ST-007, E-007."""
    with mail.logon(profile) as session:
        with pytest.raises(UnknownEntryid):
            session.open_msg_store(wrap_store("NOPE", bytes(40)))
        with pytest.raises(InvalidParameter):
            session.open_msg_store(b"")


@pytest.mark.parametrize("kind", ["MEMORY"], indirect=True)
def test_a_store_that_stands_in_no_profile_opens_by_its_identifier_and_shows_in_no_table(
    mail: Subsystem, profile: str
) -> None:
    """SES-18, PRF-2, ST-003."""
    mail.admin_profiles().create_profile("Other")
    with mail.logon(profile, flags=NEW) as session, mail.logon("Other", flags=NEW) as other:
        entry_id = stores_of(session)[BOB]
        store = other.open_msg_store(entry_id)
        assert store.get_prop(PR_ENTRYID) == entry_id
        assert stores_of(other) == {}
        assert other.pending() == 0


def test_a_store_that_its_user_closed_leaves_session_and_status_table(mail: Subsystem, profile: str) -> None:
    """SPI-52, SPI-23, STA-13."""

    def kinds(session: Session) -> list[int]:
        return [row[0] for row in query_all_rows(session.get_status_table(), [PR_RESOURCE_TYPE])]

    with mail.logon(profile) as session:
        assert MAPI_STORE_PROVIDER not in kinds(session)
        for _ in range(3):
            store = open_store(session)
            assert kinds(session).count(MAPI_STORE_PROVIDER) == 1
            store.close()
        open_store(session, BOB)
        assert kinds(session).count(MAPI_STORE_PROVIDER) == 1


def test_a_store_that_does_not_exist_is_not_found_and_the_others_go_on(
    mail: Subsystem, profile: str, kind: str
) -> None:
    """SES-15, ST-007."""
    with mail.logon(profile) as session:
        service, inner = unwrap_store(stores_of(session)[ANN])
        strange = inner[:20] + bytes(16) + inner[36:]
        with pytest.raises(NotFound):
            session.open_msg_store(wrap_store(service, strange))
        assert open_store(session)


def test_everything_of_a_store_dies_with_its_member_and_nothing_of_the_others(mail: Subsystem, profile: str) -> None:
    """SUB-16, LOG-35, GEN-9, ST-001, ST-073."""
    first, second = mail.logon(profile, flags=MAPI_ALLOW_OTHERS), mail.logon()
    mine, other = open_store(first), open_store(second)
    opened, message = inbox(mine), inbox(mine).create_message()
    table = opened.get_contents_table()
    first.logoff()
    for call in (mine.get_props, opened.get_props, message.get_props, table.get_row_count):
        with pytest.raises(InvalidObject):
            call()
    assert subjects(inbox(other)) == []
    second.logoff()


def test_a_store_whose_provider_fails_is_shown_and_tells_why_when_it_is_opened(system: Subsystem, profile: str) -> None:
    """LOG-20, ST-004."""
    from dataclasses import replace

    service = system.catalogue.get("MEMORY")

    def load() -> Any:
        raise NetworkError("server down")

    broken = replace(service, name="BROKEN", providers=(replace(service.providers[0], load=load),))
    system.catalogue.register(broken)
    system.admin_profiles().admin_services(profile).create_msg_service("BROKEN", "Far away")
    with system.logon(profile) as session:
        entry_id = stores_of(session)["Far away"]
        with pytest.raises(LogonFailed, match="server down"):
            session.open_msg_store(entry_id)
        assert "server down" in str(session.get_last_error())


def test_a_store_that_lacks_a_setting_is_a_failed_logon(system: Subsystem, profile: str) -> None:
    """SES-12, ST-003, ST-004."""
    from dataclasses import replace

    from mapix.interfaces.spi import Setting

    service = system.catalogue.get("MEMORY")
    needy = replace(service, name="NEEDY", settings=(*service.settings, Setting("server", required=True)))
    system.catalogue.register(needy)
    system.admin_profiles().admin_services(profile).create_msg_service("NEEDY", "Needy")
    with system.logon(profile) as session, pytest.raises(LogonFailed, match="server"):
        session.open_msg_store(stores_of(session)["Needy"])


# the default store


def test_another_default_store_shows_in_table_and_profile_and_sinks_hear_of_it(mail: Subsystem, profile: str) -> None:
    """SES-55, SES-56, SES-58; scenario 14."""
    told: list[Notification] = []
    with mail.logon(profile, flags=NEW) as session:
        table = session.get_msg_stores_table()
        table.advise(Event.TABLE_MODIFIED, told.extend)
        session.set_default_store(stores_of(session)[BOB])
        assert query_all_rows(table, [PR_DISPLAY_NAME, PR_DEFAULT_STORE]) == [(ANN, False), (BOB, True)]
        assert told == []
        session.dispatch_notifications()
        rows = [dict(one.row) for one in told if isinstance(one, TableNotification)]
        assert {one.table_event for one in told if isinstance(one, TableNotification)} == {TableEvent.ROW_MODIFIED}
        assert [(row[PR_DISPLAY_NAME], row[PR_DEFAULT_STORE]) for row in rows] == [(ANN, False), (BOB, True)]
    with mail.logon(profile, flags=NEW) as session:
        rows = query_all_rows(session.get_msg_stores_table(), [PR_DISPLAY_NAME, PR_DEFAULT_STORE])
        assert rows == [(ANN, False), (BOB, True)]


def test_there_may_be_no_default_store(mail: Subsystem, profile: str) -> None:
    """SES-56."""
    with mail.logon(profile) as session:
        session.set_default_store(None)
        rows = query_all_rows(session.get_msg_stores_table(), [PR_DEFAULT_STORE])
        assert rows == [(False,), (False,)]


def test_the_other_roles_of_stores_are_set_each_by_itself(mail: Subsystem, profile: str) -> None:
    """SES-55, SES-56."""

    def flags(session: Session, owner: str) -> int:
        rows = dict(query_all_rows(session.get_msg_stores_table(), [PR_DISPLAY_NAME, PR_RESOURCE_FLAGS]))
        value: int = rows[owner]
        return value

    with mail.logon(profile, flags=NEW) as session:
        session.set_default_store(stores_of(session)[BOB], MAPI_PRIMARY_STORE)
        session.set_default_store(stores_of(session)[BOB], MAPI_SIMPLE_STORE_TEMPORARY)
        assert flags(session, BOB) == STATUS_PRIMARY_STORE | STATUS_SIMPLE_STORE
        assert flags(session, ANN) == STATUS_DEFAULT_STORE
        with pytest.raises(UnknownFlags):
            session.set_default_store(stores_of(session)[BOB], 6)
    with mail.logon(profile, flags=NEW) as session:
        assert flags(session, BOB) == STATUS_PRIMARY_STORE


def test_a_store_without_submission_cannot_be_the_default(
    mail: Subsystem, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SES-57, ST-031; scenario 14."""
    from mapix.objects.stores import storeobject

    with mail.logon(profile) as session:
        real = storeobject.StoreObject.get_prop

        def without_submit(self: Any, tag: Any, default: Any = None) -> Any:
            value = real(self, tag, default)
            return value & ~STORE_SUBMIT_OK if tag == PR_STORE_SUPPORT_MASK else value

        monkeypatch.setattr(storeobject.StoreObject, "get_prop", without_submit)
        with pytest.raises(NoSupport):
            session.set_default_store(stores_of(session)[BOB])


# sending


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
    count = Spooling._count

    def counted(spooling: Spooling, pair: Any) -> int:
        looking.set()
        assert submitted.wait(60)
        return count(spooling, pair)

    def submit_inside() -> None:
        with store.transaction():
            assert looking.wait(60)
            submit(store, "Inside")
        submitted.set()

    monkeypatch.setattr(Spooling, "_count", counted)
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


# notifications through the session


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
