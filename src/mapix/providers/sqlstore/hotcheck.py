"""Columns of messages that repeat a property, held against the properties they repeat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mapix.interfaces.care import Finding
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.hot import HOT, Hot
from mapix.providers.sqlstore.statements import filled

MOST: Final = 100
"""Findings of one kind that are told one by one."""


def wrong_columns(database: Database) -> Iterator[Finding]:
    """Columns that do not repeat their property rows, and folded copies that are not those of their properties."""
    show = database.dialect.readable
    for hot in HOT:
        truth = _truth(database, hot)
        sql = f"SELECT id, {show(hot.name)}, {show(truth)} FROM message WHERE {_is_wrong(database, hot)} LIMIT {MOST}"
        for number, found, wanted in database.rows(filled(sql, database.marks)):
            detail = f"{hot.name} is {told(found)!r}, the property {told(wanted)!r}"
            yield Finding("column not like its property", number, detail)


def repair_column(database: Database, hot: Hot) -> None:
    """Let a column and its folded copy repeat the property again."""
    columns = f"{hot.name} = {_truth(database, hot)}"
    if hot.folded:
        columns += f", {hot.key} = {_truth(database, hot, key=True)}"
    database.run(filled(f"UPDATE message SET {columns} WHERE {_is_wrong(database, hot)}", database.marks))


def _is_wrong(database: Database, hot: Hot) -> str:
    wrong = f"NOT ({hot.name} {{same}} {_truth(database, hot)})"
    if hot.folded:
        wrong += f" OR NOT ({hot.key} {{same}} {_truth(database, hot, key=True)})"
    return f"{{mine}} AND ({wrong})"


def _truth(database: Database, hot: Hot, *, key: bool = False) -> str:
    """The property that a hot column repeats, or what it is compared by, as SQL."""
    kind = hot.tag.type
    value = database.dialect.key(kind) if key else database.dialect.value(kind)
    return f"(SELECT {value} FROM property p WHERE p.object = message.id AND p.id = {hot.tag.id} AND p.type = {kind})"


def told(cell: Any) -> str:
    """A cell as findings tell it."""
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
