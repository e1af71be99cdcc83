"""The message service LOCAL: delivers to the stores of the same store server, without any mail server. Cheap to
import.

Put it before SMTP in a profile: what it finds no mailbox for goes on to the next transport.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mapix.interfaces.service import MessageService, ProviderKind, ProviderSpec, Setting
from mapix.properties.address import check_address
from mapix.properties.flags import STATUS_PRIMARY_IDENTITY

if TYPE_CHECKING:
    from mapix.interfaces.spi import TransportProvider


def _load() -> TransportProvider:
    from mapix.providers.local.transport import LocalProvider

    return LocalProvider()


def check(settings: Mapping[str, Any]) -> None:
    """Raise `InvalidParameter` for settings that cannot work."""
    check_address(settings.get("address"))


service = MessageService(
    default=True,
    name="LOCAL",
    display_name="Local delivery",
    providers=(
        ProviderSpec(
            ProviderKind.TRANSPORT,
            "LOCAL",
            "Local delivery transport",
            _load,
            resource_flags=STATUS_PRIMARY_IDENTITY,
        ),
    ),
    settings=(
        Setting("address", help="the sender's SMTP address; each message's own sender when not set"),
        Setting("name", help="the sender's display name"),
    ),
    check=check,
)
