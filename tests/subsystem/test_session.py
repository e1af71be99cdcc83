"""What a session opens and how, its default stores, and its identity."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, cast

import pytest
from tests.subsystem.bench import Script, WaitingProvider, fax_service
from tests.subsystem.session_stores import NEW, STORES, known

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.notify import Event, Notification, TableEvent, TableNotification
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    MessageService,
    ProviderKind,
    ProviderSpec,
    TransportLogon,
    TransportSupport,
)
from mapix.interfaces.status import Status
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff, search_key, unwrap_store, wrap_store
from mapix.properties.errors import (
    CorruptStore,
    FailOneProvider,
    LogonFailed,
    MapiError,
    NotFound,
)
from mapix.properties.flags import (
    MAPI_PRIMARY_STORE,
    MAPI_SECONDARY_STORE,
    STATUS_AVAILABLE,
    STATUS_FAILURE,
    STATUS_NO_DEFAULT_STORE,
    STATUS_PRIMARY_STORE,
    STATUS_SECONDARY_STORE,
)
from mapix.properties.restriction import Bitmask
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DEFAULT_STORE,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_IDENTITY_DISPLAY,
    PR_IDENTITY_SEARCH_KEY,
    PR_INSTANCE_KEY,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_TYPE,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
    PR_SUBJECT,
)
from mapix.providers.memory.mailbox import forget_mailbox
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session


def default_name(session: Session) -> list[str]:
    rows = query_all_rows(session.get_msg_stores_table(), [PR_DISPLAY_NAME, PR_DEFAULT_STORE])
    return [name for name, is_default in rows if is_default]


# opening


def test_any_way_of_opening_leads_to_the_same_object(stores: Subsystem, profile: str) -> None:
    """SES-6: session, store and folder open what any of them can reach."""
    with stores.logon(profile, flags=NEW) as session:
        store = session.open_msg_store(known(session)["one"])
        folder = store.open_entry(store.get_receive_folder("")[0], Access.MODIFY)
        assert isinstance(folder, MapiFolder)
        message = folder.create_message()
        message.set_props({PR_SUBJECT: "Where am I"})
        message.save_changes()
        entry_id = message.get_prop(PR_ENTRYID)
        assert {one.open_entry(entry_id).get_prop(PR_SUBJECT) for one in (session, store, folder)} == {"Where am I"}


def test_a_temporary_store_stands_in_no_table_and_in_no_profile(stores: Subsystem, profile: str) -> None:
    """SES-14, SES-18, SES-30."""
    stores.admin_profiles().create_profile("Other")
    with stores.logon(profile, flags=NEW) as session, stores.logon("Other", flags=NEW) as other:
        entry_id = known(session)["two"]
        assert other.open_msg_store(entry_id, temporary=True).get_prop(PR_ENTRYID) == entry_id
        assert known(other) == {}
    with stores.logon("Other", flags=NEW) as again:
        assert known(again) == {}


class Lenient(MemoryStoreProvider):
    """Takes every identifier for that of its store, and counts."""

    def __init__(self, made: list[Lenient]) -> None:
        made.append(self)
        self.logons = 0

    def logon(self, *args: Any, **options: Any) -> Any:
        self.logons += 1
        return super().logon(*args, **options)

    def compare_store_ids(self, first: bytes, second: bytes) -> bool:
        return True


def test_the_provider_says_which_store_an_identifier_names_and_is_made_once(stores: Subsystem, profile: str) -> None:
    """SES-17, SPI-5, SPI-20: compared before any store is open; one provider object, a logon for each opening."""
    made: list[Lenient] = []
    service = stores.catalogue.get("MEMORY")
    spec = replace(service.providers[0], load=lambda: Lenient(made))
    stores.catalogue.register(replace(service, name="LENIENT", providers=(spec,)))
    stores.admin_profiles().admin_services(profile).create_msg_service("LENIENT", "three", {"name": "three"})
    with stores.logon(profile, flags=NEW) as session:
        entry_id = known(session)["three"]
        name, inner = unwrap_store(entry_id)
        strange = wrap_store(name, inner[:20] + bytes(len(inner) - 20))
        assert strange != entry_id
        for _ in range(2):
            assert session.open_msg_store(strange, no_mail=True).get_prop(PR_ENTRYID) == entry_id
        assert session.compare_entry_ids(strange, entry_id)
    assert [each.logons for each in made] == [2]
    forget_mailbox("three")


def test_a_forgotten_registration_is_told_at_once(stores: Subsystem, profile: str) -> None:
    """SES-51."""
    with stores.logon(profile, flags=NEW) as session:
        session.open_msg_store(known(session)["one"])
        number = session.advise(known(session)["one"], Event.NEW_MAIL, lambda _: None)
        assert number > 0
        session.unadvise(number)
        with pytest.raises(NotFound):
            session.unadvise(number)


def test_threads_share_what_a_session_opened(stores: Subsystem, profile: str) -> None:
    """GEN-13, SUB-9: an object is used from any thread."""
    with stores.logon(profile, flags=NEW) as session:
        store = session.open_msg_store(known(session)["one"])
        root = store.open_entry(None, Access.MODIFY)
        assert isinstance(root, MapiFolder)
        threads = [threading.Thread(target=root.create_folder, args=(f"folder {n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        names = {name for (name,) in query_all_rows(root.get_hierarchy_table(), [PR_DISPLAY_NAME])}
        assert {f"folder {n}" for n in range(8)} <= names


# default stores


def test_the_first_store_that_can_be_it_is_the_default(system: Subsystem, profile: str) -> None:
    """PRF-3."""
    service = system.catalogue.get("MEMORY")
    spec = replace(service.providers[0], resource_flags=STATUS_NO_DEFAULT_STORE)
    system.catalogue.register(replace(service, name="NEVER", providers=(spec,)))
    admin = system.admin_profiles().admin_services(profile)
    for name, kind in (("archive", "NEVER"), ("first", "MEMORY"), ("second", "MEMORY")):
        admin.create_msg_service(kind, name, {"name": f"default {name}"})
    with system.logon(profile, flags=NEW) as session:
        assert default_name(session) == ["first"]
        session.set_default_store(known(session)["second"])
        assert default_name(session) == ["second"]
    with system.logon(profile, flags=NEW) as session:
        assert default_name(session) == ["second"]
    for name in ("archive", "first", "second"):
        forget_mailbox(f"default {name}")


def test_the_secondary_store_becomes_the_default_where_the_primary_fails(stores: Subsystem, profile: str) -> None:
    """SES-59."""

    def role(session: Session, flag: int) -> bytes:
        rows = query_all_rows(session.get_msg_stores_table(), [PR_ENTRYID], Bitmask(PR_RESOURCE_FLAGS, flag))
        ((entry_id,),) = rows
        return bytes(entry_id)

    def fails() -> Any:
        raise RuntimeError("the first store is away")

    service = stores.catalogue.get("MEMORY")
    spec = replace(service.providers[0], load=fails)
    stores.catalogue.register(replace(service, name="AWAY", providers=(spec,)))
    stores.admin_profiles().admin_services(profile).create_msg_service("AWAY", "away")
    with stores.logon(profile, flags=NEW) as session:
        session.set_default_store(known(session)["away"], MAPI_PRIMARY_STORE)
        session.set_default_store(known(session)["two"], MAPI_SECONDARY_STORE)
        with pytest.raises(Exception, match="the first store is away"):
            session.open_msg_store(role(session, STATUS_PRIMARY_STORE))
        session.open_msg_store(role(session, STATUS_SECONDARY_STORE))
        session.set_default_store(role(session, STATUS_SECONDARY_STORE))
        assert default_name(session) == ["two"]


def test_another_default_store_is_told_in_the_status_table_too(stores: Subsystem, profile: str) -> None:
    """SES-58; scenario 14: rows of both tables change, the old one's and the new one's."""
    told: list[Notification] = []
    with stores.logon(profile, flags=NEW) as session:
        for name in STORES:
            session.open_msg_store(known(session)[name])
        session.dispatch_notifications()
        session.get_status_table().advise(Event.TABLE_MODIFIED, told.extend)
        session.set_default_store(known(session)["two"])
        session.dispatch_notifications()
        changed = [each for each in told if isinstance(each, TableNotification)]
        assert {each.table_event for each in changed} == {TableEvent.ROW_MODIFIED}
        assert len({dict(each.row)[PR_INSTANCE_KEY] for each in changed}) == 2


# identity


class Nameless(WaitingProvider):
    """Knows the user's address, and has no entry of an address book for it."""

    def logon(self, support: TransportSupport) -> TransportLogon:
        made = super().logon(support)
        key = search_key("FAX", "555")
        support.modify_status_row({PR_IDENTITY_DISPLAY: "Ann", PR_IDENTITY_SEARCH_KEY: key}, update=True)
        return made


def test_of_an_identity_without_an_entry_a_one_off_is_made(system: Subsystem, profile: str) -> None:
    """SES-40; scenario 13, second step."""
    spec = ProviderSpec(ProviderKind.TRANSPORT, "fax", "Fax", lambda: Nameless(Script()))
    system.catalogue.register(MessageService("NAMELESS", "Fax", (spec,)))
    admin = system.admin_profiles().admin_services(profile)
    admin.create_msg_service("NAMELESS")
    system.catalogue.register(fax_service(Script()))
    admin.create_msg_service("FAX", settings={"number": "777"})
    with system.logon(profile, flags=NEW) as session:
        assert query_all_rows(session.get_status_table(), [PR_RESOURCE_TYPE]).count((36,)) == 2
        entry_id = session.query_identity()
        assert entry_id is not None
        person = OneOff.load(entry_id)
        assert (person.name, person.address_type, person.address) == ("Ann", "FAX", "555")


class Forgetful(MemoryStoreProvider):
    """Asks for its password at the first logon, and knows it afterwards."""

    def __init__(self, refusals: list[MapiError]) -> None:
        self.refusals = refusals

    def logon(self, *args: Any, **options: Any) -> Any:
        if self.refusals:
            raise self.refusals.pop()
        return super().logon(*args, **options)


def add_forgetful(stores: Subsystem, profile: str, refusals: list[MapiError]) -> None:
    """Put a store called locked into the profile, which refuses so often, and then is had."""
    service = stores.catalogue.get("MEMORY")
    spec = replace(service.providers[0], load=lambda: Forgetful(refusals))
    stores.catalogue.register(replace(service, name="FORGETFUL", providers=(spec,)))
    stores.admin_profiles().admin_services(profile).create_msg_service("FORGETFUL", "locked", {"name": "locked"})


def test_a_store_that_failed_alone_may_be_opened_again(stores: Subsystem, profile: str) -> None:
    """LOG-28: its service stays in use, so that a client can mend what was wrong and try once more."""
    refusals: list[MapiError] = [FailOneProvider("wrong password")]
    add_forgetful(stores, profile, refusals)
    with stores.logon(profile, flags=NEW) as session:
        with pytest.raises(FailOneProvider):
            session.open_msg_store(known(session)["locked"], no_mail=True)
        assert "wrong password" in store_row(session, "locked")[PR_STATUS_STRING]
        assert session.open_msg_store(known(session)["locked"], no_mail=True).get_prop(PR_ENTRYID)
        assert store_row(session, "locked").get(PR_STATUS_STRING) is None
        assert store_row(session, "locked")[PR_STATUS_CODE] == STATUS_AVAILABLE
    forget_mailbox("locked")


def test_a_store_that_cannot_be_had_says_so_in_the_status_table(stores: Subsystem, profile: str) -> None:
    """SES-21, SES-31, STA-3: as long as its service is out of use, whatever is opened besides."""
    refusals: list[MapiError] = [CorruptStore("the file is damaged")]
    add_forgetful(stores, profile, refusals)
    with stores.logon(profile, flags=NEW) as session:
        for _ in range(2):
            with pytest.raises(MapiError):
                session.open_msg_store(known(session)["locked"], no_mail=True)
            row = store_row(session, "locked")
            assert row[PR_STATUS_CODE] == STATUS_FAILURE
            assert row[PR_STATUS_STRING].startswith("MAPI_E_CORRUPT_STORE")
            status = cast(Status, session.open_entry(row[PR_ENTRYID]))
            with pytest.raises(LogonFailed, match="MAPI_E_CORRUPT_STORE"):
                status.validate_state()
        session.open_msg_store(known(session)["one"])
        assert store_row(session, "one")[PR_STATUS_CODE] == STATUS_AVAILABLE


def store_row(session: Session, name: str) -> dict[PropTag, Any]:
    """The row of a store in the status table."""
    columns = (PR_DISPLAY_NAME, PR_RESOURCE_TYPE, PR_STATUS_CODE, PR_STATUS_STRING, PR_ENTRYID)
    rows = [dict(zip(columns, row, strict=True)) for row in query_all_rows(session.get_status_table(), columns)]
    (found,) = [row for row in rows if row[PR_DISPLAY_NAME] == name and row[PR_RESOURCE_TYPE] == ProviderKind.STORE]
    return found
