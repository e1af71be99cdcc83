"""A table of a few rows, and how the tests of tables look at it."""

from collections.abc import Sequence
from typing import Any

from mapix.objects.tables.tabledata import TableData
from mapix.objects.tables.tableview import TableView
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag

NAME = PropTag(0x3001001F)
NAME8 = PropTag(0x3001001E)
NUMBER = PropTag(0x30000003)
WORDS = PropTag(0x6830101F)
UNKNOWN = PropTag(0x68400003)

BY_NAME = SortOrder((SortKey(NAME),))


def data(count: int = 20, **options: Any) -> TableData:
    """Rows 0, 1, 2… named n00, n01, n02…"""
    rows = [{NAME: f"n{number:02}", NUMBER: number} for number in range(count)]
    return TableData([NUMBER, NAME], rows, index=NUMBER, **options)


def table(count: int = 20, **options: Any) -> TableView:
    view = data(count).view(**options)
    view.set_columns([NUMBER])
    return view


def numbers(rows: Sequence[tuple[Any, ...]]) -> list[int]:
    return [row[0] for row in rows]


def at(view: TableView) -> int:
    return view.query_position()[0]
