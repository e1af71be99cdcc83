"""Who made a message, and who changed it last: PR_CREATOR_*, PR_LAST_MODIFIER_* (objects 4.1).

Most messages of a store are its owner's own. Only what somebody else did is written down; where nothing is written,
it was the owner. A store that names no owner belongs to whoever has it open.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mapix.interfaces.backend import StoreBackend
from mapix.interfaces.support import StoreSupport
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CREATOR_ENTRYID,
    PR_CREATOR_NAME,
    PR_LAST_MODIFIER_ENTRYID,
    PR_LAST_MODIFIER_NAME,
    PR_MAILBOX_OWNER_NAME,
    PR_SENDER_ENTRYID,
    PR_SENDER_NAME,
)

if TYPE_CHECKING:
    from mapix.objects.bags.propreading import Entry
    from mapix.objects.messages.messageobject import MessageObject


class Author(NamedTuple):
    """Somebody: a name and an entry identifier, each None where it is not known."""

    name: str | None
    entry_id: bytes | None


_CREATOR: Final = (PR_CREATOR_NAME, PR_CREATOR_ENTRYID)
_MODIFIER: Final = (PR_LAST_MODIFIER_NAME, PR_LAST_MODIFIER_ENTRYID)


class Authors:
    """The owner of an open store, and who has it open. Both are looked up when they are first needed."""

    def __init__(self, backend: StoreBackend, support: StoreSupport) -> None:
        self._backend = backend
        self._support = support
        self._known: tuple[Author, Author] | None = None

    @property
    def owner(self) -> Author:
        """Whose store it is."""
        return self._both()[0]

    @property
    def user(self) -> Author:
        """Who has it open."""
        return self._both()[1]

    def sign(self, message: MessageObject, pending: MutableMapping[int, Entry], removed: set[int]) -> None:
        """Write down who saves `message`."""
        owner, user = self._both()
        if user == owner:
            if not message.is_new:
                removed.update(tag.id for tag in _MODIFIER if message._value(tag) is not None)
            return
        for tags in (_MODIFIER, _CREATOR) if message.is_new else (_MODIFIER,):
            for tag, value in zip(tags, user, strict=True):
                if value is not None:
                    pending[tag.id] = (tag, value)
                    removed.discard(tag.id)

    def _both(self) -> tuple[Author, Author]:
        if self._known is None:
            identity = self._support.identity()
            user = Author(identity.get(PR_SENDER_NAME), identity.get(PR_SENDER_ENTRYID))
            name = self._backend.store().load((PR_MAILBOX_OWNER_NAME,))[0].get(PR_MAILBOX_OWNER_NAME)
            own = not name or not user.name or name == user.name
            owner = Author(name or user.name, user.entry_id if own else None)
            self._known = owner, owner if own else user
        return self._known


def author_rule(tag: PropTag) -> Any:
    """The rule of one of the four properties: what is written down, or the owner's."""
    name_tag = PR_CREATOR_NAME if tag in _CREATOR else PR_LAST_MODIFIER_NAME
    place = (_CREATOR if tag in _CREATOR else _MODIFIER).index(tag)

    def get(message: MessageObject) -> Any:
        if message._value(name_tag) is not None:
            return message._value(tag)
        return message.context.authors.owner[place]

    return get


AUTHORS: Final = {tag: author_rule(tag) for tag in (*_CREATOR, *_MODIFIER)}
