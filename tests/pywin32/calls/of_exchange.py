"""Probes of the module `exchange` and of its interfaces."""

from tests.pywin32.calls.probing import Call, call, probe
from tests.pywin32.calls.world import ADDRESS, World, interface, value

from mapix.pywin32 import exchange, mapi, mapitags


def names(w: World, name: str) -> object:
    """True of the identifier of the folder of a name."""
    return lambda entry_id: value(w.store.OpenEntry(entry_id, None, 0), mapitags.PR_DISPLAY_NAME_W) == name


def is_store(w: World) -> object:
    """True of an identifier of the default store."""
    return lambda entry_id: w.session.CompareEntryIDs(entry_id, w.store_id) == 1


@probe("exchange.HrGetExchangeStatus")
def the_message_system_of_this_machine_runs(w: World) -> Call:
    return call(exchange.HrGetExchangeStatus, "localhost", gives=lambda found: found == [0, 4])


@probe("exchange.HrGetMailboxDN")
def the_users_mailbox_has_an_address(w: World) -> Call:
    return call(exchange.HrGetMailboxDN, w.mail_session, gives=lambda name: name == ADDRESS)


@probe("exchange.HrGetServerDN")
def a_profile_without_a_server_names_none(w: World) -> Call:
    return call(exchange.HrGetServerDN, w.session, gives=lambda name: name is None)


@probe("exchange.HrMAPIFindDefaultMsgStore")
def the_default_store_is_found(w: World) -> Call:
    return call(exchange.HrMAPIFindDefaultMsgStore, w.session, gives=is_store(w))


@probe("exchange.HrMAPIFindIPMSubtree")
def the_subtree_is_found(w: World) -> Call:
    subtree = value(w.store, mapitags.PR_IPM_SUBTREE_ENTRYID)
    return call(exchange.HrMAPIFindIPMSubtree, w.store, gives=lambda entry_id: entry_id == subtree)


@probe("exchange.HrMAPIFindInbox")
def the_inbox_is_found(w: World) -> Call:
    return call(exchange.HrMAPIFindInbox, w.store, gives=names(w, "Inbox"))


@probe("exchange.HrMAPIFindSubfolderEx")
def a_folder_is_found_by_its_path_from_another(w: World) -> Call:
    assert w.deep
    return call(exchange.HrMAPIFindSubfolderEx, w.subtree, "\\", "Work\\Deep", gives=names(w, "Deep"))


@probe("exchange.HrMAPIFindFolder")
def a_folder_is_found_by_its_name(w: World) -> Call:
    assert w.folder
    return call(exchange.HrMAPIFindFolder, w.subtree, "Work", gives=names(w, "Work"))


@probe("exchange.HrMAPIFindFolderEx")
def a_folder_is_found_by_its_path_in_a_store(w: World) -> Call:
    assert w.deep
    return call(exchange.HrMAPIFindFolderEx, w.store, "/|", "Work/Deep", gives=names(w, "Deep"))


@probe("exchange.HrMAPIFindStore")
def a_store_is_found_by_its_name(w: World) -> Call:
    assert w.store_id
    return call(exchange.HrMAPIFindStore, w.session, "YOU", gives=is_store(w))


@probe("exchange.HrCreateProfileName")
def a_free_name_for_a_profile_is_found(w: World) -> Call:
    return call(exchange.HrCreateProfileName, b"Work", gives=lambda name: name == "Work 2")


@probe("exchange.HrCreateDirEntryIdEx")
def an_address_becomes_an_identifier(w: World) -> Call:
    return call(
        exchange.HrCreateDirEntryIdEx,
        w.book,
        "bob@example.org",
        gives=lambda entry_id: (
            value(w.book.OpenEntry(entry_id, None, 0), mapitags.PR_EMAIL_ADDRESS_A) == b"bob@example.org"
        ),
    )


@probe("exchange.HrMailboxLogon")
def a_mailbox_is_opened(w: World) -> Call:
    return call(
        exchange.HrMailboxLogon,
        w.session,
        w.store,
        "",
        f"/o=Example/ou=Here/cn=Recipients/cn={ADDRESS}",
        gives=lambda store: value(store, mapitags.PR_RECORD_KEY) == value(w.store, mapitags.PR_RECORD_KEY),
    )


@probe("exchange.HrMailboxLogoff")
def a_mailbox_is_left(w: World) -> Call:
    return call(exchange.HrMailboxLogoff, exchange.HrMailboxLogon(w.session, w.store, "", ADDRESS))


@probe("exchange.HrMAPIOpenFolderEx")
def a_folder_is_opened_by_its_path(w: World) -> Call:
    name = value(w.folder, mapitags.PR_DISPLAY_NAME_W)
    return call(
        exchange.HrMAPIOpenFolderEx,
        w.store,
        "\\",
        f"\\{name}",
        gives=lambda folder: value(folder, mapitags.PR_ENTRYID) == value(w.folder, mapitags.PR_ENTRYID),
    )


@probe("exchange.HrMAPISetPropBoolean")
def a_boolean_is_set(w: World) -> Call:
    tag = mapitags.PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED
    return call(exchange.HrMAPISetPropBoolean, w.message, tag, 2, gives=lambda _: value(w.message, tag) is True)


@probe("exchange.HrMAPISetPropLong")
def a_number_is_set(w: World) -> Call:
    tag = mapitags.PR_IMPORTANCE
    return call(exchange.HrMAPISetPropLong, w.message, tag, 2, gives=lambda _: value(w.message, tag) == 2)


@probe("exchange.HrOpenExchangePublicStore")
def there_is_no_public_store(w: World) -> Call:
    return call(exchange.HrOpenExchangePublicStore, w.session, raises=mapi.MAPI_E_NO_SUPPORT)


@probe("exchange.HrOpenExchangePrivateStore")
def the_private_store_is_the_default_one(w: World) -> Call:
    return call(
        exchange.HrOpenExchangePrivateStore,
        w.session,
        gives=lambda store: is_store(w)(value(store, mapitags.PR_ENTRYID)),
    )


@probe("exchange.HrOpenExchangePublicFolders")
def there_are_no_public_folders(w: World) -> Call:
    return call(exchange.HrOpenExchangePublicFolders, w.store, raises=mapi.MAPI_E_NO_SUPPORT)


@probe("exchange.HrOpenSessionObject")
def there_is_no_directory_session(w: World) -> Call:
    return call(exchange.HrOpenSessionObject, w.session, raises=mapi.MAPI_E_NO_SUPPORT)


@probe("exchange.HrOpenSiteContainer")
def there_is_no_site(w: World) -> Call:
    return call(exchange.HrOpenSiteContainer, w.session, raises=mapi.MAPI_E_NO_SUPPORT)


@probe("exchange.HrOpenSiteContainerAddressing")
def there_is_no_addressing_of_a_site(w: World) -> Call:
    return call(exchange.HrOpenSiteContainerAddressing, w.session, raises=mapi.MAPI_E_NO_SUPPORT)


@probe("PyIExchangeManageStore.CreateStoreEntryID")
def a_mailbox_by_its_owner_is_a_store(w: World) -> Call:
    return call(w.manager.CreateStoreEntryID, "", ADDRESS, exchange.OPENSTORE_TAKE_OWNERSHIP, gives=is_store(w))


@probe("PyIExchangeManageStoreEx.CreateStoreEntryID2")
def a_mailbox_by_properties_is_a_store(w: World) -> Call:
    given = [(mapitags.PR_PROFILE_SERVER, "anything"), (mapitags.PR_PROFILE_MAILBOX, ADDRESS)]
    return call(w.manager_ex.CreateStoreEntryID2, given, 0, gives=is_store(w))


@probe("PyIConverterSession.SetAdrBook")
def a_converter_takes_an_address_book(w: World) -> Call:
    return call(w.converter.SetAdrBook, w.book)


@probe("PyIConverterSession.MAPIToMIMEStm")
def a_message_is_written_as_mail(w: World) -> Call:
    stream = w.stream()

    def is_mail(_: None) -> bool:
        stream.Seek(0, 0)
        return b"\r\nSubject: Minutes\r\n" in b"\r\n" + stream.Read(-1)

    return call(w.converter.MAPIToMIMEStm, w.message, stream, mapi.CCSF_SMTP, gives=is_mail)


@probe("PyIConverterSession.MIMEToMAPI")
def mail_is_read_into_a_message(w: World) -> Call:
    message = w.folder.CreateMessage(None, 0)
    assert interface(message) == "PyIMessage"
    return call(
        w.converter.MIMEToMAPI,
        w.stream(b"Subject: From outside\r\n\r\nHello\r\n"),
        message,
        mapi.CCSF_SMTP,
        gives=lambda _: value(message, mapitags.PR_SUBJECT_W) == "From outside",
    )
