"""Properties as the counted lists of a TNEF stream ([MS-OXTNEF] 2.1.3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from struct import error as struct_error
from typing import Any, Final

from mapix.formats.tnef.forms import FIXED, MANY, MANY_FIXED
from mapix.formats.tnef.layout import DOCFILE, FIRST_NAMED, IID_STORAGE, IID_STREAM
from mapix.formats.tnef.pieces import Pieces
from mapix.properties.codepage import encode_text
from mapix.properties.errors import BadValue
from mapix.properties.named import PS_MAPI, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_ATTACH_DATA_OBJ
from mapix.properties.value import LargeValue
from mapix.properties.valuetypes import value_type

_ONE: Final = b"\1\0\0\0"
_u32: Final = Struct("<I").pack
_NUL: Final = b"\0\0"
_TEXT: Final = int(PropType.UNICODE)
_TEXT8: Final = int(PropType.STRING8)
_USUAL: Final = FIXED.keys() | MANY_FIXED.keys() | MANY | {_TEXT, _TEXT8, int(PropType.BINARY), int(PropType.OBJECT)}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How values are written: `codepage` that of 8-bit text, `names` by identifier."""

    codepage: int
    names: Mapping[int, PropertyName]


def encode_list(values: Mapping[PropTag, Any], how: Encoding, extra: Pieces | None = None) -> Pieces:
    """A counted list in the order of tags; `extra` is a property that is encoded already.

    Types that the specification does not have stand last, so that those who cannot read them have read the others.
    Raises: BadValue for a value that is not of its type.
    """
    further = extra is not None and extra.size > 0
    found = Pieces(_u32(len(values) + further))
    late = Pieces()
    for tag in sorted(values):
        _put(found if tag & 0xFFFF in _USUAL else late, tag, values[tag], how)
    if further:
        assert extra is not None
        found.extend(extra)
    found.extend(late)
    return found


def _put(found: Pieces, tag: PropTag, value: Any, how: Encoding) -> None:
    kind = tag & 0xFFFF
    found.add(_u32(tag))
    if tag >> 16 >= FIRST_NAMED:
        found.add(_name(how.names.get(tag >> 16) or PropertyName(PS_MAPI, tag >> 16)))
    if kind in FIXED:
        found.add(_fixed(tag, value))
    elif kind in MANY_FIXED:
        found.add(_u32(len(_several(tag, value))) + b"".join([_fixed(tag & ~0x1000, one) for one in value]))
    elif kind in MANY:
        items = [_bytes(tag & ~0x1000, one, how) for one in _several(tag, value)]
        found.add(_u32(len(items)) + b"".join([_u32(len(one)) + one + bytes(-len(one) & 3) for one in items]))
    elif kind != PropType.NULL:
        _put_sized(found, tag, value, how)


def _put_sized(found: Pieces, tag: PropTag, value: Any, how: Encoding) -> None:
    """A single value of any size, which may not be in memory."""
    kind = tag & 0xFFFF
    before, after = b"", _NUL if kind == _TEXT else b""
    data: bytes | LargeValue
    if not isinstance(value, bytes | str | int | float | tuple) and isinstance(value, LargeValue) and kind != _TEXT8:
        data = value
        size = value.size
    else:
        data, after = _bytes(tag, value, how), b""
        size = len(data)
    if tag == PR_ATTACH_DATA_OBJ:
        before = IID_STORAGE if _begins_as_docfile(data) else IID_STREAM
    size += len(before) + len(after)
    if size > 0xFFFFFFFF:
        raise BadValue("a value has at most 4 GiB", value=size)
    found.add(_ONE + _u32(size) + before)
    found.add(data)
    found.add(after + bytes(-size & 3))


def _begins_as_docfile(data: bytes | LargeValue) -> bool:
    if isinstance(data, bytes):
        return data.startswith(DOCFILE)
    with data.open() as reader:
        return reader.read(len(DOCFILE)) == DOCFILE


def _bytes(tag: int, value: Any, how: Encoding) -> bytes:
    """A value of differing size, text with its terminator."""
    kind = tag & 0xFFFF
    if kind == _TEXT and isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass") + _NUL
    if kind == _TEXT8:
        data = encode_text(value, how.codepage) if isinstance(value, str) else value_type(kind).dump(value)
        return data + b"\0"
    return value_type(kind).dump(value)


def _fixed(tag: int, value: Any) -> bytes:
    kind = tag & 0xFFFF
    if kind in (PropType.BOOLEAN, PropType.CLSID):
        return value_type(kind).dump(value).ljust(FIXED[kind].size, b"\0")
    try:
        return FIXED[kind].pack(value)
    except (struct_error, TypeError, OverflowError):
        value_type(kind).dump(value)
        raise BadValue("not a value of its type", value=value) from None


def _several(tag: int, value: Any) -> tuple[Any, ...] | list[Any]:
    if isinstance(value, tuple | list):
        return value
    raise BadValue("several values are wanted", value=(PropTag(tag), value))


def _name(name: PropertyName) -> bytes:
    if isinstance(name.name, int):
        return name.guid + bytes(4) + _u32(name.name)
    text = name.name.encode("utf-16-le", "surrogatepass") + _NUL
    return name.guid + _ONE + _u32(len(text)) + text + bytes(-len(text) & 3)
