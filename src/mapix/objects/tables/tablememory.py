"""What a table's sink must remember to tell what changed: as little as it can.

| the view | what is remembered | what can be told |
|---|---|---|
| all rows of its source | nothing | every row |
| restricted, or told of others' rows | the keys of its rows, while few | every row; beyond that only new ones |
| under headings | the keys of its rows and their headings, while few | every row; beyond that CHANGED |
| one row a value | the keys of its rows, while few | every row; beyond that CHANGED |
| the same, rows without values last and unrestricted | the keys of rows with values, while few | every row |

A row that was made is new to every view. Of any other it must be known whether the view had it: that follows from
nothing that is told, so it is remembered. Where each value has a row, what came before a row is found by reading those
there are, so that these must be few in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from mapix.interfaces.notify import TableEvent
from mapix.objects.tables.arrangement import Arrangement
from mapix.objects.tables.headings import Heading
from mapix.properties.errors import MapiError
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_INSTANCE_KEY, PidTagInstanceNum
from mapix.properties.value import Row

if TYPE_CHECKING:
    from mapix.objects.tables.instancerows import InstanceRows

MOST: Final = 4096
"""Rows that are remembered."""

MOST_SEARCHED: Final = 65536
"""Rows of a source among which those with values are looked for, whenever it has changed."""

Under = bytes | None
"""The key of the heading a row is right under; None without headings."""


class Memory:
    """What is remembered of the rows of `shown`, read when it is made.

    `rows` are the rows by their keys, None where they are too many or need not be known; `of_rows` the keys of the
    instances of each row of the source. With `values_alone` rows without values are none of them, and all there.
    """

    def __init__(self, shown: Arrangement) -> None:
        self.shown = shown
        self.all_are_own = shown.where is None and not getattr(shown.source, "shares_key", False)
        self.rows: dict[bytes, Under] | None = None
        self.of_rows: dict[bytes, set[bytes]] = {}
        self.headings: Sequence[Heading] = ()
        self.values_alone = bool(shown.instances) and self._rest_is_last()
        if shown.instances or shown.grouped is not None or not self.all_are_own:
            self.rows = self._read()
        if shown.grouped is not None and self.rows is not None:
            self.headings = shown.grouped.headings()

    @property
    def can_tell(self) -> bool:
        """Whether single rows can be told at all."""
        return self.rows is not None or not (self.shown.instances or self.shown.grouped)

    def had(self, key: bytes, event: TableEvent, is_found: bool) -> bool | None:
        """Whether the view had a row before something happened to it; None when nothing says so."""
        if self.shown.instances:
            return event is not TableEvent.ROW_ADDED
        if self.rows is not None:
            return key in self.rows
        if event is TableEvent.ROW_ADDED:
            return False
        if self.all_are_own:
            return event is TableEvent.ROW_DELETED or is_found
        return None

    def under(self, values: Sequence[Any]) -> Under:
        """The heading of a row with these values in the columns of categories."""
        grouped = self.shown.grouped
        return None if grouped is None else grouped.key_under(values)

    def _rest_is_last(self) -> bool:
        shown = self.shown
        return self.all_are_own and shown.grouped is None and _rows(shown).puts_rest_last(shown.sorting.keys)

    def _read(self) -> dict[bytes, Under] | None:
        found: dict[bytes, Under] = {}
        try:
            if self.shown.instances and not self._are_few():
                return None
            for key, number, *values in self._every():
                if self.values_alone and number is None:
                    break
                found[key] = self.under(values)
                if self.shown.instances:
                    self._note_instance(key, number)
                if len(found) > MOST:
                    return None
        except MapiError:
            return None
        return found

    def _are_few(self) -> bool:
        shown = self.shown
        return shown.source.count(None) <= MOST_SEARCHED and _rows(shown).count_read(shown.where, self._order()) <= MOST

    def _every(self) -> Iterable[Row]:
        """Instance key, number, and values in the columns of categories of every row."""
        tags = tuple(key.tag for key in self.shown.sorting.category_keys)
        number = (PidTagInstanceNum,) if self.shown.instances else (PR_INSTANCE_KEY,)
        return _every_row(self.shown, self._order(), (PR_INSTANCE_KEY, *number, *tags))

    def _order(self) -> tuple[SortKey, ...]:
        return _rows(self.shown).leading if self.values_alone else ()

    def _note_instance(self, key: bytes, number: int | None) -> None:
        from mapix.objects.tables.takenapart import row_key_of

        self.of_rows.setdefault(row_key_of(key, number), set()).add(key)


def _rows(shown: Arrangement) -> InstanceRows:
    return cast("InstanceRows", shown.rows)


def _every_row(shown: Arrangement, order: Sequence[SortKey], columns: Sequence[PropTag]) -> Iterator[Row]:
    from mapix.objects.tables.grouping import STEP

    after = None
    while (page := shown.rows.page(shown.where, order, after, STEP, columns)).keys:
        yield from page.rows
        after = page.keys[-1]
