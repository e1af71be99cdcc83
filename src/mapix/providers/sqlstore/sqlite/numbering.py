"""Whether a store's count of its objects can be gone on with: in a damaged file it may say anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mapix.properties.errors import CorruptStore

if TYPE_CHECKING:
    from mapix.providers.sqlstore.sqlite.database import SqliteDatabase

_NUMBERS: Final = (
    "SELECT last_number, (SELECT coalesce(max(id), 0) FROM folder), (SELECT coalesce(max(id), 0) FROM message),"
    " (SELECT coalesce(max(id), 0) FROM attachment) FROM store"
)


def check_numbers(database: SqliteDatabase) -> None:
    """`CorruptStore` where the store would hand out numbers of what is there: two objects would become one."""
    last, *there = database.row(_NUMBERS) or (None,)
    if not isinstance(last, int) or not all(isinstance(number, int) and number <= last for number in there):
        hint = "mapix store check --repair"
        raise CorruptStore("the store has lost count of its objects", value=database.name, hint=hint)
