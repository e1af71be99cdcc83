"""The message service CAPTURE: whatever is sent is written into a folder, for tests and for systems that must not reach
anybody. Cheap to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mapix.interfaces.service import MessageService, ProviderKind, ProviderSpec, Setting, SettingKind
from mapix.properties.address import check_address
from mapix.properties.flags import STATUS_PRIMARY_IDENTITY

if TYPE_CHECKING:
    from mapix.interfaces.spi import TransportProvider


def _load() -> TransportProvider:
    from mapix.providers.capture.transport import CaptureProvider

    return CaptureProvider()


def check(settings: Mapping[str, Any]) -> None:
    """Raise `InvalidParameter` for settings that cannot work."""
    check_address(settings.get("address"))


service = MessageService(
    name="CAPTURE",
    display_name="Mail kept in a folder",
    providers=(
        ProviderSpec(
            ProviderKind.TRANSPORT,
            "CAPTURE",
            "Capturing transport",
            _load,
            resource_flags=STATUS_PRIMARY_IDENTITY,
        ),
    ),
    settings=(
        Setting("folder", SettingKind.PATH, help="where mail is written, made when it is not there", required=True),
        Setting("address", help="the sender's SMTP address; each message's own sender when not set"),
        Setting("name", help="the sender's display name"),
    ),
    check=check,
)
