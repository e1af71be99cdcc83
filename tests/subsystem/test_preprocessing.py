"""Message preprocessors that transports of a session register, and a provider's way to the session."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

import pytest
from tests.subsystem.nasty import (
    Courier,
    CourierProvider,
    Hold,
    log_on,
    offer,
    offer_transport,
    open_store,
    row_of,
    submit,
    until,
)

from mapix.interfaces.addrbook import AddrBook
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import AddressTypes, Preprocessing, ProviderKind, Submission
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import Busy, InvalidObject, InvalidParameter, NoSupport
from mapix.properties.flags import (
    MAPI_EXTENDED,
    MAPI_NEW_SESSION,
    MAPI_NO_MAIL,
    STATUS_AVAILABLE,
    STATUS_FAILURE,
    SUBMITFLAG_PREPROCESS,
)
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SENTMAIL_ENTRYID,
    PR_SUBJECT,
    PR_SUBMIT_FLAGS,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.isolation.limits import Limits
from mapix.subsystem.session import Session


class Sealer(Courier):
    """A transport that seals what it sends: `preprocess` is registered as the test says."""

    def __init__(self, preprocess: Any, remove: Any = None, **how: Any) -> None:
        super().__init__()
        self.how = (preprocess, remove), how
        self.subjects: list[str] = []

    def submit_message(self, submission: Submission) -> Any:
        self.subjects.append(submission.message.get_prop(PR_SUBJECT))
        return super().submit_message(submission)


class SealingProvider(CourierProvider):
    def logon(self, support: Any) -> Any:
        functions, how = self.courier.how  # type: ignore[attr-defined]
        support.register_preprocessor(*functions, **how)
        return super().logon(support)


def offer_sealer(system: Subsystem, sealer: Sealer, name: str = "SEALER") -> None:
    offer(system, ProviderKind.TRANSPORT, lambda: SealingProvider(sealer), name)


def seal(asked: Preprocessing) -> None:
    asked.message.set_props({PR_SUBJECT: "sealed " + asked.message.get_prop(PR_SUBJECT)})


def unseal(message: Message) -> None:
    message.set_props({PR_SUBJECT: message.get_prop(PR_SUBJECT).removeprefix("sealed ")})


def subjects_of(store: MsgStore, tag: Any) -> list[str]:
    folder: Any = store.open_entry(store.get_prop(tag), Access.READ)
    return [row[0] for row in query_all_rows(folder.get_contents_table(), (PR_SUBJECT,))]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module with both functions."""
    made = types.ModuleType("pagersealing")
    made.seal, made.unseal = seal, unseal  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pagersealing", made)
    return "PagerSealing"


def test_a_transport_prepares_what_it_sends(mail: Subsystem) -> None:
    """SPL-20, SPL-21."""
    sealer = Sealer(seal, unseal)
    offer_sealer(mail, sealer)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        until(lambda: subjects_of(open_store(session), PR_IPM_SENTMAIL_ENTRYID) == ["hello"])
    assert sealer.subjects == ["sealed hello"]


def test_functions_are_named_like_entries_of_a_dll(mail: Subsystem, module: str) -> None:
    """SPL-20, PRF-36: the case of the module's name aside."""
    sealer = Sealer(f"{module}:seal", f"{module}:unseal", address_type="SMTP")
    offer_sealer(mail, sealer)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
    assert sealer.subjects == ["sealed hello"]


@pytest.mark.parametrize("what", [7, "seal", "module:", ":seal", "module:not a name"])
def test_what_is_no_function_is_refused(mail: Subsystem, what: Any) -> None:
    """SPL-20."""
    courier = Courier()
    offer_transport(mail, courier)
    with log_on(mail):
        with pytest.raises(InvalidParameter):
            courier.support.register_preprocessor(what)
        with pytest.raises(InvalidParameter):
            courier.support.register_preprocessor(seal, what)


def test_a_module_that_is_not_there_makes_its_mail_wait_and_says_so(mail: Subsystem) -> None:
    """SPL-20, SPL-21."""
    sealer = Sealer("no_such_module:seal")
    offer_sealer(mail, sealer)
    with log_on(mail) as session:
        submit(session)
        until(lambda: "no_such_module" in row_of(session, "SEALER")[1])
        assert row_of(session, "SEALER")[0] & STATUS_FAILURE
        assert session.pending() == 1
    assert sealer.subjects == []


def test_a_preprocessor_that_hangs_is_shown_and_mail_of_others_goes(
    mail: Subsystem,
    hold: Hold,
) -> None:
    """SPL-21."""
    mail.limits = Limits(preprocess=0.1)
    hung, courier = Sealer(lambda asked: hold.hang(), address_type="PAGER"), Courier()
    offer_sealer(mail, hung)
    offer_transport(mail, courier)
    hung.address_types = lambda: AddressTypes(("PAGER",))  # type: ignore[method-assign]
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
    assert courier.sent == ["bob@example.com"]


def test_a_submission_says_that_it_is_to_be_prepared(mail: Subsystem) -> None:
    """SPL-20: NEEDS_PREPROCESSING of ExpandRecips; of other address types it is not said."""
    seen: list[int] = []

    def look(asked: Preprocessing) -> None:
        seen.append(asked.message.get_prop(PR_SUBMIT_FLAGS))

    sealer = Sealer(look, address_type="SMTP")
    offer_sealer(mail, sealer)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
    assert seen == [SUBMITFLAG_PREPROCESS]


def test_what_was_submitted_without_mail_is_prepared_by_whoever_sends_it(mail: Subsystem) -> None:
    """SPL-20, LOG-30."""
    sealer = Sealer(seal, unseal)
    offer_sealer(mail, sealer)
    with mail.logon("Work", flags=MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL) as session:
        submit(session)
    with log_on(mail) as session:
        open_store(session)
        assert session.flush(60) == 0
    assert sealer.subjects == ["sealed hello"]


def test_a_preprocessor_is_given_session_address_book_and_folder(mail: Subsystem) -> None:
    """SPL-21, SPI-45."""
    given: list[Preprocessing] = []
    seen: list[Any] = []

    def look(asked: Preprocessing) -> None:
        given.append(asked)
        seen.append(asked.folder.get_prop(PR_ENTRYID))
        seen.append(open_store(asked.session).get_prop(PR_IPM_OUTBOX_ENTRYID))

    offer_sealer(mail, Sealer(look))
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        (asked,) = given
        assert isinstance(asked.address_book, AddrBook)
        assert isinstance(asked.session, Session)
        assert asked.session is not session
        assert asked.session.profile_name == "Work"
    assert seen[0] == seen[1]
    with pytest.raises(InvalidObject):
        asked.session.get_msg_stores_table()


# the way to the session


class Curious(CourierProvider):
    """Asks for the session where it is too early, and keeps what it was told."""

    told: Exception | None = None

    def logon(self, support: Any) -> Any:
        try:
            support.get_mapi_session()
        except Busy as error:
            self.told = error
        return super().logon(support)


def test_a_provider_reaches_its_session_once_it_has_logged_on(mail: Subsystem) -> None:
    """SPI-45, SPI-11."""
    courier = Courier()
    provider = Curious(courier)
    offer(mail, ProviderKind.TRANSPORT, lambda: provider, "CURIOUS")
    with log_on(mail) as session:
        assert isinstance(provider.told, Busy)
        own = courier.support.get_mapi_session()
        assert own is courier.support.get_mapi_session()
        assert open_store(own).get_prop(PR_ENTRYID) == open_store(session).get_prop(PR_ENTRYID)
        with pytest.raises(NoSupport):
            own.logoff()
        assert row_of(session, "CURIOUS")[0] & STATUS_AVAILABLE


def test_a_provider_s_session_keeps_nothing_alive_and_ends_with_the_last_member(mail: Subsystem) -> None:
    """SPI-45, LOG-35."""
    courier = Courier()
    offer_transport(mail, courier)
    session = log_on(mail)
    own = courier.support.get_mapi_session()
    store = open_store(own)
    session.logoff()
    assert courier.logoffs == 1
    for dead in (own.get_status_table, lambda: store.get_prop(PR_ENTRYID), courier.support.get_mapi_session):
        _is_dead(dead)


def _is_dead(what: Callable[[], Any]) -> None:
    with pytest.raises(InvalidObject):
        what()
