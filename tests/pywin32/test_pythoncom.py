"""`pythoncom` and `pywintypes`: starts and stops, constants, objects between threads, what is not there."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from mapix.pywin32 import apartments, com_constants, iids, mapi, mapitags, pythoncom, pywintypes, winerror
from mapix.pywin32.errors import com_error
from mapix.pywin32.iid import IID
from mapix.pywin32.win32com import client


def in_thread(work: Callable[[], Any]) -> Any:
    """What a fresh thread finds out; its failure is raised here."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def test_starts_and_stops_are_counted_in_each_thread() -> None:
    def work() -> list[int]:
        counts = [apartments.initialized()]
        for call in (pythoncom.CoInitialize, pythoncom.CoInitialize, pythoncom.CoUninitialize, pythoncom.OleInitialize):
            call()
            counts.append(apartments.initialized())
        for _ in range(4):
            pythoncom.CoUninitialize()
        return [*counts, apartments.initialized()]

    assert in_thread(work) == in_thread(work) == [0, 1, 2, 1, 2, 0]


def test_a_thread_keeps_its_mode_until_it_has_stopped() -> None:
    def work() -> int:
        pythoncom.CoInitializeEx(pythoncom.COINIT_MULTITHREADED)
        with pytest.raises(com_error) as caught:
            pythoncom.CoInitialize()
        pythoncom.CoUninitialize()
        pythoncom.CoInitialize()
        pythoncom.CoInitializeEx(pythoncom.COINIT_APARTMENTTHREADED | pythoncom.COINIT_DISABLE_OLE1DDE)
        return caught.value.hresult

    assert in_thread(work) == winerror.RPC_E_CHANGED_MODE


def test_the_constants_of_com_are_there() -> None:
    numbers = {name: value for name, value in vars(com_constants).items() if type(value) is int}
    assert len(numbers) == 251
    assert {name: getattr(pythoncom, name) for name in numbers} == numbers
    assert pythoncom.CLSCTX_ALL == (
        pythoncom.CLSCTX_INPROC | pythoncom.CLSCTX_LOCAL_SERVER | pythoncom.CLSCTX_REMOTE_SERVER
    )
    assert pythoncom.VT_ARRAY | pythoncom.VT_UI1 == 0x2011
    assert pythoncom.DISPID_NEWENUM == -4


def test_every_identifier_of_com_is_an_iid() -> None:
    for name, text in {**iids.COM, **iids.PYTHONCOM}.items():
        assert getattr(pythoncom, name) == IID(text), name
    assert pythoncom.IID_IDispatch == pythoncom.MakeIID("{00020400-0000-0000-C000-000000000046}")
    assert len(set(iids.COM.values())) == len(iids.COM)


def test_an_object_goes_to_another_thread_and_works_there(store: Any) -> None:
    stream = pythoncom.CoMarshalInterThreadInterfaceInStream(mapi.IID_IMsgStore, store)

    def work() -> Any:
        pythoncom.CoInitialize()
        taken = pythoncom.CoGetInterfaceAndReleaseStream(stream, mapi.IID_IMAPIProp)
        return taken.GetProps((mapitags.PR_DISPLAY_NAME_W,))

    assert in_thread(work) == store.GetProps((mapitags.PR_DISPLAY_NAME_W,))
    with pytest.raises(com_error) as caught:
        pythoncom.CoGetInterfaceAndReleaseStream(stream, mapi.IID_IMAPIProp)
    assert caught.value.hresult == mapi.MAPI_E_INVALID_PARAMETER


def test_an_object_can_be_put_into_a_stream_and_taken_more_than_once(store: Any) -> None:
    stream = pythoncom.CreateStreamOnHGlobal()
    pythoncom.CoMarshalInterface(stream, mapi.IID_IMsgStore, store, pythoncom.MSHCTX_INPROC, pythoncom.MSHLFLAGS_NORMAL)
    assert pythoncom.CoUnmarshalInterface(stream, mapi.IID_IMsgStore) == store
    assert pythoncom.CoUnmarshalInterface(stream, pythoncom.IID_IUnknown) == store
    pythoncom.CoReleaseMarshalData(stream)
    with pytest.raises(com_error):
        pythoncom.CoUnmarshalInterface(stream, mapi.IID_IMsgStore)


def test_what_an_object_is_not_it_does_not_become_on_its_way(store: Any) -> None:
    with pytest.raises(com_error) as caught:
        pythoncom.CoMarshalInterThreadInterfaceInStream(mapi.IID_IMessage, store)
    assert caught.value.hresult == winerror.E_NOINTERFACE


def test_a_class_is_written_into_a_stream_and_read_again() -> None:
    stream = pythoncom.CreateStreamOnHGlobal()
    pythoncom.WriteClassStm(stream, mapi.CLSID_MailMessage)
    stream.Seek(0, pythoncom.STREAM_SEEK_SET)
    assert pythoncom.ReadClassStm(stream) == mapi.CLSID_MailMessage
    with pytest.raises(com_error):
        pythoncom.ReadClassStm(stream)


def test_pumping_ends_when_the_thread_is_asked_to() -> None:
    """NOT-22."""
    pythoncom.EnableQuitMessage(threading.get_ident())
    assert [pythoncom.PumpWaitingMessages() for _ in range(2)] == [1, 0]


def test_a_thread_that_pumps_is_told_and_then_ended(folder: Any) -> None:
    """NOT-22: PumpMessages tells what comes in, until EnableQuitMessage."""
    told: list[Any] = []
    numbers: list[int] = []

    def work() -> None:
        numbers.append(threading.get_ident())
        pythoncom.PumpMessages()

    table = folder.GetContentsTable(0)
    connection = table.Advise(mapi.fnevTableModified, mapi.HrAllocAdviseSink(lambda *news: told.append(news), None))
    thread = threading.Thread(target=work)
    thread.start()
    folder.CreateMessage(None, 0).SaveChanges(0)
    deadline = time.monotonic() + 60
    while not told and time.monotonic() < deadline:
        time.sleep(0.01)
    pythoncom.EnableQuitMessage(numbers[0])
    thread.join(60)
    table.Unadvise(connection)
    assert told
    assert not thread.is_alive()


def test_codes_are_put_into_words() -> None:
    assert pythoncom.GetSeverityString(winerror.E_FAIL) == "Error"
    assert pythoncom.GetSeverityString(winerror.S_FALSE) == "Success"
    assert pythoncom.GetFacilityString(winerror.STG_E_FILENOTFOUND) == "STORAGE"
    assert pythoncom.GetScodeString(winerror.E_ACCESSDENIED) == "Access is denied."


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: pythoncom.GetActiveObject("Outlook.Application"), winerror.MK_E_UNAVAILABLE),
        (lambda: pythoncom.connect("Outlook.Application"), winerror.MK_E_UNAVAILABLE),
        (lambda: pythoncom.CoGetObject("winmgmts:"), winerror.MK_E_UNAVAILABLE),
        (lambda: pythoncom.new("MAPI.Session"), winerror.CO_E_CLASSSTRING),
        (lambda: pythoncom.CoCreateInstanceEx(mapi.IID_IMessage, None, 1, None, ()), winerror.REGDB_E_CLASSNOTREG),
        (lambda: pythoncom.ProgIDFromCLSID(mapi.IID_IMessage), winerror.REGDB_E_CLASSNOTREG),
        (lambda: pythoncom.LoadTypeLib("msoutl.olb"), winerror.REGDB_E_CLASSNOTREG),
    ],
)
def test_what_this_system_has_not_says_so_in_coms_way(call: Callable[[], Any], code: int) -> None:
    with pytest.raises(com_error) as caught:
        call()
    assert caught.value.hresult == code
    assert "on this system" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "instead"),
    [("MAPI.Session", "MAPILogonEx"), ("Outlook.Application", "mapix.open"), ("Word.Application", "win32com.mapi")],
)
def test_automation_says_what_to_use_instead(name: str, instead: str) -> None:
    for call in (client.Dispatch, client.DispatchEx, client.gencache.EnsureDispatch):
        with pytest.raises(com_error) as caught:
            call(name)
        assert instead in str(caught.value)


def test_the_types_of_pywintypes_are_there() -> None:
    assert (pywintypes.TRUE, pywintypes.FALSE) == (1, 0)
    assert isinstance(pywintypes.Time(0), pywintypes.TimeType)
    assert isinstance(pywintypes.CreateGuid(), pywintypes.IIDType)
    assert pythoncom.MakeTime(0) == pywintypes.Time(0)
    error = pywintypes.error(5, "OpenFile", "Access is denied.")
    assert (error.winerror, error.funcname, error.strerror) == (5, "OpenFile", "Access is denied.")
