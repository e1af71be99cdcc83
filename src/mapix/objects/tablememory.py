"""What a table's sink must remember to tell what changed: as little as it can.

| the view | what is remembered | what can be told |
|---|---|---|
| all rows of its source | nothing | every row |
| restricted, or told of others' rows | the keys of its rows, while few | every row; beyond that only new ones |
| under headings | the keys of its rows and their headings, while few | every row; beyond that CHANGED |
| one row a value | nothing | CHANGED |

A row that was made is new to every view. Of any other it must be known whether the view had it: that follows from
nothing that is told, so it is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mapix.objects.arrangement import Arrangement
from mapix.objects.headings import Heading
from mapix.properties.errors import MapiError
from mapix.properties.tags import PR_INSTANCE_KEY

MOST: Final = 4096
"""Rows that are remembered."""

Under = bytes | None
"""The key of the heading a row is right under; None without headings."""


class Memory:
    """What is remembered of the rows of `shown`, read when it is made."""

    def __init__(self, shown: Arrangement) -> None:
        self.shown = shown
        self.all_are_own = shown.where is None and not getattr(shown.source, "shares_key", False)
        self.rows: dict[bytes, Under] | None = None
        self.headings: Sequence[Heading] = ()
        if shown.instances or (shown.grouped is None and self.all_are_own):
            return
        self.rows = self._read()
        if shown.grouped is not None and self.rows is not None:
            self.headings = shown.grouped.headings()

    @property
    def can_tell(self) -> bool:
        """Whether single rows can be told at all."""
        return not self.shown.instances and (self.shown.grouped is None or self.rows is not None)

    def _read(self) -> dict[bytes, Under] | None:
        from mapix.objects.grouping import every_row

        tags = tuple(key.tag for key in self.shown.sorting.category_keys)
        found: dict[bytes, Under] = {}
        try:
            for _, row in every_row(self.shown.rows, self.shown.where, (PR_INSTANCE_KEY, *tags)):
                found[row[0]] = self.under(row[1:])
                if len(found) > MOST:
                    return None
        except MapiError:
            return None
        return found

    def under(self, values: Sequence[Any]) -> Under:
        """The heading of a row with these values in the columns of categories."""
        grouped = self.shown.grouped
        return None if grouped is None else grouped.key_under(values)
