"""Named properties: `(iid, number or text)` tuples."""

from __future__ import annotations

from operator import index
from typing import Any

from mapix.properties.named import PS_MAPI, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.pywin32.args import is_sequence
from mapix.pywin32.errors import signed
from mapix.pywin32.iid import IID, PyIID, from_bytes

_NOT_A_LIST = "MAPINAMEID array list be a sequence of tuples"
_NOT_A_NAME = "MAPINAMEIDArray must be a sequence of (iid, string/int) tuples"
_NOT_A_KIND = "The type of property ID is invalid - must be string/unicode or int"

Name = tuple[PyIID | None, str | int | None]
UNMAPPED = int(PropType.ERROR)


def names(value: Any) -> list[PropertyName] | None:
    """What GetIDsFromNames is asked for; None asks for everything."""
    if value is None:
        return None
    if not is_sequence(value):
        raise TypeError(_NOT_A_LIST)
    return [_name(item) for item in value]


def _name(item: Any) -> PropertyName:
    if not isinstance(item, tuple) or len(item) != 2:
        raise TypeError(_NOT_A_NAME)
    kind, name = item
    if isinstance(name, str):
        return PropertyName(bytes(IID(kind)), name)
    if not hasattr(type(name), "__index__"):
        raise TypeError(_NOT_A_KIND)
    return PropertyName(bytes(IID(kind)), index(name) & 0xFFFFFFFF)


def tag_of(identifier: int | None) -> int:
    """The tag GetIDsFromNames answers: the identifier without a type, ERROR where there is none (P-200, P-201)."""
    return UNMAPPED if identifier is None else int(PropTag.of(identifier, PropType.UNSPECIFIED))


def name_out(name: PropertyName | None) -> Name:
    """A name as scripts see it; numbers are signed, an unknown one is `(None, None)`."""
    if name is None:
        return None, None
    return from_bytes(name.guid), name.name if isinstance(name.name, str) else signed(name.name)


def fixed_name(identifier: int) -> PropertyName:
    """The name every identifier below 0x8000 has: its number in PS_MAPI (P-234)."""
    return PropertyName(PS_MAPI, identifier)
