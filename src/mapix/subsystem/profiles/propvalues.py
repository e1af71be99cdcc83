"""Property values as a person may read and write them in a profile.

    >>> from mapix.properties.tag import PropTag
    >>> write_value(PropTag(0x0E060040), 132223104000000000)
    '2020-01-01T00:00:00.0000000Z'
    >>> write_value(PropTag(0x300C0102), b"\\x01\\xff")
    '01ff'

Text, numbers and booleans are themselves, times are UTC with seven decimals, GUIDs have braces, bytes are
hexadecimal, as are restrictions and actions by their bytes; multiple values are arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mapix.properties.codepage import ANSI, decode_text, encode_text
from mapix.properties.errors import CorruptData, InvalidParameter
from mapix.properties.guid import guid, guid_text
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import whole
from mapix.properties.valuetypes import value_type

_INTEGERS = frozenset((PropType.SHORT, PropType.LONG, PropType.LONGLONG, PropType.ERROR, PropType.CURRENCY))
_FLOATS = frozenset((PropType.FLOAT, PropType.DOUBLE, PropType.APPTIME))
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_LAST_TICK = int((datetime.max.replace(tzinfo=UTC) - _EPOCH) / timedelta(microseconds=1)) * 10


def write_properties(values: Mapping[PropTag, Any]) -> dict[str, Any]:
    """Properties with their tags as `0x3001001F`."""
    return {str(tag): write_value(tag, value) for tag, value in values.items()}


def read_properties(values: Mapping[str, Any]) -> dict[PropTag, Any]:
    """Read back `write_properties`; `InvalidParameter` names what cannot be read."""
    found: dict[PropTag, Any] = {}
    for name, value in values.items():
        try:
            tag = PropTag(int(name, 16))
        except ValueError:
            raise InvalidParameter("not a property tag", value=name, hint="0x3001001F") from None
        found[tag] = read_value(tag, value)
    return found


def write_value(tag: PropTag, value: Any) -> Any:
    """One value in its readable form; large ones are read."""
    value = whole(tag, value)
    if tag.is_multi and not isinstance(value, bytes):
        return [_write_single(tag.base_type, item) for item in value]
    return _write_single(tag.base_type, value)


def read_value(tag: PropTag, value: Any) -> Any:
    """Read back `write_value`; `InvalidParameter` when it does not fit the tag."""
    try:
        if isinstance(value, list):
            if not tag.is_multi:
                raise TypeError("one value is wanted")
            return tuple(_read_single(tag.base_type, item) for item in value)
        return bytes.fromhex(value) if tag.is_multi else _read_single(tag.base_type, value)
    except (TypeError, ValueError, OverflowError, CorruptData) as error:
        raise InvalidParameter(f"not a value of {tag!r} ({error})", value=value) from None


def _write_single(kind: int, value: Any) -> Any:
    if kind in _INTEGERS or kind in _FLOATS or kind in (PropType.BOOLEAN, PropType.UNICODE):
        return value
    if kind == PropType.STRING8:
        return decode_text(value, ANSI)
    if kind == PropType.SYSTIME:
        return _write_time(value)
    if kind == PropType.CLSID:
        return guid_text(value)
    return value_type(kind).dump(value).hex() if value is not None else ""


def _read_single(kind: int, value: Any) -> Any:
    if kind in _INTEGERS:
        return _typed(int, value)
    if kind in _FLOATS:
        return float(value)
    if kind == PropType.BOOLEAN:
        return _typed(bool, value)
    if kind == PropType.SYSTIME:
        return _read_time(value)
    text = _typed(str, value)
    if kind == PropType.UNICODE:
        return text
    if kind == PropType.STRING8:
        return encode_text(text, ANSI)
    if kind == PropType.CLSID:
        return guid(text)
    return value_type(kind).load(bytes.fromhex(text))


def _typed(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} is wanted")
    return value


def _write_time(ticks: int) -> str | int:
    if not 0 <= ticks <= _LAST_TICK:
        return ticks
    moment = _EPOCH + timedelta(microseconds=ticks // 10)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}{ticks % 10}Z".rjust(28, "0")


def _read_time(value: Any) -> int:
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return (value.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1) * 10
    text = _typed(str, value).removesuffix("Z")
    moment = datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 10 + int(text[26:27] or 0)
