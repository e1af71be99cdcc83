"""Logon, sessions, profiles, address book, status and notifications through the face."""

import threading
from pathlib import Path
from typing import Any

import pytest
from tests.pywin32.conftest import ADDRESS, NO_MAIL
from tests.pywin32.test_objects import failure, ids, message, value

from mapix.pywin32 import mapi, mapitags, pythoncom
from mapix.pywin32.errors import com_error
from mapix.pywin32.win32com.server.util import unwrap, wrap
from mapix.subsystem.initialize import Subsystem


def test_before_initialization_nothing_can_be_called(profile: str) -> None:
    """SUB-1, SUB-10, SUB-12, SUB-14, GEN-3; scenario 3."""
    for call in (
        lambda: mapi.MAPILogonEx(0, "", None, NO_MAIL),
        lambda: mapi.MAPIAdminProfiles(0),
        lambda: mapi.HrDispatchNotifications(0),
    ):
        assert failure(call) == mapi.MAPI_E_NOT_INITIALIZED
    mapi.MAPIInitialize((mapi.MAPI_INIT_VERSION, mapi.MAPI_MULTITHREAD_NOTIFICATIONS))
    mapi.MAPIInitialize(None)
    mapi.MAPIUninitialize()
    assert mapi.MAPILogonEx(0, "", None, NO_MAIL).Logoff(0, 0, 0) is None
    mapi.MAPIUninitialize()
    assert failure(mapi.MAPILogonEx, 0, "", None, NO_MAIL) == mapi.MAPI_E_NOT_INITIALIZED
    assert mapi.MAPIUninitialize() is None


def test_the_start_takes_none_or_a_tuple(home: Path) -> None:
    """SUB-3, SUB-4."""
    with pytest.raises(TypeError):
        mapi.MAPIInitialize([0, 0])
    assert failure(mapi.MAPIInitialize, (1, 0)) == mapi.MAPI_E_INVALID_PARAMETER
    assert failure(mapi.MAPIInitialize, (0, 0x4000)) == mapi.MAPI_E_UNKNOWN_FLAGS


@pytest.mark.parametrize(
    ("name", "password", "flags"),
    [
        ("", None, mapi.MAPI_EXTENDED),
        (None, None, mapi.MAPI_EXTENDED),
        ("Nobody", None, NO_MAIL),
        ("x" * 65, None, NO_MAIL),
        ("Work", "x", NO_MAIL),
    ],
)
def test_a_logon_that_cannot_work_fails(profile: str, name: Any, password: Any, flags: int) -> None:
    """LOG-1, LOG-2, LOG-3, LOG-16; scenario 2."""
    mapi.MAPIInitialize(None)
    assert failure(mapi.MAPILogonEx, 0, name, password, flags) == mapi.MAPI_E_LOGON_FAILED


def test_without_a_default_profile_the_logon_fails_and_says_what_to_type(home: Path) -> None:
    mapi.MAPIInitialize(None)
    with pytest.raises(com_error) as caught:
        mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
    assert caught.value.args[0] == mapi.MAPI_E_LOGON_FAILED
    assert str(caught.value).endswith("there is no default profile. Try: mapix init")


@pytest.mark.parametrize("name", ["", None, "Work", b"Work"])
def test_the_default_profile_and_a_named_one_log_on(profile: str, name: Any) -> None:
    """LOG-1, LOG-3, LOG-5."""
    mapi.MAPIInitialize(None)
    session = mapi.MAPILogonEx(0, name, "", NO_MAIL)
    assert type(session).__name__ == "PyIMAPISession"


def test_wide_strings_are_text_only(profile: str) -> None:
    """LOG-5, GEN-4, VS-901."""
    mapi.MAPIInitialize(None)
    with pytest.raises(TypeError):
        mapi.MAPILogonEx(0, b"Work", None, NO_MAIL | mapi.MAPI_UNICODE)
    assert failure(mapi.MAPILogonEx, 0, "", None, 0x400) == mapi.MAPI_E_UNKNOWN_FLAGS


def test_the_stores_table_finds_the_default_store_as_scripts_look_for_it(session: Any) -> None:
    """SES-34, SES-45."""
    table = session.GetMsgStoresTable(0)
    table.SetColumns((mapitags.PR_ENTRYID, mapitags.PR_DISPLAY_NAME_A, mapitags.PR_DEFAULT_STORE), 0)
    (row,) = table.QueryRows(1, 0)
    assert (mapitags.PR_DEFAULT_STORE, True) in row
    assert [tag for tag, _ in row] == [mapitags.PR_ENTRYID, mapitags.PR_DISPLAY_NAME_A, mapitags.PR_DEFAULT_STORE]
    assert [type(found) for _, found in row] == [bytes, bytes, bool]
    assert table.QueryRows(1, 0) == ()
    store = session.OpenMsgStore(0, row[0][1], mapi.IID_IMsgStore, mapi.MDB_WRITE)
    assert type(store).__name__ == "PyIMsgStore"
    assert type(session.OpenEntry(row[0][1], None, mapi.MAPI_BEST_ACCESS)).__name__ == "PyIUnknown"
    assert session.CompareEntryIDs(row[0][1], row[0][1]) == 1


def test_a_store_opened_as_an_entry_is_asked_for_its_interface(session: Any) -> None:
    """SES-5, SES-8."""
    entry_id = dict(session.GetMsgStoresTable(0).QueryRows(1, 0)[0])[mapitags.PR_ENTRYID]
    opened = session.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)
    assert type(opened.QueryInterface(mapi.IID_IMsgStore)).__name__ == "PyIMsgStore"


def test_another_wrapper_of_a_session_does_not_end_it(session: Any) -> None:
    assert session.QueryInterface(mapi.IID_IMAPISession) == session
    mapi.HrDispatchNotifications(0)
    assert session.GetMsgStoresTable(0).GetRowCount(0) == 1


def test_none_opens_the_roots_of_store_and_address_book_but_nothing_on_a_session(session: Any, store: Any) -> None:
    """SES-2; scenario 8."""
    assert failure(session.OpenEntry, None, None, 0) == mapi.MAPI_E_INVALID_PARAMETER
    assert type(store.OpenEntry(None, None, 0)).__name__ == "PyIMAPIFolder"
    assert type(session.OpenAddressBook(0, None, 0).OpenEntry(None, None, 0)).__name__ == "PyIABContainer"


def test_entries_of_an_open_store_open_through_the_session(session: Any, folder: Any) -> None:
    """SES-1, SES-8."""
    assert type(session.OpenEntry(value(folder, mapitags.PR_ENTRYID), None, 0)).__name__ == "PyIMAPIFolder"


def test_the_identity_is_none_where_nobody_knows_it_and_opens_where_somebody_does(profile: str) -> None:
    """SES-40, SES-41; scenario 13."""
    mapi.MAPIInitialize(None)
    assert mapi.MAPILogonEx(0, "", None, NO_MAIL).QueryIdentity() is None
    session = mapi.MAPILogonEx(0, "", None, NO_MAIL & ~mapi.MAPI_NO_MAIL)
    user = session.OpenEntry(session.QueryIdentity(), None, 0)
    assert type(user).__name__ == "PyIMailUser"
    assert value(user, mapitags.PR_EMAIL_ADDRESS_W) == ADDRESS
    assert failure(user.GetContentsTable, 0) == mapi.MAPI_E_NO_SUPPORT
    session.Logoff(0, 0, 0)


def test_the_address_book_makes_one_offs_of_addresses(session: Any) -> None:
    """ABK-20, ABK-22, ABK-23, ABK-65."""
    book = session.OpenAddressBook(0, None, mapi.AB_NO_DIALOG)
    row = ((mapitags.PR_DISPLAY_NAME_A, "ann@example.org"), (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO))
    (found,) = book.ResolveName(0, 0, None, [row])
    found = dict(found)
    assert found[mapitags.PR_EMAIL_ADDRESS_A] == b"ann@example.org"
    assert type(book.OpenEntry(found[mapitags.PR_ENTRYID], None, 0)).__name__ == "PyIMailUser"
    (wide,) = book.ResolveName(0, mapi.MAPI_UNICODE, "title", [row])
    assert dict(wide)[mapitags.PR_EMAIL_ADDRESS_W] == "ann@example.org"
    assert failure(book.ResolveName, 0, 0, None, [((mapitags.PR_DISPLAY_NAME_A, "Nobody At All"),)]) == (
        mapi.MAPI_E_NOT_FOUND
    )


def test_the_status_table_has_objects_behind_its_rows(session: Any) -> None:
    """SES-31, STA-2, STA-4, STA-11."""
    table = session.GetStatusTable(mapi.MAPI_UNICODE)
    rows = mapi.HrQueryAllRows(table, (mapitags.PR_ENTRYID, mapitags.PR_RESOURCE_TYPE), None, None, 0)
    assert len(rows) >= 2
    (entry_id,) = [row[0][1] for row in rows if row[1][1] == 39]
    status = session.OpenEntry(entry_id, None, 0)
    assert type(status).__name__ == "PyIMAPIStatus"
    assert value(status, mapitags.PR_DISPLAY_NAME_W) == "Work"
    assert failure(status.ChangePassword, "a", "b", 0) == mapi.MAPI_E_NO_SUPPORT


def test_a_logoff_takes_zero_for_its_reserved_argument(session: Any) -> None:
    """SES-60, GEN-4."""
    assert failure(session.Logoff, 0, 0, 1) == mapi.MAPI_E_INVALID_PARAMETER
    assert failure(session.Logoff, 0, 0x40, 0) == mapi.MAPI_E_UNKNOWN_FLAGS


def test_profiles_are_made_copied_renamed_and_deleted(home: Path) -> None:
    """PRF-11, SES-33; scenario 11."""
    mapi.MAPIInitialize(None)
    admin = mapi.MAPIAdminProfiles(0)

    def names() -> list[Any]:
        table = admin.GetProfileTable(0)
        return sorted(row[:2] for row in table.QueryRows(9, 0))

    assert names() == []
    admin.CreateProfile("One", None)
    admin.CopyProfile(b"One", None, "Two", 0, 0)
    admin.RenameProfile("Two", None, "Three")
    admin.SetDefaultProfile("Three")
    assert names() == [
        ((mapitags.PR_DISPLAY_NAME_A, b"One"), (mapitags.PR_DEFAULT_PROFILE, False)),
        ((mapitags.PR_DISPLAY_NAME_A, b"Three"), (mapitags.PR_DEFAULT_PROFILE, True)),
    ]
    assert failure(admin.CreateProfile, "One", None) == mapi.MAPI_E_NO_ACCESS
    assert failure(admin.CreateProfile, "Four", "secret") == mapi.MAPI_E_LOGON_FAILED
    assert admin.ChangeProfilePassword("One", "", "", 0) is None
    assert failure(admin.AdminServices, "Nobody") == mapi.MAPI_E_LOGON_FAILED
    admin.SetDefaultProfile(None)
    admin.DeleteProfile("One")
    admin.DeleteProfile("Three", 0)
    assert names() == []


def test_services_and_providers_are_administered(home: Path) -> None:
    """PRF-11, PRF-16."""
    mapi.MAPIInitialize(None)
    profiles = mapi.MAPIAdminProfiles(0)
    profiles.CreateProfile("One", None)
    services = profiles.AdminServices("One", None, 0, 0)
    assert services.CreateMsgService("MEMORY", None) is None
    second = services.QueryInterface(mapi.IID_IMsgServiceAdmin2)
    uid = second.CreateMsgServiceEx("LOCAL", "Local mail", 0, 0)
    assert type(uid).__name__ == "PyIID"
    columns = (mapitags.PR_SERVICE_UID, mapitags.PR_SERVICE_NAME_A)
    rows = mapi.HrQueryAllRows(services.GetMsgServiceTable(0), columns, None, None, 0)
    assert {row[1][1] for row in rows} == {b"MEMORY", b"LOCAL"}
    assert mapi.MAPIUIDFromBinary(next(row[0][1] for row in rows if row[1][1] == b"LOCAL")) == uid
    assert (
        services.GetProviderTable(0).GetRowCount(0)
        == services.AdminProviders(uid, 0).GetProviderTable(0).GetRowCount(0) + 1
    )
    assert services.ConfigureMsgService(uid, 0, 0, None) is None
    services.ConfigureMsgService(uid, 0, 0, [(0x6601001F, "x"), (0x3001001F, "Renamed")])
    assert services.OpenProfileSection(uid, None, 0).GetProps([0x6601001F], 0) == (0, ((0x6601001F, "x"),))
    assert failure(services.RenameMsgService, uid, 0, "x") == mapi.MAPI_E_NO_SUPPORT
    assert failure(services.CreateMsgService, "nope", None) == mapi.MAPI_E_NOT_FOUND
    with pytest.raises(SystemError, match="returned NULL without setting an error"):
        services.AdminProviders(uid, 0).CreateProvider("nope", 0, None, 0, 0)
    assert services.DeleteMsgService(uid) is None
    assert failure(services.DeleteMsgService, uid) == mapi.MAPI_E_NOT_FOUND


def test_profile_sections_open_by_uid(session: Any) -> None:
    """SES-25, SES-27, SES-28."""
    uid = pythoncom.CreateGuid()
    assert failure(session.OpenProfileSection, uid, None, 0) == mapi.MAPI_E_NOT_FOUND
    section = session.OpenProfileSection(uid, None, mapi.MAPI_MODIFY)
    assert type(section).__name__ == "PyIProfSect"
    section.SetProps([(0x6601001E, "kept")])
    assert failure(session.OpenProfileSection, uid, None, 0) == mapi.MAPI_E_NO_ACCESS
    assert value(section, 0x6601001F) == "kept"


class Told:
    """A gateway object that keeps what it is told."""

    _com_interfaces_ = (mapi.IID_IMAPIAdviseSink,)
    _public_methods_ = ("OnNotify",)

    def __init__(self) -> None:
        self.batches: list[Any] = []
        self.threads: set[int] = set()

    def OnNotify(self, batch: Any) -> int:  # noqa: N802
        self.batches.append(batch)
        self.threads.add(threading.get_ident())
        return 0


def test_a_gateway_gets_a_list_and_a_callback_a_tuple(store: Any, folder: Any) -> None:
    """NOT-1, NOT-10, NOT-20, NOT-23, SES-51; scenario 19, VS-1001, VS-1002."""
    gateway, told = Told(), []
    mask = mapi.fnevObjectCreated | mapi.fnevObjectModified
    first = store.Advise(None, mask, wrap(gateway))
    second = store.Advise(None, mask, mapi.HrAllocAdviseSink(lambda *given: told.append(given), "context"))
    message(folder)
    assert gateway.batches == told == []
    mapi.HrDispatchNotifications(0)
    ((batch, context),) = told[:1]
    assert (type(batch), type(gateway.batches[0]), context) == (tuple, list, "context")
    kind, (entry_id, object_type, parent, old, old_parent, tags) = next(
        each for each in batch if each[0] == mapi.fnevObjectCreated
    )
    assert kind == 4
    assert (entry_id, object_type) == (ids(folder)[0], mapi.MAPI_MESSAGE)
    assert parent == value(folder, mapitags.PR_ENTRYID)
    assert (old, old_parent, tags) == (None, None, None)
    store.Unadvise(first)
    store.Unadvise(second)
    assert failure(store.Unadvise, first) == mapi.MAPI_E_NOT_FOUND


def test_a_table_tells_that_it_has_changed(folder: Any) -> None:
    """NOT-5, NOT-27."""
    table = folder.GetContentsTable(0)
    table.SetColumns((mapitags.PR_SUBJECT_A, mapitags.PR_INSTANCE_KEY), 0)
    gateway = Told()
    assert table.Advise(mapi.fnevTableModified, wrap(gateway)) > 0
    message(folder, "first")
    pythoncom.PumpWaitingMessages()
    (event, (change, hresult, index, prior, row)) = gateway.batches[0][0]
    assert (event, hresult, len(index), len(prior)) == (mapi.fnevTableModified, 0, 2, 2)
    assert change in (mapi.TABLE_CHANGED, mapi.TABLE_ROW_ADDED)
    assert type(row) is tuple
    with pytest.raises(com_error):
        table.Advise(mapi.fnevNewMail, wrap(gateway))


def test_a_failing_callback_is_swallowed(store: Any, folder: Any, caplog: pytest.LogCaptureFixture) -> None:
    """NOT-23, VS-1001."""
    store.Advise(None, mapi.fnevObjectCreated, mapi.HrAllocAdviseSink(lambda told, context: 1 / 0))
    message(folder)
    mapi.HrDispatchNotifications(0)
    assert "ZeroDivisionError" in caplog.text


def test_a_sink_of_this_thread_is_told_on_this_thread(profile: str) -> None:
    """NOT-21, NOT-22; scenario 19, VS-1011."""
    mapi.MAPIInitialize((0, mapi.MAPI_MULTITHREAD_NOTIFICATIONS))
    session = mapi.MAPILogonEx(0, "", None, NO_MAIL)
    from tests.pywin32.conftest import default_store

    store = default_store(session)
    gateway = Told()
    sink = mapi.HrThisThreadAdviseSink(wrap(gateway))
    adviser = threading.Thread(target=store.Advise, args=(None, mapi.fnevObjectCreated, sink))
    adviser.start()
    adviser.join()
    store.OpenEntry(None, None, mapi.MAPI_BEST_ACCESS).CreateFolder(1, "New")
    assert gateway.batches == []
    mapi.HrDispatchNotifications(0)
    assert gateway.threads == {threading.get_ident()}


def test_members_hear_of_one_another(profile: str) -> None:
    """NOT-14, LOG-6."""
    mapi.MAPIInitialize(None)
    flags = mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT | mapi.MAPI_NO_MAIL
    first = mapi.MAPILogonEx(0, "", None, flags | mapi.MAPI_ALLOW_OTHERS)
    second = mapi.MAPILogonEx(0, "another", None, mapi.MAPI_NO_MAIL)
    gateway = Told()
    number = second.Advise(None, mapi.fnevExtended, wrap(gateway))
    first.Logoff(0, 0, 0)
    mapi.HrDispatchNotifications(0)
    (((event, (code, data)),),) = gateway.batches
    assert (event, code, data) == (0x80000000, 1, b"")
    assert event != mapi.fnevExtended
    assert second.Unadvise(number) is None
    assert second.GetMsgStoresTable(0).GetRowCount(0) == 1


def test_a_plain_object_is_wrapped_and_unwrapped() -> None:
    thing = object()
    assert unwrap(wrap(thing)) is thing
    with pytest.raises(ValueError, match="not a gateway"):
        unwrap(5)


def test_two_subsystems_do_not_disturb_the_process(profile: str, home: Path) -> None:
    with Subsystem(home):
        assert failure(mapi.MAPILogonEx, 0, "", None, NO_MAIL) == mapi.MAPI_E_NOT_INITIALIZED
