"""Patterns of RELOP_RE: their syntax, read into a small program (R-008).

MAPI names the comparison and leaves its patterns open. Ours are the regular expressions everybody knows, without what
could make them slow: no references back, no looking around. A pattern is found anywhere in a text, `^` and `$` tie it
to the ends, and case does not count, as nowhere in PROPERTY (R-022).

| written | matches |
|---|---|
| `a` `\\.` `\\t` `\\n` | that character |
| `.` | any character but a line feed |
| `[a-z_]` `[^0-9]` | one of these, none of these |
| `\\d` `\\w` `\\s` `\\D` `\\W` `\\S` | a digit, letter or digit or `_`, blank; or none |
| `^` `$` `\\b` `\\B` | start, end, an edge of a word, no edge |
| `x*` `x+` `x?` `x{2}` `x{2,}` `x{2,5}` | repetitions |
| `xy` `x\\|y` `(x)` `(?:x)` | one after another, one or the other, together |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from mapix.objects.restrictions.collate import fold
from mapix.properties.errors import TooComplex

LONGEST: Final = 1000
"""Characters of a pattern."""

LARGEST: Final = 400
"""Steps of a program: repetitions are written out, and each character of a text costs time by them."""

DEEPEST: Final = 20
"""How deeply groups may be nested."""

Test = Callable[[str], bool]


class Step(NamedTuple):
    """One step: a character (`test`), a fork to `targets`, an assertion (`edge`), or the end of all (none of them)."""

    test: Test | None = None
    targets: tuple[int, ...] = ()
    edge: str = ""


class Node(NamedTuple):
    """A part of a pattern: `kind` is char, edge, all, any or repeat."""

    kind: str
    value: Any = None
    parts: tuple[Node, ...] = ()


def compile_pattern(pattern: str) -> tuple[Step, ...]:
    """The program of `pattern`; `TooComplex` for what is no pattern, or one too large."""
    if len(pattern) > LONGEST:
        raise TooComplex(f"a pattern of more than {LONGEST} characters", value=pattern)
    steps: list[Step] = []
    _emit(_Reader(pattern).whole(), steps, pattern)
    steps.append(Step())
    return tuple(steps)


def is_word(letter: str) -> bool:
    """Whether a character belongs to a word."""
    return letter.isalnum() or letter == "_"


_CLASSES: Final[dict[str, Test]] = {
    "d": str.isdecimal,
    "w": is_word,
    "s": str.isspace,
    "D": lambda letter: not letter.isdecimal(),
    "W": lambda letter: not is_word(letter),
    "S": lambda letter: not letter.isspace(),
}
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_MANY: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.place = 0
        self.depth = 0

    def whole(self) -> Node:
        """All of it."""
        found = self._either()
        if self.place < len(self.pattern):
            raise self._bad("a ')' that closes nothing")
        return found

    def _either(self) -> Node:
        parts = [self._sequence()]
        while self._accept("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Node("any", None, tuple(parts))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.place < len(self.pattern) and self.pattern[self.place] not in "|)":
            parts.append(self._repeated(self._atom()))
        return Node("all", None, tuple(parts))

    def _repeated(self, node: Node) -> Node:
        while (found := self._times()) is not None:
            if node.kind == "edge":
                raise self._bad("an edge cannot be repeated")
            self._accept("?")
            node = Node("repeat", found, (node,))
        return node

    def _times(self) -> tuple[int, int | None] | None:
        letter = self.pattern[self.place : self.place + 1]
        if letter in _MANY and letter:
            self.place += 1
            return _MANY[letter]
        end = self.pattern.find("}", self.place)
        if letter != "{" or end < 0:
            return None
        low, comma, high = self.pattern[self.place + 1 : end].partition(",")
        if not low.isdecimal() or (high and not high.isdecimal()):
            raise self._bad("not a number of times", hint="{2} or {2,5}")
        least, most = int(low), (int(high) if high else None) if comma else int(low)
        if least > LARGEST or (most is not None and not least <= most <= LARGEST):
            raise self._bad("not a number of times")
        self.place = end + 1
        return least, most

    def _atom(self) -> Node:
        letter = self.pattern[self.place]
        self.place += 1
        if letter == "(":
            return self._group()
        if letter == "[":
            return Node("char", self._set())
        if letter == ".":
            return Node("char", lambda found: found != "\n")
        if letter in "^$":
            return Node("edge", letter)
        if letter in "*+?":
            self.place -= 1
            raise self._bad("nothing to repeat")
        return self._escaped() if letter == "\\" else _literal(letter)

    def _group(self) -> Node:
        if self._accept("?") and not self._accept(":"):
            raise self._bad("groups of this kind are not known", hint="(…) or (?:…)")
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._bad("groups are nested too deeply")
        found = self._either()
        if not self._accept(")"):
            raise self._bad("a group that does not end")
        self.depth -= 1
        return found

    def _escaped(self) -> Node:
        letter = self._next("a \\ with nothing behind it")
        if letter in "bB":
            return Node("edge", letter)
        if letter in _CLASSES:
            return Node("char", _CLASSES[letter])
        return _literal(self._plain(letter))

    def _plain(self, letter: str) -> str:
        """The character that an escape stands for."""
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter.isalnum():
            raise self._bad(f"\\{letter} is not known")
        return letter

    def _set(self) -> Test:
        negative = self._accept("^")
        tests: list[Test] = []
        first = True
        while first or self.pattern[self.place : self.place + 1] != "]":
            tests.append(self._member())
            first = False
        self.place += 1
        test = _one_of(tuple(tests))
        return (lambda letter: not test(letter)) if negative else test

    def _member(self) -> Test:
        low = self._set_letter()
        if not isinstance(low, str):
            return low
        if self.pattern[self.place : self.place + 1] != "-" or self.pattern[self.place + 1 : self.place + 2] == "]":
            return _caseless(low, low)
        self.place += 1
        high = self._set_letter()
        if not isinstance(high, str) or high < low:
            raise self._bad("not a range of characters", hint="[a-z]")
        return _caseless(low, high)

    def _set_letter(self) -> str | Test:
        letter = self._next("a set that does not end")
        if letter != "\\":
            return letter
        letter = self._next("a set that does not end")
        return _CLASSES[letter] if letter in _CLASSES else self._plain(letter)

    def _next(self, problem: str) -> str:
        if self.place >= len(self.pattern):
            raise self._bad(problem)
        self.place += 1
        return self.pattern[self.place - 1]

    def _accept(self, letter: str) -> bool:
        found = self.pattern[self.place : self.place + 1] == letter
        self.place += found
        return found

    def _bad(self, problem: str, hint: str = "") -> TooComplex:
        return TooComplex(f"{problem}, at column {self.place + 1} of a pattern", value=self.pattern, hint=hint)


def _literal(letter: str) -> Node:
    """A character; several where it folds to several."""
    parts = tuple(Node("char", each.__eq__) for each in fold(letter))
    return parts[0] if len(parts) == 1 else Node("all", None, parts)


def _caseless(low: str, high: str) -> Test:
    """A range of characters, in which a folded character is if one of its other cases is."""

    def test(letter: str) -> bool:
        return low <= letter <= high or low <= letter.upper() <= high or low <= letter.title() <= high

    return test


def _one_of(tests: tuple[Test, ...]) -> Test:
    return lambda letter: any(test(letter) for test in tests)


def _emit(node: Node, steps: list[Step], pattern: str) -> None:
    """Put the steps of a part behind those there are."""
    if len(steps) > LARGEST:
        raise TooComplex("a pattern that is too large when its repetitions are written out", value=pattern)
    if node.kind == "char":
        steps.append(Step(test=node.value))
    elif node.kind == "edge":
        steps.append(Step(edge=node.value))
    elif node.kind == "all":
        for part in node.parts:
            _emit(part, steps, pattern)
    elif node.kind == "any":
        _emit_any(node, steps, pattern)
    else:
        _emit_repeat(node, steps, pattern)


def _emit_any(node: Node, steps: list[Step], pattern: str) -> None:
    exits: list[int] = []
    for part in node.parts[:-1]:
        fork = len(steps)
        steps.append(Step())
        _emit(part, steps, pattern)
        exits.append(len(steps))
        steps.append(Step())
        steps[fork] = Step(targets=(fork + 1, len(steps)))
    _emit(node.parts[-1], steps, pattern)
    for place in exits:
        steps[place] = Step(targets=(len(steps),))


def _emit_repeat(node: Node, steps: list[Step], pattern: str) -> None:
    least, most = node.value
    part = node.parts[0]
    for _ in range(least):
        _emit(part, steps, pattern)
    if most is None:
        fork = len(steps)
        steps.append(Step())
        _emit(part, steps, pattern)
        steps.append(Step(targets=(fork,)))
        steps[fork] = Step(targets=(fork + 1, len(steps)))
        return
    forks: list[int] = []
    for _ in range(most - least):
        forks.append(len(steps))
        steps.append(Step())
        _emit(part, steps, pattern)
    for place in forks:
        steps[place] = Step(targets=(place + 1, len(steps)))
