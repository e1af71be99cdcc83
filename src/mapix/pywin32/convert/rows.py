"""Rows, recipient lists, lists of identifiers, problems and error records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mapix.interfaces.prop import ErrorInfo
from mapix.properties.tag import MV_INSTANCE, MVI_FLAG, PropTag, PropType
from mapix.properties.value import Problems, Row, whole
from mapix.pywin32.args import is_sequence
from mapix.pywin32.convert.tags import in_width
from mapix.pywin32.convert.values import Pair, is_large, missing, pairs_in, reader
from mapix.pywin32.errors import signed


def cell(column: PropTag) -> Callable[[Any], Pair]:
    """How the values of a column become cells; columns of value instances show the single type (P-054), PR_NULL stays
    an empty place, and what is missing is an error (T-037).
    """
    if column & MV_INSTANCE:
        column = PropTag(column & ~MVI_FLAG)
    number, convert, absent = int(column), reader(column & 0xFFFF), missing(column)
    if number & 0xFFFF == PropType.NULL:
        return lambda value: (number, None)

    def show(value: Any) -> Pair:
        if value is None:
            return absent
        return number, convert(whole(column, value) if is_large(value) else value)

    return show


def rows_out(columns: Sequence[PropTag], rows: Iterable[Row]) -> tuple[tuple[Pair, ...], ...]:
    """An SRowSet: a tuple of rows, a row a tuple of pairs in the order of the columns (T-037)."""
    cells = [cell(column) for column in columns]
    return tuple(tuple([show(value) for show, value in zip(cells, row, strict=True)]) for row in rows)


def row_out(values: Mapping[PropTag, Any], wide: bool) -> tuple[Pair, ...]:
    """A row that has its own tags, text in the width asked for."""
    return tuple(cell(in_width(tag, wide))(value) for tag, value in values.items())


def adrlist(value: Any) -> list[dict[PropTag, Any]]:
    """An ADRLIST or SRowSet argument: any sequence of rows, each any sequence of property tuples."""
    if value is None:
        raise ValueError("None is not a valid SRowSet/ADRLIST in this context")
    if not is_sequence(value):
        raise TypeError("ADRLIST/SRowSet items must be a sequence")
    return [_adrentry(row) for row in value]


def _adrentry(row: Any) -> dict[PropTag, Any]:
    if not is_sequence(row):
        raise TypeError("ADRLIST/SRowSet items must be a sequence")
    return dict(pairs_in(row))


def binaries(value: Any) -> list[bytes]:
    """An SBinaryArray argument: one bytes object, or a sequence of them."""
    if isinstance(value, bytes):
        return [value]
    if value is None or not (isinstance(value, str) or is_sequence(value)):
        raise TypeError("SBinaryArray must be a sequence of strings")
    if isinstance(value, str) or not all(isinstance(item, bytes) for item in value):
        raise TypeError("SBinary must be a string")
    return [bytes(item) for item in value]


def problems_out(
    problems: Problems, wanted: bool, places: Sequence[int] | None = None
) -> tuple[tuple[int, int, int], ...] | None:
    """An SPropProblemArray: None unless wanted and there are some. `places` give the script's index of each
    property.
    """
    if not wanted or not problems:
        return None
    return tuple((places[item.index] if places else item.index, int(item.tag), signed(item.scode)) for item in problems)


def error_out(info: ErrorInfo | None) -> tuple[int, str, str, int, int] | None:
    """A MAPIERROR: `(version, error, component, lowLevelError, context)` or None (GEN-10)."""
    if info is None:
        return None
    return 0, info.text, info.component, signed(info.low_level), signed(info.context)
