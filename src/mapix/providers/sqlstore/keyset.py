"""Keyset paging: the conditions and orders under which rows follow a key, or stand before it.

A key is a row's place in an order: what each sort key has there, and the row's number, which tells equals apart.
Missing values come last in both directions (T-050). A page takes one statement, or two where it crosses from the rows
that have the leading key to those that lack it; without that seam the index on the leading key could not be used.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple


class OrderKey(NamedTuple):
    """One sort key as SQL."""

    sql: str
    descending: bool = False


class Leg(NamedTuple):
    """A condition with its parameters; empty for none. With `present` every row has the leading sort key."""

    sql: str = ""
    params: tuple[Any, ...] = ()
    present: bool = False


def order_by(keys: Sequence[OrderKey], number: str, *, backward: bool, present: bool = False) -> str:
    """The ORDER BY clause; `number` is the expression for a row's number. Where the leading key is `present` in all
    rows it does not matter where those without it stand: then it is where an index on falling keys has them.
    """
    terms = [
        f"{key.sql} {_direction(down, first=not down if present and not place else backward)}"
        for place, key in enumerate(keys)
        for down in (key.descending != backward,)
    ]
    return f"ORDER BY {', '.join((*terms, f'{number} DESC' if backward else number))}"


def legs(keys: Sequence[OrderKey], number: str, after: Sequence[Any], *, backward: bool, indexed: bool) -> list[Leg]:
    """The conditions for the rows that follow the key `after` (stand before it, when `backward`), in order of reading.

    `indexed` says that the leading key has an index.
    """
    places = tuple([None if value is None else place for place, value in enumerate(after)])
    found = _legs(tuple(keys), number, places, backward, indexed)
    return [Leg(leg.sql, tuple([after[place] for place in leg.params]), leg.present) for leg in found]


@lru_cache(maxsize=256)
def _legs(
    keys: tuple[OrderKey, ...], number: str, after: tuple[int | None, ...], backward: bool, indexed: bool
) -> list[Leg]:
    """The legs of all keys of one shape: of values that are there the places stand for them."""
    whole = beyond(keys, number, after, backward=backward)
    if not (indexed and keys):
        return [whole]
    lead, value = keys[0], after[0]
    if value is None:
        without = Leg(f"{lead.sql} IS NULL AND ({whole.sql})", whole.params)
        return [without, Leg(f"{lead.sql} IS NOT NULL", (), True)] if backward else [without]
    sign = "<=" if lead.descending != backward else ">="
    among = Leg(f"{lead.sql} {sign} ? AND ({whole.sql})", (value, *whole.params), True)
    return [among] if backward else [among, Leg(f"{lead.sql} IS NULL")]


def halves(keys: Sequence[OrderKey], *, backward: bool) -> list[Leg]:
    """All rows, those that have the leading key apart from those that lack it, in order of reading."""
    lead = keys[0].sql
    found = [Leg(f"{lead} IS NOT NULL", (), True), Leg(f"{lead} IS NULL")]
    return found[::-1] if backward else found


def beyond(keys: Sequence[OrderKey], number: str, after: Sequence[Any], *, backward: bool) -> Leg:
    """The condition for a row to follow the key `after`, or to stand before it."""
    if not keys:
        return Leg(f"{number} {'<' if backward else '>'} ?", (after[-1],))
    key, value = keys[0], after[0]
    rest = beyond(keys[1:], number, after[1:], backward=backward)
    if value is None:
        same = Leg(f"{key.sql} IS NULL AND ({rest.sql})", rest.params)
        return Leg(f"{key.sql} IS NOT NULL OR ({same.sql})", same.params) if backward else same
    sign = "<" if key.descending != backward else ">"
    farther = f"{key.sql} {sign} ?" + ("" if backward else f" OR {key.sql} IS NULL")
    return Leg(f"{farther} OR ({key.sql} = ? AND ({rest.sql}))", (value, value, *rest.params))


def advances(keys: Sequence[OrderKey], after: Sequence[Any], key: Sequence[Any], *, backward: bool) -> bool:
    """Whether `key` lies beyond `after`, as `beyond` asks for; values of several kinds as SQLite sorts them."""
    for order, old, new in zip(keys, after, key, strict=False):
        if old == new:
            continue
        if old is None or new is None:
            return (new is None) is not backward
        farther: bool = _rank(new) > _rank(old)
        return farther is (order.descending is backward)
    return bool(key[-1] < after[-1]) if backward else bool(key[-1] > after[-1])


def _rank(value: Any) -> tuple[int, Any]:
    return (2 if isinstance(value, bytes) else 1 if isinstance(value, str) else 0), value


def _direction(descending: bool, *, first: bool) -> str:
    return f"{'DESC' if descending else 'ASC'} NULLS {'FIRST' if first else 'LAST'}"
