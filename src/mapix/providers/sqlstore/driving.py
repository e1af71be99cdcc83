"""Where to look for rows: a condition is asked with what the full text index knows of it, or a span of another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Final, TypeVar

from mapix.interfaces.table import Page
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.query import Order, TableQuery, is_indexed
from mapix.providers.sqlstore.surroundings import Surroundings
from mapix.providers.sqlstore.textindex import FEW
from mapix.providers.sqlstore.textparts import Wish

T = TypeVar("T")

_QUICK: Final = 2_000
"""So many rows are sooner read and sorted than found among all in their order."""


class Driving:
    """Where to look for the messages of one table."""

    def __init__(self, around: Surroundings, query: TableQuery) -> None:
        self.database = around.database
        self.texts = around.texts
        self.query = query
        self._not_few: Wish | None = None

    def asked(self, predicate: Predicate, first_in: Order | None, ask: Callable[[Predicate], T], *, alone: bool) -> T:
        """What `ask` finds with a condition, seeing the store at one moment; `alone` it is all that a restriction says.

        The full text index says where to look, if `ask` wants all rows, or the first ones in an order in which finding
        them takes longer than looking at what the index has.
        """
        texts = self.texts
        if texts is not None and predicate.wish is not None:
            texts.catch_up(predicate.wish)
        at_one_moment = nullcontext() if texts is not None and texts.whole else self.database.read()
        with at_one_moment:
            if first_in is None or not is_indexed(first_in):
                return ask(self._driven(predicate, alone=alone))
            return self._first_asked(predicate, ask, alone=alone)

    @property
    def fenced(self) -> bool:
        """Whether a statement can be made to find rows by their condition first."""
        return self.database.dialect.fences and not self.query.is_recursive

    def _first_asked(self, predicate: Predicate, ask: Callable[[Predicate], T], *, alone: bool) -> T:
        """What `ask` finds of the first rows; at first as if there were few, where that can be asked at once. Then
        nothing may be found because there are many.
        """
        wish = predicate.wish
        if self.texts is not None and wish is not None and predicate.span is None and wish != self._not_few:
            few = self.texts.few(wish, _QUICK)
            if few is not None:
                found = ask(replace(predicate, driver=few))
                if found.keys if isinstance(found, Page) else found is not None:
                    return found
                self._not_few = wish
        return ask(self._driven_first(predicate, alone=alone))

    def _driven(self, predicate: Predicate, *, alone: bool) -> Predicate:
        """A condition of which all rows are wanted, with where to look for them."""
        texts = self.texts
        if predicate.span is not None and (alone or self.query.spanned(predicate.span, FEW)):
            return predicate
        driver = None if predicate.wish is None or texts is None else texts.driver(predicate.wish)
        return predicate if driver is None else replace(predicate, driver=driver)

    def _driven_first(self, predicate: Predicate, *, alone: bool) -> Predicate:
        """A condition of which the first rows are wanted, in an order that an index keeps.

        Where there are few, they are looked at and sorted. Where there are more, and the condition is
        `alone`, the rows are gone through in their order until enough of them are among those.
        """
        texts = self.texts
        if predicate.span is not None and (spanned := self.query.spanned(predicate.span, FEW)) is not None:
            return replace(predicate, gathered=True) if self.fenced else replace(predicate, driver=spanned)
        found = None if predicate.wish is None or texts is None else texts.sized(predicate.wish, FEW)
        if found is None:
            return predicate
        driver, hits = found
        return replace(predicate, driver=driver) if hits <= _QUICK or not alone else predicate.among(driver)
