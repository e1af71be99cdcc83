"""The people of a message in an address book: Internet addresses of other networks' people, entries of addresses.

    sent = with_internet_addresses(read_content(message), book)     # before it becomes mail
    with_entries(from_mime(data).value, book)                       # after it came as mail

An address book that fails, or knows nobody, changes nothing ([MS-OXCMAIL] 2.1.2.1, 2.2.1.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mapix.formats.mime.values import bytes_of, text_of
from mapix.interfaces.addrbook import RECIPIENT_COLUMNS, AbContainer, AddrBook
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.correspondents import RECIPIENT, SENDER, SENT_REPRESENTING, Correspondent
from mapix.properties.entryid import OneOff, is_one_off, search_key
from mapix.properties.entrylist import dump_entries, load_entries
from mapix.properties.errors import MapiError
from mapix.properties.restriction import Content, Fuzzy, Or, Property, Relop, Restriction
from mapix.properties.tag import PropTag

_SMTP: Final = "SMTP"
_PROXIES: Final = PropTag(0x800F101F)
"""PidTagAddressBookProxyAddresses ([MS-OXPROPS]): `SMTP:` before the one that answers go to."""

_ROLES: Final = (SENDER, SENT_REPRESENTING)
_AT_ONCE: Final = 50
_DEEPEST: Final = 64
_ADDRESS: Final = (t.PR_ADDRTYPE, t.PR_EMAIL_ADDRESS)
_OF_ENTRY: Final = (t.PR_OBJECT_TYPE, t.PR_DISPLAY_TYPE)

Person = dict[PropTag, Any]


def with_internet_addresses(content: MessageContent, book: AddrBook) -> MessageContent:
    """A message whose people of other networks have the Internet addresses that `book` knows of them.

    Recipients, senders and those who are answered are looked at, in messages inside, too. Returns a message that
    shares what was not changed; the one given stays as it is.
    """
    return _Outward(book).message(content, 0)


def with_entries(content: MessageContent, book: AddrBook) -> None:
    """Give the people of a message that came as mail the entries of `book` that have their addresses.

    They get its identifiers, address types and search keys; its name where the mail had none. Their Internet addresses
    stay with them. People that no container of the search path has, or more than one entry, stay one-offs.
    """
    rows = [(row, RECIPIENT) for row in content.recipients] + [(content.properties, role) for role in _ROLES]
    wanted = {key for props, role in rows if (key := _key(props, role))}
    found = _entries(book, sorted(wanted)) if wanted else {}
    for props, role in rows:
        entry = found.get(_key(props, role) or "")
        if entry is not None:
            _become(props, role, entry)


class _Outward:
    """One message on its way out: what the book said of each entry is asked once."""

    def __init__(self, book: AddrBook) -> None:
        self.book = book
        self.known: dict[bytes, str] = {}

    def message(self, content: MessageContent, depth: int) -> MessageContent:
        """The message with addresses, and those inside it."""
        if depth > _DEEPEST:
            return content
        props = dict(content.properties)
        for role in _ROLES:
            props |= self.told(props, role)
        props |= self.answered(props)
        rows = [row | self.told(row, RECIPIENT) for row in content.recipients]
        attachments = [self.attachment(each, depth) for each in content.attachments]
        return replace(content, properties=props, recipients=rows, attachments=attachments)

    def attachment(self, attachment: AttachmentContent, depth: int) -> AttachmentContent:
        if attachment.message is None:
            return attachment
        return replace(attachment, message=self.message(attachment.message, depth + 1))

    def told(self, props: Mapping[PropTag, Any], role: Correspondent) -> Person:
        """The Internet address of somebody who has none of his own."""
        kind = (text_of(props, role.address_type) or _SMTP).upper()
        if kind == _SMTP or text_of(props, role.smtp_address):
            return {}
        address = self.address(bytes_of(props, role.entry_id))
        return {role.smtp_address: address} if address else {}

    def answered(self, props: Mapping[PropTag, Any]) -> Person:
        """PR_REPLY_RECIPIENT_ENTRIES with one-offs for the entries of books."""
        try:
            entries = load_entries(bytes_of(props, t.PR_REPLY_RECIPIENT_ENTRIES) or b"")
        except MapiError:
            return {}
        names = (text_of(props, t.PR_REPLY_RECIPIENT_NAMES) or "").split(";")
        named = names if len(names) == len(entries) else [""] * len(entries)
        made = [self.one_off(each, name.strip()) for each, name in zip(entries, named, strict=True)]
        return {t.PR_REPLY_RECIPIENT_ENTRIES: dump_entries(made)} if made != entries else {}

    def one_off(self, entry_id: bytes, name: str) -> bytes:
        address = "" if is_one_off(entry_id) else self.address(entry_id)
        return OneOff(name or address, _SMTP, address).dump() if address else entry_id

    def address(self, entry_id: bytes | None) -> str:
        """The Internet address of an entry; empty for none."""
        if not entry_id or is_one_off(entry_id):
            return ""
        if entry_id not in self.known:
            try:
                entry = self.book.open_entry(entry_id)
                self.known[entry_id] = _internet_address(entry.get_props((t.PR_SMTP_ADDRESS, _PROXIES, *_ADDRESS)))
            except MapiError:
                self.known[entry_id] = ""
        return self.known[entry_id]


def _internet_address(props: Mapping[PropTag, Any]) -> str:
    told = text_of(props, t.PR_SMTP_ADDRESS)
    if not told and (text_of(props, t.PR_ADDRTYPE) or "").upper() == _SMTP:
        told = text_of(props, t.PR_EMAIL_ADDRESS)
    proxies = props.get(_PROXIES)
    texts = [each for each in proxies if isinstance(each, str)] if isinstance(proxies, tuple | list) else []
    return told or next((each[5:] for each in texts if each.startswith("SMTP:")), "")


def _key(props: Mapping[PropTag, Any], role: Correspondent) -> str | None:
    """The Internet address by which somebody is looked up."""
    kind = (text_of(props, role.address_type) or "").upper()
    address = text_of(props, role.address) if kind == _SMTP else None
    return address.lower() if address else None


def _entries(book: AddrBook, addresses: Sequence[str]) -> dict[str, Person]:
    """The entries of addresses: those of the first container of the search path that has one of them, and only one."""
    found: dict[str, Person] = {}
    for container in _containers(book):
        open_ones = [address for address in addresses if address not in found]
        for at in range(0, len(open_ones), _AT_ONCE):
            found |= _asked(container, open_ones[at : at + _AT_ONCE])
    return found


def _containers(book: AddrBook) -> Iterator[AbContainer]:
    try:
        path = book.get_search_path()
    except MapiError:
        return
    for entry_id in path:
        try:
            container = book.open_entry(entry_id)
        except MapiError:
            continue
        if isinstance(container, AbContainer):
            yield container


def _asked(container: AbContainer, addresses: Sequence[str]) -> dict[str, Person]:
    """What a container has: by search keys, for which books have an index, then by the addresses of other networks."""
    found = _alone(_query(container, [_by_key(address) for address in addresses]), set(addresses))
    rest = [address for address in addresses if address not in found]
    fuzzy = Fuzzy.FULLSTRING | Fuzzy.IGNORECASE
    others = _query(container, [Content(t.PR_SMTP_ADDRESS, address, fuzzy) for address in rest])
    return found | _alone(others, set(rest))


def _by_key(address: str) -> Restriction:
    return Property(Relop.EQ, t.PR_SEARCH_KEY, search_key(_SMTP, address))


def _query(container: AbContainer, wanted: Sequence[Restriction]) -> list[Person]:
    """The rows that one of the restrictions lets through; none from a container that cannot tell."""
    if not wanted:
        return []
    try:
        rows = query_all_rows(container.get_contents_table(), RECIPIENT_COLUMNS, Or(tuple(wanted)))
    except MapiError:
        return []
    return [_row(each) for each in rows]


def _row(values: Iterable[Any]) -> Person:
    return {tag: value for tag, value in zip(RECIPIENT_COLUMNS, values, strict=True) if value is not None}


def _alone(rows: Iterable[Person], wanted: set[str]) -> dict[str, Person]:
    """Rows by their Internet addresses, those aside that two of them have."""
    found: dict[str, Person | None] = {}
    for row in rows:
        address = _internet_address(row).lower()
        if address in wanted and row.get(t.PR_ENTRYID):
            found[address] = None if address in found else row
    return {address: row for address, row in found.items() if row is not None}


def _become(props: dict[PropTag, Any], role: Correspondent, entry: Person) -> None:
    address = str(props[role.address])
    told = {
        role.entry_id: entry[t.PR_ENTRYID],
        role.address_type: entry.get(t.PR_ADDRTYPE),
        role.address: entry.get(t.PR_EMAIL_ADDRESS),
        role.search_key: entry.get(t.PR_SEARCH_KEY),
        role.smtp_address: address,
    }
    if props.get(role.name) in (None, "", address):
        told[role.name] = entry.get(t.PR_DISPLAY_NAME)
    if role is RECIPIENT:
        told |= {tag: entry.get(tag) for tag in _OF_ENTRY}
    props.update({tag: value for tag, value in told.items() if value is not None})
