"""Everything the format asks for that does not hinder reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapix.formats.cfb.reader import CompoundFile


def examine(file: CompoundFile) -> None:
    """Note what is wrong."""
