"""What measurements share: a clock, medians, and how results are told.

A result compares what the house takes with a floor measured in the same run, so that a slow machine slows both. Each
`bench_*.py` offers `run() -> list[Result]`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

_MOST_ROUNDS: Final = 50
_ENOUGH: Final = 1.0


@dataclass(frozen=True, slots=True)
class Result:
    """One measurement: seconds (or another `unit`) of ours and of the floor, and the ratio that is wanted at most
    (None: just told).
    """

    what: str
    ours: float
    floor: float | None = None
    wanted: float | None = None
    unit: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the floor ours takes."""
        return self.ours / self.floor if self.floor else None

    @property
    def kept(self) -> bool:
        """Whether the ratio is what is wanted."""
        return self.wanted is None or (self.ratio is not None and self.ratio <= self.wanted)


def seconds(action: Callable[[], object], *, rounds: int = 5, before: Callable[[], object] | None = None) -> float:
    """The median time of `action` over some rounds; `before` is done before each and not counted."""
    return median(_once(action, before) for _ in range(rounds))


def side_by_side(ours: Callable[[], object], floor: Callable[[], object], *, rounds: int = 5) -> tuple[float, float]:
    """The median times of two actions, done in turns so that the machine's moods hit both: at least so many rounds,
    and of short actions as many as a second has room for.
    """
    pairs: list[tuple[float, float]] = []
    while len(pairs) < rounds or (len(pairs) < _MOST_ROUNDS and sum(map(sum, pairs)) < _ENOUGH):
        pairs.append((_once(ours), _once(floor)))
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def most_memory() -> int:
    """KiB that this process has had at most. What the system tells where there is no /proc may be its parent's."""
    try:
        words = Path("/proc/self/status").read_text(encoding="ascii").split()
    except OSError:
        from resource import RUSAGE_SELF, getrusage

        return getrusage(RUSAGE_SELF).ru_maxrss
    return int(words[words.index("VmHWM:") + 1])


def table(results: Sequence[Result]) -> str:
    """Results as lines of text under a heading."""
    rows = [("what", "ours", "floor", "ratio", "wanted", "")]
    for one in results:
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        wanted = "" if one.wanted is None else f"<= {one.wanted:g}"
        floor = "" if one.floor is None else shown(one.floor, one.unit)
        rows.append((one.what, shown(one.ours, one.unit), floor, ratio, wanted, "" if one.kept else "TOO MUCH"))
    widths = [max(len(row[place]) for row in rows) for place in range(6)]
    return "\n".join(
        "  ".join(_cell(*pair, place) for place, pair in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in rows
    )


def shown(value: float, unit: str = "") -> str:
    """Seconds in the unit that suits them, or a value in another unit."""
    if unit:
        return f"{value:.1f} {unit}"
    if value < 1e-3:
        return f"{value * 1e6:.1f} µs"
    return f"{value * 1e3:.2f} ms" if value < 1 else f"{value:.2f} s"


def _cell(text: str, width: int, place: int) -> str:
    return text.ljust(width) if place in (0, 5) else text.rjust(width)


def _once(action: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    if before is not None:
        before()
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
