"""A source arranged as a table shows it: its columns, which rows, in which order, under which headings.

    shown = Arrangement(source, Wanted(columns, where, order), codepage=ANSI)
    shown.cursor.forward(50, shown.columns.wanted)

Layers are put over the source as they are needed: one row a value where columns or sort keys have MVI_FLAG (P-052),
headings where the order has categories (T-060). An arrangement is checked when it is made; its rows are read when
somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mapix.interfaces.rows import RowSource
from mapix.objects.restrictions.canonical import looks_below
from mapix.objects.restrictions.evaluate import checked
from mapix.objects.tables.instances import Instances, instances_in, singled, with_singles
from mapix.objects.tables.sorting import check_available, sorting_of
from mapix.objects.tables.tablecolumns import ColumnSet, column_set
from mapix.objects.tables.tablecursor import TableCursor
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortOrder
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    from mapix.objects.tables.groupedrows import GroupedRows


_NO_ORDER: Final = SortOrder()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller asked for, as it was spelled."""

    columns: tuple[PropTag, ...]
    where: Restriction | None = None
    order: SortOrder = _NO_ORDER


class Arrangement:
    """`source` arranged as `wanted`; `TooComplex` and `InvalidParameter` for what cannot be. A new order must be of
    columns that there are. What a `former` arrangement of the source has found out is not found out again.

    `rows` are those of the source, or instances of them; `where` and `sorting` are what rows are asked for with, and
    `grouped` shows them under headings, None without categories. `cursor` stands in what shows.
    """

    def __init__(
        self,
        source: RowSource,
        wanted: Wanted,
        codepage: int,
        *,
        new_order: bool = False,
        former: Arrangement | None = None,
    ) -> None:
        self.source = source
        self.wanted = wanted
        self.codepage = codepage
        self.instances = _instances(wanted)
        self.rows = _taken_apart(source, self.instances) if self.instances else source
        self.columns = self._column_set(wanted.columns)
        self.where = self._condition(former)
        self.sorting = sorting_of(wanted.order, singled(self.instances))
        if new_order:
            check_available(self.sorting, self.columns.wanted, self.rows.available_columns)
        self.grouped = _under_headings(self) if self.sorting.levels else None
        self.cursor = self._cursor()
        if self.where is not None and looks_below(self.where):
            self.rows.page(self.where, (), None, 1, ())  # a source without recipients refuses here

    def condition(self, restriction: Restriction) -> Restriction:
        """A caller's restriction as rows are asked with it; `TooComplex` for what cannot be evaluated."""
        return checked(with_singles(restriction, self.instances), self.codepage)

    def shows_same_rows(self, columns: Sequence[PropTag]) -> bool:
        """Whether other columns would leave rows and order as they are (P-057)."""
        wanted = Wanted(tuple(columns), order=self.wanted.order)
        return _instances(wanted) == self.instances

    def set_columns(self, columns: Sequence[PropTag]) -> None:
        """Show other columns of the same rows."""
        self.wanted = Wanted(tuple(columns), self.wanted.where, self.wanted.order)
        self.columns = self._column_set(columns)

    def prepare(self, pause: Callable[[], None]) -> None:
        """Do now what the first look at the rows would take long for."""
        if self.grouped is not None:
            self.grouped.headings(pause)
        pause()
        self.cursor.count()
        pause()
        self.cursor.next_key()

    def _condition(self, former: Arrangement | None) -> Restriction | None:
        asked = self.wanted.where
        if former is not None and former.wanted.where is asked and former.instances == self.instances:
            return former.where
        return None if asked is None else self.condition(asked)

    def _column_set(self, columns: Sequence[PropTag]) -> ColumnSet:
        return column_set(tuple(columns), self.codepage)

    def _cursor(self) -> TableCursor:
        if self.grouped is not None:
            return TableCursor(self.grouped)
        return TableCursor(self.rows, self.where, self.sorting.rest)


def _instances(wanted: Wanted) -> dict[PropTag, PropTag]:
    return instances_in((*wanted.columns, *[key.tag for key in wanted.order.keys]))


def _taken_apart(source: RowSource, instances: Instances) -> RowSource:
    from mapix.objects.tables.instancerows import InstanceRows

    return InstanceRows(source, instances)


def _under_headings(shown: Arrangement) -> GroupedRows:
    from mapix.objects.tables.groupedrows import GroupedRows

    return GroupedRows(shown.rows, shown.where, shown.sorting)
