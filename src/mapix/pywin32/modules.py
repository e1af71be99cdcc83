"""Windows' module names on systems without pywin32: `install()` makes `import pythoncom` and the like work.

Nothing real is ever shadowed: where pywin32, or any part of it, can be imported, it stays what it is.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

_HOME: Final = "mapix.pywin32"
_TOGETHER: Final = ("win32com", "pythoncom", "pywintypes")
"""Parts of pywin32 that only work with one another: all of ours, or none."""

_COM: Final = {
    "pywintypes": "pywintypes",
    "pythoncom": "pythoncom",
    "win32com": "win32com",
    "win32com.storagecon": "storagecon",
    "win32com.client": "win32com.client",
    "win32com.server": "win32com.server",
    "win32com.server.util": "win32com.server.util",
    "win32com.mapi": "win32com.mapi",
    "win32com.mapi.mapi": "mapi",
    "win32com.mapi.mapitags": "mapitags",
    "win32com.mapi.mapiutil": "mapiutil",
    "win32com.mapi.emsabtags": "emsabtags",
    "win32com.mapi.exchange": "exchange",
}

_installed: dict[str, ModuleType] = {}


def install() -> list[str]:
    """Register our modules under pywin32's names where the real ones are missing; the names now ours.

    Again is harmless.
    """
    wanted = dict(_COM) if not any(_is_real(name) for name in _TOGETHER) else {}
    if not _is_real("winerror"):
        wanted["winerror"] = "winerror"
    for name, module in wanted.items():
        if name not in _installed:
            _installed[name] = sys.modules[name] = import_module(f"{_HOME}.{module}")
    return list(_installed)


def uninstall() -> None:
    """Take our modules out of `sys.modules` again."""
    for name, module in _installed.items():
        if sys.modules.get(name) is module:
            del sys.modules[name]
    _installed.clear()


def _is_real(name: str) -> bool:
    """Whether a module of this name is there that is not ours."""
    if name in sys.modules:
        return sys.modules[name] is not _installed.get(name)
    return find_spec(name) is not None
