"""Values as the types of their tags want them: what fits is there, what does not fit is missing.

    >>> typed("budget", PropTag(0x0037001F))
    'budget'
    >>> typed("budget", PropTag(0x00370003)) is None
    True

A property counts by identifier and type (R-006): text under a tag of numbers is as good as absent.
"""

from __future__ import annotations

from typing import Any, Final

from mapix.properties.actions import Actions
from mapix.properties.restriction import Restriction
from mapix.properties.tag import MV_FLAG, MVI_FLAG, PropTag, PropType, is_foreign
from mapix.properties.value import whole

_CLASSES: Final[dict[int, type]] = {
    PropType.SHORT: int,
    PropType.LONG: int,
    PropType.ERROR: int,
    PropType.CURRENCY: int,
    PropType.LONGLONG: int,
    PropType.SYSTIME: int,
    PropType.FLOAT: float,
    PropType.DOUBLE: float,
    PropType.APPTIME: float,
    PropType.BOOLEAN: bool,
    PropType.UNICODE: str,
    PropType.SRESTRICTION: Restriction,
    PropType.ACTIONS: Actions,
}


def python_class(prop_type: int) -> type:
    """The class of the values of a type: `tuple` for multiple ones, `bytes` for types nobody defined."""
    if prop_type & MVI_FLAG == MV_FLAG:
        return bytes if is_foreign(prop_type) else tuple
    return _CLASSES.get(prop_type & ~MVI_FLAG, bytes)


def typed(value: Any, tag: PropTag) -> Any:
    """`value` as the type of `tag` wants it, read into memory where it is large; None where it does not fit.

    UNSPECIFIED takes any value. No values at all are a missing value (P-051).
    """
    if value is None or tag.type == PropType.UNSPECIFIED:
        return value
    wanted = python_class(tag.type)
    if value.__class__ is not wanted:
        return _adapted(whole(tag, value), wanted)
    return None if tag.is_multi and not _fit(value, tag.base_type) else value


def _adapted(value: Any, wanted: type) -> Any:
    if wanted is float and isinstance(value, int):
        return None if isinstance(value, bool) else float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        return None
    return value


def _fit(values: Any, base_type: int) -> bool:
    wanted = python_class(base_type)
    return bool(values) and all(_adapted(value, wanted) is not None for value in values)
