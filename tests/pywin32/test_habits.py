"""Programs as people write them for win32com.mapi: whole tasks, with the calls and the shapes they are used to."""

from __future__ import annotations

import datetime
import io
import time
from typing import Any

import pytest
from tests.pywin32.conftest import default_store, make_profile

from mapix.pywin32 import mapi, mapitags, mapiutil, pythoncom, pywintypes, storagecon
from mapix.pywin32.errors import com_error
from mapix.pywin32.win32com.server.util import FileStream, wrap

ADDRESS = "{00062004-0000-0000-C000-000000000046}"
MAIL = (
    b"From: Bob <bob@example.org>\r\nTo: you@mapix.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Date: Mon, 2 Jan 2023 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
)


def value(item: Any, tag: int) -> Any:
    """One property."""
    _, ((_, found),) = item.GetProps((tag,), 0)
    return found


def test_a_store_is_added_to_a_profile_and_its_section_written(home: Any) -> None:
    """SES-25, SES-26: sections of providers are opened with MAPI_FORCE_ACCESS, and not without."""
    make_profile(home)
    mapi.MAPIInitialize(None)
    services = mapi.MAPIAdminProfiles(0).AdminServices("Work", None, 0, 0)
    services.CreateMsgService("MSUPST MS", "Archive", 0, 0)
    columns = (mapitags.PR_SERVICE_UID, mapitags.PR_DISPLAY_NAME_W)
    rows = mapi.HrQueryAllRows(services.GetMsgServiceTable(0), columns, None, None, 0)
    uid = next(mapi.MAPIUIDFromBinary(row[0][1]) for row in rows if row[1][1] == "Archive")
    services.ConfigureMsgService(uid, 0, 0, ((mapitags.PR_DISPLAY_NAME_A, b"Archive"),))
    providers = services.AdminProviders(uid, 0)
    ((section_uid,),) = mapi.HrQueryAllRows(providers.GetProviderTable(0), (mapitags.PR_PROVIDER_UID,), None, None, 0)
    section = mapi.MAPIUIDFromBinary(section_uid[1])
    with pytest.raises(com_error) as failure:
        services.OpenProfileSection(section, None, mapi.MAPI_MODIFY)
    assert failure.value.hresult == mapi.MAPI_E_NO_ACCESS
    opened = services.OpenProfileSection(section, None, mapi.MAPI_MODIFY | mapi.MAPI_FORCE_ACCESS)
    opened.SetProps(((0x66010003, 5),))
    opened.SaveChanges(0)
    del opened
    assert value(services.OpenProfileSection(section, None, mapi.MAPI_FORCE_ACCESS), 0x66010003) == 5
    flags = mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION | mapi.MAPI_EXPLICIT_PROFILE | mapi.MAPI_NO_MAIL
    session = mapi.MAPILogonEx(0, "Work", None, flags)
    assert session.GetMsgStoresTable(0).GetRowCount(0) == 2


def test_a_tree_is_walked_with_names_in_eight_bits(store: Any, folder: Any) -> None:
    """T-008, F-061: rows unpacked as pairs; every count is that of the table."""
    folder.CreateFolder(mapi.FOLDER_GENERIC, "Käse", None, None, 0).CreateMessage(None, 0).SaveChanges(0)
    wanted = (mapitags.PR_ENTRYID, mapitags.PR_DISPLAY_NAME_A, mapitags.PR_CONTENT_COUNT, mapitags.PR_SUBFOLDERS)
    seen: dict[str, tuple[int, bool]] = {}

    def walk(parent: Any) -> None:
        rows = mapi.HrQueryAllRows(parent.GetHierarchyTable(0), wanted, None, None, 0)
        for (_, entry_id), (_, name), (_, count), (_, below) in rows:
            child = store.OpenEntry(entry_id, None, 0)
            assert child.GetContentsTable(0).GetRowCount(0) == count
            seen[name.decode("utf-8")] = count, below
            walk(child)

    walk(store.OpenEntry(value(store, mapitags.PR_IPM_SUBTREE_ENTRYID), None, mapi.MAPI_DEFERRED_ERRORS))
    assert seen["Work"] == (0, True)
    assert seen["Käse"] == (1, False)


def test_a_contact_has_named_properties_by_number_and_by_name(folder: Any) -> None:
    """P-200: tags made of what GetIDsFromNames gives, and read back by GetNamesFromIDs."""
    item = folder.CreateMessage(None, 0)
    names = [(ADDRESS, 0x8083), (pywintypes.IID(ADDRESS), 0x8080), (mapi.PS_PUBLIC_STRINGS, "Keywords")]
    ids = item.GetIDsFromNames(names, mapi.MAPI_CREATE)
    address, shown = (mapitags.PROP_TAG(mapitags.PT_UNICODE, mapitags.PROP_ID(tag)) for tag in ids[:2])
    words = mapitags.PROP_TAG(mapitags.PT_MV_UNICODE, mapitags.PROP_ID(ids[2]))
    birthday = datetime.datetime(1970, 1, 2, 3, 4, 5)
    given = [
        (mapitags.PR_MESSAGE_CLASS_W, "IPM.Contact"),
        (address, "joerg@example.org"),
        (shown, "Jörg"),
        (words, ["a", "b"]),
        (mapitags.PR_BIRTHDAY, birthday),
    ]
    assert item.SetProps(given, True) == (0, None)
    item.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    hr, _, found = item.GetNamesFromIDs(ids, None, 0)
    assert (hr, [name for _, name in found]) == (0, [0x8083, 0x8080, "Keywords"])
    assert (value(item, address), value(item, words)) == ("joerg@example.org", ("a", "b"))
    assert value(item, mapitags.PR_BIRTHDAY) == birthday.astimezone(datetime.UTC)


def test_a_failure_is_told_apart_in_every_way_people_do(folder: Any) -> None:
    """GEN-1: by hresult, by args, by unpacking four of them, by the text of its code."""
    message = folder.CreateMessage(None, 0)
    with pytest.raises(pythoncom.com_error) as caught:
        message.OpenAttach(99, None, 0)
    error: Any = caught.value
    hr, text, information, argument = error.args
    assert hr == error.hresult == error.args[0] == mapi.MAPI_E_NOT_FOUND
    assert (text, information, argument) == (error.strerror, None, None)
    assert mapiutil.GetScodeString(hr) == "MAPI_E_NOT_FOUND"


def test_mail_comes_in_and_goes_out_through_a_stream_of_the_script(folder: Any) -> None:
    """A converter session between wrapped files."""
    converter = pythoncom.CoCreateInstance(
        mapi.CLSID_IConverterSession, None, pythoncom.CLSCTX_INPROC_SERVER, mapi.IID_IConverterSession
    )
    message = folder.CreateMessage(None, 0)
    converter.MIMEToMAPI(
        wrap(FileStream(io.BytesIO(MAIL)), pythoncom.IID_IStream), message, mapi.CCSF_SMTP | mapi.CCSF_INCLUDE_BCC
    )
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    assert (value(message, mapitags.PR_SUBJECT_W), value(message, mapitags.PR_BODY_A)) == ("Grüße", b"Hello\r\n")
    out = io.BytesIO()
    converter.MAPIToMIMEStm(message, wrap(FileStream(out), pythoncom.IID_IStream), mapi.CCSF_SMTP)
    assert b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=" in out.getvalue()


def test_a_message_is_saved_as_a_file_and_read_from_it(folder: Any, tmp_path: Any) -> None:
    """P-170, IMS-20: StgCreateDocfile, OpenIMsgOnIStg, CopyTo, Commit; and into a folder again."""
    message = folder.CreateMessage(None, 0)
    message.SetProps([(mapitags.PR_SUBJECT_W, "To disk"), (mapitags.PR_BODY_W, "Text")])
    path = str(tmp_path / "out.msg")
    mode = storagecon.STGM_READWRITE | storagecon.STGM_TRANSACTED | storagecon.STGM_CREATE
    storage = pythoncom.StgCreateDocfile(path, mode, 0)
    number = mapi.OpenIMsgSession()
    on_disk = mapi.OpenIMsgOnIStg(number, None, storage, None, 0, mapi.MAPI_UNICODE)
    pythoncom.WriteClassStg(storage, pywintypes.IID("{00020D0B-0000-0000-C000-000000000046}"))
    assert message.CopyTo((), (mapitags.PR_ACCESS,), 0, None, mapi.IID_IMessage, on_disk, 0)[0] == 0
    on_disk.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    storage.Commit(storagecon.STGC_DEFAULT)
    del on_disk, storage
    mapi.CloseIMsgSession(number)
    read = pythoncom.StgOpenStorage(path, None, storagecon.STGM_READ | storagecon.STGM_SHARE_EXCLUSIVE, None, 0)
    found = mapi.OpenIMsgOnIStg(0, None, read, None, 0, mapi.MAPI_UNICODE)
    again = folder.CreateMessage(None, 0)
    assert found.CopyTo((), None, 0, None, mapi.IID_IMessage, again, 0)[0] == 0
    again.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    assert (value(again, mapitags.PR_SUBJECT_W), value(again, mapitags.PR_BODY_W)) == ("To disk", "Text")


def test_a_sink_of_a_script_hears_of_a_new_message_while_messages_are_pumped(session: Any, folder: Any) -> None:
    """NOT-22: a wrapped object with OnNotify, told by PumpWaitingMessages."""
    heard: list[Any] = []

    def on_notify(self: object, told: Any) -> int:
        heard.extend(told)
        return 0

    members = {
        "_public_methods_": ("OnNotify",),
        "_com_interfaces_": (mapi.IID_IMAPIAdviseSink,),
        "OnNotify": on_notify,
    }
    sink = type("Sink", (), members)()
    store = default_store(session)
    connection = store.Advise(None, mapi.fnevObjectCreated, wrap(sink, mapi.IID_IMAPIAdviseSink))
    folder.CreateMessage(None, 0).SaveChanges(0)
    deadline = time.monotonic() + 30
    while not heard and time.monotonic() < deadline:
        pythoncom.PumpWaitingMessages()
        time.sleep(0.005)
    store.Unadvise(connection)
    assert [kind for kind, _ in heard] == [mapi.fnevObjectCreated]
    assert len(heard[0][1]) == 6
