"""What all kinds of items share: class, icon, categories, privacy, and when the rest is filled in.

class Note(Item):
    ITEM_CLASS = "IPM.StickyNote"
    ICON = 0x303

    def _complete(self) -> None:
        super()._complete()
        ...  # what follows from the fields, before every save

Sources: [MS-OXCMSG] 2.2.1; what each kind has besides stands in its own module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from mapix.client.items.fields import NamedInteger, NamedText, NamedTexts, NamedTime, NamedYesNo
from mapix.client.message import Message
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag

SE_OPEN_TO_DELETE = 0x1
SE_COERCE_TO_INBOX = 0x10
SE_OPEN_TO_COPY = 0x20
SE_OPEN_TO_MOVE = 0x40
SE_OPEN_FOR_CONTEXT_MENU = 0x100
"""PidLidSideEffects: what a client must open the item for ([MS-OXCMSG] 2.2.1.16)."""

PRIVATE = 2
"""PR_SENSITIVITY of a private item."""

ENGLISH = 0x409
"""PR_MESSAGE_LOCALE_ID where nobody tells another."""


class Item(Message):
    """An item that is no mail. Made without a session from fields, then saved to a file or into a folder."""

    ITEM_CLASS: ClassVar[str] = "IPM"
    ICON: ClassVar[int] = -1
    SIDE_EFFECTS: ClassVar[int] = SE_COERCE_TO_INBOX | SE_OPEN_FOR_CONTEXT_MENU

    companies = NamedTexts(n.PidLidCompanies, "Companies it has to do with.")
    billing = NamedText(n.PidLidBilling, "What to bill it to.")
    mileage = NamedText(n.PidLidMileage, "The way it took.")
    reminder_set = NamedYesNo(n.PidLidReminderSet, "Whether there is a reminder.")
    reminder_time = NamedTime(n.PidLidReminderTime, "When it is due, for who reminds.")
    reminder_signal = NamedTime(n.PidLidReminderSignalTime, "When to remind.")
    reminder_minutes = NamedInteger(n.PidLidReminderDelta, "Minutes before it that the reminder comes.")

    def __init__(self, mapi: MapiMessage | None = None, **options: Any) -> None:
        super().__init__(mapi, **options)

    def _begin(self, draft: bool) -> None:
        self._put({t.PR_MESSAGE_CLASS: self.ITEM_CLASS, t.PR_MESSAGE_FLAGS: MSGFLAG_READ})

    def _complete(self) -> None:
        """Fill in what nobody has set and what follows from other fields; before every save."""
        self._put_missing(
            {
                t.PR_MESSAGE_CLASS: self.ITEM_CLASS,
                t.PR_IMPORTANCE: 1,
                t.PR_PRIORITY: 0,
                t.PR_SENSITIVITY: 0,
                t.PR_ALTERNATE_RECIPIENT_ALLOWED: True,
                t.PR_MESSAGE_LOCALE_ID: ENGLISH,
            }
        )
        self.set(t.PR_ICON_INDEX, self._icon())
        self._put_named_missing({n.PidLidSideEffects: self.SIDE_EFFECTS, n.PidLidReminderSet: False})
        self._put_named({n.PidLidPrivate: self.sensitivity == PRIVATE})

    def _icon(self) -> int:
        """PR_ICON_INDEX, which may follow from the fields."""
        return self.ICON

    def _put(self, values: Mapping[PropTag, Any]) -> None:
        for tag, value in values.items():
            self.set(tag, value)

    def _put_missing(self, values: Mapping[PropTag, Any]) -> None:
        """Set those that are not there."""
        self._put({tag: value for tag, value in values.items() if self.get(tag) is None})

    def _put_named(self, values: Mapping[PropertyName, Any]) -> None:
        """Set named properties, in the type the reference has for them; None removes one."""
        for name, value in values.items():
            self.set_named(name, n.NAMED_TYPES[name][0], value)

    def _put_named_missing(self, values: Mapping[PropertyName, Any]) -> None:
        self._put_named({name: value for name, value in values.items() if self._named(name) is None})

    def _named(self, name: PropertyName) -> Any:
        """A named property in MAPI's form, None where it is absent."""
        return self.get_named(name, n.NAMED_TYPES[name][0])
