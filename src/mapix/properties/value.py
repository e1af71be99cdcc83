"""Values: which Python type stands for which property type, and how a problem with one value is told.

| property type | Python value |
|---|---|
| SHORT, LONG, LONGLONG, ERROR | `int`, signed |
| FLOAT, DOUBLE | `float` |
| CURRENCY | `int`, ten-thousandths |
| APPTIME | `float`, days since 1899-12-30 |
| SYSTIME | `int`, 100 ns ticks since 1601-01-01 UTC (`times` converts) |
| BOOLEAN | `bool` |
| UNICODE | `str` |
| STRING8 | `bytes` in the code page of the object (`codepage` converts) |
| BINARY, SVREID, unknown types | `bytes`, untouched |
| SRESTRICTION | a `Restriction` |
| ACTIONS | an `Actions` (`mapix.properties.actions`) |
| CLSID | `bytes`, 16, little-endian GUID layout |
| NULL | `None` |
| MV_* | `tuple` of the single values |

The integer kinds stay integers so that nothing is lost; faces turn them into dates (P-023).
Absence is absence: a property that is not there is a missing key, in a row it is `None`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Protocol, runtime_checkable

from mapix.properties.errors import CorruptData
from mapix.properties.tag import PropTag

Props = Mapping[PropTag, Any]
"""Properties by tag."""

Row = tuple[Any, ...]
"""One row of a table, aligned with its columns; `None` where the row has no value."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One property of a call that could not be handled: SPropProblem (P-151).

    `index` is the position in the request, `scode` the unsigned error code.
    """

    index: int
    tag: PropTag
    scode: int


Problems = Sequence[Problem]


@runtime_checkable
class LargeValue(Protocol):
    """A binary or text value that is read in pieces; text is its UTF-16LE bytes.

    Stands in a property mapping where the whole value would be too much to carry (P-060).
    """

    @property
    def size(self) -> int:
        """Bytes."""

    def open(self) -> IO[bytes]:
        """A fresh reader at the start."""


_PLAIN = frozenset((str, bytes, int, bool, float, tuple, type(None)))
"""Types of values that are never large; asking a protocol about them is slow."""


def whole(tag: PropTag, value: Any) -> Any:
    """`value` with a `LargeValue` read into memory as the type of `tag` wants it."""
    if type(value) in _PLAIN or not isinstance(value, LargeValue):
        return value
    with value.open() as reader:
        data = reader.read()
    if tag.base_type != 0x1F:
        return data
    try:
        return data.decode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        raise CorruptData("a large text has half a character", value=tag) from None
