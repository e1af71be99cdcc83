"""Windows' module names on systems without pywin32: `install()` makes `import pythoncom` and the like work.

Nothing real is ever shadowed: where pywin32, or any part of it, can be imported, it stays what it is. A name costs
nothing before it is imported: finders on `sys.meta_path` answer for it. Windows' codec `mbcs` comes along.
"""

from __future__ import annotations

import codecs
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

_HOME: Final = "mapix.pywin32"
_TOGETHER: Final = ("win32com", "win32comext", "pythoncom", "pywintypes")
"""Parts of pywin32 that only work with one another: all of ours, or none."""

_COM: Final = {
    "pywintypes": "pywintypes",
    "pythoncom": "pythoncom",
    "win32com": "win32com",
    "win32com.storagecon": "storagecon",
    "win32com.client": "win32com.client",
    "win32com.client.gencache": "win32com.gencache",
    "win32com.server": "win32com.server",
    "win32com.server.exception": "win32com.server.exception",
    "win32com.server.util": "win32com.server.util",
    "win32com.mapi": "win32com.mapi",
    "win32com.mapi.mapi": "mapi",
    "win32com.mapi.mapitags": "mapitags",
    "win32com.mapi.mapiutil": "mapiutil",
    "win32com.mapi.emsabtags": "emsabtags",
    "win32com.mapi.exchange": "exchange",
    "win32comext": "win32com",
    "win32comext.mapi": "win32com.mapi",
    "win32comext.mapi.mapi": "mapi",
    "win32comext.mapi.mapitags": "mapitags",
    "win32comext.mapi.mapiutil": "mapiutil",
    "win32comext.mapi.emsabtags": "emsabtags",
    "win32comext.mapi.exchange": "exchange",
}
"""Their names and where they are; pywin32 keeps MAPI in `win32comext`, and programs import it from there, too."""

_PACKAGES: Final = (
    "win32com",
    "win32com.client",
    "win32com.mapi",
    "win32com.server",
    "win32comext",
    "win32comext.mapi",
)

_BESIDE: Final = ("win32api", "win32con", "win32timezone")
"""Modules of pywin32 that scripts use besides: little ones, which come where all of pywin32 is missing."""

_ANSI: Final = ("mbcs", "ansi", "dbcs")
"""What Windows calls its ANSI code page, in which scripts write and read 8-bit text; it is UTF-8 here."""

_offered: dict[str, str] = {}
"""Modules of ours by the names they answer to."""

_changing: Final = threading.Lock()
"""Held while names come and go: threads may install at the same time."""


class _Loader:
    """Hands out a module of ours, which keeps its own spec."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module that answers to the name."""
        module = import_module(f"{_HOME}.{_offered[spec.name]}")
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: it has been executed under its own name, which it gets back."""
        spec = module.__spec__
        if spec is not None and spec.loader_state is not None:
            module.__spec__ = spec.loader_state


class _Finder:
    """Finds the offered names of one kind: those in packages come first, whole ones only after everybody else."""

    def __init__(self, *, dotted: bool) -> None:
        self._dotted = dotted

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of an offered name."""
        if fullname not in _offered or ("." in fullname) is not self._dotted:
            return None
        return ModuleSpec(fullname, _loader, is_package=fullname in _PACKAGES)


_loader: Final[Any] = _Loader()
_first, _last = _Finder(dotted=True), _Finder(dotted=False)


def install() -> list[str]:
    """Offer our modules under pywin32's names where the real ones are missing; the names now ours.

    Again is harmless.
    """
    with _changing:
        if not _offered:
            _offer()
    return list(_offered)


def _offer() -> None:
    wanted = dict(_COM) if not any(map(_is_real, _TOGETHER)) else {}
    if wanted:
        wanted |= {name: name for name in _BESIDE if not _is_real(name)}
    if not _is_real("winerror"):
        wanted["winerror"] = "winerror"
    _offered.update(wanted)
    if _offered:
        sys.meta_path.insert(0, _first)
        sys.meta_path.append(_last)
    if "pywintypes" in _offered:
        codecs.register(_ansi)


def uninstall() -> None:
    """Take our names away again: `sys.modules`, `sys.meta_path` and the codecs are as they were."""
    with _changing:
        codecs.unregister(_ansi)
        for name, module in _offered.items():
            ours = sys.modules.get(f"{_HOME}.{module}")
            if ours is not None and sys.modules.get(name) is ours:
                del sys.modules[name]
        _offered.clear()
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in (_first, _last)]


def _ansi(name: str) -> codecs.CodecInfo | None:
    """The codec `mbcs` where Python has none, as outside Windows."""
    return codecs.lookup("utf-8") if name in _ANSI else None


def _is_real(name: str) -> bool:
    """Whether there is a module of this name, which then is not ours."""
    return name in sys.modules or any(finder.find_spec(name, None) for finder in sys.meta_path)
