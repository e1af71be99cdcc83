"""A sort order as bytes, for backends to keep (F-069)."""

from __future__ import annotations

from struct import Struct
from typing import Final

from mapix.properties.errors import CorruptData
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag

_HEAD: Final = Struct("<BBB")
_KEY: Final = Struct("<IB")


def dump(order: SortOrder) -> bytes:
    """`order` as bytes: counts of keys, categories and expanded ones, then tag and direction of each key."""
    head = _HEAD.pack(len(order.keys), order.categories, order.expanded)
    return head + b"".join(_KEY.pack(key.tag, key.order) for key in order.keys)


def load(data: bytes) -> SortOrder:
    """What `dump` wrote; `CorruptData` for anything else."""
    if len(data) < _HEAD.size or len(data) != _HEAD.size + data[0] * _KEY.size:
        raise CorruptData("not a saved sort order", value=data)
    _, categories, expanded = _HEAD.unpack_from(data)
    keys = (_KEY.unpack_from(data, at) for at in range(_HEAD.size, len(data), _KEY.size))
    return SortOrder(tuple(SortKey(PropTag(tag), Order(order)) for tag, order in keys), categories, expanded)
