"""Journal entries (IPM.Activity): what was done, when and how long. Source: [MS-OXOJRNL].

mapix.JournalEntry(subject="Budget", type="Phone call", start=start, duration=timedelta(minutes=20))
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Unpack

from mapix.client.items.base import Item, ItemFields
from mapix.client.items.fields import NamedMinutes, NamedText, NamedTime, NamedYesNo
from mapix.client.place import Place
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties.tag import PropTag
from mapix.properties.times import TICKS_PER_SECOND, now

_ICONS: Final = {
    "Conversation": 0x601,
    "E-mail Message": 0x602,
    "Meeting request": 0x603,
    "Meeting response": 0x604,
    "Task request": 0x606,
    "Task response": 0x607,
    "Note": 0x608,
    "Fax": 0x609,
    "Phone call": 0x60A,
}
"""PR_ICON_INDEX by kind of activity ([MS-OXOJRNL] 2.2.1)."""

_DOCUMENT: Final = (
    n.PidLidLogDocumentPrinted,
    n.PidLidLogDocumentSaved,
    n.PidLidLogDocumentRouted,
    n.PidLidLogDocumentPosted,
)

_ANY_ICON: Final = 0x601
_MINUTE: Final = 60 * TICKS_PER_SECOND


class JournalFields(ItemFields, total=False):
    """The fields of `JournalEntry`."""

    type: str
    start: datetime
    end: datetime
    duration: timedelta
    document_printed: bool
    document_saved: bool
    document_routed: bool
    document_posted: bool


class JournalEntry(Item):
    """An entry of the journal. With `start` and a `duration` it has its `end`."""

    ITEM_CLASS = "IPM.Activity"
    ICON_FOLLOWS = (n.PidLidLogType,)

    type = NamedText(n.PidLidLogType, "What kind of activity, as `Phone call`.")
    start = NamedTime(n.PidLidLogStart, "When it began.")
    end = NamedTime(n.PidLidLogEnd, "When it ended.")
    duration = NamedMinutes(n.PidLidLogDuration, "How long it took.")
    document_printed = NamedYesNo(n.PidLidLogDocumentPrinted, "Whether the document was printed.")
    document_saved = NamedYesNo(n.PidLidLogDocumentSaved, "Whether the document was saved.")
    document_routed = NamedYesNo(n.PidLidLogDocumentRouted, "Whether the document was sent around.")
    document_posted = NamedYesNo(n.PidLidLogDocumentPosted, "Whether the document was put up.")

    def __init__(
        self,
        mapi: MapiMessage | None = None,
        *,
        place: Place | None = None,
        row: Mapping[PropTag, Any] | None = None,
        **fields: Unpack[JournalFields],
    ) -> None:
        super().__init__(mapi, place=place, row=row, **fields)

    def _complete(self) -> None:
        super()._complete()
        if self._touched(n.PidLidLogStart, n.PidLidLogEnd, n.PidLidLogDuration):
            self._agree()
        if self._touched(n.PidLidLogType):
            self._put({n.PidLidLogTypeDesc: self.type})
        if self._made:
            self._put_missing({n.PidLidLogFlags: 0, **dict.fromkeys(_DOCUMENT, False)})

    def _agree(self) -> None:
        """Beginning, end and duration tell the same (2.2.1.3 to 2.2.1.5)."""
        start = self._value(n.PidLidLogStart) or now()
        self._put_missing({n.PidLidLogStart: start})
        if self._follows(n.PidLidLogEnd, n.PidLidLogStart, n.PidLidLogDuration):
            self._put({n.PidLidLogEnd: start + (self._value(n.PidLidLogDuration) or 0) * _MINUTE})
        end = self._value(n.PidLidLogEnd) or start
        if self._follows(n.PidLidLogDuration, n.PidLidLogStart, n.PidLidLogEnd):
            self._put({n.PidLidLogDuration: max(0, end - start) // _MINUTE})
        self._put({n.PidLidCommonStart: start, n.PidLidCommonEnd: end})

    def _icon(self) -> int:
        return _ICONS.get(self.type or "", _ANY_ICON)
