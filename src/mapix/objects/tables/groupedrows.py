"""Rows under headings: any source shown by categories, itself a source of rows.

    rows = GroupedRows(source, where, sorting)
    rows.page(None, (), None, 50, columns)
    rows.expand(rows.heading(instance_key))

Only the groups are kept, never rows: those under the headings are read when they show, with the condition that they
have what their heading says. The restriction and the order are those of the table, given once; a restriction asked for
besides looks at headings and at the rows that show alike, as FindRow does (T-064).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from mapix.interfaces.rows import Page, RowKey, RowSource
from mapix.objects.restrictions.conditions import both, decided
from mapix.objects.restrictions.evaluate import compile_matcher
from mapix.objects.tables.grouping import STEP, Pause, groups_of, no_pause, place_of
from mapix.objects.tables.headings import Expansion, Heading, Outline, heading_key, heading_values, headings_of
from mapix.objects.tables.leaves import LeafReader
from mapix.objects.tables.sorting import Sorting
from mapix.objects.tables.sourceversion import version_of
from mapix.properties.errors import NotFound
from mapix.properties.flags import TBL_LEAF_ROW
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_DEPTH, PR_ROW_TYPE
from mapix.properties.value import Row

MADE: Final = (PR_ROW_TYPE, PR_DEPTH, PR_CONTENT_COUNT, PR_CONTENT_UNREAD)
"""Columns that headings have and sources need not."""

Item = tuple[RowKey, Row]


class _Part(NamedTuple):
    """A piece of what shows: a heading, or some rows under it, the last ones when `rows` is negative."""

    place: int
    rows: int = 0


class GroupedRows:
    """The rows of `source` that satisfy `where`, under the headings of `sorting`."""

    def __init__(self, source: RowSource, where: Restriction | None, sorting: Sorting) -> None:
        self.source = source
        self.where = where
        self.sorting = sorting
        self.table_type = source.table_type
        self.expansion = Expansion(sorting.expanded)
        self.tags = tuple(key.tag for key in sorting.category_keys)
        self._headings: tuple[Any, list[Heading]] | None = None
        self._outline: tuple[Any, Outline] | None = None

    # headings

    def headings(self, pause: Pause = no_pause) -> list[Heading]:
        """All headings, those that do not show as well; made anew when rows may have changed."""
        version, known = version_of(self.source), self._headings
        if known is None or version is None or known[0] != version:
            groups = groups_of(self.source, self.where, self.tags, self.sorting.extremes, pause)
            known = self._headings = version, headings_of(groups, self.sorting)
        return known[1]

    def outline(self) -> Outline:
        """The headings that show."""
        headings, known = self.headings(), self._outline
        if known is None or known[1].headings is not headings or known[0] != self.expansion.changes:
            changes = self.expansion.changes
            known = self._outline = changes, Outline(headings, len(self.sorting.levels), self.expansion)
        return known[1]

    def heading(self, key: bytes) -> Heading:
        """The heading of an instance key; `NotFound`."""
        outline = self.outline()
        number = outline.number_of(key)
        if number is None:
            raise NotFound("no category has this instance key", value=key)
        return outline.headings[number]

    def key_under(self, values: Sequence[Any]) -> bytes:
        """The key of the heading that rows with these values in the columns of all levels are right under."""
        return heading_key(len(self.sorting.levels) - 1, place_of(values, self.tags))

    def expand(self, heading: Heading) -> int:
        """Open a category; how many rows appear (T-065)."""
        return self._turn(heading, to_open=True)

    def collapse(self, heading: Heading) -> int:
        """Close a category; how many rows disappear (T-066). Those below it stay open or closed as they are."""
        return -self._turn(heading, to_open=False)

    def _turn(self, heading: Heading, *, to_open: bool) -> int:
        if self.expansion.is_open(heading) == to_open:
            return 0
        before = self.outline().total
        self.expansion.toggle(heading)
        return self.outline().total - before

    # the row source

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return self.source.default_columns()

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`: those of the source, and those of headings (T-062)."""
        return tuple(dict.fromkeys((*self.source.available_columns(), *MADE)))

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        return self.source.notification_key()

    def version(self) -> Any:
        """See `DirectRowSource.version`: also when headings open and close."""
        version = version_of(self.source)
        return None if version is None else (version, self.expansion.changes)

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`."""
        return self.outline().total if where is None else sum(1 for _ in self._matching(where, None, (), False))

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """See `RowSource.position`."""
        if where is not None:
            return sum(1 for _ in self._matching(where, key, (), True))
        outline = self.outline()
        place, is_there = outline.find(key[0])
        if not is_there or len(key) == 1 or not outline.rows_under(place):
            return outline.start(place) + (is_there and len(key) > 1)
        return outline.start(place) + 1 + self._leaves(()).position(outline.heading(place), key[1])

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """See `DirectRowSource.key_at`."""
        if where is not None:
            return next((key for key, _ in islice(self._matching(where, None, (), False), index, None)), None)
        outline = self.outline()
        if not 0 <= index < outline.total:
            return None
        place = outline.place_at(index)
        heading = outline.heading(place)
        within = index - outline.start(place)
        return self._leaves(()).key_at(heading, within - 1) if within else (heading.path,)

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        """See `RowSource.page`; `where` is asked besides the table's own restriction, `order` is the table's."""
        backward, wanted = count < 0, abs(count)
        if where is not None:
            items = list(islice(self._matching(where, after, columns, backward), wanted))
        else:
            items = (self._before if backward else self._following)(after, wanted, columns)
        if backward:
            items.reverse()
        return Page([key for key, _ in items], [row for _, row in items])

    # inside

    def _leaves(self, columns: Sequence[PropTag]) -> LeafReader:
        made = {PR_ROW_TYPE: TBL_LEAF_ROW, PR_DEPTH: len(self.sorting.levels)}
        return LeafReader(self.source, self.where, self.sorting, columns, made)

    def _following(self, after: RowKey | None, wanted: int, columns: Sequence[PropTag]) -> list[Item]:
        """The rows that show after a key, in order."""
        outline, leaves = self.outline(), self._leaves(columns)
        items: list[Item] = []
        place = 0
        if after is not None:
            place, is_there = outline.find(after[0])
            if is_there:
                if outline.rows_under(place):
                    items = leaves.some(outline.heading(place), _leaf(after), wanted)
                place += 1
        parts, left = [], wanted - len(items)
        while left > 0 and place < len(outline.shown):
            parts.append(_Part(place))
            under = min(outline.rows_under(place), left - 1)
            if under:
                parts.append(_Part(place, under))
            left, place = left - 1 - under, place + 1
        return items + self._read(outline, parts, leaves, columns)

    def _before(self, after: RowKey | None, wanted: int, columns: Sequence[PropTag]) -> list[Item]:
        """The rows that show before a key, the nearest first."""
        outline, leaves = self.outline(), self._leaves(columns)
        items: list[Item] = []
        parts: list[_Part] = []
        place = len(outline.shown)
        if after is not None:
            place, is_there = outline.find(after[0])
            if is_there and len(after) > 1:
                if outline.rows_under(place):
                    items = leaves.some(outline.heading(place), _leaf(after), -wanted)[::-1]
                if len(items) < wanted:
                    parts.append(_Part(place))
        left, place = wanted - len(items) - len(parts), place - 1
        while left > 0 and place >= 0:
            under = min(outline.rows_under(place), left)
            if under:
                parts.append(_Part(place, -under))
            if left > under:
                parts.append(_Part(place))
            left, place = left - under - 1, place - 1
        return items + self._read(outline, parts, leaves, columns)

    def _read(
        self, outline: Outline, parts: Sequence[_Part], leaves: LeafReader, columns: Sequence[PropTag]
    ) -> list[Item]:
        whole = [part.place for part in parts if part.rows and abs(part.rows) == outline.rows_under(part.place)]
        read = leaves.whole([outline.heading(place) for place in whole])
        items: list[Item] = []
        for place, count in parts:
            heading = outline.heading(place)
            if not count:
                values = heading_values(heading, self.sorting, is_open=self.expansion.is_open(heading))
                items.append(((heading.path,), tuple(map(values.get, columns))))
                continue
            rows = read[heading.path] if heading.path in read else leaves.some(heading, None, count)
            items += rows if count > 0 else reversed(rows)
        return items

    def _matching(
        self, where: Restriction, after: RowKey | None, columns: Sequence[PropTag], backward: bool
    ) -> Iterator[Item]:
        """What shows and satisfies `where`, from a key on or back from it."""
        outline, leaves = self.outline(), self._leaves(columns)
        below = decided(where, {PR_ROW_TYPE: TBL_LEAF_ROW, PR_DEPTH: len(self.sorting.levels)})
        groups = groups_of(self.source, both(self.where, below), self.tags, ())
        hits = {place_of(group.values, self.tags) for group in groups}
        is_like = self._heading_test(where)
        for place, from_leaf, with_heading in _walk(outline, after, backward):
            heading = outline.heading(place)
            values = heading_values(heading, self.sorting, is_open=self.expansion.is_open(heading))
            shown = [((heading.path,), tuple(map(values.get, columns)))] if with_heading and is_like(values) else []
            if not backward:
                yield from shown
            if outline.rows_under(place) and place_of(heading.values, self.tags) in hits:
                yield from _every(leaves, heading, from_leaf, below, backward)
            if backward:
                yield from shown

    def _heading_test(self, where: Restriction) -> Callable[[dict[PropTag, Any]], bool]:
        matcher = compile_matcher(where)
        return lambda values: matcher(values.get, lambda tag: ())


def _leaf(key: RowKey) -> RowKey | None:
    return key[1] if len(key) > 1 else None


def _walk(outline: Outline, after: RowKey | None, backward: bool) -> Iterator[tuple[int, RowKey | None, bool]]:
    """The places to look at from a key on: with the key of the row under it to start from, and whether the heading
    itself is to be looked at.
    """
    places = len(outline.shown)
    if after is None:
        for place in reversed(range(places)) if backward else range(places):
            yield place, None, True
        return
    place, is_there = outline.find(after[0])
    if is_there and (not backward or len(after) > 1):
        yield place, _leaf(after), backward
    rest = reversed(range(place)) if backward else range(place + is_there, places)
    for other in rest:
        yield other, None, True


def _every(
    leaves: LeafReader, heading: Heading, after: RowKey | None, where: Restriction, backward: bool
) -> Iterator[Item]:
    """The rows under a heading beyond a key that satisfy `where`."""
    while True:
        rows = leaves.some(heading, after, -STEP if backward else STEP, where)
        yield from reversed(rows) if backward else rows
        if len(rows) < STEP:
            return
        after = _leaf(rows[0 if backward else -1][0])
