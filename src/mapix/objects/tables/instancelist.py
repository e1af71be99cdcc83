"""The instances of a source in some order: what a question about them is divided into, and the lists that answer it.

A restriction is divided into what the source decides and what instances decide. Places of instances are kept as long as
the source does not change, their cells are not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from mapix.interfaces.rows import RowKey
from mapix.objects.restrictions.canonical import looks_below
from mapix.objects.restrictions.collate import order_key
from mapix.objects.restrictions.conditions import both, conjuncts, decided, tags_of
from mapix.objects.restrictions.counting import counts
from mapix.objects.restrictions.evaluate import compile_matcher
from mapix.objects.tables.sourceversion import version_of
from mapix.objects.tables.takenapart import TakenApart
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import Exist, Not, Or, Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.value import Row

_KEPT: Final = 8
_KEYS: Final = 65536


class Instance(NamedTuple):
    """One row a value. Its key: where it stands in the order, the row it is of, and the number of the value, -1 for a
    row without values.
    """

    key: RowKey
    known: Row


class Question(NamedTuple):
    """A restriction taken apart: what the source decides, and what instances decide."""

    shared: Restriction | None
    own: Restriction | None

    @property
    def columns(self) -> tuple[PropTag, ...]:
        """What instances need to be known of to decide their part."""
        return () if self.own is None else tuple(dict.fromkeys(tags_of(self.own)))


class InstanceList:
    """Lists of the instances of `apart`."""

    def __init__(self, apart: TakenApart) -> None:
        self.apart = apart
        self._kept: dict[Any, list[Instance]] = {}
        self._kept_version: Any = None

    def divided(self, where: Restriction | None) -> Question:
        """`where` as a question; `TooComplex` where a condition is about more than single values."""
        shared: list[Restriction] = []
        own: list[Restriction] = []
        for part in conjuncts(where):
            concerns = not self.apart.special.isdisjoint(tags_of(part))
            if concerns and (looks_below(part) or counts(part)):
                raise TooComplex("single values are looked at alone", value=part, hint="conditions joined by AND")
            (own if concerns else shared).append(part)
        return Question(both(*shared), both(*own))

    def without_values(self, question: Question) -> Restriction | None:
        """What rows must satisfy that have no values."""
        known = dict.fromkeys(self.apart.made)
        own = None if question.own is None else decided(question.own, known)
        return both(question.shared, own, *(Not(Exist(whole)) for whole in self.apart.instances.values()))

    def entries(
        self, question: Question, order: tuple[SortKey, ...], columns: tuple[PropTag, ...], *, with_all: bool
    ) -> Sequence[Instance]:
        """The instances that satisfy a question, in order; `known` are their values of `columns`. Rows without values
        are among them with `with_all` alone.
        """
        asked = (question.shared, order, columns, with_all)
        all_of_them = self._remembered(asked, lambda: self._made(*asked))
        own = question.own
        if own is None:
            return all_of_them
        return self._remembered((*asked, own), lambda: _satisfying(own, columns, all_of_them))

    def entries_now(
        self, question: Question, order: tuple[SortKey, ...], columns: tuple[PropTag, ...], *, with_all: bool
    ) -> Sequence[Instance]:
        """The same, read for this once: for questions that nobody asks again."""
        found = self._made(question.shared, order, columns, with_all)
        return found if question.own is None else _satisfying(question.own, columns, found)

    def _remembered(self, asked: Any, make: Callable[[], list[Instance]]) -> list[Instance]:
        version = version_of(self.apart.source)
        if version is None or version != self._kept_version or len(self._kept) > _KEPT:
            self._kept, self._kept_version = {}, version
        kept = self._kept
        try:
            found = kept.get(asked)
        except TypeError:  # a constant that cannot be hashed
            return make()
        if found is None:
            found = kept[asked] = make()
        return found

    def _made(
        self, where: Restriction | None, order: tuple[SortKey, ...], columns: tuple[PropTag, ...], with_all: bool
    ) -> list[Instance]:
        exist = None if with_all else Or(tuple(map(Exist, self.apart.instances.values())))
        tags = (*(key.tag for key in order), *columns)
        keys = [_key_maker(key) for key in order]
        width, found = len(order), []
        for row, number, values in self.apart.cells(both(where, exist), tags):
            place = tuple([make(value) for make, value in zip(keys, values, strict=False)])
            found.append(Instance((place, row, number), values[width:]))
        if order:
            found.sort(key=key_of)
        return found


def _key_maker(key: SortKey) -> Callable[[Any], Any]:
    """What makes sort keys of values; those of values that come again are made once."""
    kind, descending = key.tag.type, key.descending
    known: dict[Any, Any] = {}

    def make(value: Any) -> Any:
        try:
            return known[value]
        except KeyError:
            if len(known) >= _KEYS:
                known.clear()
            found = known[value] = order_key(value, kind, descending=descending)
            return found
        except TypeError:  # a value that cannot be hashed
            return order_key(value, kind, descending=descending)

    return make


def key_of(instance: Instance) -> RowKey:
    """Its key."""
    return instance.key


def find(instances: Sequence[Instance], key: RowKey) -> tuple[int, bool]:
    """How many instances stand up to a key, and whether the last of them is the one."""
    stop = bisect_right(instances, key, key=key_of)
    return stop, stop > 0 and instances[stop - 1].key == key


def _satisfying(where: Restriction, columns: Sequence[PropTag], instances: Sequence[Instance]) -> list[Instance]:
    test = compile_matcher(where)
    return [one for one in instances if test(dict(zip(columns, one.known, strict=True)).get, None)]
