"""The numbered scripts in `schema` that make a database's schema, each applied once and never changed afterwards."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def migrations(dialect: str) -> tuple[str, ...]:
    """The scripts for a dialect, in order."""
    folder = files(__package__).joinpath("schema", dialect)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
