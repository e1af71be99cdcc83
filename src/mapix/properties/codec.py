"""Property values as little-endian bytes and back.

    >>> from mapix.properties.tag import PropTag
    >>> dump(PropTag(0x00170003), 2)
    b'\\x02\\x00\\x00\\x00'
    >>> load(PropTag(0x0037001F), b"H\\x00i\\x00")
    'Hi'

The layout of each type is written in `valuetypes`. `pack_props` and `unpack_props`, for whole rows, are `packing`'s.
"""

from __future__ import annotations

from typing import Any

from mapix.properties.packing import pack_props, unpack_props
from mapix.properties.valuetypes import value_type

__all__ = ["dump", "load", "pack_props", "unpack_props", "value_type"]


def dump(tag: int, value: Any) -> bytes:
    """`value` of property `tag` as bytes; BadValue when it is not a value of the tag's type."""
    return value_type(tag & 0xFFFF).dump(value)


def load(tag: int, data: bytes) -> Any:
    """The value of property `tag` that `data` holds; CorruptData when it holds none."""
    return value_type(tag & 0xFFFF).load(data)
