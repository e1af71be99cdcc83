"""Calls with a limit of time, made on a thread of their own that is left behind when it is over.

    caller = Caller("Acme")
    logon = caller.call("logon", lambda: provider.logon(support), seconds=60)

A thread cannot be stopped. A call that takes too long raises `TimedOut` where it was asked for and goes on by itself;
until it comes back, every other call of the same `Caller` is refused at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Final, Generic, NoReturn, TypeVar

from mapix.properties.errors import CallFailed, MapiError, TimedOut
from mapix.properties.interrupts import is_interrupt

IDLE: Final = 5.0
"""Seconds after which a thread that has nothing to do ends."""

T = TypeVar("T")
R = TypeVar("R")
_log = logging.getLogger("mapix.subsystem")


class GoneError(Exception):
    """Whoever waited for a call has given it up."""


def as_mapi_error(name: str, what: str, error: BaseException) -> MapiError:
    """What a provider raised, as an error of MAPI."""
    if isinstance(error, MapiError):
        return error
    told = CallFailed(f"the provider failed in {what} ({type(error).__name__}: {error})", value=name)
    told.__cause__ = error
    return told


class _Question:
    """Something a call wants done on the thread that waits for it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.done = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None

    def answer(self) -> None:
        try:
            self.result = self.work()
        except BaseException as error:
            self.error = error
        self.done.set()

    def refuse(self) -> None:
        """Nobody is there to answer."""
        self.error = GoneError()
        self.done.set()


class Job(Generic[T]):
    """One call under way."""

    def __init__(self, work: Callable[[Job[T]], T], late: Callable[[], object], *, direct: bool = False) -> None:
        self._work = work
        self._late = late
        self._direct = direct
        self._guard = threading.Lock()
        self._inbox: SimpleQueue[_Question | None] = SimpleQueue()
        self._abandoned = False
        self.started = False
        self.over = False
        self.interrupted = False
        self.result: T
        self.error: BaseException | None = None

    def ask(self, work: Callable[[], R]) -> R:
        """Have `work` done by the thread that waits, which is a sign of life; `GoneError` when it no longer does: it
        has given the call up, or its answer is there already.
        """
        if self._direct:
            return work()
        question = _Question(work)
        with self._guard:
            if self._abandoned or self.over:
                raise GoneError
            self._inbox.put(question)
        question.done.wait()
        if question.error is not None:
            raise question.error
        result: R = question.result
        return result

    def run(self) -> None:
        """Make the call; on the caller's own thread."""
        with self._guard:
            if self._abandoned:
                return
            self.started = True
        try:
            self.result = self._work(self)
        except BaseException as error:
            self.error = error
        with self._guard:
            self.over = True
            late = self._late if self._is_given_up() else None
            self._inbox.put(None)
        if late is not None:
            late()

    def _is_given_up(self) -> bool:
        return self._abandoned

    def leave(self) -> None:
        """Whoever waits goes away, because of Ctrl-C for example: what is asked now is not answered, and the end is
        told to `late`.
        """
        with self._guard:
            over, self._abandoned = self.over, True
            while not self._inbox.empty():
                if (question := self._inbox.get_nowait()) is not None:
                    question.refuse()
        if over:
            self._late()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, answering questions; False when nothing was heard for `seconds` (0: wait for ever)."""
        while True:
            try:
                question = self._inbox.get(timeout=seconds or None)
            except Empty:
                with self._guard:
                    if self._inbox.empty():
                        self._abandoned = True
                        return False
                continue
            if question is None:
                return True
            question.answer()
            self.interrupted = is_interrupt(question.error)


class Caller:
    """Makes calls of one provider, one after the other. `name` is how errors call it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._guard = threading.Lock()
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stuck: tuple[str, float] | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether a call that was given up has not come back."""
        return self._stuck is not None

    def call(
        self,
        what: str,
        work: Callable[[], T],
        seconds: float,
        *,
        late: Callable[[], object] | None = None,
    ) -> T:
        """The result of `work`. Raises what it raises as a `MapiError`, and `TimedOut` after `seconds` (0: never).

        `late` is called when a call that was given up comes back.
        """
        return self.converse(what, lambda _job: work(), seconds, late=late)

    def converse(
        self,
        what: str,
        work: Callable[[Job[T]], T],
        seconds: float,
        *,
        late: Callable[[], object] | None = None,
    ) -> T:
        """As `call`, for work that asks things of the thread that waits: each is a sign of life."""
        direct = threading.current_thread() is self._thread
        job: Job[T] = Job(work, lambda: self._back(late), direct=direct)
        if direct:
            job.run()
        else:
            self._hand_over(job, what)
            self._wait(job, what, seconds)
        if job.error is not None:
            if job.interrupted:
                raise KeyboardInterrupt from job.error
            raise as_mapi_error(self.name, what, job.error)
        return job.result

    def close(self) -> None:
        """Let the thread end when it is through."""
        self._jobs.put(None)

    def _hand_over(self, job: Job[Any], what: str) -> None:
        with self._guard:
            self._refuse_while_stuck(what)
            self._jobs.put(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=f"mapix-{self.name}", daemon=True)
                self._thread.start()

    def _refuse_while_stuck(self, what: str) -> None:
        if self._stuck is not None:
            since, began = self._stuck
            text = f"the provider is still in {since}, which began {time.monotonic() - began:.0f} seconds ago"
            raise TimedOut(f"{text}: {what} is not tried", value=self.name)

    def _wait(self, job: Job[Any], what: str, seconds: float) -> None:
        """Wait for a call; who is interrupted meanwhile leaves it behind like one that takes too long."""
        began = time.monotonic()
        try:
            ended = job.wait(seconds)
        except BaseException:
            self._leave_behind(job, what, began)
            job.leave()
            raise
        if not ended:
            self._give_up(job, what, seconds)

    def _leave_behind(self, job: Job[Any], what: str, began: float) -> None:
        with self._guard:
            if job.started and not job.over:
                self._stuck = what, began

    def _give_up(self, job: Job[Any], what: str, seconds: float) -> NoReturn:
        self._leave_behind(job, what, time.monotonic() - seconds)
        _log.warning("the provider %s did not answer %s within %g seconds; it is left behind", self.name, what, seconds)
        hint = "MAPIX_PROVIDER_LIMITS changes how long providers may take"
        raise TimedOut(f"the provider did not answer {what} within {seconds:g} seconds", value=self.name, hint=hint)

    def _back(self, late: Callable[[], object] | None) -> None:
        with self._guard:
            self._stuck = None
        _log.warning("the provider %s has come back", self.name)
        if late is not None:
            late()

    def _serve(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=IDLE)
            except Empty:
                job = None
            if job is not None:
                job.run()
                del job
                continue
            with self._guard:
                if self._jobs.empty():
                    self._thread = None
                    return
