"""The narrow waist under tables: what a provider writes to get one.

A provider writes a `RowSource`: which rows, in which order, and what is in them. `mapix.objects.tables.tableview` makes
an IMAPITable of any of them: cursor, bookmarks, find, categories, instances of multi-valued columns, notifications.
What a source offers besides (`DirectRowSource`, `GroupingRowSource`) makes tables faster and changes nothing they
answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple, Protocol

from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.value import Row

RowKey = tuple[Any, ...]
"""Where a row stands in an order: opaque to everybody but its source; comparable for equality, hashable."""


class TableType(IntEnum):
    """How live a table is (T-002)."""

    SNAPSHOT = 0
    KEYSET = 1
    DYNAMIC = 2


class Page(NamedTuple):
    """Some rows of a source, in table order: their keys and, aligned with the columns asked for, their values."""

    keys: Sequence[RowKey]
    rows: Sequence[Row]


class Group(NamedTuple):
    """The rows that have the same values in some columns (T-060).

    `values` are those of the first of them, in the order the source has when none is asked for; `size` how many there
    are and `unread` how many of those have PR_MESSAGE_FLAGS without MSGFLAG_READ. `extremes` are the least or greatest
    values of the columns asked for, None where no row has one.
    """

    values: Row
    size: int
    unread: int
    extremes: Row = ()


class RowSource(Protocol):
    """Which rows, in which order, and what is in them. Never the whole table at once.

    Orders are total: a source breaks ties itself, the same way at every call. Missing values sort last in both
    directions (T-050). `where` and `order` mean what `mapix.objects.restrictions.evaluate` and
    `mapix.objects.restrictions.collate` say.
    In the order a source has when none is asked for, keys compare as their rows stand.
    """

    table_type: TableType

    def default_columns(self) -> Sequence[PropTag]:
        """The column set of a fresh table (T-023)."""

    def available_columns(self) -> Sequence[PropTag]:
        """Every column a row may have a value for."""

    def count(self, where: Restriction | None) -> int:
        """How many rows satisfy `where`."""

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        """Up to `count` rows following the key `after` (the first ones when None).

        A negative count gives up to `-count` rows *before* `after` (the last ones when None), still in table order.
        `after` need not exist any more: its place counts. Text columns always come as UNICODE tags here; a value of
        another type than its column's is answered as missing. (`TableView` makes STRING8 and UNSPECIFIED columns out
        of that.)
        """

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """How many rows stand before `key`."""

    def notification_key(self) -> bytes | None:
        """Under which key changes of these rows are notified; None where they never change or nobody tells (NOT-4).

        What is told there are table notifications: ROW_ADDED, ROW_MODIFIED and ROW_DELETED with the PR_INSTANCE_KEY of
        a row of this source, whatever views may hide, or CHANGED where rows cannot be named.
        """


class DirectRowSource(RowSource, Protocol):
    """What a source may offer besides; tables use each method where it is there."""

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """The key of the row that `index` others stand before, None past the end: seeking far costs no walk."""

    def version(self) -> Any:
        """A value that changes whenever rows may have changed, by whomever; cheap to ask. Sources that tell are read
        ahead when rows are asked for a few at a time, and asked for their groups only when rows have changed.
        """

    def read(self, keys: Sequence[RowKey], columns: Sequence[PropTag]) -> Page:
        """The rows that have `keys` in the source's own order, in any order and without those that are gone."""


class GroupingRowSource(RowSource, Protocol):
    """A source that can group its rows without showing them, for categories (T-060)."""

    def groups(
        self, where: Restriction | None, keys: Sequence[PropTag], extremes: Sequence[SortKey]
    ) -> Sequence[Group] | None:
        """One group for each combination of values of the columns `keys` among the rows that satisfy `where`, in the
        order of their first rows. Values are the same when no order tells them apart
        (`mapix.objects.restrictions.collate.equal`).

        `extremes` have CATEG_MAX or CATEG_MIN for their direction; of values that no order tells apart the least one is
        given. None where these groups cannot be made so: then the rows are read and grouped by whoever asked.
        """


class SharedKeySource(RowSource, Protocol):
    """A source whose notification key tells of rows of other tables, too."""

    shares_key: bool
    """Whether it does: views then remember which rows are theirs, as far as they can."""
