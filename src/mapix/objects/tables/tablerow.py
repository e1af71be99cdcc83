"""One row of a table in memory: its values by tag, where it stands, and what tells it from others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mapix.interfaces.table import RowKey
from mapix.properties.codepage import decode_text
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_INSTANCE_KEY
from mapix.properties.value import Row

_NO_VALUE: Final = frozenset((PropType.NULL, PropType.ERROR, PropType.UNSPECIFIED))


class TableRow:
    """A row: `values` by canonical tag, `number` in order of insertion, `instance_key` unless the values have one.

    `get` answers by tag, and by identifier for UNSPECIFIED tags.
    """

    __slots__ = ("get", "number", "values")

    def __init__(self, values: dict[PropTag, Any], number: int, instance_key: bytes) -> None:
        self.values = {PR_INSTANCE_KEY: instance_key, **values}
        self.number = number
        self.get: Callable[[PropTag], Any] = {**self.values, **_by_identifier(self.values)}.get

    @property
    def instance_key(self) -> bytes:
        """What tells the row from others of its table (T-003)."""
        key: bytes = self.values[PR_INSTANCE_KEY]
        return key


def canonical_values(row: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    """The values of a row as tables keep them: text tags wide, 8-bit text read, values of no type left out."""
    return {PropTag(tag).unicode(): _wide(PropTag(tag), value) for tag, value in row.items() if _is_value(tag, value)}


def row_values(row: TableRow, columns: Sequence[PropTag]) -> Row:
    """The cells of `columns`, None where a value is missing."""
    return tuple(map(row.get, columns))


def beyond(keys: Sequence[RowKey], after: RowKey | None, count: int) -> slice:
    """Where up to `count` of some keys in table order stand that come beyond another, before it when negative."""
    if count < 0:
        stop = len(keys) if after is None else bisect_left(keys, after)
        return slice(max(0, stop + count), stop)
    start = 0 if after is None else bisect_right(keys, after)
    return slice(start, start + count)


def _is_value(tag: PropTag, value: Any) -> bool:
    return value is not None and value != () and tag & 0xFFFF not in _NO_VALUE


def _wide(tag: PropTag, value: Any) -> Any:
    if tag.base_type == PropType.STRING8 and isinstance(value, bytes):
        return decode_text(value)
    return tuple(_wide(tag, one) for one in value) if isinstance(value, list | tuple) else value


def _by_identifier(values: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    return {tag.with_type(PropType.UNSPECIFIED): value for tag, value in values.items()}
