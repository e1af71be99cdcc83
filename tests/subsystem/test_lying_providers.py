"""Providers that lie or leak: what they answer is looked at, what they keep is told."""

from __future__ import annotations

from typing import Any

import pytest
from tests.subsystem.bench import BookLogon, BookProvider, Script
from tests.subsystem.nasty import (
    BrokenStores,
    Courier,
    CourierProvider,
    Trouble,
    log_on,
    offer,
    offer_transport,
    open_store,
    row_of,
    submit,
    until,
    with_methods,
)

from mapix.interfaces.message import Message
from mapix.interfaces.notify import Event
from mapix.interfaces.spi import (
    AddressTypes,
    Outcome,
    OutcomeKind,
    ProviderKind,
    RecipientResult,
    RecipientState,
    Submission,
)
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import CallFailed, InvalidObject, MapiError
from mapix.properties.flags import MAPI_TO, STATUS_AVAILABLE, STATUS_FAILURE
from mapix.properties.tags import (
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_IPM_OUTBOX_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_ROWID,
    PR_STATUS_CODE,
)
from mapix.subsystem.initialize import Subsystem


@pytest.mark.parametrize("answer", [None, 42, object()])
def test_a_logon_that_answers_something_else_is_a_failure(mail: Subsystem, answer: object) -> None:
    """SPI-10."""
    offer(mail, ProviderKind.TRANSPORT, lambda: with_methods(CourierProvider(Courier()), logon=lambda _: answer), "ODD")
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
    offer_transport(mail, with_methods(Courier(), submit_message=lambda _: answer))
    with log_on(mail) as session:
        submit(session)
        session.flush(0.2)
        assert session.pending() == 1


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [(550, b"no such mailbox", "550 no such mailbox"), ("550", "gone", "550 gone"), (None, None, "did not say why")],
)
@pytest.mark.parametrize("whole", [False, True])
def test_words_of_a_peer_in_another_form_are_told_all_the_same(
    mail: Subsystem, code: Any, text: Any, told: str, whole: bool
) -> None:
    """SPL-66: the message does not go round in the queue for them."""

    def refused(submission: Submission) -> Outcome:
        if whole:
            return Outcome(OutcomeKind.REFUSED, code=code, text=text)
        rows = (row[PR_ROWID] for row in submission.recipients)
        return Outcome(results=tuple(RecipientResult(row, RecipientState.FAILED, code, text) for row in rows))

    offer_transport(mail, with_methods(Courier(), submit_message=refused))
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        store = open_store(session)
        inbox: Any = store.open_entry(store.get_receive_folder("IPM")[0])
        ((body,),) = query_all_rows(inbox.get_contents_table(), (PR_BODY,))
        assert told in body


@pytest.mark.parametrize("answer", [None, ("SMTP",), AddressTypes((1, 2)), AddressTypes(uids=("x",))])  # type: ignore[arg-type]
def test_address_types_that_are_none_keep_the_mail_waiting(mail: Subsystem, answer: Any) -> None:
    """SPL-10, SPL-14."""
    offer_transport(mail, with_methods(Courier(), address_types=lambda: answer))
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
    with_methods(liar, address_types=lambda: AddressTypes(("FAX",)))
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
            return with_methods(BookLogon(self.script, self.people), containers=lambda: answer)

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
