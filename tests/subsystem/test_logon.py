"""MAPIInitialize and MAPILogonEx: scenarios 2 to 8."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.subsystem.bench import ROOT, Script, book_service, fax_service

from mapix.interfaces.notify import ErrorNotification, Event, ExtendedNotification, Notification
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import (
    EndOfSession,
    FailOneProvider,
    InvalidObject,
    InvalidParameter,
    LogonFailed,
    NetworkError,
    NotInitialized,
    TimedOut,
    Unconfigured,
    UnknownEntryid,
    UnknownFlags,
)
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_EXPLICIT_PROFILE,
    MAPI_EXTENDED,
    MAPI_LOGOFF_SHARED,
    MAPI_LOGON_UI,
    MAPI_MULTITHREAD_NOTIFICATIONS,
    MAPI_NEW_SESSION,
    MAPI_NO_MAIL,
    MAPI_NT_SERVICE,
    MAPI_PASSWORD_UI,
    MAPI_TIMEOUT_SHORT,
    MAPI_UNICODE,
    MAPI_USE_DEFAULT,
    STATUS_AVAILABLE,
    STATUS_FAILURE,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_RESOURCE_TYPE,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
)
from mapix.subsystem import initialize
from mapix.subsystem.initialize import Subsystem, mapi_initialize, mapi_uninitialize, subsystem
from mapix.subsystem.session import Session

NEW = MAPI_NEW_SESSION
SPOOLER, TRANSPORT, BOOK = 37, 36, 35


def status_of(session: Session, kind: int) -> list[tuple[int, str | None]]:
    """(status code, status string) of the rows of a kind."""
    table = session.get_status_table()
    table.set_columns([PR_STATUS_CODE, PR_STATUS_STRING])
    table.restrict(Property(Relop.EQ, PR_RESOURCE_TYPE, kind))
    return table.query_rows(10)


def add(system: Subsystem, name: str) -> None:
    system.admin_profiles().admin_services("Work").create_msg_service(name)


# initialize


@pytest.fixture
def process(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has not initialized MAPI."""
    monkeypatch.setenv("MAPIX_HOME", str(home))
    monkeypatch.setattr(initialize, "_process", initialize._Process())
    yield
    while initialize.is_initialized():
        mapi_uninitialize()


@pytest.mark.usefixtures("process")
def test_nothing_works_before_initialize_and_after_the_balancing_uninitialize() -> None:
    """SUB-1, SUB-10, GEN-3; scenario 3."""
    with pytest.raises(NotInitialized):
        subsystem()
    mapi_initialize()
    mapi_initialize()
    mapi_uninitialize()
    assert subsystem().admin_profiles()
    mapi_uninitialize()
    with pytest.raises(NotInitialized):
        subsystem()


@pytest.mark.usefixtures("process")
def test_uninitializing_too_often_is_harmless() -> None:
    """SUB-12."""
    mapi_uninitialize()
    mapi_initialize()
    assert subsystem()


@pytest.mark.usefixtures("process")
def test_the_last_uninitialize_ends_every_session() -> None:
    """SUB-1, SUB-16."""
    mapi_initialize()
    subsystem().admin_profiles().create_profile("Work")
    session = subsystem().logon("Work")
    mapi_uninitialize()
    with pytest.raises(InvalidObject):
        session.get_status_table()


@pytest.mark.usefixtures("process")
def test_unknown_flags_of_initialize_are_refused() -> None:
    """SUB-3, SUB-5, GEN-4."""
    with pytest.raises(UnknownFlags):
        mapi_initialize(0x2)
    assert not initialize.is_initialized()


@pytest.mark.usefixtures("process")
def test_the_first_initialize_decides_who_delivers_notifications() -> None:
    """SUB-6, SUB-7."""
    mapi_initialize(MAPI_MULTITHREAD_NOTIFICATIONS)
    mapi_initialize()
    assert subsystem().notifications.threaded


@pytest.mark.usefixtures("process")
def test_profiles_that_cannot_be_read_stop_initialize(home: Path) -> None:
    """SUB-3."""
    home.mkdir()
    (home / "profiles").write_text("a file where a directory belongs", encoding="utf-8")
    with pytest.raises(NotInitialized, match="profiles"):
        mapi_initialize()


# which profile


def test_without_any_profile_the_way_to_one_is_told(system: Subsystem) -> None:
    """LOG-16; scenario 2."""
    with pytest.raises(LogonFailed) as caught:
        system.logon("", None, MAPI_USE_DEFAULT | MAPI_EXTENDED)
    told = "MAPI_E_LOGON_FAILED (0x80040111): there is no default profile. Try: mapix init"
    assert str(caught.value) == told


def test_without_a_default_profile_one_is_proposed(system: Subsystem, profile: str) -> None:
    """LOG-13."""
    with pytest.raises(LogonFailed, match="mapix profile default 'Work'"):
        system.logon(flags=MAPI_USE_DEFAULT)


@pytest.mark.parametrize("flags", [0, MAPI_EXPLICIT_PROFILE, NEW, MAPI_LOGON_UI])
def test_an_empty_name_without_leave_for_the_default_fails(system: Subsystem, profile: str, flags: int) -> None:
    """LOG-14, LOG-16."""
    system.admin_profiles().set_default_profile(profile)
    with pytest.raises(LogonFailed):
        system.logon("", None, flags)


@pytest.mark.parametrize("flags", [MAPI_USE_DEFAULT, MAPI_USE_DEFAULT | MAPI_EXPLICIT_PROFILE | MAPI_UNICODE])
def test_the_default_profile_is_used_when_asked_for(system: Subsystem, profile: str, flags: int) -> None:
    """LOG-1, LOG-2, LOG-5, LOG-13."""
    system.admin_profiles().set_default_profile(profile)
    for name in ("", None):
        with system.logon(name, None, flags) as session:
            assert session.profile_name == profile


def test_a_given_name_wins_over_the_default(system: Subsystem, profile: str) -> None:
    """LOG-12."""
    system.admin_profiles().create_profile("Home")
    system.admin_profiles().set_default_profile(profile)
    with system.logon("Home", flags=MAPI_USE_DEFAULT) as session:
        assert session.profile_name == "Home"


def test_an_unknown_profile_is_a_failed_logon(system: Subsystem, profile: str) -> None:
    """LOG-12; scenario 2."""
    with pytest.raises(LogonFailed, match="'Work'"):
        system.logon("Wrok")


def test_a_name_of_65_characters_is_refused(system: Subsystem) -> None:
    """LOG-2; scenario 2."""
    with pytest.raises(LogonFailed, match="64"):
        system.logon("x" * 65)


def test_a_password_is_refused(system: Subsystem, profile: str) -> None:
    """LOG-3; scenario 2."""
    with pytest.raises(LogonFailed, match="password"):
        system.logon(profile, "x")
    system.logon(profile, "").logoff()


def test_a_damaged_profile_is_a_failed_logon_that_names_the_line(system: Subsystem, profile: str, home: Path) -> None:
    (home / "profiles" / "Work.toml").write_text("format = 1\n[", encoding="utf-8")
    with pytest.raises(LogonFailed, match="line 2"):
        system.logon(profile)


@pytest.mark.parametrize(
    "flags", [0x80, MAPI_LOGON_UI | MAPI_PASSWORD_UI, MAPI_NT_SERVICE, MAPI_NT_SERVICE | MAPI_NO_MAIL | MAPI_LOGON_UI]
)
def test_flags_that_are_unknown_or_exclude_each_other_are_refused(system: Subsystem, profile: str, flags: int) -> None:
    """LOG-17, LOG-18, GEN-4."""
    with pytest.raises(UnknownFlags):
        system.logon(profile, flags=flags)


def test_a_service_logs_on_without_mail(system: Subsystem, profile: str) -> None:
    """LOG-18."""
    session = system.logon(profile, flags=MAPI_NT_SERVICE | MAPI_NO_MAIL)
    assert session.spooler is None
    session.logoff()


# sharing


def test_a_shared_session_is_joined_whatever_profile_is_named(system: Subsystem, profile: str) -> None:
    """LOG-6, LOG-7, LOG-8, LOG-10, LOG-31, LOG-33, LOG-35; scenario 4."""
    first = system.logon(profile, flags=MAPI_ALLOW_OTHERS)
    second = system.logon("another name")
    third = system.logon(profile, flags=NEW)
    assert second._core is first._core
    assert second is not first
    assert third._core is not first._core
    first.logoff()
    assert query_all_rows(second.get_status_table())
    second.logoff()
    with pytest.raises(LogonFailed):
        system.logon("another name")


def test_a_session_that_allows_no_others_is_not_joined(system: Subsystem, profile: str) -> None:
    """LOG-11."""
    first, second = system.logon(profile), system.logon(profile)
    assert first._core is not second._core


def test_the_newest_shared_session_is_handed_out(system: Subsystem, profile: str) -> None:
    """LOG-9."""
    first = system.logon(profile, flags=NEW | MAPI_ALLOW_OTHERS)
    second = system.logon(profile, flags=NEW | MAPI_ALLOW_OTHERS)
    assert system.logon()._core is second._core
    assert first._core is not second._core


def test_the_others_hear_of_a_logoff_and_of_the_wish_that_all_log_off(system: Subsystem, profile: str) -> None:
    """LOG-35, SES-60, NOT-14; scenario 4."""
    first, second = system.logon(profile, flags=MAPI_ALLOW_OTHERS), system.logon()
    third = system.logon()
    told: list[Notification] = []
    second.advise(None, Event.EXTENDED, told.extend)
    first.logoff()
    assert told == []
    second.dispatch_notifications()
    assert told == [ExtendedNotification(Event.EXTENDED, 1)]
    third.logoff(MAPI_LOGOFF_SHARED)
    second.dispatch_notifications()
    error = told[-1]
    assert isinstance(error, ErrorNotification)
    assert error.scode == EndOfSession.hresult
    assert query_all_rows(second.get_status_table())


def test_critical_errors_reach_session_sinks_whatever_they_asked_for(system: Subsystem, profile: str) -> None:
    """SES-50, SES-51, NOT-14."""
    first, second = system.logon(profile, flags=MAPI_ALLOW_OTHERS), system.logon()
    told: list[Notification] = []
    connection = second.advise(None, Event.NEW_MAIL, told.extend)
    first.logoff(MAPI_LOGOFF_SHARED)
    second.dispatch_notifications()
    assert [each.event for each in told] == [Event.CRITICAL_ERROR]
    second.unadvise(connection)
    with pytest.raises(Exception, match="NOT_FOUND"):
        second.unadvise(connection)


def test_a_short_timeout_does_not_wait_for_another_logon(system: Subsystem, profile: str) -> None:
    """LOG-21; scenario 6."""
    entered, leave = threading.Event(), threading.Event()

    class Slow(Script):
        def go(self) -> None:
            entered.set()
            leave.wait(60)

    system.catalogue.register(fax_service(Slow()))
    add(system, "FAX")
    system._logons.short_timeout = 0.05
    other = threading.Thread(target=system.logon, args=(profile, None, NEW))
    other.start()
    assert entered.wait(60)
    with pytest.raises(TimedOut):
        system.logon(profile, flags=NEW | MAPI_TIMEOUT_SHORT)
    leave.set()
    other.join(60)
    system.logon(profile, flags=NEW | MAPI_TIMEOUT_SHORT).logoff()


# the end


def test_after_logoff_the_session_and_what_it_opened_are_dead(system: Subsystem, profile: str) -> None:
    """SES-60, SUB-16, GEN-9."""
    session = system.logon(profile)
    status, book = session.get_status_table(), session.open_address_book()
    root, section = book.open_entry(None), session.open_profile_section(None)
    session.logoff()
    session.logoff()
    calls: list[Callable[[], object]] = [
        session.get_msg_stores_table,
        session.query_identity,
        status.get_row_count,
        book.get_pab,
        root.get_props,
        section.get_props,
    ]
    for call in calls:
        with pytest.raises(InvalidObject):
            call()


def test_unknown_flags_of_logoff_are_refused_and_the_session_lives(system: Subsystem, profile: str) -> None:
    """SES-60, GEN-4."""
    session = system.logon(profile)
    with pytest.raises(UnknownFlags):
        session.logoff(0x40)
    assert query_all_rows(session.get_status_table())


def test_providers_are_logged_off_with_the_last_member(system: Subsystem, profile: str) -> None:
    """LOG-35, SES-61, SPI-5, SPI-50."""
    script, beside = Script(), Script()
    system.catalogue.register(book_service(script, transport=beside))
    add(system, "BOOK")
    first, second = system.logon(profile, flags=MAPI_ALLOW_OTHERS), system.logon()
    assert (script.logons, beside.logons) == (1, 1)
    first.logoff()
    assert (script.logoffs, beside.logoffs) == (0, 0)
    second.logoff()
    assert (script.logoffs, beside.logoffs) == (1, 1)
    assert (script.shutdowns, beside.shutdowns) == (1, 1)


# mail and no mail


def test_without_mail_there_are_no_transports_and_the_spooler_does_not_work(system: Subsystem, profile: str) -> None:
    """LOG-30, LOG-32, STA-7; scenario 5, first half."""
    script = Script()
    system.catalogue.register(fax_service(script))
    add(system, "FAX")
    first = system.logon(profile, flags=MAPI_ALLOW_OTHERS | MAPI_NO_MAIL)
    assert script.logons == 0
    assert status_of(first, TRANSPORT) == []
    assert status_of(first, SPOOLER) == [(STATUS_FAILURE, None)]
    assert first.spooler is None
    second = system.logon()
    assert script.logons == 1
    assert [code & 0xFFFF for code, _ in status_of(second, TRANSPORT)] == [STATUS_AVAILABLE]
    assert status_of(second, SPOOLER) == [(STATUS_AVAILABLE, None)]
    assert status_of(first, TRANSPORT) == []
    assert status_of(first, SPOOLER) == [(STATUS_FAILURE, None)]


def test_the_subsystems_row_carries_the_profiles_name(system: Subsystem, profile: str) -> None:
    """STA-4, SES-36."""
    session = system.logon(profile)
    table = session.get_status_table()
    table.set_columns([PR_DISPLAY_NAME])
    table.restrict(Property(Relop.EQ, PR_RESOURCE_TYPE, 39))
    assert table.query_rows(2) == [(profile,)]


# providers that fail


def test_a_provider_that_is_unconfigured_once_is_configured_once_and_tried_once_more(
    system: Subsystem, profile: str, home: Path
) -> None:
    """LOG-23, LOG-29, SPI-12; scenario 7, first half."""
    script, asked = Script(Unconfigured("no path")), []

    def configure(settings: object) -> dict[str, str]:
        asked.append(settings)
        return {"path": "/book"}

    system.catalogue.register(book_service(script, configure=configure))
    add(system, "BOOK")
    session = system.logon(profile)
    assert (script.logons, asked) == (2, [{}])
    assert session.get_last_error() is None
    assert '"/book"' in (home / "profiles" / "Work.toml").read_text(encoding="utf-8")


def test_a_provider_that_is_unconfigured_twice_disables_its_service_for_the_session(
    system: Subsystem, profile: str, caplog: pytest.LogCaptureFixture
) -> None:
    """LOG-20, LOG-22, LOG-23, LOG-25, LOG-29, SES-21; scenario 7, second half."""
    script, beside = Script(Unconfigured("no path"), Unconfigured("still no path")), Script()
    system.catalogue.register(book_service(script, transport=beside, configure=lambda settings: {}))
    add(system, "BOOK")
    with caplog.at_level(logging.WARNING):
        session = system.logon(profile, flags=NEW)
    assert "still no path" in caplog.text
    assert (script.logons, beside.logons) == (2, 0)
    book = session.open_address_book()
    error = session.get_last_error()
    assert error is not None
    assert "still no path" in error.text
    assert book.get_pab()
    assert "still no path" in (status_of(session, BOOK)[0][1] or "")
    assert status_of(session, TRANSPORT)[0][0] == STATUS_FAILURE
    with system.logon(profile, flags=NEW) as fresh:
        assert fresh.get_last_error() is None
        assert (script.logons, beside.logons) == (3, 1)


def test_without_anybody_to_configure_it_an_unconfigured_provider_is_asked_once(
    system: Subsystem, profile: str
) -> None:
    """LOG-24."""
    script = Script(Unconfigured("no path"))
    system.catalogue.register(book_service(script))
    add(system, "BOOK")
    assert system.logon(profile).get_last_error() is not None
    assert script.logons == 1


def test_a_provider_that_fails_alone_leaves_its_siblings_working(system: Subsystem, profile: str) -> None:
    """LOG-28, SPI-12; scenario 7."""
    script, beside = Script(FailOneProvider("wrong password")), Script()
    system.catalogue.register(book_service(script, transport=beside))
    add(system, "BOOK")
    session = system.logon(profile)
    assert beside.logons == 1
    assert "wrong password" in str(session.get_last_error())


@pytest.mark.parametrize("failure", [NetworkError("server down"), RuntimeError("a mistake")])
def test_any_other_failure_disables_the_service_and_the_session_is_there(
    system: Subsystem, profile: str, failure: Exception
) -> None:
    """LOG-22, LOG-26, SPI-12."""
    script, beside = Script(failure), Script()
    system.catalogue.register(book_service(script, transport=beside))
    add(system, "BOOK")
    session = system.logon(profile)
    assert beside.logons == 0
    assert str(failure).rpartition(": ")[2] in str(session.get_last_error())


def test_a_service_that_is_not_installed_any_more_does_not_stop_the_logon(system: Subsystem, profile: str) -> None:
    """LOG-26."""
    system.catalogue.register(fax_service(Script()))
    add(system, "FAX")
    with Subsystem(system.home) as later, later.logon(profile) as session:
        assert "FAX" in str(session.get_last_error())


# opening by identifier


def test_a_session_opens_nothing_without_an_identifier(system: Subsystem, profile: str) -> None:
    """SES-2, SES-20; scenario 8."""
    session = system.logon(profile)
    with pytest.raises(InvalidParameter):
        session.open_entry(None)
    assert session.open_address_book().open_entry(None).get_prop(PR_DISPLAY_NAME)
    last = session.get_last_error()
    assert last is None


def test_a_failure_is_told_by_get_last_error(system: Subsystem, profile: str) -> None:
    """GEN-10, SES-4."""
    session = system.logon(profile)
    with pytest.raises(UnknownEntryid):
        session.open_entry(bytes(40))
    error = session.get_last_error()
    assert error is not None
    assert "MAPI_E_UNKNOWN_ENTRYID" in error.text


def test_entries_of_an_address_book_open_through_the_session(system: Subsystem, profile: str) -> None:
    """SES-1, SES-45, SES-46, EID-5."""
    system.catalogue.register(book_service(Script(), {"Ann": "ann@example.com"}))
    add(system, "BOOK")
    session = system.logon(profile)
    entry_id = ROOT + b"ann@example.com"
    assert session.open_entry(entry_id).get_prop(PR_ENTRYID) == entry_id
    assert session.compare_entry_ids(entry_id, entry_id)
    assert not session.compare_entry_ids(entry_id, ROOT)
    with pytest.raises(UnknownEntryid):
        session.compare_entry_ids(entry_id, bytes(40))
