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

    __slots__ = ("asked", "classes", "converters", "given", "longs", "pairs")

    def __init__(self, wanted: Sequence[PropTag]) -> None:
        self.asked = [stored(tag) for tag in wanted]
        self.given: tuple[Any, ...] = ()
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


def quick(target: MapiProp, given: Any, flags: Any) -> tuple[Pair, ...] | None:
    """The properties of an object by the tags and flags that a script gave; None when the same were never given
    before, when one is missing or not plain, or when the object fails: the long way tells how.
    """
    try:
        plan = _plans.get((given, flags)) if given.__class__ is tuple else _of_list(given, flags)
        if plan is None or flags.__class__ is not int or (plan.given is not given and not _is_whole(plan, given)):
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


def _of_list(given: Any, flags: Any) -> ReadPlan | None:
    return _plans.get((tuple(given), flags)) if given.__class__ is list else None


def _is_whole(plan: ReadPlan, given: Any) -> bool:
    """Whether tags that equal those of a plan are whole numbers, as these are: their sum tells whether one is not."""
    if sum(given).__class__ is not int:
        return False
    if given.__class__ is tuple:
        plan.given = given
    return True


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
