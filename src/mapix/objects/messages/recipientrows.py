"""Recipient rows completed from the entries behind them: PrepareRecips, whoever does it (ABK-40)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mapix.interfaces.prop import MapiProp
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ENTRYID

Row = dict[PropTag, Any]


def prepared(row: Row, columns: Sequence[PropTag], entry_of: Callable[[Row], MapiProp | None]) -> Row:
    """`row` with a long-term identifier and `columns` in front, in their order; what it has besides stays behind.

    What the row says wins over what the entry says; a column neither has stays absent. `entry_of` answers None for rows
    that are to be left alone, and raises `NotFound` for a recipient that does not exist.
    """
    entry = entry_of(row)
    if entry is None:
        return dict(row)
    known = entry.get_props(tuple(dict.fromkeys((*columns, PR_ENTRYID))))
    complete = row | {PR_ENTRYID: known.get(PR_ENTRYID, row[PR_ENTRYID])}
    front = {tag: complete.get(tag, known.get(tag)) for tag in columns}
    front = {tag: value for tag, value in front.items() if value is not None}
    return {**front, **{tag: value for tag, value in complete.items() if tag not in front}}
