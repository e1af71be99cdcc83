"""What an address book asks people: new entries, details, recipients (NewEntry, Details, Address; ABK-10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.addressui import AddressUI
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.objects.bags.details import LIST_FIELDS, USER_FIELDS
from mapix.objects.tables.tabledata import TableData
from mapix.properties.entryid import ONE_OFF_UID
from mapix.properties.errors import InvalidParameter, MapiError, NoSupport, UserCancel
from mapix.properties.flags import DT_MAILUSER
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_SELECTABLE,
)
from mapix.subsystem.books.bookoptions import BookOptions
from mapix.subsystem.books.oneoff import SMTP

if TYPE_CHECKING:
    from mapix.subsystem.started import LoadedBook

GENERIC_TEMPLATE: Final = bytes(4) + ONE_OFF_UID
"""The identifier of MAPI's own template: a recipient with any address."""

_COLUMNS: Final = (PR_DISPLAY_NAME, PR_ENTRYID, PR_DEPTH, PR_SELECTABLE, PR_ADDRTYPE, PR_DISPLAY_TYPE)
_GENERIC: Final = {
    PR_DISPLAY_NAME: "Other address",
    PR_ENTRYID: GENERIC_TEMPLATE,
    PR_DEPTH: 0,
    PR_SELECTABLE: True,
    PR_DISPLAY_TYPE: DT_MAILUSER,
}
_ADDRESS: Final = (USER_FIELDS[0], USER_FIELDS[1], USER_FIELDS[2])


class BookDialogs(BookOptions):
    """The part of an integrated address book that asks."""

    def _books(self) -> Iterator[LoadedBook]:
        yield from self._core.address_books()

    def one_off_table(self) -> MapiTable:
        """See `AddrBook.one_off_table`."""
        self._check()
        rows: list[Mapping[PropTag, Any]] = []
        for book in self._books():
            try:
                found = query_all_rows(book.logon.one_off_table(), _COLUMNS)
            except MapiError:
                continue
            rows += [{tag: cell for tag, cell in zip(_COLUMNS, row, strict=True) if cell is not None} for row in found]
        return TableData(_COLUMNS, [*rows, _GENERIC], index=PR_ENTRYID).view(life=self._life)

    def new_entry(
        self,
        container: bytes | None,
        template: bytes | None,
        values: Mapping[PropTag, Any] | None = None,
        *,
        ui: AddressUI | None = None,
        flags: int = 0,
    ) -> bytes:
        """See `AddrBook.new_entry`; `UserCancel` when nothing was said."""
        self._check()
        if not container:
            return self._new_one_off(values, ui)
        place = self.open_entry(container, Access.MODIFY)
        if not isinstance(place, AbContainer):
            raise InvalidParameter("entries are made in containers", value=container)
        made = place.create_entry(None if template == GENERIC_TEMPLATE else template, flags)
        if values:
            made.set_props(values)
        if ui is not None and not _edit(made, ui, "New entry"):
            raise UserCancel("no entry was made")
        made.save_changes()
        entry_id: bytes = made.get_prop(PR_ENTRYID)
        return entry_id

    def details(self, entry_id: bytes, ui: AddressUI | None, *, title: str = "") -> bool:
        """See `AddrBook.details`; entries that cannot be changed are shown, and changes of them are `NoAccess`."""
        self._check()
        if ui is None:
            raise NoSupport("there is nobody to show details to", hint="give an AddressUI")
        entry = self.open_entry(entry_id, Access.BEST)
        changed = _edit(entry, ui, title or entry.get_prop(PR_DISPLAY_NAME, ""))
        if changed:
            entry.save_changes()
        return changed

    def address(
        self,
        ui: AddressUI | None,
        rows: Sequence[dict[PropTag, Any]] = (),
        *,
        title: str = "",
        wells: Sequence[str] = ("To", "Cc", "Bcc"),
        resolve: bool = True,
    ) -> list[dict[PropTag, Any]]:
        """See `AddrBook.address`; rows without properties are recipients that were taken out (ABK-80)."""
        self._check()
        if ui is None:
            raise NoSupport("there is nobody to ask for recipients", hint="give an AddressUI")
        answer = ui.recipients(title, wells, rows)
        if answer is None:
            raise UserCancel("no recipients were chosen")
        chosen = [dict(row) for row in answer if row]
        return self.resolve_name(chosen, ui=ui, title=title).rows if resolve else chosen

    def _new_one_off(self, values: Mapping[PropTag, Any] | None, ui: AddressUI | None) -> bytes:
        given = dict(values or {})
        if ui is not None:
            answer = ui.edit("New recipient", _ADDRESS, given)
            if answer is None:
                raise UserCancel("no entry was made")
            given |= answer
        address = given.get(PR_EMAIL_ADDRESS)
        if not address:
            raise InvalidParameter("a recipient needs an address", hint="PR_EMAIL_ADDRESS")
        return self.create_one_off(given.get(PR_DISPLAY_NAME), given.get(PR_ADDRTYPE) or SMTP, address)


def _edit(entry: MapiProp, ui: AddressUI, title: str) -> bool:
    """Let an entry be changed; whether anything was said."""
    fields = LIST_FIELDS if entry.object_type is ObjectType.DISTLIST else USER_FIELDS
    answer = ui.edit(title, fields, entry.get_props(tuple(tag for _, tag in fields)))
    if answer is None:
        return False
    gone = [tag for tag, value in answer.items() if value is None]
    kept = {tag: value for tag, value in answer.items() if value is not None}
    if gone:
        entry.delete_props(gone)
    if kept:
        entry.set_props(kept)
    return bool(answer)
