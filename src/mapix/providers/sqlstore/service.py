"""The message service MAPIXSTORE: a message store in a file or in a PostgreSQL database. Cheap to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.service import MessageService, ProviderKind, ProviderSpec, Setting, SettingKind
from mapix.interfaces.storesettings import SETTINGS, check_options
from mapix.properties.address import check_address
from mapix.properties.errors import InvalidParameter
from mapix.properties.guid import guid

if TYPE_CHECKING:
    from mapix.interfaces.spi import StoreProvider

PROVIDER_UID: Final = guid("{DDCDD8E2-6536-40C7-850E-D4EA252C6143}")
"""Leads every entry identifier of stores of this kind (E-004), and is their PR_MDB_PROVIDER (ST-023)."""

NAME: Final = "MAPIXSTORE"
DISPLAY_NAME: Final = "mapix store"


def _load() -> StoreProvider:
    from mapix.providers.sqlstore.provider import SqlStoreProvider

    return SqlStoreProvider()


def check(settings: Mapping[str, Any]) -> None:
    """Raise `InvalidParameter` for settings that cannot work."""
    check_address(settings.get("owner_address"))
    check_options(settings)
    if settings.get("dsn") and settings.get("path"):
        raise InvalidParameter("a store is in a file or in a database: path and dsn exclude one another")


def separate(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings with the password taken out of the DSN."""
    dsn = settings.get("dsn")
    if not dsn:
        return settings
    from mapix.providers.sqlstore.dsn import without_password

    bare, password = without_password(dsn)
    return settings if password is None else {**settings, "dsn": bare, "password": password}


service = MessageService(
    default=True,
    name=NAME,
    display_name=DISPLAY_NAME,
    providers=(ProviderSpec(ProviderKind.STORE, NAME, DISPLAY_NAME, _load, notes_place=True),),
    settings=(
        Setting("path", SettingKind.PATH, help="the file; by default <home>/stores/<profile>.mapix", tag=0x6700001F),
        Setting("dsn", help="the PostgreSQL database in which the store is, like postgresql://mail.example/mail"),
        Setting("mailbox", help="the mailbox of that database; by default the one called as the owner's address"),
        Setting("password", SettingKind.SECRET, help="the password for that database"),
        Setting("display_name", help="what the store is called, when it is made"),
        Setting("owner_address", option="address", help="the SMTP address whose mail is delivered to the store"),
        Setting("owner_name", option="owner", help="the owner's display name"),
        *SETTINGS,
        Setting(
            "durability",
            SettingKind.CHOICE,
            help="full: what was saved survives power loss; normal: it survives the death of programs, and is faster",
            default="full",
            choices=("full", "normal"),
        ),
    ),
    check=check,
    separate=separate,
    alias="store",
)
