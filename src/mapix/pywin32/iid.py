"""PyIID: a GUID as pywin32 shows it, usable wherever 16 bytes are wanted.

>>> iid = IID("{00020329-0000-0000-C000-000000000046}")
>>> iid, bytes(iid).hex()
(IID('{00020329-0000-0000-C000-000000000046}'), '2903020000000000c000000000000046')
"""

from __future__ import annotations

import ctypes
from typing import Any

from mapix.properties.errors import InvalidParameter
from mapix.properties.guid import guid, guid_text
from mapix.pywin32.errors import CO_E_CLASSSTRING, make


class PyIID(ctypes.LittleEndianStructure):
    """A GUID: equal only to another PyIID, hashable, and its 16 bytes through the buffer protocol.

    It is a structure of C because only those have a buffer on every Python this package supports.
    """

    _fields_ = (
        ("Data1", ctypes.c_uint32),
        ("Data2", ctypes.c_uint16),
        ("Data3", ctypes.c_uint16),
        ("Data4", ctypes.c_ubyte * 8),
    )

    def __str__(self) -> str:
        return guid_text(bytes(self))

    def __repr__(self) -> str:
        return f"IID('{self}')"

    def __eq__(self, other: object) -> bool:
        return bytes(self) == bytes(other) if isinstance(other, PyIID) else NotImplemented

    def __hash__(self) -> int:
        return hash(bytes(self))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"an IID does not change: {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return IID, (bytes(self), True)


def from_bytes(data: bytes) -> PyIID:
    """The PyIID of 16 bytes in little-endian GUID layout."""
    return PyIID.from_buffer_copy(data)


def IID(value: Any, is_bytes: Any = False, /) -> PyIID:
    """A PyIID from `{…}` text, from another PyIID, or with `is_bytes` from the first 16 of some bytes.

    Raises com_error CO_E_CLASSSTRING for text that is no GUID (there is no registry of ProgIDs here), ValueError for
    too few bytes, TypeError for anything else.
    """
    if is_bytes:
        data = bytes(memoryview(value))
        if len(data) < 16:
            raise ValueError(f"string too small - must be at least 16 bytes (got {len(data)})")
        return from_bytes(data[:16])
    if isinstance(value, PyIID):
        return value
    if not isinstance(value, str):
        raise TypeError(f"Only strings and iids can be converted to an IID (got {type(value).__name__})")
    return _from_text(value)


def _from_text(text: str) -> PyIID:
    reason = InvalidParameter("not a GUID, and this system has no registry of class names", value=text)
    if not (text.startswith("{") and text.endswith("}")):
        raise make(CO_E_CLASSSTRING, reason)
    try:
        return from_bytes(guid(text))
    except InvalidParameter:
        raise make(CO_E_CLASSSTRING, reason) from None
