"""The module `win32api`: what MAPI scripts ask Windows for, answered by this system; its registry is empty.

Failures are `pywintypes.error`, with Windows' numbers. Names that are not here say so.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Final, NoReturn

from mapix.pywin32 import pywintypes, win32con
from mapix.pywin32.winerror import ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_NO_MORE_ITEMS

error = pywintypes.error

_ROOTS: Final = frozenset(value & 0xFFFFFFFF for name, value in vars(win32con).items() if name.startswith("HKEY_"))
_TEXTS: Final = {
    ERROR_FILE_NOT_FOUND: "The system cannot find the file specified.",
    ERROR_ACCESS_DENIED: "Access is denied.",
    ERROR_NO_MORE_ITEMS: "No more data is available.",
}


def _fail(number: int, function: str) -> NoReturn:
    raise error(number, function, _TEXTS[number])


def GetUserName() -> str:
    """The user's name on this system."""
    from getpass import getuser

    return getuser()


def GetComputerName() -> str:
    """The name of this machine, without its domain."""
    import socket

    return socket.gethostname().partition(".")[0].upper()


def GetTempPath() -> str:
    """Where temporary files go, with a separator at the end."""
    from tempfile import gettempdir

    return str(Path(gettempdir())) + os.sep


def GetTempFileName(path: str, prefix: str, nUnique: int = 0) -> tuple[str, int]:
    """A new file there, and a number."""
    from tempfile import mkstemp

    try:
        handle, name = mkstemp(".tmp", prefix[:3], path)
    except OSError:
        _fail(ERROR_FILE_NOT_FOUND, "GetTempFileName")
    os.close(handle)
    return name, nUnique or 1


def GetFullPathName(fileName: str, /) -> str:
    """The whole path."""
    return str(Path(fileName).absolute())


def GetLongPathName(fileName: str, /) -> str:
    """The path, whose names are long already; `pywintypes.error` where there is nothing."""
    if not Path(fileName).exists():
        _fail(ERROR_FILE_NOT_FOUND, "GetLongPathName")
    return fileName


GetShortPathName = GetLongPathName


def ExpandEnvironmentStrings(text: str, /) -> str:
    """`%NAME%` replaced by the variable of this name, where there is one."""
    import re

    return re.sub("%([^%]+)%", lambda found: os.environ.get(found[1], found[0]), text)


def GetCurrentProcessId() -> int:
    """The number of this process."""
    return os.getpid()


def GetCurrentThreadId() -> int:
    """The number of this thread."""
    import threading

    return threading.get_native_id()


def GetLastError() -> int:
    """0: failures are raised here."""
    return 0


def GetTickCount() -> int:
    """Milliseconds of a clock that goes steadily."""
    return int(time.monotonic() * 1000) & 0xFFFFFFFF


def Sleep(milliseconds: int, bAlertable: int = 0, /) -> int:
    """Wait; 0."""
    time.sleep(milliseconds / 1000)
    return 0


def RegOpenKeyEx(key: Any, subKey: str | None = None, reserved: int = 0, sam: int = 0, /) -> int:
    """A root of the registry, which has nothing below it: `pywintypes.error` ERROR_FILE_NOT_FOUND for every key."""
    if subKey or int(key) & 0xFFFFFFFF not in _ROOTS:
        _fail(ERROR_FILE_NOT_FOUND, "RegOpenKeyEx")
    return int(key)


RegOpenKey = RegOpenKeyEx


def RegConnectRegistry(computerName: str | None, key: Any, /) -> int:
    """A root of this machine's registry."""
    return RegOpenKeyEx(key)


def RegQueryValueEx(key: Any, valueName: str | None, /) -> NoReturn:
    """`pywintypes.error` ERROR_FILE_NOT_FOUND: there are no values."""
    _fail(ERROR_FILE_NOT_FOUND, "RegQueryValueEx")


def RegQueryValue(key: Any, subKey: str | None, /) -> NoReturn:
    """As RegQueryValueEx."""
    _fail(ERROR_FILE_NOT_FOUND, "RegQueryValue")


def RegEnumKey(key: Any, index: int, /) -> NoReturn:
    """`pywintypes.error` ERROR_NO_MORE_ITEMS."""
    _fail(ERROR_NO_MORE_ITEMS, "RegEnumKey")


def RegEnumValue(key: Any, index: int, /) -> NoReturn:
    """As RegEnumKey."""
    _fail(ERROR_NO_MORE_ITEMS, "RegEnumValue")


def RegEnumKeyEx(key: Any, /) -> list[Any]:
    """No keys."""
    return []


def RegQueryInfoKey(key: Any, /) -> tuple[int, int, int]:
    """How many keys and values, and when it was changed: nothing."""
    return 0, 0, 0


def RegCreateKey(key: Any, subKey: str, /) -> NoReturn:
    """`pywintypes.error` ERROR_ACCESS_DENIED: nothing can be put into the registry."""
    _fail(ERROR_ACCESS_DENIED, "RegCreateKey")


def RegSetValueEx(key: Any, valueName: str | None, reserved: int, kind: int, value: Any, /) -> NoReturn:
    """As RegCreateKey."""
    _fail(ERROR_ACCESS_DENIED, "RegSetValueEx")


def RegDeleteKey(key: Any, subKey: str, /) -> NoReturn:
    """`pywintypes.error` ERROR_FILE_NOT_FOUND: there is no key."""
    _fail(ERROR_FILE_NOT_FOUND, "RegDeleteKey")


def RegCloseKey(key: Any, /) -> None:
    """Nothing: there is nothing to close."""


def __getattr__(name: str) -> NoReturn:
    raise AttributeError(f"win32api has no {name!r} on this system: it has what MAPI scripts ask for, and no windows")
