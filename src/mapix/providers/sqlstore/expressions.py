"""Properties as SQL: how the rows of each kind of table answer for a tag.

`value` is what stands in the column of a tag, `key` what it is compared and sorted by; both are NULL where the row has
no value of this very type. None means that SQL cannot say it. Tags are numbers of ours, so they stand in the text
itself; whatever comes from outside is a parameter.
"""

from __future__ import annotations

from typing import Final, Protocol

from mapix.interfaces.backend import (
    RowDecorator,
)
from mapix.interfaces.prop import ObjectType
from mapix.objects.typed import python_class
from mapix.properties.tag import MV_FLAG, PropTag, PropType
from mapix.properties.tags import (
    PR_ASSOC_CONTENT_COUNT,
    PR_ATTACH_NUM,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_CREATION_TIME,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_FOLDER_TYPE,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_FLAGS,
    PR_MSG_STATUS,
    PR_SUBFOLDERS,
)
from mapix.providers.sqlstore.hot import HOT
from mapix.providers.sqlstore.parts import RECIPIENT_COLUMNS
from mapix.providers.sqlstore.values import FLOAT_TYPES

_NEVER_LARGE: Final = frozenset((int, float, bool))
_NO_TYPE: Final = (PropType.NULL, PropType.ERROR, PropType.OBJECT)


class Expressions(Protocol):
    """What a table's rows say for a tag, in SQL."""

    def value(self, tag: PropTag) -> str | None:
        """What stands in its column; for an UNSPECIFIED tag, something wherever there is a value of any type."""

    def key(self, tag: PropTag) -> str | None:
        """What it is compared by."""

    def size(self, tag: PropTag) -> str | None:
        """The bytes of a text (UTF-16, no terminator) or binary."""


class Cold:
    """Property rows of the object `number`, an SQL expression, with `columns` and `keys` for what stands elsewhere."""

    def __init__(self, number: str, columns: dict[int, str], keys: dict[int, str] | None = None) -> None:
        self.number = number
        self.columns = columns
        self.keys = keys or {}

    def value(self, tag: PropTag) -> str | None:
        """See `Expressions.value`."""
        kept = self.columns.get(tag)
        if kept is not None or tag.type in _NO_TYPE:
            return kept or "NULL"
        if tag.type == PropType.UNSPECIFIED:
            return self._any_type(tag)
        plain = python_class(tag.type) in _NEVER_LARGE
        found = "p.value" if plain else "CASE WHEN p.blob IS NULL THEN p.value ELSE large(p.blob, p.type) END"
        return f"(SELECT {found} {self._row(tag)})"

    def key(self, tag: PropTag) -> str | None:
        """See `Expressions.key`."""
        if tag in self.keys:
            return self.keys[tag]
        value = self.value(tag)
        return None if value is None else comparable(value, tag.type)

    def size(self, tag: PropTag) -> str | None:
        """See `Expressions.size`."""
        if tag in self.columns:
            return f"{'wide_size' if tag.type == PropType.UNICODE else 'length'}({self.columns[tag]})"
        small = "wide_size(p.value)" if tag.type == PropType.UNICODE else "length(p.value)"
        large = "(SELECT b.size FROM blob b WHERE b.id = p.blob)"
        return f"(SELECT CASE WHEN p.blob IS NULL THEN {small} ELSE {large} END {self._row(tag)})"

    def _row(self, tag: PropTag) -> str:
        return f"FROM property p WHERE p.object = {self.number} AND p.id = {tag.id} AND p.type = {tag.type}"

    def _any_type(self, tag: PropTag) -> str:
        kept = [sql for known, sql in self.columns.items() if known >> 16 == tag.id]
        row = f"(SELECT 1 FROM property p WHERE p.object = {self.number} AND p.id = {tag.id})"
        return f"coalesce({', '.join((*kept, row))})" if kept else row


def comparable(value: str, kind: int) -> str:
    """What values of a type are compared by, made of the expression for the value (`mapix.objects.collate`)."""
    if kind & MV_FLAG:
        return f"ordered({kind}, {value})"
    if kind == PropType.UNICODE:
        return f"fold({value})"
    if kind in FLOAT_TYPES:  # "not a number", kept as bytes, counts as infinity
        return f"min({value}, 9e999)"
    return value


class Recipients:
    """Recipient rows `r`: what their columns repeat. The rest is packed, and left to the residual."""

    def value(self, tag: PropTag) -> str | None:
        """See `Expressions.value`."""
        return f"r.{RECIPIENT_COLUMNS[tag]}" if tag in RECIPIENT_COLUMNS else None

    def key(self, tag: PropTag) -> str | None:
        """See `Expressions.key`."""
        value = self.value(tag)
        return None if value is None else comparable(value, tag.type)

    def size(self, tag: PropTag) -> str | None:
        """See `Expressions.size`."""
        value = self.value(tag)
        return None if value is None else f"{'wide_size' if tag.type == PropType.UNICODE else 'length'}({value})"


def decorations(decorator: RowDecorator, kind: ObjectType, parent: str) -> dict[int, str]:
    """The columns that follow from the number of the row `m`; `parent` is the expression for the folder it lies in."""
    found: dict[int, str] = {}
    for prop_id in decorator.columns():
        sample = decorator.value(prop_id, int(kind), 0, 0)
        if sample is not None:
            tag = PropTag.of(prop_id, PropType.LONG if isinstance(sample, int) else PropType.BINARY)
            found[tag] = f"decorated({prop_id}, {int(kind)}, m.id, {parent})"
    return found


MESSAGE_COLUMNS: Final[dict[int, str]] = {
    **{hot.tag: f"m.{hot.name}" for hot in HOT},
    PR_MESSAGE_FLAGS: "m.flags",
    PR_MSG_STATUS: "m.status",
}
MESSAGE_KEYS: Final[dict[int, str]] = {hot.tag: f"m.{hot.key}" for hot in HOT if hot.folded}

FOLDER_COLUMNS: Final[dict[int, str]] = {
    PR_DISPLAY_NAME: "m.name",
    PR_FOLDER_TYPE: "m.folder_type",
    PR_CREATION_TIME: "m.creation_time",
    PR_LAST_MODIFICATION_TIME: "m.modification_time",
    PR_CONTENT_COUNT: "m.content_count",
    PR_CONTENT_UNREAD: "m.unread_count",
    PR_ASSOC_CONTENT_COUNT: "m.associated_count",
    PR_SUBFOLDERS: "EXISTS (SELECT 1 FROM folder c WHERE c.parent = m.id)",
    PR_DEPTH: "0",
}
FOLDER_KEYS: Final[dict[int, str]] = {PR_DISPLAY_NAME: "m.name_key"}

ATTACHMENTS: Final = Cold("a.id", {PR_ATTACH_NUM: "a.number"})
RECIPIENTS: Final = Recipients()
