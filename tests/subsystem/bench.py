"""Message services made for tests: an address book and a transport whose logon goes as told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.spi import (
    AddressBookLogon,
    AddressBookProvider,
    AddressTypes,
    MessageService,
    Outcome,
    OutcomeKind,
    ProviderKind,
    ProviderSpec,
    Setting,
    Submission,
    Support,
    TransportLogon,
    TransportProvider,
    TransportSupport,
)
from mapix.interfaces.table import MapiTable
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.restrictions.anr import AnrTable
from mapix.objects.tables.tabledata import TableData
from mapix.properties.entryid import OneOff, search_key
from mapix.properties.errors import MapiError, NoSupport, UnknownEntryid
from mapix.properties.flags import AB_RECIPIENTS, AB_UNMODIFIABLE, DT_GLOBAL
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_CONTAINER_FLAGS,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IDENTITY_DISPLAY,
    PR_IDENTITY_ENTRYID,
    PR_IDENTITY_SEARCH_KEY,
    PR_OBJECT_TYPE,
)

BOOK_UID = bytes.fromhex("00112233445566778899aabbccddeeff")
ROOT = bytes(4) + BOOK_UID


class Script:
    """What each logon of a provider does: raises what is in `failures`, first to last, then succeeds."""

    def __init__(self, *failures: MapiError | Exception) -> None:
        self.failures = list(failures)
        self.logons = 0
        self.logoffs = 0
        self.shutdowns = 0

    def go(self) -> None:
        self.logons += 1
        if self.failures:
            raise self.failures.pop(0)


class BookContainer(PropertyBag, AbContainer):
    """People by name, found by PR_ANR only: it resolves no names itself."""

    object_type = ObjectType.ABCONT

    def __init__(self, people: Mapping[str, str]) -> None:
        values = {
            PR_DISPLAY_NAME: "Staff",
            PR_ENTRYID: ROOT,
            PR_CONTAINER_FLAGS: AB_RECIPIENTS | AB_UNMODIFIABLE,
            PR_DISPLAY_TYPE: DT_GLOBAL,
        }
        super().__init__(MemorySource(values))
        self.people = people

    def rows(self) -> list[dict[PropTag, Any]]:
        return [person_row(name, address) for name, address in self.people.items()]

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        for row in self.rows():
            if entry_id and row[PR_ENTRYID][4:] == entry_id[4:]:
                return PropertyBag(MemorySource(row), object_type=ObjectType.MAILUSER)
        if entry_id in (None, ROOT):
            return self
        raise UnknownEntryid("not in this book", value=entry_id)

    def get_contents_table(self, *, associated: bool = False) -> MapiTable:
        return AnrTable((PR_DISPLAY_NAME, PR_ENTRYID), self.rows()).view()

    def get_hierarchy_table(self, *, deep: bool = False) -> MapiTable:
        return TableData((PR_DISPLAY_NAME,)).view()

    def resolve_names(self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag]) -> list[int]:
        raise NoSupport("look in the table")


def person_row(name: str, address: str) -> dict[PropTag, Any]:
    return {
        PR_DISPLAY_NAME: name,
        PR_ADDRTYPE: "SMTP",
        PR_EMAIL_ADDRESS: address,
        PR_ENTRYID: ROOT + address.encode(),
        PR_OBJECT_TYPE: int(ObjectType.MAILUSER),
    }


class BookLogon(AddressBookLogon):
    def __init__(self, script: Script, people: Mapping[str, str]) -> None:
        self.script = script
        self.container = BookContainer(people)

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        return self.container.open_entry(entry_id, access)

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        return first == second

    def containers(self) -> Sequence[AbContainer]:
        return [self.container]

    def logoff(self) -> None:
        self.script.logoffs += 1


class BookProvider(AddressBookProvider):
    def __init__(self, script: Script, people: Mapping[str, str]) -> None:
        self.script = script
        self.people = people

    def logon(self, support: Support) -> AddressBookLogon:
        self.script.go()
        support.set_provider_uid(BOOK_UID)
        return BookLogon(self.script, self.people)

    def shutdown(self) -> None:
        self.script.shutdowns += 1


class WaitingTransport(TransportLogon):
    """Takes fax addresses, and sends nothing yet."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def address_types(self) -> AddressTypes:
        return AddressTypes(("FAX",))

    def submit_message(self, submission: Submission) -> Outcome:
        return Outcome(OutcomeKind.WAIT, wait=60.0)

    def logoff(self) -> None:
        self.script.logoffs += 1


class WaitingProvider(TransportProvider):
    def __init__(self, script: Script) -> None:
        self.script = script

    def logon(self, support: TransportSupport) -> TransportLogon:
        self.script.go()
        return WaitingTransport(self.script)

    def identity(self, support: TransportSupport) -> Mapping[PropTag, Any]:
        number = support.section.settings.get("number")
        if not number:
            return {}
        return {
            PR_IDENTITY_DISPLAY: "Ann",
            PR_IDENTITY_ENTRYID: OneOff("Ann", "FAX", number).dump(),
            PR_IDENTITY_SEARCH_KEY: search_key("FAX", number),
        }

    def shutdown(self) -> None:
        self.script.shutdowns += 1


def book_service(
    script: Script,
    people: Mapping[str, str] | None = None,
    *,
    name: str = "BOOK",
    transport: Script | None = None,
    configure: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> MessageService:
    """An address book, with `transport` a transport beside it."""
    specs = [ProviderSpec(ProviderKind.ADDRESS_BOOK, "book", "Book", lambda: BookProvider(script, people or {}))]
    if transport is not None:
        beside = transport
        specs.append(ProviderSpec(ProviderKind.TRANSPORT, "fax", "Fax", lambda: WaitingProvider(beside)))
    return MessageService(name, "A book", tuple(specs), (Setting("path"),), configure=configure)


def fax_service(script: Script, *, name: str = "FAX", flags: int = 0, single_copy: bool = False) -> MessageService:
    """A transport for fax addresses."""
    spec = ProviderSpec(ProviderKind.TRANSPORT, "fax", "Fax", lambda: WaitingProvider(script), resource_flags=flags)
    return MessageService(name, "Fax machine", (spec,), (Setting("number"),), single_copy=single_copy)
