"""The status rows of a session and what stands behind them, and what its sinks are told."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import FrozenInstanceError

import pytest
from tests.subsystem.bench import BookLogon, Script, WaitingTransport, book_service, fax_service
from tests.subsystem.session_stores import NEW, known

from mapix.interfaces.notify import Event, Notification
from mapix.interfaces.prop import Access
from mapix.interfaces.status import Status
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import NetworkError, NoAccess, NoSupport, NotFound
from mapix.properties.flags import (
    MAPI_AB,
    MAPI_ALLOW_OTHERS,
    MAPI_SUBSYSTEM,
    STATUS_FAILURE,
    STATUS_FLUSH_QUEUES,
    STATUS_VALIDATE_STATE,
)
from mapix.properties.tags import (
    PR_AB_SEARCH_PATH,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_PROVIDER_DISPLAY,
    PR_PROVIDER_DLL_NAME,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_METHODS,
    PR_RESOURCE_TYPE,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
)
from mapix.providers.memory.provider import MemoryLogon
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.notification import NotificationEngine
from mapix.subsystem.session import Session

COLUMNS = (PR_RESOURCE_TYPE, PR_STATUS_CODE, PR_STATUS_STRING)


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


def validated(session: Session, kind: int) -> None:
    rows = query_all_rows(session.get_status_table(), [PR_RESOURCE_TYPE, PR_ENTRYID])
    status = session.open_entry(next(entry_id for found, entry_id in rows if found == kind))
    assert isinstance(status, Status)
    status.validate_state()


def test_the_subsystem_asks_every_provider_whatever_the_others_say(
    stores: Subsystem, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STA-3: stores, address books and transports; the first failure is told, and each row shows its own."""
    stores.catalogue.register(book_service(Script(), transport=Script()))
    stores.admin_profiles().admin_services(profile).create_msg_service("BOOK")
    asked: list[object] = []

    def fail(logon: object) -> None:
        asked.append(type(logon))
        raise NetworkError(f"{type(logon).__name__} is away")

    kinds = (MemoryLogon, BookLogon, WaitingTransport)
    for each in kinds:
        monkeypatch.setattr(each, "validate_state", fail)
    with stores.logon(profile, flags=NEW) as session:
        session.open_msg_store(known(session)["one"])
        with pytest.raises(NetworkError, match="MemoryLogon is away"):
            validated(session, MAPI_SUBSYSTEM)
        rows = query_all_rows(session.get_status_table(), COLUMNS)
        told = {kind: text for kind, code, text in rows if code & STATUS_FAILURE}
        names = [told[kind].rpartition(": ")[2].removesuffix(" is away") for kind in (33, 35, 36)]
        assert names == [each.__name__ for each in kinds]
        monkeypatch.undo()
        validated(session, MAPI_SUBSYSTEM)
        assert not any(code & STATUS_FAILURE for _, code, _ in query_all_rows(session.get_status_table(), COLUMNS))
    assert asked == list(kinds)


def test_a_container_that_the_profile_names_and_nobody_has_is_told(stores: Subsystem, profile: str) -> None:
    """STA-3: the entries of the address book's profile section; without it the others are used."""
    with stores.logon(profile, flags=NEW) as session:
        book = session.open_address_book()
        validated(session, MAPI_AB)
        gone = bytes(4) + bytes(range(16)) + b"gone"
        session._core.handle.change(lambda kept: kept.properties.__setitem__(PR_AB_SEARCH_PATH, (gone,)))
        assert book.get_search_path() == [book.get_pab()]
        for kind in (MAPI_AB, MAPI_SUBSYSTEM):
            with pytest.raises(NotFound, match="container that no address book has"):
                validated(session, kind)
        book.set_search_path([book.get_pab() or b""])
        validated(session, MAPI_AB)


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
