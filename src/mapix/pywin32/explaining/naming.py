"""Names for the objects of a script: `session1`, `folder2`; the same object has the same name through any wrapper."""

from __future__ import annotations

import weakref
from collections import Counter
from typing import Any

from mapix.pywin32.unknown import PyIUnknown

_PREFIXES = ("PyIMAPI", "PyIMsg", "PyI")
_SHORT = {"Attach": "attachment", "AddrBook": "addressbook", "MsgServiceAdmin2": "serviceadmin"}


class Names:
    """Gives out names and keeps no object alive."""

    def __init__(self) -> None:
        self._given: dict[int, str] = {}
        self._count: Counter[str] = Counter()

    def of(self, wrapper: PyIUnknown) -> str:
        """The name of an object, a new one the first time."""
        target = wrapper._obj
        known = self._given.get(id(target))
        if known is not None:
            return known
        kind = _kind(type(wrapper).__name__)
        self._count[kind] += 1
        name = self._given[id(target)] = f"{kind}{self._count[kind]}"
        self._forget_with(target, wrapper)
        return name

    def _forget_with(self, target: Any, wrapper: PyIUnknown) -> None:
        """Let go of the name when the object, or where that cannot be known its wrapper, goes."""
        key = id(target)
        for holder in (target, wrapper):
            try:
                weakref.finalize(holder, self._given.pop, key, None).atexit = False
            except TypeError:
                continue
            return


def _kind(cls: str) -> str:
    for prefix in _PREFIXES:
        if cls.startswith(prefix):
            short = cls.removeprefix(prefix)
            return _SHORT.get(short, short.lower())
    return cls.lower()
