"""Notifications as sinks of scripts get them: `(event, information)` tuples (section NOT-27 of the rules)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mapix.interfaces.notify import (
    AdviseSink,
    ErrorNotification,
    ExtendedNotification,
    NewMailNotification,
    Notification,
    ObjectNotification,
    StatusNotification,
    TableEvent,
    TableNotification,
)
from mapix.properties.flags import MAPI_UNICODE
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_INSTANCE_KEY
from mapix.pywin32.convert.rows import cell
from mapix.pywin32.convert.tags import in_width, numbers
from mapix.pywin32.convert.values import Pair
from mapix.pywin32.errors import signed

Told = tuple[int, Any]
_PLACED = (TableEvent.ROW_ADDED, TableEvent.ROW_MODIFIED)
_NO_KEY: Pair = (0, None)
_BEFORE_FIRST: Pair = (int(PropType.NULL), None)


def _error(item: ErrorNotification, wide: bool) -> tuple[Any, ...]:
    return item.entry_id, signed(item.scode), signed(MAPI_UNICODE), (0, item.text, "mapix", 0, 0)


def _new_mail(item: NewMailNotification, wide: bool) -> tuple[Any, ...]:
    return item.entry_id, item.parent_id, signed(MAPI_UNICODE), item.message_class, item.message_flags


def _object(item: ObjectNotification, wide: bool) -> tuple[Any, ...]:
    tags = None if item.tags is None else numbers(item.tags)
    return item.entry_id, int(item.object_type), item.parent_id, item.old_id, item.old_parent_id, tags


def _table(item: TableNotification, wide: bool) -> tuple[Any, ...]:
    first = item.table_event in _PLACED
    row = tuple(cell(in_width(PropTag(tag), wide))(value) for tag, value in item.row)
    prior = _key(item.prior, _BEFORE_FIRST if first else _NO_KEY)
    return int(item.table_event), signed(item.scode), _key(item.index, _NO_KEY), prior, row


def _key(value: bytes | None, absent: Pair) -> Pair:
    return absent if value is None else (int(PR_INSTANCE_KEY), value)


def _status(item: StatusNotification, wide: bool) -> tuple[Any, ...]:
    return item.entry_id, [cell(in_width(PropTag(tag), wide))(value) for tag, value in item.values]


def _extended(item: ExtendedNotification, wide: bool) -> tuple[Any, ...]:
    return item.code, item.data


_KINDS: dict[type[Notification], Callable[[Any, bool], tuple[Any, ...]]] = {
    ErrorNotification: _error,
    NewMailNotification: _new_mail,
    ObjectNotification: _object,
    TableNotification: _table,
    StatusNotification: _status,
    ExtendedNotification: _extended,
}


def told(items: Iterable[Notification], wide: bool = True) -> list[Told]:
    """A batch as scripts see it; None instead of information about kinds they do not know."""
    return [(int(item.event) & 0xFFFFFFFF, _information(item, wide)) for item in items]


def _information(item: Notification, wide: bool) -> tuple[Any, ...] | None:
    build = _KINDS.get(type(item))
    return None if build is None else build(item, wide)


def sink_of(tell: Callable[[Sequence[Told]], Any], wide: bool = True) -> AdviseSink:
    """A sink of the house that tells a script's; `wide` is the width of text in rows."""

    def sink(items: Sequence[Notification]) -> None:
        tell(told(items, wide))

    return sink
