"""What SQL cannot decide: rows tried one by one by `mapix.objects.evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from mapix.objects.evaluate import Get, compile_matcher
from mapix.properties.restriction import (
    And,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Not,
    Or,
    Property,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_NUM, PR_MESSAGE_RECIPIENTS
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.parts import attachments_of, recipients_of


class Judge:
    """Decides whether rows satisfy `restriction`; `columns` are the tags it wants to see of each row."""

    def __init__(self, database: Database, restriction: Restriction) -> None:
        self.database = database
        self.columns = tuple(dict.fromkeys(_tags(restriction)))
        self._matcher = compile_matcher(restriction)

    def holds(self, number: int, row: Sequence[Any]) -> bool:
        """Whether the message `number`, whose `columns` are in `row`, satisfies the restriction."""
        values = dict(zip(self.columns, row, strict=True))
        return self._matcher(values.get, lambda tag: self._parts(number, tag))

    def _parts(self, number: int, tag: PropTag) -> Iterable[Get]:
        if tag == PR_MESSAGE_RECIPIENTS:
            return [_getter(row) for row in recipients_of(self.database, number)]
        found = attachments_of(self.database, number)
        return [_getter({PR_ATTACH_NUM: attach, **values}) for attach, values in found.items()]


def _getter(row: dict[PropTag, Any]) -> Callable[[PropTag], Any]:
    untyped = {tag >> 16 << 16: value for tag, value in row.items()}
    return lambda tag: row.get(tag) if tag & 0xFFFF else untyped.get(tag)


def _tags(node: Restriction) -> Iterator[PropTag]:
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from _tags(child)
        case Comment(None) | Sub():
            return
        case Not(child) | Count(_, child) | Comment(child):
            yield from _tags(child)
        case CompareProps(_, left, right):
            yield from (left, right)
        case Content(tag) | Property(_, tag) | Bitmask(tag) | Size(_, tag) | Exist(tag):
            yield tag
