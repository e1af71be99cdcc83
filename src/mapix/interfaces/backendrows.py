"""Rows that a store backend gives: those of its queue, and who makes the columns that follow from numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A row of a backend's queue; see `QueueEntry`."""

    number: int
    submit_time: int
    due: int
    attempts: int
    reason: str
    locked: bool


class RowDecorator(Protocol):
    """Makes the columns that follow from an object's number and place; `objects.entryids.StoreIds` is the one
    implementation.
    """

    def columns(self) -> frozenset[int]:
        """Identifiers it answers."""

    def value(self, prop_id: int, kind: int, number: int, parent: int) -> Any:
        """The value for an object of `kind` (MAPI object type)."""

    def values(self, prop_id: int, kind: int, numbers: Sequence[int], parents: Sequence[int]) -> list[Any]:
        """The values for several objects, as `value` makes them."""

    def table_key(self, table: str, folder: int) -> bytes:
        """What `RowSource.notification_key` answers for a folder's table `contents`, `associated`, `hierarchy` or
        `deep` (the hierarchy of all levels).
        """
