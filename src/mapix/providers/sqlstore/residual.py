"""What SQL cannot decide: rows tried one by one by `mapix.objects.restrictions.evaluate`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mapix.objects.restrictions.evaluate import Cell, Get, compile_matcher
from mapix.properties.restriction import And, Comment, Count, Not, Or, Restriction
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_NUM, PR_MESSAGE_RECIPIENTS
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.judging import by_identifier, columns_of
from mapix.providers.sqlstore.parts import attachments_of, recipients_of


class Judge:
    """Decides whether rows satisfy `restriction`; `columns` are the tags it wants to see of each row."""

    def __init__(self, database: Database, restriction: Restriction) -> None:
        self.database = database
        self.columns = tuple(dict.fromkeys(tags_of(restriction)))
        self._cells = tuple(_cells(restriction))
        self._matcher = compile_matcher(restriction)

    def holds(self, number: int, row: Sequence[Any]) -> bool:
        """Whether the message `number`, whose `columns` are in `row`, satisfies the restriction."""
        values = dict(zip(self.columns, row, strict=True))
        for cell in self._cells:
            cell.holds = number in cell.numbers
        return self._matcher(values.get, lambda tag: self._parts(number, tag))

    def _parts(self, number: int, tag: PropTag) -> Iterable[Get]:
        if tag == PR_MESSAGE_RECIPIENTS:
            return [by_identifier(row) for row in recipients_of(self.database, number)]
        found = attachments_of(self.database, number)
        return [by_identifier({PR_ATTACH_NUM: attach, **values}) for attach, values in found.items()]


def tags_of(node: Restriction) -> Iterator[PropTag]:
    """The tags whose values a restriction looks at."""
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from tags_of(child)
        case Not(Restriction() as child) | Count(_, child) | Comment(Restriction() as child):
            yield from tags_of(child)
        case _:
            yield from columns_of(node)


def _cells(node: Restriction) -> Iterator[Cell]:
    match node:
        case Cell():
            yield node
        case And(children) | Or(children):
            for child in children:
                yield from _cells(child)
        case Not(Restriction() as child) | Comment(Restriction() as child):
            yield from _cells(child)
