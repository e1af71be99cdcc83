"""Stores of a session: the table, and opening; scenarios 1, 5, 13."""

from typing import Any

import pytest
from tests.subsystem.stores.mailboxes import ANN, BOB, NEW, folder, inbox, open_store, stores_of, subjects

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import unwrap_store, wrap_store
from mapix.properties.errors import (
    Busy,
    InvalidObject,
    InvalidParameter,
    LogonFailed,
    NetworkError,
    NoAccess,
    NotFound,
    UnknownEntryid,
)
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_STORE_PROVIDER,
    STATUS_DEFAULT_STORE,
)
from mapix.properties.restriction import Bitmask, Exist, Property, Relop
from mapix.properties.tags import (
    PR_DEFAULT_STORE,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SENTMAIL_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_MDB_PROVIDER,
    PR_OBJECT_TYPE,
    PR_PROVIDER_DISPLAY,
    PR_RECORD_KEY,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_TYPE,
    PR_STORE_SUPPORT_MASK,
)
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session


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


def test_a_store_that_somebody_keeps_for_a_moment_is_not_out_of_use_afterwards(
    mail: Subsystem, profile: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-22, SES-12: it says nothing of the store, and no other member need hear of it."""
    provider: Any = SqlStoreProvider if kind == "MAPIXSTORE" else MemoryStoreProvider
    with mail.logon(profile) as session:
        with monkeypatch.context() as kept:
            kept.setattr(provider, "logon", _keep)
            with pytest.raises(Busy):
                open_store(session)
        assert session._core.providers.out_of_use() == {}
        assert open_store(session)


def _keep(*arguments: Any, **options: Any) -> Any:
    raise Busy("another process keeps the store for itself")
