"""The named statements of `queries.sql`: `SQL["folder_row"]`.

A line `-- name: folder_row` starts a statement, a comment below it says what it is for. Placeholders are `?`, the
style of `sqlite3`; a database with another style translates them here.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

_MARK: Final = "-- name: "


@cache
def _statements() -> dict[str, str]:
    text = files(__package__).joinpath("queries.sql").read_text(encoding="utf-8")
    parts = (part.split("\n", 1) for part in text.split(_MARK)[1:])
    return {name.strip(): _bare(body) for name, body in parts}


def _bare(body: str) -> str:
    lines = (line.strip() for line in body.split("\n"))
    return " ".join(line for line in lines if line and not line.startswith("--"))


SQL: Final = _statements()
"""Statements by name."""
