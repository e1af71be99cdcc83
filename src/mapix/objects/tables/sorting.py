"""Which orders a table can be asked for, and what they mean: categories, and the order of the rows in them.

    >>> name, date = PropTag(0x3001001F), PropTag(0x0E060040)
    >>> order = SortOrder((SortKey(name), SortKey(date, Order.CATEG_MAX), SortKey(date, Order.DESCEND)), categories=1)
    >>> sorting = sorting_of(order)
    >>> len(sorting.levels), sorting.levels[0].extreme == SortKey(date, Order.CATEG_MAX)
    (1, True)

The first `categories` keys of an order make levels: each of its own, unless it is COMBINE, which joins the level before
and takes over its direction (T-061). CATEG_MIN and CATEG_MAX make no level: they order the categories of the level
before by the least or greatest value in each, in the direction of that level's own key. Keys of these three kinds that
follow the last category belong to it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mapix.objects.restrictions.canonical import canonical_tag
from mapix.properties.errors import InvalidParameter, TooComplex
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_CONTENT_UNREAD

_UNSORTABLE: Final = frozenset((PropType.UNSPECIFIED, PropType.NULL, PropType.ERROR, PropType.OBJECT))
_PLAIN: Final = (Order.ASCEND, Order.DESCEND)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of categories: its columns, and the column whose least or greatest value orders it."""

    keys: tuple[SortKey, ...]
    extreme: SortKey | None = None


@dataclass(frozen=True, slots=True)
class Sorting:
    """An order as tables work with it: levels of categories, how many of them start open, and the order below."""

    levels: tuple[Level, ...] = ()
    expanded: int = 0
    rest: tuple[SortKey, ...] = ()

    @property
    def category_keys(self) -> tuple[SortKey, ...]:
        """The columns of all levels."""
        return tuple(key for level in self.levels for key in level.keys)

    @property
    def extremes(self) -> tuple[SortKey, ...]:
        """The columns that order levels by their least or greatest values, in the order of the levels."""
        return tuple(level.extreme for level in self.levels if level.extreme is not None)

    @property
    def keys(self) -> tuple[SortKey, ...]:
        """The order of rows without their headings."""
        return (*self.category_keys, *self.rest)


def sorting_of(order: SortOrder, single: Callable[[PropTag], PropTag] = canonical_tag) -> Sorting:
    """`order` as sources take it; `single` makes a tag what they know it as.

    `TooComplex` for a tag twice, a type without order, categories of whole multi-valued columns, and kinds of keys
    where they mean nothing (T-033). `InvalidParameter` for numbers of categories that are more than there are, and
    categories by PR_CONTENT_UNREAD.
    """
    if not order.keys and not order.categories:
        return Sorting()
    if not 0 <= order.expanded <= order.categories <= len(order.keys):
        raise InvalidParameter("expanded levels are categories, and these are keys", value=order)
    sorting = _divided([SortKey(_sortable(key.tag, single), key.order) for key in order.keys], order)
    tags = [key.tag for key in sorting.keys]
    if len(set(tags)) < len(tags):
        raise TooComplex("a column can be sorted by once", value=tags)
    return sorting


def check_available(sorting: Sorting, columns: Sequence[PropTag], available: Callable[[], Sequence[PropTag]]) -> None:
    """`TooComplex` for keys neither among `columns`, as rows are asked for them, nor `available` (T-051)."""
    unknown = {key.tag for key in (*sorting.keys, *sorting.extremes) if key.tag not in columns}
    if unknown:
        unknown -= set(map(canonical_tag, available()))
    if unknown:
        raise TooComplex("the table has no such column to sort by", value=sorted(unknown), hint="query_columns")


def _sortable(tag: PropTag, single: Callable[[PropTag], PropTag]) -> PropTag:
    if tag.base_type in _UNSORTABLE:
        raise TooComplex("rows cannot be sorted by this column", value=tag)
    return single(tag)


def _divided(keys: Sequence[SortKey], order: SortOrder) -> Sorting:
    levels: list[Level] = []
    rest: list[SortKey] = []
    for place, key in enumerate(keys):
        if key.order in _PLAIN and place < order.categories:
            levels.append(Level((key,)))
        elif key.order in _PLAIN:
            rest.append(key)
        elif rest or not levels:
            raise TooComplex("this order needs a category before it", value=key.order)
        else:
            levels[-1] = _joined(levels[-1], key)
    if not levels:
        return Sorting(rest=tuple(rest))
    if any(key.tag.is_multi for level in levels for key in level.keys):
        raise TooComplex("categories are made of single values", value=order, hint="the column with MVI_FLAG")
    if any(key.tag == PR_CONTENT_UNREAD for level in levels for key in level.keys):
        raise InvalidParameter("a heading's count of unread rows makes no categories", value=PR_CONTENT_UNREAD)
    expanded = len(levels) if order.expanded == order.categories else min(order.expanded, len(levels))
    return Sorting(tuple(levels), expanded, tuple(rest))


def _joined(level: Level, key: SortKey) -> Level:
    if key.order == Order.COMBINE:
        return replace(level, keys=(*level.keys, replace(key, order=level.keys[0].order)))
    if level.extreme is not None or key.tag.is_multi:
        raise TooComplex("categories are ordered by one single value", value=key.tag)
    return replace(level, extreme=key)
