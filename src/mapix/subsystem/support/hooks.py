"""Spooler hooks that stand in profiles (SPI-6, SPL-22): services whose providers are of the kind HOOK.

What `ProviderSpec.load` makes is the hook itself, or has a `logon` that answers one when it is given its support
object. A hook that fails is told in its status row and passed over, and so is one that does not answer in time: it is
asked on a thread of its own, with nothing locked, and asked again when it has come back.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from mapix.interfaces.message import Message
from mapix.interfaces.spi import Placement, ProviderKind
from mapix.properties.errors import MapiError
from mapix.properties.flags import HOOK_INBOUND, HOOK_OUTBOUND, STATUS_AVAILABLE, STATUS_FAILURE
from mapix.properties.tags import PR_STATUS_CODE, PR_STATUS_STRING
from mapix.subsystem.isolation.callers import Caller
from mapix.subsystem.isolation.objects import check_kind, watched_call
from mapix.subsystem.support.support import CommonSupport

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

_log = logging.getLogger("mapix.subsystem")


class ProfileHook:
    """One hook of a profile: sees what its PR_RESOURCE_FLAGS ask for, everything where they ask for nothing."""

    def __init__(self, name: str, inner: Any, flags: int, support: CommonSupport, seconds: float = 0) -> None:
        self.name = name
        self._caller = Caller(name)
        self._seconds = seconds
        self.support = support
        self._inner = inner
        wanted = flags & (HOOK_INBOUND | HOOK_OUTBOUND)
        self._wanted = wanted or HOOK_INBOUND | HOOK_OUTBOUND

    def outbound(self, message: Message) -> Placement | bytes | None:
        """See `SpoolerHook.outbound`."""
        if not self._wanted & HOOK_OUTBOUND:
            return None
        kinds = (bytes, Placement, type(None))
        found: Placement | bytes | None = self._call("outbound", lambda: self._inner.outbound(message), kinds)
        return found

    @property
    def wants_inbound(self) -> bool:
        """Whether it is shown what arrives."""
        return bool(self._wanted & HOOK_INBOUND)

    def inbound(self, message: Message, folder: bytes) -> Placement:
        """See `SpoolerHook.inbound`."""
        if not self.wants_inbound:
            return Placement(folder)
        found: Placement = self._call("inbound", lambda: self._inner.inbound(message, folder), (Placement,))
        return found

    def close(self) -> None:
        """It is asked no more."""
        self._caller.close()
        self.support.release()

    def _call(self, what: str, work: Callable[[], Any], wanted: tuple[type, ...]) -> Any:
        def ask() -> Any:
            return watched_call(self.name, what, work)

        try:
            found = self._caller.call(what, ask, self._seconds, late=self._back)
            check_kind(self.name, what, found, wanted)
            if isinstance(found, Placement):
                check_kind(self.name, f"{what} with a folder", found.folder, (bytes, type(None)))
        except MapiError as error:
            self._show(STATUS_FAILURE, str(error))
            raise
        return found

    def _back(self) -> None:
        """A call that was given up has come back."""
        with suppress(MapiError):
            self._show(STATUS_AVAILABLE, "")

    def _show(self, code: int, text: str) -> None:
        self.support.modify_status_row({PR_STATUS_CODE: code, PR_STATUS_STRING: text}, update=True)


class ProfileHooks(Sequence[ProfileHook]):
    """The hooks of a session, started when they are looked at first: in the spooler's thread, where nobody waits for
    them who holds something that they need.
    """

    def __init__(self, core: SessionCore) -> None:
        self._core = core
        self._guard = threading.RLock()
        self._found: list[ProfileHook] | None = None

    def close(self) -> None:
        """They are asked no more."""
        with self._guard:
            closing, self._found = self._found or [], []
        for hook in closing:
            hook.close()

    def __len__(self) -> int:
        return len(self._started())

    def __getitem__(self, place: Any) -> Any:
        return self._started()[place]

    def _started(self) -> list[ProfileHook]:
        with self._guard:
            if self._found is None:
                self._found = []
                self._found = hooks_of(self._core)
            return self._found


def hooks_of(core: SessionCore) -> list[ProfileHook]:
    """The hooks of the session's profile, in its order; one that cannot be started is shown and left out."""
    found: list[ProfileHook] = []
    for service, provider in core.handle.read().providers(ProviderKind.HOOK):
        support = CommonSupport(core, service, provider, core.routes, core.handle)
        try:
            inner = core.providers.attempt(service, provider, partial(core.providers.hook, service, provider, support))
        except MapiError as error:
            support.modify_status_row({PR_STATUS_CODE: STATUS_FAILURE, PR_STATUS_STRING: str(error)})
            support.release()
            continue
        name, seconds = service.display_name or service.name, core.subsystem.limits.hook
        found.append(ProfileHook(name, inner, provider.resource_flags, support, seconds))
    return found
