"""The named statements of `queries.sql`: `SQL["folder_row"]`.

A line `-- name: folder_row` starts a statement, comments below it say what it is for. Placeholders are `?`, the style
of `sqlite3`; a database with another style translates them here.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

_MARK: Final = "-- name: "


def load(file: str) -> dict[str, str]:
    """The statements of a file of this package by name, in its order."""
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    parts = (part.split("\n", 1) for part in text.split(_MARK)[1:])
    return {name.strip(): _bare(body) for name, body in parts}


def _bare(body: str) -> str:
    lines = (line.strip() for line in body.split("\n"))
    return " ".join(line for line in lines if line and not line.startswith("--"))


SQL: Final = load("queries.sql")
"""Statements by name."""
