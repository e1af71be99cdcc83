"""Transports that work offline, what they ask for at their logon, and remote ones."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import pytest
from tests.subsystem.nasty import (
    Courier,
    CourierProvider,
    log_on,
    offer,
    offer_transport,
    open_store,
    row_of,
    submit,
    until,
)
from tests.subsystem.test_logon_ui import Person
from tests.subsystem.test_preprocessing import subjects_of

from mapix.interfaces.message import Message
from mapix.interfaces.spi import AddressTypes, ProviderKind, Submission
from mapix.interfaces.table import query_all_rows
from mapix.objects.messages.content import recipient_rows
from mapix.properties import flags
from mapix.properties.errors import Busy, FailOneProvider, NoSupport
from mapix.properties.flags import (
    ABORT_XP_HEADER_OPERATION,
    FORCE_XP_CONNECT,
    FORCE_XP_DISCONNECT,
    LOGON_NO_CONNECT,
    LOGON_NO_DIALOG,
    LOGON_NO_INBOUND,
    LOGON_NO_OUTBOUND,
    LOGON_SP_IDLE,
    LOGON_SP_POLL,
    LOGON_SP_RESOLVE,
    MAPI_EXTENDED,
    MAPI_LOGON_UI,
    MAPI_NEW_SESSION,
    NOTIFY_NEWMAIL,
    PROCESS_XP_HEADER_CACHE,
    REFRESH_XP_HEADER_CACHE,
    STATUS_AVAILABLE,
    STATUS_FAILURE,
    STATUS_FLUSH_QUEUES,
    STATUS_INBOUND_ACTIVE,
    STATUS_INBOUND_ENABLED,
    STATUS_OFFLINE,
    STATUS_OUTBOUND_ACTIVE,
    STATUS_OUTBOUND_ENABLED,
    STATUS_REMOTE_ACCESS,
    STATUS_VALIDATE_STATE,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_PROVIDER_DLL_NAME,
    PR_REMOTE_VALIDATE_OK,
    PR_RESOURCE_METHODS,
    PR_STATUS_CODE,
    PR_SUBJECT,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

BEGIN = flags.NOTIFY_BEGIN_INBOUND | flags.NOTIFY_BEGIN_OUTBOUND
END = flags.NOTIFY_END_INBOUND | flags.NOTIFY_END_OUTBOUND
INBOUND = STATUS_INBOUND_ENABLED | STATUS_INBOUND_ACTIVE
OUTBOUND = STATUS_OUTBOUND_ENABLED | STATUS_OUTBOUND_ACTIVE


class Line(Courier):
    """A transport that notes what it is told, and what it was given at its logon."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[int] = []
        self.validated = 0
        self.polled = 0
        self.idle = 0
        self.mail: list[str] = []

    def transport_notify(self, flags: int) -> None:
        self.told.append(flags)

    def validate_state(self) -> None:
        self.validated += 1

    def poll(self) -> bool:
        self.polled += 1
        return bool(self.mail)

    def flush(self) -> None:
        self.idle += 1

    def start_message(self, message: Message) -> bytes | None:
        if not self.mail:
            return None
        message.set_props({PR_SUBJECT: self.mail[0]})
        message.save_changes()
        return self.mail[0].encode()

    def accept_message(self, token: bytes) -> None:
        self.mail.remove(token.decode())


def status_of(session: Session, service: str = "COURIER") -> Any:
    wanted = Property(Relop.EQ, PR_PROVIDER_DLL_NAME, service)
    ((entry_id,),) = query_all_rows(session.get_status_table(), (PR_ENTRYID,), wanted)
    return session.open_entry(entry_id)


def code_of(session: Session) -> int:
    return row_of(session, "COURIER")[0]


# at the logon


class Failing(CourierProvider):
    """Wants a line from the first moment on."""

    def logon(self, support: Any) -> Any:
        if support.logon_flags & LOGON_NO_CONNECT:
            raise FailOneProvider("this transport does not work offline")
        return super().logon(support)


def test_a_transport_logs_on_before_work_begins_and_asks_nobody(mail: Subsystem) -> None:
    """SPI-29, SPL-40."""
    line = Line()
    offer_transport(mail, line)
    with log_on(mail):
        assert line.support.logon_flags == LOGON_NO_INBOUND | LOGON_NO_OUTBOUND | LOGON_NO_DIALOG


def test_where_somebody_may_be_asked_the_transport_is_told_so(mail: Subsystem) -> None:
    """SPI-29."""
    line = Line()
    offer_transport(mail, line)
    with mail.logon("Work", flags=MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_LOGON_UI, ui=Person().ui):
        assert not line.support.logon_flags & LOGON_NO_DIALOG


def test_a_transport_without_sp_poll_is_not_polled_and_says_itself_that_mail_waits(mail: Subsystem) -> None:
    """SPI-29, SPL 6.9: neither would be a transport that only sends."""
    line = Line()
    line.logon_flags = LOGON_SP_IDLE
    line.mail = ["News"]
    offer_transport(mail, line)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        time.sleep(0.05)
        assert line.mail == ["News"]
        line.support.spooler_notify(NOTIFY_NEWMAIL)
        until(lambda: not line.mail)
    assert line.polled == 0


@pytest.mark.parametrize(("wanted", "called"), [(LOGON_SP_IDLE, True), (LOGON_SP_POLL, False), (0, False)])
def test_a_transport_has_idle_time_where_it_asked_for_it(mail: Subsystem, wanted: int, called: bool) -> None:
    """SPI-29."""
    line = Line()
    line.logon_flags = wanted
    offer_transport(mail, line)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        end = time.monotonic() + (60 if called else 0.1)
        while not line.idle and time.monotonic() < end:
            time.sleep(0.01)
    assert bool(line.idle) is called


def test_recipients_of_others_are_resolved_for_who_asks(mail: Subsystem) -> None:
    """SPI-29: LOGON_SP_RESOLVE, for paths that answers go."""

    class Resolving(Line):
        logon_flags = LOGON_SP_RESOLVE | LOGON_SP_POLL
        seen: ClassVar[list[list[Any]]] = []

        def submit_message(self, submission: Submission) -> Any:
            rows = recipient_rows(submission.message)
            self.seen.append([(row[PR_EMAIL_ADDRESS], bool(row[PR_ENTRYID])) for row in rows])
            return super().submit_message(submission)

    line, other = Resolving(), Courier()
    other.address_types = lambda: AddressTypes(("FAX",))  # type: ignore[method-assign]
    offer_transport(mail, line)
    offer_transport(mail, other, "FAX")
    with log_on(mail) as session:
        store = open_store(session)
        message = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), 1).create_message()  # type: ignore[arg-type]
        message.modify_recipients(0, [_bare("bob@example.com"), _bare("7", "FAX")])
        message.submit_message()
        assert session.flush(60) == 0
    assert line.seen == [[("bob@example.com", True), ("7", True)]]
    assert other.sent == ["7"]


def _bare(address: str, kind: str = "SMTP") -> dict[Any, Any]:
    from mapix.properties.tags import PR_ADDRTYPE, PR_DISPLAY_NAME, PR_RECIPIENT_TYPE

    return {PR_DISPLAY_NAME: address, PR_ADDRTYPE: kind, PR_EMAIL_ADDRESS: address, PR_RECIPIENT_TYPE: 1}


# offline


def test_offline_nothing_connects_mail_waits_and_connecting_sends_it(mail: Subsystem) -> None:
    """SPL-45, SPL-14, STA-9: FORCE_XP_CONNECT."""
    line = Line()
    line.mail = ["News"]
    offer_transport(mail, line)
    mail.offline = True
    with log_on(mail) as session:
        assert line.support.logon_flags & LOGON_NO_CONNECT
        submit(session)
        session.flush(0.2)
        assert (session.pending(), line.sent, line.polled, line.told) == (1, [], 0, [])
        status_of(session).validate_state()
        assert line.validated == 0
        code, text = row_of(session, "COURIER")
        assert (code & STATUS_OFFLINE, code & STATUS_AVAILABLE, text) == (STATUS_OFFLINE, 0, "working offline")
        assert subjects_of(open_store(session), PR_IPM_OUTBOX_ENTRYID) == ["hello"]
        status_of(session).validate_state(FORCE_XP_CONNECT)
        assert session.flush(60) == 0
        until(lambda: not line.mail)
        assert code_of(session) & (STATUS_OFFLINE | STATUS_AVAILABLE) == STATUS_AVAILABLE
        assert not line.support.logon_flags & LOGON_NO_CONNECT
    assert line.told[0] == BEGIN


def test_a_transport_is_taken_offline_and_hears_of_it(mail: Subsystem) -> None:
    """STA-9, SPL-41, SPL-45: FORCE_XP_DISCONNECT."""
    line = Line()
    offer_transport(mail, line)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        status_of(session).validate_state(FORCE_XP_DISCONNECT)
        assert code_of(session) & STATUS_OFFLINE
        submit(session)
        until(lambda: line.told == [BEGIN, END])
        line.support.modify_status_row({PR_STATUS_CODE: STATUS_AVAILABLE}, update=True)
        assert code_of(session) & STATUS_OFFLINE
        assert (session.pending(), len(line.sent)) == (1, 1)
        status_of(session).validate_state(FORCE_XP_CONNECT)
        assert session.flush(60) == 0
        assert line.told == [BEGIN, END, BEGIN]
    assert len(line.sent) == 2


def test_a_transport_may_fail_its_logon_rather_than_work_offline(mail: Subsystem) -> None:
    """SPL-45, LOG-28: its mail waits."""
    line, other = Line(), Line()
    offer(mail, ProviderKind.TRANSPORT, lambda: Failing(line), "COURIER")
    offer_transport(mail, other, "OTHER")
    mail.offline = True
    with log_on(mail) as session:
        assert code_of(session) & STATUS_FAILURE
        assert row_of(session, "OTHER")[0] & STATUS_OFFLINE
        submit(session)
        session.flush(0.1)
        assert session.pending() == 1


def test_a_program_starts_offline_where_its_environment_says_so(
    mail: Subsystem,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SPL-45."""
    assert not Subsystem(mail.home).offline
    monkeypatch.setenv("MAPIX_OFFLINE", "1")
    assert Subsystem(mail.home).offline


@pytest.mark.parametrize("name", ["COURIER", "LOCAL"])
def test_a_transport_that_needs_no_line_goes_on_where_the_user_works_offline(
    mail: Subsystem,
    name: str,
) -> None:
    """SPL-45: until it is taken offline itself."""
    line = Line()
    line.connects = False
    if name == "LOCAL":
        mail.admin_profiles().admin_services("Work").create_msg_service("LOCAL")
    else:
        offer_transport(mail, line)
    mail.offline = True
    with log_on(mail) as session:
        assert row_of(session, name)[0] & (STATUS_OFFLINE | STATUS_AVAILABLE) == STATUS_AVAILABLE
        submit(session)
        assert session.flush(60) == 0
        assert len(line.sent) == (name == "COURIER")
        status_of(session, name).validate_state(FORCE_XP_DISCONNECT)
        submit(session)
        session.flush(0.1)
        assert session.pending() == 1


# remote transports


class Remote(Line):
    """Keeps headers of its mail, and does what it was asked with the next flush."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.busy = False

    def remote(self, flags: int) -> None:
        if self.busy:
            raise Busy("in the middle of it")
        self.asked.append(flags)


class RemoteProvider(CourierProvider):
    def logon(self, support: Any) -> Any:
        methods = STATUS_VALIDATE_STATE | STATUS_FLUSH_QUEUES
        support.modify_status_row(
            {PR_STATUS_CODE: STATUS_AVAILABLE | STATUS_REMOTE_ACCESS, PR_RESOURCE_METHODS: methods}
        )
        return super().logon(support)


@pytest.fixture
def remote(mail: Subsystem) -> Remote:
    """A remote transport in the profile."""
    made = Remote()
    offer(mail, ProviderKind.TRANSPORT, lambda: RemoteProvider(made), "COURIER")
    return made


def shown(session: Session) -> tuple[int, Any]:
    wanted = Property(Relop.EQ, PR_PROVIDER_DLL_NAME, "COURIER")
    ((code, may),) = query_all_rows(session.get_status_table(), (PR_STATUS_CODE, PR_REMOTE_VALIDATE_OK), wanted)
    return code & (INBOUND | OUTBOUND | STATUS_OFFLINE), may


@pytest.mark.parametrize(
    ("said", "code", "may"),
    [
        ((REFRESH_XP_HEADER_CACHE,), INBOUND, False),
        ((PROCESS_XP_HEADER_CACHE,), OUTBOUND, False),
        ((REFRESH_XP_HEADER_CACHE | PROCESS_XP_HEADER_CACHE,), INBOUND | OUTBOUND, False),
        ((REFRESH_XP_HEADER_CACHE, ABORT_XP_HEADER_OPERATION), STATUS_OFFLINE, True),
        ((FORCE_XP_DISCONNECT, REFRESH_XP_HEADER_CACHE), INBOUND, False),
        ((PROCESS_XP_HEADER_CACHE, FORCE_XP_DISCONNECT), OUTBOUND | STATUS_OFFLINE, False),
    ],
)
def test_a_remote_transport_shows_what_it_was_asked_to_do(
    mail: Subsystem,
    remote: Remote,
    said: tuple[int, ...],
    code: int,
    may: bool,
) -> None:
    """STA-9."""
    with log_on(mail) as session:
        for flag in said:
            status_of(session).validate_state(flag)
        assert shown(session) == (code, may)
        assert remote.validated == 0
    lines = FORCE_XP_CONNECT | FORCE_XP_DISCONNECT
    assert remote.asked == [flag for flag in said if not flag & lines]


def test_a_remote_transport_that_cannot_give_up_is_busy(mail: Subsystem, remote: Remote) -> None:
    """STA-9, STA-8."""
    with log_on(mail) as session:
        status_of(session).validate_state(REFRESH_XP_HEADER_CACHE)
        remote.busy = True
        with pytest.raises(Busy):
            status_of(session).validate_state(ABORT_XP_HEADER_OPERATION)
        assert shown(session) == (INBOUND, False)


@pytest.mark.parametrize("flag", [REFRESH_XP_HEADER_CACHE, PROCESS_XP_HEADER_CACHE, ABORT_XP_HEADER_OPERATION])
def test_a_transport_without_headers_has_none_to_refresh(mail: Subsystem, flag: int) -> None:
    """STA-9, STA-8: MAPI_E_NO_SUPPORT."""
    line = Line()
    offer_transport(mail, line)
    with log_on(mail) as session, pytest.raises(NoSupport):
        status_of(session).validate_state(flag)
