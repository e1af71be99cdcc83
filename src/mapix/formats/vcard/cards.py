"""What a card is here, and which of its fields is which property."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from mapix.properties import tags as t
from mapix.properties.tag import PropTag


@dataclass(slots=True)
class Card:
    """A person, or with `members` a list of people.

    `values` are MAPI properties: the first address is PR_EMAIL_ADDRESS with PR_ADDRTYPE, further ones are
    PR_CONTACT_EMAIL_ADDRESSES. `members` are addresses, or `urn:` references to other cards by their `uid`; None for a
    person.
    """

    values: dict[PropTag, Any] = field(default_factory=dict)
    members: tuple[str, ...] | None = None
    uid: str = ""


NAME: Final = (t.PR_SURNAME, t.PR_GIVEN_NAME, t.PR_MIDDLE_NAME, t.PR_DISPLAY_NAME_PREFIX, t.PR_GENERATION)
"""The components of N in their order."""

ORGANIZATION: Final = (t.PR_COMPANY_NAME, t.PR_DEPARTMENT_NAME)
"""The components of ORG."""

WORK_PLACE: Final = (
    None,
    None,
    t.PR_STREET_ADDRESS,
    t.PR_LOCALITY,
    t.PR_STATE_OR_PROVINCE,
    t.PR_POSTAL_CODE,
    t.PR_COUNTRY,
)
"""The components of ADR at work; MAPI has neither box nor extension of its own there."""

HOME_PLACE: Final = (
    None,
    None,
    t.PR_HOME_ADDRESS_STREET,
    t.PR_HOME_ADDRESS_CITY,
    t.PR_HOME_ADDRESS_STATE_OR_PROVINCE,
    t.PR_HOME_ADDRESS_POSTAL_CODE,
    t.PR_HOME_ADDRESS_COUNTRY,
)
"""The components of ADR at home."""

PLAIN: Final = {
    "FN": t.PR_DISPLAY_NAME,
    "NICKNAME": t.PR_NICKNAME,
    "TITLE": t.PR_TITLE,
    "NOTE": t.PR_COMMENT,
}
"""Fields that are one text."""

TELEPHONES: Final = (
    (frozenset({"cell"}), t.PR_MOBILE_TELEPHONE_NUMBER),
    (frozenset({"fax"}), t.PR_BUSINESS_FAX_NUMBER),
    (frozenset({"home"}), t.PR_HOME_TELEPHONE_NUMBER),
    (frozenset({"work"}), t.PR_BUSINESS_TELEPHONE_NUMBER),
)
"""Which number a TEL is, by its types; the first that fits. Without types it is one at work."""

ADDRESS: Final = "X-MAPI-ADDRESS"
"""The field of an address that is no Internet address: `TYPE:address`."""

GROUP: Final = "group"
OLD_KIND, OLD_MEMBER = "X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER"
