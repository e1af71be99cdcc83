"""The status rows of a session and what stands behind them, and what its sinks are told."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import FrozenInstanceError

import pytest
from tests.subsystem.bench import Script, book_service, fax_service
from tests.subsystem.session_stores import NEW, known

from mapix.interfaces.notify import Event, Notification
from mapix.interfaces.prop import Access
from mapix.interfaces.status import Status
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import (
    NoAccess,
    NoSupport,
)
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    STATUS_FLUSH_QUEUES,
    STATUS_VALIDATE_STATE,
)
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_PROVIDER_DISPLAY,
    PR_PROVIDER_DLL_NAME,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_METHODS,
    PR_RESOURCE_TYPE,
    PR_STATUS_CODE,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.notification import NotificationEngine


def test_each_row_of_the_status_table_says_what_kind_it_is(stores: Subsystem, profile: str) -> None:
    """PRF-50, SES-31: store 33, address book 34, its providers 35, transport 36, spooler 37, subsystem 39."""
    stores.catalogue.register(book_service(Script(), transport=Script()))
    stores.admin_profiles().admin_services(profile).create_msg_service("BOOK")
    with stores.logon(profile, flags=NEW) as session:
        session.open_address_book()
        session.open_msg_store(known(session)["one"])
        kinds = sorted(kind for (kind,) in query_all_rows(session.get_status_table(), [PR_RESOURCE_TYPE]))
        assert kinds == [33, 34, 35, 36, 37, 39]


# notifications


def test_sinks_cannot_change_what_others_are_told(stores: Subsystem, profile: str) -> None:
    """NOT-24."""
    told: list[Notification] = []

    def meddling(batch: Sequence[Notification]) -> None:
        with pytest.raises(FrozenInstanceError):
            batch[0].event = Event.NEW_MAIL  # type: ignore[misc]
        assert isinstance(batch, tuple)

    first = stores.logon(profile, flags=MAPI_ALLOW_OTHERS)
    with stores.logon() as second:
        second.advise(None, Event.EXTENDED, meddling)
        second.advise(None, Event.EXTENDED, told.extend)
        first.logoff()
        second.dispatch_notifications()
        assert [each.event for each in told] == [Event.EXTENDED]


def test_a_sink_may_dispatch_within_its_own_call() -> None:
    """NOT-24: handlers are re-entrant."""
    engine = NotificationEngine()
    heard: list[int] = []

    def sink(batch: Sequence[Notification]) -> None:
        heard.append(len(batch))
        if len(heard) == 1:
            engine.notify(b"key", [Notification(Event.EXTENDED)])
            engine.dispatch()

    engine.subscribe(b"key", Event.EXTENDED, sink)
    engine.notify(b"key", [Notification(Event.EXTENDED), Notification(Event.EXTENDED)])
    engine.dispatch()
    engine.dispatch()
    assert heard == [2, 1]
    engine.close()


def test_every_status_object_has_what_is_required(stores: Subsystem, profile: str) -> None:
    """STA-1, STA-2, STA-3, GEN-7: for reading, whatever was asked for; only methods whose bit is set are there."""
    required = (
        PR_DISPLAY_NAME,
        PR_PROVIDER_DISPLAY,
        PR_PROVIDER_DLL_NAME,
        PR_RESOURCE_FLAGS,
        PR_RESOURCE_METHODS,
        PR_RESOURCE_TYPE,
        PR_STATUS_CODE,
    )
    stores.catalogue.register(book_service(Script(), transport=Script()))
    stores.admin_profiles().admin_services(profile).create_msg_service("BOOK")
    with stores.logon(profile, flags=NEW) as session:
        session.open_address_book()
        session.open_msg_store(known(session)["one"])
        rows = query_all_rows(session.get_status_table(), [PR_ENTRYID])
        assert len(rows) == 6
        for (entry_id,) in rows:
            status = session.open_entry(entry_id, Access.MODIFY)
            assert isinstance(status, Status)
            assert [tag for tag in required if status.get_prop(tag) is None] == []
            methods = status.get_prop(PR_RESOURCE_METHODS)
            assert methods & STATUS_VALIDATE_STATE
            with pytest.raises(NoAccess):
                status.set_props({PR_DISPLAY_NAME: "another"})
            if not methods & STATUS_FLUSH_QUEUES:
                with pytest.raises(NoSupport):
                    status.flush_queues()


def test_status_objects_answer_in_any_thread(stores: Subsystem, profile: str) -> None:
    """STA-14, GEN-13."""
    stores.catalogue.register(fax_service(Script()))
    stores.admin_profiles().admin_services(profile).create_msg_service("FAX")
    failures: list[BaseException] = []

    with stores.logon(profile, flags=NEW) as session:
        rows = query_all_rows(session.get_status_table(), [PR_ENTRYID])
        objects = [session.open_entry(entry_id) for (entry_id,) in rows]

        def ask() -> None:
            try:
                for status in objects:
                    assert isinstance(status, Status)
                    status.validate_state()
                    assert status.get_prop(PR_DISPLAY_NAME)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert failures == []
