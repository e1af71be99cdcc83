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

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

from mapix.client.completing import ENGLISH
from mapix.client.items.fields import NamedInteger, NamedText, NamedTexts, NamedTime, NamedYesNo
from mapix.client.message import Message
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.codepage import UTF8
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.properties.content import MessageContent

SE_OPEN_TO_DELETE = 0x1
SE_COERCE_TO_INBOX = 0x10
SE_OPEN_TO_COPY = 0x20
SE_OPEN_TO_MOVE = 0x40
SE_OPEN_FOR_CONTEXT_MENU = 0x100
"""PidLidSideEffects: what a client must open the item for ([MS-OXCMSG] 2.2.1.16)."""

PRIVATE = 2
"""PR_SENSITIVITY of a private item."""

Key = PropTag | PropertyName
"""What names a property: a tag, or the name of a named one."""


class ItemFields(TypedDict, total=False):
    """What every item can be made of."""

    subject: str
    text: str
    html: str
    categories: Sequence[str]
    companies: Sequence[str]
    billing: str
    mileage: str
    importance: int
    sensitivity: int
    reminder_set: bool
    reminder_time: datetime
    reminder_signal: datetime
    reminder_minutes: int


class Item(Message):
    """An item that is no mail. Made without a session from fields, then saved to a file or into a folder."""

    ITEM_CLASS: ClassVar[str] = "IPM"
    ICON: ClassVar[int] = -1
    ICON_FOLLOWS: ClassVar[tuple[Key, ...]] = ()
    """What the icon of an item that is there already follows from."""
    SIDE_EFFECTS: ClassVar[int] = SE_COERCE_TO_INBOX | SE_OPEN_FOR_CONTEXT_MENU

    companies = NamedTexts(n.PidLidCompanies, "Companies it has to do with.")
    billing = NamedText(n.PidLidBilling, "What to bill it to.")
    mileage = NamedText(n.PidLidMileage, "The way it took.")
    reminder_set = NamedYesNo(n.PidLidReminderSet, "Whether there is a reminder.")
    reminder_time = NamedTime(n.PidLidReminderTime, "When it is due, for who reminds.")
    reminder_signal = NamedTime(n.PidLidReminderSignalTime, "When to remind.")
    reminder_minutes = NamedInteger(n.PidLidReminderDelta, "Minutes before it that the reminder comes.")

    def __init__(self, mapi: MapiMessage | None = None, **options: Any) -> None:
        self._changed: set[PropTag | PropertyName] = set()
        super().__init__(mapi, **options)

    def set(self, tag: PropTag, value: Any) -> None:
        """Set one value; permanent with `save`."""
        super().set(tag, value)
        self._changed.add(tag)

    def set_named(self, name: PropertyName, kind: int, value: Any) -> None:
        """Set a named property; None removes it."""
        super().set_named(name, kind, value)
        self._changed.add(name)

    def save(self, target: str | Path | Folder | None = None) -> Self:
        """As `Message.save`; what follows from the fields is made before."""
        saved = super().save(target)
        self._changed.clear()
        return saved

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.subject!r}>"

    def _content(self) -> MessageContent:
        if self._changed and not self._made:
            self._complete()
        content = super()._content()
        self._changed.clear()
        return content

    def _begin(self, draft: bool) -> None:
        self._put({t.PR_MESSAGE_CLASS: self.ITEM_CLASS, t.PR_MESSAGE_FLAGS: MSGFLAG_READ})

    def _complete(self) -> None:
        """Before every save: what a new item has besides, and what follows from fields that were set. What others made
        stays as it is but for that.
        """
        if self._made:
            self._put_missing(self._usual())
        if self._touched(*self.ICON_FOLLOWS):
            self._put({t.PR_ICON_INDEX: self._icon()})
        if self._touched(t.PR_SENSITIVITY):
            self._put({n.PidLidPrivate: self.sensitivity == PRIVATE})

    def _usual(self) -> dict[Key, Any]:
        """What every new item has."""
        return {
            t.PR_MESSAGE_CLASS: self.ITEM_CLASS,
            t.PR_IMPORTANCE: 1,
            t.PR_PRIORITY: 0 if self.importance is None else self.importance - 1,
            t.PR_SENSITIVITY: 0,
            t.PR_ALTERNATE_RECIPIENT_ALLOWED: True,
            t.PR_INTERNET_CPID: UTF8,
            t.PR_MESSAGE_LOCALE_ID: ENGLISH,
            n.PidLidSideEffects: self.SIDE_EFFECTS,
            n.PidLidReminderSet: False,
        }

    def _touched(self, *keys: Key) -> bool:
        """Whether one of these was set since the last save, or the item is new."""
        return self._made or not self._changed.isdisjoint(keys)

    def _follows(self, target: Key, *sources: Key) -> bool:
        """Whether a property has to be made anew: nobody set it now, and one of its sources was set, or the item is new
        and has none.
        """
        if target in self._changed:
            return False
        return not self._changed.isdisjoint(sources) or (self._made and self._value(target) is None)

    def _icon(self) -> int:
        """PR_ICON_INDEX, which may follow from the fields."""
        return self.ICON

    def _value(self, key: Key) -> Any:
        """A property in MAPI's form, by tag or by name, None where it is absent."""
        return self.get(key) if isinstance(key, PropTag) else self.get_named(key, n.NAMED_TYPES[key][0])

    def _put(self, values: Mapping[Any, Any]) -> None:
        """Set properties by tag or by name, named ones in the type the reference has for them; None removes one. What
        follows from others is set by this and counts as set by nobody.
        """
        before = set(self._changed)
        for key, value in values.items():
            if isinstance(key, PropTag):
                self.set(key, value)
            else:
                self.set_named(key, n.NAMED_TYPES[key][0], value)
        self._changed = before

    def _put_missing(self, values: Mapping[Any, Any]) -> None:
        """Set those that are not there."""
        self._put({key: value for key, value in values.items() if self._value(key) is None})
