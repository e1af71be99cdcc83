"""What SQLite asks Python for: collation, sizes, large values, conditions that SQL has no words for, and the columns
that entry identifiers make.

`fold`, `bare` and `ordered` answer bytes that compare byte by byte as `mapix.objects.restrictions.collate` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from mapix.objects.restrictions.contentmatch import without_accents
from mapix.properties.tag import PropType
from mapix.providers.sqlstore.blobs import read_whole
from mapix.providers.sqlstore.hot import folded
from mapix.providers.sqlstore.judging import has_phrase, has_word_start, judge, judge_row
from mapix.providers.sqlstore.ordered import ordered
from mapix.providers.sqlstore.values import loaded_text, stored_text

if TYPE_CHECKING:
    from mapix.interfaces.backend import (
        RowDecorator,
    )
    from mapix.providers.sqlstore.sqlite.database import SqliteDatabase


def register(database: SqliteDatabase) -> None:
    """Make the functions known to a connection."""
    make = database.connection.create_function
    make("fold", 1, _fold, deterministic=True)
    make("bare", 1, _bare, deterministic=True)
    make("bare_fold", 1, _bare_fold, deterministic=True)
    make("ordered", 2, _ordered, deterministic=True)
    make("crc32", 1, crc32, deterministic=True)
    make("tag_text", 2, _tag_text, deterministic=True)
    make("sound", 1, _sound, deterministic=True)
    make("mended", 1, _mended, deterministic=True)
    make("wide_size", 1, _wide_size, deterministic=True)
    make("has_phrase", 2, has_phrase, deterministic=True)
    make("has_word_start", 2, has_word_start, deterministic=True)
    make("judge", -1, judge, deterministic=True)
    make("judge_row", 2, judge_row, deterministic=True)
    make("large", 2, lambda blob, kind: _large(database, blob, kind))


def register_decorator(database: SqliteDatabase, decorator: RowDecorator) -> None:
    """Make `decorated(identifier, kind, number, parent)` known to a connection."""
    database.connection.create_function("decorated", 4, decorator.value)


def _fold(text: Any) -> bytes | None:
    if isinstance(text, str) and text.isascii():  # what `folded` does, for every row that is sorted
        return text.lower().encode()
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


def _large(database: SqliteDatabase, blob: int, kind: int) -> Any:
    data = read_whole(database, blob)
    return stored_text(data.decode("utf-16-le", "surrogatepass")) if kind == PropType.UNICODE else data


def _ordered(kind: int, data: Any) -> bytes | None:
    return None if data is None else ordered(kind, data)


def _tag_text(prop_id: int, kind: int) -> str:
    return f"0x{prop_id:04X}{kind:04X}"
