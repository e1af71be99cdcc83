"""The hot columns of messages: properties that contents tables show, sort and restrict by, repeated in their row.

A text column may have a folded copy beside it, named with `_key`, by which it is compared
(`mapix.objects.restrictions.collate`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from mapix.objects.restrictions.collate import fold
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CLIENT_SUBMIT_TIME,
    PR_CREATION_TIME,
    PR_DISPLAY_CC,
    PR_DISPLAY_TO,
    PR_HASATTACH,
    PR_IMPORTANCE,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_SIZE,
    PR_NORMALIZED_SUBJECT,
    PR_PRIORITY,
    PR_SENDER_NAME,
    PR_SENSITIVITY,
    PR_SUBJECT,
)
from mapix.properties.value import whole
from mapix.providers.sqlstore.values import stored, stored_text


@dataclass(frozen=True, slots=True)
class Hot:
    """One hot column: its name in the database, its property, and whether it has a folded copy."""

    name: str
    tag: PropTag
    folded: bool = False

    @property
    def key(self) -> str:
        """The column to compare by."""
        return f"{self.name}_key" if self.folded else self.name

    def columns(self) -> tuple[str, ...]:
        """Its columns in the database."""
        return (self.name, self.key) if self.folded else (self.name,)

    def values(self, value: Any, tag: PropTag) -> tuple[Any, ...]:
        """What stands in its columns for a property `tag` of this identifier; `value` None where it has none."""
        if value is None or tag != self.tag:
            return (None, None) if self.folded else (None,)
        value = whole(tag, value)
        shown = stored(tag.type, value)
        return (shown, folded(value)) if self.folded else (shown,)


def folded(text: str) -> bytes:
    """`text` as folded columns hold it."""
    return fold(text).encode("utf-8", "surrogatepass")


HOT: Final = (
    Hot("delivery_time", PR_MESSAGE_DELIVERY_TIME),
    Hot("submit_time", PR_CLIENT_SUBMIT_TIME),
    Hot("creation_time", PR_CREATION_TIME),
    Hot("modification_time", PR_LAST_MODIFICATION_TIME),
    Hot("size", PR_MESSAGE_SIZE),
    Hot("importance", PR_IMPORTANCE),
    Hot("priority", PR_PRIORITY),
    Hot("sensitivity", PR_SENSITIVITY),
    Hot("has_attach", PR_HASATTACH),
    Hot("message_class", PR_MESSAGE_CLASS, folded=True),
    Hot("subject", PR_SUBJECT, folded=True),
    Hot("normalized_subject", PR_NORMALIZED_SUBJECT, folded=True),
    Hot("sender_name", PR_SENDER_NAME, folded=True),
    Hot("display_to", PR_DISPLAY_TO, folded=True),
    Hot("display_cc", PR_DISPLAY_CC),
)
"""Every hot column. Their property rows are the truth."""

HOT_BY_ID: Final = {hot.tag.id: hot for hot in HOT}

FLAGS: Final = PR_MESSAGE_FLAGS.id
"""Message flags have no property row: their column is the truth."""

_PLAN: Final = tuple((hot.tag, hot.tag.is_string, hot.folded) for hot in HOT)
_NAMES: Final = tuple(name for hot in HOT for name in hot.columns())
_OWN: Final = ("id", "folder", "holder", "associated", "flags", "checksum")

INSERT_MESSAGE: Final = (
    f"INSERT INTO message ({', '.join((*_OWN, *_NAMES))}) VALUES ({', '.join('?' * (len(_OWN) + len(_NAMES)))})"
)
"""A new message: number, folder, holder, associated, flags, checksum, and `new_columns`."""

COPIED_COLUMNS: Final = ", ".join(_NAMES)
"""What a copy of a message takes over as it is."""


def new_columns(values: Mapping[PropTag, Any]) -> list[Any]:
    """The hot columns of a message whose properties are `values`, in the order of `INSERT_MESSAGE`."""
    found: list[Any] = []
    for tag, is_text, is_folded in _PLAN:
        value = values.get(tag)
        if value is not None and is_text:
            value = whole(tag, value)
            found.append(stored_text(value))
            if is_folded:
                found.append(folded(value))
            continue
        found.append(value)
        if is_folded:
            found.append(None)
    return found


def hot_values(values: Mapping[PropTag, Any], deleted: Iterable[int]) -> list[tuple[str, Any]]:
    """The hot columns that change with the properties set and the identifiers deleted, with their new values."""
    found: list[tuple[str, Any]] = []
    for prop_id in deleted:
        if prop_id in HOT_BY_ID:
            found += [(name, None) for name in HOT_BY_ID[prop_id].columns()]
    for tag, value in values.items():
        hot = HOT_BY_ID.get(tag >> 16)
        if hot is not None:
            found += zip(hot.columns(), hot.values(value, tag), strict=True)
    return found


@lru_cache(maxsize=256)
def update_message(names: tuple[str, ...]) -> str:
    """The statement that changes some columns of a message and counts its version up."""
    return f"UPDATE message SET {''.join(f'{name} = ?, ' for name in names)}version = version + 1 WHERE id = ?"


def flags_of(values: Mapping[PropTag, Any]) -> int | None:
    """The message flags among `values`, None where there are none."""
    flags = values.get(PR_MESSAGE_FLAGS)
    return flags if isinstance(flags, int) else None
