"""Who is asked what a logon needs to know, where the logon names nobody: told before the dialogs are loaded.

The command line tells it at every start, and most commands never log on; so this module imports nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapix.interfaces.logonui import LogonUI

_DIALOGS = "mapix.subsystem.dialogs"

_maker: Callable[[], LogonUI | None] | None = None


def ask_by(maker: Callable[[], LogonUI | None]) -> None:
    """Have this process ask by what `maker` makes, when it comes to that."""
    global _maker
    _maker = maker
    if _DIALOGS in sys.modules:
        vars(sys.modules[_DIALOGS])["standing"] = maker()


def initial() -> LogonUI | None:
    """Who is asked at first; nobody where nothing was told."""
    return _maker() if _maker is not None else None
