"""Rows out of a damaged database: read on behind every place that cannot be read.

    for row in readable_rows(connection, "message", ("id", "folder"), ("id",), lost):
        ...

Rows come in the order of a key. Where reading fails, the next key that can be reached is looked for, in steps that
double and then halve; what lies between is lost, and told by `lost`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from mapix.providers.sqlstore.sqlite.failures import ERRORS

_LAST: Final = (1 << 63) - 1

Lost = Callable[[str], None]
"""Hears of a place that could not be read."""


def readable_rows(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], keys: Sequence[str], lost: Lost, hint: str = ""
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table that can be read, `columns` of them, ordered by `keys`. `hint` is put behind the table's
    name (INDEXED BY).
    """
    if not keys:
        yield from _unordered(connection, f"SELECT {', '.join(columns)} FROM {table}", table, lost)
        return
    select = f"SELECT {', '.join((*keys, *columns))} FROM {table} {hint}"
    order = f"ORDER BY {', '.join(keys)}"
    width, after, first = len(keys), None, None
    while True:
        try:
            for row in connection.execute(*_from(select, order, keys, after, first)):
                after, first = row[:width], None
                yield row[width:]
            return
        except ERRORS as error:
            lost(f"{table}: {error}")
        reached = after[0] if after is not None else -1 if first is None else first
        if not isinstance(reached, int):
            return
        if after is not None and width > 1:
            yield from _one_by_one(connection, f"{select} WHERE {keys[0]} = ? AND {keys[1]}", keys, table, after, lost)
        first = _next_readable(
            connection, f"SELECT {keys[0]} FROM {table} {hint} WHERE {keys[0]} >= ? {order}", reached
        )
        if first is None:
            return
        after = None


def _unordered(connection: sqlite3.Connection, sql: str, table: str, lost: Lost) -> Iterator[tuple[Any, ...]]:
    """The rows up to the first place that cannot be read: the table has lost what they are told apart by."""
    try:
        yield from connection.execute(sql)
    except ERRORS as error:
        lost(f"{table}: {error}")


def _one_by_one(
    connection: sqlite3.Connection, select: str, keys: Sequence[str], table: str, after: Sequence[Any], lost: Lost
) -> Iterator[tuple[Any, ...]]:
    """What can be read of the rows that share the first part of a key, behind one of them."""
    try:
        sql = f"SELECT {keys[1]} FROM {table} WHERE {keys[0]} = ? AND {keys[1]} > ? ORDER BY {keys[1]}"
        found = [second for (second,) in connection.execute(sql, after[:2])]
    except ERRORS:
        return
    for second in found:
        try:
            row = connection.execute(f"{select} = ?", (after[0], second)).fetchone()
        except ERRORS as error:
            lost(f"{table}: {error}")
            continue
        if row is not None:
            yield row[len(keys) :]


def _from(
    select: str, order: str, keys: Sequence[str], after: Sequence[Any] | None, first: int | None
) -> tuple[str, Sequence[Any]]:
    """The query behind the key `after`, or from the first part `first` of a key on."""
    if first is not None:
        return f"{select} WHERE {keys[0]} >= ? {order}", (first,)
    if after is None:
        return f"{select} {order}", ()
    marks = ", ".join("?" * len(keys))
    return f"{select} WHERE ({', '.join(keys)}) > ({marks}) {order}", after


def _next_readable(connection: sqlite3.Connection, sql: str, reached: int) -> int | None:
    """The first part of a key behind `reached` from which on rows can be read; None when there is none."""
    low, step = reached, 1
    while not _works(connection, sql, reached + step):
        low = reached + step
        if low >= _LAST // 2:
            return None
        step *= 2
    high = reached + step
    while high - low > 1:
        middle = (low + high) // 2
        if _works(connection, sql, middle):
            high = middle
        else:
            low = middle
    return high


def _works(connection: sqlite3.Connection, sql: str, first: int) -> bool:
    try:
        return connection.execute(f"{sql} LIMIT 1", (first,)).fetchone() is not None
    except ERRORS:
        return False
