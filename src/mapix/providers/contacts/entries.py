"""Users and distribution lists of an address book, open (IMailUser, IDistList; ABK-74, ABK-75)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mapix.interfaces.addrbook import DistList, MailUser
from mapix.interfaces.container import Completion
from mapix.interfaces.prop import Access, ChangeSet, MapiProp, ObjectType
from mapix.interfaces.table import MapiTable
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.bags.rules import Getter, Rules
from mapix.objects.restrictions.anr import AnrTable
from mapix.objects.tables.tabledata import TableData
from mapix.properties.entryid import is_one_off, provider_uid, search_key
from mapix.properties.errors import InvalidParameter, NoAccess, ObjectDeleted
from mapix.properties.flags import DT_MAILUSER, DT_PRIVATE_DISTLIST
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_CONTAINER_FLAGS,
    PR_DETAILS_TABLE,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SEND_RICH_INFO,
    PR_SMTP_ADDRESS,
    PR_TRANSMITABLE_DISPLAY_NAME,
)
from mapix.providers.contacts.book import PERSONAL_LIST, SMTP, Props, unpacked
from mapix.providers.contacts.ids import Kind, read_id
from mapix.providers.contacts.members import add_foreign, add_member, members, remove_member
from mapix.providers.contacts.names import resolve_among
from mapix.providers.contacts.rows import COLUMNS

if TYPE_CHECKING:
    from mapix.providers.contacts.world import World


class EntrySource:
    """One entry as a `PropertySource`; without a number it gets one at its first save."""

    def __init__(self, world: World, kind: Kind, number: int | None = None, flags: int = 0) -> None:
        self.kind = kind
        self.number = number
        self._world = world
        self._flags = flags

    def load(self, tags: Sequence[PropTag] | None) -> tuple[Props, int]:
        """See `PropertySource.load`."""
        if self.number is None:
            return {}, 0
        entry = self._world.book.some((self.number,)).get(self.number)
        if entry is None:
            raise ObjectDeleted("the entry has been deleted from the address book")
        return unpacked(entry), entry.version

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`; `Collision` for a duplicate (ABK-71)."""
        saved, _ = self.load(None)
        gone = changes.deleted | {tag >> 16 for tag in changes.values}
        values = {tag: value for tag, value in saved.items() if tag >> 16 not in gone} | changes.values
        if self.number is not None:
            return self._world.book.change(self.number, changes.version, values)
        entry = self._world.book.add(self.kind, values, flags=self._flags)
        self.number = entry.number
        return entry.version


class BookEntry(PropertyBag):
    """What users and lists share; their identifier comes with the first save (ABK-71)."""

    def __init__(self, world: World, source: EntrySource, access: Access) -> None:
        self._world = world
        self._entry_source = source
        fresh = source.number is None
        super().__init__(source, rules=RULES[source.kind], access=access, life=world.life, fresh=fresh)

    def identifier(self) -> bytes | None:
        """The entry identifier, None before the first save."""
        number = self._entry_source.number
        return None if number is None else self._world.book.identifier(self._entry_source.kind, number)

    def kind_of_address(self) -> str:
        """The address type: SMTP where nobody set another."""
        return (self._value(PR_ADDRTYPE) or SMTP).upper()

    def address_key(self) -> bytes | None:
        """The search key of the address as it stands (ABK-5)."""
        address = self._value(PR_EMAIL_ADDRESS)
        return search_key(self.kind_of_address(), address) if address else None

    def internet_address(self) -> str | None:
        """The SMTP address, where that is the address; entries of other networks may have one set."""
        address: str | None = self._value(PR_EMAIL_ADDRESS)
        return address if self.kind_of_address() == SMTP else None

    def display_name(self) -> str | None:
        """The display name."""
        name: str | None = self._value(PR_DISPLAY_NAME)
        return name

    def _open_as(self, tag: PropTag, kind: type[Any], access: Access, create: bool) -> object:
        if tag == PR_DETAILS_TABLE and kind is MapiTable:
            from mapix.objects.bags.details import details_table

            return details_table(writable=self.writable, is_list=self._entry_source.kind == Kind.LIST)
        return super()._open_as(tag, kind, access, create)


class UserEntry(BookEntry, MailUser):
    """A contact."""

    object_type = ObjectType.MAILUSER


class ListEntry(BookEntry, DistList):
    """A distribution list, the container of its members."""

    object_type = ObjectType.DISTLIST

    def get_contents_table(self, *, associated: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_contents_table`: the members, in the order they came."""
        self._check()
        rows = [] if associated or deleted else self._members()
        return AnrTable(COLUMNS, rows).view(life=self._world.life)

    def get_hierarchy_table(self, *, deep: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_hierarchy_table`: lists have nothing below."""
        self._check()
        return TableData((PR_DISPLAY_NAME, PR_ENTRYID)).view(life=self._world.life)

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> MapiProp:
        """See `MapiContainer.open_entry`; members are opened wherever they are at home."""
        self._check()
        return self._world.open(self.identifier() if entry_id is None else entry_id, access)

    def resolve_names(self, rows: Sequence[Props], columns: Sequence[PropTag]) -> list[int]:
        """See `AbContainer.resolve_names`: among the members."""
        self._check()
        return resolve_among(self._members(), rows, columns)

    def create_entry(self, template: bytes | None = None, flags: int = 0) -> MapiProp:
        """A new member: with an entry's identifier for template that entry; else somebody outside the book, who becomes
        a one-off.
        """
        from mapix.providers.contacts.newmember import NewMember

        self._check_writable()
        return NewMember(self._world, self._number(), template)

    def copy_entries(self, entry_ids: Sequence[bytes], flags: int = 0) -> Completion:
        """See `AbContainer.copy_entries`: they become members; who is one stays one."""
        return self._each(entry_ids, self._add)

    def delete_entries(self, entry_ids: Sequence[bytes]) -> Completion:
        """See `AbContainer.delete_entries`: they are members no more, and stay in the book."""
        return self._each(entry_ids, self._remove)

    # inside

    def _members(self) -> list[Props]:
        number = self._entry_source.number
        return [] if number is None else members(self._world.book, number)

    def _number(self) -> int:
        if self._entry_source.number is None:
            raise InvalidParameter("a list has members once it has been saved", hint="save_changes, then its members")
        return self._entry_source.number

    def _each(self, entry_ids: Iterable[bytes], work: Callable[[bytes], None]) -> Completion:
        self._check()
        if not self._granted:
            raise NoAccess("the list is open for reading only", hint="open it with Access.MODIFY (MAPI_MODIFY)")
        return self._world.each(entry_ids, work)

    def _add(self, entry_id: bytes) -> None:
        join(self._world, self._number(), entry_id)

    def _remove(self, entry_id: bytes) -> None:
        own = provider_uid(entry_id) == self._world.book.uid
        member = read_id(self._world.book.uid, entry_id)[1] if own else None
        remove_member(self._world.book, self._number(), entry_id, member)


def join(world: World, number: int, entry_id: bytes) -> None:
    """Make an entry of whichever book, or a one-off, a member of a list."""
    if not is_one_off(entry_id) and provider_uid(entry_id) == world.book.uid:
        kind, member = read_id(world.book.uid, entry_id)
        if kind not in (Kind.USER, Kind.LIST):
            raise InvalidParameter("members of a list are people and lists", value=entry_id)
        add_member(world.book, number, member)
        return
    add_foreign(world.book, number, bytes(entry_id), world.snapshot(entry_id))


def _rules(kind: Kind, display_type: int, **more: Getter) -> Rules:
    is_list = kind == Kind.LIST
    computed: dict[PropTag, Getter] = {
        PR_ENTRYID: BookEntry.identifier,
        PR_RECORD_KEY: BookEntry.identifier,
        PR_INSTANCE_KEY: BookEntry.identifier,
        PR_OBJECT_TYPE: lambda _entry: int(kind),
        PR_DISPLAY_TYPE: lambda _entry: display_type,
        PR_TRANSMITABLE_DISPLAY_NAME: BookEntry.display_name,
    }
    if is_list:
        computed[PR_ADDRTYPE] = lambda _entry: PERSONAL_LIST
        computed[PR_SEND_RICH_INFO] = lambda _entry: True
        return Rules.of(computed=computed, objects=(PR_DETAILS_TABLE,), readonly=(PR_CONTAINER_FLAGS,))
    computed[PR_SEARCH_KEY] = BookEntry.address_key
    defaults: dict[PropTag, Getter] = {
        PR_ADDRTYPE: BookEntry.kind_of_address,
        PR_SMTP_ADDRESS: BookEntry.internet_address,
        PR_SEND_RICH_INFO: lambda entry: entry.kind_of_address() != SMTP,
    }
    return Rules.of(computed=computed, defaults=defaults, objects=(PR_DETAILS_TABLE,))


RULES = {Kind.USER: _rules(Kind.USER, DT_MAILUSER), Kind.LIST: _rules(Kind.LIST, DT_PRIVATE_DISTLIST)}
