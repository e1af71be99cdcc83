"""One row a value: any source with some multi-valued columns taken apart, itself a source of rows (P-053).

    rows = InstanceRows(source, {PropTag(0x6830001F): PropTag(0x6830101F)})

A row with values has one for each, or for each combination where several columns are taken apart; a row without any is
shown once (`takenapart`). Where the only such column leads the order, rows without values come last and are left to
their source, so that a few marked rows among many cost little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from mapix.interfaces.rows import Group, Page, RowKey, RowSource
from mapix.objects.restrictions.conditions import both
from mapix.objects.tables.grouping import Collector, groups_of
from mapix.objects.tables.instancelist import Instance, InstanceList, Question, find, key_of
from mapix.objects.tables.instances import Instances
from mapix.objects.tables.sourceversion import version_of
from mapix.objects.tables.takenapart import TakenApart
from mapix.properties.restriction import Exist, Or, Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_FLAGS, PidTagInstanceNum

_Listing = Callable[..., Sequence[Instance]]


class _Plan(NamedTuple):
    """The answer to a question in some order: instances in order, and what of the source follows them."""

    instances: Sequence[Instance]
    rest: Restriction | None
    rest_order: Sequence[SortKey]
    has_rest: bool


class InstanceRows:
    """The rows of `source`, one for each value of the columns in `instances`."""

    def __init__(self, source: RowSource, instances: Instances) -> None:
        self.source = source
        self.table_type = source.table_type
        self._apart = TakenApart(source, instances)
        self._list = InstanceList(self._apart)

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return self.source.default_columns()

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`: those of the source, and those taken apart."""
        known = self.source.available_columns()
        singles = (single for single, whole in self._apart.instances.items() if whole in known)
        return tuple(dict.fromkeys((*known, *singles, PidTagInstanceNum)))

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`: what is told there names rows of the source."""
        return self.source.notification_key()

    def version(self) -> Any:
        """See `DirectRowSource.version`."""
        return version_of(self.source)

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`."""
        plan = self._plan(where, self.leading)
        return len(plan.instances) + (self.source.count(plan.rest) if plan.has_rest else 0)

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """See `RowSource.position`."""
        plan = self._plan(where, order)
        if not _is_instance(key):
            return len(plan.instances) + self.source.position(plan.rest, plan.rest_order, key[0])
        place, is_there = find(plan.instances, key)
        return place - is_there

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """See `DirectRowSource.key_at`."""
        plan = self._plan(where, order)
        if index < len(plan.instances):
            return plan.instances[index].key
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

    def of_rows(
        self,
        rows: Restriction,
        where: Restriction | None,
        order: Sequence[SortKey],
        columns: Sequence[PropTag],
        most: int,
    ) -> Page:
        """Up to `most` instances of the rows of the source that satisfy `rows`, as `page` has them; nothing else is
        read.
        """
        question = self._list.divided(where)
        plan = self._planned(Question(both(question.shared, rows), question.own), order, self._list.entries_now)
        return self._following(plan, None, most, columns)

    def count_read(self, where: Restriction | None, order: Sequence[SortKey]) -> int:
        """How many rows of the source are read for the instances that satisfy `where`, in an order."""
        shared = self._list.divided(where).shared
        with_values = Or(tuple(map(Exist, self._apart.instances.values())))
        return self.source.count(both(shared, with_values) if self.puts_rest_last(order) else shared)

    def groups(
        self, where: Restriction | None, keys: Sequence[PropTag], extremes: Sequence[SortKey]
    ) -> Sequence[Group] | None:
        """See `GroupingRowSource.groups`: where the only column taken apart comes first, rows without values are
        grouped by their source.
        """
        if not keys or not self.puts_rest_last((SortKey(keys[0]),)):
            return None
        question = self._list.divided(where)
        columns = (*keys, PR_MESSAGE_FLAGS, *(key.tag for key in extremes))
        collector = Collector(keys, extremes)
        for instance in self._list.entries(question, (), (*columns, *question.columns), with_all=False):
            known = instance.known[: len(columns)]
            collector.add(known[: len(keys)], known[len(keys)], known[len(keys) + 1 :])
        for group in self._grouped_rest(question, keys, extremes):
            collector.merge(group)
        return collector.groups()

    @property
    def leading(self) -> tuple[SortKey, ...]:
        """An order in which rows without values come last: by the column taken apart, where there is only one."""
        singles = self._apart.instances
        return tuple(map(SortKey, singles)) if len(singles) == 1 else ()

    def puts_rest_last(self, order: Sequence[SortKey]) -> bool:
        """Whether rows without values come last in an order, where their source has them in order."""
        leading = self.leading
        return bool(leading and order and order[0].tag == leading[0].tag)

    # plans

    def _plan(self, where: Restriction | None, order: Sequence[SortKey]) -> _Plan:
        return self._planned(self._list.divided(where), order, self._list.entries)

    def _planned(self, question: Question, order: Sequence[SortKey], listing: _Listing) -> _Plan:
        split = self.puts_rest_last(order)
        found = listing(question, tuple(order), question.columns, with_all=not split)
        rest = self._list.without_values(question) if split else None
        return _Plan(found, rest, tuple(order[1:]) if split else (), split)

    def _grouped_rest(
        self, question: Question, keys: Sequence[PropTag], extremes: Sequence[SortKey]
    ) -> Iterator[Group]:
        others = [tag for tag in keys if tag not in self._apart.made]
        measured = [key for key in extremes if key.tag not in self._apart.made]
        for group in groups_of(self.source, self._list.without_values(question), others, measured):
            values = dict(zip(others, group.values, strict=True))
            most = dict(zip(measured, group.extremes, strict=True))
            yield Group(tuple(map(values.get, keys)), group.size, group.unread, tuple(map(most.get, extremes)))

    # pages

    def _following(self, plan: _Plan, after: RowKey | None, count: int, columns: Sequence[PropTag]) -> Page:
        instances: Sequence[Instance] = ()
        if after is None or _is_instance(after):
            start = 0 if after is None else find(plan.instances, after)[0]
            instances = plan.instances[start : start + count]
            after = None
        page = self._cells(instances, columns)
        if not plan.has_rest or len(instances) >= count:
            return page
        return _joined(page, self._rest(plan, after, count - len(instances), columns))

    def _before(self, plan: _Plan, after: RowKey | None, count: int, columns: Sequence[PropTag]) -> Page:
        stop, rest = len(plan.instances), Page((), ())
        if after is not None and _is_instance(after):
            stop, is_there = find(plan.instances, after)
            stop -= is_there
        elif plan.has_rest:
            rest = self._rest(plan, after, -count, columns)
        left = count - len(rest.keys)
        return _joined(self._cells(plan.instances[max(0, stop - left) : stop], columns), rest)

    def _rest(self, plan: _Plan, after: RowKey | None, count: int, columns: Sequence[PropTag]) -> Page:
        asked = [tag for tag in columns if tag not in self._apart.made]
        page = self.source.page(plan.rest, plan.rest_order, None if after is None else after[0], count, asked)
        keys = [(key,) for key in page.keys]
        if len(asked) == len(columns):
            return Page(keys, page.rows)
        found = (dict(zip(asked, row, strict=True)) for row in page.rows)
        return Page(keys, [tuple(map(values.get, columns)) for values in found])

    def _cells(self, instances: Sequence[Instance], columns: Sequence[PropTag]) -> Page:
        """The instances with their cells; those whose value is gone are left out."""
        if not columns or not instances:
            return Page([key_of(one) for one in instances], [()] * len(instances))
        rows = self._apart.rows_of(list(dict.fromkeys(one.key[1] for one in instances)), columns)
        keys, cells = [], []
        for one in instances:
            values = rows.get(one.key[1], {}).get(one.key[2])
            if values is not None:
                keys.append(one.key)
                cells.append(tuple(map(values.get, columns)))
        return Page(keys, cells)


def _is_instance(key: RowKey) -> bool:
    return len(key) > 1


def _joined(first: Page, second: Page) -> Page:
    if not first.keys or not second.keys:
        return second if not first.keys else first
    return Page([*first.keys, *second.keys], [*first.rows, *second.rows])
