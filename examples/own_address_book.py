"""An address book of one's own: people in a CSV file with the columns `name` and `address`.

    [project.entry-points."mapix.services"]
    STAFF = "own_address_book:service"

The file is read at each logon. Names are found by the beginnings of their words.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from mapix.interfaces import spi
from mapix.interfaces.addrbook import AbContainer, MailUser
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.table import MapiTable
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.restrictions.anr import AnrTable
from mapix.objects.tables.tabledata import TableData
from mapix.properties import tags as t
from mapix.properties.entryid import provider_uid, search_key
from mapix.properties.errors import LogonFailed, NoSupport, UnknownEntryid
from mapix.properties.flags import AB_RECIPIENTS, AB_UNMODIFIABLE, DT_GLOBAL, DT_MAILUSER

UID = bytes.fromhex("5374616666206f66206578616d706c65")
ROOT = bytes(4) + UID
COLUMNS = (t.PR_DISPLAY_NAME, t.PR_ENTRYID, t.PR_ADDRTYPE, t.PR_EMAIL_ADDRESS, t.PR_OBJECT_TYPE, t.PR_DISPLAY_TYPE)
Row = dict[Any, Any]


def person(name: str, address: str) -> Row:
    entry_id = ROOT + sha256(address.lower().encode()).digest()[:16]
    return {
        **dict.fromkeys((t.PR_ENTRYID, t.PR_RECORD_KEY, t.PR_INSTANCE_KEY), entry_id),
        t.PR_DISPLAY_NAME: name,
        t.PR_ADDRTYPE: "SMTP",
        t.PR_EMAIL_ADDRESS: address,
        t.PR_SEARCH_KEY: search_key("SMTP", address),
        t.PR_OBJECT_TYPE: int(ObjectType.MAILUSER),
        t.PR_DISPLAY_TYPE: DT_MAILUSER,
    }


class Person(PropertyBag, MailUser):
    object_type = ObjectType.MAILUSER


class Staff(PropertyBag, AbContainer):
    object_type = ObjectType.ABCONT

    def __init__(self, name: str, people: Mapping[bytes, Row]) -> None:
        shown = {t.PR_DISPLAY_NAME: name, t.PR_CONTAINER_FLAGS: AB_RECIPIENTS | AB_UNMODIFIABLE}
        keys = dict.fromkeys((t.PR_ENTRYID, t.PR_RECORD_KEY), ROOT)
        kind = {t.PR_OBJECT_TYPE: int(ObjectType.ABCONT), t.PR_DISPLAY_TYPE: DT_GLOBAL}
        super().__init__(MemorySource({**shown, **keys, **kind}), access=Access.READ)
        self.people = people

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> MapiProp:
        self.get_prop_list()  # raises when the book is closed
        if entry_id in (None, b"", ROOT):
            return self
        if entry_id not in self.people:
            raise UnknownEntryid("nobody here has this identifier", value=entry_id)
        return Person(MemorySource(self.people[entry_id]), access=Access.READ)

    def get_contents_table(self, *, associated: bool = False, deleted: bool = False) -> MapiTable:
        return AnrTable(COLUMNS, [] if associated or deleted else self.people.values()).view()

    def get_hierarchy_table(self, *, deep: bool = False, deleted: bool = False) -> MapiTable:
        return TableData((t.PR_DISPLAY_NAME, t.PR_ENTRYID)).view()

    def resolve_names(self, rows: Sequence[Row], columns: Sequence[Any]) -> list[int]:
        raise NoSupport("a contents table is restricted by PR_ANR instead")


class StaffLogon(spi.AddressBookLogon):
    def __init__(self, container: Staff) -> None:
        self.container = container

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        return self.container.open_entry(entry_id, access)

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        if {provider_uid(first), provider_uid(second)} != {UID}:
            raise UnknownEntryid("not identifiers of this book", value=first)
        return first == second

    def containers(self) -> Sequence[AbContainer]:
        return [self.container]

    def logoff(self) -> None:
        self.container.close()


class StaffProvider(spi.AddressBookProvider):
    def logon(self, support: spi.Support) -> StaffLogon:
        path = Path(support.section.settings["path"])
        try:
            lines = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
            people = [person(line["name"], line["address"]) for line in lines]
        except (OSError, KeyError, ValueError, AttributeError) as error:
            raise LogonFailed("the file of people cannot be read", value=str(path), hint=str(error)) from error
        support.set_provider_uid(UID)
        return StaffLogon(Staff(path.stem.title(), {row[t.PR_ENTRYID]: row for row in people}))


SPEC = spi.ProviderSpec(spi.ProviderKind.ADDRESS_BOOK, "STAFF", "Staff", StaffProvider)
PATH = spi.Setting("path", spi.SettingKind.PATH, required=True, help="a CSV file with the columns name and address")
service = spi.MessageService(name="STAFF", display_name="Staff", providers=(SPEC,), settings=(PATH,))
