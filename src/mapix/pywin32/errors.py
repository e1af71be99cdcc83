"""COM errors: how a MAPI failure reaches a script, and the only place that makes `com_error`.

`com_error` has pywin32's arguments, `(hresult, text, None, None)`, and programs look at `hresult`. What people look
at, `str()` and with it the last line of a traceback, goes on with MAPI's own words: symbol, reason and what to type.
"""

from __future__ import annotations

from typing import Any, Final

from mapix.properties.errors import MapiError

S_OK: Final = 0
W_ERRORS_RETURNED: Final = 0x00040380
W_PARTIAL_COMPLETION: Final = 0x00040680
E_NOINTERFACE: Final = 0x80004002
CO_E_CLASSSTRING: Final = 0x800401F3
REGDB_E_CLASSNOTREG: Final = 0x80040154

_TEXTS: Final = {
    0x00000000: "The operation completed successfully.",
    0x00000001: "Incorrect function.",
    0x80004001: "Not implemented",
    0x80004002: "No such interface supported",
    0x80004005: "Unspecified error",
    0x8000FFFF: "Catastrophic failure",
    0x80030001: "Unable to perform requested operation.",
    0x80030002: "%1 could not be found.",
    0x80030005: "Access Denied.",
    0x80030050: "%1 already exists.",
    0x80030102: "Reverted",
    0x80040102: "Invalid window handle",
    0x80040110: "Class does not support aggregation (or class object is remote)",
    0x80040111: "ClassFactory cannot supply requested class",
    0x80040112: "Class is not licensed for use",
    0x80040154: "Class not registered",
    0x800401F3: "Invalid class string",
    0x80040201: "An event was unable to invoke any of the subscribers",
    0x80070005: "Access is denied.",
    0x8007000E: "Not enough memory resources are available to complete this operation.",
    0x80070057: "The parameter is incorrect.",
}
"""What Windows says for codes it knows; MAPI's share their numbers with COM's, so some read oddly."""

_STORAGE: Final = {
    0x80040102: 0x80030001,
    0x80040108: 0x80030102,
    0x8004010F: 0x80030002,
    0x80070005: 0x80030005,
}
"""Codes of streams: IStream answers in the storage facility's numbers (P-142)."""


class com_error(Exception):
    """A COM or MAPI call failed: `args` are `(hresult, strerror, excepinfo, argerror)`, the code signed.

    `mapi_error` is the `MapiError` it stands for, None where a script made the exception itself.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.hresult, self.strerror, self.excepinfo, self.argerror = (*args, None, None, None, None)[:4]
        self.mapi_error: MapiError | None = None

    def __str__(self) -> str:
        plain = super().__str__()
        return plain if self.mapi_error is None else f"{plain}: {self.mapi_error}"

    def __reduce__(self) -> tuple[Any, ...]:
        return com_error, self.args, {"mapi_error": self.mapi_error}


com_error.__module__ = "pywintypes"


def signed(code: int) -> int:
    """A 32-bit code as COM shows it."""
    code &= 0xFFFFFFFF
    return code - (1 << 32) if code & 0x80000000 else code


def text_of(hresult: int) -> str:
    """The system's text of a code, `OLE error 0x…` where it has none."""
    code = hresult & 0xFFFFFFFF
    return _TEXTS.get(code) or f"OLE error 0x{code:08x}"


def make(hresult: int, reason: MapiError | None = None) -> com_error:
    """The `com_error` of a code (signed or not)."""
    error = com_error(signed(hresult), text_of(hresult), None, None)
    error.mapi_error = reason
    return error


def from_mapi(reason: MapiError) -> com_error:
    """The `com_error` of a MAPI failure."""
    return make(reason.hresult, reason)


def from_storage(reason: MapiError) -> com_error:
    """The `com_error` of a failed stream call, in the storage facility's codes where there is one (P-142)."""
    return make(_STORAGE.get(reason.hresult, reason.hresult), reason)
