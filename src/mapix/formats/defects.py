"""What was odd about something read: defects beside the value, and how strictly to read.

    >>> found = Defects()
    >>> found.note("Date", "not a date", value="yesterday")
    >>> Parsed("a message", found.all).defects[0].where
    'Date'

Readers take what they can use and note the rest; a strict reader refuses instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Generic, TypeVar

from mapix.properties.errors import CorruptData, shown

T = TypeVar("T")

MOST_DEFECTS: Final = 1000
"""Hostile input can be wrong in every byte; this many defects are kept of one reading."""


class Strictness(Enum):
    """How to read: TOLERANT notes what is wrong and goes on, STRICT raises CorruptData."""

    TOLERANT = "tolerant"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that was wrong: where it stood, what it was, and what was found there, shortened."""

    where: str
    what: str
    found: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f": {self.found}" if self.found else "")


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """What a reader made of its input, and what was wrong with that input."""

    value: T
    defects: tuple[Defect, ...] = ()


@dataclass(slots=True)
class Defects:
    """Collects the defects of one reading; with STRICT the first one raises CorruptData."""

    strictness: Strictness = Strictness.TOLERANT
    found: list[Defect] = field(default_factory=list)

    def note(self, where: str, what: str, *, value: object = None) -> None:
        """Remember that at `where` something was `what`; `value` is what stood there."""
        defect = Defect(where, what, "" if value is None else shown(value))
        if self.strictness is Strictness.STRICT:
            raise CorruptData(f"{where}: {what}", value=value)
        if len(self.found) < MOST_DEFECTS:
            self.found.append(defect)

    @property
    def all(self) -> tuple[Defect, ...]:
        """What was noted, in order."""
        return tuple(self.found)
