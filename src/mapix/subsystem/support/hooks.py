"""Spooler hooks that stand in profiles (SPI-6, SPL-22): services whose providers are of the kind HOOK.

What `ProviderSpec.load` makes is the hook itself, or has a `logon` that answers one when it is given its support
object. A hook that fails is told in its status row and passed over. It is called on the spooler's thread, as inbound
ones see a message inside the transaction that delivers it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from mapix.interfaces.message import Message
from mapix.interfaces.spi import Placement, ProviderKind
from mapix.properties.errors import MapiError
from mapix.properties.flags import HOOK_INBOUND, HOOK_OUTBOUND, STATUS_FAILURE
from mapix.properties.tags import PR_STATUS_CODE, PR_STATUS_STRING
from mapix.subsystem.isolation.objects import check_kind, watched_call
from mapix.subsystem.support.support import CommonSupport

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

_log = logging.getLogger("mapix.subsystem")


class ProfileHook:
    """One hook of a profile: sees what its PR_RESOURCE_FLAGS ask for, everything where they ask for nothing."""

    def __init__(self, name: str, inner: Any, flags: int, support: CommonSupport) -> None:
        self.name = name
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

    def inbound(self, message: Message, folder: bytes) -> Placement:
        """See `SpoolerHook.inbound`."""
        if not self._wanted & HOOK_INBOUND:
            return Placement(folder)
        found: Placement = self._call("inbound", lambda: self._inner.inbound(message, folder), (Placement,))
        return found

    def _call(self, what: str, work: Callable[[], Any], wanted: tuple[type, ...]) -> Any:
        try:
            found = watched_call(self.name, what, work)
            check_kind(self.name, what, found, wanted)
        except MapiError as error:
            self.support.modify_status_row({PR_STATUS_CODE: STATUS_FAILURE, PR_STATUS_STRING: str(error)}, update=True)
            raise
        return found


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
        found.append(ProfileHook(service.display_name or service.name, inner, provider.resource_flags, support))
    return found
