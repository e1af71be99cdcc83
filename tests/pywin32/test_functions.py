"""The functions and errors that need no session."""

import pickle
from pathlib import Path
from typing import Any

import pytest
from tests.pywin32.test_values import bag

from mapix.properties.errors import LogonFailed, NotFound
from mapix.pywin32 import errors, mapi, mapitags, mapiutil, pythoncom, pywintypes, storagecon, winerror
from mapix.pywin32.errors import com_error
from mapix.pywin32.iid import IID


def test_bytes_become_upper_case_digits_and_come_back() -> None:
    assert mapi.HexFromBin(b"\x0a\xff\x00") == "0AFF00"
    assert mapi.HexFromBin("ä") == "C3A4"
    assert mapi.BinFromHex("0aFF00") == b"\x0a\xff\x00"
    assert mapi.BinFromHex("") == b""


@pytest.mark.parametrize("text", ["0", "0g", "0A FF", " 0A"])
def test_other_text_than_digits_is_invalid(text: str) -> None:
    with pytest.raises(ValueError, match="FBinFromHex failed - input data is invalid"):
        mapi.BinFromHex(text)


@pytest.mark.parametrize("value", [None, 5, b"0A"])
def test_digits_come_as_text(value: Any) -> None:
    with pytest.raises(TypeError):
        mapi.BinFromHex(value)


def test_a_uid_has_sixteen_bytes() -> None:
    """VS-1203."""
    assert bytes(mapi.MAPIUIDFromBinary(bytes(range(16)))) == bytes(range(16))
    with pytest.raises(ValueError, match=r"The string is not a valid MAPIUID \(bad size\)"):
        mapi.MAPIUIDFromBinary(bytes(15))


def test_one_property_is_read_and_set() -> None:
    """P-116: never a warning. VS-312."""
    prop = bag()
    assert mapi.HrSetOneProp(prop, (mapitags.PR_SUBJECT_A, b"x")) is None
    assert mapi.HrGetOneProp(prop, mapitags.PR_SUBJECT_W) == (mapitags.PR_SUBJECT_W, "x")
    with pytest.raises(com_error) as caught:
        mapi.HrGetOneProp(prop, mapitags.PR_BODY_W)
    assert caught.value.hresult == mapi.MAPI_E_NOT_FOUND
    assert isinstance(caught.value.mapi_error, NotFound)
    with pytest.raises(com_error) as caught:
        mapi.HrSetOneProp(prop, (0x80050003, 1))
    assert caught.value.hresult == mapi.MAPI_E_UNEXPECTED_ID
    with pytest.raises(TypeError, match="Unsupported MAPI property type 0x1"):
        mapi.HrGetOneProp(prop, 1)


@pytest.mark.parametrize("function", [mapi.HrGetOneProp, mapi.HrSetOneProp])
def test_wrappers_only_are_taken_where_pywin32_takes_nothing_else(function: Any) -> None:
    """VS-1107, VS-1108."""

    class Carrier:
        _oleobj_ = bag()

    with pytest.raises(ValueError, match=r"argument is not a COM object \(got type=Carrier\)"):
        function(Carrier(), 1)
    with pytest.raises(TypeError, match="None is not a valid interface object in this context"):
        function(None, 1)


def test_a_sink_needs_something_to_call() -> None:
    with pytest.raises(TypeError, match="OnNotify must be callable"):
        mapi.HrAllocAdviseSink(5)
    assert type(mapi.HrAllocAdviseSink(print)).__name__ == "PyIMAPIAdviseSink"


def test_rtf_is_read_and_written_through_streams() -> None:
    """P-143, P-144, GEN-7: forward only; the native body has its kind."""
    below = pythoncom.CreateStreamOnHGlobal()
    rtf = mapi.WrapCompressedRTFStream(below, mapi.MAPI_MODIFY)
    rtf.Write(rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}\'f6}")
    for call in (rtf.Clone, rtf.Stat, rtf.Revert, lambda: rtf.Seek(0, 0), lambda: rtf.SetSize(0)):
        with pytest.raises(com_error):
            call()
    rtf.Commit(0)
    with pytest.raises(com_error):
        mapi.WrapCompressedRTFStream(below, 0)
    below.Seek(0, 0)
    assert mapi.WrapCompressedRTFStream(below, 0).Read(7) == b"{\\rtf1\\"
    below.Seek(0, 0)
    plain, kind = mapi.WrapCompressedRTFStreamEx(below)
    assert kind == mapi.MAPI_NATIVE_BODY_TYPE_RTF
    assert mapi.RTFStreamToHTML(plain) == b"<p>\xf6"
    below.Seek(0, 0)
    native, kind = mapi.WrapCompressedRTFStreamEx(below, (mapi.MAPI_NATIVE_BODY, 1252, 65001))
    assert (native.Read(99), kind) == ("<p>\u00f6".encode(), mapi.MAPI_NATIVE_BODY_TYPE_HTML)
    with pytest.raises(com_error) as caught:
        mapi.WrapCompressedRTFStreamEx(below, (mapi.MAPI_NATIVE_BODY | mapi.MAPI_MODIFY, 0, 0))
    assert caught.value.hresult == mapi.MAPI_E_INVALID_PARAMETER
    assert mapi.CloseIMsgSession(0) is None


def test_a_com_error_has_pywin32s_arguments_and_says_more() -> None:
    """VS-1101, VS-1102."""
    error = errors.from_mapi(LogonFailed("there is no default profile", hint="mapix init"))
    assert error.args == (-2147221231, "ClassFactory cannot supply requested class", None, None)
    assert (error.hresult, error.strerror, error.excepinfo, error.argerror) == error.args
    assert str(error) == (
        "(-2147221231, 'ClassFactory cannot supply requested class', None, None): "
        "MAPI_E_LOGON_FAILED (0x80040111): there is no default profile. Try: mapix init"
    )
    assert repr(error) == "com_error(-2147221231, 'ClassFactory cannot supply requested class', None, None)"
    assert pythoncom.com_error is pywintypes.com_error is pythoncom.error is com_error
    assert (com_error.__module__, com_error.__bases__) == ("pywintypes", (Exception,))


def test_a_script_may_make_a_com_error_itself() -> None:
    error = com_error(-2147467259, "text", None, None)
    assert str(error) == "(-2147467259, 'text', None, None)"
    assert error.mapi_error is None
    assert com_error().hresult is None


def test_a_com_error_survives_pickling(windows_names: None) -> None:
    error = pickle.loads(pickle.dumps(errors.from_mapi(NotFound("no folder", value="x"))))
    assert error.hresult == mapi.MAPI_E_NOT_FOUND
    assert "no folder" in str(error)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0, "The operation completed successfully."),
        (0x00040380, "OLE error 0x00040380"),
        (0x8004010F, "OLE error 0x8004010f"),
        (0x80040110, "Class does not support aggregation (or class object is remote)"),
        (0x80070057, "The parameter is incorrect."),
        (0x80070005, "Access is denied."),
        (0x80004005, "Unspecified error"),
        (0x80004002, "No such interface supported"),
    ],
)
def test_the_text_of_a_code_is_the_systems(code: int, text: str) -> None:
    """VS-1103."""
    assert pythoncom.GetScodeString(errors.signed(code)) == errors.text_of(code) == text


def test_an_identifier_is_made_of_text_or_bytes() -> None:
    assert pythoncom.MakeIID(bytes(mapi.PS_MAPI), 1) == pywintypes.IID(str(mapi.PS_MAPI)) == mapi.PS_MAPI
    with pytest.raises(com_error) as caught:
        pywintypes.IID("Outlook.Application")
    assert caught.value.hresult == winerror.CO_E_CLASSSTRING
    with pytest.raises(ValueError, match="at least 16 bytes"):
        pywintypes.IID(b"short", True)
    with pytest.raises(TypeError):
        pywintypes.IID(5)
    assert pickle.loads(pickle.dumps(mapi.PS_MAPI)) == mapi.PS_MAPI
    assert pythoncom.CreateGuid() != pythoncom.CreateGuid()


def test_wrapper_types_are_found_by_interface() -> None:
    assert pythoncom.TypeIIDs[mapi.IID_IMessage].__name__ == "PyIMessage"
    assert pythoncom.InterfaceNames["IMAPISession"] == mapi.IID_IMAPISession
    assert pythoncom.TypeIIDs[IID("{0000000C-0000-0000-C000-000000000046}")].__name__ == "PyIStream"


def test_codes_are_taken_apart() -> None:
    hr = mapi.MAPI_E_NOT_FOUND
    assert (winerror.HRESULT_CODE(hr), winerror.HRESULT_FACILITY(hr), winerror.HRESULT_SEVERITY(hr)) == (0x10F, 4, 1)
    assert winerror.FAILED(hr)
    assert winerror.SUCCEEDED(mapi.MAPI_W_ERRORS_RETURNED)
    assert winerror.HRESULT_FROM_WIN32(5) == winerror.E_ACCESSDENIED


def test_a_stream_in_memory_reads_what_was_written() -> None:
    stream = pythoncom.CreateStreamOnHGlobal()
    assert (stream.Write(b"hello"), stream.write(" wörld")) == (5, 7)
    assert stream.Seek(0, pythoncom.STREAM_SEEK_SET) == 0
    assert (stream.Read(5), stream.read(-1), stream.Read(5)) == (b"hello", " wörld".encode(), b"")
    assert stream.Seek(-5, pythoncom.STREAM_SEEK_END) == 7
    other = stream.Clone()
    assert (other.Read(3), other.Seek(0, pythoncom.STREAM_SEEK_CUR)) == ("ör".encode(), 10)
    assert stream.Read(9) == "örld".encode()
    stream.SetSize(3)
    assert (stream.Stat()[1:3], stream.Stat()[8]) == ((storagecon.STGTY_STREAM, 3), pywintypes.IIDType())
    stream.Seek(1, 0)
    target = pythoncom.CreateStreamOnHGlobal()
    assert stream.CopyTo(target, 99) == 2
    target.Seek(0, 0)
    assert target.Read(9) == b"el"
    assert (stream.Commit(), stream.Commit(0), stream.Revert()) == (None, None, None)
    stream.SetSize(6)
    stream.Seek(0, 0)
    assert stream.Read(-1) == b"hel\0\0\0"


def test_reading_nothing_from_a_stream_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="The numBytes param must be greater than zero"):
        pythoncom.CreateStreamOnHGlobal().Read(0)


def test_streams_fail_in_the_storage_facilitys_codes(tmp_path: Path) -> None:
    """P-142."""
    file = tmp_path / "file"
    file.write_bytes(b"data")
    stream = mapi.OpenStreamOnFile(str(file))
    assert stream.Read(-1) == b"data"
    with pytest.raises(com_error) as caught:
        stream.Write(b"x")
    assert caught.value.hresult == winerror.STG_E_ACCESSDENIED
    with pytest.raises(com_error) as caught:
        stream.LockRegion(0, 1, storagecon.LOCK_WRITE)
    assert caught.value.hresult == winerror.STG_E_INVALIDFUNCTION


def test_streams_on_files_are_made_written_and_removed(tmp_path: Path) -> None:
    file = tmp_path / "größe"
    made = mapi.OpenStreamOnFileW(str(file), storagecon.STGM_CREATE | storagecon.STGM_READWRITE)
    made.Write(b"data")
    made.Commit(0)
    assert file.read_bytes() == b"data"
    flags = storagecon.STGM_READWRITE | storagecon.STGM_DELETEONRELEASE
    unique = mapi.OpenStreamOnFile(str(tmp_path).encode(), mapi.SOF_UNIQUEFILENAME | flags, b"abcd")
    (temporary,) = tmp_path.glob("abc*.TMP")
    assert unique.Stat()[0] == str(temporary)
    del unique
    assert not temporary.exists()


@pytest.mark.parametrize(
    ("name", "flags", "hresult"),
    [
        ("missing", 0, mapi.MAPI_E_NOT_FOUND),
        ("", 0, mapi.MAPI_E_INVALID_PARAMETER),
        (".", 2, mapi.MAPI_E_NO_ACCESS),
        ("new", storagecon.STGM_CREATE, mapi.MAPI_E_INVALID_PARAMETER),
    ],
)
def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path, name: str, flags: int, hresult: int) -> None:
    with pytest.raises(com_error) as caught:
        mapi.OpenStreamOnFile(str(tmp_path / name) if name else None, flags)
    assert caught.value.hresult == hresult


def test_numbers_have_their_names() -> None:
    assert mapiutil.GetPropTagName(mapitags.PR_SUBJECT_A) == "PR_SUBJECT_A"
    assert mapiutil.GetPropTagName(mapitags.PR_SUBJECT_W) == "PR_SUBJECT_W"
    assert mapiutil.GetPropTagName(mapitags.PR_SUBJECT & 0xFFFF0000 | 0xA) == "PR_SUBJECT"
    assert mapiutil.GetPropTagName(mapitags.PR_ENTRYID) == "PR_ENTRYID"
    assert mapiutil.GetPropTagName(0x80010003) == "0x80010003"
    assert mapiutil.GetScodeString(mapi.MAPI_E_NOT_FOUND) == "MAPI_E_NOT_FOUND"
    assert mapiutil.GetScodeString(mapi.MAPI_W_ERRORS_RETURNED) == "MAPI_W_ERRORS_RETURNED"
    assert mapiutil.GetScodeString(-2147467263) == "Not implemented"


SINGLE = {
    0: "PT_UNSPECIFIED",
    1: "PT_NULL",
    2: "PT_SHORT",
    3: "PT_I4",
    4: "PT_FLOAT",
    5: "PT_R8",
    6: "PT_CURRENCY",
    7: "PT_APPTIME",
    10: "PT_ERROR",
    11: "PT_BOOLEAN",
    13: "PT_OBJECT",
    20: "PT_LONGLONG",
    30: "PT_STRING8",
    31: "PT_UNICODE",
    64: "PT_SYSTIME",
    72: "PT_CLSID",
    258: "PT_BINARY",
}
MULTIPLE = (2, 3, 4, 5, 6, 7, 20, 30, 31, 64, 72, 258)


@pytest.mark.parametrize(
    ("kind", "raw", "name"),
    [
        *((kind, raw, name) for kind, name in SINGLE.items() for raw in (True, False)),
        *((kind | 0x1000, True, SINGLE[kind]) for kind in MULTIPLE),
        *((kind | 0x1000, False, SINGLE[kind].replace("PT_", "PT_MV_")) for kind in MULTIPLE),
        (0x0037001F, True, "0x37001f"),
    ],
)
def test_types_have_the_name_defined_last(kind: int, raw: bool, name: str) -> None:
    """VS-1301, VS-1302."""
    assert mapiutil.GetMapiTypeName(kind, raw) == name


def test_the_tables_of_names_are_the_scripts_to_read_and_to_add_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs put names of their own codes and tags into mapiutil's tables."""
    mapiutil.GetPropTagName(mapitags.PR_BODY)
    mapiutil.GetScodeString(mapi.MAPI_E_NOT_FOUND)
    mapiutil.GetMapiTypeName(mapitags.PT_LONG)
    assert mapiutil.prTable[mapitags.PR_BODY_A] == "PR_BODY_A"
    assert mapiutil.mapiErrorTable[mapi.MAPI_E_NOT_FOUND] == "MAPI_E_NOT_FOUND"
    assert mapiutil.ptTable[mapitags.PT_BINARY] == "PT_BINARY"
    monkeypatch.setitem(mapiutil.mapiErrorTable, -2147219456, "SYNC_E_OBJECT_DELETED")
    monkeypatch.setitem(mapiutil.prTable, 0x7C010003, "PR_OURS")
    assert mapiutil.GetScodeString(-2147219456) == "SYNC_E_OBJECT_DELETED"
    assert mapiutil.GetPropTagName(0x7C010003) == "PR_OURS"
