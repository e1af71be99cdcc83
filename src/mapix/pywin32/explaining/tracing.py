"""Seeing the calls a script makes of the pywin32 face: an observer between the script and each of them.

    with tracing(observer):
        ...  # the script; observer gets a Call after each

Only while a trace lasts anything stands between: the face itself is as fast as without. What the face calls of itself
is not told, what callbacks of the script call is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from types import ModuleType
from typing import Any, Final

_FACE: Final = "mapix.pywin32."
_OPEN: Final = frozenset(("mapix.pywin32.mapiutil", "mapix.pywin32.explaining.tracing"))
"""Modules of the face whose own calls are told: pywin32 has them in Python, too."""

_TOLD: Final = ("Stg", "Create", "Pump", "WriteClass", "ReadClass", "CoCreate")
"""How the functions of pythoncom begin that are told of."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: of a module's function (`target` is None) or of an object's method. `error` is what it raised."""

    owner: str
    name: str
    target: Any
    given: tuple[Any, ...]
    answer: Any
    error: BaseException | None
    seconds: float


Observer = Callable[[Call], object]


@contextmanager
def tracing(observer: Observer) -> Iterator[None]:
    """Tell `observer` of every call, from any thread, until the block ends."""
    places = [*_functions(), *_methods()]
    try:
        for holder, name, owner, plain in places:
            setattr(holder, name, _observed(plain, owner, name, isinstance(holder, type), observer))
        yield
    finally:
        for holder, name, _, plain in places:
            setattr(holder, name, plain)


def _functions() -> Iterator[tuple[ModuleType, str, str, Callable[..., Any]]]:
    from mapix.pywin32 import exchange, mapi, pythoncom
    from mapix.pywin32.calls import CALLS

    for owner, module in (("mapi", mapi), ("exchange", exchange), ("pythoncom", pythoncom)):
        for name in CALLS[owner]:
            found = vars(module).get(name)
            if found is not None and (owner != "pythoncom" or name.startswith(_TOLD)):
                yield module, name, owner, found


def _methods() -> Iterator[tuple[type, str, str, Callable[..., Any]]]:
    from mapix.pywin32.unknown import PyIUnknown

    waiting: list[type] = [PyIUnknown]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        for name, value in vars(cls).items():
            if not name.startswith("_") and callable(value):
                yield cls, name, cls.__name__, value


def _observed(plain: Callable[..., Any], owner: str, name: str, method: bool, observer: Observer) -> Callable[..., Any]:
    @wraps(plain)
    def call(*given: Any) -> Any:
        if not _by_script():
            return plain(*given)
        started = time.perf_counter()
        answer, error = None, None
        try:
            answer = plain(*given)
        except BaseException as failure:
            error = failure
            raise
        finally:
            target, rest = (given[0], given[1:]) if method else (None, given)
            observer(Call(owner, name, target, rest, answer, error, time.perf_counter() - started))
        return answer

    return call


def _by_script() -> bool:
    """Whether who called the observed function is not the face itself."""
    caller = sys._getframe(2).f_globals.get("__name__", "")
    return caller in _OPEN or not caller.startswith(_FACE)
