"""`mapix run --explain`: what is told of each call."""

import io
import json
import threading
from typing import Any

import pytest

from mapix.pywin32 import exchange, mapi, mapitags, mapiutil, pythoncom
from mapix.pywin32.errors import com_error
from mapix.pywin32.explaining.lines import Lines
from mapix.pywin32.explaining.tracing import tracing


def explained(*actions: Any, as_json: bool = False) -> list[str]:
    """The lines about what the actions call."""
    file = io.StringIO()
    with tracing(Lines(file, as_json=as_json)):
        for action in actions:
            action()
    return file.getvalue().splitlines()


def test_tags_flags_and_codes_have_their_names(folder: Any) -> None:
    """P-110, P-112, M-060: a message made and asked for what it has."""
    lines = explained(lambda: folder.CreateMessage(None, mapi.MAPI_ASSOCIATED).GetProps((0x0037001F, 0x0E070003)))
    assert lines == [
        "folder1.CreateMessage(None, MAPI_ASSOCIATED) -> message1",
        "message1.GetProps([PR_SUBJECT_W, PR_MESSAGE_FLAGS]) -> [MAPI_W_ERRORS_RETURNED, "
        "{PR_SUBJECT: MAPI_E_NOT_FOUND, PR_MESSAGE_FLAGS: MSGFLAG_UNMODIFIED | MSGFLAG_UNSENT | MSGFLAG_ASSOCIATED}]",
    ]


def test_a_failure_is_told_by_its_name_and_reason(store: Any) -> None:
    def fail() -> None:
        with pytest.raises(com_error):
            store.OpenEntry(b"nobody", None, 0)

    (line,) = explained(fail)
    assert line.startswith("store1.OpenEntry(<6 bytes 6e6f626f6479>, None, 0) !! MAPI_E_")


def test_a_wrong_argument_is_told_as_it_is(folder: Any) -> None:
    def fail() -> None:
        with pytest.raises(TypeError):
            folder.SetProps([["not", "a tuple"]])
        with pytest.raises(TypeError):
            folder.SetProps(1, 2, 3)

    wrong, many = explained(fail)
    assert wrong.startswith("folder1.SetProps([['not', 'a tuple']]) !! TypeError: ")
    assert many.startswith("folder1.SetProps(1, True, 3) !! TypeError") or "SetProps(1, 2, 3) !! TypeError" in many


def test_restrictions_and_sort_orders_are_read_out(folder: Any) -> None:
    """T-028, T-029, R-001: conditions and orders in words."""
    table = folder.GetContentsTable(0)
    fuzzy = mapi.FL_SUBSTRING | mapi.FL_IGNORECASE
    where = (
        mapi.RES_AND,
        [
            (mapi.RES_CONTENT, (fuzzy, mapitags.PR_SUBJECT_W, (mapitags.PR_SUBJECT_W, "minutes"))),
            (mapi.RES_NOT, ((mapi.RES_EXIST, (mapitags.PR_BODY_W,)),)),
            (mapi.RES_BITMASK, (mapi.BMR_EQZ, mapitags.PR_MESSAGE_FLAGS, 1)),
        ],
    )
    order = (((mapitags.PR_MESSAGE_DELIVERY_TIME, mapi.TABLE_SORT_DESCEND),),)
    restrict, sort = explained(lambda: table.Restrict(where, 0), lambda: table.SortTable(order, mapi.TBL_BATCH))
    assert restrict == (
        "table1.Restrict({RES_AND: [{RES_CONTENT: [PR_SUBJECT_W, FL_SUBSTRING | FL_IGNORECASE, 'minutes']}, "
        "{RES_NOT: {RES_EXIST: PR_BODY_W}}, {RES_BITMASK: [PR_MESSAGE_FLAGS, == 0, 0x1]}]}, 0)"
    )
    assert sort == "table1.SortTable({PR_MESSAGE_DELIVERY_TIME: descending}, TBL_BATCH)"


def test_flags_of_rarer_calls_and_codes_that_are_asked_about_have_their_names(store: Any, folder: Any) -> None:
    """The flags of conversions, of COM's objects and of tuples; a bit that two names share is told once."""
    stream = pythoncom.CreateStreamOnHGlobal()

    def work() -> None:
        mapi.MAPIInitialize((mapi.MAPI_INIT_VERSION, mapi.MAPI_MULTITHREAD_NOTIFICATIONS))
        mapi.MAPIUninitialize()
        wanted = mapi.CLSID_IConverterSession, None, pythoncom.CLSCTX_INPROC_SERVER, mapi.IID_IConverterSession
        session = pythoncom.CoCreateInstance(*wanted)
        session.MAPIToMIMEStm(folder.CreateMessage(None, 0), stream, mapi.CCSF_SMTP | mapi.CCSF_8BITHEADERS)
        store.GetLastError(mapi.MAPI_E_NOT_FOUND, 0)
        exchange.HrMAPISetPropLong(folder, mapitags.PR_IMPORTANCE, 1)
        mapi.MAPIAdminProfiles(0).GetProfileTable(8)

    lines = explained(work)
    assert lines[0] == "mapi.MAPIInitialize([0, MAPI_MULTITHREAD_NOTIFICATIONS])"
    assert lines[2] == (
        "pythoncom.CoCreateInstance(CLSID_IConverterSession, None, CLSCTX_INPROC_SERVER, IID_IConverterSession)"
        " -> convertersession1"
    )
    assert lines[4] == "convertersession1.MAPIToMIMEStm(message1, stream1, CCSF_SMTP | CCSF_8BITHEADERS)"
    assert lines[5].startswith("store1.GetLastError(MAPI_E_NOT_FOUND, 0)")
    assert lines[6] == "exchange.HrMAPISetPropLong(folder1, PR_IMPORTANCE, 1)"
    assert lines[8].startswith("profadmin1.GetProfileTable(MAPI_DIALOG) ")


def test_passwords_are_not_told(profile: str) -> None:
    mapi.MAPIInitialize(None)

    def fail() -> None:
        with pytest.raises(com_error):
            mapi.MAPILogonEx(0, "nobody", "open sesame", mapi.MAPI_NEW_SESSION)

    for as_json in (False, True):
        (line,) = explained(fail, as_json=as_json)
        assert "***" in line
        assert "sesame" not in line


def test_as_json_each_line_is_an_object(folder: Any) -> None:
    made, set_ = map(
        json.loads, explained(lambda: folder.CreateMessage(None, 0).SetProps([(0x0037001F, "Ü")]), as_json=True)
    )
    assert (made["object"], made["call"], made["answer"], made["code"]) == (
        "folder1",
        "CreateMessage",
        "message1",
        "S_OK",
    )
    assert set_["arguments"] == {"propList": {"PR_SUBJECT_W": "Ü"}}
    assert set_["answer"] == ["S_OK", None]
    assert set_["seconds"] >= 0


def test_one_object_has_one_name_and_a_name_is_not_given_twice(folder: Any) -> None:
    def work() -> None:
        for _ in range(3):
            folder.CreateMessage(None, 0)
        folder.QueryInterface(mapi.IID_IMAPIProp).GetPropList(0)

    lines = explained(work)
    assert [line.rpartition(" ")[2] for line in lines[:3]] == ["message1", "message2", "message3"]
    assert lines[3] == "folder1.QueryInterface(IID_IMAPIProp) -> folder1"
    assert lines[4].startswith("folder1.GetPropList(0) -> [PR_")


def test_what_helpers_in_python_call_is_told_and_what_the_face_calls_is_not(folder: Any) -> None:
    message = folder.CreateMessage(None, 0)
    lines = explained(lambda: mapiutil.SetPropertyValue(message, "Budget", 5), lambda: pythoncom.GetScodeString(0))
    assert [line.partition("(")[0] for line in lines] == ["message1.GetIDsFromNames", "message1.SetProps"]
    assert "'Budget'" in lines[1], "a named property has its name"


def test_streams_and_storages_are_told_too(folder: Any) -> None:
    from mapix.pywin32.storagecon import STGM_CREATE, STGM_READWRITE, STGM_SHARE_EXCLUSIVE

    mode = STGM_CREATE | STGM_READWRITE | STGM_SHARE_EXCLUSIVE

    def work() -> None:
        lock_bytes = pythoncom.CreateILockBytesOnHGlobal()
        storage = pythoncom.StgCreateDocfileOnILockBytes(lock_bytes, mode)
        storage.CreateStream("Notes", mode).Write(b"abc")

    *_, created, made, written = explained(work)
    words = "STGM_READWRITE | STGM_CREATE | STGM_SHARE_EXCLUSIVE"
    assert created == f"pythoncom.StgCreateDocfileOnILockBytes(lockbytes1, {words}) -> storage1"
    assert made == f"storage1.CreateStream('Notes', {words}) -> stream1"
    assert written == "stream1.Write(<3 bytes 616263>) -> 3"


def test_every_callback_of_the_script_is_seen_in_its_calls(folder: Any) -> None:
    """NOT-22, NOT-23: what a script calls while it is told is told as well."""
    told: list[Any] = []

    def on_notify(events: Any, context: Any) -> None:
        told.append(folder.GetProps((mapitags.PR_CONTENT_COUNT,)))

    table = folder.GetContentsTable(0)
    connection = table.Advise(mapi.fnevTableModified, mapi.HrAllocAdviseSink(on_notify, None))
    folder.CreateMessage(None, 0).SaveChanges(0)
    lines = explained(lambda: mapi.HrDispatchNotifications(0))
    table.Unadvise(connection)
    assert told
    assert lines[0].startswith("folder1.GetProps([PR_CONTENT_COUNT])")
    assert lines[-1] == "mapi.HrDispatchNotifications(0)"


def test_threads_write_whole_lines(folder: Any) -> None:
    def work() -> None:
        for _ in range(25):
            folder.GetProps((mapitags.PR_DISPLAY_NAME_W,))

    file = io.StringIO()
    with tracing(Lines(file)):
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = file.getvalue().splitlines()
    assert len(lines) == 100
    assert set(lines) == {"folder1.GetProps([PR_DISPLAY_NAME_W]) -> [S_OK, {PR_DISPLAY_NAME_W: 'Work'}]"}


def test_nothing_is_left_between_when_the_trace_ends(folder: Any) -> None:
    before = {name: getattr(type(folder), name) for name in dir(type(folder)) if not name.startswith("_")}
    logon = mapi.MAPILogonEx
    assert explained(lambda: folder.GetPropList(0))
    assert {name: getattr(type(folder), name) for name in before} == before
    assert mapi.MAPILogonEx is logon
