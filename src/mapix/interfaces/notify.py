"""Notifications: one frozen record a kind of event, and the sink that receives them (N-001, NOT-10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any, Final

from mapix.properties.tag import PropTag


class Event(IntFlag):
    """Event masks of Advise."""

    CRITICAL_ERROR = 0x1
    NEW_MAIL = 0x2
    OBJECT_CREATED = 0x4
    OBJECT_DELETED = 0x8
    OBJECT_MODIFIED = 0x10
    OBJECT_MOVED = 0x20
    OBJECT_COPIED = 0x40
    SEARCH_COMPLETE = 0x80
    TABLE_MODIFIED = 0x100
    STATUS_OBJECT_MODIFIED = 0x200
    EXTENDED = 0x80000000


class TableEvent(IntEnum):
    """What happened to a table (N-030); an enumeration, not bits (C30)."""

    CHANGED = 1
    ERROR = 2
    ROW_ADDED = 3
    ROW_DELETED = 4
    ROW_MODIFIED = 5
    SORT_DONE = 6
    RESTRICT_DONE = 7
    SETCOL_DONE = 8
    RELOAD = 9


@dataclass(frozen=True, slots=True)
class Notification:
    """Base of all notifications; `event` says which kind."""

    event: Event


@dataclass(frozen=True, slots=True)
class ObjectNotification(Notification):
    """An object was created, deleted, modified, moved or copied, or a search ended; old ids for moved and copied."""

    entry_id: bytes
    object_type: int
    parent_id: bytes | None = None
    old_id: bytes | None = None
    old_parent_id: bytes | None = None
    tags: tuple[PropTag, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewMailNotification(Notification):
    """A message was delivered (N-021)."""

    entry_id: bytes
    parent_id: bytes
    message_class: str
    message_flags: int


@dataclass(frozen=True, slots=True)
class TableNotification(Notification):
    """A table changed (N-031, N-032). `index` and `prior` are instance keys; `row` pairs of tag and value."""

    table_event: TableEvent
    scode: int = 0
    index: bytes | None = None
    prior: bytes | None = None
    row: tuple[tuple[PropTag, Any], ...] = ()


TABLE_CHANGED: Final = TableNotification(Event.TABLE_MODIFIED, TableEvent.CHANGED)
"""Rows changed, and nothing says which: read again (N-031)."""

MOST_ROW_EVENTS: Final = 8
"""More changed rows of one table than this are told as one CHANGED (T-090)."""


@dataclass(frozen=True, slots=True)
class ErrorNotification(Notification):
    """Something critical went wrong at a provider or the session."""

    scode: int
    entry_id: bytes | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ExtendedNotification(Notification):
    """A provider-defined event; `code` 1 of the session means that a member logged off (NOT-14)."""

    code: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class StatusNotification(Notification):
    """A status object changed; told among the parts of MAPI only, for nobody can register for it (N-001)."""

    entry_id: bytes
    values: tuple[tuple[PropTag, Any], ...] = ()


AdviseSink = Callable[[Sequence[Notification]], object]
"""Called with one batch, first to last (N-006); what it raises is logged and swallowed (NOT-23). What it answers
matters only where it is called synchronously (N-007).
"""
