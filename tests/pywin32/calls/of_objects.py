"""Probes of PyIMAPIProp, PyIMAPIContainer, PyIMAPIFolder, PyIMessage and PyIAttach."""

from contextlib import suppress
from typing import Any

from tests.pywin32.calls.probing import Call, call, probe
from tests.pywin32.calls.world import World, interface, value

from mapix.pywin32 import mapi, mapitags, pythoncom
from mapix.pywin32.errors import com_error

SUBJECT = mapitags.PR_SUBJECT_W


def said_by(found: Any) -> Call:
    """GetLastError after a failure."""
    with suppress(com_error):
        found.OpenProperty(0x7FFE000D, None, 0, 0)
    return call(found.GetLastError, mapi.MAPI_E_NOT_FOUND, 0, gives=lambda answer: answer[0] == 0 and answer[1])


@probe("PyIMAPIProp.GetProps")
def properties_are_read(w: World) -> Call:
    seen = (mapi.MAPI_W_ERRORS_RETURNED, ((SUBJECT, "Minutes"), (0x7FFE000A, mapi.MAPI_E_NOT_FOUND)))
    return call(w.message.GetProps, (SUBJECT, 0x7FFE001F), 0, gives=lambda found: found == seen)


@probe("PyIMAPIProp.SetProps")
def properties_are_set(w: World) -> Call:
    wrong = 0x80050003
    seen = (mapi.MAPI_W_ERRORS_RETURNED, ((1, wrong, mapi.MAPI_E_UNEXPECTED_ID),))
    return call(w.message.SetProps, [(SUBJECT, "New"), (wrong, 1)], True, gives=lambda found: found == seen)


@probe("PyIMAPIProp.DeleteProps")
def properties_are_deleted(w: World) -> Call:
    return call(w.message.DeleteProps, (mapitags.PR_BODY_W,), True, gives=lambda found: found == (0, None))


@probe("PyIMAPIProp.CopyTo")
def an_object_is_copied(w: World) -> Call:
    other = w.folder.CreateMessage(None, 0)
    return call(
        w.message.CopyTo,
        (mapi.IID_IMAPITable,),
        (mapitags.PR_BODY_W,),
        0,
        None,
        mapi.IID_IMessage,
        other,
        0,
        False,
        gives=lambda found: found == (0, None) and value(other, SUBJECT) == "Minutes",
    )


@probe("PyIMAPIProp.CopyProps")
def some_properties_are_copied(w: World) -> Call:
    other = w.folder.CreateMessage(None, 0)
    return call(
        w.message.CopyProps,
        (SUBJECT,),
        0,
        None,
        mapi.IID_IMessage,
        other,
        0,
        True,
        gives=lambda found: found == (0, None) and value(other, SUBJECT) == "Minutes",
    )


@probe("PyIMAPIProp.OpenProperty")
def a_property_opens_as_a_stream(w: World) -> Call:
    wanted = "Hello".encode("utf-16-le")
    return call(
        w.message.OpenProperty,
        mapitags.PR_BODY_W,
        pythoncom.IID_IStream,
        0,
        0,
        gives=lambda stream: interface(stream) == "PyIStream" and stream.Read(99) == wanted,
    )


@probe("PyIMAPIProp.GetIDsFromNames")
def names_become_tags(w: World) -> Call:
    wanted = [(mapi.PS_PUBLIC_STRINGS, "Keywords"), (mapi.PSETID_Common, 0x8503)]

    def are_tags(found: tuple[int, ...]) -> bool:
        return all(tag & 0xFFFF == 0 and tag >= 0x80000000 for tag in found)

    return call(w.message.GetIDsFromNames, wanted, mapi.MAPI_CREATE, gives=are_tags)


@probe("PyIMAPIProp.GetNamesFromIDs")
def tags_become_names(w: World) -> Call:
    (tag,) = w.message.GetIDsFromNames([(mapi.PS_PUBLIC_STRINGS, "Keywords")], mapi.MAPI_CREATE)
    seen = (0, (tag,), [(mapi.PS_PUBLIC_STRINGS, "Keywords")])
    return call(w.message.GetNamesFromIDs, (tag,), None, 0, gives=lambda found: found == seen)


@probe("PyIMAPIProp.GetPropList")
def tags_are_listed(w: World) -> Call:
    return call(w.message.GetPropList, mapi.MAPI_UNICODE, gives=lambda found: SUBJECT in found)


@probe("PyIMAPIProp.SaveChanges")
def changes_are_saved(w: World) -> Call:
    w.message.SetProps([(SUBJECT, "Saved")])
    return call(
        w.message.SaveChanges,
        mapi.KEEP_OPEN_READWRITE,
        gives=lambda _: value(w.store.OpenEntry(w.message_id, None, 0), SUBJECT) == "Saved",
    )


@probe("PyIMAPIProp.GetLastError")
def an_object_says_what_failed(w: World) -> Call:
    return said_by(w.message)


@probe("PyIMAPIContainer.OpenEntry")
def a_container_opens_entries(w: World) -> Call:
    return call(w.subtree.OpenEntry, w.message_id, None, 0, gives=lambda found: interface(found) == "PyIMessage")


@probe("PyIMAPIContainer.GetContentsTable")
def a_container_lists_its_contents(w: World) -> Call:
    assert w.message
    return call(w.folder.GetContentsTable, mapi.MAPI_UNICODE, gives=lambda table: table.GetRowCount(0) == 1)


@probe("PyIMAPIContainer.GetHierarchyTable")
def a_container_lists_those_below(w: World) -> Call:
    assert w.folder
    return call(w.subtree.GetHierarchyTable, mapi.CONVENIENT_DEPTH, gives=lambda table: table.GetRowCount(0) > 1)


@probe("PyIMAPIFolder.CreateFolder")
def a_folder_is_made(w: World) -> Call:
    return call(
        w.folder.CreateFolder,
        mapi.FOLDER_GENERIC,
        "Below",
        b"a comment",
        None,
        0,
        gives=lambda folder: value(folder, mapitags.PR_COMMENT_A) == b"a comment",
    )


@probe("PyIMAPIFolder.CreateMessage")
def a_message_is_made(w: World) -> Call:
    return call(w.folder.CreateMessage, None, mapi.MAPI_ASSOCIATED, gives=lambda found: found.SaveChanges(0) is None)


@probe("PyIMAPIFolder.CopyMessages")
def messages_are_copied(w: World) -> Call:
    def is_there(hr: int) -> bool:
        return hr == 0 and w.other.GetContentsTable(0).GetRowCount(0) == 1

    return call(w.folder.CopyMessages, [w.message_id], None, w.other, 0, None, 0, gives=is_there)


@probe("PyIMAPIFolder.DeleteFolder")
def a_folder_is_deleted(w: World) -> Call:
    below = value(w.folder.CreateFolder(mapi.FOLDER_GENERIC, "Below"), mapitags.PR_ENTRYID)
    return call(w.folder.DeleteFolder, below, 0, None, mapi.DEL_MESSAGES, gives=lambda hr: hr == 0)


@probe("PyIMAPIFolder.DeleteMessages")
def messages_are_deleted(w: World) -> Call:
    def is_gone(hr: int) -> bool:
        return hr == 0 and w.folder.GetContentsTable(0).GetRowCount(0) == 0

    return call(w.folder.DeleteMessages, w.message_id, 0, None, 0, gives=is_gone)


@probe("PyIMAPIFolder.EmptyFolder")
def a_folder_is_emptied(w: World) -> Call:
    assert w.message
    return call(w.folder.EmptyFolder, 0, None, 0, gives=lambda hr: hr == 0)


@probe("PyIMAPIFolder.SetReadFlags")
def messages_are_marked_as_read(w: World) -> Call:
    def is_unread(hr: int) -> bool:
        found = w.store.OpenEntry(w.message_id, None, 0)
        return hr == 0 and not value(found, mapitags.PR_MESSAGE_FLAGS) & 1

    return call(w.folder.SetReadFlags, [w.message_id], 0, None, mapi.CLEAR_READ_FLAG, gives=is_unread)


@probe("PyIMAPIFolder.GetLastError")
def a_folder_says_what_failed(w: World) -> Call:
    return said_by(w.folder)


@probe("PyIMessage.SetReadFlag")
def a_message_is_marked_as_unread(w: World) -> Call:
    return call(w.message.SetReadFlag, mapi.CLEAR_READ_FLAG)


@probe("PyIMessage.GetAttachmentTable")
def attachments_are_listed(w: World) -> Call:
    assert w.attach
    return call(w.message.GetAttachmentTable, 0, gives=lambda table: table.GetRowCount(0) == 1)


@probe("PyIMessage.OpenAttach")
def an_attachment_is_opened(w: World) -> Call:
    number = value(w.attach, mapitags.PR_ATTACH_NUM)
    return call(
        w.message.OpenAttach,
        number,
        None,
        0,
        gives=lambda attach: value(attach, mapitags.PR_ATTACH_DATA_BIN) == b"data",
    )


@probe("PyIMessage.CreateAttach")
def an_attachment_is_made(w: World) -> Call:
    return call(w.message.CreateAttach, None, 0, gives=lambda found: found[0] == 0)


@probe("PyIMessage.DeleteAttach")
def an_attachment_is_deleted(w: World) -> Call:
    number = value(w.attach, mapitags.PR_ATTACH_NUM)
    return call(w.message.DeleteAttach, number, 0, None, 0)


@probe("PyIMessage.ModifyRecipients")
def recipients_are_added(w: World) -> Call:
    return call(
        w.message.ModifyRecipients,
        mapi.MODRECIP_ADD,
        [w.recipient],
        gives=lambda _: w.message.GetRecipientTable(0).GetRowCount(0) == 2,
    )


@probe("PyIMessage.GetRecipientTable")
def recipients_are_listed(w: World) -> Call:
    return call(w.message.GetRecipientTable, 0, gives=lambda table: table.GetRowCount(0) == 1)


@probe("PyIMessage.SubmitMessage")
def a_message_is_submitted(w: World) -> Call:
    return call(w.message.SubmitMessage, 0)


@probe("PyIAttach.GetLastError")
def an_attachment_says_what_failed(w: World) -> Call:
    return said_by(w.attach)
