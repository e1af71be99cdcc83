"""SIZE restrictions: how many bytes a value takes (R-012).

UNICODE two bytes a UTF-16 unit and STRING8 its bytes, both with the terminator; BINARY its bytes; fixed types their
width; multiple values the sum. Large values are measured without being read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mapix.objects.restrictions.typed import typed
from mapix.properties.codepage import encode_text
from mapix.properties.errors import TooComplex
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import LargeValue
from mapix.properties.valuetypes import value_type


def size_reader(tag: PropTag) -> Callable[[Any], int | None]:
    """A function from a stored value to its size in bytes as `tag` shows it; None where it is missing.

    `TooComplex` for types that have no size.
    """
    if tag.type in (PropType.UNSPECIFIED, PropType.NULL, PropType.OBJECT):
        raise TooComplex("a property of this type has no size", value=tag)
    wide, one = tag.unicode(), _single(tag.base_type)

    def measure(value: Any) -> int | None:
        if isinstance(value, LargeValue) and wide == tag:
            return value.size + (2 if tag.is_string else 0)
        value = typed(value, wide)
        if value is None:
            return None
        return sum(map(one, value)) if tag.is_multi else one(value)

    return measure


def _single(base: int) -> Callable[[Any], int]:
    if base == PropType.UNICODE:
        return lambda text: len(text.encode("utf-16-le", "surrogatepass")) + 2
    if base == PropType.STRING8:
        return lambda text: len(encode_text(text)) + 1
    kind = value_type(base)
    return (lambda value: kind.size) if kind.size else (lambda value: len(kind.dump(value)))
