"""COUNT restrictions over all rows of a table: the first so many rows that satisfy the child, and no more (R-016).

    rows = select(Count(3, unread), rows)

Which rows come first is the source's to say: it gives them in its own order. A COUNT somewhere inside a restriction
counts over all rows too, whatever stands around it, so that AND and OR may be turned round. Rows below a message are
not counted: there a limit of nothing matches nothing, any other is its child (`mapix.objects.restrictions.evaluate`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple, Protocol, TypeVar

from mapix.objects.restrictions.canonical import canonical
from mapix.objects.restrictions.evaluate import Cell, Matcher, Parts, compile_matcher
from mapix.properties.restriction import And, Comment, Count, Not, Or, Restriction
from mapix.properties.tag import PropTag


class TableRow(Protocol):
    """A row that restrictions can be tried on."""

    def get(self, tag: PropTag, /) -> Any:
        """The value under an identifier and type; None where it is missing."""


RowT = TypeVar("RowT", bound=TableRow)


class _Counter(NamedTuple):
    cell: Cell
    limit: int
    test: Matcher


def counts(restriction: Restriction) -> bool:
    """Whether `restriction` has a COUNT that counts over the rows of a table."""
    match restriction:
        case Count():
            return True
        case And(children) | Or(children):
            return any(map(counts, children))
        case Not(Restriction() as child) | Comment(Restriction() as child):
            return counts(child)
    return False


def select(
    restriction: Restriction, rows: Iterable[RowT], parts: Callable[[RowT], Parts | None] = lambda row: None
) -> list[RowT]:
    """Those of `rows` that satisfy `restriction`; `TooComplex` for what cannot be evaluated.

    `parts` gives the rows below a row, None where there can be none.
    """
    wanted = canonical(restriction)
    counters: list[_Counter] = []
    test = compile_matcher(_with_cells(wanted, counters))
    if not counters:
        return [row for row in rows if test(row.get, parts(row))]
    left = [counter.limit for counter in counters]
    found: list[RowT] = []
    for row in rows:
        below = parts(row)
        for place, counter in enumerate(counters):
            counter.cell.holds = left[place] > 0 and counter.test(row.get, below)
            left[place] -= counter.cell.holds
        if test(row.get, below):
            found.append(row)
    return found


def _with_cells(restriction: Restriction, counters: list[_Counter]) -> Restriction:
    """`restriction` with a cell for each COUNT, inner ones first in `counters`."""
    match restriction:
        case Count(limit, child):
            cell = Cell()
            test = compile_matcher(_with_cells(child, counters))
            counters.append(_Counter(cell, limit, test))
            return cell
        case And(children) | Or(children):
            return replace(restriction, children=tuple(_with_cells(child, counters) for child in children))
        case Not(Restriction() as child) | Comment(Restriction() as child):
            return replace(restriction, child=_with_cells(child, counters))
    return restriction
