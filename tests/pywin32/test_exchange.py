"""The module `exchange` and its interfaces beyond one call each: other mailboxes, paths, what the profile says."""

from typing import Any

import pytest
from tests.pywin32.calls.world import ADDRESS, SERVICES, World, interface, value

from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties.guid import guid
from mapix.properties.tags import PR_ENTRYID
from mapix.pywin32 import exchange, mapi, mapitags
from mapix.pywin32.errors import com_error
from mapix.pywin32.iid import IID
from mapix.pywin32.store import PyIMsgStore
from mapix.subsystem.initialize import Subsystem

SERVER = IID("{C8B0DB13-05AA-1A10-9BB0-00AA002FC45A}")
BOB = "bob@mapix.example"


def failure(call: Any, *given: Any) -> com_error:
    with pytest.raises(com_error) as caught:
        call(*given)
    return caught.value


@pytest.fixture
def bob(world: World) -> str:
    """Somebody else's mailbox beside the user's own, used once."""
    with Subsystem(world.home) as subsystem:
        profiles = subsystem.admin_profiles()
        profiles.create_profile("Bob")
        services = profiles.admin_services("Bob")
        settings = {"owner_address": BOB, "owner_name": "Bob"} | ({"name": "Bob"} if world.kind == "memory" else {})
        services.create_msg_service(SERVICES[world.kind], settings=settings)
        with subsystem.logon("Bob", flags=mapi.MAPI_NO_MAIL | mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION) as session:
            ((entry_id,),) = query_all_rows(session.get_msg_stores_table(), [PR_ENTRYID])
            session.open_msg_store(entry_id, Access.BEST)
    return BOB


@pytest.mark.parametrize("name", [BOB, "BOB@mapix.example", "/o=Example/ou=Here/cn=Recipients/cn=" + BOB])
def test_somebody_elses_mailbox_beside_ones_own_is_opened_by_address(world: World, bob: str, name: str) -> None:
    entry_id = world.manager.CreateStoreEntryID("/o=Example/cn=Server", name, exchange.OPENSTORE_HOME_LOGON)
    theirs = world.session.OpenMsgStore(0, entry_id, None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)
    assert value(theirs, 0x661C001F) == "Bob"
    logged_on = exchange.HrMailboxLogon(world.session, world.store, "", name.encode())
    assert value(logged_on, mapitags.PR_RECORD_KEY) == value(theirs, mapitags.PR_RECORD_KEY)
    inbox = world.session.OpenEntry(exchange.HrMAPIFindInbox(theirs), None, mapi.MAPI_BEST_ACCESS)
    assert value(inbox, mapitags.PR_DISPLAY_NAME_W) == "Inbox"
    assert exchange.HrMailboxLogoff(logged_on) is None


def test_a_mailbox_nobody_has_is_not_found(world: World) -> None:
    for call in (
        world.manager.CreateStoreEntryID,
        lambda server, name: exchange.HrMailboxLogon(world.session, world.store, server, name),
    ):
        error = failure(call, "", "nobody@mapix.example")
        assert (error.hresult, "nobody@mapix.example" in str(error)) == (mapi.MAPI_E_NOT_FOUND, True)
    given = [(mapitags.PR_PROFILE_SERVER, "anything")]
    assert failure(world.manager_ex.CreateStoreEntryID2, given).hresult == mapi.MAPI_E_NOT_FOUND


def test_public_folders_are_not_supported_and_say_so(world: World) -> None:
    for call in (
        lambda: world.manager.CreateStoreEntryID("", None, exchange.OPENSTORE_PUBLIC),
        lambda: world.manager.CreateStoreEntryID("", None),
        lambda: world.manager_ex.CreateStoreEntryID2(
            [(mapitags.PR_PROFILE_MAILBOX, ADDRESS)], exchange.OPENSTORE_PUBLIC
        ),
        lambda: exchange.HrOpenExchangePublicStore(world.session),
        lambda: exchange.HrOpenExchangePublicFolders(world.store),
    ):
        error = failure(call)
        assert error.hresult == mapi.MAPI_E_NO_SUPPORT
        assert "public folders" in str(error)


def test_a_store_without_a_session_still_knows_its_own_mailbox(world: World) -> None:
    alone = PyIMsgStore(world.store._obj).QueryInterface(exchange.IID_IExchangeManageStore)
    assert world.session.CompareEntryIDs(alone.CreateStoreEntryID("", ADDRESS), world.store_id) == 1
    assert failure(alone.CreateStoreEntryID, "", "nobody").hresult == mapi.MAPI_E_NOT_FOUND
    assert interface(alone.QueryInterface(exchange.IID_IExchangeManageStoreEx)) == "PyIExchangeManageStoreEx"
    assert failure(world.folder.QueryInterface, exchange.IID_IExchangeManageStore).hresult == -2147467262


@pytest.mark.parametrize("tag", [mapitags.PR_PROFILE_MAILBOX, mapitags.PR_PROFILE_HOME_SERVER_DN])
def test_the_profile_may_name_mailbox_and_server(world: World, tag: int) -> None:
    section = world.session.OpenProfileSection(SERVER, None, mapi.MAPI_MODIFY)
    section.SetProps([(tag, "/o=Example/cn=Something")])
    section.SaveChanges(0)
    assert failure(exchange.HrGetServerDN, world.session).hresult == mapi.MAPI_E_NO_ACCESS  # while it is being written
    del section
    ask = exchange.HrGetMailboxDN if tag == mapitags.PR_PROFILE_MAILBOX else exchange.HrGetServerDN
    assert ask(world.session) == "/o=Example/cn=Something"


def test_paths_start_at_the_root_or_at_the_subtree(world: World) -> None:
    def name(entry_id: bytes) -> str:
        return value(world.store.OpenEntry(entry_id, None, 0), mapitags.PR_DISPLAY_NAME_W)

    assert world.deep
    top = value(world.subtree, mapitags.PR_DISPLAY_NAME_W)
    assert name(exchange.HrMAPIFindFolderEx(world.store, "\\", f"\\{top}\\Work\\Deep\\")) == "Deep"
    assert name(exchange.HrMAPIFindFolderEx(world.store, "|", "Work|deep")) == "Deep"
    assert name(exchange.HrMAPIFindFolderEx(world.store, "", "Work")) == "Work"
    assert interface(exchange.HrMAPIOpenFolderEx(world.store, "/", "Inbox")) == "PyIMAPIFolder"
    for path in ("Work\\Nothing", "Nothing", "Nothing\\Work"):
        assert failure(exchange.HrMAPIFindFolderEx, world.store, "\\", path).hresult == mapi.MAPI_E_NOT_FOUND
    assert failure(exchange.HrMAPIFindFolderEx, world.store, "\\", "\\").hresult == mapi.MAPI_E_INVALID_PARAMETER
    assert failure(exchange.HrMAPIOpenFolderEx, None, "\\", "Work").hresult == mapi.MAPI_E_INVALID_PARAMETER
    assert failure(exchange.HrMAPIFindFolder, world.folder, "Nothing").hresult == mapi.MAPI_E_NOT_FOUND


def test_a_property_of_another_type_is_not_set(world: World) -> None:
    for call, tag in (
        (exchange.HrMAPISetPropLong, mapitags.PR_SUBJECT_W),
        (exchange.HrMAPISetPropBoolean, mapitags.PR_IMPORTANCE),
    ):
        assert failure(call, world.message, tag, 1).hresult == mapi.MAPI_E_INVALID_PARAMETER
    assert failure(exchange.HrMAPISetPropLong, world.message, -2147155965, 1).hresult == mapi.MAPI_E_UNEXPECTED_ID


def test_other_machines_are_not_asked(world: World) -> None:
    error = failure(exchange.HrGetExchangeStatus, b"elsewhere")
    assert (error.hresult, "elsewhere" in str(error)) == (mapi.MAPI_E_NO_SUPPORT, True)
    mapi.MAPIUninitialize()
    assert exchange.HrGetExchangeStatus(".") == [0, 1]


def test_a_free_profile_name_is_counted_up(world: World) -> None:
    assert exchange.HrCreateProfileName("New") == "New"
    world.profiles.CreateProfile("Work 2", None)
    assert exchange.HrCreateProfileName("work") == "work 3"
    assert exchange.HrCreateProfileName("") == "2"


def test_a_recipient_nobody_knows_has_no_identifier(world: World) -> None:
    assert failure(exchange.HrCreateDirEntryIdEx, world.book, "/o=Example/cn=Nobody").hresult == mapi.MAPI_E_NOT_FOUND
    assert guid("{C8B0DB13-05AA-1A10-9BB0-00AA002FC45A}") == bytes(SERVER)
