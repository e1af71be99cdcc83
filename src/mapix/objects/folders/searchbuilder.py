"""First passes of search folders in the background: a thread of the store that works while there is something to do.

    builder = SearchBuilder(backend)
    builder.start(number)
    builder.stop()

A pass goes on in short transactions, so others come in between. It leaves its state in the store: who dies at it, or
closes the store, leaves the rest to whoever opens the store next. Two processes at the same pass help one another.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from mapix.properties.errors import Busy, MapiError, NetworkError

if TYPE_CHECKING:
    from mapix.interfaces.backend import StoreBackend

STEP_SECONDS: Final = 0.1
"""How long one transaction of a pass should take."""

_FIRST_STEP: Final = 500
_LONGEST_STEP: Final = 50_000
_STOP_SECONDS: Final = 5.0
_PAUSE: Final = 1.0


class SearchBuilder:
    """Passes of one store. Its thread ends when nothing is left to do."""

    def __init__(self, backend: StoreBackend) -> None:
        self._backend = backend
        self._guard = threading.Lock()
        self._waiting: list[int] = []
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, *folders: int) -> None:
        """Begin or go on with the first passes of search folders."""
        with self._guard:
            self._waiting += [number for number in folders if number not in self._waiting]
            if self._waiting and self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._run, name="mapix searches", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Leave the rest to others; returns when the transaction under way has ended."""
        self._stopped.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        while (number := self._next()) is not None:
            try:
                self._build(number)
            except (Busy, NetworkError):  # of a moment: the place of the pass is kept in the store
                self._stopped.wait(_PAUSE)
                self.start(number)
            except MapiError:
                if not self._stopped.is_set():
                    import logging

                    logging.getLogger("mapix.objects").exception("a search could not be finished")

    def _next(self) -> int | None:
        with self._guard:
            if self._waiting and not self._stopped.is_set():
                return self._waiting.pop(0)
            self._thread = None
            return None

    def _build(self, number: int) -> None:
        step = _FIRST_STEP
        while not self._stopped.is_set():
            began = time.monotonic()
            if self._backend.build_search(number, step):
                return
            took = time.monotonic() - began
            step = max(_FIRST_STEP // 5, min(_LONGEST_STEP, int(step * STEP_SECONDS / max(took, 0.001))))
            self._stopped.wait(took / 10)
