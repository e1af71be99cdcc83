"""One row a value: any source with some multi-valued columns taken apart, itself a source of rows (P-053).

    rows = InstanceRows(source, {PropTag(0x6830001F): PropTag(0x6830101F)})

A row with values has one for each, or for each combination where several columns are taken apart; a row without any is
shown once. Instances have a PR_INSTANCE_KEY of their own, made of their row's and a number, and that number as
PidTagInstanceNum; a row that has no values keeps its key and has no number.

Places of instances are kept, their cells are not. Where the only such column leads the order, rows without values come
last and are left to their source, so that a few marked rows among many cost little.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, Final, NamedTuple

from mapix.interfaces.rows import Group, Page, RowKey, RowSource
from mapix.objects.canonical import looks_below
from mapix.objects.collate import order_key
from mapix.objects.conditions import both, conjuncts, decided, tags_of
from mapix.objects.counting import counts
from mapix.objects.evaluate import compile_matcher
from mapix.objects.grouping import Collector, every_row, groups_of
from mapix.objects.instances import Instances
from mapix.objects.sourceversion import version_of
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import Exist, Not, Or, Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_INSTANCE_KEY, PR_MESSAGE_FLAGS, PidTagInstanceNum
from mapix.properties.value import Row

_KEPT: Final = 8

Values = dict[PropTag, Any]


class _Instance(NamedTuple):
    """One row a value. Its key: where it stands in the order, the row it is of, and the number of the value, -1 for a
    row without values.
    """

    key: RowKey
    known: Row


class _Question(NamedTuple):
    """A restriction taken apart: what the source decides, and what instances decide."""

    shared: Restriction | None
    own: Restriction | None


class _Plan(NamedTuple):
    """The answer to a question in some order: instances in order, and what of the source follows them."""

    instances: Sequence[_Instance]
    rest: Restriction | None
    rest_order: Sequence[SortKey]
    has_rest: bool


class InstanceRows:
    """The rows of `source`, one for each value of the columns in `instances`."""

    def __init__(self, source: RowSource, instances: Instances) -> None:
        self.source = source
        self.instances = dict(instances)
        self.table_type = source.table_type
        self._made = frozenset((*instances, PidTagInstanceNum))
        self._special = self._made | {PR_INSTANCE_KEY}
        self._kept: dict[Any, list[_Instance]] = {}
        self._kept_version: Any = None

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return self.source.default_columns()

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`: those of the source, and those taken apart."""
        known = self.source.available_columns()
        singles = (single for single, whole in self.instances.items() if whole in known)
        return tuple(dict.fromkeys((*known, *singles, PidTagInstanceNum)))

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        return self.source.notification_key()

    def version(self) -> Any:
        """See `DirectRowSource.version`."""
        return version_of(self.source)

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`."""
        plan = self._plan(where, self._leading())
        return len(plan.instances) + (self.source.count(plan.rest) if plan.has_rest else 0)

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """See `RowSource.position`."""
        plan = self._plan(where, order)
        if not _is_instance(key):
            return len(plan.instances) + self.source.position(plan.rest, plan.rest_order, key[0])
        place, is_there = _find(plan.instances, key)
        return place - is_there

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """See `DirectRowSource.key_at`."""
        plan = self._plan(where, order)
        if index < len(plan.instances):
            return _key(plan.instances[index])
        if not plan.has_rest:
            return None
        left = index - len(plan.instances)
        keys = self.source.page(plan.rest, plan.rest_order, None, left + 1, ()).keys
        return (keys[left],) if left < len(keys) else None

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        """See `RowSource.page`."""
        plan = self._plan(where, order)
        return (self._before if count < 0 else self._following)(plan, after, abs(count), columns)

    def groups(
        self, where: Restriction | None, keys: Sequence[PropTag], extremes: Sequence[SortKey]
    ) -> Sequence[Group] | None:
        """See `GroupingRowSource.groups`: where the only column taken apart comes first, rows without values are
        grouped by their source.
        """
        if not self._leading() or not keys or self._leading()[0].tag != keys[0]:
            return None
        question = self._divided(where)
        columns = (*keys, PR_MESSAGE_FLAGS, *(key.tag for key in extremes))
        asked = () if question.own is None else tuple(tags_of(question.own))
        collector = Collector(keys, extremes)
        for instance in self._entries(question, (), (*columns, *asked), with_all=False):
            known = instance.known[: len(columns)]
            collector.add(known[: len(keys)], known[len(keys)], known[len(keys) + 1 :])
        for group in self._grouped_rest(question, keys, extremes):
            collector.merge(group)
        return collector.groups()

    # questions

    def _leading(self) -> tuple[SortKey, ...]:
        """The order in which rows without values come last: by the column taken apart, where there is only one."""
        return tuple(map(SortKey, self.instances)) if len(self.instances) == 1 else ()

    def _divided(self, where: Restriction | None) -> _Question:
        shared: list[Restriction] = []
        own: list[Restriction] = []
        for part in conjuncts(where):
            concerns = not self._special.isdisjoint(tags_of(part))
            if concerns and (looks_below(part) or counts(part)):
                raise TooComplex("single values are looked at alone", value=part, hint="conditions joined by AND")
            (own if concerns else shared).append(part)
        return _Question(both(*shared), both(*own))

    def _without_values(self, question: _Question) -> Restriction | None:
        """What rows must satisfy that have no values."""
        known = dict.fromkeys(self._made)
        own = None if question.own is None else decided(question.own, known)
        return both(question.shared, own, *(Not(Exist(whole)) for whole in self.instances.values()))

    def _plan(self, where: Restriction | None, order: Sequence[SortKey]) -> _Plan:
        question, leading = self._divided(where), self._leading()
        split = bool(leading and order and order[0].tag == leading[0].tag)
        columns = () if question.own is None else tuple(dict.fromkeys(tags_of(question.own)))
        found = self._entries(question, tuple(order), columns, with_all=not split)
        rest = self._without_values(question) if split else None
        return _Plan(found, rest, tuple(order[1:]) if split else (), split)

    def _grouped_rest(
        self, question: _Question, keys: Sequence[PropTag], extremes: Sequence[SortKey]
    ) -> Iterator[Group]:
        others = [tag for tag in keys if tag not in self._made]
        measured = [key for key in extremes if key.tag not in self._made]
        for group in groups_of(self.source, self._without_values(question), others, measured):
            values = dict(zip(others, group.values, strict=True))
            most = dict(zip(measured, group.extremes, strict=True))
            yield Group(tuple(map(values.get, keys)), group.size, group.unread, tuple(map(most.get, extremes)))

    # instances

    def _entries(
        self, question: _Question, order: tuple[SortKey, ...], columns: tuple[PropTag, ...], *, with_all: bool
    ) -> Sequence[_Instance]:
        """The instances that satisfy a question, in order; `known` are their values of `columns`."""
        all_of_them = self._remembered(
            (question.shared, order, columns, with_all),
            lambda: self._made_entries(question.shared, order, columns, with_all),
        )
        own = question.own
        if own is None:
            return all_of_them
        return self._remembered(
            (question.shared, order, columns, with_all, own), lambda: _satisfying(own, columns, all_of_them)
        )

    def _remembered(self, asked: Any, make: Callable[[], list[_Instance]]) -> list[_Instance]:
        version = self.version()
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

    def _made_entries(
        self, where: Restriction | None, order: tuple[SortKey, ...], columns: tuple[PropTag, ...], with_all: bool
    ) -> list[_Instance]:
        exist = None if with_all else Or(tuple(map(Exist, self.instances.values())))
        tags = (*(key.tag for key in order), *columns)
        found = []
        for row, number, values in self._taken_apart(both(where, exist), tags):
            place = tuple(order_key(values[key.tag], key.tag.type, descending=key.descending) for key in order)
            key = place, row, number
            found.append(_Instance(key, tuple(values[tag] for tag in columns)))
        if order:
            found.sort(key=_key)
        return found

    def _taken_apart(self, where: Restriction | None, tags: Sequence[PropTag]) -> Iterator[tuple[RowKey, int, Values]]:
        """Every instance in the source's own order: its row's key, its number, its values of `tags`."""
        read = self._read_columns(tags)
        for key, row in every_row(self.source, where, read):
            for number, values in self._instances(dict(zip(read, row, strict=True))):
                yield key, number, values

    def _read_columns(self, tags: Sequence[PropTag]) -> tuple[PropTag, ...]:
        asked = [tag for tag in tags if tag not in self._made]
        return tuple(dict.fromkeys((*asked, PR_INSTANCE_KEY, *self.instances.values())))

    def _instances(self, values: Values) -> Iterator[tuple[int, Values]]:
        """What becomes of one row: numbers and values of its instances."""
        lists = [values[whole] for whole in self.instances.values()]
        if not any(lists):
            yield -1, {**values, **dict.fromkeys(self._made)}
            return
        for number, combination in enumerate(product(*(some or (None,) for some in lists))):
            key = values[PR_INSTANCE_KEY]
            singles = dict(zip(self.instances, combination, strict=True))
            yield (
                number,
                {
                    **values,
                    **singles,
                    PR_INSTANCE_KEY: None if key is None else instance_key(key, number),
                    PidTagInstanceNum: number,
                },
            )

    # pages

    def _following(self, plan: _Plan, after: RowKey | None, count: int, columns: Sequence[PropTag]) -> Page:
        instances: Sequence[_Instance] = ()
        if after is None or _is_instance(after):
            start = 0 if after is None else _find(plan.instances, after)[0]
            instances = plan.instances[start : start + count]
            after = None
        page = self._cells(instances, columns)
        if not plan.has_rest or len(instances) >= count:
            return page
        return _joined(page, self._rest(plan, after, count - len(instances), columns))

    def _before(self, plan: _Plan, after: RowKey | None, count: int, columns: Sequence[PropTag]) -> Page:
        stop, rest = len(plan.instances), Page((), ())
        if after is not None and _is_instance(after):
            stop, is_there = _find(plan.instances, after)
            stop -= is_there
        elif plan.has_rest:
            rest = self._rest(plan, after, -count, columns)
        left = count - len(rest.keys)
        return _joined(self._cells(plan.instances[max(0, stop - left) : stop], columns), rest)

    def _rest(self, plan: _Plan, after: RowKey | None, count: int, columns: Sequence[PropTag]) -> Page:
        asked = [tag for tag in columns if tag not in self._made]
        page = self.source.page(plan.rest, plan.rest_order, None if after is None else after[0], count, asked)
        keys = [(key,) for key in page.keys]
        if len(asked) == len(columns):
            return Page(keys, page.rows)
        found = (dict(zip(asked, row, strict=True)) for row in page.rows)
        return Page(keys, [tuple(map(values.get, columns)) for values in found])

    def _cells(self, instances: Sequence[_Instance], columns: Sequence[PropTag]) -> Page:
        """The instances with their cells; those whose value is gone are left out."""
        if not columns or not instances:
            return Page([_key(one) for one in instances], [()] * len(instances))
        rows = self._rows_of(list(dict.fromkeys(one.key[1] for one in instances)), columns)
        keys, cells = [], []
        for one in instances:
            values = rows.get(one.key[1], {}).get(one.key[2])
            if values is not None:
                keys.append(one.key)
                cells.append(tuple(map(values.get, columns)))
        return Page(keys, cells)

    def _rows_of(self, keys: Sequence[RowKey], columns: Sequence[PropTag]) -> dict[RowKey, dict[int, Values]]:
        read = self._read_columns(columns)
        page = read_rows(self.source, keys, read)
        return {
            key: dict(self._instances(dict(zip(read, row, strict=True))))
            for key, row in zip(page.keys, page.rows, strict=True)
        }


def instance_key(key: bytes, number: int) -> bytes:
    """The PR_INSTANCE_KEY of one instance of the row that has `key` (P-053)."""
    return key + number.to_bytes(4, "big")


def read_rows(source: RowSource, keys: Sequence[RowKey], columns: Sequence[PropTag]) -> Page:
    """The rows that have `keys` in the source's own order, without those that are gone."""
    offered = getattr(source, "read", None)
    if offered is not None:
        found: Page = offered(keys, columns)
        return found
    wanted, kept, rows = set(keys), [], []
    for key, row in every_row(source, None, columns):
        if key in wanted:
            kept.append(key)
            rows.append(row)
    return Page(kept, rows)


def _satisfying(where: Restriction, columns: Sequence[PropTag], instances: Sequence[_Instance]) -> list[_Instance]:
    test = compile_matcher(where)
    return [one for one in instances if test(dict(zip(columns, one.known, strict=True)).get, None)]


def _key(instance: _Instance) -> RowKey:
    return instance.key


def _is_instance(key: RowKey) -> bool:
    return len(key) > 1


def _find(instances: Sequence[_Instance], key: RowKey) -> tuple[int, bool]:
    """How many instances stand up to a key, and whether the last of them is the one."""
    stop = bisect_right(instances, key, key=_key)
    return stop, stop > 0 and instances[stop - 1].key == key


def _joined(first: Page, second: Page) -> Page:
    if not first.keys or not second.keys:
        return second if not first.keys else first
    return Page([*first.keys, *second.keys], [*first.rows, *second.rows])
