"""What happened in a store, as its backend tells it, and what a search folder looks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapix.interfaces.notify import Event
from mapix.properties.restriction import Restriction

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened in a store, told after it is permanent. Numbers of 0 mean: does not apply.

    TABLE_MODIFIED says that a message has come into the contents of the search folder `parent`, left those of
    `old_parent`, or changed in them, where both are the same; without a number all the contents may be others. Of a
    folder it says that any row of its tables may be another.

    `associated` says of a message that moved or was deleted in which of its folder's tables it was; None where nobody
    can say, and then both are told.
    """

    event: Event
    object_type: int
    number: int
    parent: int = 0
    old_number: int = 0
    old_parent: int = 0
    associated: bool | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What a search folder looks for: messages, not associated, that lie in one of `folders` and satisfy
    `restriction`; with SEARCH_RECURSIVE in `state` also below those folders.

    While `state` has SEARCH_RUNNING and not SEARCH_STATIC, results follow every change in the transaction that makes
    it. SEARCH_REBUILD says that the first pass has not come to its end (F-043).
    """

    restriction: Restriction
    folders: tuple[int, ...]
    state: int


ChangeListener = Callable[[Sequence[Change]], None]
