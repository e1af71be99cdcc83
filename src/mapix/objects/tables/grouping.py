"""Rows grouped by the values of some columns: by their source where it can, by reading them where not.

    groups = groups_of(source, where, [PR_SENDER_NAME], ())

Nothing but the groups is kept of the rows that are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from mapix.interfaces.rows import Group, RowKey, RowSource
from mapix.objects.restrictions.collate import value_key
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.restriction import Restriction
from mapix.properties.sort import Order, SortKey
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_FLAGS
from mapix.properties.value import Row

STEP: Final = 1000
"""Rows read at once."""

Pause = Callable[[], None]
"""Called now and then during long work; it may raise to end it."""


def no_pause() -> None:
    """What work that nobody wants to end pauses with."""


def groups_of(
    source: RowSource,
    where: Restriction | None,
    keys: Sequence[PropTag],
    extremes: Sequence[SortKey],
    pause: Pause = no_pause,
) -> Sequence[Group]:
    """See `GroupingRowSource.groups`, for any source."""
    offered = getattr(source, "groups", None)
    found: Sequence[Group] | None = None if offered is None else offered(where, keys, extremes)
    return read_groups(source, where, keys, extremes, pause) if found is None else found


def read_groups(
    source: RowSource,
    where: Restriction | None,
    keys: Sequence[PropTag],
    extremes: Sequence[SortKey],
    pause: Pause = no_pause,
) -> list[Group]:
    """The same by reading every row once."""
    columns = (*keys, PR_MESSAGE_FLAGS, *(key.tag for key in extremes))
    collector = Collector(keys, extremes)
    for _, row in every_row(source, where, columns, pause):
        collector.add(row[: len(keys)], row[len(keys)], row[len(keys) + 1 :])
    return collector.groups()


def every_row(
    source: RowSource, where: Restriction | None, columns: Sequence[PropTag], pause: Pause = no_pause
) -> Iterator[tuple[RowKey, Row]]:
    """All rows in the source's own order, a thousand at a time."""
    after: RowKey | None = None
    while True:
        pause()
        page = source.page(where, (), after, STEP, columns)
        yield from zip(page.keys, page.rows, strict=True)
        if not page.keys:
            return
        after = page.keys[-1]


def place_of(values: Sequence[Any], keys: Sequence[PropTag]) -> tuple[Any, ...]:
    """What tells the values of one group from those of others: equal where no order tells them apart."""
    return tuple(None if value is None else value_key(tag.type)(value) for value, tag in zip(values, keys, strict=True))


class _Sum:
    """One group while rows are added."""

    __slots__ = ("count", "extremes", "unread", "values")

    def __init__(self, values: Row, extremes: int) -> None:
        self.values = values
        self.count = 0
        self.unread = 0
        self.extremes: list[Any] = [None] * extremes


class Collector:
    """Groups of the rows that are added, in the order of their first rows."""

    def __init__(self, keys: Sequence[PropTag], extremes: Sequence[SortKey]) -> None:
        self._keys = [value_key(tag.type) for tag in keys]
        self._extremes = [(value_key(key.tag.type), key.order == Order.CATEG_MAX) for key in extremes]
        self._sums: dict[tuple[Any, ...], _Sum] = {}

    def add(self, values: Row, flags: int | None, extremes: Sequence[Any]) -> None:
        """A row: its values in the group's columns, its message flags, and those columns extremes are wanted of."""
        self.merge(Group(tuple(values), 1, is_unread(flags), tuple(extremes)))

    def merge(self, group: Group) -> None:
        """A group made elsewhere."""
        pairs = zip(group.values, self._keys, strict=True)
        place = tuple([None if value is None else key(value) for value, key in pairs])
        found = self._sums.get(place)
        if found is None:
            found = self._sums[place] = _Sum(group.values, len(self._extremes))
        found.count += group.size
        found.unread += group.unread
        for number, ((key, is_greatest), value) in enumerate(zip(self._extremes, group.extremes, strict=True)):
            found.extremes[number] = further(found.extremes[number], value, key, is_greatest)

    def groups(self) -> list[Group]:
        """What was added."""
        return [Group(one.values, one.count, one.unread, tuple(one.extremes)) for one in self._sums.values()]


def further(known: Any, value: Any, key: Callable[[Any], Any], is_greatest: bool) -> Any:
    """The greater or lesser of two values, the lesser spelling where no order tells them apart; None is none."""
    if known is None or value is None:
        return value if known is None else known
    first, second = key(known), key(value)
    if first == second:
        return min(known, value)
    return value if (second > first) == is_greatest else known


def is_unread(flags: int | None) -> bool:
    """Whether a row with these message flags counts as unread; one without flags does not."""
    return flags is not None and not flags & MSGFLAG_READ
