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
    PR_CONTACT_EMAIL_ADDRESSES. `members` are addresses, or URIs, most of them `urn:` references to other cards by their
    `uid`; None for a person. `photo`, `categories` and `instant`, the address for instant messages, are what contacts
    have besides.
    """

    values: dict[PropTag, Any] = field(default_factory=dict)
    members: tuple[str, ...] | None = None
    uid: str = ""
    photo: bytes = b""
    categories: tuple[str, ...] = ()
    instant: str = ""


NAME: Final = (t.PR_SURNAME, t.PR_GIVEN_NAME, t.PR_MIDDLE_NAME, t.PR_DISPLAY_NAME_PREFIX, t.PR_GENERATION)
"""The components of N in their order."""

ORGANIZATION: Final = (t.PR_COMPANY_NAME, t.PR_DEPARTMENT_NAME)
"""The components of ORG."""

WORK_PLACE: Final = (
    t.PR_POST_OFFICE_BOX,
    t.PR_OFFICE_LOCATION,
    t.PR_STREET_ADDRESS,
    t.PR_LOCALITY,
    t.PR_STATE_OR_PROVINCE,
    t.PR_POSTAL_CODE,
    t.PR_COUNTRY,
)
"""The components of ADR at work."""

HOME_PLACE: Final = (
    t.PR_HOME_ADDRESS_POST_OFFICE_BOX,
    None,
    t.PR_HOME_ADDRESS_STREET,
    t.PR_HOME_ADDRESS_CITY,
    t.PR_HOME_ADDRESS_STATE_OR_PROVINCE,
    t.PR_HOME_ADDRESS_POSTAL_CODE,
    t.PR_HOME_ADDRESS_COUNTRY,
)
"""The components of ADR at home."""

OTHER_PLACE: Final = (
    t.PR_OTHER_ADDRESS_POST_OFFICE_BOX,
    None,
    t.PR_OTHER_ADDRESS_STREET,
    t.PR_OTHER_ADDRESS_CITY,
    t.PR_OTHER_ADDRESS_STATE_OR_PROVINCE,
    t.PR_OTHER_ADDRESS_POSTAL_CODE,
    t.PR_OTHER_ADDRESS_COUNTRY,
)
"""The components of ADR for post elsewhere."""

PLAIN: Final = {
    "FN": t.PR_DISPLAY_NAME,
    "NICKNAME": t.PR_NICKNAME,
    "TITLE": t.PR_TITLE,
    "ROLE": t.PR_PROFESSION,
    "NOTE": t.PR_COMMENT,
    "X-MS-SPOUSE": t.PR_SPOUSE_NAME,
    "X-MS-MANAGER": t.PR_MANAGER_NAME,
    "X-MS-ASSISTANT": t.PR_ASSISTANT,
    "X-MS-INTERESTS": t.PR_HOBBIES,
}
"""Fields that are one text."""

TELEPHONES: Final = (
    (("pager",), (t.PR_PAGER_TELEPHONE_NUMBER,)),
    (("car",), (t.PR_CAR_TELEPHONE_NUMBER,)),
    (("isdn",), (t.PR_ISDN_NUMBER,)),
    (("cell",), (t.PR_MOBILE_TELEPHONE_NUMBER,)),
    (("home", "fax"), (t.PR_HOME_FAX_NUMBER,)),
    (("work", "fax"), (t.PR_BUSINESS_FAX_NUMBER,)),
    (("fax",), (t.PR_BUSINESS_FAX_NUMBER, t.PR_PRIMARY_FAX_NUMBER)),
    (("home",), (t.PR_HOME_TELEPHONE_NUMBER, t.PR_HOME2_TELEPHONE_NUMBER)),
    (("work",), (t.PR_BUSINESS_TELEPHONE_NUMBER, t.PR_BUSINESS2_TELEPHONE_NUMBER)),
    (("voice",), (t.PR_OTHER_TELEPHONE_NUMBER,)),
    (("pref",), (t.PR_PRIMARY_TELEPHONE_NUMBER,)),
)
"""Which number a TEL is, by its types: the first that fits, and there the first that is free. Without types it is
one at work."""

OTHER_TELEPHONES: Final = {
    "assistant": t.PR_ASSISTANT_TELEPHONE_NUMBER,
    "callback": t.PR_CALLBACK_TELEPHONE_NUMBER,
    "company": t.PR_COMPANY_MAIN_PHONE_NUMBER,
    "radio": t.PR_RADIO_TELEPHONE_NUMBER,
    "ttytdd": t.PR_TTYTDD_PHONE_NUMBER,
    "telex": t.PR_TELEX_NUMBER,
    "primaryfax": t.PR_PRIMARY_FAX_NUMBER,
    "second-home": t.PR_HOME2_TELEPHONE_NUMBER,
    "second-work": t.PR_BUSINESS2_TELEPHONE_NUMBER,
}
"""Numbers that only X-MS-TEL has types for."""

ADDRESS: Final = "X-MAPI-ADDRESS"
"""The field of an address that is no Internet address: `TYPE:address`."""

GROUP: Final = "group"
OLD_KIND, OLD_MEMBER = "X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER"
