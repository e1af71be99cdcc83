"""The module `winreg` of scripts run as on Windows: a registry with nothing in it.

Keys and values are not found (`FileNotFoundError`), as where a program was never installed, and none can be made
(`PermissionError`).
"""

from __future__ import annotations

from typing import Any, NoReturn, Self

from mapix.pywin32.win32con import KEY_ALL_ACCESS as KEY_ALL_ACCESS
from mapix.pywin32.win32con import KEY_CREATE_LINK as KEY_CREATE_LINK
from mapix.pywin32.win32con import KEY_CREATE_SUB_KEY as KEY_CREATE_SUB_KEY
from mapix.pywin32.win32con import KEY_ENUMERATE_SUB_KEYS as KEY_ENUMERATE_SUB_KEYS
from mapix.pywin32.win32con import KEY_EXECUTE as KEY_EXECUTE
from mapix.pywin32.win32con import KEY_NOTIFY as KEY_NOTIFY
from mapix.pywin32.win32con import KEY_QUERY_VALUE as KEY_QUERY_VALUE
from mapix.pywin32.win32con import KEY_READ as KEY_READ
from mapix.pywin32.win32con import KEY_SET_VALUE as KEY_SET_VALUE
from mapix.pywin32.win32con import KEY_WOW64_32KEY as KEY_WOW64_32KEY
from mapix.pywin32.win32con import KEY_WOW64_64KEY as KEY_WOW64_64KEY
from mapix.pywin32.win32con import KEY_WRITE as KEY_WRITE
from mapix.pywin32.win32con import REG_BINARY as REG_BINARY
from mapix.pywin32.win32con import REG_DWORD as REG_DWORD
from mapix.pywin32.win32con import REG_DWORD_BIG_ENDIAN as REG_DWORD_BIG_ENDIAN
from mapix.pywin32.win32con import REG_DWORD_LITTLE_ENDIAN as REG_DWORD_LITTLE_ENDIAN
from mapix.pywin32.win32con import REG_EXPAND_SZ as REG_EXPAND_SZ
from mapix.pywin32.win32con import REG_LINK as REG_LINK
from mapix.pywin32.win32con import REG_MULTI_SZ as REG_MULTI_SZ
from mapix.pywin32.win32con import REG_NONE as REG_NONE
from mapix.pywin32.win32con import REG_QWORD as REG_QWORD
from mapix.pywin32.win32con import REG_SZ as REG_SZ
from mapix.pywin32.winerror import ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_NO_MORE_ITEMS

error = OSError

HKEY_CLASSES_ROOT = 0x80000000
HKEY_CURRENT_USER = 0x80000001
HKEY_LOCAL_MACHINE = 0x80000002
HKEY_USERS = 0x80000003
HKEY_PERFORMANCE_DATA = 0x80000004
HKEY_CURRENT_CONFIG = 0x80000005


class HKEYType:
    """A key: one of the roots."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def Close(self) -> None:
        """Give it up."""
        self.handle = 0

    def Detach(self) -> int:
        """Its number, which it is not any more."""
        handle, self.handle = self.handle, 0
        return handle

    def __int__(self) -> int:
        return self.handle

    def __bool__(self) -> bool:
        return bool(self.handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.Close()


def _fail(cls: type[OSError], number: int, text: str) -> NoReturn:
    failure = cls(number, text)
    vars(failure).update(winerror=number)
    raise failure


def _not_found() -> NoReturn:
    _fail(FileNotFoundError, ERROR_FILE_NOT_FOUND, "The system cannot find the file specified")


def _no_more() -> NoReturn:
    _fail(OSError, ERROR_NO_MORE_ITEMS, "No more data is available")


def _denied() -> NoReturn:
    _fail(PermissionError, ERROR_ACCESS_DENIED, "Access is denied")


def OpenKey(key: Any, sub_key: str | None, reserved: int = 0, access: int = 131097) -> HKEYType:
    """A root itself; FileNotFoundError for every key below."""
    if sub_key:
        _not_found()
    return HKEYType(int(key))


OpenKeyEx = OpenKey


def ConnectRegistry(computer_name: str | None, key: Any, /) -> HKEYType:
    """A root of this machine; FileNotFoundError for others."""
    return OpenKey(key, computer_name)


def CloseKey(hkey: Any, /) -> None:
    """Give a key up."""
    if isinstance(hkey, HKEYType):
        hkey.Close()


def QueryValueEx(key: Any, name: str | None, /) -> NoReturn:
    """FileNotFoundError: there are no values."""
    _not_found()


def QueryValue(key: Any, sub_key: str | None, /) -> NoReturn:
    """As QueryValueEx."""
    _not_found()


def EnumKey(key: Any, index: int, /) -> NoReturn:
    """OSError with `winerror` 259: no more keys."""
    _no_more()


def EnumValue(key: Any, index: int, /) -> NoReturn:
    """As EnumKey."""
    _no_more()


def QueryInfoKey(key: Any, /) -> tuple[int, int, int]:
    """How many keys and values, and when it was changed: nothing."""
    return 0, 0, 0


def CreateKey(key: Any, sub_key: str | None, /) -> HKEYType:
    """PermissionError: nothing can be put into the registry."""
    if sub_key:
        _denied()
    return HKEYType(int(key))


def CreateKeyEx(key: Any, sub_key: str | None, reserved: int = 0, access: int = 131078) -> HKEYType:
    """As CreateKey."""
    return CreateKey(key, sub_key)


def SetValueEx(key: Any, value_name: str | None, reserved: Any, type: int, value: Any, /) -> NoReturn:
    """PermissionError."""
    _denied()


def SetValue(key: Any, sub_key: str | None, type: int, value: str, /) -> NoReturn:
    """PermissionError."""
    _denied()


def DeleteKey(key: Any, sub_key: str, /) -> NoReturn:
    """FileNotFoundError: there is no key."""
    _not_found()


def DeleteValue(key: Any, value: str, /) -> NoReturn:
    """FileNotFoundError: there is no value."""
    _not_found()


def ExpandEnvironmentStrings(text: str, /) -> str:
    """`%NAME%` replaced by the variable of this name."""
    from mapix.pywin32 import win32api

    return win32api.ExpandEnvironmentStrings(text)
