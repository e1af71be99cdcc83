"""Stores with a full-text index, and how its tests look for messages."""

from __future__ import annotations

from typing import Any

from mapix.properties import tags
from mapix.properties.restriction import Restriction
from mapix.properties.where import parse_where
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.rows import ContentsRows
from mapix.providers.sqlstore.textindex import TextIndex

from .helpers import save


def texts_of(store: SqlBackend) -> TextIndex:
    index = store._around.texts
    assert index is not None
    return index


def itself(predicate: Predicate) -> Predicate:
    return predicate


def found(store: SqlBackend, where: str | Restriction, *, driven: bool | None = None) -> list[int]:
    """The numbers that a new table of the root shows; `driven` whether the index must have been asked."""
    rows = store.contents(store.root, associated=False)
    assert isinstance(rows, ContentsRows)
    restriction = parse_where(where) if isinstance(where, str) else where
    if driven is not None:
        predicate = rows._asked(restriction, None, itself)
        assert (predicate.driver is not None) is driven
    numbers = [key[-1] for key in rows.page(restriction, (), None, 1000, ()).keys]
    assert rows.count(restriction) == len(numbers)
    for place, number in enumerate(numbers):
        assert rows.key_at(restriction, (), place) == (number,)
        assert rows.position(restriction, (), (number,)) == place
    return numbers


def mail(store: SqlBackend, subject: str, body: str = "", **values: Any) -> int:
    """A message; its number."""
    return save(store, {tags.PR_SUBJECT: subject, tags.PR_BODY: body}, **values).number
