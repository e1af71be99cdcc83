"""Properties as SQL: how the rows of each kind of table answer for a tag.

`value` is what stands in the column of a tag, `key` what it is compared and sorted by; both are NULL where the row has
no value of this very type. None means that SQL cannot say it. Tags are numbers of ours, so they stand in the text
itself; whatever comes from outside is a parameter.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, Protocol

from mapix.interfaces.backend import (
    RowDecorator,
)
from mapix.interfaces.prop import ObjectType
from mapix.properties.flags import DT_FOLDER, DT_FOLDER_LINK, FOLDER_SEARCH
from mapix.properties.restriction import Restriction
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ASSOC_CONTENT_COUNT,
    PR_ATTACH_NUM,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_CREATION_TIME,
    PR_DELETED_ASSOC_MSG_COUNT,
    PR_DELETED_FOLDER_COUNT,
    PR_DELETED_MSG_COUNT,
    PR_DELETED_ON,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_FOLDER_TYPE,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_MSG_STATUS,
    PR_PARENT_DISPLAY,
    PR_SUBFOLDERS,
)
from mapix.providers.sqlstore.dialect import Dialect
from mapix.providers.sqlstore.hot import HOT
from mapix.providers.sqlstore.judging import columns_of, condition_text
from mapix.providers.sqlstore.parts import RECIPIENT_COLUMNS

_NO_TYPE: Final = (PropType.NULL, PropType.ERROR, PropType.OBJECT)


class Expressions(Protocol):
    """What a table's rows say for a tag, in SQL."""

    dialect: Dialect

    def value(self, tag: PropTag) -> str | None:
        """What stands in its column; for an UNSPECIFIED tag, something wherever there is a value of any type."""

    def key(self, tag: PropTag) -> str | None:
        """What it is compared by."""

    def that(self, tag: PropTag, condition: str, *, folded: bool = True) -> str | None:
        """`condition`, which has `{}` for what it is compared by, or for its value unless `folded`: it is there, and
        that holds.
        """

    def stored_key(self, tag: PropTag) -> str | None:
        """The column that holds what it is compared by, where there is one."""

    def size(self, tag: PropTag) -> str | None:
        """The bytes of a text (UTF-16, no terminator) or binary."""

    def judged(self, condition: Restriction) -> tuple[str, tuple[Any, ...]] | None:
        """A condition that Python decides, with its parameters; None where the database cannot ask it."""


class Cold:
    """Property rows of the object `number`, an SQL expression, with `columns` and `keys` for what stands elsewhere."""

    def __init__(
        self, dialect: Dialect, number: str, columns: dict[int, str], keys: dict[int, str] | None = None
    ) -> None:
        self.dialect = dialect
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
        return f"(SELECT {self.dialect.value(tag.type)} {self._row(tag)})"

    def key(self, tag: PropTag) -> str | None:
        """See `Expressions.key`."""
        if tag in self.keys:
            return self.keys[tag]
        if tag.type == PropType.UNSPECIFIED or tag.type in _NO_TYPE:
            return self.value(tag)
        if tag in self.columns and (kept := self.dialect.comparable(self.columns[tag], tag.type)):
            return kept
        key = self.dialect.key(tag.type)
        return key and f"(SELECT {key} {self._row(tag)})"

    def that(self, tag: PropTag, condition: str, *, folded: bool = True) -> str | None:
        """See `Expressions.that`. Of property rows the database may look first for those that satisfy the condition."""
        if tag in self.columns or tag.type == PropType.UNSPECIFIED or tag.type in _NO_TYPE:
            kept = self.key(tag) if folded else self.value(tag)
            return kept and condition.format(kept)
        found = self.dialect.key(tag.type) if folded else self.dialect.value(tag.type)
        return found and f"EXISTS (SELECT 1 {self._row(tag)} AND {condition.format(found)})"

    def stored_key(self, tag: PropTag) -> str | None:
        """See `Expressions.stored_key`."""
        return self.keys.get(tag)

    def size(self, tag: PropTag) -> str | None:
        """See `Expressions.size`."""
        if tag in self.columns:
            return size(self.columns[tag], tag.type)
        small, large = size(self.dialect.small(tag.type), tag.type), "(SELECT b.size FROM blob b WHERE b.id = p.blob)"
        return f"(SELECT CASE WHEN p.blob IS NULL THEN {small} ELSE {large} END {self._row(tag)})"

    def judged(self, condition: Restriction) -> tuple[str, tuple[Any, ...]] | None:
        """See `Expressions.judged`."""
        text = condition_text(condition) if self.dialect.asks else None
        values = [self.value(tag) for tag in columns_of(condition)]
        return None if text is None or None in values else (f"judge(?, {', '.join(map(str, values))})", (text,))

    def _row(self, tag: PropTag) -> str:
        return f"FROM property p WHERE p.object = {self.number} AND p.id = {tag.id} AND p.type = {tag.type}"

    def _any_type(self, tag: PropTag) -> str:
        kept = [sql for known, sql in self.columns.items() if known >> 16 == tag.id]
        row = f"(SELECT 1 FROM property p WHERE p.object = {self.number} AND p.id = {tag.id})"
        return f"coalesce({', '.join((*kept, row))})" if kept else row


def size(value: str, kind: int) -> str:
    """The bytes of a text or binary, made of the expression for it."""
    return f"{'wide_size' if kind == PropType.UNICODE else 'length'}({value})"


class Recipients:
    """Recipient rows `r`: what their columns repeat. The rest is packed, for Python to look into."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def value(self, tag: PropTag) -> str | None:
        """See `Expressions.value`."""
        return f"r.{RECIPIENT_COLUMNS[tag]}" if tag in RECIPIENT_COLUMNS else None

    def key(self, tag: PropTag) -> str | None:
        """See `Expressions.key`."""
        value = self.value(tag)
        return value and (self.dialect.recipient_keys.get(tag) or self.dialect.comparable(value, tag.type))

    def that(self, tag: PropTag, condition: str, *, folded: bool = True) -> str | None:
        """See `Expressions.that`."""
        kept = self.key(tag) if folded else self.value(tag)
        return kept and condition.format(kept)

    def stored_key(self, tag: PropTag) -> str | None:
        """See `Expressions.stored_key`."""
        return self.dialect.recipient_keys.get(tag)

    def size(self, tag: PropTag) -> str | None:
        """See `Expressions.size`."""
        value = self.value(tag)
        return value and size(value, tag.type)

    def judged(self, condition: Restriction) -> tuple[str, tuple[Any, ...]] | None:
        """See `Expressions.judged`."""
        text = condition_text(condition) if self.dialect.asks else None
        return None if text is None else ("judge_row(?, r.properties)", (text,))


def decorations(dialect: Dialect, decorator: RowDecorator, kind: ObjectType, parent: str) -> dict[int, str]:
    """The columns that follow from the number of the row `m`; `parent` is the expression for the folder it lies in."""
    found: dict[int, str] = {}
    for prop_id in decorator.columns():
        sample = decorator.value(prop_id, int(kind), 0, 0)
        sql = dialect.decorated(decorator, prop_id, int(kind), "m.id", parent)
        if sample is not None and sql is not None:
            found[PropTag.of(prop_id, PropType.LONG if isinstance(sample, int) else PropType.BINARY)] = sql
    return found


MESSAGE_COLUMNS: Final[dict[int, str]] = {
    **{hot.tag: f"m.{hot.name}" for hot in HOT},
    PR_MESSAGE_FLAGS: "m.flags",
    PR_MSG_STATUS: "m.status",
    PR_DELETED_ON: "m.deleted_on",
}
MESSAGE_KEYS: Final[dict[int, str]] = {hot.tag: f"m.{hot.key}" for hot in HOT if hot.folded}

FOUND_COLUMNS: Final[dict[int, str]] = {
    PR_MESSAGE_DELIVERY_TIME: "l.delivery_time",
    PR_MSG_STATUS: "l.status",
    PR_PARENT_DISPLAY: "(SELECT f.name FROM folder f WHERE f.id = m.folder)",
}
"""What results `l` of search folders say otherwise than their messages (F-041, F-068)."""

FOUND_KEYS: Final[dict[int, str]] = {PR_PARENT_DISPLAY: "(SELECT f.name_key FROM folder f WHERE f.id = m.folder)"}

FOLDER_COLUMNS: Final[dict[int, str]] = {
    PR_DISPLAY_NAME: "m.name",
    PR_FOLDER_TYPE: "m.folder_type",
    PR_DISPLAY_TYPE: f"CASE m.folder_type WHEN {FOLDER_SEARCH} THEN {DT_FOLDER_LINK} ELSE {DT_FOLDER} END",
    PR_CREATION_TIME: "m.creation_time",
    PR_LAST_MODIFICATION_TIME: "m.modification_time",
    PR_CONTENT_COUNT: "m.content_count",
    PR_CONTENT_UNREAD: "m.unread_count",
    PR_ASSOC_CONTENT_COUNT: "m.associated_count",
    PR_SUBFOLDERS: "CASE WHEN EXISTS (SELECT 1 FROM folder c WHERE c.parent = m.id) THEN 1 ELSE 0 END",
    PR_DEPTH: "CAST(0 AS bigint)",
    PR_DELETED_MSG_COUNT: "(SELECT count(*) FROM message c WHERE c.kept_in = m.id AND c.associated = 0)",
    PR_DELETED_ASSOC_MSG_COUNT: "(SELECT count(*) FROM message c WHERE c.kept_in = m.id AND c.associated <> 0)",
    PR_DELETED_FOLDER_COUNT: "(SELECT count(*) FROM folder c WHERE c.kept_in = m.id)",
    PR_DELETED_ON: "m.deleted_on",
}
FOLDER_KEYS: Final[dict[int, str]] = {PR_DISPLAY_NAME: "m.name_key"}


@cache
def recipients(dialect: Dialect) -> Recipients:
    """Recipient rows `r`."""
    return Recipients(dialect)


@cache
def attachments(dialect: Dialect) -> Cold:
    """Attachments `a`."""
    return Cold(dialect, "a.id", {PR_ATTACH_NUM: "a.number"})
