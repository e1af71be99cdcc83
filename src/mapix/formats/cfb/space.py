"""Which sectors of a file are taken: by what is committed, or by what is about to be.

    >>> space = Space(bytearray(b"\\1\\0\\0\\1"))
    >>> space.take(3)
    [(4, 3)]

A sector that the committed state uses is never given out, so what is written never eats what a crash falls back to.
"""

from __future__ import annotations

from typing import Final

from mapix.formats.cfb.chains import Runs
from mapix.formats.storageerrors import MediumFull

_WORTHWHILE: Final = 64
"""Sectors of a hole that is long enough for a piece of something longer."""


class Space:
    """Marks of sectors, 1 where taken; behind the last mark all are free up to `most`. `locks` is never given out."""

    def __init__(self, taken: bytearray, *, most: int = 0xFFFFFFF0, locks: int = -1) -> None:
        self.taken = taken
        self.most = most
        self.locks = locks
        self._low = 0

    def take(self, count: int, *, behind: int = -1, tight: bool = False) -> Runs:
        """Take sectors: in one piece where possible, at best directly behind sector `behind`.

        `tight` fills every hole from the start of the file on. Raises: MediumFull.
        """
        runs: Runs = []
        try:
            if 0 <= behind < len(self.taken) and not tight:
                count -= self._take_at(runs, behind + 1, count)
            while count:
                start = self._hole(count, tight)
                count -= self._take_at(runs, start, count)
        except MediumFull:
            self.free(runs)
            raise
        return runs

    def free(self, runs: Runs) -> None:
        """Give sectors back."""
        for first, count in runs:
            self.taken[first : first + count] = bytes(count)
            self._low = min(self._low, first)
        self.trim()

    def mark(self, runs: Runs) -> None:
        """Mark sectors as taken, whatever they were."""
        for first, count in runs:
            if first + count > len(self.taken):
                self.taken.extend(bytes(first + count - len(self.taken)))
            self.taken[first : first + count] = b"\1" * count

    def trim(self) -> None:
        """Forget free sectors at the end."""
        del self.taken[self.taken.rfind(1) + 1 :]

    def _hole(self, count: int, tight: bool) -> int:
        """Where a run of free sectors begins that is worth taking."""
        taken = self.taken
        place = self._low = _found(taken.find(0, self._low), taken)
        wanted = 1 if tight else min(count, _WORTHWHILE)
        while place < len(taken):
            end = _found(taken.find(1, place), taken)
            if end - place >= wanted:
                return place
            place = _found(taken.find(0, end), taken)
        return place if tight or place + count <= self.most else self._hole(count, True)

    def _take_at(self, runs: Runs, start: int, count: int) -> int:
        """Take what is free from `start` on, at most `count`; how many these were."""
        self._skip_locks(start)
        if start == self.locks:
            start += 1
        taken = self.taken
        end = taken.find(1, start, start + count)
        got = count if end < 0 else end - start
        if start <= self.locks < start + got:
            got = self.locks - start
        if start + got > self.most:
            raise MediumFull("the file can become no larger", value=start + got, hint="version 4")
        if got > 0:
            self.mark([(start, got)])
            runs.append((start, got))
        return got

    def _skip_locks(self, start: int) -> None:
        if start == self.locks:
            self.mark([(self.locks, 1)])


def _found(place: int, taken: bytearray) -> int:
    return place if place >= 0 else len(taken)
