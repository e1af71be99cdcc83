"""Days as cards write them: `19850412`, `1985-04-12`, with or without a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from mapix.properties.times import from_datetime, readable

_DAY: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?", re.S)


def read_day(text: str) -> int | None:
    """The day as FILETIME ticks of its midnight; None for what is no day or no whole one."""
    found = _DAY.fullmatch(text.strip()[:64])
    if found is None or not text.isascii():
        return None
    try:
        return from_datetime(datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC))
    except ValueError:
        return None


def written_day(ticks: int, *, compact: bool) -> str | None:
    """The day of a FILETIME; `compact` without hyphens, as version 4.0 has it. None for what is no day."""
    found = readable(ticks)
    return None if found is None else found.strftime("%Y%m%d" if compact else "%Y-%m-%d")
