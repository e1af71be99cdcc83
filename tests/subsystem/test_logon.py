"""MAPILogonEx: which profile, with mail and without, and what a session opens; scenarios 3 to 8."""

from functools import partial
from itertools import product
from pathlib import Path

import pytest
from tests.subsystem.bench import ROOT, Script, book_service, fax_service
from tests.subsystem.logons import NEW, SPOOLER, TRANSPORT, add, status_of
from tests.subsystem.session_stores import known

from mapix.interfaces.notify import Event
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import (
    InvalidParameter,
    LogonFailed,
    UnknownEntryid,
    UnknownFlags,
)
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_EXPLICIT_PROFILE,
    MAPI_EXTENDED,
    MAPI_LOGON_UI,
    MAPI_NO_MAIL,
    MAPI_NT_SERVICE,
    MAPI_PASSWORD_UI,
    MAPI_UNICODE,
    MAPI_USE_DEFAULT,
    STATUS_AVAILABLE,
    STATUS_FAILURE,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_RESOURCE_TYPE,
)
from mapix.subsystem.initialize import Subsystem


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


def test_things_of_different_kinds_are_not_the_same_thing(stores: Subsystem, profile: str) -> None:
    """SES-45, SES-46: unequal is a result; an error is only what nobody knows."""
    stores.catalogue.register(book_service(Script(), {"Ann": "ann@example.com"}))
    add(stores, "BOOK")
    with stores.logon(profile, flags=NEW) as session:
        one, other = known(session).values()
        folder = session.open_msg_store(one).get_prop(PR_IPM_SUBTREE_ENTRYID)
        row = query_all_rows(session.get_status_table(), (PR_ENTRYID,))[0][0]
        one_off = session.open_address_book().create_one_off("Ann", "SMTP", "ann@example.com")
        there = (one, other, folder, row, ROOT, one_off)
        for first, second in product(there, there):
            assert session.compare_entry_ids(first, second) == (first == second)
        for first in there:
            with pytest.raises(UnknownEntryid):
                session.compare_entry_ids(first, bytes(40))
            with pytest.raises(UnknownEntryid):
                session.compare_entry_ids(bytes(40), first)


@pytest.mark.parametrize("wrong", ["00112233", 20, ["x"], None])
def test_an_identifier_is_bytes_and_nothing_that_looks_like_them(
    system: Subsystem, profile: str, wrong: object
) -> None:
    """SES-1, SES-2, SES-10, SES-45, SES-50."""
    with system.logon(profile, flags=NEW) as session:
        book = session.open_address_book()
        calls = [
            session.open_msg_store,
            partial(session.compare_entry_ids, ROOT),
            lambda each: book.compare_entry_ids(each, each),
        ]
        if wrong is not None:
            calls += [
                session.open_entry,
                lambda each: session.advise(each, Event.OBJECT_MODIFIED, print),
                book.open_entry,
            ]
        for call in calls:
            with pytest.raises(InvalidParameter):
                call(wrong)
