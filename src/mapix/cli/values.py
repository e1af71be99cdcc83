"""Property values for people and for JSON: times as times, flags and enumerations by their names, identifiers read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mapix.properties import tags as t
from mapix.properties.tag import MV_FLAG, PropTag, PropType

if TYPE_CHECKING:
    from collections.abc import Callable

_WORDS: Final[dict[int, str]] = {
    t.PR_MESSAGE_FLAGS: "message_flags",
    t.PR_MSG_STATUS: "message_status",
    t.PR_SUBMIT_FLAGS: "submit_flags",
    t.PR_STORE_SUPPORT_MASK: "store_support_mask",
    t.PR_VALID_FOLDER_MASK: "valid_folder_mask",
    t.PR_ACCESS: "access",
    t.PR_OBJECT_TYPE: "object_type",
    t.PR_FOLDER_TYPE: "folder_type",
    t.PR_RECIPIENT_TYPE: "recipient_type",
    t.PR_ATTACH_METHOD: "attach_method",
    t.PR_IMPORTANCE: "importance",
    t.PR_PRIORITY: "priority",
    t.PR_SENSITIVITY: "sensitivity",
    t.PR_STATUS_CODE: "status_code",
    t.PR_RESOURCE_METHODS: "status_methods",
    t.PR_ROW_TYPE: "row_type",
}
_LAST_TICKS: Final = 2_650_467_743_999_999_999
"""The last FILETIME that a datetime can say."""


def decoded(tag: PropTag, value: Any) -> str:
    """A value as a person reads it."""
    from mapix.properties.errors import shown
    from mapix.properties.value import LargeValue

    if isinstance(value, LargeValue):
        return f"{value.size} bytes"
    if tag.type & MV_FLAG and isinstance(value, list | tuple):
        single = tag.with_type(tag.base_type)
        return "; ".join(decoded(single, each) for each in value)
    if tag in _WORDS and isinstance(value, int):
        from mapix.properties.flagnames import decode

        return f"{decode(_WORDS[tag], value)} ({value})"
    reader = _READERS.get(tag.type)
    text = None if reader is None else reader(value)
    return shown(value) if text is None else text


def brief(tag: PropTag, value: Any) -> str:
    """A value as a cell of a list: times to the minute, numbers without their names, nothing where it is absent."""
    from mapix.cli.output import when

    if value is None:
        return ""
    if tag.type == PropType.SYSTIME:
        from mapix.properties.times import to_datetime

        return when(to_datetime(value)) if _time(value) else str(value)
    return str(value) if isinstance(value, int) else decoded(tag, value)


def plain(tag: PropTag, value: Any) -> Any:
    """A value for JSON: times as ISO 8601, bytes as hex, lists element by element."""
    if tag.type & MV_FLAG and isinstance(value, list | tuple):
        return [plain(tag.with_type(tag.base_type), each) for each in value]
    if tag.type == PropType.SYSTIME:
        return _time(value) or value
    if tag.type in (PropType.CURRENCY, PropType.APPTIME, PropType.CLSID):
        return _READERS[tag.type](value) or str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def type_of(tag: PropTag) -> str:
    """The name of a tag's type, `PT_UNICODE`."""
    from mapix.properties.tag import type_name

    return type_name(tag.type)


def _time(ticks: Any) -> str | None:
    from mapix.properties.times import to_datetime

    return to_datetime(ticks).isoformat() if isinstance(ticks, int) and 0 <= ticks <= _LAST_TICKS else None


def _money(units: Any) -> str | None:
    from mapix.properties.times import to_decimal

    return str(to_decimal(units)) if isinstance(units, int) else None


def _days(days: Any) -> str | None:
    from mapix.properties.errors import MapiError
    from mapix.properties.times import apptime_to_datetime

    try:
        return apptime_to_datetime(days).isoformat() if isinstance(days, float) else None
    except MapiError:
        return None


def _guid(data: Any) -> str | None:
    from mapix.properties.guid import guid_text

    return guid_text(data) if isinstance(data, bytes) and len(data) == 16 else None


def _text(text: Any) -> str | None:
    return text if isinstance(text, str) else None


_READERS: Final[dict[int, Callable[[Any], str | None]]] = {
    PropType.SYSTIME: _time,
    PropType.CURRENCY: _money,
    PropType.APPTIME: _days,
    PropType.CLSID: _guid,
    PropType.UNICODE: _text,
}
