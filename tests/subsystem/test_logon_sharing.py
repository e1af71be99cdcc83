"""Who shares a session with whom, who waits for whom, and the end of it all."""

import threading
from collections.abc import Callable

import pytest
from tests.subsystem.bench import Script, book_service, fax_service
from tests.subsystem.logons import NEW, add

from mapix.interfaces.notify import ErrorNotification, Event, ExtendedNotification, Notification
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import (
    EndOfSession,
    InvalidObject,
    LogonFailed,
    TimedOut,
    UnknownFlags,
)
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_LOGOFF_SHARED,
    MAPI_TIMEOUT_SHORT,
)
from mapix.subsystem.initialize import Subsystem


def test_a_shared_session_is_joined_whatever_profile_is_named(system: Subsystem, profile: str) -> None:
    """LOG-6, LOG-7, LOG-8, LOG-10, LOG-31, LOG-33, LOG-35; scenario 4."""
    first = system.logon(profile, flags=MAPI_ALLOW_OTHERS)
    second = system.logon("another name")
    third = system.logon(profile, flags=NEW)
    assert second._core is first._core
    assert second is not first
    assert third._core is not first._core
    fourth = system.logon("another name", "a password")
    assert fourth._core is first._core
    with pytest.raises(LogonFailed, match="password"):
        system.logon(profile, "a password", flags=NEW)
    fourth.logoff()
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
