"""Headings: the categories of a table in order, which of them are open, and where rows stand among them.

    headings = headings_of(groups, sorting)
    outline = Outline(headings, len(sorting.levels), expansion)
    outline.total

A heading is told from others by its key, made of what its rows have in common; so it is the same in every opening of
the table. Headings come each before what is below it; `Outline` knows those that show, and counts the rows under them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from mapix.interfaces.rows import Group
from mapix.objects.restrictions.collate import order_key, value_key
from mapix.objects.tables.grouping import further, place_of
from mapix.objects.tables.sorting import Level, Sorting
from mapix.properties.flags import TBL_COLLAPSED_CATEGORY, TBL_EXPANDED_CATEGORY
from mapix.properties.sort import Order, SortKey
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_DEPTH, PR_INSTANCE_KEY, PR_ROW_TYPE

KEY_SIZE: Final = 16

Path = tuple[tuple[Any, ...], ...]
"""Where a heading stands: for each level down to its own, what that level is ordered by."""


@dataclass(slots=True)
class Heading:
    """One category: where it stands, what its rows have in common, how many there are, and where what is below ends.

    `values` are those of all its levels' columns, `extremes` those its levels are ordered by; `end` is the number of
    the next heading that is not below this one.
    """

    path: Path
    key: bytes
    values: tuple[Any, ...]
    extremes: tuple[Any, ...]
    count: int = 0
    unread: int = 0
    end: int = 0

    @property
    def depth(self) -> int:
        """The level, from 0 (T-063)."""
        return len(self.path) - 1


@dataclass(slots=True)
class Expansion:
    """Which headings are open: those of the first `levels` levels, but for the ones `toggled` (by key).

    `changes` counts how often that has changed.
    """

    levels: int
    toggled: set[bytes] = field(default_factory=set)
    changes: int = 0

    def is_open(self, heading: Heading) -> bool:
        """Whether what is right below shows wherever the heading does."""
        return (heading.depth < self.levels) != (heading.key in self.toggled)

    def toggle(self, heading: Heading) -> None:
        """Open what is closed, or the other way round."""
        self.toggled ^= {heading.key}
        self.changes += 1

    def replace(self, toggled: set[bytes]) -> None:
        """Open and close headings as they once were."""
        self.toggled = set(toggled)
        self.changes += 1


def headings_of(groups: Sequence[Group], sorting: Sorting) -> list[Heading]:
    """The headings of groups by all columns of all levels, in order, each before what is below it (T-061)."""
    places = _Places(groups, sorting)
    ordered = sorted(((places.path(group), group) for group in groups), key=lambda pair: pair[0])
    found: list[Heading] = []
    open_ones: list[Heading] = []
    for path, group in ordered:
        shared = _shared(open_ones[-1].path, path) if open_ones else 0
        _close(open_ones, shared, len(found))
        for depth in range(shared, len(path)):
            heading = places.heading(path[: depth + 1], group)
            found.append(heading)
            open_ones.append(heading)
        for heading in open_ones:
            heading.count += group.size
            heading.unread += group.unread
    _close(open_ones, 0, len(found))
    return found


def _shared(first: Path, second: Path) -> int:
    for depth, (left, right) in enumerate(zip(first, second, strict=False)):
        if left != right:
            return depth
    return min(len(first), len(second))


def _close(open_ones: list[Heading], depth: int, end: int) -> None:
    while len(open_ones) > depth:
        open_ones.pop().end = end


class _Places:
    """Where groups stand, by their values and by the extremes of the categories they belong to. A category shows the
    values of the first of its groups.
    """

    def __init__(self, groups: Sequence[Group], sorting: Sorting) -> None:
        self._sorting = sorting
        self._tags = tuple(key.tag for key in sorting.category_keys)
        self._widths = [len(level.keys) for level in sorting.levels]
        self._extremes: dict[tuple[Any, ...], Any] = {}
        self._values: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        for group in groups:
            self._note(group)

    def path(self, group: Group) -> Path:
        """Where the headings of a group stand, level by level."""
        steps: list[tuple[Any, ...]] = []
        for level, values, place in self._levels(group):
            step = tuple(_order(value, key, key) for value, key in zip(values, level.keys, strict=True))
            if level.extreme is not None:
                step = (_order(self._extremes[place], level.extreme, level.keys[0]), *step)
            steps.append(step)
        return tuple(steps)

    def heading(self, path: Path, group: Group) -> Heading:
        """The heading at `path` over a group; nothing is counted yet."""
        levels = list(self._levels(group))[: len(path)]
        values = tuple(value for _, _, place in levels for value in self._values[place])
        extremes = tuple(self._extremes[place] for level, _, place in levels if level.extreme is not None)
        return Heading(path, heading_key(len(path) - 1, levels[-1][2]), values, extremes)

    def _levels(self, group: Group) -> list[tuple[Level, tuple[Any, ...], tuple[Any, ...]]]:
        """Each level with the group's values there, and what tells its category from others."""
        places = place_of(group.values, self._tags)
        found, start = [], 0
        for level, width in zip(self._sorting.levels, self._widths, strict=True):
            stop = start + width
            found.append((level, tuple(group.values[start:stop]), places[:stop]))
            start = stop
        return found

    def _note(self, group: Group) -> None:
        extremes = iter(group.extremes)
        for level, values, place in self._levels(group):
            self._values.setdefault(place, values)
            if level.extreme is not None:
                key, is_greatest = value_key(level.extreme.tag.type), level.extreme.order == Order.CATEG_MAX
                self._extremes[place] = further(self._extremes.get(place), next(extremes), key, is_greatest)


def _order(value: Any, key: SortKey, direction: SortKey) -> Any:
    return order_key(value, key.tag.type, descending=direction.descending)


def heading_key(depth: int, place: tuple[Any, ...]) -> bytes:
    """The PR_INSTANCE_KEY of a heading (T-003): a digest of what its rows have in common."""
    return blake2b(repr((depth, place)).encode("utf-8", "surrogatepass"), digest_size=KEY_SIZE).digest()


def heading_values(heading: Heading, sorting: Sorting, *, is_open: bool) -> dict[PropTag, Any]:
    """The cells of a heading row; it has no others (T-062, T-063)."""
    keys = sorting.category_keys[: len(heading.values)]
    extremes = sorting.extremes[: len(heading.extremes)]
    return {
        **{key.tag: value for key, value in zip(extremes, heading.extremes, strict=True)},
        **{key.tag: value for key, value in zip(keys, heading.values, strict=True)},
        PR_CONTENT_COUNT: heading.count,
        PR_CONTENT_UNREAD: heading.unread,
        PR_INSTANCE_KEY: heading.key,
        PR_DEPTH: heading.depth,
        PR_ROW_TYPE: TBL_EXPANDED_CATEGORY if is_open else TBL_COLLAPSED_CATEGORY,
    }


class Outline:
    """The headings that show, and the rows under the open ones of the last level (T-064).

    `shown` are numbers of headings in order; what shows is counted in rows, headings and others alike.
    """

    def __init__(self, headings: Sequence[Heading], levels: int, expansion: Expansion) -> None:
        self.headings = headings
        self.levels = levels
        self.expansion = expansion
        self.shown: list[int] = []
        self._starts: list[int] = []
        self.total = 0
        self._lay_out()

    def heading(self, place: int) -> Heading:
        """The heading that is the `place`th to show."""
        return self.headings[self.shown[place]]

    def start(self, place: int) -> int:
        """How many rows stand before the heading that is the `place`th to show; all of them past the last."""
        return self._starts[place] if place < len(self._starts) else self.total

    def rows_under(self, place: int) -> int:
        """How many rows show right under a heading that shows."""
        return self.start(place + 1) - self.start(place) - 1

    def place_at(self, index: int) -> int:
        """The place of the last heading at or before the row of a number."""
        return bisect_right(self._starts, index) - 1

    def find(self, path: Path) -> tuple[int, bool]:
        """How many of the headings that show stand before `path`, and whether the next is the one of this path."""
        place = bisect_left(self.shown, path, key=lambda number: self.headings[number].path)
        return place, place < len(self.shown) and self.heading(place).path == path

    def number_of(self, key: bytes) -> int | None:
        """The number of the heading with an instance key, whether or not it shows."""
        return next((number for number, heading in enumerate(self.headings) if heading.key == key), None)

    def shows(self, path: Path) -> bool:
        """Whether the rows under the heading of `path` show."""
        place, is_there = self.find(path)
        return is_there and self.expansion.is_open(self.heading(place))

    def _lay_out(self) -> None:
        number = 0
        while number < len(self.headings):
            heading = self.headings[number]
            is_open = self.expansion.is_open(heading)
            self.shown.append(number)
            self._starts.append(self.total)
            self.total += 1
            if is_open and heading.depth == self.levels - 1:
                self.total += heading.count
            number = number + 1 if is_open else heading.end
