"""Reading the same tags again and again: what GetProps works out about a list of tags is kept.

A plan only knows the plain case, in which every property is there and has the class its type says; everything else goes
the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

from mapix.formats.storageerrors import StorageError
from mapix.interfaces.prop import MapiProp
from mapix.properties.errors import MapiError
from mapix.properties.tag import PropTag, PropType
from mapix.pywin32.convert import tags
from mapix.pywin32.convert.plain import AS_THEY_ARE, CLASSES, LARGEST
from mapix.pywin32.convert.values import Pair, reader, stored

_MOST: Final = 512


class ReadPlan:
    """How the values of some tags are shown."""

    __slots__ = ("asked", "classes", "converters", "flags", "given", "longs", "pairs")

    def __init__(self, wanted: Sequence[PropTag], flags: Any) -> None:
        self.asked = [stored(tag) for tag in wanted]
        self.flags = flags
        self.given: tuple[Any, ...] | None = None
        self.pairs: Callable[[list[Any]], Iterable[Pair]] = partial(zip, [int(tag) for tag in wanted])
        kinds = [tag.type for tag in wanted]
        self.classes = [CLASSES[kind] for kind in kinds]
        self.longs = [place for place, kind in enumerate(kinds) if kind == PropType.LONG]
        self.converters: list[tuple[int, Callable[[Any], Any]]] = [
            (place, reader(kind))
            for place, kind in enumerate(kinds)
            if kind not in AS_THEY_ARE and kind != PropType.LONG
        ]


_plans: dict[tuple[tuple[int, ...], int], ReadPlan] = {}
_latest = [ReadPlan((), 0)]
"""The plan of the tuple that was given last: who gives the same one again has it without a look into `_plans`."""


def quick(target: MapiProp, given: Any, flags: Any) -> tuple[Pair, ...] | None:
    """The properties of an object by the tags and flags that a script gave; None when the same were never given
    before, when one is missing or not plain, or when the object fails: the long way tells how.
    """
    try:
        latest = _latest[0]
        is_same = latest.given is given and flags == latest.flags and flags.__class__ is int
        plan = latest if is_same else _found(given, flags)
        if plan is None:
            return None
        found = target.get_props(plan.asked)
        values = [*found.values()]
        if [*found] != plan.asked or [*map(type, values)] != plan.classes:
            return None
        for place in plan.longs:
            if values[place] > LARGEST:
                return None
        for place, convert in plan.converters:
            values[place] = convert(values[place])
        return tuple(plan.pairs(values))
    except (TypeError, MapiError, StorageError):
        return None


def _found(given: Any, flags: Any) -> ReadPlan | None:
    """The plan for such tags and flags, which must be whole numbers, as those it was made for: what equals them may not
    be, and the sum of the tags tells it.
    """
    if flags.__class__ is not int or given.__class__ not in (tuple, list):
        return None
    plan = _plans.get((tuple(given), flags))
    if plan is None or (plan.given is not given and sum(given).__class__ is not int):
        return None
    if given.__class__ is tuple:
        plan.given = given
        _latest[0] = plan
    return plan


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
    _plans[tuple(given), flags] = ReadPlan(wanted, flags)
