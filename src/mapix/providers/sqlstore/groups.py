"""Groups of rows for categories, made by the database in one statement (see `GroupingRowSource.groups`).

Rows are grouped by what their columns are compared by; a group's values are those of its first row, which is the one of
the least number. Nothing but the groups is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mapix.interfaces.rows import Group
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.sort import Order, SortKey
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_MESSAGE_FLAGS
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.query import Grouping, TableQuery

_MEASURED: Final = frozenset(
    (PropType.SHORT, PropType.LONG, PropType.LONGLONG, PropType.SYSTIME, PropType.CURRENCY, PropType.ERROR)
)
"""Types whose least and greatest values are what their columns hold: whole numbers."""


def read_groups(
    query: TableQuery, condition: Predicate, keys: Sequence[PropTag], extremes: Sequence[SortKey]
) -> list[Group] | None:
    """The groups of rows that satisfy an exact condition; None where SQL cannot make them."""
    grouping = grouping_of(query, keys, extremes)
    if grouping is None or condition.residual is not None:
        return None
    page = query.grouped(condition, grouping, tuple(keys))
    return [
        Group(values, int(count), int(unread), tuple(most))
        for (count, unread, *most, _), values in zip(page.keys, page.rows, strict=True)
    ]


def grouping_of(query: TableQuery, keys: Sequence[PropTag], extremes: Sequence[SortKey]) -> Grouping | None:
    """How rows are grouped by `keys`; None where SQL cannot say it. Rows keep their order if there are no keys."""
    said = [query.expressions.key(tag) for tag in keys]
    flags = query.expressions.value(PR_MESSAGE_FLAGS)
    measured = [query.expressions.value(key.tag) for key in extremes if key.tag.type in _MEASURED]
    if query.is_recursive or None in said or None in measured or len(measured) < len(extremes):
        return None
    names = [f"k{place}" for place in range(len(keys))]
    inner = [f"{sql} AS {name}" for sql, name in zip(said, names, strict=True)]
    inner += [f"{sql} AS e{place}" for place, sql in enumerate(measured)]
    unread = f"sum(CASE WHEN i.flags & {MSGFLAG_READ} = 0 THEN 1 ELSE 0 END)"
    sums = ["count(*) AS rows", f"{unread} AS unread"]
    sums += [f"{_function(key)}(i.e{place}) AS most{place}" for place, key in enumerate(extremes)]
    shown = ["g.rows", "g.unread", *(f"g.most{place}" for place in range(len(extremes)))]
    return Grouping(", ".join([f"{flags} AS flags", *inner]), ", ".join(sums), ", ".join(names), ", ".join(shown))


def _function(key: SortKey) -> str:
    return "max" if key.order == Order.CATEG_MAX else "min"
