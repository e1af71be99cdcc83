"""Recipients outside any address book: one-offs, their text form, and the object behind their identifier (ABK-60..65).

>>> parse_address("Bill Lee[FAX:+1 555 0100]")
OneOff(name='Bill Lee', address_type='FAX', address='+1 555 0100', flags=32769)
>>> parse_address("bill@example.com").address
'bill@example.com'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mapix.interfaces.addrbook import MailUser
from mapix.interfaces.prop import Access, ObjectType
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.stores.life import Life
from mapix.properties.entryid import ONE_OFF_NO_RICH_INFO, ONE_OFF_UNICODE, OneOff, search_key
from mapix.properties.errors import InvalidParameter
from mapix.properties.flags import DT_MAILUSER
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SEND_RICH_INFO,
    PR_SMTP_ADDRESS,
)

SMTP = "SMTP"
_SMTP = re.compile(r'[^@\s<>\[\]():;,"]+@[^@\s.<>\[\]():;,"]+(\.[^@\s.<>\[\]():;,"]+)+')
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([\\\[\]:,]))")


class OneOffUser(PropertyBag, MailUser):
    """What opening a one-off identifier gives: read-only (ABK-65)."""

    object_type = ObjectType.MAILUSER

    def __init__(self, entry_id: bytes, life: Life | None = None) -> None:
        values = recipient_properties(OneOff.load(entry_id), bytes(entry_id))
        super().__init__(MemorySource(values), access=Access.READ, life=life)


def make_one_off(name: str | None, address_type: str, address: str, *, rich: bool = False) -> OneOff:
    """A one-off; without a name it is called by its address (ABK-64). `InvalidParameter` without type or address."""
    if not address_type or not address:
        raise InvalidParameter("a one-off needs an address type and an address", value=address or address_type)
    flags = ONE_OFF_UNICODE | (0 if rich else ONE_OFF_NO_RICH_INFO)
    return OneOff(name or address, address_type.upper(), address, flags)


def recipient_properties(person: OneOff, entry_id: bytes | None = None) -> dict[PropTag, Any]:
    """The properties of a one-off recipient; Internet addresses get no rich text (ABK-62)."""
    entry_id = person.dump() if entry_id is None else entry_id
    internet = person.address_type.upper() == SMTP
    values = {
        PR_DISPLAY_NAME: person.name or person.address,
        PR_ADDRTYPE: person.address_type,
        PR_EMAIL_ADDRESS: person.address,
        PR_ENTRYID: entry_id,
        PR_RECORD_KEY: entry_id,
        PR_SEARCH_KEY: search_key(person.address_type, person.address),
        PR_OBJECT_TYPE: int(ObjectType.MAILUSER),
        PR_DISPLAY_TYPE: DT_MAILUSER,
        PR_SEND_RICH_INFO: not (internet or person.flags & ONE_OFF_NO_RICH_INFO),
    }
    return values | ({PR_SMTP_ADDRESS: person.address} if internet else {})


def parse_address(text: str) -> OneOff | None:
    """The one-off a display name spells: an SMTP address, or `name[TYPE:address]` (ABK-21, ABK-63); None for a name."""
    text = text.strip()
    if _SMTP.fullmatch(text):
        return make_one_off(None, SMTP, text)
    return _parse_brackets(text)


def from_row(row: Mapping[PropTag, Any]) -> OneOff | None:
    """The one-off a recipient row without identifier stands for: by address, else by its name (SPL-15)."""
    kind, address = row.get(PR_ADDRTYPE), row.get(PR_EMAIL_ADDRESS)
    if not address and (address := row.get(PR_SMTP_ADDRESS)):
        kind = SMTP
    if kind and address:
        return make_one_off(row.get(PR_DISPLAY_NAME), kind, address)
    if address and _SMTP.fullmatch(address.strip()):
        return make_one_off(row.get(PR_DISPLAY_NAME), SMTP, address.strip())
    return parse_address(row.get(PR_DISPLAY_NAME) or "")


def _parse_brackets(text: str) -> OneOff | None:
    if not text.endswith("]"):
        return None
    start, colon = _plain_index(text, "["), _plain_index(text, ":")
    if start < 0 or colon < start:
        return None
    kind, address = text[start + 1 : colon].strip(), unquote(text[colon + 1 : -1])
    if not re.fullmatch("[A-Za-z0-9]+", kind) or not address:
        return None
    return make_one_off(unquote(text[:start].strip()), kind, address)


def _plain_index(text: str, mark: str) -> int:
    """Where `mark` stands first without a backslash before it; -1 nowhere."""
    place = 0
    while place < len(text):
        if text[place] == "\\":
            place += 2
        elif text[place] == mark:
            return place
        else:
            place += 1
    return -1


def unquote(text: str) -> str:
    """`text` with its backslash quotes undone; what is no quote stays as it is (ABK-63, C17)."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
