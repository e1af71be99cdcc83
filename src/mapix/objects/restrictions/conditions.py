"""Restrictions taken apart: their conditions changed, the columns they look at, and conditions decided beforehand.

Layers between a table and its source know some columns that the source does not: headings, and single values of
multi-valued columns. What they know is decided here, and the source is asked for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from mapix.objects.restrictions.evaluate import matches
from mapix.properties.restriction import (
    And,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Not,
    Or,
    Property,
    Relop,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tag import PropTag

TRUE: Final = And()
FALSE: Final = Or()

_FLIPPED: Final = {Relop.LT: Relop.GT, Relop.LE: Relop.GE, Relop.GT: Relop.LT, Relop.GE: Relop.LE}


def changed(restriction: Restriction, change: Callable[[Restriction], Restriction]) -> Restriction:
    """`restriction` with `change` applied to each condition that has no children; those below a message stay."""
    match restriction:
        case And(children) | Or(children):
            return replace(restriction, children=tuple(changed(child, change) for child in children))
        case Not(Restriction() as child) | Count(_, child) | Comment(Restriction() as child):
            return replace(restriction, child=changed(child, change))
        case Sub() | Comment(None):
            return restriction
        case _:
            return change(restriction)


def retagged(restriction: Restriction, retag: Callable[[PropTag], PropTag]) -> Restriction:
    """`restriction` with other tags in its conditions."""

    def change(condition: Restriction) -> Restriction:
        match condition:
            case CompareProps(_, left, right):
                return replace(condition, left=retag(left), right=retag(right))
            case Content(tag) | Property(_, tag) | Bitmask(tag) | Size(_, tag) | Exist(tag):
                return replace(condition, tag=retag(tag))
            case _:
                return condition

    return changed(restriction, change)


def tags_of(restriction: Restriction) -> Iterator[PropTag]:
    """The columns that the conditions of `restriction` look at, those below a message left out."""
    match restriction:
        case And(children) | Or(children):
            for child in children:
                yield from tags_of(child)
        case Not(Restriction() as child) | Count(_, child) | Comment(Restriction() as child):
            yield from tags_of(child)
        case CompareProps(_, left, right):
            yield from (left, right)
        case Content(tag) | Property(_, tag) | Bitmask(tag) | Size(_, tag) | Exist(tag):
            yield tag


def conjuncts(restriction: Restriction | None) -> tuple[Restriction, ...]:
    """The restrictions that must all hold for `restriction` to hold."""
    if restriction is None:
        return ()
    if isinstance(restriction, And):
        return tuple(part for child in restriction.children for part in conjuncts(child))
    return (restriction,)


def both(*restrictions: Restriction | None) -> Restriction | None:
    """All of them; None, which every row satisfies, where there is none."""
    parts = tuple(part for restriction in restrictions for part in conjuncts(restriction))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(parts)


def decided(restriction: Restriction, known: Mapping[PropTag, Any]) -> Restriction:
    """`restriction` for rows of which some columns are `known`, None where the value is missing."""

    def change(condition: Restriction) -> Restriction:
        tags = tuple(tags_of(condition))
        if all(tag in known for tag in tags):
            return TRUE if matches(condition, known.get) else FALSE
        if isinstance(condition, CompareProps) and any(tag in known for tag in tags):
            return _with_constant(condition, known)
        return condition

    return changed(restriction, change)


def _with_constant(condition: CompareProps, known: Mapping[PropTag, Any]) -> Restriction:
    """A comparison of two columns of which one is known; neither may be missing (R-020)."""
    is_left = condition.left in known
    value, other = known[condition.left if is_left else condition.right], condition.right if is_left else condition.left
    if value is None:
        return FALSE
    relop = _FLIPPED.get(condition.relop, condition.relop) if is_left else condition.relop
    return And((Exist(other), Property(relop, other, value)))
