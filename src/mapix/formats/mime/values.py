"""Reading a message's values for a header or body: text in either width, large ones in memory or in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from mapix.formats.mime.parts import read_in_pieces
from mapix.properties.codepage import decode_text
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import LargeValue, whole


def text_of(props: Mapping[PropTag, Any], tag: PropTag) -> str | None:
    """The text of a UNICODE `tag`, or of its 8-bit form; None where neither is there."""
    value = props.get(tag)
    if isinstance(value, str):
        return value
    if value is not None:
        found = whole(tag, value)
        return found if isinstance(found, str) else None
    narrow = _narrow(tag)
    if narrow not in props:
        return None
    data = bytes_of(props, narrow)
    return None if data is None else decode_text(data)


@lru_cache(maxsize=1024)
def _narrow(tag: PropTag) -> PropTag:
    return tag.with_type(PropType.STRING8)


def bytes_of(props: Mapping[PropTag, Any], tag: PropTag) -> bytes | None:
    """The bytes of `tag`, read into memory; None where they are not there."""
    value = props.get(tag)
    if value is None or isinstance(value, bytes):
        return value
    found = whole(tag, value)
    return bytes(found) if isinstance(found, bytes | bytearray | memoryview) else None


def pieces_of(value: Any) -> Iterator[bytes]:
    """The bytes of a value, a large one a piece at a time."""
    if isinstance(value, bytes | bytearray | memoryview):
        yield bytes(value)
    elif isinstance(value, LargeValue):
        yield from read_in_pieces(value.open())


def number_of(props: Mapping[PropTag, Any], tag: PropTag, default: int = 0) -> int:
    """The integer of `tag`, or `default`."""
    value = props.get(tag)
    return value if isinstance(value, int) else default
