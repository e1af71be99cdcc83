"""Room on disk for what is too large for memory."""

from __future__ import annotations

from typing import IO


def scratch_file() -> IO[bytes]:
    """An empty file without a name. It is its user's to close, and goes when it is closed or its process dies."""
    from tempfile import TemporaryFile

    return TemporaryFile()
