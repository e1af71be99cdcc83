"""The module `winerror`: Windows' codes by name, signed as COM has them, and the functions that take codes apart.

The names are put here from `winerror_codes`, which is generated.
"""

from mapix.pywin32.winerror_codes import *  # noqa: F403

_FACILITY_WIN32 = 7
_FACILITY_SETUPAPI = 15
_FACILITY_NT_BIT = 0x10000000
_FACILITY_USERMODE_FILTER_MANAGER = 31
_APPLICATION_ERROR = 0x20000000 | -0x40000000
_FAILURE = -0x80000000


def SUCCEEDED(hr: int) -> bool:
    """Whether a code is a success or a warning."""
    return hr >= 0


def FAILED(hr: int) -> bool:
    """Whether a code is a failure."""
    return hr < 0


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


def HRESULT_FROM_WIN32(x: int) -> int:
    """The COM code of a Windows error number; one that is a COM code already stays it."""
    return x if x <= 0 else _made(x, _FACILITY_WIN32)


def HRESULT_FROM_NT(x: int) -> int:
    """The COM code of an NTSTATUS."""
    return x | _FACILITY_NT_BIT


def HRESULT_FROM_SETUPAPI(x: int) -> int:
    """The COM code of an error of device installation, or of Windows."""
    own = x & _APPLICATION_ERROR == _APPLICATION_ERROR
    return _made(x, _FACILITY_SETUPAPI) if own else HRESULT_FROM_WIN32(x)


def FILTER_HRESULT_FROM_FLT_NTSTATUS(x: int) -> int:
    """The COM code of a file system filter's NTSTATUS, which must be one of its facility."""
    if x & 0xFFF0000 != 0x1C0000:
        raise AssertionError("not a status of the filter manager")
    return x & -0x7FFF0001 | _FACILITY_USERMODE_FILTER_MANAGER << 16


def _made(code: int, facility: int) -> int:
    return code & 0xFFFF | facility << 16 | _FAILURE
