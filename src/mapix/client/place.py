"""Where a saved message lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mapix.interfaces.message import Message as MapiMessage


@dataclass(frozen=True, slots=True)
class Place:
    """Where a saved message lies: how to open it, and the folder it belongs to."""

    entry_id: bytes
    open: Callable[[], MapiMessage]
    delete: Callable[[bool], None]
    move: Callable[[Any], None]
    copy: Callable[[Any], None]
    restore: Callable[[], None]
