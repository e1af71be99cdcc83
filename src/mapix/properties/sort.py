"""Sort orders: the keys of a table and how many of them make categories (T-060, [MS-OXCTABL] 2.2.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from mapix.properties.tag import PropTag


class Order(IntEnum):
    """Direction of one key; values that are missing come last either way (T-050)."""

    ASCEND = 0
    DESCEND = 1
    COMBINE = 2
    CATEG_MAX = 4
    CATEG_MIN = 8


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of a sort order."""

    tag: PropTag
    order: Order = Order.ASCEND

    @property
    def descending(self) -> bool:
        """Whether larger values come first."""
        return self.order == Order.DESCEND


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The keys of a table, most significant first; the first `categories` of them group rows (SSortOrderSet)."""

    keys: tuple[SortKey, ...] = ()
    categories: int = 0
    expanded: int = 0
