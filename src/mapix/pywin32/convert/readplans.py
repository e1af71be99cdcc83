"""Reading the same tags again and again: what GetProps works out about a list of tags is kept.

A plan only knows the plain case, in which every property is there and has the class its type says; everything else goes
the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mapix.interfaces.prop import MapiProp
from mapix.properties.tag import PropTag, PropType
from mapix.pywin32.convert import tags
from mapix.pywin32.convert.plain import AS_THEY_ARE, CLASSES, LARGEST
from mapix.pywin32.convert.values import Pair, reader, stored

_MOST: Final = 512


class ReadPlan:
    """How the values of some tags are shown."""

    __slots__ = ("asked", "classes", "converters", "longs", "numbers")

    def __init__(self, wanted: Sequence[PropTag]) -> None:
        self.asked = [stored(tag) for tag in wanted]
        self.numbers = [int(tag) for tag in wanted]
        kinds = [tag.type for tag in wanted]
        self.classes = [CLASSES[kind] for kind in kinds]
        self.longs = [place for place, kind in enumerate(kinds) if kind == PropType.LONG]
        self.converters: list[tuple[int, Callable[[Any], Any]]] = [
            (place, reader(kind))
            for place, kind in enumerate(kinds)
            if kind not in AS_THEY_ARE and kind != PropType.LONG
        ]


_plans: dict[tuple[tuple[int, ...], int], ReadPlan] = {}


def quick(target: MapiProp, given: Any, flags: Any) -> tuple[Pair, ...] | None:
    """The properties of an object by the tags and flags that a script gave; None when the same were never given
    before, or when it is no plain case.
    """
    kind = given.__class__
    if kind is not tuple and kind is not list:
        return None
    try:
        key = (given if kind is tuple else tuple(given), flags)
        plan = _plans.get(key)
        # Equal numbers are one key, but only whole ones may be given; a sum tells whether one of them was not.
        if plan is None or sum(key[0], flags).__class__ is not int:
            return None
    except TypeError:
        return None
    return shown(plan, target.get_props(plan.asked))


def shown(plan: ReadPlan, found: Mapping[PropTag, Any]) -> tuple[Pair, ...] | None:
    """Values as pairs; None when one is missing or not plain."""
    if [*found] != plan.asked:
        return None
    values = [*found.values()]
    if [*map(type, values)] != plan.classes:
        return None
    for place in plan.longs:
        if values[place] > LARGEST:
            return None
    for place, convert in plan.converters:
        values[place] = convert(values[place])
    return tuple(zip(plan.numbers, values, strict=False))


def learn(given: Any, flags: Any, wanted: Sequence[PropTag] | None) -> None:
    """Keep a plan for tags that were found to be in order; those that have no plain case have none."""
    if not wanted or given.__class__ not in (tuple, list) or len(set(map(tags.error_tag, wanted))) != len(wanted):
        return
    if (tuple(given), flags) in _plans or not all(
        tag.type in CLASSES and stored(tag) == tag.unicode() for tag in wanted
    ):
        return
    if len(_plans) >= _MOST:
        _plans.clear()
    _plans[tuple(given), flags] = ReadPlan(wanted)
