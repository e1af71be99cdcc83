"""Folders, messages, attachments and stores through the face, on a real store."""

import gc
from typing import Any

import pytest
from tests.pywin32.conftest import default_store

from mapix.pywin32 import mapi, mapitags, mapiutil, pythoncom, winerror
from mapix.pywin32.errors import com_error
from mapix.pywin32.iid import PyIID

KEEP = mapi.KEEP_OPEN_READWRITE
WRITE = mapi.MAPI_CREATE | mapi.MAPI_MODIFY
TO = (
    (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO),
    (mapitags.PR_ADDRTYPE_A, "SMTP"),
    (mapitags.PR_EMAIL_ADDRESS_A, "ann@example.org"),
    (mapitags.PR_DISPLAY_NAME_A, "Ann"),
)


def value(prop: Any, tag: int) -> Any:
    """One property that has to be there."""
    hr, ((_, found),) = prop.GetProps(tag, 0)
    assert hr == 0
    return found


def message(folder: Any, subject: str = "Budget", **more: Any) -> Any:
    """A saved message, still open."""
    made = folder.CreateMessage(None, 0)
    made.SetProps([(mapitags.PR_SUBJECT_W, subject), (mapitags.PR_BODY_W, "text")])
    made.SaveChanges(KEEP)
    return made


def ids(folder: Any) -> list[bytes]:
    """Entry identifiers of the messages in a folder."""
    rows = mapi.HrQueryAllRows(folder.GetContentsTable(0), mapitags.PR_ENTRYID, None, None, 0)
    return [entry_id for ((_, entry_id),) in rows]


def failure(call: Any, *args: Any) -> int:
    """The code a call fails with."""
    with pytest.raises(com_error) as caught:
        call(*args)
    return caught.value.hresult


def test_a_folder_is_made_opened_and_deleted(store: Any, folder: Any) -> None:
    assert type(folder).__name__ == "PyIMAPIFolder"
    inner = folder.CreateFolder(mapi.FOLDER_GENERIC, b"Inner", "a comment")
    assert value(inner, mapitags.PR_COMMENT_A) == b"a comment"
    assert failure(folder.CreateFolder, 1, "Inner") == mapi.MAPI_E_COLLISION
    again = folder.CreateFolder(1, "Inner", None, None, mapi.OPEN_IF_EXISTS | mapi.MAPI_UNICODE)
    assert value(again, mapitags.PR_ENTRYID) == value(inner, mapitags.PR_ENTRYID)
    with pytest.raises(TypeError):
        folder.CreateFolder(1, b"bytes", None, None, mapi.MAPI_UNICODE)
    message(inner)
    entry_id = value(inner, mapitags.PR_ENTRYID)
    assert failure(folder.DeleteFolder, entry_id, 0, None) == mapi.MAPI_E_HAS_MESSAGES
    assert folder.DeleteFolder(entry_id, 0, None, mapi.DEL_MESSAGES) == 0
    assert folder.GetHierarchyTable(0).GetRowCount(0) == 0
    assert failure(store.OpenEntry, entry_id, None, 0) == mapi.MAPI_E_NOT_FOUND


def test_saving_a_folder_does_nothing(folder: Any) -> None:
    """P-211."""
    assert folder.SaveChanges(0) is None
    assert folder.SetProps([(mapitags.PR_COMMENT_A, b"after")]) == (0, None)
    assert value(folder, mapitags.PR_COMMENT_W) == "after"


def test_a_message_is_in_the_folder_once_it_is_saved(store: Any, folder: Any) -> None:
    made = folder.CreateMessage(None, 0)
    made.SetProps([(mapitags.PR_SUBJECT_A, "Grüße")])
    assert ids(folder) == []
    made.SaveChanges(0)
    (entry_id,) = ids(folder)
    opened = store.OpenEntry(entry_id, None, 0)
    assert type(opened).__name__ == "PyIMessage"
    assert value(opened, mapitags.PR_SUBJECT_W) == "Grüße"
    assert value(opened, mapitags.PR_SUBJECT_A) == "Grüße".encode()
    assert failure(opened.SaveChanges, 0x40) == mapi.MAPI_E_UNKNOWN_FLAGS


def test_the_second_to_save_is_told_that_the_object_has_changed(store: Any, folder: Any) -> None:
    """P-215."""
    message(folder)
    first, second = (store.OpenEntry(ids(folder)[0], None, mapi.MAPI_MODIFY) for _ in range(2))
    first.SetProps([(mapitags.PR_SUBJECT_W, "first")])
    first.SaveChanges(0)
    second.SetProps([(mapitags.PR_SUBJECT_W, "second")])
    assert failure(second.SaveChanges, 0) == mapi.MAPI_E_OBJECT_CHANGED
    assert "MAPI_E_OBJECT_CHANGED" in second.GetLastError(mapi.MAPI_E_OBJECT_CHANGED)[1]
    assert second.SaveChanges(mapi.FORCE_SAVE) is None


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda store: store.OpenEntry("text", None, 0), TypeError, "EntryID must be a string or None"),
        (lambda store: store.OpenEntry(b"x", None), TypeError, "required positional"),
        (lambda store: store.OpenEntry(None, 5, 0), TypeError, "IID"),
        (lambda store: store.Advise("text", 2, None), TypeError, "EntryID must be a string"),
        (lambda store: store.Advise(None, 2, None), TypeError, "None is not a valid interface object"),
        (lambda store: store.Advise(None, 2, print), TypeError, "can not be converted to a COM object"),
        (lambda store: store.GetProps(None, "0"), TypeError, "integer"),
        (lambda store: store.SetProps(5), TypeError, "sequence"),
        (lambda store: store.GetIDsFromNames(5), TypeError, "MAPINAMEID array list be a sequence of tuples"),
        (lambda store: store.GetIDsFromNames([["x", 1]]), TypeError, "tuples"),
        (lambda store: store.GetIDsFromNames([(mapi.PS_MAPI, 1.5)]), TypeError, "must be string/unicode or int"),
    ],
)
def test_wrong_arguments_are_type_errors(store: Any, call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(store)


def test_lists_of_messages_are_bytes_and_nothing_else(folder: Any) -> None:
    """VS-503, VS-504."""
    with pytest.raises(TypeError, match="SBinary must be a string"):
        folder.DeleteMessages("text", 0, None, 0)
    with pytest.raises(TypeError, match="SBinary must be a string"):
        folder.DeleteMessages([b"x", "y"], 0, None, 0)
    with pytest.raises(TypeError, match="SBinaryArray must be a sequence of strings"):
        folder.SetReadFlags(None, 0, None, 0)
    with pytest.raises(TypeError):
        folder.DeleteMessages([b"x"], 0, "progress", 0)
    with pytest.raises(ValueError, match="None is not a valid SRowSet/ADRLIST in this context"):
        folder.CreateMessage(None, 0).ModifyRecipients(0, None)
    with pytest.raises(TypeError, match="ADRLIST/SRowSet items must be a sequence"):
        folder.CreateMessage(None, 0).ModifyRecipients(0, [5])


def test_messages_are_copied_moved_and_deleted(folder: Any) -> None:
    """VS-402."""
    target = folder.CreateFolder(1, "Target")
    message(folder), message(folder)
    one, two = ids(folder)
    assert folder.CopyMessages(one, None, target, 0, None, 0) == 0
    assert folder.CopyMessages([two], None, target, 0, None, mapi.MAPI_MOVE) == 0
    assert (ids(folder), len(ids(target))) == ([one], 2)
    assert folder.DeleteMessages([one, two], 0, None, 0) == mapi.MAPI_W_PARTIAL_COMPLETION
    assert target.EmptyFolder(0, None, 0) == 0
    assert (ids(folder), ids(target)) == ([], [])


def test_read_state_is_set_on_messages_and_lists_of_them(store: Any, folder: Any) -> None:
    message(folder)
    (entry_id,) = ids(folder)

    def is_read() -> bool:
        return bool(value(store.OpenEntry(entry_id, None, 0), mapitags.PR_MESSAGE_FLAGS) & 1)

    assert folder.SetReadFlags(entry_id, 0, None, mapi.CLEAR_READ_FLAG) == 0
    assert not is_read()
    assert store.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS).SetReadFlag(0) is None
    assert is_read()
    assert folder.SetReadFlags([], 0, None, mapi.CLEAR_READ_FLAG) == 0
    assert is_read()


def test_recipients_come_back_in_their_table(folder: Any) -> None:
    """VS-502."""
    made = message(folder)
    assert made.ModifyRecipients(mapi.MODRECIP_ADD, [TO, list(TO)]) is None
    table = made.GetRecipientTable(0)
    assert mapitags.PR_DISPLAY_NAME_A in table.QueryColumns(0)
    table.SetColumns((mapitags.PR_ROWID, mapitags.PR_EMAIL_ADDRESS_W, mapitags.PR_RECIPIENT_TYPE), 0)
    rows = table.QueryRows(9, 0)
    assert [row[1][1] for row in rows] == ["ann@example.org"] * 2
    made.ModifyRecipients(mapi.MODRECIP_REMOVE, [rows[0][:1]])
    assert made.GetRecipientTable(mapi.MAPI_UNICODE).GetRowCount(0) == 1
    made.ModifyRecipients(0, [])
    assert made.GetRecipientTable(0).GetRowCount(0) == 0
    assert failure(made.ModifyRecipients, 3, []) == mapi.MAPI_E_UNKNOWN_FLAGS
    assert failure(made.SubmitMessage, 0) == mapi.MAPI_E_NO_RECIPIENTS


def test_an_attachment_is_made_filled_listed_and_deleted(folder: Any) -> None:
    """VS-406."""
    made = message(folder)
    created = made.CreateAttach(None, 0)
    assert type(created) is list
    number, attach = created
    attach.SetProps([(mapitags.PR_ATTACH_METHOD, mapi.ATTACH_BY_VALUE), (mapitags.PR_ATTACH_LONG_FILENAME_W, "a.txt")])
    stream = attach.OpenProperty(mapitags.PR_ATTACH_DATA_BIN, pythoncom.IID_IStream, 0, WRITE)
    assert stream.Write(b"data") == 4
    stream.Commit(0)
    attach.SaveChanges(0)
    made.SaveChanges(KEEP)
    table = made.GetAttachmentTable(0)
    table.SetColumns((mapitags.PR_ATTACH_NUM, mapitags.PR_ATTACH_LONG_FILENAME_A), 0)
    assert table.QueryRows(9, 0) == (
        ((mapitags.PR_ATTACH_NUM, number), (mapitags.PR_ATTACH_LONG_FILENAME_A, b"a.txt")),
    )
    assert value(made.OpenAttach(number, None, 0), mapitags.PR_ATTACH_DATA_BIN) == b"data"
    assert made.DeleteAttach(number, 0, None, 0) is None
    assert failure(made.OpenAttach, number, None, 0) == mapi.MAPI_E_NOT_FOUND


def test_a_message_inside_an_attachment(folder: Any) -> None:
    made = message(folder)
    _, attach = made.CreateAttach(None, 0)
    attach.SetProps([(mapitags.PR_ATTACH_METHOD, mapi.ATTACH_EMBEDDED_MSG)])
    inner = attach.OpenProperty(mapitags.PR_ATTACH_DATA_OBJ, mapi.IID_IMessage, 0, WRITE)
    assert type(inner).__name__ == "PyIMessage"
    inner.SetProps([(mapitags.PR_SUBJECT_W, "inside")])
    for each in (inner, attach, made):
        each.SaveChanges(KEEP)
    again = made.OpenAttach(0, None, 0).OpenProperty(mapitags.PR_ATTACH_DATA_OBJ, None, 0, 0)
    assert value(again, mapitags.PR_SUBJECT_W) == "inside"


def test_what_a_direct_stream_wrote_counts_when_the_owner_is_saved(store: Any, folder: Any) -> None:
    """P-141."""
    made = message(folder)
    stream = made.OpenProperty(mapitags.PR_BODY_W, pythoncom.IID_IStream, 0, WRITE)
    stream.Write("never committed".encode("utf-16-le"))
    made.SaveChanges(KEEP)
    assert value(store.OpenEntry(ids(folder)[0], None, 0), mapitags.PR_BODY_W) == "never committed"


def test_what_a_direct_stream_wrote_counts_when_it_is_let_go(folder: Any) -> None:
    """P-141."""
    made = message(folder)
    stream = made.OpenProperty(mapitags.PR_BODY_A, pythoncom.IID_IStream, 0, WRITE)
    stream.Write(b"let go")
    del stream
    gc.collect()
    assert value(made, mapitags.PR_BODY_W) == "let go"


def test_what_a_transacted_stream_wrote_counts_when_it_is_committed(folder: Any) -> None:
    """P-134, P-141."""
    made = message(folder)
    transacted = 0x10000
    stream = made.OpenProperty(mapitags.PR_BODY_A, pythoncom.IID_IStream, transacted, WRITE)
    stream.Write(b"reverted")
    stream.Revert()
    made.SaveChanges(KEEP)
    assert value(made, mapitags.PR_BODY_A) == b""
    stream.Seek(0, 0)
    stream.Write(b"kept")
    stream.Commit(0)
    made.SaveChanges(KEEP)
    assert value(made, mapitags.PR_BODY_A) == b"kept"


def test_a_stream_opened_for_reading_refuses_to_write(folder: Any) -> None:
    """P-133, P-142."""
    stream = message(folder).OpenProperty(mapitags.PR_BODY_A, pythoncom.IID_IStream, 0, 0)
    assert (stream.Read(99), stream.Stat()[2]) == (b"text", 4)
    assert failure(stream.Write, b"x") == winerror.STG_E_ACCESSDENIED


def test_properties_open_as_what_they_are(store: Any, folder: Any) -> None:
    """P-134, P-135."""
    made = message(folder)
    recipients = made.OpenProperty(mapitags.PR_MESSAGE_RECIPIENTS, mapi.IID_IMAPITable, 0, 0)
    assert type(recipients).__name__ == "PyIMAPITable"
    contents = folder.OpenProperty(mapitags.PR_CONTAINER_CONTENTS, mapi.IID_IMAPITable, mapi.MAPI_UNICODE, 0)
    assert mapitags.PR_SUBJECT_W in contents.QueryColumns(0)
    assert failure(made.OpenProperty, 0x00510102, pythoncom.IID_IStream, 0, 0) == mapi.MAPI_E_NOT_FOUND
    assert failure(made.OpenProperty, mapitags.PR_BODY_A, pythoncom.IID_IStorage, 0, 0) == winerror.E_NOINTERFACE


def test_a_message_is_copied_into_another(folder: Any) -> None:
    """P-171, P-173, P-174, P-175, P-176, X-07: the flags of dialogs and of declining are taken and change nothing."""
    source = message(folder)
    source.ModifyRecipients(mapi.MODRECIP_ADD, [TO])
    target = folder.CreateMessage(None, 0)
    assert source.CopyTo(None, (mapitags.PR_BODY_A,), 0, None, mapi.IID_IMessage, target, 0) == (0, None)
    assert value(target, mapitags.PR_SUBJECT_W) == "Budget"
    assert target.GetProps(mapitags.PR_BODY_W)[0] == mapi.MAPI_W_ERRORS_RETURNED
    assert target.GetRecipientTable(0).GetRowCount(0) == 1
    plain = folder.CreateMessage(None, 0)
    hr, problems = source.CopyTo([mapi.IID_IMessage], None, 0, None, mapi.IID_IMAPIProp, plain, 0, True)
    assert hr == 0
    assert {scode for _, _, scode in problems} == {mapi.MAPI_E_COMPUTED}
    assert plain.GetRecipientTable(0).GetRowCount(0) == 0
    some = folder.CreateMessage(None, 0)
    assert source.CopyProps((mapitags.PR_BODY_W,), 0, None, mapi.IID_IMessage, some, 0) == (0, None)
    assert value(some, mapitags.PR_BODY_A) == b"text"
    assert source.CopyTo(None, (), 0, None, mapi.IID_IMessage, some, 0) == (0, None)
    flags = mapi.MAPI_NOREPLACE | 4 | 8
    assert source.CopyTo(None, None, 0, None, mapi.IID_IMessage, some, flags) == (0, None)
    everything = [mapi.IID_IMAPIProp]
    assert failure(source.CopyTo, everything, None, 0, None, mapi.IID_IMessage, plain, 0) == winerror.E_NOINTERFACE
    assert failure(source.CopyTo, None, None, 0, None, mapi.IID_IMAPIFolder, plain, 0) == winerror.E_NOINTERFACE
    assert failure(source.CopyTo, None, None, 0, None, mapi.IID_IMessage, source, 0) == winerror.E_ACCESSDENIED


def test_names_become_tags_and_tags_names(folder: Any) -> None:
    """P-190, P-191, P-192, P-193, P-200, P-201, X-03, VS-801, VS-803..VS-807."""
    made = message(folder)
    names = [(mapi.PS_PUBLIC_STRINGS, "Weight"), (str(mapi.PSETID_Common), 0x8503), (mapi.PSETID_Common, -1)]
    assert made.GetIDsFromNames(names) == (10, 10, 10)
    tags = made.GetIDsFromNames(names, mapi.MAPI_CREATE)
    assert type(tags) is tuple
    assert all(tag >= 0x80000000 and tag & 0xFFFF == 0 for tag in tags)
    assert made.GetIDsFromNames(names) == tags
    hr, found, back = made.GetNamesFromIDs((*tags, mapitags.PR_SUBJECT_W, 0xFFF00003))
    assert hr == mapi.MAPI_W_ERRORS_RETURNED
    assert found == (*tags, mapitags.PR_SUBJECT_W, 0xFFF0000A)
    assert type(back) is list
    assert back == [
        (mapi.PS_PUBLIC_STRINGS, "Weight"),
        (mapi.PSETID_Common, 0x8503),
        (mapi.PSETID_Common, -1),
        (mapi.PS_MAPI, 0x37),
        (None, None),
    ]
    assert type(back[0][0]) is PyIID
    assert (mapi.PS_PUBLIC_STRINGS, "Weight") in made.GetNamesFromIDs(None)[2]
    assert made.GetNamesFromIDs(None, mapi.PS_PUBLIC_STRINGS, mapi.MAPI_NO_STRINGS) == (0, (), [])
    assert tags[0] in made.GetIDsFromNames(None)


def test_mapiutil_reads_and_writes_by_name(folder: Any) -> None:
    """P-231."""
    made = message(folder)
    mapiutil.SetProperties(made, {"Colour": "red", "Count": 3, mapitags.PR_BODY_A: b"changed"})
    mapiutil.SetPropertyValue(made, "Flag", True)
    mapiutil.SetPropertyValue(made, "One", 1)
    mapiutil.SetPropertyValue(made, mapitags.PR_COMMENT_A, b"x")
    assert mapiutil.GetProperties(made, "Colour") == b"red"
    assert mapiutil.GetProperties(made, ["Count", "Flag", "One", mapitags.PR_BODY_W]) == [3, True, True, "changed"]
    assert mapiutil.GetProperties(made, (mapitags.PR_BODY_A, "Nothing")) is None
    found = dict(mapiutil.GetAllProperties(made))
    assert found["Colour"] == b"red"
    assert found["PR_SUBJECT_A"] == b"Budget"
    assert mapitags.PR_SUBJECT_A in dict(mapiutil.GetAllProperties(made, False))
    mapiutil.SetPropertyValue(made, "Colour", None)
    mapiutil.SetPropertyValue(made, mapitags.PR_COMMENT_A, None)
    assert mapiutil.GetProperties(made, mapitags.PR_COMMENT_A) is None
    with pytest.raises(ValueError, match="no property type"):
        mapiutil.SetPropertyValue(made, "Set", {1})
    with pytest.raises(ValueError, match="no property type"):
        mapiutil.SetProperties(made, {"Float": 1.5})


def test_a_store_compares_identifiers_and_knows_its_receive_folders(store: Any, folder: Any) -> None:
    """VS-506."""
    message(folder)
    entry_id = ids(folder)[0]
    assert store.CompareEntryIDs(entry_id, entry_id) == 1
    assert store.CompareEntryIDs(entry_id, value(folder, mapitags.PR_ENTRYID), 0) == 0
    inbox, explicit = store.GetReceiveFolder("IPM.Note", 0)
    assert (type(inbox), explicit.upper()) == (bytes, "IPM")
    assert store.GetReceiveFolder() == store.GetReceiveFolder(None, mapi.MAPI_UNICODE)
    assert store.GetReceiveFolderTable(0).GetRowCount(0) >= 1
    assert type(store.OpenEntry(inbox, mapi.IID_IMAPIFolder, 0)).__name__ == "PyIMAPIFolder"
    assert failure(store.OpenEntry, inbox, mapi.IID_IMessage, 0) == winerror.E_NOINTERFACE
    assert failure(store.AbortSubmit, entry_id) == mapi.MAPI_E_NOT_IN_QUEUE
    assert isinstance(store.StoreLogoff(mapi.LOGOFF_NO_WAIT), int)


def test_a_submitted_message_can_be_taken_back(store: Any) -> None:
    """SPL-35."""
    outbox = store.OpenEntry(value(store, mapitags.PR_IPM_OUTBOX_ENTRYID), None, mapi.MAPI_BEST_ACCESS)
    made = outbox.CreateMessage(None, 0)
    made.ModifyRecipients(mapi.MODRECIP_ADD, [TO])
    made.SetProps([(mapitags.PR_SUBJECT_A, "x")])
    assert made.SubmitMessage(0) is None
    (entry_id,) = ids(outbox)
    assert failure(store.OpenEntry, entry_id, None, mapi.MAPI_MODIFY) == mapi.MAPI_E_SUBMITTED
    assert store.AbortSubmit(entry_id, 0) is None
    assert value(store.OpenEntry(entry_id, None, 0), mapitags.PR_MESSAGE_FLAGS) & 4 == 0


def test_the_wrapper_follows_the_object_and_not_the_interface_asked_for(store: Any, folder: Any) -> None:
    """F-071."""
    opened = store.OpenEntry(value(folder, mapitags.PR_ENTRYID), mapi.IID_IMAPIProp, 0)
    assert type(opened).__name__ == "PyIMAPIFolder"
    assert type(folder.QueryInterface(mapi.IID_IMAPIContainer)).__name__ == "PyIMAPIContainer"
    assert failure(folder.QueryInterface, mapi.IID_IMessage) == winerror.E_NOINTERFACE


def test_a_dropped_session_keeps_its_objects_alive(profile: str) -> None:
    mapi.MAPIInitialize(None)
    store = default_store(mapi.MAPILogonEx(0, profile, None, mapi.MAPI_NO_MAIL | mapi.MAPI_NEW_SESSION))
    gc.collect()
    mapi.MAPILogonEx(0, profile, None, mapi.MAPI_NO_MAIL | mapi.MAPI_NEW_SESSION)
    assert type(store.OpenEntry(None, None, 0)).__name__ == "PyIMAPIFolder"


def test_objects_die_with_their_session(session: Any, folder: Any) -> None:
    """SUB-16."""
    session.Logoff(0, 0, 0)
    assert failure(folder.GetContentsTable, 0) == mapi.MAPI_E_INVALID_OBJECT
    assert failure(session.GetMsgStoresTable, 0) == mapi.MAPI_E_INVALID_OBJECT
