"""Probes of PyIUnknown, PyIMAPISession, PyIMsgStore, PyIAddrBook and PyIMAPIStatus."""

from contextlib import suppress

from tests.pywin32.calls.probing import Call, call, probe
from tests.pywin32.calls.world import ADDRESS, World, interface, value

from mapix.pywin32 import mapi, mapitags
from mapix.pywin32.errors import com_error

SECTION = "{0A0D020D-0C20-41D0-A15B-2B3E5B7D2C4E}"


@probe("PyIUnknown.QueryInterface")
def an_object_is_asked_for_an_interface(w: World) -> Call:
    store = w.session.OpenEntry(w.store_id, None, mapi.MAPI_BEST_ACCESS)
    return call(store.QueryInterface, mapi.IID_IMsgStore, gives=lambda other: other == store)


@probe("PyIMAPISession.OpenEntry")
def a_session_opens_entries(w: World) -> Call:
    entry_id = value(w.folder, mapitags.PR_ENTRYID)
    return call(w.session.OpenEntry, entry_id, None, 0, gives=lambda found: interface(found) == "PyIMAPIFolder")


@probe("PyIMAPISession.OpenMsgStore")
def a_session_opens_stores(w: World) -> Call:
    return call(w.session.OpenMsgStore, 0, w.store_id, mapi.IID_IMsgStore, mapi.MDB_WRITE)


@probe("PyIMAPISession.QueryIdentity")
def a_session_knows_its_user(w: World) -> Call:
    def is_user(entry_id: bytes) -> bool:
        return value(w.mail_session.OpenEntry(entry_id, None, 0), mapitags.PR_EMAIL_ADDRESS_W) == ADDRESS

    return call(w.mail_session.QueryIdentity, gives=is_user)


@probe("PyIMAPISession.Advise")
def a_session_tells_of_events(w: World) -> Call:
    entry_id = value(w.folder, mapitags.PR_ENTRYID)
    return call(w.session.Advise, entry_id, mapi.fnevObjectModified, w.sink, gives=lambda number: number > 0)


@probe("PyIMAPISession.Unadvise")
def a_session_ends_telling(w: World) -> Call:
    return call(w.session.Unadvise, w.session.Advise(None, mapi.fnevCriticalError, w.sink))


@probe("PyIMAPISession.CompareEntryIDs")
def a_session_compares_identifiers(w: World) -> Call:
    return call(w.session.CompareEntryIDs, w.store_id, w.store_id, 0, gives=lambda answer: answer == 1)


@probe("PyIMAPISession.GetLastError")
def a_session_has_nothing_to_say(w: World) -> Call:
    return call(w.session.GetLastError, mapi.MAPI_E_NOT_FOUND, 0, gives=lambda answer: answer is None)


@probe("PyIMAPISession.GetMsgStoresTable")
def a_session_lists_stores(w: World) -> Call:
    return call(w.session.GetMsgStoresTable, 0, gives=lambda table: table.GetRowCount(0) == 1)


@probe("PyIMAPISession.GetStatusTable")
def a_session_lists_what_works_for_it(w: World) -> Call:
    return call(w.session.GetStatusTable, 0, gives=lambda table: table.GetRowCount(0) >= 1)


@probe("PyIMAPISession.Logoff")
def a_session_ends(w: World) -> Call:
    return call(w.session.Logoff, 0, 0, 0)


@probe("PyIMAPISession.OpenAddressBook")
def a_session_opens_the_address_book(w: World) -> Call:
    return call(w.session.OpenAddressBook, 0, mapi.IID_IAddrBook, mapi.AB_NO_DIALOG)


@probe("PyIMAPISession.OpenProfileSection")
def a_session_opens_sections(w: World) -> Call:
    return call(w.session.OpenProfileSection, SECTION, None, mapi.MAPI_MODIFY)


@probe("PyIMAPISession.AdminServices")
def a_session_administers_services(w: World) -> Call:
    return call(w.session.AdminServices, 0, gives=lambda admin: admin.GetMsgServiceTable(0).GetRowCount(0) == 3)


@probe("PyIMsgStore.OpenEntry")
def a_store_opens_entries(w: World) -> Call:
    return call(w.store.OpenEntry, w.message_id, None, 0, gives=lambda found: interface(found) == "PyIMessage")


@probe("PyIMsgStore.StoreLogoff")
def a_store_is_left(w: World) -> Call:
    return call(w.store.StoreLogoff, 1)


@probe("PyIMsgStore.GetReceiveFolder")
def a_store_knows_where_mail_arrives(w: World) -> Call:
    return call(w.store.GetReceiveFolder, "IPM.Note", 0, gives=lambda found: found[1] == "IPM")


@probe("PyIMsgStore.GetReceiveFolderTable")
def a_store_lists_where_mail_arrives(w: World) -> Call:
    return call(w.store.GetReceiveFolderTable, 0, gives=lambda table: table.GetRowCount(0) >= 2)


@probe("PyIMsgStore.CompareEntryIDs")
def a_store_compares_identifiers(w: World) -> Call:
    root = value(w.subtree, mapitags.PR_ENTRYID)
    return call(w.store.CompareEntryIDs, w.message_id, root, gives=lambda answer: answer == 0)


@probe("PyIMsgStore.GetLastError")
def a_store_says_what_failed(w: World) -> Call:
    with suppress(com_error):
        w.store.OpenEntry(b"nonsense", None, 0)
    return call(w.store.GetLastError, mapi.MAPI_E_INVALID_ENTRYID, mapi.MAPI_UNICODE, gives=lambda found: found[1])


@probe("PyIMsgStore.AbortSubmit")
def a_store_takes_a_message_back(w: World) -> Call:
    message = w.made("Taken back")
    entry_id = value(message, mapitags.PR_ENTRYID)
    message.SubmitMessage(0)
    return call(w.store.AbortSubmit, entry_id, 0)


@probe("PyIMsgStore.Advise")
def a_store_tells_of_events(w: World) -> Call:
    return call(w.store.Advise, None, mapi.fnevNewMail, w.sink, gives=lambda number: number > 0)


@probe("PyIMsgStore.Unadvise")
def a_store_ends_telling(w: World) -> Call:
    return call(w.store.Unadvise, w.store.Advise(None, mapi.fnevNewMail, w.sink))


@probe("PyIAddrBook.ResolveName")
def a_name_becomes_a_recipient(w: World) -> Call:
    row = ((mapitags.PR_DISPLAY_NAME_W, "bob@example.org"), (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO))

    def resolved(found: tuple[tuple[tuple[int, object], ...], ...]) -> bool:
        return (mapitags.PR_EMAIL_ADDRESS_W, "bob@example.org") in found[0]

    return call(w.book.ResolveName, 0, mapi.MAPI_UNICODE, None, [row], gives=resolved)


@probe("PyIAddrBook.OpenEntry")
def a_book_opens_recipients(w: World) -> Call:
    return call(w.book.OpenEntry, w.one_off, None, 0, gives=lambda found: interface(found) == "PyIMailUser")


@probe("PyIAddrBook.CompareEntryIDs")
def a_book_compares_identifiers(w: World) -> Call:
    return call(w.book.CompareEntryIDs, w.one_off, w.one_off, gives=lambda answer: answer == 1)


@probe("PyIMAPIStatus.ChangePassword")
def a_resource_without_a_password_says_so(w: World) -> Call:
    return call(w.status.ChangePassword, "old", "new", 0, raises=mapi.MAPI_E_NO_SUPPORT)


@probe("PyIMAPIStatus.SettingsDialog")
def a_resource_shows_no_settings(w: World) -> Call:
    return call(w.status.SettingsDialog, 0, 0, raises=mapi.MAPI_E_NO_SUPPORT)


@probe("PyIMAPIStatus.ValidateState")
def a_resource_is_asked_whether_it_works(w: World) -> Call:
    return call(w.status.ValidateState, 0, 0)


@probe("PyIMAPIStatus.FlushQueues")
def queues_are_emptied(w: World) -> Call:
    return call(w.status.FlushQueues, 0, None, 0)
