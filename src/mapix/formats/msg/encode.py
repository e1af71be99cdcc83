"""Properties as a property stream and the streams of its values ([MS-OXMSG] 2.1, 2.4).

part = encode(values, Encoding(unicode=True))
part.entries, part.streams
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mapix.formats.msg import forms
from mapix.formats.msg.layout import ENTRY, READABLE, REQUIRED, SIZED, UNTOLD, USUAL, item_name, value_name
from mapix.formats.msg.texts import Texts
from mapix.properties.errors import BadValue
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import LargeValue, whole
from mapix.properties.valuetypes import value_type

Data = bytes | LargeValue

_NUL: Final = b"\0\0"
_READ_ONLY: Final = frozenset(
    (
        *(0x0FF70003, 0x0FF40003, 0x0FFE0003, 0x0FF90102, 0x0FF60102, 0x340D0003, 0x0E210003, 0x30070040, 0x30080040),
        *(0x0E02001F, 0x0E03001F, 0x0E04001F, 0x0E1D001F, 0x0E1B000B),
    )
)
"""Properties that a message keeps itself: their entries say that they cannot be written."""
_REQUIRED: Final = frozenset((0x37050003, 0x370B0003))


@dataclass(slots=True)
class Encoding:
    """How values are written: as Unicode, or in the code pages of `texts`; `ids` gives identifiers of the file for
    those of the values.
    """

    unicode: bool = True
    texts: Texts = field(default_factory=Texts)
    ids: Mapping[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Encoded:
    """Entries of a property stream, and the streams of the values by name."""

    entries: bytearray = field(default_factory=bytearray)
    streams: dict[str, Data] = field(default_factory=dict)

    def fixed(self, tag: int, flags: int, raw: bytes) -> None:
        """A value that stands in the property stream."""
        self.entries += ENTRY.pack(tag, flags, raw)

    def sized(self, tag: int, flags: int, size: int, reserved: int = 0) -> None:
        """The entry of a value that has a stream or storage."""
        self.entries += SIZED.pack(tag, flags, min(size, UNTOLD), reserved)

    def stream(self, tag: int, flags: int, data: Data, *, more: int = 0) -> None:
        """A value with its stream; `more` is what the entry tells beyond the bytes of it."""
        self.streams[value_name(tag)] = data
        self.sized(tag, flags, (len(data) if isinstance(data, bytes) else data.size) + more)


def encode(values: Mapping[PropTag, Any], how: Encoding, attributes: Mapping[int, int] | None = None) -> Encoded:
    """Properties in the order of their tags; equal ones make equal bytes.

    `attributes` are those of entries (PROPATTR_*) by tag, text as Unicode. Raises: BadValue for a value that is not of
    its type, or that the code page cannot write.
    """
    encoded = Encoded()
    for tag, value in _in_order(values, how):
        flags = None if attributes is None else attributes.get(tag)
        _put(encoded, tag, value, how, _usual_flags(tag) if flags is None else flags)
    return encoded


def _in_order(values: Mapping[PropTag, Any], how: Encoding) -> Iterator[tuple[int, Any]]:
    """Tags as Unicode with the file's identifiers; 8-bit text that is there as Unicode as well is left out."""
    found: dict[int, Any] = {}
    for tag, value in values.items():
        number, kind = tag >> 16, tag & 0xFFFF
        if how.ids:
            number = how.ids.get(number, number)
        if kind & 0xEFFF != forms.TEXT8:
            found[number << 16 | kind] = value
        else:
            found.setdefault(number << 16 | kind | 1, _text_of(kind, value, number, how.texts))
    return iter(sorted(found.items()))


def _text_of(kind: int, value: Any, number: int, texts: Texts) -> Any:
    """8-bit text as Unicode."""
    if kind & 0x1000:
        return tuple(_text_of(forms.TEXT8, one, number, texts) for one in value)
    if isinstance(value, str):
        return value
    return texts.decode(value_type(kind).dump(value), number)[0]


def _usual_flags(tag: int) -> int:
    if tag in _READ_ONLY:
        return READABLE
    return REQUIRED if tag in _REQUIRED else USUAL


def _put(encoded: Encoded, tag: int, value: Any, how: Encoding, flags: int) -> None:
    kind = tag & 0xFFFF
    if kind in forms.FIXED:
        encoded.fixed(tag, flags, forms.fixed_bytes(kind, value))
    elif kind == forms.TEXT:
        _put_text(encoded, tag, value, how, flags)
    elif kind in forms.MV_ITEMS:
        _put_several(encoded, tag, value, how, flags)
    elif kind in forms.STRUCTURED:
        encoded.stream(tag, flags, value_type(kind).dump(value))
    elif tag:
        encoded.stream(tag, flags, _bytes(tag, value))
    else:
        raise BadValue("no property has the tag 0", value=value)


def _put_text(encoded: Encoded, tag: int, value: Any, how: Encoding, flags: int) -> None:
    if not how.unicode:
        tag ^= 1
        encoded.stream(tag, flags, _ended(how.texts.encode(_str(tag, value), tag >> 16), b"\0"), more=1)
    elif isinstance(value, str):
        encoded.stream(tag, flags, _ended(value.encode("utf-16-le", "surrogatepass"), _NUL), more=2)
    else:
        encoded.stream(tag, flags, _large_text(tag, value), more=2)


def _ended(data: bytes, nul: bytes) -> bytes:
    """Text that ends with a NUL of its own has another behind it, for readers take one away."""
    return data + nul if data[-len(nul) :] == nul else data


def _large_text(tag: int, value: Any) -> Data:
    """Text that is not in memory, unless it ends with a NUL or is cut."""
    if not isinstance(value, LargeValue):
        raise BadValue("text is wanted", value=value)
    with value.open() as reader:
        reader.seek(max(value.size - 2, 0))
        if reader.read(2) != _NUL and not value.size & 1:
            return value
    return _ended(_str(tag, value).encode("utf-16-le", "surrogatepass"), _NUL)


def _str(tag: int, value: Any) -> str:
    if isinstance(value, str):
        return value
    text = whole(PropTag(tag | 1), value)
    if not isinstance(text, str):
        raise BadValue("text is wanted", value=value)
    return text


def _put_several(encoded: Encoded, tag: int, value: Any, how: Encoding, flags: int) -> None:
    if not isinstance(value, tuple | list):
        raise BadValue("several values are wanted", value=value)
    if tag & 0xFFFF == PropType.MV_BINARY:
        items = [value_type(PropType.BINARY).dump(item) for item in value]
    elif how.unicode:
        items = [value_type(PropType.UNICODE).dump(item) + _NUL for item in value]
    else:
        tag ^= 1
        items = [how.texts.encode(_str(tag, item), tag >> 16) + b"\0" for item in value]
    width = forms.length_size(tag & 0xFFFF)
    encoded.stream(tag, flags, b"".join(len(item).to_bytes(4, "little").ljust(width, b"\0") for item in items))
    for index, item in enumerate(items):
        encoded.streams[item_name(tag, index)] = item


def _bytes(tag: int, value: Any) -> Data:
    if isinstance(value, bytes):
        return value
    if isinstance(value, LargeValue):
        return value
    return value_type(tag & 0xFFFF).dump(value)
