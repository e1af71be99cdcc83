"""Providers that raise, hang, leak or lie: the session lives, others go on, and what is wrong is told."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from tests.subsystem.bench import BookLogon, BookProvider, Script

from mapix.interfaces.message import Message
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.spi import (
    AddressTypes,
    MessageService,
    Outcome,
    ProviderKind,
    ProviderSpec,
    RecipientResult,
    RecipientState,
    Setting,
    Submission,
    TransportLogon,
    TransportProvider,
)
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.errors import CallFailed, InvalidObject, LogonFailed, MapiError, TimedOut
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION, MAPI_TO, STATUS_AVAILABLE, STATUS_FAILURE
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_PROVIDER_DLL_NAME,
    PR_RECIPIENT_TYPE,
    PR_ROWID,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
    PR_SUBJECT,
)
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.isolation.limits import Limits, limits_of
from mapix.subsystem.isolation.objects import watched
from mapix.subsystem.session import Session


class Hold:
    """A place where calls hang until the test is over."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.back = threading.Event()

    def hang(self) -> None:
        self.let_go.wait(60)
        self.back.set()


@pytest.fixture
def hold() -> Iterator[Hold]:
    made = Hold()
    yield made
    made.let_go.set()


class Courier(TransportLogon):
    """Takes SMTP, sends everything; a test replaces what it is to do otherwise."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.support: Any = None
        self.logoffs = 0

    def address_types(self) -> Any:
        return AddressTypes(("SMTP",))

    def submit_message(self, submission: Submission) -> Any:
        self.sent += [row[PR_EMAIL_ADDRESS] for row in submission.recipients]
        return done(submission)

    def logoff(self) -> None:
        self.logoffs += 1


def done(submission: Submission) -> Outcome:
    return Outcome(results=tuple(RecipientResult(row[PR_ROWID], RecipientState.SENT) for row in submission.recipients))


class CourierProvider(TransportProvider):
    def __init__(self, courier: Courier) -> None:
        self.courier = courier

    def logon(self, support: Any) -> Any:
        self.courier.support = support
        return self.courier


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def offer(system: Subsystem, kind: ProviderKind, load: Callable[[], Any], name: str) -> None:
    """Install a service and put it into the profile."""
    spec = ProviderSpec(kind, name.lower(), name, load)
    system.catalogue.register(MessageService(name, name, (spec,), (Setting("name"),)))
    system.admin_profiles().admin_services("Work").create_msg_service(name)


def offer_transport(system: Subsystem, courier: Courier, name: str = "COURIER") -> None:
    offer(system, ProviderKind.TRANSPORT, lambda: CourierProvider(courier), name)


@pytest.fixture
def mail(system: Subsystem, profile: str) -> Subsystem:
    """A profile with a store."""
    system.admin_profiles().admin_services(profile).create_msg_service("MEMORY", settings={"name": str(system.home)})
    return system


def log_on(system: Subsystem) -> Session:
    return system.logon("Work", flags=MAPI_EXTENDED | MAPI_NEW_SESSION)


def row_of(session: Session, service: str) -> tuple[int, str]:
    """Status code and text of a service's row."""
    columns = (PR_STATUS_CODE, PR_STATUS_STRING)
    wanted = Property(Relop.EQ, PR_PROVIDER_DLL_NAME, service)
    ((code, text),) = query_all_rows(session.get_status_table(), columns, wanted)
    return code, text if isinstance(text, str) else ""


def open_store(session: Session, place: int = 0) -> MsgStore:
    return session.open_msg_store(query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))[place][0])


def submit(session: Session, *addresses: str) -> None:
    store = open_store(session)
    message = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY).create_message()
    message.modify_recipients(0, [recipient(address) for address in addresses or ("bob@example.com",)])
    message.set_props({PR_SUBJECT: "hello"})
    message.submit_message()


def recipient(address: str) -> dict[Any, Any]:
    return {
        PR_DISPLAY_NAME: address,
        PR_RECIPIENT_TYPE: MAPI_TO,
        PR_ADDRTYPE: "SMTP",
        PR_EMAIL_ADDRESS: address,
        PR_ENTRYID: OneOff(address, "SMTP", address).dump(),
    }


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)


# raising


@pytest.mark.parametrize("error", [RuntimeError("no"), SystemExit(3), KeyboardInterrupt(), MemoryError(), OSError(5)])
def test_whatever_a_logon_raises_is_shown_and_the_others_go_on(mail: Subsystem, error: BaseException) -> None:
    """SPI-12, LOG-27."""
    bad, good = Courier(), Courier()
    offer(mail, ProviderKind.TRANSPORT, lambda: _with(CourierProvider(bad), logon=raising(error)), "BAD")
    offer_transport(mail, good, "GOOD")
    with log_on(mail) as session:
        code, text = row_of(session, "BAD")
        assert code & STATUS_FAILURE
        assert type(error).__name__ in text
        assert row_of(session, "GOOD")[0] & STATUS_AVAILABLE


@pytest.mark.parametrize("error", [ImportError("no library"), SystemExit("bye"), ZeroDivisionError()])
def test_a_module_that_cannot_be_loaded_costs_its_service_only(mail: Subsystem, error: BaseException) -> None:
    """SPI-1."""
    offer(mail, ProviderKind.TRANSPORT, raising(error), "BAD")
    with log_on(mail) as session:
        assert row_of(session, "BAD")[0] & STATUS_FAILURE
        assert open_store(session).get_prop(PR_DISPLAY_NAME)


@pytest.mark.parametrize("method", ["logoff", "shutdown"])
def test_a_provider_that_fails_at_its_end_does_not_keep_the_session_from_ending(mail: Subsystem, method: str) -> None:
    """SPI-50."""
    provider, other = CourierProvider(Courier()), Courier()
    _with(provider.courier if method == "logoff" else provider, **{method: raising(SystemExit(1))})
    offer(mail, ProviderKind.TRANSPORT, lambda: provider, "BAD")
    offer_transport(mail, other, "GOOD")
    log_on(mail).logoff()
    assert other.logoffs == 1


def test_a_transport_that_raises_at_a_message_keeps_it_waiting(mail: Subsystem) -> None:
    """SPL-14, SPI-28."""
    courier = _with(Courier(), submit_message=raising(SystemExit(1)))
    offer_transport(mail, courier)
    with log_on(mail) as session:
        submit(session)
        until(lambda: session.spooler is not None)
        session.flush(0.3)
        assert session.pending() == 1


def test_every_call_of_a_store_that_raises_is_an_error_of_mapi(mail: Subsystem) -> None:
    """GEN-1, SPI-21."""
    offer(mail, ProviderKind.STORE, BrokenStores, "BROKEN")
    with log_on(mail) as session:
        store = open_store(session, 1)
        inbox = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID))
        Trouble.error = ZeroDivisionError("oops")
        try:
            with pytest.raises(CallFailed, match="BROKEN"):
                store.open_entry(None)
            with pytest.raises(CallFailed, match="get_contents_table"):
                inbox.get_contents_table()
            with pytest.raises(CallFailed):
                inbox.get_props()
        finally:
            Trouble.error = None
        assert open_store(session).get_prop(PR_DISPLAY_NAME)


def test_a_table_that_raises_after_it_was_opened_raises_an_error_of_mapi(mail: Subsystem) -> None:
    """GEN-1."""
    offer(mail, ProviderKind.STORE, BrokenStores, "BROKEN")
    with log_on(mail) as session:
        store = open_store(session, 1)
        table = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID)).get_contents_table()
        Trouble.error = KeyError("gone")
        try:
            with pytest.raises(CallFailed, match="KeyError"):
                table.query_rows(5)
        finally:
            Trouble.error = None
        assert table.query_rows(5) == []


def test_a_provider_may_catch_what_its_own_methods_raise() -> None:
    """Only what leaves a provider is translated."""

    class Own(_bare_prop()):  # type: ignore[misc]
        def get_prop_list(self) -> Any:
            raise KeyError("inside")

        def get_last_error(self) -> Any:
            try:
                self.get_prop_list()
            except KeyError:
                return None
            raise AssertionError

    own = watched(Own(), "OWN")
    assert own.get_last_error() is None
    with pytest.raises(CallFailed, match="KeyError"):
        own.get_prop_list()


# hanging


def test_a_logon_that_hangs_is_given_up_and_the_others_go_on(mail: Subsystem, hold: Hold) -> None:
    """SPI-1, LOG-27."""
    mail.limits = Limits(logon=0.75)
    good = Courier()
    offer_transport(mail, good, "GOOD")
    offer(mail, ProviderKind.TRANSPORT, lambda: _with(CourierProvider(Courier()), logon=lambda _: hold.hang()), "SLOW")
    with log_on(mail) as session:
        code, text = row_of(session, "SLOW")
        assert code & STATUS_FAILURE
        assert "did not answer logon within 0.75 seconds" in text
        submit(session)
        assert session.flush(60) == 0
        assert good.sent == ["bob@example.com"]


def test_a_store_that_hangs_at_its_logon_does_not_keep_others_from_being_opened(mail: Subsystem, hold: Hold) -> None:
    """SES-10, SPI-16."""
    mail.limits = Limits(logon=0.75)
    offer(mail, ProviderKind.STORE, lambda: _with(MemoryStores(), logon=lambda *_, **__: hold.hang()), "SLOW")
    with log_on(mail) as session:
        with pytest.raises((TimedOut, LogonFailed)):
            open_store(session, 1)
        assert open_store(session).get_prop(PR_DISPLAY_NAME)
        with pytest.raises(LogonFailed, match="out of use"):
            open_store(session, 1)


@pytest.mark.parametrize("method", ["logoff", "shutdown"])
def test_a_provider_that_hangs_at_its_end_is_left_behind(mail: Subsystem, hold: Hold, method: str) -> None:
    """SPI-50."""
    mail.limits = Limits(logoff=0.15)
    provider = CourierProvider(Courier())
    _with(provider.courier if method == "logoff" else provider, **{method: hold.hang})
    offer(mail, ProviderKind.TRANSPORT, lambda: provider, "SLOW")
    log_on(mail).logoff()
    assert not hold.back.is_set()


def test_a_submission_that_hangs_is_given_up_and_nobody_gets_the_message_twice(mail: Subsystem, hold: Hold) -> None:
    """SPL-14, SPL-76."""
    mail.limits = Limits(submit=0.15)
    courier = Courier()
    calls: list[list[str]] = []

    def slow(submission: Submission) -> Outcome:
        calls.append([row[PR_EMAIL_ADDRESS] for row in submission.recipients])
        hold.hang()
        return done(submission)

    offer_transport(mail, _with(courier, submit_message=slow))
    with log_on(mail) as session:
        submit(session, "bob@example.com", "cy@example.com")
        until(lambda: row_of(session, "COURIER")[0] & STATUS_FAILURE)
        assert "submit_message" in row_of(session, "COURIER")[1]
        assert session.pending() == 1
        hold.let_go.set()
        until(lambda: session.pending() == 0)
        assert row_of(session, "COURIER")[0] & STATUS_AVAILABLE
    assert calls == [["bob@example.com", "cy@example.com"]]


def test_while_one_transport_hangs_the_other_sends(mail: Subsystem, hold: Hold) -> None:
    """SPL-10, SPL-14."""
    mail.limits = Limits(poll=0.5)
    slow, quick = Courier(), Courier()
    _with(slow, address_types=lambda: AddressTypes(("FAX",)), flush=hold.hang)
    _offer_flush(slow, hold)
    offer_transport(mail, slow, "SLOW")
    offer_transport(mail, quick, "QUICK")
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        submit(session)
        assert session.flush(60) == 0
        assert quick.sent == ["bob@example.com"] * 2


def test_a_transport_that_shows_signs_of_life_may_take_its_time(mail: Subsystem) -> None:
    """SPL-76."""
    mail.limits = Limits(submit=0.7)

    def patient(submission: Submission) -> Outcome:
        for row in submission.recipients:
            time.sleep(0.2)
            submission.progress([RecipientResult(row[PR_ROWID], RecipientState.SENT)])
        return done(submission)

    offer_transport(mail, _with(Courier(), submit_message=patient))
    with log_on(mail) as session:
        submit(session, *(f"{number}@example.com" for number in range(4)))
        assert session.flush(60) == 0
        assert row_of(session, "COURIER")[0] & STATUS_AVAILABLE


def test_a_call_that_was_given_up_may_not_touch_what_others_do_now(mail: Subsystem, hold: Hold) -> None:
    """What a submission says after it was given up is kept for the next one, not told at once."""
    mail.limits = Limits(submit=0.15)
    told: list[BaseException | None] = []

    def late(submission: Submission) -> Outcome:
        hold.hang()
        try:
            submission.progress([RecipientResult(row[PR_ROWID], RecipientState.SENT) for row in submission.recipients])
            submission.meanwhile()
            told.append(None)
        except BaseException as error:
            told.append(error)
        raise RuntimeError("and then it fails")

    offer_transport(mail, _with(Courier(), submit_message=late))
    with log_on(mail) as session:
        submit(session)
        until(lambda: row_of(session, "COURIER")[0] & STATUS_FAILURE)
        hold.let_go.set()
        until(lambda: session.pending() == 0)
    assert told == [None]


# lying


@pytest.mark.parametrize("answer", [None, 42, object()])
def test_a_logon_that_answers_something_else_is_a_failure(mail: Subsystem, answer: object) -> None:
    """SPI-10."""
    offer(mail, ProviderKind.TRANSPORT, lambda: _with(CourierProvider(Courier()), logon=lambda _: answer), "ODD")
    with log_on(mail) as session:
        code, text = row_of(session, "ODD")
        assert code & STATUS_FAILURE
        assert "instead of TransportLogon" in text


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "sent",
        Outcome(results=(RecipientResult(4711, RecipientState.SENT),)),
        Outcome(kind="done"),  # type: ignore[arg-type]
        Outcome(results=("bob",)),  # type: ignore[arg-type]
    ],
)
def test_an_answer_that_is_none_keeps_the_message(mail: Subsystem, answer: Any) -> None:
    """SPI-28: nothing is taken for sent that was not said to be."""
    offer_transport(mail, _with(Courier(), submit_message=lambda _: answer))
    with log_on(mail) as session:
        submit(session)
        session.flush(0.2)
        assert session.pending() == 1


@pytest.mark.parametrize("answer", [None, ("SMTP",), AddressTypes((1, 2)), AddressTypes(uids=("x",))])  # type: ignore[arg-type]
def test_address_types_that_are_none_keep_the_mail_waiting(mail: Subsystem, answer: Any) -> None:
    """SPL-10, SPL-14."""
    offer_transport(mail, _with(Courier(), address_types=lambda: answer))
    with log_on(mail) as session:
        submit(session)
        until(lambda: "address_types" in row_of(session, "COURIER")[1])
        assert session.pending() == 1


def test_a_transport_that_always_has_mail_and_never_any_does_not_stop_the_others(mail: Subsystem) -> None:
    """SPL-50."""

    class Liar(Courier):
        polled = 0

        def poll(self) -> bool:
            self.polled += 1
            return True

        def start_message(self, message: Message) -> Any:
            return "not a token" if self.polled < 3 else None

    liar, other = Liar(), Courier()
    _with(liar, address_types=lambda: AddressTypes(("FAX",)))
    offer_transport(mail, liar, "LIAR")
    offer_transport(mail, other, "OTHER")
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        assert other.sent == ["bob@example.com"]
        until(lambda: liar.polled > 0)


def test_rows_of_a_wrong_shape_are_refused(mail: Subsystem) -> None:
    """T-030, SPI-22."""
    offer(mail, ProviderKind.STORE, BrokenStores, "BROKEN")
    with log_on(mail) as session:
        store = open_store(session, 1)
        table = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID)).get_contents_table()
        Trouble.rows = [(1,)]
        try:
            with pytest.raises(CallFailed, match="1 values for"):
                table.query_rows(5)
            Trouble.rows = ["text"]
            with pytest.raises(CallFailed, match="instead of tuple"):
                table.query_rows(5)
        finally:
            Trouble.rows = None


@pytest.mark.parametrize("answer", [None, [1, 2], "people"])
def test_a_book_whose_containers_are_none_leaves_the_rest_of_the_address_book(mail: Subsystem, answer: Any) -> None:
    """SES-20, SPI-26."""

    class Lying(BookProvider):
        def logon(self, support: Any) -> Any:
            return _with(BookLogon(self.script, self.people), containers=lambda: answer)

    offer(mail, ProviderKind.ADDRESS_BOOK, lambda: Lying(Script(), {}), "ODD")
    offer(mail, ProviderKind.ADDRESS_BOOK, lambda: BookProvider(Script(), {"Ann": "ann@example.com"}), "GOOD")
    with log_on(mail) as session:
        book = session.open_address_book()
        found = book.resolve_name([{PR_DISPLAY_NAME: "Ann", PR_RECIPIENT_TYPE: MAPI_TO}])
        assert found.rows[0][PR_EMAIL_ADDRESS] == "ann@example.com"


@pytest.mark.parametrize("values", [None, {"x": 1}, {PR_STATUS_CODE: "high"}, 7])
def test_a_status_row_of_a_wrong_shape_is_refused(mail: Subsystem, values: Any) -> None:
    """SPI-38."""
    courier = Courier()
    offer_transport(mail, courier)
    with log_on(mail) as session:
        with pytest.raises(MapiError):
            courier.support.modify_status_row(values, update=True)
        assert row_of(session, "COURIER")[0] & STATUS_AVAILABLE


# leaking


def test_what_a_provider_did_not_give_back_is_told_and_goes(mail: Subsystem, caplog: pytest.LogCaptureFixture) -> None:
    """SPI-23, SPI-50."""
    courier = Courier()
    offer_transport(mail, courier)
    session = log_on(mail)
    courier.support.subscribe(b"key", Event.EXTENDED, lambda _: None)
    session.logoff()
    assert "left 1 registration" in caplog.text


def test_a_support_object_that_outlives_its_logon_does_nothing_any_more(mail: Subsystem) -> None:
    """SPI-10, SPI-40."""
    courier = Courier()
    offer_transport(mail, courier)
    log_on(mail).logoff()
    for call in (
        lambda: courier.support.notify(b"key", []),
        lambda: courier.support.modify_status_row({PR_STATUS_CODE: 1}),
        courier.support.spooler_notify,
        lambda: courier.support.open_address_book(),
    ):
        with pytest.raises(InvalidObject):
            call()


def test_a_transport_may_say_at_its_logon_that_it_has_mail(mail: Subsystem) -> None:
    """SPI-11: it is not to, and does no harm."""
    courier = Courier()

    class Eager(CourierProvider):
        def logon(self, support: Any) -> Any:
            support.spooler_notify()
            return self.courier

    offer(mail, ProviderKind.TRANSPORT, lambda: Eager(courier), "EAGER")
    with log_on(mail) as session:
        assert row_of(session, "EAGER")[0] & STATUS_AVAILABLE


# limits


def test_the_limits_are_read_from_the_environment() -> None:
    """SPI-1."""
    assert limits_of({}) == Limits()
    assert limits_of({"MAPIX_PROVIDER_LIMITS": "logon=1, submit=0"}) == Limits(logon=1, submit=0)
    for wrong in ("logon", "logon=soon", "login=3", "poll=-1", "poll=inf"):
        with pytest.raises(MapiError, match="MAPIX_PROVIDER_LIMITS"):
            limits_of({"MAPIX_PROVIDER_LIMITS": wrong})


# helpers


def _with(target: Any, **methods: Callable[..., Any]) -> Any:
    """`target` with methods of the test in place of its own."""
    for name, method in methods.items():
        setattr(target, name, method)
    return target


def _offer_flush(courier: Courier, hold: Hold) -> None:
    """Let the class have a flush of its own, so that it is called."""
    kind = type("Flushing", (Courier,), {"flush": lambda self: hold.hang()})
    courier.__class__ = kind


def _bare_prop() -> type[Any]:
    """A class of objects with properties that has no abstract methods left."""
    members: Mapping[str, Any] = {name: lambda self, *_, **__: None for name in MapiProp.__abstractmethods__}
    return type("Bare", (MapiProp,), dict(members))


class Trouble:
    """What goes wrong in a broken store just now."""

    error: BaseException | None = None
    rows: Any = None


class MemoryStores(MemoryStoreProvider):
    """A stranger's store provider, as this module is no part of the house."""


class BrokenStores(MemoryStores):
    """Stores that work until a test says otherwise."""

    def logon(self, *args: Any, **kwargs: Any) -> Any:
        found = super().logon(*args, **kwargs)
        _spoil(found.store)
        return found


def _spoil(thing: Any) -> Any:
    """Let methods of `thing`, and of what it opens, raise `Trouble.error`."""
    kind = type(thing)

    def spoilt(name: str) -> Callable[..., Any]:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            inside = sys._getframe(1).f_code.co_filename.endswith("memberstores.py")
            if Trouble.error is not None and not inside:
                raise Trouble.error
            if name == "query_rows" and Trouble.rows is not None:
                return Trouble.rows
            found = getattr(kind, name)(self, *args, **kwargs)
            return _spoil(found) if name in ("open_entry", "get_contents_table") else found

        return call

    names = [name for name in ("open_entry", "get_contents_table", "get_props", "query_rows") if hasattr(kind, name)]
    thing.__class__ = type(kind)(kind.__name__, (kind,), {"__slots__": (), **{name: spoilt(name) for name in names}})
    return thing
