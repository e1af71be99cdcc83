"""Which orders a table can be asked for (T-033, T-051)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from mapix.objects.canonical import canonical_tag
from mapix.properties.errors import TooComplex
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag, PropType

_UNSORTABLE: Final = frozenset((PropType.UNSPECIFIED, PropType.NULL, PropType.ERROR, PropType.OBJECT))


def sortable(
    order: SortOrder, columns: Sequence[PropTag], available: Callable[[], Sequence[PropTag]]
) -> tuple[SortKey, ...]:
    """The keys of `order` as sources take them: text tags wide.

    `TooComplex` for categories, a tag twice, a type without order, instances of multi-valued columns, and tags neither
    among the current `columns` nor `available`.
    """
    if order.categories:
        raise TooComplex("this table has no categories", value=order.categories)
    keys = tuple(_key(key) for key in order.keys)
    tags = {key.tag for key in keys}
    if len(tags) < len(keys):
        raise TooComplex("a column can be sorted by once", value=[key.tag for key in keys])
    unknown = tags - set(map(canonical_tag, columns))
    if unknown:
        unknown -= set(map(canonical_tag, available()))
    if unknown:
        raise TooComplex("the table has no such column to sort by", value=sorted(unknown), hint="query_columns")
    return keys


def _key(key: SortKey) -> SortKey:
    if key.tag.base_type in _UNSORTABLE or key.tag.is_instance:
        raise TooComplex("rows cannot be sorted by this column", value=key.tag)
    if key.order not in (Order.ASCEND, Order.DESCEND):
        raise TooComplex("this order needs categories", value=key.order)
    return replace(key, tag=canonical_tag(key.tag))
