"""What a rule does with a message: the values of ACTIONS properties ([MS-OXORULE] 2.2.5, SRuleAction).

    >>> Actions((Action(ActionType.MOVE, FolderTarget(b"store", b"folder")), Action(ActionType.MARK_AS_READ)))[1].type
    <ActionType.MARK_AS_READ: 11>

As bytes they are in `actionbytes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from mapix.properties.tag import PropTag


class ActionType(IntEnum):
    """What is done ([MS-OXORULE] 2.2.5.1)."""

    MOVE = 1
    COPY = 2
    REPLY = 3
    OOF_REPLY = 4
    DEFER_ACTION = 5
    BOUNCE = 6
    FORWARD = 7
    DELEGATE = 8
    TAG = 9
    DELETE = 10
    MARK_AS_READ = 11


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """Where MOVE and COPY put the message: entry identifiers of a store, empty for the rule's own, and of a folder."""

    store: bytes
    folder: bytes


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """What REPLY and OOF_REPLY answer with: the identifier of a template message, and the 16 bytes it is known by."""

    message: bytes
    template: bytes


@dataclass(frozen=True, slots=True)
class TagProperty:
    """The property that TAG sets."""

    tag: PropTag
    value: Any


Recipients = tuple[tuple[tuple[PropTag, Any], ...], ...]
"""Whom FORWARD and DELEGATE send to: a row of tags and values each."""

ActionData = FolderTarget | ReplyTemplate | TagProperty | Recipients | bytes | int | None


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its type, its `data`, the flavor of the type, and the client's own flags.

    `data` is a `FolderTarget` (MOVE, COPY), `ReplyTemplate` (REPLY, OOF_REPLY), bytes (DEFER_ACTION), a code (BOUNCE),
    `Recipients` (FORWARD, DELEGATE), `TagProperty` (TAG) or None (DELETE, MARK_AS_READ).
    """

    type: ActionType
    data: ActionData = None
    flavor: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions of one rule, in their order."""

    actions: tuple[Action, ...] = ()

    def __iter__(self) -> Iterator[Action]:
        return iter(self.actions)

    def __len__(self) -> int:
        return len(self.actions)

    def __getitem__(self, index: int) -> Action:
        return self.actions[index]
