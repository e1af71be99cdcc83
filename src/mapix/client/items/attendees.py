"""People of a meeting: who is asked to come, as what, and what they answered ([MS-OXOCAL] 2.2.4.10).

Attendee("Bob", "bob@example.org", kind="optional")
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from mapix.client.recipient import Recipient, parse
from mapix.interfaces.message import Message as MapiMessage
from mapix.interfaces.message import ModifyRecipients
from mapix.objects.messages.content import recipient_rows
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter
from mapix.properties.tag import PropTag
from mapix.properties.times import from_datetime, readable

SENDABLE: Final = 0x1
ORGANIZER: Final = 0x2
"""PR_RECIPIENT_FLAGS ([MS-OXOCAL] 2.2.4.10.1)."""

_KINDS: Final = {"required": "to", "optional": "cc", "resource": "bcc"}
_NAMES: Final = {1: "required", 2: "optional", 3: "resource"}


class Response(IntEnum):
    """What somebody said to a meeting (PidLidResponseStatus, PR_RECIPIENT_TRACKSTATUS)."""

    NONE = 0
    ORGANIZED = 1
    TENTATIVE = 2
    ACCEPTED = 3
    DECLINED = 4
    NOT_RESPONDED = 5


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody of a meeting, `required`, `optional`, or a thing that is a `resource`; what they answered and when."""

    name: str
    address: str
    kind: str = "required"
    response: Response = Response.NONE
    responded: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise InvalidParameter("no such kind of attendee", value=self.kind, hint=", ".join(_KINDS))

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name and self.name != self.address else self.address

    @classmethod
    def of_row(cls, row: Mapping[PropTag, Any]) -> Attendee:
        """The attendee of a recipient row."""
        status = row.get(t.PR_RECIPIENT_TRACKSTATUS) or 0
        when = row.get(t.PR_RECIPIENT_TRACKSTATUS_TIME)
        return cls(
            row.get(t.PR_DISPLAY_NAME) or "",
            row.get(t.PR_SMTP_ADDRESS) or row.get(t.PR_EMAIL_ADDRESS) or "",
            _NAMES.get(row.get(t.PR_RECIPIENT_TYPE, 1) & 0xF, "required"),
            Response(status) if status in Response._value2member_map_ else Response.NONE,
            readable(when) if when else None,
        )

    def row(self) -> dict[PropTag, Any]:
        """The attendee as a recipient row."""
        row = Recipient(self.name, self.address, _KINDS[self.kind]).row()
        row[t.PR_RECIPIENT_TRACKSTATUS] = int(self.response)
        if self.responded is not None:
            row[t.PR_RECIPIENT_TRACKSTATUS_TIME] = from_datetime(self.responded)
        return row


People = Iterable["str | Recipient | Attendee"] | str
"""Attendees, recipients, or texts as `Name <address>`."""


def attendees_of(people: People, kind: str = "required") -> list[Attendee]:
    """Attendees of people; those that are ones already keep what they are."""
    found: list[Attendee] = []
    for person in [people] if isinstance(people, str) else people:
        if isinstance(person, Attendee):
            found.append(person)
        else:
            found += [Attendee(one.name, one.address, kind) for one in parse([person], _KINDS[kind])]
    return found


def is_organizer(row: Mapping[PropTag, Any]) -> bool:
    """Whether a recipient row is the one of who organizes."""
    return bool((row.get(t.PR_RECIPIENT_FLAGS) or 0) & ORGANIZER)


def attendee_rows(mapi: MapiMessage) -> Iterator[dict[PropTag, Any]]:
    """The recipient rows of a meeting, without that of who organizes it."""
    return (row for row in recipient_rows(mapi) if not is_organizer(row))


def replace_attendees(mapi: MapiMessage, attendees: Iterable[Attendee], organizer: Recipient | None) -> None:
    """Have these as recipients and no others, behind who organizes."""
    rows = [attendee.row() for attendee in attendees]
    if organizer is not None and rows:
        rows.insert(0, organizer_row(organizer))
    mapi.modify_recipients(ModifyRecipients.REPLACE, rows)


def organizer_row(organizer: Recipient) -> dict[PropTag, Any]:
    """The recipient row of who organizes."""
    row = Recipient(organizer.name, organizer.address, "to").row()
    told = {t.PR_RECIPIENT_FLAGS: SENDABLE | ORGANIZER, t.PR_RECIPIENT_TRACKSTATUS: 0}
    named = {t.PR_RECIPIENT_DISPLAY_NAME: row[t.PR_DISPLAY_NAME], t.PR_RECIPIENT_ENTRYID: row[t.PR_ENTRYID]}
    return row | told | named
