"""Restrictions as SQL conditions.

A `Predicate` selects a superset of the rows its restriction does, and its residual narrows it; None where the condition
is exact. What conditions mean is `mapix.objects.restrictions.evaluate`'s to say: an absent property is smaller than
every constant, and a condition that SQL calls unknown does not hold, also for the NOT around it. Conditions without
children are in `leaves`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from mapix.objects.restrictions.evaluate import Cell, checked
from mapix.properties.restriction import And, Comment, Count, Exist, Not, Or, Property, Restriction, Sub
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_RECIPIENTS
from mapix.providers.sqlstore.expressions import Expressions, attachments, recipients
from mapix.providers.sqlstore.leaves import FALSE, TRUE, Identify, Predicate, compile_leaf, compile_present
from mapix.providers.sqlstore.textparts import combined

_MOST: Final = (1 << 63) - 1

First = Callable[[int, Predicate], Predicate]
"""The condition of being one of the first so many rows of a table that satisfy another (R-016)."""


def compile_restriction(restriction: Restriction, rows: Expressions, identify: Identify, first: First) -> Predicate:
    """`restriction` as a condition on `rows`; `TooComplex` for what cannot be evaluated at all."""
    return _Compiler(rows, identify, first).compile(checked(restriction))


def count_of(predicate: Predicate, limit: int, numbers: str, params: Sequence[Any]) -> Predicate:
    """The condition of being one of the first `limit` rows of the statement `numbers`, which selects the numbers of the
    rows that satisfy `predicate` in table order. What is not exact is left as it is, to be counted beforehand.
    """
    if predicate.residual is not None:
        return Predicate("true", (), Count(limit, predicate.residual))
    return Predicate(f"m.id IN ({numbers} LIMIT ?)", (*params, max(0, min(limit, _MOST))))


def _no_identity(tag: PropTag, value: bytes) -> None:
    return None


def _first_below(limit: int, predicate: Predicate) -> Predicate:
    """Rows below a message are not counted (`mapix.objects.restrictions.counting`)."""
    return predicate if limit > 0 else FALSE


class _Compiler:
    def __init__(
        self,
        rows: Expressions,
        identify: Identify = _no_identity,
        first: First = _first_below,
        below: PropTag | None = None,
    ) -> None:
        self.rows = rows
        self.identify = identify
        self.first = first
        self.below = below

    def compile(self, node: Restriction) -> Predicate:
        """The predicate of one restriction."""
        match node:
            case And((Exist(tag), Property(_, compared) as child)) if tag == compared and (
                found := compile_present(child, self.rows, self.identify)
            ):
                return found
            case And(children):
                return _all_of([self.compile(child) for child in children])
            case Or(children):
                return self._some_of(node, [self.compile(child) for child in children])
            case Not(child):
                return _none_of(node, self.compile(child))
            case Comment(child):
                return TRUE if child is None else self.compile(child)
            case Count(limit, child):
                return self.first(limit, self.compile(child))
            case Sub():
                return self._sub(node)
            case Cell():
                return Predicate(f"m.id IN ({', '.join(map(str, sorted(node.numbers)))})") if node.numbers else FALSE
        return compile_leaf(node, self.rows, self.identify, self.below)

    def _some_of(self, node: Or, parts: Sequence[Predicate]) -> Predicate:
        if not parts:
            return FALSE
        exact = all(part.residual is None for part in parts)
        wish = combined([part.wish for part in parts], every=False)
        return Predicate(_joined(" OR ", parts), _params(parts), None if exact else node, wish)

    def _sub(self, node: Sub) -> Predicate:
        is_recipients = node.tag == PR_MESSAGE_RECIPIENTS
        rows = (recipients if is_recipients else attachments)(self.rows.dialect)
        below = _Compiler(rows, below=node.tag).compile(node.child)
        table = "recipient r WHERE r.message" if is_recipients else "attachment a WHERE a.message"
        residual = None if below.residual is None else node
        sql = f"EXISTS (SELECT 1 FROM {table} = m.id AND ({below.sql}))"
        return Predicate(sql, below.params, residual, below.wish)


def _all_of(parts: Sequence[Predicate]) -> Predicate:
    if not parts:
        return TRUE
    left = tuple(part.residual for part in parts if part.residual is not None)
    residual = None if not left else left[0] if len(left) == 1 else And(left)
    wish = combined([part.wish for part in parts], every=True)
    span = next((part.span for part in parts if part.span is not None), None)
    return Predicate(_joined(" AND ", parts), _params(parts), residual, wish, span=span)


def _none_of(node: Not, part: Predicate) -> Predicate:
    """NOT of an exact condition; of a superset nothing can be said."""
    if part.residual is not None:
        return Predicate("true", (), node)
    return Predicate(f"NOT coalesce(({part.sql}), false)", part.params)


def _joined(word: str, parts: Sequence[Predicate]) -> str:
    return word.join(f"({part.sql})" for part in parts)


def _params(parts: Sequence[Predicate]) -> tuple[Any, ...]:
    return tuple(param for part in parts for param in part.params)
