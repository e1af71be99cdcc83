"""Values as they are stored, and as they are shown: one checked form below, any view of it above.

`normal` checks a value against its tag and gives it back in the one form that is stored (text wide, sequences as
tuples, numbers signed); `view` turns a stored value into the type a caller asks for (P-041, P-111, X-19); `size_of`
is how much a value counts in PR_MESSAGE_SIZE.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mapix.properties.codepage import decode_text, encode_text
from mapix.properties.errors import BadValue, InvalidParameter
from mapix.properties.tag import MV_FLAG, PropTag, PropType, is_foreign
from mapix.properties.tags import PR_HTML, PR_MESSAGE_SIZE
from mapix.properties.value import LargeValue, whole

_STRING8: Final = int(PropType.STRING8)
_UNICODE: Final = int(PropType.UNICODE)
_STRUCTURES: Final = frozenset((PropType.SRESTRICTION, PropType.ACTIONS))

Check = Callable[[Any], Any]

PLAIN: Final = frozenset((int, bool, float))
"""Classes of numbers, which need no second look: asking whether something is a `LargeValue` is slow."""


class _WrongError(Exception):
    """The value does not fit the type."""


def _integer(bits: int) -> Check:
    top = 1 << (bits - 1)
    whole_range = 1 << bits

    def check(value: Any) -> int:
        if not isinstance(value, int):
            raise _WrongError
        number = value if value.__class__ is int else int(value)
        if -top <= number < top:
            return number
        if top <= number < whole_range:
            return number - whole_range
        raise _WrongError

    return check


def _number(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise _WrongError


def _boolean(value: Any) -> bool:
    if isinstance(value, int):
        return bool(value)
    raise _WrongError


def _text(value: Any) -> Any:
    if value.__class__ is str or isinstance(value, LargeValue):
        return value
    if isinstance(value, str):
        return str(value)
    raise _WrongError


def _bytes(value: Any) -> Any:
    if value.__class__ is bytes or isinstance(value, LargeValue):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise _WrongError


def _guid(value: Any) -> bytes:
    data = _bytes(value)
    if isinstance(data, bytes) and len(data) == 16:
        return data
    raise _WrongError


def _structure(code: int) -> Check:
    """Values that have structure: what their bytes tell, so that every store keeps the same."""

    def check(value: Any) -> Any:
        from mapix.properties.valuetypes import value_type

        kind = value_type(code)
        try:
            return kind.load(kind.dump(value))
        except BadValue:
            raise _WrongError from None

    return check


def _several(check: Check) -> Check:
    def checks(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, tuple | list):
            raise _WrongError
        return tuple(map(check, value))

    return checks


def _checks() -> dict[int, Check]:
    single: dict[int, Check] = {
        PropType.SHORT: _integer(16),
        PropType.LONG: _integer(32),
        PropType.ERROR: _integer(32),
        PropType.LONGLONG: _integer(64),
        PropType.CURRENCY: _integer(64),
        PropType.SYSTIME: _integer(64),
        PropType.FLOAT: _number,
        PropType.DOUBLE: _number,
        PropType.APPTIME: _number,
        PropType.BOOLEAN: _boolean,
        PropType.UNICODE: _text,
        PropType.CLSID: _guid,
        PropType.BINARY: _bytes,
        PropType.SVREID: _bytes,
        PropType.SRESTRICTION: _structure(PropType.SRESTRICTION),
        PropType.ACTIONS: _structure(PropType.ACTIONS),
    }
    several = {code: _several(single[code & ~MV_FLAG]) for code in PropType if code & MV_FLAG and code != 0x101E}
    return {int(code): check for code, check in (single | several).items()}


CHECKS: Final = _checks()
"""By type code, those of the known types. 8-bit text is checked after `wide`."""


def check_of(code: int) -> Check | None:
    """What checks values of a type; None for a type no value is kept in (P-027). Foreign types have bytes."""
    return CHECKS.get(code) or (_bytes if is_foreign(code) else None)


def normal(tag: PropTag, value: Any) -> Any:
    """`value` as it is stored under `tag`, a tag of a type that can be.

    `InvalidParameter` for what does not fit the type, and for a multi-valued property without values (P-051).
    """
    try:
        checked = (CHECKS.get(tag & 0xFFFF) or _bytes)(value)
    except _WrongError:
        raise InvalidParameter(f"not a value of {PropTag(tag)!r}", value=value) from None
    if checked == ():
        raise InvalidParameter("a multi-valued property has at least one value", value=PropTag(tag))
    return checked


def wide(tag: PropTag, value: Any, codepage: int) -> tuple[PropTag, Any]:
    """An 8-bit text property as the UNICODE one it is stored as; text given as `str` already is taken as it is."""
    if tag & MV_FLAG:
        if not isinstance(value, tuple | list):
            raise InvalidParameter(f"not a value of {PropTag(tag)!r}", value=value)
        return PropTag(tag | 1), tuple(_decoded(one, codepage) for one in value)
    return PropTag(tag | 1), _decoded(value, codepage)


def _decoded(value: Any, codepage: int) -> Any:
    return decode_text(bytes(value), codepage) if isinstance(value, bytes | bytearray | memoryview) else value


def view(wanted: int, stored: PropTag, value: Any, codepage: int, html_codepage: int) -> Any:
    """The stored value in the type of the tag `wanted`, None when there is no such view (P-111)."""
    kind, have = wanted & 0xFFFF, stored & 0xFFFF
    if kind in (have, PropType.UNSPECIFIED):
        return value
    if kind == _STRING8 and have == _UNICODE:
        return encode_text(whole(stored, value), codepage)
    if kind == _STRING8 | MV_FLAG and have == _UNICODE | MV_FLAG:
        return tuple(encode_text(one, codepage) for one in value)
    return _special_view(kind, stored, value, html_codepage)


def _special_view(kind: int, stored: PropTag, value: Any, html_codepage: int) -> Any:
    if stored == PR_HTML:
        data = whole(stored, value)
        return {_STRING8: data, _UNICODE: decode_text(data, html_codepage)}.get(kind)
    if stored == PR_MESSAGE_SIZE and kind == PropType.LONGLONG:
        return value
    return None


def html(tag: PropTag, value: Any, html_codepage: int) -> tuple[PropTag, Any]:
    """PR_BODY_HTML as the PR_HTML it is stored as (X-19)."""
    if isinstance(value, str):
        return PR_HTML, encode_text(value, html_codepage)
    if tag & 0xFFFF == _UNICODE and isinstance(value, LargeValue):
        return PR_HTML, encode_text(whole(tag, value), html_codepage)
    return PR_HTML, value


_FIXED: Final[dict[int, int]] = {
    PropType.SHORT: 2,
    PropType.LONG: 4,
    PropType.ERROR: 4,
    PropType.FLOAT: 4,
    PropType.BOOLEAN: 2,
    PropType.CLSID: 16,
}
SIZES: Final[dict[int, int]] = {int(code): _FIXED.get(code & ~MV_FLAG, 8) for code in PropType}
"""Bytes of a number by its type."""


def size_of(tag: int, value: Any) -> int:
    """Bytes of a value: text as UTF-16, numbers by their type."""
    kind = value.__class__
    if kind is str:
        return 2 * len(value)
    if kind is bytes:
        return len(value)
    if kind in PLAIN:
        return SIZES.get(tag & 0xFFFF, 8)
    if kind is tuple:
        base = tag & ~MV_FLAG
        return sum(size_of(base, one) for one in value)
    if tag & 0xFFFF in _STRUCTURES:
        from mapix.properties.valuetypes import value_type

        return len(value_type(tag & 0xFFFF).dump(value))
    return int(value.size)
