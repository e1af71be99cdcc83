"""What is wrong with the text of a restriction, and where."""

from __future__ import annotations

from collections.abc import Iterable

from mapix.properties.errors import InvalidParameter, MapiError

_SHOWN = 30


class WhereError(InvalidParameter):
    """The text of a restriction cannot be understood at `column`, counted from 1; `expected` says what would be.

    `source` is the whole text; `pointer()` two lines for a terminal, the text and a mark under the place.
    """

    def __init__(self, problem: str, source: str, column: int, *, expected: str = "", hint: str = "") -> None:
        text = f"{problem} at column {column}" + (f"; expected {expected}" if expected else "")
        super().__init__(text, value=_excerpt(source, column), hint=hint)
        self.problem = problem
        self.source = source
        self.column = column
        self.expected = expected

    def pointer(self) -> str:
        """The text and, below it, a mark under the place."""
        start = max(0, self.column - 1 - 2 * _SHOWN)
        line = self.source[start : self.column - 1 + 2 * _SHOWN].replace("\n", " ").replace("\t", " ")
        return f"{line}\n{' ' * (self.column - 1 - start)}^"

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.problem, self.source, self.column, self.expected, self.hint)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint with the known words nearest to `word`, empty where none is near."""
    from difflib import get_close_matches

    plain = {each.casefold(): each for each in known}
    close = get_close_matches(word.casefold(), list(plain), n=3, cutoff=0.7)
    return f"did you mean {' or '.join(plain[each] for each in close)}?" if close else ""


def _excerpt(source: str, column: int) -> str:
    """The part of the text around a place."""
    start, end = max(0, column - 1 - _SHOWN), column - 1 + _SHOWN
    return ("…" if start else "") + source[start:end] + ("…" if end < len(source) else "")


def _again(problem: str, source: str, column: int, expected: str, hint: str) -> MapiError:
    return WhereError(problem, source, column, expected=expected, hint=hint)
