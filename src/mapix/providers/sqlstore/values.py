"""Property values as the database has them, and back.

Numbers are numbers, text is text, bytes are bytes; several values, restrictions and actions are packed by
`mapix.properties.codec`; types nobody knows are bytes and keep their number. Two kinds of value the database cannot
hold as they are: text with unpaired surrogates is its UTF-8 bytes, "not a number" is its eight bytes. What is larger
than `LARGE` bytes goes to a blob.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isnan, nan
from struct import Struct
from typing import Any, Final

from mapix.objects.restrictions.typed import python_class
from mapix.properties.codec import dump, load
from mapix.properties.errors import CorruptStore, MapiError
from mapix.properties.tag import MV_FLAG, PropTag, PropType

LARGE: Final = 64 * 1024
"""Bytes of binary, or characters of text, from which a value is a blob."""

FLOAT_TYPES: Final = (int(PropType.FLOAT), int(PropType.DOUBLE), int(PropType.APPTIME))

_NAN: Final = Struct("<d").pack(nan)


def stored_text(text: str) -> str | bytes:
    """`text` as the database has it."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def loaded_text(value: Any) -> Any:
    """Text as it was before `stored_text`."""
    if value.__class__ is not bytes:
        return value
    try:
        return value.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise misfit(int(PropType.UNICODE)) from None


def _stored_float(value: float) -> float | bytes:
    return _NAN if isnan(value) else float(value)


def _loaded_float(value: Any) -> Any:
    return nan if value.__class__ is bytes else float(value)


def _dumper(prop_type: int) -> Callable[[Any], Any]:
    return lambda value: dump(prop_type, value)


def _undumper(prop_type: int) -> Callable[[Any], Any]:
    return lambda value: _unpacked(prop_type, value)


def _unpacked(prop_type: int, value: Any) -> Any:
    """A packed value; a number in its place would be taken for a wish for so many bytes."""
    if not isinstance(value, bytes):
        raise misfit(prop_type)
    return load(prop_type, value)


STRUCTURES: Final = (int(PropType.SRESTRICTION), int(PropType.ACTIONS))
"""Types of single values that are packed."""

_STORE: Final[dict[int, Callable[[Any], Any]]] = {
    **dict.fromkeys(FLOAT_TYPES, _stored_float),
    int(PropType.UNICODE): stored_text,
    **{code: _dumper(code) for code in STRUCTURES},
}
_LOAD: Final[dict[int, Callable[[Any], Any]]] = {
    **dict.fromkeys(FLOAT_TYPES, _loaded_float),
    int(PropType.UNICODE): loaded_text,
    int(PropType.BOOLEAN): bool,
    **{code: _undumper(code) for code in STRUCTURES},
}


def stored(prop_type: int, value: Any) -> Any:
    """A value of a type as the database has it."""
    convert = _STORE.get(prop_type)
    if convert is not None:
        return convert(value)
    return dump(prop_type, value) if prop_type & MV_FLAG else value


def loaded(prop_type: int, value: Any) -> Any:
    """A value as it was before `stored`."""
    convert = _LOAD.get(prop_type)
    if convert is not None:
        return convert(value)
    return _unpacked(prop_type, value) if prop_type & MV_FLAG else value


AS_THEY_ARE: Final[dict[int, type]] = {
    **dict.fromkeys((2, 3, 6, 10, 20, 64), int),
    int(PropType.UNICODE): str,
    int(PropType.BINARY): bytes,
    int(PropType.CLSID): bytes,
}
"""What values are in the database that are the same outside, by type."""


NEVER_LARGE: Final = frozenset((2, 3, 6, 10, 20, 64, int(PropType.BOOLEAN), *FLOAT_TYPES))
"""Types whose values are never blobs."""


def sure(prop_type: int, value: Any) -> Any:
    """`loaded` for what may be damaged: `CorruptStore` for what is no value of the type."""
    try:
        found = loaded(prop_type, value)
    except (TypeError, ValueError, MapiError) as error:
        raise misfit(prop_type) from error
    if not isinstance(found, python_class(prop_type)):
        raise misfit(prop_type)
    return found


def misfit(prop_type: int) -> CorruptStore:
    """What is raised for a value that is none of its type."""
    return CorruptStore("a value in the store is damaged", value=prop_type, hint="mapix store check")


def loader(prop_type: int) -> Callable[[Any], Any] | None:
    """What turns the values of a column of the type into what they were; None where they are already."""
    convert = _LOAD.get(prop_type)
    if convert is None and prop_type & MV_FLAG:
        return _undumper(prop_type)
    return convert


def tag_of(prop_id: int, prop_type: int) -> PropTag:
    """The tag of a property row."""
    return PropTag(prop_id << 16 | prop_type)
