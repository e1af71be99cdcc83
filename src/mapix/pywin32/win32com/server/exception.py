"""The module `win32com.server.exception`: what Python objects raise to have a COM call fail with a code."""

from __future__ import annotations

from typing import Any, Final

from mapix.pywin32.errors import com_error, signed, text_of

_S_FALSE: Final = 1
_WIN32: Final = 0x80070000
_SMALL: Final = 0x8000


class COMException(com_error):
    """A failure with a code and a description, by any of the names pywin32 gives them.

    A small code that is not S_FALSE is one of Windows' own and becomes its HRESULT.
    """

    def __init__(
        self,
        description: Any = None,
        scode: Any = None,
        source: Any = None,
        helpfile: Any = None,
        helpContext: Any = None,
        desc: Any = None,
        hresult: Any = None,
    ) -> None:
        code = scode or hresult
        if code and code != _S_FALSE and -_SMALL <= code < _SMALL:
            code = signed(_WIN32 | (code & 0xFFFF))
        self.scode = code
        self.description = description or desc or (text_of(code) if code and code != _S_FALSE else None)
        self.source, self.helpfile, self.helpcontext = source, helpfile, helpContext
        super().__init__(code, self.description, None, -1)


Exception = COMException
"""The name of former days."""


def IsCOMException(t: type[BaseException]) -> bool:
    """Whether a class of exceptions is COM's."""
    return issubclass(t, com_error)


def IsCOMServerException(t: type[BaseException]) -> bool:
    """Whether a class of exceptions is a server's: COMException or one made of it."""
    return issubclass(t, COMException)
