"""Tags of multi-valued columns that are shown one row a value (P-052..P-055).

Above the sources such a column is known by the type of one value: the column `0x…301F` of a property `0x…101F` is
`0x…001F` in rows, conditions and orders, however a caller spells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from mapix.objects.restrictions.canonical import canonical_tag
from mapix.objects.restrictions.conditions import retagged
from mapix.properties.restriction import Restriction
from mapix.properties.tag import MV_FLAG, MV_INSTANCE, MVI_FLAG, PropTag

Instances = Mapping[PropTag, PropTag]
"""The properties of which each value has a row of its own: by the tag of one value, the tag of all of them."""

NONE: Final[Instances] = {}


def instances_in(tags: Iterable[PropTag]) -> dict[PropTag, PropTag]:
    """What `tags` of columns and sort keys ask to be shown one row a value."""
    return {single_tag(tag): PropTag(single_tag(tag) | MV_FLAG) for tag in tags if tag & MV_INSTANCE}


def single_tag(tag: PropTag) -> PropTag:
    """The tag of one value, text wide (P-054)."""
    return PropTag(tag & ~MVI_FLAG).unicode()


def singled(instances: Instances) -> Callable[[PropTag], PropTag]:
    """What tags are known as, where `instances` are shown one row a value; the others as sources know them (X-13)."""

    def single(tag: PropTag) -> PropTag:
        return single_tag(tag) if tag & MV_INSTANCE and single_tag(tag) in instances else canonical_tag(tag)

    return single


def with_singles(restriction: Restriction, instances: Instances) -> Restriction:
    """`restriction` with the instance tags of `instances` as tags of one value; 8-bit text stays what it is."""

    def retag(tag: PropTag) -> PropTag:
        if tag & MV_INSTANCE and single_tag(tag) in instances:
            return PropTag(tag & ~MVI_FLAG)
        return tag

    return retagged(restriction, retag) if instances else restriction
