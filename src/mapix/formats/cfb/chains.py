"""Chains of sectors: a FAT or mini FAT read as runs, each sector given to one chain only.

    >>> chains = Chains(array("I", [1, 2, 0xFFFFFFFE, 0xFFFFFFFF]))
    >>> chains.claim(0)
    ([(0, 3)], '')
    >>> chains.claim(1)
    ([], 'it shares sectors with another chain')

A table is mostly `n -> n + 1`, so it is looked at by its breaks: finding a run is one bisection, whatever its length.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import compress
from operator import ne
from typing import Final

from mapix.formats.cfb.layout import ENDOFCHAIN, FREESECT

Runs = list[tuple[int, int]]
"""First sector and number of sectors of each run, in the order of the chain."""

SHARED: Final = "it shares sectors with another chain"
CYCLE: Final = "it comes back to itself"
OUTSIDE: Final = "it leaves the file"


class Chains:
    """The chains of one table. Every claim takes time in proportion to the runs it finds."""

    __slots__ = ("breaks", "count", "marks", "table")

    def __init__(self, table: array[int]) -> None:
        self.table = table
        self.count = len(table)
        self.breaks = breaks_of(table)
        self.marks = bytearray(self.count)

    def claim(self, start: int) -> tuple[Runs, str]:
        """The runs of the chain from `start` to its end, and what is wrong with it ("" when nothing is).

        Where something is wrong, the runs go as far as the chain is whole and nobody else's.
        """
        runs: Runs = []
        while start < self.count:
            last = self.breaks[bisect_left(self.breaks, start)]
            taken = self.marks.find(1, start, last + 1)
            if taken >= 0:
                return self._cut(runs, start, taken)
            self._take(runs, start, last + 1 - start)
            start = self.table[last]
        return runs, "" if start == ENDOFCHAIN else OUTSIDE

    def release(self, runs: Runs) -> None:
        """Give back what was claimed."""
        for start, length in runs:
            self.marks[start : start + length] = bytes(length)

    def shared(self, start: int, count: int) -> Runs:
        """The first `count` sectors from `start` on whoever has them, as far as they do not come back to themselves."""
        runs: Runs = []
        seen: dict[int, int] = {}
        while start < self.count and count > 0:
            last = self.breaks[bisect_left(self.breaks, start)]
            until = seen.get(last, last + 1)
            if until > start:
                runs.append((start, min(until - start, count)))
                count -= until - start
            if last in seen:
                break
            seen[last] = start
            start = self.table[last]
        return runs

    def _cut(self, runs: Runs, start: int, taken: int) -> tuple[Runs, str]:
        mine = any(first <= taken < first + length for first, length in runs)
        if taken > start:
            self._take(runs, start, taken - start)
        return runs, CYCLE if mine else SHARED

    def _take(self, runs: Runs, start: int, length: int) -> None:
        self.marks[start : start + length] = b"\1" * length
        runs.append((start, length))


def breaks_of(table: array[int]) -> array[int]:
    """Where the successor of a sector is not simply the next one; the last sector always is a break."""
    count = len(table)
    found = array("I", compress(range(count), map(ne, table, range(1, count + 1))))
    if count and table[-1] == count:
        found.append(count - 1)
    return found


def straight_chains(table: array[int], breaks: array[int]) -> dict[int, int] | None:
    """First and last sector of every chain, where all lie in one piece each; None where they do not."""
    chains: dict[int, int] = {}
    start = 0
    for last in breaks:
        after = table[last]
        if after == ENDOFCHAIN:
            chains[start] = last
        elif after != FREESECT or start != last:
            return None
        start = last + 1
    return chains


def length_of(runs: Runs) -> int:
    """How many sectors the runs have."""
    return sum(length for _, length in runs)
