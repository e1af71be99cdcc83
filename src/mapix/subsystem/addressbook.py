"""The integrated address book: every container of every provider under one root (ABK-1..ABK-40).

The user's own contacts are always there; the providers of the profile add theirs. Names are looked up along the
search path; addresses and one-offs need no book at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mapix.interfaces.addrbook import AbContainer, AddrBook, Resolution
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.objects.life import Life
from mapix.objects.memorysource import MemorySource
from mapix.objects.propdata import PropertyBag
from mapix.properties.entryid import OneOff, is_one_off, provider_uid
from mapix.properties.errors import InvalidParameter, NotFound, UnknownEntryid
from mapix.properties.flags import AB_MODIFIABLE, AB_RECIPIENTS, DT_GLOBAL
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_AB_DEFAULT_DIR,
    PR_AB_DEFAULT_PAB,
    PR_AB_SEARCH_PATH,
    PR_CONTAINER_FLAGS,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_ENTRYID,
    PR_OBJECT_TYPE,
)
from mapix.subsystem.bookroot import RootContainer
from mapix.subsystem.contacts import Contacts
from mapix.subsystem.oneoff import OneOffUser, make_one_off
from mapix.subsystem.personal import PERSONAL_UID, PersonalContainer, open_personal
from mapix.subsystem.resolving import resolve

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

Row = dict[PropTag, Any]


class IntegratedAddressBook(PropertyBag, AddrBook):
    """The address book of a session."""

    object_type = ObjectType.ADDRBOOK

    def __init__(self, core: SessionCore) -> None:
        values = {PR_OBJECT_TYPE: int(ObjectType.ADDRBOOK), PR_DISPLAY_NAME: "Address book"}
        super().__init__(MemorySource(values), access=Access.READ, life=Life())
        self._core = core
        self._contacts = Contacts(core.subsystem.home)
        core.address_books()

    def close(self) -> None:
        """See `MapiProp.close`; everything opened through the book dies with it."""
        super().close()
        self._life.end()

    # entries

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        """See `AddrBook.open_entry`; `UnknownEntryid` when no book knows the identifier."""
        self._check()
        if entry_id is None or entry_id == b"":
            return RootContainer(self.containers(), self._life, self._open)
        return self._open(entry_id, access)

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        """See `AddrBook.compare_entry_ids`; `UnknownEntryid` when nobody owns one."""
        self._check()
        for entry_id in (first, second):
            self._check_owned(entry_id)
        if provider_uid(first) != provider_uid(second):
            return False
        if is_one_off(first):
            return _same_person(OneOff.load(first), OneOff.load(second))
        if provider_uid(first) == PERSONAL_UID:
            return bytes(first) == bytes(second)
        return self._core.routes.compare(first, second)

    def create_one_off(self, name: str | None, address_type: str, address: str, *, rich: bool = False) -> bytes:
        """See `AddrBook.create_one_off`."""
        self._check()
        return make_one_off(name, address_type, address, rich=rich).dump()

    # names

    def resolve_name(self, rows: Sequence[Row]) -> Resolution:
        """See `AddrBook.resolve_name`; `unresolved` and `ambiguous` are for the caller to report (ABK-22)."""
        self._check()
        return resolve(rows, self._search_containers)

    def prepare_recips(self, rows: Sequence[Row], columns: Sequence[PropTag] | None) -> list[Row]:
        """See `AddrBook.prepare_recips`; a column an entry does not have stays absent."""
        self._check()
        return [self._prepared(dict(row), columns or ()) for row in rows]

    # containers

    def containers(self) -> list[AbContainer]:
        """The top-level containers: the personal one, then those of the providers in the order of the profile."""
        found: list[AbContainer] = [PersonalContainer(self._contacts, Access.BEST, self._life)]
        for book in self._core.address_books():
            found += book.logon.containers()
        return found

    def get_pab(self) -> bytes | None:
        """See `AddrBook.get_pab`: as set, else the first container that can be changed."""
        self._check()
        return self._option(PR_AB_DEFAULT_PAB) or self._first(modifiable=True)

    def set_pab(self, entry_id: bytes) -> None:
        """Which container is the personal one, kept in the profile."""
        self._keep(PR_AB_DEFAULT_PAB, self._container_id(entry_id))

    def get_default_dir(self) -> bytes | None:
        """See `AddrBook.get_default_dir`: as set, else the first container with names that is not the personal one."""
        self._check()
        pab = self.get_pab()
        return self._option(PR_AB_DEFAULT_DIR) or self._first(other_than=pab) or pab

    def set_default_dir(self, entry_id: bytes) -> None:
        """Which container is shown first, kept in the profile."""
        self._keep(PR_AB_DEFAULT_DIR, self._container_id(entry_id))

    def get_search_path(self) -> list[bytes]:
        """See `AddrBook.get_search_path`: as set, less what is gone; else the personal container, then the global ones,
        or without these the default directory.
        """
        self._check()
        known = [container.get_prop(PR_ENTRYID) for container in self.containers()]
        chosen = self._core.handle.read().properties.get(PR_AB_SEARCH_PATH)
        if chosen is not None:
            return [entry_id for entry_id in chosen if entry_id in known]
        shared = [
            container.get_prop(PR_ENTRYID)
            for container in self.containers()
            if container.get_prop(PR_DISPLAY_TYPE) == DT_GLOBAL
        ]
        path = [self.get_pab(), *shared, None if shared else self.get_default_dir()]
        return list(dict.fromkeys(entry_id for entry_id in path if entry_id))

    def set_search_path(self, entry_ids: Sequence[bytes]) -> None:
        """In which order containers are looked through, kept in the profile."""
        self._keep(PR_AB_SEARCH_PATH, tuple(map(self._container_id, entry_ids)))

    # inside

    def _open(self, entry_id: bytes, access: Access) -> MapiProp:
        if is_one_off(entry_id):
            return OneOffUser(entry_id, self._life)
        if provider_uid(entry_id) == PERSONAL_UID:
            return open_personal(self._contacts, entry_id, access, self._life)
        opened: MapiProp = self._core.routes.ask(entry_id, lambda logon: logon.open_entry(entry_id, access))
        return opened

    def _check_owned(self, entry_id: bytes) -> None:
        own = is_one_off(entry_id) or provider_uid(entry_id) == PERSONAL_UID
        if not own and not self._core.routes.knows(entry_id):
            raise UnknownEntryid("no address book knows this entry identifier", value=entry_id)

    def _search_containers(self) -> list[AbContainer]:
        by_id = {container.get_prop(PR_ENTRYID): container for container in self.containers()}
        return [by_id[entry_id] for entry_id in self.get_search_path() if entry_id in by_id]

    def _prepared(self, row: Row, columns: Sequence[PropTag]) -> Row:
        entry_id = row.get(PR_ENTRYID)
        if not entry_id or not columns or not self._is_ours(entry_id):
            return row
        entry = self._open(entry_id, Access.READ).get_props((*columns, PR_ENTRYID))
        row[PR_ENTRYID] = entry.get(PR_ENTRYID, entry_id)
        front = {tag: row.get(tag, entry.get(tag)) for tag in columns}
        front = {tag: value for tag, value in front.items() if value is not None}
        return {**front, **{tag: value for tag, value in row.items() if tag not in front}}

    def _is_ours(self, entry_id: bytes) -> bool:
        return is_one_off(entry_id) or provider_uid(entry_id) == PERSONAL_UID or self._core.routes.knows(entry_id)

    def _first(self, *, modifiable: bool = False, other_than: bytes | None = None) -> bytes | None:
        needed = AB_MODIFIABLE if modifiable else AB_RECIPIENTS
        for container in self.containers():
            entry_id: bytes = container.get_prop(PR_ENTRYID)
            if container.get_prop(PR_CONTAINER_FLAGS, 0) & needed and entry_id != other_than:
                return entry_id
        return None

    def _option(self, tag: PropTag) -> bytes | None:
        return self._core.handle.read().properties.get(tag)

    def _keep(self, tag: PropTag, value: Any) -> None:
        self._check()
        self._core.handle.change(lambda profile: profile.properties.__setitem__(tag, value))

    def _container_id(self, entry_id: bytes) -> bytes:
        if not entry_id:
            raise InvalidParameter("name a container by its entry identifier")
        for container in self.containers():
            known: bytes = container.get_prop(PR_ENTRYID)
            if known == entry_id:
                return known
        raise NotFound("the address book has no such container", value=entry_id)


def _same_person(first: OneOff, second: OneOff) -> bool:
    return (first.address_type.upper(), first.address.casefold()) == (
        second.address_type.upper(),
        second.address.casefold(),
    )
