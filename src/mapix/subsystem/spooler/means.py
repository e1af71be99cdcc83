"""What every message's journey through the spooler is made with."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from mapix.interfaces.spi import SpoolerHook
from mapix.properties.errors import Busy, NetworkError, UnableToComplete
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler.delivery import Delivery, Pace
from mapix.subsystem.spooler.preprocessing import Preprocessors
from mapix.subsystem.spooler.reports import Reporter
from mapix.subsystem.spooler.standing import Standings
from mapix.subsystem.spooler.transports import Holds

PASSING: Final = (Busy, NetworkError, UnableToComplete)
"""What a store says whose next answer may be another one: somebody was in the way, or a connection was lost."""


@dataclass(slots=True)
class Means:
    """What journeys are made with."""

    reporter: Reporter
    pace: Pace = field(default_factory=Pace)
    hooks: Sequence[SpoolerHook] = ()
    clock: Callable[[], int] = now
    jitter: Callable[[], float] = random.random
    holds: Holds = field(default_factory=Holds)
    standings: Standings = field(default_factory=Standings)
    preprocessors: Preprocessors = field(default_factory=Preprocessors)
    unsaved: dict[tuple[bytes, int], Delivery] = field(default_factory=dict)
    """Deliveries whose last step could not be recorded; recorded first when their message comes up again."""

    def next_try(self, attempts: int) -> int:
        """When to try again after `attempts` attempts that failed for no transport's reason (FILETIME)."""
        return self.clock() + int(self.pace.pause(attempts, self.jitter()) * TICKS_PER_SECOND)
