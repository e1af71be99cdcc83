"""Reading the same tags again and again: what GetProps works out about a list of tags is kept.

A plan only knows the plain case, in which every property is there and has the class its type says; everything else goes
the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from mapix.interfaces.prop import MapiProp
from mapix.properties.tag import PropTag, PropType
from mapix.pywin32.convert import tags
from mapix.pywin32.convert.plain import AS_THEY_ARE, CLASSES, LARGEST
from mapix.pywin32.convert.values import Pair, reader, stored

_MOST: Final = 512


class ReadPlan:
    """How the values of some tags are shown."""

    __slots__ = ("_asked", "_classes", "_converters", "_longs", "_numbers")

    def __init__(self, wanted: Sequence[PropTag]) -> None:
        self._asked = [stored(tag) for tag in wanted]
        self._numbers = [int(tag) for tag in wanted]
        kinds = [tag.type for tag in wanted]
        self._classes = [CLASSES[kind] for kind in kinds]
        self._longs = [place for place, kind in enumerate(kinds) if kind == PropType.LONG]
        self._converters: list[tuple[int, Callable[[Any], Any]]] = [
            (place, reader(kind))
            for place, kind in enumerate(kinds)
            if kind not in AS_THEY_ARE and kind != PropType.LONG
        ]

    def read(self, target: MapiProp) -> tuple[Pair, ...] | None:
        """The properties of an object; None when it is no plain case."""
        found = target.get_props(self._asked)
        if list(found) != self._asked:
            return None
        values = list(found.values())
        if list(map(type, values)) != self._classes:
            return None
        for place in self._longs:
            if values[place] > LARGEST:
                return None
        for place, convert in self._converters:
            values[place] = convert(values[place])
        return tuple(zip(self._numbers, values, strict=False))


_plans: dict[tuple[tuple[int, ...], int], ReadPlan] = {}


def known(given: Any, flags: Any) -> ReadPlan | None:
    """The plan of the tags and flags that a script gave, when the same were given before."""
    try:
        key = (given if given.__class__ is tuple else tuple(given), flags)
        plan = _plans.get(key)
        # Equal numbers are one key, but only whole ones may be given; a sum tells whether one of them was not.
        return plan if plan is not None and sum(key[0], flags).__class__ is int else None
    except TypeError:
        return None


def learn(given: Any, flags: Any, wanted: Sequence[PropTag] | None) -> None:
    """Keep a plan for tags that were found to be in order; those that have no plain case have none."""
    if not wanted or given.__class__ not in (tuple, list) or len(set(map(tags.error_tag, wanted))) != len(wanted):
        return
    if not all(tag.type in CLASSES and stored(tag) == tag.unicode() for tag in wanted):
        return
    if len(_plans) >= _MOST:
        _plans.clear()
    _plans[tuple(given), flags] = ReadPlan(wanted)
