"""Rows of a source taken apart into one for each value of some columns: numbers, keys and cells of instances (P-053).

    apart = TakenApart(source, {PropTag(0x6830001F): PropTag(0x6830101F)})
    [(number, key) for _, number, (key,) in apart.cells(None, (PR_INSTANCE_KEY,))]

Instances have a PR_INSTANCE_KEY of their own, made of their row's and a number, and that number as PidTagInstanceNum; a
row that has no values keeps its key and has no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, Final

from mapix.interfaces.rows import Page, RowKey, RowSource
from mapix.objects.tables.grouping import every_row
from mapix.objects.tables.instances import Instances
from mapix.properties.restriction import Restriction
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_INSTANCE_KEY, PidTagInstanceNum
from mapix.properties.value import Row

_NUMBER_SIZE: Final = 4

Values = dict[PropTag, Any]


class TakenApart:
    """The rows of `source`, one for each value of the columns in `instances`.

    `made` are the columns that only instances have, `special` those that are another in each instance of a row.
    """

    def __init__(self, source: RowSource, instances: Instances) -> None:
        self.source = source
        self.instances = dict(instances)
        self.made = frozenset((*instances, PidTagInstanceNum))
        self.special = self.made | {PR_INSTANCE_KEY}

    def cells(self, where: Restriction | None, tags: Sequence[PropTag]) -> Iterator[tuple[RowKey, int, Row]]:
        """Every instance in the source's own order: its row's key, its number, its cells of `tags`; the number is -1
        for a row without values.
        """
        read = self._read_columns(tags)
        lists = [read.index(whole) for whole in self.instances.values()]
        rows = every_row(self.source, where, read)
        if len(lists) == 1 and self.special.intersection(tags) <= self.instances.keys():
            yield from _with_value(rows, lists[0], [None if tag in self.instances else read.index(tag) for tag in tags])
            return
        for key, row in rows:
            for number, values in self._instances(dict(zip(read, row, strict=True))):
                yield key, number, tuple([values[tag] for tag in tags])

    def rows_of(self, keys: Sequence[RowKey], columns: Sequence[PropTag]) -> dict[RowKey, dict[int, Values]]:
        """The instances of the rows that have `keys` in the source's own order: values by row and number."""
        read = self._read_columns(columns)
        page = read_rows(self.source, keys, read)
        return {
            key: dict(self._instances(dict(zip(read, row, strict=True))))
            for key, row in zip(page.keys, page.rows, strict=True)
        }

    def _read_columns(self, tags: Sequence[PropTag]) -> tuple[PropTag, ...]:
        asked = [tag for tag in tags if tag not in self.made]
        return tuple(dict.fromkeys((*asked, PR_INSTANCE_KEY, *self.instances.values())))

    def _instances(self, values: Values) -> Iterator[tuple[int, Values]]:
        """What becomes of one row: numbers and values of its instances."""
        lists = [values[whole] for whole in self.instances.values()]
        if not any(lists):
            yield -1, {**values, **dict.fromkeys(self.made)}
            return
        key = values[PR_INSTANCE_KEY]
        for number, combination in enumerate(product(*(some or (None,) for some in lists))):
            singles = dict(zip(self.instances, combination, strict=True))
            own = {PR_INSTANCE_KEY: None if key is None else instance_key(key, number), PidTagInstanceNum: number}
            yield number, {**values, **singles, **own}


def _with_value(
    rows: Iterable[tuple[RowKey, Row]], place: int, picked: Sequence[int | None]
) -> Iterator[tuple[RowKey, int, Row]]:
    """The cells of instances of rows that have their values at `place`: the value, and what stands at other places."""
    for key, row in rows:
        values = row[place]
        if not values:
            yield key, -1, tuple([None if pick is None else row[pick] for pick in picked])
            continue
        for number, value in enumerate(values):
            yield key, number, tuple([value if pick is None else row[pick] for pick in picked])


def instance_key(key: bytes, number: int) -> bytes:
    """The PR_INSTANCE_KEY of one instance of the row that has `key` (P-053)."""
    return key + number.to_bytes(_NUMBER_SIZE, "big")


def row_key_of(key: bytes, number: int | None) -> bytes:
    """The PR_INSTANCE_KEY of the row that the instance with `key` and PidTagInstanceNum `number` is of."""
    return key if number is None else key[:-_NUMBER_SIZE]


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
