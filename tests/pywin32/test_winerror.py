"""`winerror`: codes by name, and the functions that take them apart."""

import pytest

from mapix.pywin32 import mapi_constants, winerror, winerror_codes

CODES = {name: value for name, value in vars(winerror_codes).items() if type(value) is int}


def test_every_code_has_its_name_in_the_module() -> None:
    assert len(CODES) == 7243
    assert {name: getattr(winerror, name) for name in CODES} == CODES
    public = {name for name in vars(winerror) if name.isidentifier() and not name.startswith("_")}
    functions = {name for name in public if callable(getattr(winerror, name))}
    assert public - functions == set(CODES)
    assert len(functions) == 14


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("S_OK", 0),
        ("S_FALSE", 1),
        ("ERROR_FILE_NOT_FOUND", 2),
        ("ERROR_MORE_DATA", 234),
        ("E_FAIL", -0x7FFFBFFB),
        ("E_ACCESSDENIED", -0x7FF8FFFB),
        ("STG_E_FILENOTFOUND", -0x7FFCFFFE),
        ("DISP_E_EXCEPTION", -0x7FFDFFF7),
        ("CO_E_NOTINITIALIZED", -0x7FFBFE10),
        ("REGDB_E_CLASSNOTREG", -0x7FFBFEAC),
        ("RPC_E_CHANGED_MODE", -0x7FFEFEFA),
        ("WSAECONNREFUSED", 10061),
        ("SEC_E_OK", 0),
        ("FACILITY_ITF", 4),
    ],
)
def test_well_known_codes_have_their_values(name: str, value: int) -> None:
    assert getattr(winerror, name) == value


def test_the_codes_that_mapi_shares_with_com_are_the_same_numbers() -> None:
    """GEN-2."""
    same = {
        "MAPI_E_CALL_FAILED": "E_FAIL",
        "MAPI_E_NOT_ENOUGH_MEMORY": "E_OUTOFMEMORY",
        "MAPI_E_INVALID_PARAMETER": "E_INVALIDARG",
        "MAPI_E_INTERFACE_NOT_SUPPORTED": "E_NOINTERFACE",
        "MAPI_E_NO_ACCESS": "E_ACCESSDENIED",
    }
    for mapi, com in same.items():
        assert getattr(mapi_constants, mapi) == getattr(winerror, com)


def test_every_failure_of_com_is_negative_and_comes_apart() -> None:
    code = winerror.STG_E_FILENOTFOUND
    assert (winerror.HRESULT_CODE(code), winerror.SCODE_CODE(code)) == (2, 2)
    assert winerror.HRESULT_FACILITY(code) == winerror.SCODE_FACILITY(code) == winerror.FACILITY_STORAGE
    assert winerror.HRESULT_SEVERITY(code) == winerror.SCODE_SEVERITY(code) == 1
    assert winerror.FAILED(code)
    assert not winerror.SUCCEEDED(code)
    assert winerror.SUCCEEDED(winerror.S_FALSE)
    assert winerror.GetScode(code) == winerror.ResultFromScode(code) == code


def test_other_numbers_become_codes() -> None:
    assert winerror.HRESULT_FROM_WIN32(5) == winerror.E_ACCESSDENIED
    assert winerror.HRESULT_FROM_WIN32(0) == 0
    assert winerror.HRESULT_FROM_WIN32(winerror.E_FAIL) == winerror.E_FAIL
    assert winerror.HRESULT_FROM_NT(1) == 0x10000001
    assert winerror.HRESULT_FROM_SETUPAPI(5) == winerror.E_ACCESSDENIED
    assert winerror.HRESULT_FROM_SETUPAPI(0xE0000203 - (1 << 32)) == 0x800F0203 - (1 << 32)
    assert winerror.FILTER_HRESULT_FROM_FLT_NTSTATUS(0xC01C0001 - (1 << 32)) == 0x801F0001 - (1 << 32)
    with pytest.raises(AssertionError):
        winerror.FILTER_HRESULT_FROM_FLT_NTSTATUS(5)
