"""The message service MEMORY: a store in memory, for trying things and for tests. Cheap to import.

Stores of one name are one store in a process, and gone with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.service import MessageService, ProviderKind, ProviderSpec, Setting
from mapix.interfaces.storesettings import SETTINGS, check_options
from mapix.properties.address import check_address
from mapix.properties.guid import guid

if TYPE_CHECKING:
    from mapix.interfaces.spi import StoreProvider

PROVIDER_UID: Final = guid("{7B1C2F5A-93D4-4E0B-8E57-2C6A1F0D9B34}")
"""Leads every entry identifier of stores of this kind (E-004), and is their PR_MDB_PROVIDER (ST-023)."""


def _load() -> StoreProvider:
    from mapix.providers.memory.provider import MemoryStoreProvider

    return MemoryStoreProvider()


def check(settings: Mapping[str, Any]) -> None:
    """Raise `InvalidParameter` for settings that cannot work."""
    check_address(settings.get("owner_address"))
    check_options(settings)


service = MessageService(
    name="MEMORY",
    display_name="Store in memory",
    providers=(ProviderSpec(ProviderKind.STORE, "MEMORY", "Store in memory", _load),),
    settings=(
        Setting("name", default="Memory", help="which store: equal names are one store in a process"),
        Setting("owner_address", help="the SMTP address mail is delivered to"),
        Setting("owner_name", help="the owner's display name"),
        *SETTINGS,
    ),
    check=check,
)
