"""The words people use for properties: `subject`, `from`, `to`, `unread`, `high`.

A *word* is one property. A *group* stands for several, of which one must do: `from` is the sender's name or address,
`to` the name or address of a recipient. A *condition* says something by itself. *Choices* are names of a property's
numbers. The same word may mean something else inside `recipients (…)` and `attachments (…)`: each is a *scope*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from mapix.properties import flags as f
from mapix.properties import tags as t
from mapix.properties.restriction import (
    And,
    Bitmask,
    Content,
    Exist,
    Or,
    Property,
    Relop,
    Restriction,
    Sub,
)
from mapix.properties.tag import PropTag

Leaf = Content | Exist | Property
"""A restriction of one property that can be asked of several."""


@dataclass(frozen=True, slots=True)
class Group:
    """A word for several properties, of the message or of its `below` rows whose type is `kind`."""

    tags: tuple[PropTag, ...]
    below: PropTag | None = None
    kind: int | None = None

    def spread(self, leaf: Leaf) -> Restriction:
        """One of the properties satisfies `leaf`, a restriction of one property."""
        leaves = tuple(replace(leaf, tag=tag) for tag in self.tags)
        return self._placed(leaves[0] if len(leaves) == 1 else Or(leaves))

    def exists(self) -> Restriction:
        """There is such a thing."""
        if self.below is None:
            return self.spread(Exist(self.tags[0]))
        return Sub(self.below, And() if self.kind is None else self._of_kind())

    def leaf(self, node: Restriction) -> Restriction | None:
        """What `spread` was given, where it made `node`; None where it did not."""
        if isinstance(node, Sub) and node.tag == self.below:
            inner = node.child
            inner = inner.children[-1] if self.kind is not None and isinstance(inner, And) and inner.children else inner
        else:
            inner = node
        if len(self.tags) > 1 and isinstance(inner, Or) and inner.children:
            inner = inner.children[0]
        if isinstance(inner, Content | Property) and inner.tag == self.tags[0] and self.spread(inner) == node:
            return inner
        return None

    def _of_kind(self) -> Restriction:
        return Property(Relop.EQ, t.PR_RECIPIENT_TYPE, self.kind)

    def _placed(self, found: Restriction) -> Restriction:
        if self.below is None:
            return found
        return Sub(self.below, found if self.kind is None else And((self._of_kind(), found)))


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The words that are known in one place."""

    words: Mapping[str, PropTag]
    groups: Mapping[str, Group] = field(default_factory=dict)
    conditions: Mapping[str, Restriction] = field(default_factory=dict)

    def known(self) -> list[str]:
        """Every word, for hints."""
        return [*self.words, *self.groups, *self.conditions]


_PEOPLE: Final = (t.PR_DISPLAY_NAME, t.PR_EMAIL_ADDRESS)

MESSAGE: Final = Scope(
    {
        "subject": t.PR_SUBJECT,
        "body": t.PR_BODY,
        "sender": t.PR_SENDER_NAME,
        "received": t.PR_MESSAGE_DELIVERY_TIME,
        "sent": t.PR_CLIENT_SUBMIT_TIME,
        "created": t.PR_CREATION_TIME,
        "modified": t.PR_LAST_MODIFICATION_TIME,
        "size": t.PR_MESSAGE_SIZE,
        "importance": t.PR_IMPORTANCE,
        "priority": t.PR_PRIORITY,
        "sensitivity": t.PR_SENSITIVITY,
        "class": t.PR_MESSAGE_CLASS,
        "flags": t.PR_MESSAGE_FLAGS,
        "status": t.PR_MSG_STATUS,
        "conversation": t.PR_CONVERSATION_TOPIC,
        "headers": t.PR_TRANSPORT_MESSAGE_HEADERS,
        "messageid": t.PR_INTERNET_MESSAGE_ID,
        "name": t.PR_DISPLAY_NAME,
    },
    {
        "from": Group((t.PR_SENDER_NAME, t.PR_SENDER_EMAIL_ADDRESS)),
        "to": Group(_PEOPLE, t.PR_MESSAGE_RECIPIENTS, f.MAPI_TO),
        "cc": Group(_PEOPLE, t.PR_MESSAGE_RECIPIENTS, f.MAPI_CC),
        "bcc": Group(_PEOPLE, t.PR_MESSAGE_RECIPIENTS, f.MAPI_BCC),
        "recipient": Group(_PEOPLE, t.PR_MESSAGE_RECIPIENTS),
        "attachment": Group((t.PR_ATTACH_LONG_FILENAME, t.PR_ATTACH_FILENAME), t.PR_MESSAGE_ATTACHMENTS),
    },
    {
        "unread": Bitmask(t.PR_MESSAGE_FLAGS, f.MSGFLAG_READ, nonzero=False),
        "read": Bitmask(t.PR_MESSAGE_FLAGS, f.MSGFLAG_READ),
        "unsent": Bitmask(t.PR_MESSAGE_FLAGS, f.MSGFLAG_UNSENT),
        "submitted": Bitmask(t.PR_MESSAGE_FLAGS, f.MSGFLAG_SUBMIT),
        "fromme": Bitmask(t.PR_MESSAGE_FLAGS, f.MSGFLAG_FROMME),
        "flagged": Property(Relop.EQ, t.PR_FLAG_STATUS, 2),
    },
)
RECIPIENT: Final = Scope({"name": t.PR_DISPLAY_NAME, "address": t.PR_EMAIL_ADDRESS, "kind": t.PR_RECIPIENT_TYPE})
ATTACHMENT: Final = Scope(
    {"name": t.PR_ATTACH_LONG_FILENAME, "size": t.PR_ATTACH_SIZE, "type": t.PR_ATTACH_MIME_TAG},
)

BELOW: Final = {t.PR_MESSAGE_RECIPIENTS: "recipients", t.PR_MESSAGE_ATTACHMENTS: "attachments"}
"""What the rows below a message are called."""

HAS_ATTACHMENTS: Final = Property(Relop.EQ, t.PR_HASATTACH, True)
"""`has attachments`."""

CHOICES: Final[dict[PropTag, dict[str, int]]] = {
    t.PR_IMPORTANCE: {"low": 0, "normal": 1, "high": 2},
    t.PR_PRIORITY: {"nonurgent": -1, "normal": 0, "urgent": 1},
    t.PR_SENSITIVITY: {"none": 0, "personal": 1, "private": 2, "confidential": 3},
    t.PR_RECIPIENT_TYPE: {"to": f.MAPI_TO, "cc": f.MAPI_CC, "bcc": f.MAPI_BCC},
    t.PR_MESSAGE_FLAGS: {
        "read": f.MSGFLAG_READ,
        "unmodified": f.MSGFLAG_UNMODIFIED,
        "submitted": f.MSGFLAG_SUBMIT,
        "unsent": f.MSGFLAG_UNSENT,
        "attachments": f.MSGFLAG_HASATTACH,
        "fromme": f.MSGFLAG_FROMME,
        "associated": f.MSGFLAG_ASSOCIATED,
    },
}
"""Names of numbers, by the property they are values of."""


def scope_below(tag: PropTag) -> Scope:
    """The words inside `recipients (…)` and `attachments (…)`."""
    return RECIPIENT if tag == t.PR_MESSAGE_RECIPIENTS else ATTACHMENT


@cache
def _by_tag(scope: Scope) -> dict[PropTag, str]:
    return {tag: word for word, tag in scope.words.items()}


def word_for(tag: PropTag, scope: Scope) -> str | None:
    """The word for a property in a scope."""
    return _by_tag(scope).get(tag)


def condition_for(node: Restriction, scope: Scope) -> str | None:
    """The condition that says `node`."""
    return next((word for word, said in scope.conditions.items() if said == node), None)


def group_for(node: Restriction, scope: Scope) -> tuple[str, Restriction] | None:
    """The group that was spread to `node`, and what it was given."""
    for word, group in scope.groups.items():
        leaf = group.leaf(node)
        if leaf is not None:
            return word, leaf
    return None
