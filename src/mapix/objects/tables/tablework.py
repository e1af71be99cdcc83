"""Work of a table on a thread of its own: TBL_ASYNC, Abort, WaitForCompletion (T-038..T-040).

    work.start(SORTING, prepare, adopt)
    work.wait(5.0)

What is prepared is adopted only when it is finished and nobody has aborted it; until then the table is what it was.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from mapix.interfaces.notify import TableEvent
from mapix.properties.errors import Busy, CallFailed, MapiError, TimedOut, UnableToAbort
from mapix.properties.flags import (
    TBLSTAT_COMPLETE,
    TBLSTAT_RESTRICT_ERROR,
    TBLSTAT_RESTRICTING,
    TBLSTAT_SETCOL_ERROR,
    TBLSTAT_SETTING_COLS,
    TBLSTAT_SORT_ERROR,
    TBLSTAT_SORTING,
)

_log = logging.getLogger("mapix.objects")


class Kind(NamedTuple):
    """A kind of work: the status while it is done and when it has failed, and what sinks hear in the end (T-021)."""

    busy: int
    failed: int
    done: TableEvent


SETTING_COLUMNS: Final = Kind(TBLSTAT_SETTING_COLS, TBLSTAT_SETCOL_ERROR, TableEvent.SETCOL_DONE)
RESTRICTING: Final = Kind(TBLSTAT_RESTRICTING, TBLSTAT_RESTRICT_ERROR, TableEvent.RESTRICT_DONE)
SORTING: Final = Kind(TBLSTAT_SORTING, TBLSTAT_SORT_ERROR, TableEvent.SORT_DONE)

Told = Callable[[TableEvent, MapiError | None], None]
"""What is told in the end: the event of the kind of work, or ERROR with the reason."""

_Task = Callable[[Callable[[], None]], None]


class _AbortedError(Exception):
    """Nobody waits for this work any more."""


class _Job:
    """One piece of work."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.aborted = False

    def pause(self) -> None:
        """Where the work may end early."""
        if self.aborted:
            raise _AbortedError


class TableWork:
    """The work of one table. It does not know the table, so that tables go with their last user."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._job: _Job | None = None
        self._status = TBLSTAT_COMPLETE

    @property
    def status(self) -> int:
        """TBLSTAT_*: what is under way, or what failed last (T-021)."""
        job = self._job
        return self._status if job is None else job.kind.busy

    def check(self) -> None:
        """`Busy` while something is under way (T-040)."""
        if self._job is not None:
            raise Busy("the table is at work", value=self.status, hint="wait_for_completion, or abort")

    def settled(self) -> None:
        """What failed last does not matter any more."""
        self._status = TBLSTAT_COMPLETE

    def start(self, kind: Kind, task: _Task, adopt: Callable[[], None], tell: Told) -> None:
        """Do `task` on a thread, then `adopt` what it has made; `task` is given what to call between its steps. `tell`
        is called on that thread when it has come to its end.
        """
        with self._change:
            self.check()
            job = self._job = _Job(kind)
            self._status = TBLSTAT_COMPLETE
        threading.Thread(target=self._run, args=(job, task, adopt, tell), name="mapix table", daemon=True).start()

    def wait(self, timeout: float | None) -> int:
        """Wait until nothing is under way, seconds or for ever; the status. `TimedOut`."""
        with self._change:
            if not self._change.wait_for(lambda: self._job is None, timeout):
                raise TimedOut("the table is still at work", value=timeout)
            return self._status

    def abort(self) -> None:
        """Give up what is under way; `UnableToAbort` when nothing is."""
        with self._change:
            if self._job is None:
                raise UnableToAbort("nothing is under way in this table")
            self._job.aborted = True
            self._finish(TBLSTAT_COMPLETE)

    def close(self) -> None:
        """Give up whatever is under way."""
        with self._change:
            if self._job is not None:
                self.abort()

    def _run(self, job: _Job, task: _Task, adopt: Callable[[], None], tell: Told) -> None:
        error: MapiError | None = None
        try:
            task(job.pause)
        except _AbortedError:
            return
        except MapiError as raised:
            error = raised
        except Exception as raised:
            _log.exception("a table's work failed")
            error = CallFailed(f"the table's work failed: {raised}")
        with self._change:
            if job.aborted:
                return
            if error is None:
                adopt()
            self._finish(TBLSTAT_COMPLETE if error is None else job.kind.failed)
        tell(job.kind.done if error is None else TableEvent.ERROR, error)

    def _finish(self, status: int) -> None:
        self._job, self._status = None, status
        self._change.notify_all()
