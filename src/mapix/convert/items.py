"""One message to be converted: where it lies, what it is called, and where it goes. Items travel to workers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Where the bytes of an item are."""

    FILE = "file"
    SPAN = "span"
    MBOX = "mbox"
    ZIP = "zip"
    BYTES = "bytes"
    STORE = "store"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Item:
    """One source.

    `name` is what the manifest calls it and the same at every run: a path, and within it a place (`a.zip!b.eml`,
    `a.mbox#3`). `target` is where it goes below the output, without suffix. `path`, `start`, `size` and `member` say
    where the bytes are; `weight` is their share of what has to be read, for the progress. `error` tells of a BROKEN one
    why it cannot be read.
    """

    name: str
    target: str
    kind: Kind = Kind.FILE
    path: str = ""
    start: int = 0
    size: int = 0
    member: str = ""
    data: bytes = b""
    weight: int = 0
    error: str = ""
    code: str = ""

    @property
    def label(self) -> str:
        """The last part of the name, by whose ending the format is known."""
        return self.member if self.kind in (Kind.ZIP, Kind.BYTES) else self.path
