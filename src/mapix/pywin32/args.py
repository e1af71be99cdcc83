"""Kinds of arguments: what a script may pass for a number, a string, an identifier; the exceptions are pywin32's.

Each function takes what the script passed and gives what the interfaces below want. Wrong kinds are `TypeError`,
numbers that do not fit `OverflowError`, flags nobody defined `MAPI_E_UNKNOWN_FLAGS` (GEN-4).
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from mapix.interfaces.prop import Access
from mapix.properties.codepage import decode_text, encode_text
from mapix.properties.errors import UnknownFlags
from mapix.properties.flags import (
    MAPI_BEST_ACCESS,
    MAPI_DEFERRED_ERRORS,
    MAPI_MODIFY,
    MAPI_UNICODE,
)
from mapix.pywin32.iid import IID, PyIID

NONE_STRING = "None is not a valid string in this context"
COMMON_FLAGS = MAPI_UNICODE | MAPI_DEFERRED_ERRORS


def int32(value: Any) -> int:
    """A signed 32-bit number: `l` and `i` arguments."""
    number = index(value)
    if not -(1 << 31) <= number < 1 << 31:
        raise OverflowError("Python int too large to convert to C long")
    return number


def int64(value: Any) -> int:
    """A signed 64-bit number."""
    number = index(value)
    if not -(1 << 63) <= number < 1 << 63:
        raise OverflowError("Python int too large to convert to C long long")
    return number


def uint32(value: Any) -> int:
    """An unsigned 32-bit number, taken modulo 2**32: `k` arguments."""
    return index(value) & 0xFFFFFFFF


def pointer(value: Any) -> int:
    """An unsigned number of a pointer's size."""
    number = index(value)
    if not 0 <= number < 1 << 64:
        raise OverflowError("can't convert negative int to unsigned")
    return number


def flags(value: Any, allowed: int = 0, *, common: int = COMMON_FLAGS) -> int:
    """A flag word, unsigned; the top bit may be spelled either way.

    `allowed` are the bits the call defines, `common` those every call takes. Another bit is UnknownFlags (GEN-4).
    """
    number = index(value)
    if not -(1 << 31) <= number < 1 << 32:
        raise OverflowError("Python int too large to convert to C long")
    number &= 0xFFFFFFFF
    if number & ~(allowed | common):
        raise UnknownFlags("this call does not define these flags", value=f"0x{number & ~(allowed | common):X}")
    return number


def bits(value: Any) -> int:
    """32 bits whose meaning others judge, unsigned; the top bit may be spelled either way."""
    return flags(value, 0xFFFFFFFF)


def reserved(*values: Any) -> None:
    """Numbers that mean nothing."""
    for value in values:
        int32(value)


def wide(flag_word: int) -> bool:
    """Whether MAPI_UNICODE asks for wide strings (GEN-6)."""
    return bool(flag_word & MAPI_UNICODE)


def access(flag_word: int, modify: int = MAPI_MODIFY) -> Access:
    """What flags of an opening call ask for (GEN-12)."""
    if flag_word & MAPI_BEST_ACCESS:
        return Access.BEST
    return Access.MODIFY if flag_word & modify else Access.READ


def entry_id(value: Any) -> bytes:
    """An entry identifier: bytes only."""
    if not isinstance(value, bytes):
        raise TypeError("EntryID must be a string")
    return bytes(value)


def entry_id_or_none(value: Any) -> bytes | None:
    """An entry identifier or None."""
    if value is not None and not isinstance(value, bytes):
        raise TypeError("EntryID must be a string or None")
    return value


def buffer(value: Any) -> bytes:
    """Anything with bytes in it; text as UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8")
    try:
        return bytes(memoryview(value))
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(value).__name__}'") from None


def buffer_or_none(value: Any) -> bytes | None:
    """As `buffer`, or None."""
    return None if value is None else buffer(value)


def chars(value: Any) -> bytes:
    """8-bit characters: bytes, or text in the ANSI code page."""
    if isinstance(value, bytes):
        return value
    return encode_text(wstr(value))


def chars_or_none(value: Any) -> bytes | None:
    """As `chars`, or None."""
    return None if value is None else chars(value)


def wstr(value: Any) -> str:
    """Text and nothing else."""
    if value is None:
        raise TypeError(NONE_STRING)
    if not isinstance(value, str):
        raise TypeError(f"Objects of type '{type(value).__name__}' can not be converted to Unicode.")
    return value


def wstr_or_none(value: Any) -> str | None:
    """As `wstr`, or None."""
    return None if value is None else wstr(value)


def mapistr(value: Any, flag_word: int) -> str:
    """A string whose width the call's flags tell: text with MAPI_UNICODE, otherwise text or ANSI bytes (GEN-6)."""
    return decode_text(value) if isinstance(value, bytes) and not wide(flag_word) else wstr(value)


def mapistr_or_none(value: Any, flag_word: int) -> str | None:
    """As `mapistr`, or None."""
    return None if value is None else mapistr(value, flag_word)


def ignored_text(value: Any) -> None:
    """A `z` argument that nobody reads: text without a NUL, or None."""
    if value is not None:
        utf8str(value)


def utf8str(value: Any) -> str:
    """An `s` argument: text without a NUL."""
    text = wstr(value)
    if "\0" in text:
        raise ValueError("embedded null character")
    return text


def iid(value: Any) -> PyIID:
    """An interface or class identifier: a PyIID or its text."""
    return IID(value)


def iid_or_none(value: Any) -> PyIID | None:
    """As `iid`, or None."""
    return None if value is None else IID(value)


def uid(value: Any) -> bytes:
    """The 16 bytes of a MAPIUID given as an IID."""
    return bytes(IID(value))


def is_sequence(value: Any) -> bool:
    """Whether C's sequence protocol takes it: lists, tuples, strings and the like, not dictionaries, views or sets."""
    if isinstance(value, Sequence):
        return True
    return hasattr(type(value), "__getitem__") and hasattr(type(value), "__len__") and not isinstance(value, dict)


def iids_or_none(value: Any) -> list[PyIID]:
    """A sequence of identifiers; None is an empty one."""
    if value is None:
        return []
    if not is_sequence(value):
        raise TypeError("a sequence of IIDs is required")
    return [IID(item) for item in value]
