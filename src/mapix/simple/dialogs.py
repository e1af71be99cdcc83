"""Dialogs of Simple MAPI: functions of the program, for there are no windows here.

    mapix.simple.set_ui(MyUI())

Without them a call that needs a dialog fails with MAPI_E_NOT_SUPPORTED: nothing is sent that somebody was to look at.
"""

from __future__ import annotations

from typing import Protocol

from mapix.interfaces.addressui import AddressUI
from mapix.simple.codes import SimpleError
from mapix.simple.constants import MAPI_E_NOT_SUPPORTED
from mapix.simple.structures import MapiMessage


class SimpleUI(AddressUI, Protocol):
    """Who is asked. Any method may raise `UserCancel`, which is MAPI_E_USER_ABORT."""

    def compose(self, message: MapiMessage) -> MapiMessage | None:
        """Let somebody finish a message (MAPI_DIALOG); None when it is not to be sent."""


_standing: SimpleUI | None = None


def set_ui(ui: SimpleUI | None) -> None:
    """Who is asked from now on; None for nobody."""
    global _standing
    _standing = ui


def needed_ui(what: str) -> SimpleUI:
    """Who is asked; MAPI_E_NOT_SUPPORTED where nobody can be."""
    if _standing is None:
        raise SimpleError(MAPI_E_NOT_SUPPORTED, f"{what} needs a dialog", hint="mapix.simple.set_ui, or no MAPI_DIALOG")
    return _standing
