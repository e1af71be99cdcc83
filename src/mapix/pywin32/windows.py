"""A script that wants to be on Windows: its `sys.platform` is `win32`, that of everybody else stays what it is.

    with as_windows():
        run_script("script.py")

They find a `winreg`, too. Only the view of scripts changes: what is imported from the standard library or from
installed packages, and this package itself, go on with the real one, for they would look for Windows in earnest.
`os.name` is left alone.
"""

from __future__ import annotations

import builtins
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_PACKAGE: Final = str(Path(__file__).parents[1])
_PLACES: Final = ("stdlib", "platstdlib", "purelib", "platlib")


class _Windows(ModuleType):
    """`sys` as a script on Windows sees it; whatever is set on it is set on the real one."""

    def __init__(self) -> None:
        super().__init__("sys", sys.__doc__)
        vars(self)["platform"] = "win32"

    def __getattribute__(self, name: str) -> Any:
        if name in ("platform", "__class__", "__dict__"):
            return super().__getattribute__(name)
        return getattr(sys, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "platform":
            vars(self)[name] = value
        else:
            setattr(sys, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(sys, name)

    def __dir__(self) -> list[str]:
        return dir(sys)


@contextmanager
def as_windows() -> Iterator[None]:
    """Let scripts find `sys.platform == "win32"`, as long as the block lasts."""
    plain, view, installed = builtins.__import__, _Windows(), _installed()

    def imported(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if name == "sys" and globals is not None and _is_scripts(globals, installed):
            return view
        if name == "winreg" and sys.platform != "win32" and globals is not None and _is_scripts(globals, installed):
            return _registry()
        return plain(name, globals, locals, fromlist or (), level)

    builtins.__import__ = imported
    try:
        yield
    finally:
        builtins.__import__ = plain


def _registry() -> ModuleType:
    """Windows' registry, with nothing in it; `sys.modules` does not have it, where everybody would find it."""
    from mapix.pywin32 import winreg

    return winreg


def _installed() -> tuple[str, ...]:
    """Where modules lie that are nobody's script."""
    return tuple({_PACKAGE, *(sysconfig.get_path(place) for place in _PLACES)})


def _is_scripts(names: Mapping[str, object], installed: tuple[str, ...]) -> bool:
    file = names.get("__file__")
    return isinstance(file, str) and (names.get("__name__") == "__main__" or not file.startswith(installed))
