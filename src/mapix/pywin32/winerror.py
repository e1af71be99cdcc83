"""The names of `winerror` that MAPI scripts use: COM codes, signed, and the functions that take them apart."""

S_OK = 0
S_FALSE = 1
NOERROR = 0
ERROR_SUCCESS = 0
ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE = 6
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_INVALID_PARAMETER = 87
ERROR_ALREADY_EXISTS = 183
ERROR_TIMEOUT = 1460

E_UNEXPECTED = -2147418113
E_NOTIMPL = -2147467263
E_NOINTERFACE = -2147467262
E_POINTER = -2147467261
E_ABORT = -2147467260
E_FAIL = -2147467259
E_ACCESSDENIED = -2147024891
E_HANDLE = -2147024890
E_OUTOFMEMORY = -2147024882
E_INVALIDARG = -2147024809

CLASS_E_NOAGGREGATION = -2147221232
CLASS_E_CLASSNOTAVAILABLE = -2147221231
REGDB_E_CLASSNOTREG = -2147221164
CO_E_NOTINITIALIZED = -2147221008
CO_E_CLASSSTRING = -2147221005
CO_E_OBJNOTCONNECTED = -2147220995
RPC_E_CHANGED_MODE = -2147417850

DISP_E_MEMBERNOTFOUND = -2147352573
DISP_E_TYPEMISMATCH = -2147352571
DISP_E_EXCEPTION = -2147352567

STG_E_INVALIDFUNCTION = -2147287039
STG_E_FILENOTFOUND = -2147287038
STG_E_PATHNOTFOUND = -2147287037
STG_E_ACCESSDENIED = -2147287035
STG_E_INVALIDHANDLE = -2147287034
STG_E_INSUFFICIENTMEMORY = -2147287032
STG_E_FILEALREADYEXISTS = -2147286960
STG_E_INVALIDPARAMETER = -2147286953
STG_E_MEDIUMFULL = -2147286928
STG_E_REVERTED = -2147286782

FACILITY_NULL = 0
FACILITY_RPC = 1
FACILITY_DISPATCH = 2
FACILITY_STORAGE = 3
FACILITY_ITF = 4
FACILITY_WIN32 = 7


def SUCCEEDED(Status: int) -> bool:
    """Whether a code is a success or a warning."""
    return Status >= 0


def FAILED(Status: int) -> bool:
    """Whether a code is a failure."""
    return Status < 0


def HRESULT_CODE(hr: int) -> int:
    """The low half: which error."""
    return hr & 0xFFFF


def SCODE_CODE(sc: int) -> int:
    """As `HRESULT_CODE`."""
    return sc & 0xFFFF


def HRESULT_FACILITY(hr: int) -> int:
    """Whose error it is: FACILITY_*."""
    return hr >> 16 & 0x1FFF


def SCODE_FACILITY(sc: int) -> int:
    """As `HRESULT_FACILITY`."""
    return sc >> 16 & 0x1FFF


def HRESULT_SEVERITY(hr: int) -> int:
    """1 for a failure, 0 for the others."""
    return hr >> 31 & 1


def SCODE_SEVERITY(sc: int) -> int:
    """As `HRESULT_SEVERITY`."""
    return sc >> 31 & 1


def GetScode(hr: int) -> int:
    """The code itself: an HRESULT is an SCODE."""
    return hr


def ResultFromScode(sc: int) -> int:
    """The code itself."""
    return sc


def HRESULT_FROM_WIN32(scode: int) -> int:
    """The COM code of a Windows error number."""
    return scode if scode <= 0 else (scode & 0xFFFF) - 0x7FF90000
