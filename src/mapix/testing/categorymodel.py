"""The plainest categories and instances there can be: lists made out of lists, for `tablemodel`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from itertools import product
from typing import Any

from mapix.objects.restrictions.collate import compare
from mapix.properties.flags import MSGFLAG_READ, TBL_COLLAPSED_CATEGORY, TBL_EXPANDED_CATEGORY, TBL_LEAF_ROW
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import MV_FLAG, MVI_FLAG, PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DEPTH,
    PR_MESSAGE_FLAGS,
    PR_ROW_TYPE,
    PidTagInstanceNum,
)

Record = Mapping[PropTag, Any]


def one_of(tag: PropTag) -> PropTag:
    """The tag of one value."""
    return PropTag(tag & ~MVI_FLAG)


def instances(rows: Iterable[Record], singles: Sequence[PropTag]) -> Iterator[Record]:
    """Each row once for each combination of values of the columns taken apart (P-053)."""
    for row in rows:
        lists = [row.get(PropTag(tag | MV_FLAG), ()) for tag in singles]
        if not any(lists):
            yield row
            continue
        for number, values in enumerate(product(*(some or (None,) for some in lists))):
            there = {tag: value for tag, value in zip(singles, values, strict=True) if value is not None}
            yield {**row, **there, PidTagInstanceNum: number}


def before(first: Any, second: Any, key: SortKey, *, descending: bool) -> int:
    """How two values stand in an order; what is missing stands last (T-050)."""
    if first is None or second is None:
        return (first is None) - (second is None)
    return compare(first, second, key.tag.type) * (-1 if descending else 1)


def in_order(rows: Iterable[Record], keys: Sequence[SortKey]) -> list[Record]:
    """Rows by some keys; those that no key tells apart as they came."""

    def stands(first: Record, second: Record) -> int:
        for key in keys:
            found = before(first.get(key.tag), second.get(key.tag), key, descending=key.descending)
            if found:
                return found
        return 0

    return sorted(rows, key=cmp_to_key(stands))


@dataclass(slots=True, eq=False)
class Category:
    """Rows with the same values in the columns of a level, and what is below."""

    keys: Sequence[SortKey]
    extreme: SortKey | None
    shared: Record
    depth: int
    is_open: bool
    rows: list[Record] = field(default_factory=list)
    below: list[Category] = field(default_factory=list)
    leaves: list[Record] = field(default_factory=list)

    def cells(self) -> dict[PropTag, Any]:
        """What its heading shows (T-062)."""
        flags = [row.get(PR_MESSAGE_FLAGS) for row in self.rows]
        return {
            **self.shared,
            PR_CONTENT_COUNT: len(self.rows),
            PR_CONTENT_UNREAD: sum(flag is not None and not flag & MSGFLAG_READ for flag in flags),
            PR_DEPTH: self.depth,
            PR_ROW_TYPE: TBL_EXPANDED_CATEGORY if self.is_open else TBL_COLLAPSED_CATEGORY,
        }

    def most(self) -> Any:
        """The value its level is ordered by."""
        assert self.extreme is not None
        found = None
        for value in (row.get(self.extreme.tag) for row in self.rows):
            if value is not None and (found is None or self._further(value, found)):
                found = value
            elif value is not None and compare(value, found, self.extreme.tag.type) == 0:
                found = min(value, found)
        return found

    def _further(self, value: Any, found: Any) -> bool:
        assert self.extreme is not None
        stands = compare(value, found, self.extreme.tag.type)
        return stands > 0 if self.extreme.order == Order.CATEG_MAX else stands < 0


@dataclass(slots=True)
class Division:
    """A sort order taken apart: keys and extreme of each level, and the keys below."""

    levels: list[tuple[list[SortKey], SortKey | None]]
    rest: list[SortKey]
    expanded: int


def divided(order: SortOrder) -> Division:
    """The levels of an order (T-060, T-061)."""
    found = Division([], [], 0)
    for number, given in enumerate(order.keys):
        key = SortKey(one_of(given.tag) if given.tag & MVI_FLAG == MVI_FLAG else given.tag, given.order)
        if key.order == Order.COMBINE:
            found.levels[-1][0].append(SortKey(key.tag, found.levels[-1][0][0].order))
        elif key.order in (Order.CATEG_MIN, Order.CATEG_MAX):
            found.levels[-1] = (found.levels[-1][0], key)
        elif number < order.categories:
            found.levels.append(([key], None))
        else:
            found.rest.append(key)
    everything = order.expanded == order.categories
    found.expanded = len(found.levels) if everything else min(order.expanded, len(found.levels))
    return found


def categories(rows: Sequence[Record], order: Division, depth: int = 0, above: Record | None = None) -> list[Category]:
    """The categories of one level in order, with all below them."""
    if depth == len(order.levels):
        return []
    keys, extreme = order.levels[depth]
    found: list[Category] = []
    for row in rows:
        place = next((one for one in found if _alike(one.rows[0], row, keys)), None)
        if place is None:
            place = Category(keys, extreme, {}, depth, depth < order.expanded)
            found.append(place)
        place.rows.append(row)
    for one in found:
        one.shared = {**(above or {}), **_shared(one)}
    found.sort(key=cmp_to_key(_category_before))
    for one in found:
        one.below = categories(one.rows, order, depth + 1, one.shared)
        if depth == len(order.levels) - 1:
            ordered = in_order(one.rows, [*(key for keys, _ in order.levels for key in keys), *order.rest])
            one.leaves = [{**row, PR_ROW_TYPE: TBL_LEAF_ROW, PR_DEPTH: depth + 1} for row in ordered]
    return found


def visible(some: Iterable[Category], order: Division) -> Iterator[tuple[Record, Category | None]]:
    """What shows: headings with their categories, and rows under the open ones of the last level (T-064)."""
    levels = len(order.levels)
    for one in some:
        yield one.cells(), one
        if one.is_open and one.depth == levels - 1:
            yield from ((row, None) for row in one.leaves)
        elif one.is_open:
            yield from visible(one.below, order)


def _alike(first: Record, second: Record, keys: Sequence[SortKey]) -> bool:
    return not any(before(first.get(key.tag), second.get(key.tag), key, descending=False) for key in keys)


def _shared(category: Category) -> dict[PropTag, Any]:
    found: dict[PropTag, Any] = {}
    if category.extreme is not None:
        found[category.extreme.tag] = category.most()
    first = category.rows[0]
    return {**found, **{key.tag: first.get(key.tag) for key in category.keys}}


def _category_before(first: Category, second: Category) -> int:
    if first.extreme is not None:
        stands = before(first.most(), second.most(), first.extreme, descending=first.keys[0].descending)
        if stands:
            return stands
    for key in first.keys:
        stands = before(first.rows[0].get(key.tag), second.rows[0].get(key.tag), key, descending=key.descending)
        if stands:
            return stands
    return 0
