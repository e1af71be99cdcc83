"""Status objects of a session: rows, validation, flushing, passwords."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event, Thread
from typing import Any, cast

import pytest
from tests.subsystem.spooler.waiting import wait_for

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.notify import TableEvent
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    AddressTypes,
    MessageService,
    Outcome,
    OutcomeKind,
    ProviderKind,
    ProviderSpec,
    RecipientResult,
    RecipientState,
    Setting,
    SettingKind,
    Submission,
    TransportLogon,
    TransportProvider,
    TransportSupport,
)
from mapix.interfaces.status import Status
from mapix.interfaces.table import query_all_rows
from mapix.properties import flags, tags
from mapix.properties.errors import (
    Busy,
    FailOneProvider,
    InvalidParameter,
    NetworkError,
    NoAccess,
    NoSupport,
    NotFound,
    UnknownEntryid,
    UnknownFlags,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

REQUIRED = (
    tags.PR_DISPLAY_NAME,
    tags.PR_PROVIDER_DISPLAY,
    tags.PR_PROVIDER_DLL_NAME,
    tags.PR_RESOURCE_FLAGS,
    tags.PR_RESOURCE_METHODS,
    tags.PR_RESOURCE_TYPE,
    tags.PR_STATUS_CODE,
)
SUBSYSTEM, SPOOLER, BOOK = 39, 37, 34


class Courier(TransportLogon):
    """A transport that says what its test wants."""

    def __init__(self, support: TransportSupport) -> None:
        self.support = support
        self.types = AddressTypes(("SMTP",))
        self.answer = OutcomeKind.DONE
        self.sent: list[str] = []
        self.flushes: list[int] = []
        self.trouble: Exception | None = None
        self.gate: Event | None = None
        self.fetching: Event | None = None
        self.mail: list[str] = []

    def address_types(self) -> AddressTypes:
        return self.types

    def submit_message(self, submission: Submission) -> Outcome:
        if self.gate is not None:
            self.gate.wait(60)
        if self.answer is not OutcomeKind.DONE:
            return Outcome(self.answer, text="not now")
        self.sent.append(submission.message.get_prop(tags.PR_SUBJECT))
        return Outcome(
            results=tuple(RecipientResult(row[tags.PR_ROWID], RecipientState.SENT) for row in submission.recipients)
        )

    def flush_queues(self, flags: int) -> None:
        self.flushes.append(flags)

    def start_message(self, message: Any) -> bytes | None:
        if self.fetching is not None:
            self.fetching.wait(60)
        if not self.mail:
            return None
        message.set_props({tags.PR_SUBJECT: self.mail[0]})
        message.save_changes()
        return self.mail[0].encode()

    def accept_message(self, token: bytes) -> None:
        self.mail.remove(token.decode())

    def validate_state(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    def logoff(self) -> None:
        pass


class CourierProvider(TransportProvider):
    def __init__(self, made: list[Courier], failures: list[Exception]) -> None:
        self.made = made
        self.failures = failures

    def logon(self, support: TransportSupport) -> TransportLogon:
        if self.failures:
            raise self.failures.pop()
        self.made.append(Courier(support))
        return self.made[-1]

    def identity(self, support: TransportSupport) -> Mapping[Any, Any]:
        return {}


class World:
    """A profile with a store in memory and two couriers."""

    def __init__(self, system: Subsystem, profile: str, name: str) -> None:
        self.system, self.profile = system, profile
        self.couriers: list[Courier] = []
        self.failures: list[Exception] = []
        self.providers = 0
        spec = ProviderSpec(ProviderKind.TRANSPORT, "courier", "Courier", self._provider)
        system.catalogue.register(
            MessageService("COURIER", "Courier", (spec,), (Setting("password", SettingKind.SECRET),))
        )
        self.admin = system.admin_profiles().admin_services(profile)
        self.admin.create_msg_service("MEMORY", settings={"name": name, "owner_address": "ann@example.com"})
        self.admin.create_msg_service("COURIER", "One", settings={"password": "old"})
        self.admin.create_msg_service("COURIER", "Two")

    def _provider(self) -> TransportProvider:
        self.providers += 1
        return CourierProvider(self.couriers, self.failures)

    def logon(self) -> Session:
        return self.system.logon(self.profile)


@pytest.fixture
def world(system: Subsystem, profile: str, kept: object, tmp_path: Any) -> World:
    return World(system, profile, str(tmp_path))


def rows(session: Session) -> list[dict[Any, Any]]:
    columns = (*REQUIRED, tags.PR_ENTRYID, tags.PR_STATUS_STRING)
    return [dict(zip(columns, row, strict=True)) for row in query_all_rows(session.get_status_table(), columns)]


def status_of(session: Session, what: int | str) -> Status:
    key = tags.PR_RESOURCE_TYPE if isinstance(what, int) else tags.PR_DISPLAY_NAME
    entry_id = next(row[tags.PR_ENTRYID] for row in rows(session) if row[key] == what)
    return cast(Status, session.open_entry(entry_id, Access.MODIFY))


def code_of(session: Session, name: str) -> int:
    return next(row[tags.PR_STATUS_CODE] for row in rows(session) if row[tags.PR_DISPLAY_NAME] == name)


def store_of(session: Session) -> Any:
    ((entry_id,),) = query_all_rows(session.get_msg_stores_table(), (tags.PR_ENTRYID,))
    return session.open_msg_store(entry_id, Access.BEST)


def submit(session: Session, subject: str) -> bytes:
    store = store_of(session)
    message = store.open_entry(store.get_prop(tags.PR_IPM_OUTBOX_ENTRYID), Access.MODIFY).create_message()
    row = {tags.PR_DISPLAY_NAME: "Bob", tags.PR_ADDRTYPE: "SMTP", tags.PR_EMAIL_ADDRESS: "bob@example.com"}
    message.modify_recipients(ModifyRecipients.ADD, [row | {tags.PR_RECIPIENT_TYPE: 1}])
    message.set_props({tags.PR_SUBJECT: subject})
    message.save_changes()
    entry_id: bytes = message.get_prop(tags.PR_ENTRYID)
    message.submit_message()
    return entry_id


def test_every_row_has_what_is_required_and_its_object_says_the_same(world):
    """STA-1, STA-2, STA-4; SES-31."""
    with world.logon() as session:
        for row in rows(session):
            opened = cast(Status, session.open_entry(row[tags.PR_ENTRYID], Access.MODIFY))
            assert [row[tag] for tag in REQUIRED] == [opened.get_prop(tag) for tag in REQUIRED]
            with pytest.raises(NoAccess):
                opened.set_props({tags.PR_DISPLAY_NAME: "other"})
        assert {SUBSYSTEM, SPOOLER, BOOK} < {row[tags.PR_RESOURCE_TYPE] for row in rows(session)}


def test_a_method_whose_bit_is_clear_is_not_supported(world):
    """STA-3, STA-10, STA-11; scenario 18."""
    calls = {
        flags.STATUS_VALIDATE_STATE: lambda one: one.validate_state(),
        flags.STATUS_SETTINGS_DIALOG: lambda one: one.settings_dialog(),
        flags.STATUS_CHANGE_PASSWORD: lambda one: one.change_password("a", "b"),
        flags.STATUS_FLUSH_QUEUES: lambda one: one.flush_queues(),
    }
    with world.logon() as session:
        for row in rows(session):
            one = session.open_entry(row[tags.PR_ENTRYID])
            for bit, call in calls.items():
                if not row[tags.PR_RESOURCE_METHODS] & bit:
                    with pytest.raises(NoSupport):
                        call(one)


def test_the_low_word_is_common_and_the_high_word_the_transports(world):
    """STA-5, STA-6; SPL-40."""
    with world.logon() as session:
        courier = world.couriers[0]
        courier.trouble = NetworkError("no line")
        before = code_of(session, "One")
        assert before & 0xFFFF == flags.STATUS_AVAILABLE
        with pytest.raises(NetworkError):
            status_of(session, "One").validate_state()
        (row,) = (row for row in rows(session) if row[tags.PR_DISPLAY_NAME] == "One")
        assert row[tags.PR_STATUS_CODE] & 0xFFFF == flags.STATUS_FAILURE
        assert row[tags.PR_STATUS_CODE] >> 16 == before >> 16
        assert "no line" in row[tags.PR_STATUS_STRING]
        courier.trouble = None
        status_of(session, "One").validate_state()
        assert code_of(session, "One") == before


def test_a_transport_that_says_nothing_has_a_text_of_mapis(world):
    """STA-6: by what its code says; its own words stand as long as it does not take them back."""
    with world.logon() as session:
        say, code = world.couriers[0].support.modify_status_row, code_of(session, "One")
        busy = code | flags.STATUS_OUTBOUND_FLUSH | flags.STATUS_INBOUND_ACTIVE
        own = {tags.PR_STATUS_STRING: "feeding the birds"}
        said = [{}, {tags.PR_STATUS_CODE: busy}, own, {tags.PR_STATUS_CODE: code}, {tags.PR_STATUS_STRING: ""}]
        shown = ["ready", "sending and receiving", "feeding the birds", "feeding the birds", "ready"]
        for values, text in zip(said, shown, strict=True):
            say(values, update=True)
            assert text in [row[tags.PR_STATUS_STRING] for row in rows(session) if row[tags.PR_DISPLAY_NAME] == "One"]


def test_a_change_of_a_row_is_told(world):
    """STA-13; NOT-13."""
    with world.logon() as session:
        heard: list[Any] = []
        table = session.get_status_table()
        from mapix.interfaces.notify import Event as Kind

        table.advise(Kind.TABLE_MODIFIED, lambda batch: heard.extend(batch) or 0)
        world.couriers[0].support.modify_status_row({tags.PR_STATUS_STRING: "busy"}, update=True)
        session.dispatch_notifications()
        assert [each.table_event for each in heard] == [TableEvent.ROW_MODIFIED]


def test_status_objects_may_be_used_on_any_thread(world):
    """STA-14."""
    with world.logon() as session:
        one, failures = status_of(session, "One"), []

        def use() -> None:
            try:
                one.validate_state()
                assert one.get_prop(tags.PR_DISPLAY_NAME) == "One"
            except Exception as error:
                failures.append(error)

        threads = [Thread(target=use) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert not failures


def test_the_spooler_logs_on_transports_that_could_not_be(world):
    """STA-3: the spooler's ValidateState; SPL-14."""
    world.failures.append(FailOneProvider("not yet"))
    with world.logon() as session:
        assert len(world.couriers) == 1
        assert code_of(session, "One") & flags.STATUS_FAILURE
        status_of(session, SPOOLER).validate_state()
        assert len(world.couriers) == 2
        assert code_of(session, "One") & flags.STATUS_AVAILABLE


def test_a_changed_configuration_makes_the_spooler_ask_for_address_types(world):
    """SPL-13; scenario 18: CONFIG_CHANGED."""
    with world.logon() as session:
        first, second = world.couriers
        first.answer, second.types = OutcomeKind.WAIT, AddressTypes(("FAX",))
        submit(session, "on")
        assert wait_for(lambda: store_of(session).outgoing.entries()[0].attempts == 1)
        first.types, second.types = second.types, first.types
        status_of(session, SPOOLER).validate_state(flags.CONFIG_CHANGED)
        assert wait_for(lambda: second.sent == ["on"])


def test_the_spooler_flushes_in_the_direction_that_is_asked_for(world):
    """SPL-55, SPL-56, STA-12; scenario 18."""
    with world.logon() as session:
        spooler, (first, second) = status_of(session, SPOOLER), world.couriers
        second.mail.append("arrived")
        submit(session, "left")
        spooler.flush_queues(flags.FLUSH_UPLOAD)
        assert first.sent == ["left"]
        assert second.mail == ["arrived"]
        spooler.flush_queues(flags.FLUSH_DOWNLOAD | flags.FLUSH_NO_UI | flags.FLUSH_FORCE)
        assert second.mail == []
        assert first.flushes == [flags.FLUSH_UPLOAD, flags.FLUSH_DOWNLOAD | flags.FLUSH_NO_UI | flags.FLUSH_FORCE]
        with pytest.raises(UnknownFlags):
            spooler.flush_queues(0x1)


def test_a_flush_that_leaves_something_is_busy_and_one_in_the_background_returns(world, monkeypatch):
    """SPL-57; scenario 18: ASYNC_OK."""
    from mapix.subsystem import status

    monkeypatch.setattr(status, "FLUSH_SECONDS", 0.3)
    with world.logon() as session:
        first, second = world.couriers
        first.answer = second.answer = OutcomeKind.LATER
        submit(session, "waits")
        with pytest.raises(Busy):
            status_of(session, SPOOLER).flush_queues(flags.FLUSH_UPLOAD)
        first.answer = OutcomeKind.DONE
        status_of(session, SPOOLER).flush_queues(flags.FLUSH_UPLOAD | flags.FLUSH_ASYNC_OK)
        assert wait_for(lambda: first.sent == ["waits"])


def test_the_spooler_flushes_one_transport_by_its_status_object(world):
    """SPL-57."""
    with world.logon() as session:
        first, second = world.couriers
        ids = {row[tags.PR_DISPLAY_NAME]: row[tags.PR_ENTRYID] for row in rows(session)}
        spooler = status_of(session, SPOOLER)
        spooler.flush_queues(flags.FLUSH_UPLOAD, ids["Two"])
        assert (first.flushes, second.flushes) == ([], [flags.FLUSH_UPLOAD])
        with pytest.raises(NotFound):
            spooler.flush_queues(flags.FLUSH_UPLOAD, ids["Address book"])
        with pytest.raises(UnknownEntryid):
            spooler.flush_queues(flags.FLUSH_UPLOAD, bytes(40))


def test_a_transport_shows_that_it_is_flushed_and_returns(world):
    """SPL-57, STA-5; scenario 18: the transport's object."""
    with world.logon() as session:
        first, second = world.couriers
        first.gate = Event()
        submit(session, "held up")
        one = status_of(session, "One")
        one.flush_queues(flags.FLUSH_UPLOAD)
        assert code_of(session, "One") & flags.STATUS_OUTBOUND_FLUSH
        first.gate.set()
        assert wait_for(lambda: not code_of(session, "One") & flags.STATUS_OUTBOUND_FLUSH)
        assert wait_for(lambda: first.sent == ["held up"])
        assert second.flushes == []
        with pytest.raises(UnknownFlags):
            one.flush_queues(flags.FLUSH_UPLOAD | flags.FLUSH_ASYNC_OK)
        with pytest.raises(InvalidParameter):
            one.flush_queues(flags.FLUSH_UPLOAD, b"target")


def test_in_its_critical_section_a_transport_is_busy(world):
    """SPL-43, STA-8, STA-12."""
    with world.logon() as session:
        submit(session, "starts the spooler")
        session.flush(5)
        support = world.couriers[0].support
        support.spooler_notify(flags.NOTIFY_CRITSEC)
        for what in ("One", SPOOLER):
            with pytest.raises(Busy):
                status_of(session, what).validate_state()
        support.spooler_notify(flags.NOTIFY_NONCRIT)
        status_of(session, "One").validate_state()
        status_of(session, SPOOLER).validate_state()


def test_a_password_is_changed_by_who_knows_the_old_one(world):
    """STA-11: kept where the service keeps its secrets."""
    with world.logon() as session:
        one = status_of(session, "One")
        with pytest.raises(NoAccess):
            one.change_password("wrong", "new")
        one.change_password("old", "new")
        assert world.couriers[0].support.section.secret("password") == "new"
    with world.logon() as session:
        assert world.couriers[-2].support.section.secret("password") == "new"


def test_the_same_transport_twice_has_one_provider_and_two_logons(world):
    """SPL-46."""
    with world.logon():
        first, second = world.couriers
        assert first is not second
        assert first.support.provider.uid != second.support.provider.uid
        assert world.providers == 1
