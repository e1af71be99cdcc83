"""What the tests of edited compound files share."""

from __future__ import annotations

from typing import Any

from tests.formats.cfb.cfb_cases import RW, strictly

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.storage import Mode

TRANSACTED = RW | Mode.TRANSACTED
CLASS = bytes(range(16))


def committed(place: MemoryBytes) -> dict[str, Any]:
    return strictly(bytes(place.data))
