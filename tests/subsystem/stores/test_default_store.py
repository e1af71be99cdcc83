"""The default store of a session, and the other roles a store may have."""

from typing import Any

import pytest
from tests.subsystem.stores.mailboxes import ANN, BOB, NEW, stores_of

from mapix.interfaces.notify import Event, Notification, TableEvent, TableNotification
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import (
    NoSupport,
    UnknownFlags,
)
from mapix.properties.flags import (
    MAPI_PRIMARY_STORE,
    MAPI_SIMPLE_STORE_TEMPORARY,
    SERVICE_DEFAULT_STORE,
    STATUS_DEFAULT_STORE,
    STATUS_PRIMARY_STORE,
    STATUS_SIMPLE_STORE,
    STORE_SUBMIT_OK,
)
from mapix.properties.tags import (
    PR_DEFAULT_STORE,
    PR_DISPLAY_NAME,
    PR_RESOURCE_FLAGS,
    PR_SERVICE_UID,
    PR_STORE_SUPPORT_MASK,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session


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


def test_the_service_with_the_default_store_is_marked(mail: Subsystem, profile: str) -> None:
    """Session 4.8, SERVICE_DEFAULT_STORE: dynamic, it goes with the default store from service to service."""
    admin = mail.admin_profiles().admin_services(profile)

    def marked() -> list[str]:
        rows = query_all_rows(admin.get_msg_service_table(), [PR_DISPLAY_NAME, PR_SERVICE_UID, PR_RESOURCE_FLAGS])
        uids.update({name: uid for name, uid, _ in rows})
        return [name for name, _, flags in rows if flags & SERVICE_DEFAULT_STORE]

    uids: dict[str, bytes] = {}
    assert marked() == [ANN]
    with mail.logon(profile, flags=NEW) as session:
        session.set_default_store(stores_of(session)[BOB])
    assert marked() == [BOB]
    admin.delete_msg_service(uids[BOB])
    assert marked() == [ANN]


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
