"""Statements as PostgreSQL has them, and what can be seen of them. Each is looked at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_VALUES: Final = "VALUES ("


@lru_cache(maxsize=4096)
def numbered(sql: str) -> bytes:
    """`sql` with its placeholders numbered."""
    head, *rest = sql.split("?")
    return "".join((head, *(f"${place}{part}" for place, part in enumerate(rest, 1)))).encode()


@lru_cache(maxsize=512)
def for_several(sql: str, count: int) -> bytes | None:
    """The statement that inserts several rows at once; None where there is nothing like it."""
    head, mark, rest = sql.partition(_VALUES)
    row, end, tail = rest.partition(")")
    if not (mark and end and count) or row.strip("?, "):
        return None
    return numbered(f"{head}{_VALUES}{'), ('.join([row] * count)}){tail}")


@lru_cache(maxsize=4096)
def needs_counts(sql: str) -> bool:
    """Whether a statement looks at counts of folders, or may check them."""
    return "_count" in sql or sql.startswith(("UPDATE folder", "DELETE FROM folder"))
