"""The personal address book: a container over the user's own contacts (ABK-70..ABK-74)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from mapix.interfaces.addrbook import CONTENTS_COLUMNS, AbContainer, MailUser
from mapix.interfaces.container import Completion
from mapix.interfaces.prop import Access, ChangeSet, ObjectType
from mapix.interfaces.table import MapiTable
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.bags.rules import Rules
from mapix.objects.restrictions.anr import AnrTable, anr_matches
from mapix.objects.restrictions.collate import fold
from mapix.objects.stores.life import Life
from mapix.objects.tables.tabledata import TableData
from mapix.properties.entryid import PERSONAL_UID, search_key
from mapix.properties.errors import (
    Collision,
    InvalidParameter,
    NoAccess,
    NoSupport,
    NotFound,
    ObjectDeleted,
    UnknownEntryid,
)
from mapix.properties.flags import (
    AB_MODIFIABLE,
    AB_RECIPIENTS,
    CREATE_CHECK_DUP_LOOSE,
    CREATE_REPLACE,
    DT_MAILUSER,
    DT_MODIFIABLE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_CONTAINER_FLAGS,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SEND_RICH_INFO,
)
from mapix.subsystem.books.contacts import Contact, Contacts
from mapix.subsystem.books.oneoff import SMTP

CONTAINER_ID = bytes(4) + PERSONAL_UID
"""The identifier of the container of contacts."""

_UNRESOLVED, _AMBIGUOUS, _RESOLVED = 0, 1, 2


def entry_id(uid: bytes) -> bytes:
    """The identifier of a contact."""
    return CONTAINER_ID + uid


def uid_of(identifier: bytes) -> bytes:
    """The contact an identifier names; empty for the container. `UnknownEntryid`."""
    if identifier[:20] != CONTAINER_ID or len(identifier) not in (20, 36):
        raise UnknownEntryid("not an identifier of the personal address book", value=identifier)
    return bytes(identifier[20:])


class ContactUser(PropertyBag, MailUser):
    """A contact, open; it gets its identifier with its first save (ABK-71)."""

    object_type = ObjectType.MAILUSER

    def __init__(
        self, contacts: Contacts, uid: bytes, access: Access, life: Life, *, fresh: bool = False, flags: int = 0
    ) -> None:
        self._uid = uid
        source = ContactSource(contacts, uid, flags if fresh else None)
        super().__init__(source, rules=_RULES, access=access, life=life, fresh=fresh)

    def identifier(self) -> bytes | None:
        """The identifier, None before the first save."""
        return None if self._fresh else entry_id(self._uid)

    def address_key(self) -> bytes | None:
        """The search key, as the address stands (ABK-5)."""
        kind, address = self._value(PR_ADDRTYPE), self._value(PR_EMAIL_ADDRESS)
        return search_key(kind, address) if kind and address else None


_RULES = Rules.of(
    computed={
        PR_ENTRYID: ContactUser.identifier,
        PR_RECORD_KEY: ContactUser.identifier,
        PR_SEARCH_KEY: ContactUser.address_key,
        PR_OBJECT_TYPE: lambda _user: int(ObjectType.MAILUSER),
        PR_DISPLAY_TYPE: lambda _user: DT_MAILUSER,
    }
)


class ContactSource:
    """One contact as a `PropertySource`; `flags` are those of a new one that has not been saved yet."""

    def __init__(self, contacts: Contacts, uid: bytes, flags: int | None = None) -> None:
        self._contacts = contacts
        self._uid = uid
        self._flags = flags

    def load(self, tags: Sequence[PropTag] | None) -> tuple[dict[PropTag, Any], int]:
        """See `PropertySource.load`; contacts have no versions, the last save wins."""
        return self._contacts.get(self._uid), 1

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`; `InvalidParameter` for a contact without a name or an address, `Collision` for a
        duplicate (ABK-71), `ObjectDeleted` for one that is gone.
        """
        people = self._contacts.all()
        if self._flags is None and self._uid not in people:
            raise ObjectDeleted("the contact has been deleted")
        contact = people.get(self._uid, {})
        gone = changes.deleted | {tag >> 16 for tag in changes.values}
        contact = {tag: value for tag, value in contact.items() if tag >> 16 not in gone} | changes.values
        if not contact.get(PR_DISPLAY_NAME) or not contact.get(PR_EMAIL_ADDRESS):
            raise InvalidParameter("a contact needs a name and an address", value=contact.get(PR_DISPLAY_NAME))
        contact.setdefault(PR_ADDRTYPE, SMTP)
        self._make_room(people, contact)
        self._contacts.put(self._uid, contact)
        self._flags = None
        return 1

    def _make_room(self, people: Mapping[bytes, Contact], contact: Contact) -> None:
        """Refuse or take out the duplicate of a new contact, as its flags say."""
        if not self._flags:
            return
        for uid, other in people.items():
            if _is_duplicate(other, contact, loose=bool(self._flags & CREATE_CHECK_DUP_LOOSE)):
                if not self._flags & CREATE_REPLACE:
                    raise Collision("there is this contact already", value=other.get(PR_DISPLAY_NAME))
                self._contacts.remove(uid)
                return


class PersonalContainer(PropertyBag, AbContainer):
    """The container of the user's contacts."""

    object_type = ObjectType.ABCONT

    def __init__(self, contacts: Contacts, access: Access, life: Life) -> None:
        self._contacts = contacts
        super().__init__(MemorySource(container_row()), access=Access.READ, life=life)
        self._modifiable = access is not Access.READ

    def get_contents_table(self, *, associated: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_contents_table`; PR_ANR restrictions find people by name (ABK-25)."""
        self._check()
        rows = [] if associated or deleted else [row_of(uid, contact) for uid, contact in self._contacts.all().items()]
        return AnrTable(CONTENTS_COLUMNS, rows).view(life=self._life)

    def get_hierarchy_table(self, *, deep: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_hierarchy_table`: there is nothing below."""
        self._check()
        return TableData((PR_DISPLAY_NAME, PR_ENTRYID)).view(life=self._life)

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> PropertyBag:
        """See `MapiContainer.open_entry`."""
        self._check()
        return open_personal(self._contacts, CONTAINER_ID if entry_id is None else entry_id, access, self._life)

    def resolve_names(self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag]) -> list[int]:
        """See `AbContainer.resolve_names`."""
        self._check()
        people = [row_of(uid, contact) for uid, contact in self._contacts.all().items()]
        return [_resolve(row, people, columns) for row in rows]

    def create_entry(self, template: bytes | None = None, flags: int = 0) -> ContactUser:
        """See `AbContainer.create_entry`: a contact, kept at its first save (ABK-71). There are no templates here;
        `NoAccess` for a container opened for reading.
        """
        self._check_modifiable()
        if template:
            raise NoSupport("these contacts are made without templates", hint="mapix service add CONTACTS")
        return ContactUser(self._contacts, uuid4().bytes_le, Access.MODIFY, self._life, fresh=True, flags=flags)

    def delete_entries(self, entry_ids: Sequence[bytes]) -> Completion:
        """See `AbContainer.delete_entries`."""
        self._check_modifiable()
        failed = []
        for identifier in entry_ids:
            try:
                self._contacts.remove(uid_of(identifier))
            except (NotFound, UnknownEntryid):
                failed.append(bytes(identifier))
        return Completion(tuple(failed))

    def _check_modifiable(self) -> None:
        self._check()
        if not self._modifiable:
            raise NoAccess("the container is open for reading only", hint="open it with Access.MODIFY (MAPI_MODIFY)")


def open_personal(contacts: Contacts, identifier: bytes, access: Access, life: Life) -> PropertyBag:
    """The container or a contact, by identifier; `NotFound`, `UnknownEntryid`."""
    uid = uid_of(identifier)
    if not uid:
        return PersonalContainer(contacts, access, life)
    return ContactUser(contacts, uid, Access.READ if access is Access.READ else Access.MODIFY, life)


def container_row() -> dict[PropTag, Any]:
    """The personal container's properties, as in the hierarchy of the address book."""
    return {
        PR_DISPLAY_NAME: "Contacts",
        PR_ENTRYID: CONTAINER_ID,
        PR_RECORD_KEY: CONTAINER_ID,
        PR_INSTANCE_KEY: CONTAINER_ID,
        PR_OBJECT_TYPE: int(ObjectType.ABCONT),
        PR_DISPLAY_TYPE: DT_MODIFIABLE,
        PR_CONTAINER_FLAGS: AB_RECIPIENTS | AB_MODIFIABLE,
    }


def row_of(uid: bytes, contact: Contact) -> dict[PropTag, Any]:
    """A contact as a row of the contents table."""
    kind, address = contact.get(PR_ADDRTYPE, SMTP), contact.get(PR_EMAIL_ADDRESS, "")
    return {
        **contact,
        PR_ADDRTYPE: kind,
        PR_ENTRYID: entry_id(uid),
        PR_RECORD_KEY: entry_id(uid),
        PR_INSTANCE_KEY: entry_id(uid),
        PR_SEARCH_KEY: search_key(kind, address),
        PR_OBJECT_TYPE: int(ObjectType.MAILUSER),
        PR_DISPLAY_TYPE: DT_MAILUSER,
        PR_SEND_RICH_INFO: contact.get(PR_SEND_RICH_INFO, kind != SMTP),
    }


def _is_duplicate(one: Contact, other: Contact, *, loose: bool) -> bool:
    """Whether two contacts have one name and one address; `loose`, one of the two (ABK-71)."""
    names = fold(one.get(PR_DISPLAY_NAME, "")) == fold(other.get(PR_DISPLAY_NAME, ""))
    keys = [search_key(each.get(PR_ADDRTYPE, SMTP), each.get(PR_EMAIL_ADDRESS, "")) for each in (one, other)]
    return (names or keys[0] == keys[1]) if loose else (names and keys[0] == keys[1])


def _resolve(row: dict[PropTag, Any], people: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag]) -> int:
    """Resolve one row in place: an exact name wins over names that begin alike."""
    if row.get(PR_ENTRYID):
        return _RESOLVED
    wanted = row.get(PR_DISPLAY_NAME) or ""
    found = [one for one in people if anr_matches(wanted, one[PR_DISPLAY_NAME], one.get(PR_EMAIL_ADDRESS, ""))]
    exact = [one for one in found if one[PR_DISPLAY_NAME].casefold() == wanted.strip().casefold()]
    found = exact if len(exact) == 1 else found
    if len(found) != 1:
        return _AMBIGUOUS if found else _UNRESOLVED
    row.update({tag: found[0][tag] for tag in (*columns, PR_ENTRYID) if tag in found[0]})
    return _RESOLVED
