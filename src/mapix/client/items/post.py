"""Posts (IPM.Post): what somebody puts up in a folder, sent to nobody. Source: [MS-OXOPOST].

session.store.folder("Notices").messages.add(mapix.Post(subject="Parking", text="...", sender="ann@example.org"))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from mapix.client.items.base import Item, ItemFields
from mapix.client.place import Place
from mapix.client.recipient import Recipient
from mapix.interfaces.message import Message as MapiMessage
from mapix.objects.messages.submit import new_message_id
from mapix.properties import tags as t
from mapix.properties.conversation import conversation_index
from mapix.properties.tag import PropTag
from mapix.properties.times import now


class PostFields(ItemFields, total=False):
    """The fields of `Post`."""

    sender: str | Recipient


class Post(Item):
    """A post. It has an author and no recipients, and was delivered when it was made."""

    ITEM_CLASS = "IPM.Post"
    ICON = 0x1
    SIDE_EFFECTS = 0

    def __init__(
        self,
        mapi: MapiMessage | None = None,
        *,
        place: Place | None = None,
        row: Mapping[PropTag, Any] | None = None,
        **fields: Unpack[PostFields],
    ) -> None:
        super().__init__(mapi, place=place, row=row, **fields)

    def _complete(self) -> None:
        super()._complete()
        if not self._made:
            return
        if self.get(t.PR_INTERNET_MESSAGE_ID) is None:
            self._put({t.PR_INTERNET_MESSAGE_ID: new_message_id(self.properties())})
        self._put_missing(
            {
                t.PR_CLIENT_SUBMIT_TIME: now(),
                t.PR_MESSAGE_DELIVERY_TIME: self.get(t.PR_CLIENT_SUBMIT_TIME) or now(),
                t.PR_CONVERSATION_INDEX: conversation_index(),
            }
        )
