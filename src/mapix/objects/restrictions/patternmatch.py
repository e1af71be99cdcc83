"""Patterns of RELOP_RE at work: whether one is found in a text, in time that only grows with the text (R-008).

    >>> found = pattern_test("re: .*budget [0-9]{4}")
    >>> found("Re: the budget 2026"), found("no budget")
    (True, False)

All ways of going on are followed at once, as bits of a number; where a set of them was met before with the same
character, what came of it is remembered. No pattern makes that slow: a character of a text costs some microseconds at
worst, whatever the pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from mapix.objects.restrictions.collate import fold
from mapix.objects.restrictions.pattern import Step, compile_pattern, is_word

_CHUNK: Final = 8
_MOST_REMEMBERED: Final = 20_000
_OUTSIDE: Final = 2
"""Before the first character and behind the last; else 1 for a word's character, 0 for another."""


@lru_cache(maxsize=64)
def pattern_test(pattern: str) -> Callable[[str], bool]:
    """A function that says whether `pattern` is found in a text; `TooComplex` for what is no pattern."""
    return _Program(compile_pattern(pattern)).found


class _Program:
    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.steps = steps
        self.last = 1 << (len(steps) - 1)
        self._letters: dict[str, int] = {}
        self._reached: dict[tuple[int, int, int, int], int] = {}
        self._next: dict[tuple[int, int], dict[str, int]] = {}
        self._remembered = 0

    def found(self, text: str) -> bool:
        """Whether the program comes to its end somewhere in `text`."""
        state, before, known = 1, _OUTSIDE, self._known(1, _OUTSIDE)
        for letter in fold(text):
            following = known.get(letter)
            if following is None:
                following = known[letter] = self._step(state, before, letter)
            if following < 0:
                return True
            state, before = following >> 1, following & 1
            known = self._next.get((state, before)) or self._known(state, before)
        return bool(self._reach(state, before, _OUTSIDE) & self.last)

    def _known(self, state: int, before: int) -> dict[str, int]:
        """What comes after a set of steps, by character."""
        if self._remembered > _MOST_REMEMBERED:
            self._next.clear()
            self._remembered = 0
        return self._next.setdefault((state, before), {})

    def _step(self, state: int, before: int, letter: str) -> int:
        """The steps after a character, with whether it belongs to a word as the last bit; -1 at the end."""
        self._remembered += 1
        word = int(is_word(letter))
        reached = self._reach(state, before, word)
        if reached & self.last:
            return -1
        return ((reached & self._matching(letter)) << 1 | 1) << 1 | word

    def _matching(self, letter: str) -> int:
        """The steps that take a character."""
        found = self._letters.get(letter)
        if found is None:
            if len(self._letters) > _MOST_REMEMBERED:
                self._letters.clear()
            tests = enumerate(step.test for step in self.steps)
            found = sum(1 << place for place, test in tests if test is not None and test(letter))
            self._letters[letter] = found
        return found

    def _reach(self, state: int, before: int, after: int) -> int:
        """The steps that wait for a character, from a set of steps, between two characters of these kinds."""
        found = place = 0
        while state:
            chunk = state & 0xFF
            if chunk:
                key = (place, chunk, before, after)
                there = self._reached.get(key)
                if there is None:
                    there = self._reached[key] = self._walk(place, chunk, before, after)
                found |= there
            state >>= _CHUNK
            place += _CHUNK
        return found

    def _walk(self, place: int, chunk: int, before: int, after: int) -> int:
        waiting = [place + bit for bit in range(_CHUNK) if chunk >> bit & 1]
        seen = found = 0
        while waiting:
            here = waiting.pop()
            if seen >> here & 1:
                continue
            seen |= 1 << here
            step = self.steps[here]
            if step.targets:
                waiting += step.targets
            elif not step.edge:
                found |= 1 << here
            elif _holds(step.edge, before, after):
                waiting.append(here + 1)
        return found


def _holds(edge: str, before: int, after: int) -> bool:
    if edge == "^":
        return before == _OUTSIDE
    if edge == "$":
        return after == _OUTSIDE
    return ((before == 1) != (after == 1)) == (edge == "b")
