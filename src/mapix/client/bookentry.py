"""People and lists of an address book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.addrbook import RECIPIENT_COLUMNS, DistList, MailUser
from mapix.interfaces.prop import Access, Keep, MapiProp, ObjectType
from mapix.interfaces.table import query_all_rows
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.properties import tags as t
from mapix.properties.entryid import OneOff
from mapix.properties.errors import InvalidParameter, MapiError, NotFound
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    from mapix.client.addressbook import AddressBook

FIELDS: Final[Mapping[str, PropTag]] = {
    "name": t.PR_DISPLAY_NAME,
    "address": t.PR_EMAIL_ADDRESS,
    "type": t.PR_ADDRTYPE,
    "given_name": t.PR_GIVEN_NAME,
    "surname": t.PR_SURNAME,
    "nickname": t.PR_NICKNAME,
    "company": t.PR_COMPANY_NAME,
    "department": t.PR_DEPARTMENT_NAME,
    "title": t.PR_TITLE,
    "business_phone": t.PR_BUSINESS_TELEPHONE_NUMBER,
    "mobile_phone": t.PR_MOBILE_TELEPHONE_NUMBER,
    "home_phone": t.PR_HOME_TELEPHONE_NUMBER,
    "business_fax": t.PR_BUSINESS_FAX_NUMBER,
    "pager": t.PR_PAGER_TELEPHONE_NUMBER,
    "office": t.PR_OFFICE_LOCATION,
    "street": t.PR_STREET_ADDRESS,
    "postal_code": t.PR_POSTAL_CODE,
    "city": t.PR_LOCALITY,
    "state": t.PR_STATE_OR_PROVINCE,
    "country": t.PR_COUNTRY,
    "home_street": t.PR_HOME_ADDRESS_STREET,
    "home_postal_code": t.PR_HOME_ADDRESS_POSTAL_CODE,
    "home_city": t.PR_HOME_ADDRESS_CITY,
    "home_state": t.PR_HOME_ADDRESS_STATE_OR_PROVINCE,
    "home_country": t.PR_HOME_ADDRESS_COUNTRY,
    "web_page": t.PR_BUSINESS_HOME_PAGE,
    "personal_page": t.PR_PERSONAL_HOME_PAGE,
    "comment": t.PR_COMMENT,
}
"""What can be said of somebody, and the property of each."""


_RECIPIENT: Final = (*RECIPIENT_COLUMNS, t.PR_SEND_RICH_INFO)


def properties(fields: Mapping[str, Any]) -> dict[PropTag, Any]:
    """Fields by name as properties; `InvalidParameter` names those there are."""
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        raise InvalidParameter("people have no such field", value=unknown[0], hint=", ".join(FIELDS))
    return {FIELDS[name]: value for name, value in fields.items()}


class _Absent(PropertyBag, MailUser):
    """A member that cannot be opened, as its list knows it."""

    object_type = ObjectType.MAILUSER


class BookEntry:
    """Somebody in an address book, or a list of people. Fields are attributes: `entry.company`."""

    def __init__(self, mapi: MapiProp, book: AddressBook) -> None:
        self.mapi = mapi
        self._book = book

    @property
    def entry_id(self) -> bytes:
        """The entry identifier."""
        found: bytes = self.mapi.get_prop(t.PR_ENTRYID)
        return found

    @property
    def is_list(self) -> bool:
        """Whether it is a distribution list."""
        return self.mapi.object_type is ObjectType.DISTLIST

    @property
    def other_addresses(self) -> list[str]:
        """Further addresses of Internet mail; messages go to `address`."""
        found = self.mapi.get_props((t.PR_CONTACT_EMAIL_ADDRESSES,))
        return list(found.get(t.PR_CONTACT_EMAIL_ADDRESSES, ()))

    @property
    def fields(self) -> dict[str, Any]:
        """What is said of it, by field; what is not is left out."""
        found = self.mapi.get_props(tuple(FIELDS.values()))
        return {name: found[tag] for name, tag in FIELDS.items() if tag in found}

    def __getattr__(self, name: str) -> Any:
        if name not in FIELDS:
            raise AttributeError(name)
        return self.mapi.get_prop(FIELDS[name])

    def update(self, **fields: Any) -> BookEntry:
        """Change fields and save; None takes one away. `NoAccess` in a book that cannot be changed."""
        values = properties(fields)
        gone = [tag for tag, value in values.items() if value is None]
        kept = {tag: value for tag, value in values.items() if value is not None}
        if gone:
            self.mapi.delete_props(gone)
        if kept:
            self.mapi.set_props(kept)
        self.mapi.save_changes(Keep.READWRITE)
        return self

    def recipient_row(self, recipient_type: int) -> dict[PropTag, Any]:
        """The entry as a recipient of a message: `message.add_recipients(to=[entry])` (ABK-81)."""
        return {t.PR_RECIPIENT_TYPE: recipient_type, **self.mapi.get_props(_RECIPIENT)}

    # lists

    @property
    def members(self) -> Iterator[BookEntry]:
        """The members of a list; nobody's otherwise. Of one whose own address book is not there any more, or cannot be
        had, only what the list says of it is known.
        """
        if isinstance(self.mapi, DistList):
            for values in query_all_rows(self.mapi.get_contents_table(), _RECIPIENT):
                yield self._member(dict(zip(_RECIPIENT, values, strict=True)))

    def add(self, *who: BookEntry | str) -> BookEntry:
        """Make people members of the list: entries, or addresses of people in no book. `InvalidParameter` for a list
        that would have itself in it, and for what is no list.
        """
        left = self._list.copy_entries([_identifier(one) for one in who]).left_out
        if left:
            raise InvalidParameter("cannot be a member of the list", value=self._book.name_of(left[0]))
        return self

    def remove(self, *who: BookEntry | str) -> BookEntry:
        """Take people off the list, by entry, name or address; `NotFound`."""
        rows = query_all_rows(self._list.get_contents_table(), (t.PR_ENTRYID, t.PR_DISPLAY_NAME, t.PR_EMAIL_ADDRESS))
        for one in who:
            found = [row[0] for row in rows if _is(one, row)]
            if not found:
                raise NotFound("the list has no such member", value=str(one))
            self._list.delete_entries(found[:1])
        return self

    def _member(self, row: dict[PropTag, Any]) -> BookEntry:
        try:
            return self._book.entry(row[t.PR_ENTRYID])
        except MapiError:
            known = {tag: value for tag, value in row.items() if value is not None}
            return BookEntry(_Absent(MemorySource(known), access=Access.READ), self._book)

    @property
    def _list(self) -> DistList:
        if not isinstance(self.mapi, DistList):
            raise InvalidParameter("only a distribution list has members", value=self.name)
        return self.mapi

    def __str__(self) -> str:
        return self.name if self.is_list or self.address in (None, self.name) else f"{self.name} <{self.address}>"

    def __repr__(self) -> str:
        return f"<BookEntry {str(self)!r}>"


def _identifier(one: BookEntry | str) -> bytes:
    return one.entry_id if isinstance(one, BookEntry) else OneOff(one, "SMTP", one).dump()


def _is(one: BookEntry | str, row: Iterable[Any]) -> bool:
    entry_id, name, address = row
    if isinstance(one, BookEntry):
        return bool(entry_id == one.entry_id)
    return one.casefold() in ((name or "").casefold(), (address or "").casefold())
