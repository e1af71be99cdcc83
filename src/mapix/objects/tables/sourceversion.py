"""Whether the rows of a source may have changed since the last look."""

from __future__ import annotations

from typing import Any

from mapix.interfaces.rows import RowSource, TableType


def version_of(source: RowSource) -> Any:
    """A value that changes whenever rows may have; None for a live source that does not tell."""
    version = getattr(source, "version", None)
    if version is not None:
        return version()
    return 0 if source.table_type == TableType.SNAPSHOT else None
