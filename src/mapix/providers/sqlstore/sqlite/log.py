"""The log beside a store's file, into which all changes are written first: watched, and written out late."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Final

from mapix.providers.sqlstore.watching import Stop

_LOOK_EVERY: Final = 0.02
_LOOK_ANYWAY: Final = 1.0
_SYNC_AFTER: Final = 0.05

_log = logging.getLogger(__name__)


class LateSync:
    """Has the system write the log at `path` out a moment after it was asked: the part of a full commit that
    `Database.write_soon` leaves for later.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._timer: Timer | None = None
        self._waiting = False

    def soon(self) -> None:
        """Write it out in a moment, once for all who ask until then."""
        if not self._waiting:
            self._waiting = True
            self._timer = Timer(_SYNC_AFTER, self._write_out)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """What was left for later goes to the disk."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
            self._timer = None
            self._write_out()

    def _write_out(self) -> None:
        """A disk that fails here fails the next commit, too, which tells."""
        self._waiting = False
        try:
            file = os.open(self._path, os.O_RDWR)
            try:
                os.fsync(file)
            finally:
                os.close(file)
        except FileNotFoundError:
            pass
        except OSError as error:
            _log.warning("what was recorded may not survive power loss, %s: %s", self._path, error)


def looks(path: Path, stop: Stop) -> Iterator[None]:
    """Yield at first, and whenever the log may have changed, until `stop` is set; it is looked at often."""
    seen, changed, looked = None, True, 0.0
    while not stop.is_set():
        found, moment = _stamp(path), time.monotonic()
        last, changed = changed, found != seen
        if changed or last or moment > looked + _LOOK_ANYWAY:  # once more: clocks of files tick slowly
            seen, looked = found, moment
            yield
        stop.wait(_LOOK_EVERY)


def _stamp(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
