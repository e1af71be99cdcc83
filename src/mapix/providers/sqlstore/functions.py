"""What the database asks Python for: collation, sizes, large values, and the columns that entry identifiers make.

`fold`, `bare` and `ordered` answer bytes that compare byte by byte as `mapix.objects.collate` says; a database without
functions of ours would leave such conditions to the residual.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from mapix.objects.collate import value_key
from mapix.objects.contentmatch import without_accents
from mapix.properties.codec import load
from mapix.properties.tag import MV_FLAG, PropType
from mapix.providers.sqlstore.blobs import read_whole
from mapix.providers.sqlstore.hot import folded
from mapix.providers.sqlstore.values import FLOAT_TYPES, loaded_text, stored_text

if TYPE_CHECKING:
    from mapix.interfaces.backend import (
        RowDecorator,
    )
    from mapix.providers.sqlstore.database import Database

_BIG: Final = Struct(">Q")
_DOUBLE: Final = Struct(">d")
_SIGN: Final = 1 << 63
_ALL: Final = (1 << 64) - 1


def register(database: Database) -> None:
    """Make the functions known to a connection."""
    make = database.connection.create_function
    make("fold", 1, _fold, deterministic=True)
    make("bare", 1, _bare, deterministic=True)
    make("bare_fold", 1, _bare_fold, deterministic=True)
    make("ordered", 2, _ordered, deterministic=True)
    make("sound", 1, _sound, deterministic=True)
    make("mended", 1, _mended, deterministic=True)
    make("wide_size", 1, _wide_size, deterministic=True)
    make("large", 2, lambda blob, kind: _large(database, blob, kind))


def register_decorator(database: Database, decorator: RowDecorator) -> None:
    """Make `decorated(identifier, kind, number, parent)` known to a connection."""
    database.connection.create_function("decorated", 4, decorator.value)


def _fold(text: Any) -> bytes | None:
    return None if text is None else folded(loaded_text(text))


def _bare(text: Any) -> bytes | None:
    return None if text is None else without_accents(loaded_text(text)).encode("utf-8", "surrogatepass")


def _bare_fold(text: Any) -> bytes | None:
    return None if text is None else folded(without_accents(loaded_text(text)))


def _sound(data: bytes) -> bool:
    """Whether bytes are text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mended(data: bytes | None) -> Any:
    """Bytes as the text they are, or were: what cannot be read is replaced by a mark."""
    if data is None:
        return None
    try:
        return stored_text(data.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _wide_size(text: Any) -> int | None:
    return None if text is None else len(loaded_text(text).encode("utf-16-le", "surrogatepass"))


def _large(database: Database, blob: int, kind: int) -> Any:
    data = read_whole(database, blob)
    return stored_text(data.decode("utf-16-le", "surrogatepass")) if kind == PropType.UNICODE else data


def _ordered(kind: int, data: Any) -> bytes | None:
    """Several values as bytes in their order: value by value, a shorter row of values first (T-052)."""
    if data is None:
        return None
    base = kind & ~MV_FLAG
    one = _writer(base)
    return b"".join(b"\1" + one(value) for value in value_key(kind)(load(kind, data)))


def _writer(base: int) -> Callable[[Any], bytes]:
    if base == PropType.UNICODE:
        return lambda text: _ended(text.encode("utf-8", "surrogatepass"))
    if base in FLOAT_TYPES:
        return _float
    if base in (PropType.BINARY, PropType.STRING8):
        return _ended
    return bytes if base == PropType.CLSID else lambda number: _BIG.pack(number + _SIGN)


def _float(number: float) -> bytes:
    bits = int.from_bytes(_DOUBLE.pack(number + 0.0), "big")
    return _BIG.pack(bits ^ _ALL if bits & _SIGN else bits | _SIGN)


def _ended(data: bytes) -> bytes:
    """Bytes of any length, so that what follows them does not count before they end."""
    return data.replace(b"\0", b"\0\xff") + b"\0\0"
