"""Runs of sectors that a stream that is edited lies in, taken apart and put together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Run:
    """Sectors in a row; `owned` ones are nobody else's and may be written again."""

    first: int
    count: int
    owned: bool


def part(runs: list[Run], first: int, until: int) -> list[Run]:
    """The runs of the sectors from `first` up to `until` of a stream."""
    found, at = [], 0
    for run in runs:
        low, high = max(first, at), min(until, at + run.count)
        if low < high:
            found.append(Run(run.first + low - at, high - low, run.owned))
        at += run.count
    return found


def merged(runs: list[Run]) -> list[Run]:
    """The same runs, as few as possible."""
    found: list[Run] = []
    for run in runs:
        if found and found[-1].owned == run.owned and found[-1].first + found[-1].count == run.first:
            found[-1].count += run.count
        else:
            found.append(run)
    return found
