"""The named statements of `queries.sql`, made whole for one database: `database.sql["folder_row"]`.

A line `-- name: folder_row` starts a statement, comments below it say what it is for. Placeholders are `?`, and marks
in braces are filled by the dialect (`dialect.py`), whose own `queries.sql` takes precedence.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from mapix.providers.sqlstore.hot import COPIED_COLUMNS

_MARK: Final = "-- name: "
_COMMON: Final = {"{hot}": COPIED_COLUMNS}


def statements(dialect: str, marks: Mapping[str, str], file: str = "queries.sql") -> dict[str, str]:
    """All statements of `file` by name, in its order, with `marks` filled in."""
    own = load(f"{dialect}/{file}")
    return {name: filled(text, {**_COMMON, **marks}) for name, text in {**load(file), **own}.items()}


def filled(text: str, marks: Mapping[str, str]) -> str:
    """`text` with marks filled in."""
    for mark, meaning in marks.items():
        text = text.replace(mark, meaning)
    return text


@cache
def load(file: str) -> dict[str, str]:
    """The statements of a file of this package by name, in its order; none where there is no such file."""
    path = files(__package__).joinpath(file)
    if not path.is_file():
        return {}
    parts = (part.split("\n", 1) for part in path.read_text(encoding="utf-8").split(_MARK)[1:])
    return {name.strip(): _bare(body) for name, body in parts}


def _bare(body: str) -> str:
    lines = (line.strip() for line in body.split("\n"))
    return " ".join(line for line in lines if line and not line.startswith("--"))
