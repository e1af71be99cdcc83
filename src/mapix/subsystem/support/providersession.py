"""The session as its providers have it: IMAPIGetSession::GetMAPISession (SPI-45), and what hooks and preprocessors get.

It is no member: it keeps nothing alive, nobody hears of it, and it ends with the session it belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.properties.errors import NoSupport
from mapix.properties.flags import MAPI_NO_MAIL
from mapix.subsystem.session import Session

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore


class ProviderSession(Session):
    """One for all providers of a session core."""

    def __init__(self, core: SessionCore) -> None:
        super().__init__(core, 0 if core.has_mail else MAPI_NO_MAIL)

    def logoff(self, flags: int = 0) -> None:
        """`NoSupport`: the session is its clients', and providers end with it."""
        raise NoSupport("a provider does not log its session off")

    def end(self) -> None:
        """The session is over."""
        super().logoff()
