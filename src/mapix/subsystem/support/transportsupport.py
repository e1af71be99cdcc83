"""The support object of transports (session 5.7)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from mapix.interfaces.spi import Preprocess, RecipientResult, RemoveInfo, Submission
from mapix.interfaces.store import MsgStore
from mapix.properties.content import MessageContent
from mapix.properties.errors import InvalidParameter, MapiError
from mapix.properties.flags import (
    LOGON_NO_CONNECT,
    LOGON_NO_DIALOG,
    LOGON_NO_INBOUND,
    LOGON_NO_OUTBOUND,
    NOTIFY_READYTOSEND,
    STATUS_AVAILABLE,
    STATUS_FAILURE,
)
from mapix.properties.tags import PR_STATUS_CODE, PR_STATUS_STRING
from mapix.subsystem.profiles.profile import ProviderEntry, ServiceEntry
from mapix.subsystem.profiles.profilehandle import ProfileHandle
from mapix.subsystem.support.commonsupport import CommonSupport
from mapix.subsystem.support.routes import Routes

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.spooler.preprocessing import Registered


class TransportProviderSupport(CommonSupport):
    """What a transport provider gets."""

    def __init__(
        self, core: SessionCore, service: ServiceEntry, provider: ProviderEntry, routes: Routes, handle: ProfileHandle
    ) -> None:
        super().__init__(core, service, provider, routes, handle)
        self._registered: list[Registered] = []
        self._silent = not core.providers.asks

    @property
    def logon_flags(self) -> int:
        """See `TransportSupport.logon_flags`."""
        offline = LOGON_NO_CONNECT if self.core.spooling.is_offline(self.provider.uid) else 0
        return LOGON_NO_INBOUND | LOGON_NO_OUTBOUND | offline | (LOGON_NO_DIALOG if self._silent else 0)

    def spooler_notify(self, flags: int = NOTIFY_READYTOSEND, entry_id: bytes | None = None) -> None:
        """See `TransportSupport.spooler_notify`. While the transport logs on the session waits for it: then the spooler
        looks as soon as it has started (SPI-11).
        """
        self._check()
        if self._waiting is not None:
            self.core.spooling.noticed = True
            return
        self.core.spooling.transport_says(self.provider.uid, flags, entry_id)

    def spooler_yield(self) -> bool:
        """See `TransportSupport.spooler_yield`."""
        self._check()
        return self.core.spooling.yields()

    def deliver(self, store: MsgStore, content: MessageContent, delivery_key: bytes) -> bytes | None:
        """See `TransportSupport.deliver`."""
        from mapix.subsystem.spooler.inbound import deliver

        hooks = self.core.spooling.hooks_for(store)
        return deliver(store, content, delivery_key, hooks=hooks, identity=self.core.identity.sender())

    def status_recips(self, submission: Submission, results: Sequence[RecipientResult]) -> None:
        """Tell at once what became of recipients: it is made durable, and reported when the turn is over (SPL-21)."""
        self._check()
        submission.progress(results)

    def register_preprocessor(
        self,
        preprocess: Preprocess | str,
        remove: RemoveInfo | str | None = None,
        *,
        uid: bytes | None = None,
        address_type: str | None = None,
    ) -> None:
        """See `TransportSupport.register_preprocessor`."""
        from mapix.subsystem.spooler.preprocessing import Registered, function

        self._check()
        _check_function(preprocess)
        if remove is not None:
            _check_function(remove)
        registered = Registered(
            self.provider.uid,
            self.service.display_name or self.service.name,
            function(preprocess),
            None if remove is None else function(remove),
            uid,
            address_type,
            self._show,
            self.get_mapi_session,
            self.open_address_book,
            self.core.subsystem.limits.preprocess,
        )
        self._registered.append(registered)
        self.core.spooling.preprocessors.register(registered)

    def release(self) -> None:
        """See `CommonSupport.release`: what it registered is asked no more."""
        super().release()
        if self._registered:
            self.core.spooling.preprocessors.forget(self._registered)

    def _show(self, error: MapiError | None) -> None:
        """Show in the status row that preparing messages fails, or works again."""
        code = STATUS_AVAILABLE if error is None else STATUS_FAILURE
        text = "" if error is None else str(error)
        with suppress(MapiError):
            self.modify_status_row({PR_STATUS_CODE: code, PR_STATUS_STRING: text}, update=True)


def _check_function(what: Preprocess | RemoveInfo | str) -> None:
    """`InvalidParameter` for what neither is a function nor names one."""
    module, _, name = what.partition(":") if isinstance(what, str) else ("", "", "")
    if not callable(what) and not (module and name.isidentifier()):
        raise InvalidParameter("a preprocessor is a function, or named like `module:function`", value=what)
