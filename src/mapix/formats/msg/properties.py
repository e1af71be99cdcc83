"""One property object of a .msg file: its property stream and the streams of its values, read when asked for.

    held = PropertyObject(place, Kind.PART, context)
    held.get(PR_DISPLAY_NAME), held.properties()

Text comes as Unicode whatever the width of the file. What is damaged is noted as a defect with its place, and the rest
is read. Sources: [MS-OXMSG] 2.2, 2.4.
"""

from __future__ import annotations

from codecs import utf_16_le_decode
from collections.abc import Collection
from struct import Struct
from typing import Any, Final

from mapix.formats.msg import forms
from mapix.formats.msg.context import Context
from mapix.formats.msg.layout import (
    ENTRY,
    LARGE,
    PROPERTIES,
    UNTOLD,
    VALUES,
    Header,
    Kind,
    tag_of,
    value_name,
)
from mapix.formats.msg.places import Place, StoredValue
from mapix.formats.storageerrors import StorageError
from mapix.properties.errors import CorruptData
from mapix.properties.tag import PropTag, PropType

_ABSENT: Final = object()
_BINARY: Final = int(PropType.BINARY)
_FIXED: Final = forms.FIXED
_TEXT: Final = forms.TEXT
_TEXT8: Final = forms.TEXT8
_DIRECT: Final = {_BINARY: 0, _TEXT: 2, _TEXT8: 1}
"""Types of the most values, and how much more than their bytes a right entry tells."""
_size: Final = Struct("<I").unpack_from


class PropertyObject:
    """The properties of a message, recipient or attachment.

    `place` is its storage, `where` what it is called in defects. Values are read once and kept.
    """

    def __init__(self, place: Place, kind: Kind, context: Context, where: str = "message") -> None:
        self.place = place
        self.kind = kind
        self.where = where
        self.context = context
        self._values: dict[int, Any] = {}
        self._stream = self._property_stream()
        self._entries = self._parse(self._stream)

    @property
    def header(self) -> Header:
        """The counts of the property stream's header; those of a message only."""
        return Header.of(self._stream)

    def get(self, tag: PropTag, default: Any = None) -> Any:
        """The value of `tag`, or `default`.

        Text is found in either width and is `str`; binary and text of more than `layout.LARGE` bytes is a `LargeValue`.
        """
        found = self._values.get(tag, _ABSENT)
        if found is _ABSENT:
            found = self._values[tag] = self._read(tag)
        return default if found is _ABSENT else found

    def properties(self, ids: Collection[int] | None = None) -> dict[PropTag, Any]:
        """All properties, or those of some identifiers; what is damaged so that it is no value of its type is there as
        binary.
        """
        found: dict[PropTag, Any] = {}
        entries, load = self._entries, self._load
        for tag in self.stored_tags():
            if ids is not None and tag >> 16 not in ids:
                continue
            value = load(tag)
            if value is _ABSENT:
                continue
            if value.__class__ is _Undecoded:
                found.setdefault(tag_of(tag & 0xFFFF0000 | _BINARY), value.data)
            elif tag & 0xEFFF != _TEXT8:
                found[tag_of(tag)] = value
            elif found.setdefault(tag_of(tag | 1), value) is not value or tag | 1 in entries:
                self.note("text stands there in both widths", tag=tag)
        return found

    def attributes(self) -> dict[int, int]:
        """The attributes (PROPATTR_*) of the entries, by tag as it stands in the file (IMS-30)."""
        return {tag: flags for tag, flags, _ in ENTRY.iter_unpack(self._entry_bytes(self._stream))}

    def stored_tags(self) -> list[int]:
        """Tags as they stand in the file: those of the entries, then those of streams without an entry."""
        entries = self._entries
        return [*entries, *(tag for tag in self.place.unlisted(entries) if tag & 0xFFFF not in forms.FIXED)]

    def own_names(self) -> set[str]:
        """The names, in capitals, of the streams that the properties are made of; all others are foreign."""
        names = {PROPERTIES.upper()}
        for tag in self.stored_tags():
            handle = None if tag & 0xFFFF in forms.FIXED else self.place.find(value_name(tag))
            if handle is None or self.place.is_storage(handle):
                continue
            name = value_name(tag).upper()
            names.add(name)
            if tag & 0xFFFF in forms.MV_ITEMS:
                names.update(f"{name}-{number:08X}" for number in range(len(self._items(tag, handle))))
        return names

    def note(self, what: str, *, tag: int | None = None, value: object = None) -> None:
        """Remember a defect of this object."""
        self.context.defects.note(self.where if tag is None else f"{self.where} 0x{tag:08X}", what, value=value)

    def refuse(self, name: str) -> None:
        """Remember that an element was left out because of its name."""
        self.note("an element has a name that cannot be written", value=name)

    def _property_stream(self) -> bytes:
        try:
            data = self.place.properties()
        except StorageError as error:
            self.note("the property stream cannot be read", value=str(error))
            return b""
        if data is None:
            self.note("there is no property stream")
        return data or b""

    def _entry_bytes(self, data: bytes) -> bytes:
        start = int(self.kind)
        return data[start : start + max(len(data) - start, 0) // 16 * 16]

    def _parse(self, data: bytes) -> dict[int, bytes]:
        body = self._entry_bytes(data)
        entries: dict[int, bytes] = dict(VALUES.iter_unpack(body))
        if len(body) + self.kind != len(data):
            self.note("the property stream has a size that its entries do not add up to", value=len(data))
        if len(entries) * 16 != len(body):
            self.note("properties stand in the property stream twice")
        if 0 in entries:
            del entries[0]
            self.note("the property stream has empty entries")
        return entries

    def _read(self, tag: int) -> Any:
        """The value of a tag, text in the other width where it is in that."""
        first = tag
        if tag & 0xEFFE == _TEXT8 and tag not in self._entries and tag ^ 1 in self._entries:
            first = tag ^ 1
        value = self._load(first)
        if value is _ABSENT and tag & 0xEFFE == _TEXT8:
            value = self._load(first ^ 1)
        return _ABSENT if value.__class__ is _Undecoded else value

    def _load(self, tag: int) -> Any:
        raw, kind = self._entries.get(tag), tag & 0xFFFF
        fixed = _FIXED.get(kind)
        if fixed is not None:
            return _ABSENT if raw is None else fixed(raw)
        try:
            if raw is not None and (more := _DIRECT.get(kind)) is not None and (size := _size(raw)[0]) <= LARGE:
                data = self.place.exactly(tag, size - more)
                if data is not None:
                    if kind == _BINARY:
                        return data
                    return self._text(tag, data) if kind == _TEXT else self._narrow(tag, data)
            return self._load_found(tag, raw)
        except StorageError as error:
            self.note("the value cannot be read", tag=tag, value=str(error))
            return _ABSENT

    def _load_found(self, tag: int, raw: bytes | None) -> Any:
        """A value whose entry does not tell the size of its stream."""
        handle = self.place.value(tag)
        if handle is None:
            if raw is None:
                return _ABSENT
            handle = self.place.find(value_name(tag))
        return self._without_stream(tag, raw) if handle is None else self._load_stream(tag, handle, raw)

    def _without_stream(self, tag: int, raw: bytes | None) -> Any:
        """The eight bytes of an entry of an unknown type; else that there is no value."""
        if tag & 0xFFFF not in forms.KNOWN:
            return raw
        if tag & 0xFFFF != PropType.OBJECT:
            self.note("the stream of the value is missing", tag=tag)
        return _ABSENT

    def _load_stream(self, tag: int, handle: Any, raw: bytes | None) -> Any:
        kind = tag & 0xFFFF
        place = self.place
        size = place.size(handle)
        if not size and place.is_storage(handle):
            return _ABSENT
        if raw is None:
            self.note("a stream without an entry", tag=tag)
        elif kind in forms.KNOWN:
            self._compare(tag, int.from_bytes(raw[:4], "little"), size)
        if kind == forms.TEXT:
            return self._wide(tag, handle, size)
        if size > LARGE and (kind in forms.PLAIN or kind not in forms.KNOWN):
            return StoredValue(self.place, handle)
        if kind in forms.MV_ITEMS:
            return self._several(tag, handle)
        data = self.place.read(handle)
        if kind == forms.TEXT8:
            return self._narrow(tag, data)
        return self._structured(tag, data) if kind in forms.STRUCTURED else data

    def _compare(self, tag: int, stated: int, size: int) -> None:
        if stated != min(size, UNTOLD) and (tag & 0xFFFE != forms.TEXT8 or stated != size + 1 + (tag & 1)):
            self.note("the entry tells another size than the stream has", tag=tag, value=(stated, size))

    def _wide(self, tag: int, handle: Any, size: int) -> Any:
        if size > LARGE and not size & 1 and not self._ends_in_nul(handle, size):
            return StoredValue(self.place, handle)
        return self._text(tag, self.place.read(handle))

    def _ends_in_nul(self, handle: Any, size: int) -> bool:
        with self.place.open(handle) as reader:
            reader.seek(size - 2)
            return reader.read(2) == b"\0\0"

    def _text(self, tag: int, data: bytes) -> str:
        if data[-2:] == b"\0\0" or len(data) & 1:
            text, sound = forms.wide_text(data)
            if not sound:
                self.note("text ends in half a letter", tag=tag)
            return text
        return utf_16_le_decode(data, "surrogatepass", True)[0]

    def _narrow(self, tag: int, data: bytes) -> str:
        text, sound = self.context.texts.decode(forms.narrow_bytes(data), tag >> 16)
        if not sound:
            self.note("text is not in the code page of the message", tag=tag, value=data[:64])
        return text

    def _structured(self, tag: int, data: bytes) -> Any:
        try:
            return forms.structured(tag & 0xFFFF, data)
        except CorruptData as error:
            self.note("the bytes are no value of the type", tag=tag, value=str(error))
            return _Undecoded(data)

    def _several(self, tag: int, handle: Any) -> tuple[Any, ...]:
        kind = tag & 0xFFFF
        found: list[Any] = []
        for number, item in enumerate(self._items(tag, handle)):
            if item is None:
                self.note(f"value {number} of several is missing", tag=tag)
            data = b"" if item is None else self.place.read(item)
            if kind == PropType.MV_BINARY:
                found.append(data)
            else:
                found.append(self._text(tag, data) if kind & 1 else self._narrow(tag, data))
        return tuple(found)

    def _items(self, tag: int, handle: Any) -> list[Any]:
        """The streams of several values, None for those missing; there are no more values than streams."""
        count, names = self.place.size(handle) // forms.length_size(tag & 0xFFFF), self.place.names
        if count >= len(names):
            self.note("more values are told than there are streams", tag=tag, value=count)
            count = len(names)
        stem = f"{value_name(tag)}-"
        items = [self.place.find(f"{stem}{number:08X}") for number in range(count)]
        return [None if item is None or self.place.is_storage(item) else item for item in items]


class _Undecoded:
    """Bytes that are no value of their type."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data
