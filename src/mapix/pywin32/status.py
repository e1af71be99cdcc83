"""PyIMAPIStatus: what a resource of the session says of itself, and what can be asked of it."""

from __future__ import annotations

from typing import Any

from mapix.interfaces.status import Status
from mapix.pywin32 import args
from mapix.pywin32.prop import PyIMAPIProp

_ANY = 0xFFFFFFFF


class PyIMAPIStatus(PyIMAPIProp):
    """IMAPIStatus; flags are judged by the object, for each kind defines its own (STA-3)."""

    _kind = Status

    def ChangePassword(self, oldPassword: Any, newPassword: Any, flags: Any, /) -> None:
        """Change the resource's password."""
        old, new = args.wstr(oldPassword), args.wstr(newPassword)
        args.flags(flags)
        self._obj.change_password(old, new)

    def SettingsDialog(self, uiParam: Any, flags: Any, /) -> None:
        """Show the settings."""
        args.int32(uiParam)
        self._obj.settings_dialog(args.flags(flags, _ANY))

    def ValidateState(self, uiParam: Any, flags: Any, /) -> None:
        """Find out whether the resource works."""
        args.int32(uiParam)
        self._obj.validate_state(args.flags(flags, _ANY))

    def FlushQueues(self, uiParam: Any, entryID: Any, flags: Any, /) -> None:
        """Send and fetch now (SPL-55)."""
        args.int32(uiParam)
        target = args.buffer_or_none(entryID)
        self._obj.flush_queues(args.flags(flags, _ANY), target or None)
