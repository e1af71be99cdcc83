"""Rows, recipient lists, lists of identifiers, problems and error records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any, Final

from mapix.interfaces.prop import ErrorInfo
from mapix.properties.tag import MV_INSTANCE, MVI_FLAG, PropTag, PropType
from mapix.properties.value import Problems, Row, whole
from mapix.pywin32.args import is_sequence
from mapix.pywin32.convert.plain import AS_THEY_ARE, CLASSES, LARGEST
from mapix.pywin32.convert.tags import in_width
from mapix.pywin32.convert.values import Pair, is_large, missing, pairs_in, reader
from mapix.pywin32.errors import signed
from mapix.pywin32.times import moments

_AT_ONCE: Final = 1024
"""Rows of a page: what is made at once by columns."""

_SAMPLE: Final = 16
"""Values of a column that tell whether the same ones come again."""

_UNLIKE: Final = frozenset((PropType.FLOAT, PropType.DOUBLE))
"""Types with values that are equal and not the same: zeros have signs."""


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
    found = rows if isinstance(rows, list) else list(rows)
    if not columns:
        return ((),) * len(found)
    pages = (found[start : start + _AT_ONCE] for start in range(0, len(found), _AT_ONCE))
    return tuple(chain.from_iterable(_page(columns, page) for page in pages))


def _page(columns: Sequence[PropTag], rows: Sequence[Row]) -> Iterable[tuple[Pair, ...]]:
    """Some rows, made column by column: most columns have values of one class only."""
    by_column = zip(columns, zip(*rows, strict=True), strict=True)
    return zip(*[_cells(column, values) for column, values in by_column], strict=True)


def _cells(column: PropTag, values: Sequence[Any]) -> Iterable[Pair]:
    if column & MV_INSTANCE:
        column = PropTag(column & ~MVI_FLAG)
    kind = column & 0xFFFF
    if {*map(type, values)} != {CLASSES.get(kind)} or (kind == PropType.LONG and max(values) > LARGEST):
        return map(cell(column), values)
    if kind == PropType.SYSTIME:
        return moments(int(column), values)
    if kind not in AS_THEY_ARE and kind != PropType.LONG:
        return zip(repeat(int(column)), map(reader(kind), values), strict=False)
    return _shared(int(column), values) if kind not in _UNLIKE else zip(repeat(int(column)), values, strict=False)


def _shared(number: int, values: Sequence[Any]) -> Iterable[Pair]:
    """Cells of plain values: one for all places of a value that comes again and again, as flags, sizes and classes do.
    The garbage collector counts every tuple.
    """
    if len({*values[:_SAMPLE]}) <= _SAMPLE // 4:
        different = {*values}
        if len(different) <= len(values) // 4:
            return map({value: (number, value) for value in different}.__getitem__, values)
    return zip(repeat(number), values, strict=False)


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
