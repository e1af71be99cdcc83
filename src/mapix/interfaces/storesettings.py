"""The settings that every store of the shared objects understands: services name them, providers hand them on.

Cheap to import.

service = MessageService(..., settings=(Setting("path"), *SETTINGS), check=check)
StoreObject(backend, support, provider=NAME, access=access, **options(support.section.settings))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict

from mapix.interfaces.service import Setting, SettingKind
from mapix.properties.errors import InvalidParameter

_SECONDS_A_DAY: Final = 24 * 3600
_MOST_DAYS: Final = 24_000

SETTINGS: Final = (
    Setting("keep_sent", SettingKind.FLAG, default=True, help="mail sent from the Outbox goes to Sent Items"),
    Setting(
        "retention_days",
        SettingKind.NUMBER,
        default=0,
        help="what is deleted for good can still be restored for so many days",
    ),
    Setting(
        "nonread_reports",
        SettingKind.FLAG,
        default=True,
        help="senders who asked for it are told that their message was deleted unread",
    ),
)
"""Settings of the service of such a store."""


class StoreOptions(TypedDict):
    """What `StoreObject` takes of them."""

    keep_sent: bool
    retention: int
    nonread_reports: bool


def options(settings: Mapping[str, Any]) -> StoreOptions:
    """The options that the settings of a profile's section ask for."""
    return StoreOptions(
        keep_sent=bool(settings.get("keep_sent", True)),
        retention=int(settings.get("retention_days") or 0) * _SECONDS_A_DAY,
        nonread_reports=bool(settings.get("nonread_reports", True)),
    )


def check_options(settings: Mapping[str, Any]) -> None:
    """`InvalidParameter` for settings that cannot work."""
    days = int(settings.get("retention_days") or 0)
    if not 0 <= days <= _MOST_DAYS:
        raise InvalidParameter(f"retention_days is a number of days from 0 to {_MOST_DAYS}", value=days)
