"""What a compound file is written from: a tree of nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from mapix.formats.storage import NO_CLASS
from mapix.properties.value import LargeValue

Data = bytes | LargeValue | Callable[[], IO[bytes]]
"""The bytes of a stream, or what opens a fresh reader of them; that one's size need not be known."""


@dataclass(slots=True)
class Node:
    """A storage (no `data`) with its children, or a stream. The name of the topmost is the root's, whatever it is.

    Times are FILETIME ticks; only storages keep them, a class and state bits.
    """

    name: str
    data: Data | None = None
    children: Sequence[Node] = ()
    clsid: bytes = NO_CLASS
    state_bits: int = 0
    created: int = 0
    modified: int = 0
