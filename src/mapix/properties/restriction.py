"""Restrictions: what a row must look like, as a tree of frozen values (R-001).

    >>> from mapix.properties.tag import PropTag
    >>> subject = PropTag(0x0037001F)
    >>> unread = Bitmask(PropTag(0x0E070003), 1, nonzero=False)
    >>> wanted = Content(subject, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE) & unread
    >>> isinstance(wanted, And)
    True

What they mean is written in `mapix.objects.restrictions.evaluate`; providers may compile them into their own language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any

from mapix.properties.tag import PropTag


class Relop(IntEnum):
    """How a property is compared with a constant: *property relop constant* (R-006, R-008, R-009)."""

    LT = 0
    LE = 1
    GT = 2
    GE = 3
    EQ = 4
    NE = 5
    RE = 6
    MEMBER_OF_DL = 100


class Fuzzy(IntFlag):
    """How CONTENT matches: one of the first five, with any of the others (R-005)."""

    FULLSTRING = 0
    SUBSTRING = 1
    PREFIX = 2
    PREFIX_ON_ANY_WORD = 0x10
    PHRASE_MATCH = 0x20
    IGNORECASE = 0x10000
    IGNORENONSPACE = 0x20000
    LOOSE = 0x40000


class Restriction:
    """Base of all restrictions; `&`, `|` and `~` build trees, `str` writes them as people do (`mapix.parse_where`)."""

    __slots__ = ()

    def __and__(self, other: Restriction) -> And:
        if not isinstance(other, Restriction):
            return NotImplemented
        return And((*_parts(self, And), *_parts(other, And)))

    def __or__(self, other: Restriction) -> Or:
        if not isinstance(other, Restriction):
            return NotImplemented
        return Or((*_parts(self, Or), *_parts(other, Or)))

    def __invert__(self) -> Restriction:
        return self.child if isinstance(self, Not) else Not(self)

    def __str__(self) -> str:
        from mapix.properties.where.printer import print_where

        return print_where(self)

    def __repr__(self) -> str:
        return f"parse_where({str(self)!r})"


@dataclass(frozen=True, slots=True, repr=False)
class And(Restriction):
    """True when every child is; without children true (R-003)."""

    children: tuple[Restriction, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Or(Restriction):
    """True when some child is; without children false (R-003, R-004)."""

    children: tuple[Restriction, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Not(Restriction):
    """True when the child is false (R-004)."""

    child: Restriction


@dataclass(frozen=True, slots=True, repr=False)
class Content(Restriction):
    """Text or bytes found in, at the start of, or equal to a property (R-005)."""

    tag: PropTag
    value: str | bytes
    fuzzy: int = Fuzzy.FULLSTRING


@dataclass(frozen=True, slots=True, repr=False)
class Property(Restriction):
    """A property compared with a constant; an absent one is smaller than everything (R-006, R-007, R-020)."""

    relop: Relop
    tag: PropTag
    value: Any


@dataclass(frozen=True, slots=True, repr=False)
class CompareProps(Restriction):
    """Two properties of one row compared (R-010)."""

    relop: Relop
    left: PropTag
    right: PropTag


@dataclass(frozen=True, slots=True, repr=False)
class Bitmask(Restriction):
    """Some bit of `mask` is set (`nonzero`), or none is; LONG properties only (R-011)."""

    tag: PropTag
    mask: int
    nonzero: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class Size(Restriction):
    """The size of a value in bytes compared with `size` (R-012)."""

    relop: Relop
    tag: PropTag
    size: int


@dataclass(frozen=True, slots=True, repr=False)
class Exist(Restriction):
    """The row has the property (R-013)."""

    tag: PropTag


@dataclass(frozen=True, slots=True, repr=False)
class Sub(Restriction):
    """Some recipient or attachment of the message satisfies the child (R-014)."""

    tag: PropTag
    child: Restriction


@dataclass(frozen=True, slots=True, repr=False)
class Comment(Restriction):
    """A child with notes that do not count; true without a child (R-015)."""

    child: Restriction | None = None
    notes: tuple[tuple[PropTag, Any], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Annotation(Comment):
    """A comment by another number, for whoever made it; it means the same (R-016)."""


@dataclass(frozen=True, slots=True, repr=False)
class Count(Restriction):
    """The child, matching at most `limit` rows (R-016)."""

    limit: int
    child: Restriction


def _parts(restriction: Restriction, kind: type[And | Or]) -> tuple[Restriction, ...]:
    return restriction.children if isinstance(restriction, kind) else (restriction,)
