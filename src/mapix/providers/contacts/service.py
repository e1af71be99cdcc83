"""The message service CONTACTS: a personal address book in a file of its own. Cheap to import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mapix.interfaces.service import MessageService, ProviderKind, ProviderSpec, Setting, SettingKind

if TYPE_CHECKING:
    from mapix.interfaces.providers import AddressBookProvider

NAME: Final = "CONTACTS"
DISPLAY_NAME: Final = "Personal address book"


def _load() -> AddressBookProvider:
    from mapix.providers.contacts.provider import ContactsProvider

    return ContactsProvider()


service = MessageService(
    name=NAME,
    display_name=DISPLAY_NAME,
    providers=(ProviderSpec(ProviderKind.ADDRESS_BOOK, NAME, DISPLAY_NAME, _load, notes_place=True),),
    settings=(
        Setting("path", SettingKind.PATH, help="the file; by default <home>/books/<profile>.mapixbook"),
        Setting("display_name", help="what the address book is called, when it is made"),
    ),
    alias="contacts",
)
