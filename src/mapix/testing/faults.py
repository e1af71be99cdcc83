"""A backend that fails when it is told to: what becomes of a client, a copy or a spooler when a disk or a server does.

    faults = Faults()
    store = StoreObject(faulty(backend, faults), BenchSupport(), provider="FAULTY", access=Access.MODIFY)
    faults.fail("apply", NotEnoughDisk("the disk is full"), after=2)

Calls are named as the methods of `StoreBackend` and of what it gives out: `apply` and `load` of folders and messages,
`page` and `count` of tables, `transaction` for its end. Names may be more exact: `message.apply`, `contents.page`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, cast

from mapix.interfaces.backend import StoreBackend
from mapix.properties.errors import MapiError

_PARTS: Final = {
    "store": "store",
    "folder": "folder",
    "message": "message",
    "new_message": "message",
    "embedded": "message",
    "contents": "contents",
    "hierarchy": "hierarchy",
    "open_mailbox": "",
}
"""Methods whose answers are wrapped as well, and what calls of those are named after."""


@dataclass(slots=True)
class _Fault:
    error: MapiError
    after: int
    times: int


@dataclass(slots=True)
class Faults:
    """What is to fail, and how often each call was made."""

    calls: Counter[str] = field(default_factory=Counter)
    _planned: dict[str, list[_Fault]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def fail(self, call: str, error: MapiError, *, after: int = 0, times: int = 1) -> None:
        """Let `call` raise `error`, the next time or after it has worked some `times`; and how often."""
        with self._lock:
            self._planned.setdefault(call, []).append(_Fault(error, after, times))

    def clear(self) -> None:
        """Nothing is to fail any more."""
        with self._lock:
            self._planned.clear()

    def pending(self) -> int:
        """How many failures have not happened yet."""
        with self._lock:
            return sum(fault.times for faults in self._planned.values() for fault in faults)

    def happen(self, part: str, call: str) -> None:
        """A call is about to be made: count it, and raise what was planned for it."""
        names = (call, f"{part}.{call}") if part else (call,)
        with self._lock:
            self.calls.update(names)
            due = [self._due(name) for name in names]
        for error in filter(None, due):
            raise error

    def _due(self, name: str) -> MapiError | None:
        for fault in self._planned.get(name, ()):
            if fault.after:
                fault.after -= 1
            elif fault.times:
                fault.times -= 1
                return fault.error
        return None


class _Faulty:
    """Anything whose methods may fail."""

    def __init__(self, inner: Any, faults: Faults, part: str = "") -> None:
        self.__dict__["inner"] = inner
        self.__dict__["faults"] = faults
        self.__dict__["part"] = part

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if not callable(found) or name.startswith("_"):
            return found
        if name == "transaction":
            return self._transaction
        if name == "sorted_contents":
            return self._sorted_contents
        return self._call(name, found)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.inner, name, value)

    def _call(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.faults.happen(self.part, name)
            result = method(*args, **kwargs)
            part = _PARTS.get(name)
            return result if part is None or result is None else _Faulty(result, self.faults, part)

        return call

    def _sorted_contents(self, folder: int) -> tuple[Any, Any]:
        """Two calls in one, each of which may fail."""
        return self.contents(folder, associated=False), self.contents_sort(folder)

    def _transaction(self) -> AbstractContextManager[None]:
        @contextmanager
        def whole() -> Iterator[None]:
            with self.inner.transaction():
                yield
                self.faults.happen(self.part, "transaction")

        return whole()


def faulty(backend: StoreBackend, faults: Faults) -> StoreBackend:
    """`backend`, with failures where `faults` plans them; everything else goes through."""
    return cast(StoreBackend, _Faulty(backend, faults))
