"""The logon object of a stranger's transport, guarded: what it says of messages is checked, what it says too late kept.

A submission that was given up may still reach its peer. Until it comes back the transport is not asked again and its
mail waits (SPL-14); what it then says of a recipient is taken, so that nobody gets a message twice (SPL-76).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import isfinite
from typing import Any, Final, TypeVar

from mapix.interfaces.message import Message
from mapix.interfaces.spi import (
    AddressTypes,
    Outcome,
    OutcomeKind,
    RecipientResult,
    RecipientState,
    Submission,
    TransportLogon,
    TransportSupport,
)
from mapix.properties.errors import CallFailed, MapiError, TimedOut
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ROWID
from mapix.subsystem.isolation.callers import Caller, GoneError, Job
from mapix.subsystem.isolation.limits import Limits
from mapix.subsystem.isolation.objects import check_kind
from mapix.subsystem.isolation.providers import GuardedLogon, show_back, show_failure

MOST_AT_ONCE: Final = 1000
"""Messages taken from one transport before others have their turn, whatever it says is left."""

_FINAL = (RecipientState.SENT, RecipientState.FAILED)
T = TypeVar("T")
_log = logging.getLogger("mapix.subsystem")


class GuardedTransport(GuardedLogon, TransportLogon):
    """What the spooler works with in place of a stranger's transport."""

    def __init__(self, inner: TransportLogon, caller: Caller, limits: Limits, support: TransportSupport) -> None:
        super().__init__(inner, caller, limits)
        wanted: Any = inner.logon_flags
        self.logon_flags = wanted if isinstance(wanted, int) else TransportLogon.logon_flags
        self.connects = bool(inner.connects)
        self._support = support
        self._working = Caller(caller.name)
        self._types: AddressTypes | None = None
        self._trouble: MapiError | None = None
        self._fetched = 0
        self._left = False
        self._submitting = False
        self._late: dict[bytes, dict[int, RecipientResult]] = {}

    def remote(self, flags: int) -> None:
        if self._offers("remote"):
            self._call("remote", lambda: self.inner.remote(flags))

    # sending

    def address_types(self) -> AddressTypes:
        """What the transport says, or said the last time it could; before that it may take everything (SPL-14).

        In the middle of a submission, where the spooler uses its time for the next message, it is not asked again.
        """
        if self._submitting:
            return self._types or AddressTypes(types=None)
        try:
            found = self._call("address_types", self.inner.address_types)
            self._types = _checked_types(self.caller.name, found)
            self._trouble = None
        except MapiError as error:
            self._tell("address_types", error)
            self._trouble = error
        return self._types or AddressTypes(types=None)

    def submit_message(self, submission: Submission) -> Outcome:
        if self._trouble is not None and self._types is None:
            return Outcome(OutcomeKind.WAIT, text=self._trouble.text)
        known = self._late.get(submission.delivery_key, {})
        settled = tuple(known[row[PR_ROWID]] for row in submission.recipients if row[PR_ROWID] in known)
        rest = tuple(row for row in submission.recipients if row[PR_ROWID] not in known)
        if settled:
            submission.progress(settled)
        if not rest:
            self._late.pop(submission.delivery_key, None)
            return Outcome(results=settled)
        outcome = self._submit(replace(submission, recipients=rest))
        return replace(outcome, results=settled + outcome.results) if settled else outcome

    def prepare(self, submission: Submission) -> None:
        if self._offers("prepare") and not self._submitting:
            self._call("prepare", lambda: self.inner.prepare(submission))

    def message_options(self, address_type: str) -> Mapping[PropTag, Any]:
        if not self._offers("message_options"):
            return {}
        found: Mapping[PropTag, Any] = self._call("message_options", lambda: self.inner.message_options(address_type))
        check_kind(self.caller.name, "message_options", found, (Mapping,))
        for tag in found:
            check_kind(self.caller.name, "message_options", tag, int)
        return found

    def flush(self) -> None:
        """Trouble is told once and not raised: nothing depends on it."""
        if self._offers("flush") and not self._working.is_stuck:
            try:
                self._call("flush", self.inner.flush)
            except MapiError as error:
                self._tell("flush", error)

    def transport_notify(self, flags: int) -> None:
        if self._offers("transport_notify"):
            self._call("transport_notify", lambda: self.inner.transport_notify(flags))

    def flush_queues(self, flags: int) -> None:
        if self._offers("flush_queues"):
            self._call("flush_queues", lambda: self.inner.flush_queues(flags))

    # fetching

    def poll(self) -> bool:
        if not self._offers("poll") or self._fetched >= MOST_AT_ONCE:
            self._fetched = 0
            return False
        found = bool(self._call("poll", self.inner.poll))
        self._fetched = self._fetched + 1 if found else 0
        return found

    def start_message(self, message: Message) -> bytes | None:
        found: bytes | None = self._call("start_message", lambda: self.inner.start_message(message))
        check_kind(self.caller.name, "start_message", found, (bytes, type(None)))
        if found is None:
            self._fetched = 0
        return found

    def accept_message(self, token: bytes) -> None:
        self._call("accept_message", lambda: self.inner.accept_message(token))

    def logoff(self) -> None:
        """A transport that is still in a call is logged off when it comes back."""
        self._left = True
        try:
            self._working.call("logoff", self.inner.logoff, self.limits.logoff)
        finally:
            self._working.close()

    # inside

    def _offers(self, method: str) -> bool:
        """Whether the transport has such a method of its own."""
        return getattr(type(self.inner), method, None) is not getattr(TransportLogon, method)

    def _call(self, what: str, work: Callable[[], T]) -> T:
        try:
            return self._working.call(what, work, self.limits.poll, late=self._back)
        except TimedOut as error:
            self._tell(what, error)
            raise

    def _submit(self, submission: Submission) -> Outcome:
        heard: list[RecipientResult] = []

        def submit(job: Job[Outcome]) -> Outcome:
            asked = replace(submission, progress=progress(job), meanwhile=lambda: _spared(job, submission.meanwhile))
            outcome = _checked(self.caller.name, self.inner.submit_message(asked), submission)
            heard.extend(outcome.results)
            return outcome

        def progress(job: Job[Outcome]) -> Callable[[Sequence[RecipientResult]], None]:
            def tell(results: Sequence[RecipientResult]) -> None:
                told = _results_of(self.caller.name, results, submission)
                heard.extend(told)
                with suppress(GoneError):
                    job.ask(lambda: submission.progress(told))

            return tell

        def late() -> None:
            self._keep(submission.delivery_key, heard)
            self._back()

        self._submitting = True
        try:
            return self._working.converse("submit_message", submit, self.limits.submit, late=late)
        except TimedOut as error:
            self._tell("submit_message", error)
            return Outcome(OutcomeKind.WAIT, text=error.text)
        finally:
            self._submitting = False

    def _keep(self, key: bytes, results: Sequence[RecipientResult]) -> None:
        """Remember what a submission that had been given up said in the end."""
        final = {each.row_id: each for each in results if each.state in _FINAL}
        if final:
            self._late.setdefault(key, {}).update(final)

    def _back(self) -> None:
        """A call that was given up has come back, on the thread it was made on."""
        if self._left:
            with suppress(MapiError):
                self._working.call("logoff", self.inner.logoff, 0)
            return
        show_back(self._support)
        with suppress(MapiError):
            self._support.spooler_notify()

    def _tell(self, what: str, error: MapiError) -> None:
        if self._trouble is None or str(self._trouble) != str(error):
            _log.warning("the transport %s failed in %s: %s", self.caller.name, what, error)
        show_failure(self._support, error)


def _spared(job: Job[Any], meanwhile: Callable[[], None]) -> None:
    with suppress(GoneError):
        job.ask(meanwhile)


def _checked_types(name: str, found: object) -> AddressTypes:
    check_kind(name, "address_types", found, AddressTypes)
    assert isinstance(found, AddressTypes)
    for each in found.types or ():
        check_kind(name, "address_types", each, str)
    for uid in found.uids:
        check_kind(name, "address_types", uid, bytes)
    return found


def _checked(name: str, found: object, submission: Submission) -> Outcome:
    """The outcome, with results only for recipients the transport was given; `CallFailed` for no outcome at all."""
    check_kind(name, "submit_message", found, Outcome)
    assert isinstance(found, Outcome)
    check_kind(name, "submit_message", found.kind, OutcomeKind)
    given: Any = found.wait
    wait = given if isinstance(given, int | float) and isfinite(given) else 0.0
    results = _results_of(name, found.results, submission)
    code, text = _code_of(found.code), _text_of(found.text)
    return replace(found, results=results, wait=max(float(wait), 0.0), code=code, text=text)


def _results_of(name: str, found: object, submission: Submission) -> tuple[RecipientResult, ...]:
    check_kind(name, "submit_message", found, (list, tuple))
    assert isinstance(found, list | tuple)
    given = {row[PR_ROWID] for row in submission.recipients}
    kept: list[RecipientResult] = []
    for each in found:
        state: Any = getattr(each, "state", None)
        if isinstance(each, RecipientResult) and isinstance(state, RecipientState) and each.row_id in given:
            kept.append(replace(each, code=_code_of(each.code), text=_text_of(each.text)))
        else:
            _log.warning("the transport %s speaks of a recipient it was not given: %r", name, each)
    if found and not kept:
        raise CallFailed("submit_message speaks of none of the recipients it was given", value=name)
    return tuple(kept)


def _code_of(found: Any) -> int:
    """The number of a peer's answer; 0 where it is none."""
    try:
        return int(found or 0)
    except (TypeError, ValueError, OverflowError):
        return 0


def _text_of(found: Any) -> str:
    """The words of a peer's answer, bytes among them as libraries hand them on."""
    if isinstance(found, bytes | bytearray):
        return found.decode("utf-8", "replace")
    return "" if found is None else str(found)
