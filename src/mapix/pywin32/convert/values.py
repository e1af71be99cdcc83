"""Property values: `(tag, value)` tuples both ways (P-020..P-023).

Writing, the type in the tag's low half selects the rule and nothing is coerced from the Python type; 8-bit text is
in the ANSI code page and becomes UNICODE at once. Reading, types scripts cannot see are None.
"""

from __future__ import annotations

import ctypes
import datetime
from collections.abc import Callable, Mapping
from operator import index
from typing import Any

from mapix.properties import times as mapi_times
from mapix.properties.codepage import decode_text, encode_text
from mapix.properties.errors import NotEnoughMemory, NotFound
from mapix.properties.tag import MV_FLAG, PropTag, PropType
from mapix.properties.tags import PR_HTML
from mapix.properties.value import LargeValue
from mapix.pywin32 import times
from mapix.pywin32.args import int32, int64, is_sequence, uint32, wstr
from mapix.pywin32.convert.tags import error_tag
from mapix.pywin32.errors import signed
from mapix.pywin32.iid import IID, from_bytes

Pair = tuple[int, Any]

_PLAIN = frozenset((str, bytes, int, bool, float, tuple, type(None)))
NOT_A_PAIR = "An SPropValue item must be a tuple of (integer, object)"


def _short(value: Any) -> int:
    return ctypes.c_int16(int32(value)).value


def _single(value: Any) -> float:
    return ctypes.c_float(_double(value)).value


def _double(value: Any) -> float:
    if isinstance(value, str | bytes) or not (hasattr(value, "__float__") or hasattr(value, "__index__")):
        raise TypeError(f"must be real number, not {type(value).__name__}")
    return float(value)


def _longlong(value: Any) -> int:
    if isinstance(value, tuple) and len(value) == 2:
        return int64(index(value[0]) << 32 | uint32(value[1]))
    return int64(value)


def _moment(value: Any) -> datetime.datetime:
    if not isinstance(value, datetime.datetime):
        raise TypeError(f"must be a pywintypes time object (got {type(value).__name__})")
    return times.cut(value.astimezone(datetime.UTC))


def _ticks(value: Any) -> int:
    if not isinstance(value, datetime.datetime):
        raise TypeError(f"must be a pywintypes time object (got {type(value).__name__})")
    if value.tzinfo is datetime.UTC and (since := value - times.FIRST).days >= 0:
        return (since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000) * 10_000
    return mapi_times.from_datetime(_moment(value))


def _string8(value: Any) -> str:
    return decode_text(value) if isinstance(value, bytes) else wstr(value)


def _long(value: Any) -> int:
    if value.__class__ is int and -0x80000000 <= value <= 0x7FFFFFFF:
        return value
    return int32(value)


def _unicode(value: Any) -> str:
    if value.__class__ is str and value.isascii():
        return value
    return wstr(value).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _binary(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"expected bytes, {type(value).__name__} found")
    return bytes(value)


def _binary_item(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("PT_MV_BINARY elements must be strings")
    return bytes(value)


_WRITE: dict[int, Callable[[Any], Any]] = {
    PropType.NULL: lambda value: None,
    PropType.SHORT: _short,
    PropType.LONG: _long,
    PropType.FLOAT: _single,
    PropType.DOUBLE: _double,
    PropType.APPTIME: lambda value: mapi_times.apptime_from_datetime(_moment(value)),
    PropType.ERROR: int32,
    PropType.BOOLEAN: lambda value: bool(index(value)),
    PropType.LONGLONG: _longlong,
    PropType.STRING8: _string8,
    PropType.UNICODE: _unicode,
    PropType.SYSTIME: _ticks,
    PropType.CLSID: lambda value: bytes(IID(value)),
    PropType.BINARY: _binary,
}
_MOST = 4096
_writers: dict[int, tuple[PropTag, Callable[[Any], Any]]] = {}
"""Tags and conversions by the number that scripts give for a tag."""

_MULTIPLE = {
    code: convert for code, convert in _WRITE.items() if code not in (PropType.NULL, PropType.ERROR, PropType.BOOLEAN)
} | {PropType.BINARY: _binary_item}


def value_in(tag: PropTag, value: Any) -> Any:
    """What a script gave for `tag`, as the house keeps it; TypeError for types that cannot be written."""
    kind = tag.type
    if kind & MV_FLAG and (kind & ~MV_FLAG) in _MULTIPLE:
        if not is_sequence(value):
            raise TypeError("A multi-valued SPropValue item must be a sequence")
        convert = _MULTIPLE[kind & ~MV_FLAG]
        return tuple(convert(item) for item in value)
    if kind not in _WRITE:
        raise TypeError(f"Unsupported MAPI property type 0x{kind:X}")
    return _WRITE[kind](value)


def pair_in(item: Any) -> tuple[PropTag, Any]:
    """One SPropValue argument, its text as UNICODE."""
    if not isinstance(item, tuple) or len(item) != 2 or not hasattr(type(item[0]), "__index__"):
        raise TypeError(NOT_A_PAIR)
    tag = PropTag(uint32(item[0]))
    if tag.type == PropType.STRING8 and tag.id == PR_HTML.id:
        return tag, item[1] if isinstance(item[1], bytes) else encode_text(wstr(item[1]))
    return tag.unicode(), value_in(tag, item[1])


def pairs_in(items: Any) -> list[tuple[PropTag, Any]]:
    """A sequence of SPropValue arguments, all converted before anything is done with them."""
    if not is_sequence(items):
        raise TypeError("A sequence of SPropValue items is required")
    return [pair_in(item) for item in items]


def props_in(items: Any) -> dict[PropTag, Any]:
    """As `pairs_in`, by tag: the last value of one that is named twice."""
    if items.__class__ is not list and not is_sequence(items):
        raise TypeError("A sequence of SPropValue items is required")
    given: dict[PropTag, Any] = {}
    known = _writers.get
    for item in items:
        if item.__class__ is tuple and len(item) == 2 and item[0].__class__ is int:
            writer = known(item[0]) or _writer(item[0])
            if writer is not None:
                given[writer[0]] = writer[1](item[1])
                continue
        tag, value = pair_in(item)
        given[tag] = value
    return given


def _writer(number: int) -> tuple[PropTag, Callable[[Any], Any]] | None:
    """The tag and the conversion of a number that a script gives for a tag; None for what is written otherwise."""
    tag = PropTag(uint32(number))
    if tag.type not in _WRITE or tag.id == PR_HTML.id:
        return None
    if len(_writers) >= _MOST:
        _writers.clear()
    found = _writers[number] = tag.unicode(), _WRITE[tag.type]
    return found


def pairs_in_or_none(items: Any) -> list[tuple[PropTag, Any]] | None:
    """As `pairs_in`, or None."""
    return None if items is None else pairs_in(items)


def _text_out(value: str | bytes) -> bytes:
    data = value if isinstance(value, bytes) else encode_text(value)
    return data.partition(b"\0")[0]


def _wide_out(value: str | bytes) -> str:
    return decode_text(value) if isinstance(value, bytes) else value


_READ: dict[int, Callable[[Any], Any]] = {
    PropType.SHORT: int,
    PropType.LONG: signed,
    PropType.FLOAT: float,
    PropType.DOUBLE: float,
    PropType.APPTIME: times.from_days,
    PropType.ERROR: signed,
    PropType.BOOLEAN: bool,
    PropType.OBJECT: lambda value: 0,
    PropType.LONGLONG: int,
    PropType.STRING8: _text_out,
    PropType.UNICODE: _wide_out,
    PropType.SYSTIME: times.from_ticks,
    PropType.CLSID: from_bytes,
    PropType.BINARY: bytes,
}


def _hidden(value: Any) -> None:
    """Types scripts cannot see."""


def reader(kind: int) -> Callable[[Any], Any]:
    """How values of a type are shown; None for types scripts cannot see."""
    convert = _READ.get(kind & ~MV_FLAG)
    if not kind & MV_FLAG:
        return convert or _hidden
    if convert is None or (kind & ~MV_FLAG) not in _MULTIPLE:
        return _hidden
    return lambda value: tuple(map(convert, value))


def is_large(value: Any) -> bool:
    """Whether a value stands for one too large to carry."""
    return value.__class__ not in _PLAIN and isinstance(value, LargeValue)


def pair_out(tag: PropTag, value: Any) -> Pair:
    """One SPropValue result; a value too large to carry says that it must be streamed (P-060)."""
    if is_large(value):
        return error_tag(tag), signed(NotEnoughMemory.hresult)
    return int(tag), reader(tag & 0xFFFF)(value)


def stored(tag: PropTag) -> PropTag:
    """The tag to ask for when a script asks for `tag`: text wide, but HTML in the code page it names itself."""
    return tag if tag.id == PR_HTML.id else tag.unicode()


def missing(tag: PropTag) -> Pair:
    """The place of a property that is not there (P-112)."""
    return error_tag(tag), signed(NotFound.hresult)


def found(tag: PropTag, values: Mapping[PropTag, Any], wide: bool) -> Pair:
    """The result for one tag asked for, out of `values` by their UNICODE tags; UNSPECIFIED takes what is there
    (P-041).
    """
    if tag.type == PropType.NULL:
        return int(tag), None
    if tag.type == PropType.UNSPECIFIED:
        for actual, value in values.items():
            if actual.id == tag.id:
                return pair_out(actual if wide or not actual.is_string else PropTag(actual & ~1), value)
        return missing(tag)
    asked = stored(tag)
    return pair_out(tag, values[asked]) if asked in values else missing(tag)
