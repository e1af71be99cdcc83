"""The address book of a session: find people, resolve names, keep contacts and lists.

    with mapix.logon() as session:
        ann = session.address_book.add("Ann Archer", "ann@example.org", company="Archers")
        session.address_book.resolve("arch").address
        session.address_book.add_list("Team", ann, "bill@example.org")

New entries go into the personal address book of the profile (PAB).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mapix.client.bookentry import BookEntry, properties
from mapix.interfaces.addrbook import AbContainer, AddrBook
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.entryid import search_key
from mapix.properties.errors import AmbiguousRecip, MapiError, NoSupport, NotFound
from mapix.properties.flags import AB_MODIFIABLE, AB_RECIPIENTS, CREATE_CHECK_DUP_STRICT
from mapix.properties.restriction import Property, Relop, Restriction

if TYPE_CHECKING:
    from mapix.client.cardfiles import Imported
    from mapix.interfaces.addressui import AddressUI

_SHOWN = (t.PR_ENTRYID, t.PR_DISPLAY_NAME, t.PR_CONTAINER_FLAGS)


class AddressBook:
    """Every address book of a session as one; `mapi` is the `AddrBook`."""

    def __init__(self, mapi: AddrBook) -> None:
        self.mapi = mapi

    @property
    def containers(self) -> dict[str, bytes]:
        """The identifiers of the containers with people, by name; of two of one name the first."""
        found: dict[str, bytes] = {}
        for entry_id, name, flags in self._hierarchy():
            if flags & AB_RECIPIENTS:
                found.setdefault(name, entry_id)
        return found

    @property
    def personal(self) -> AbContainer:
        """The container new entries go into; `NotFound` where no book can be changed."""
        entry_id = self.mapi.get_pab()
        if not entry_id:
            raise NotFound("no address book can be changed", hint="mapix service add CONTACTS")
        return self.container(entry_id, Access.MODIFY)

    def container(self, which: bytes | str, access: Access = Access.READ) -> AbContainer:
        """A container by identifier or name; `NotFound`."""
        entry_id = self.containers.get(which) if isinstance(which, str) else which
        opened = self.mapi.open_entry(entry_id, access) if entry_id else None
        if not isinstance(opened, AbContainer):
            raise NotFound("the address book has no such container", value=which, hint=", ".join(self.containers))
        return opened

    def __iter__(self) -> Iterator[BookEntry]:
        return self.entries()

    def entries(self, like: str | None = None, container: bytes | str | None = None) -> Iterator[BookEntry]:
        """Who is in the address book: in one container or all; `like` beginnings of the words of names (ABK-25)."""
        where = Property(Relop.EQ, t.PR_ANR, like) if like is not None else None
        for entry_id in self.found(where, container):
            yield self.entry(entry_id)

    def rows(self, like: str | None = None, container: bytes | str | None = None) -> Iterator[tuple[Any, ...]]:
        """The same as rows of name, type, address and whether it is a list, without opening anybody."""
        where = Property(Relop.EQ, t.PR_ANR, like) if like is not None else None
        columns = (t.PR_DISPLAY_NAME, t.PR_ADDRTYPE, t.PR_EMAIL_ADDRESS, t.PR_OBJECT_TYPE)
        for one in self._chosen(container):
            for name, kind, address, object_type in _rows(one, where, columns):
                yield name, kind, address, object_type == 8

    def entry(self, entry_id: bytes) -> BookEntry:
        """Somebody by identifier, for changes where that may be."""
        try:
            return BookEntry(self.mapi.open_entry(entry_id, Access.BEST), self)
        except NoSupport:
            return BookEntry(self.mapi.open_entry(entry_id), self)

    def find(self, who: str, container: bytes | str | None = None) -> BookEntry:
        """Somebody by name or address; `NotFound`, `AmbiguousRecip` naming those it may be."""
        if "@" in who:
            found = self.found(Property(Relop.EQ, t.PR_SEARCH_KEY, search_key("SMTP", who.strip())), container)
        else:
            found = self.found(Property(Relop.EQ, t.PR_ANR, who), container)
        people = [self.entry(entry_id) for entry_id, _ in zip(found, range(_MOST_NAMED), strict=False)]
        called = Property(Relop.EQ, t.PR_DISPLAY_NAME, who.strip())
        exact = people if len(people) < 2 else [self.entry(each) for each in self.found(called, container)]
        if len(exact) == 1:
            return exact[0]
        if not people:
            raise NotFound("nobody in the address book is called so", value=who, hint="mapix ab list")
        raise AmbiguousRecip("several fit", value=who, hint=_either(people))

    def resolve(self, name: str, ui: AddressUI | None = None) -> BookEntry:
        """Who is meant: an address, `name[TYPE:address]`, or a name along the search path (ABK-21); with `ui` somebody
        is asked about what is not clear. `NotFound`, `AmbiguousRecip` naming those it may be.
        """
        result = self.mapi.resolve_name([{t.PR_DISPLAY_NAME: name}], ui=ui, title=name)
        if result.ambiguous:
            found = zip(self.found(Property(Relop.EQ, t.PR_ANR, name)), range(_MOST_NAMED), strict=False)
            people = [self.entry(entry_id) for entry_id, _ in found]
            raise AmbiguousRecip("more than one recipient fits", value=name, hint=_either(people))
        if result.unresolved:
            raise NotFound("no such recipient", value=name)
        return BookEntry(self.mapi.open_entry(result.rows[0][t.PR_ENTRYID]), self)

    # changing

    def add(self, name: str, address: str, *, flags: int = CREATE_CHECK_DUP_STRICT, **fields: Any) -> BookEntry:
        """A new contact in the personal address book; `Collision` when it is there already."""
        made = self.personal.create_entry(None, flags)
        made.set_props(properties({"name": name, "address": address, **fields}))
        made.save_changes(Keep.READWRITE)
        return BookEntry(made, self)

    def add_list(self, name: str, *members: BookEntry | str, flags: int = CREATE_CHECK_DUP_STRICT) -> BookEntry:
        """A new distribution list; members are entries, or addresses of people in no book. `NoSupport` where the
        personal address book has no lists.
        """
        personal = self.personal
        template = personal.get_prop(t.PR_DEF_CREATE_DL)
        if not template:
            raise NoSupport("this address book has no lists", hint="mapix service add CONTACTS")
        made = personal.create_entry(template, flags)
        made.set_props({t.PR_DISPLAY_NAME: name})
        made.save_changes(Keep.READWRITE)
        found = self.entry(made.get_prop(t.PR_ENTRYID))
        return found.add(*members) if members else found

    def remove(self, *entries: BookEntry) -> None:
        """Delete entries; `NotFound` for those that cannot be."""
        for entry in entries:
            if not any(self._delete(container, entry.entry_id) for container in self._modifiable()):
                raise NotFound("cannot be deleted from any address book", value=str(entry))

    # cards

    def import_cards(self, data: bytes, *, replace: bool = False) -> Imported:
        """Put the cards of a vCard file into the personal address book; who is there stays, or is replaced."""
        from mapix.client.cardfiles import import_cards

        return import_cards(self, data, replace=replace)

    def import_contacts(self, *, replace: bool = False) -> Imported:
        """Copy the people of the file of contacts into the personal address book, where that is another one; the file
        stays as it is.
        """
        from mapix.client.cardfiles import import_contacts

        return import_contacts(self, replace=replace)

    def export_cards(
        self, version: str = "4.0", container: bytes | str | None = None, *, notes: list[str] | None = None
    ) -> bytes:
        """The entries of a container, the personal one when not named, as a vCard file of version 3.0 or 4.0.

        What of them has no place in a card is appended to `notes`, a sentence each.
        """
        from mapix.client.cardfiles import export_cards

        return export_cards(self, version, container, [] if notes is None else notes)

    # inside

    def name_of(self, entry_id: bytes) -> str:
        """What somebody is called, for messages to people."""
        try:
            found: str = self.mapi.open_entry(entry_id).get_prop(t.PR_DISPLAY_NAME, "?")
            return found
        except MapiError:
            return entry_id.hex()

    def size(self, container: AbContainer) -> int:
        """How many entries a container has."""
        return container.get_contents_table().get_row_count()

    def _hierarchy(self) -> list[tuple[Any, ...]]:
        root = self.mapi.open_entry(None)
        assert isinstance(root, AbContainer)
        return query_all_rows(root.get_hierarchy_table(deep=True), _SHOWN)

    def _chosen(self, container: bytes | str | None) -> Iterable[AbContainer]:
        chosen = [container] if container is not None else list(self.containers.values())
        return [self.container(one) for one in chosen]

    def _modifiable(self) -> Iterator[AbContainer]:
        for entry_id, _, flags in self._hierarchy():
            if flags & AB_MODIFIABLE:
                yield self.container(entry_id, Access.MODIFY)

    def found(self, where: Restriction | None, container: bytes | str | None = None) -> Iterator[bytes]:
        """The identifiers of the entries that satisfy a restriction, in one container or all."""
        for one in self._chosen(container):
            for (entry_id,) in _rows(one, where, (t.PR_ENTRYID,)):
                yield entry_id

    def _delete(self, container: AbContainer, entry_id: bytes) -> bool:
        try:
            return bool(container.delete_entries([entry_id]))
        except MapiError:
            return False


_MOST_NAMED = 5


def _either(people: Iterable[BookEntry]) -> str:
    """Who may be meant, for the hint of an error."""
    return " or ".join(f'"{one}"' for one in people)


def _rows(container: AbContainer, where: Restriction | None, columns: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    table = container.get_contents_table()
    table.set_columns(columns)
    if where is not None:
        table.restrict(where)
    while rows := table.query_rows(500):
        yield from rows
