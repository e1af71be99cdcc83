"""Receive folders: which folder messages of a class arrive in (C-010, ST-062, ST-063)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from mapix.interfaces.prop import ObjectType
from mapix.objects.restrictions.collate import fold
from mapix.objects.tables.columns import RECEIVE_FOLDERS
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.tags import PR_ENTRYID, PR_INSTANCE_KEY, PR_MESSAGE_CLASS, PR_RECORD_KEY

if TYPE_CHECKING:
    from mapix.interfaces.table import MapiTable
    from mapix.objects.stores.context import StoreContext

V = TypeVar("V")


def longest_prefix(table: Mapping[str, V], message_class: str) -> str | None:
    """The entry of `table` whose class is the longest prefix of `message_class` on level boundaries, case aside;
    None when not even "" is there.

    >>> longest_prefix({"": 1, "IPM": 2, "IPM.Note.Sample": 3}, "ipm.note.sample.Simple")
    'IPM.Note.Sample'
    """
    wanted = fold(message_class)
    fitting = [entry for entry in table if _is_prefix(fold(entry), wanted)]
    return max(fitting, key=len, default=None)


def checked_class(message_class: str) -> str:
    """`message_class` as a receive folder may have it (C-001, C-013): ASCII, at most 255, no period at the end."""
    if len(message_class) > 255 or message_class.endswith(".") or not message_class.isascii():
        raise InvalidParameter("not a message class", value=message_class)
    return message_class


def find_folder(context: StoreContext, message_class: str) -> tuple[bytes, str]:
    """The folder for a class and the class of its entry; the root where no entry fits (ST-062, ST-063)."""
    table = present_folders(context)
    found = longest_prefix(table, message_class)
    number = context.backend.root if found is None else table[found]
    return context.ids.folder(number), found or ""


def set_folder(context: StoreContext, message_class: str, entry_id: bytes | None) -> None:
    """Set or remove an entry; `NotFound` for a folder that is not there (ST-062)."""
    folder = None if entry_id is None else context.ids.read_folder(entry_id)
    if folder is not None:
        context.backend.folder_parent(folder)
    context.backend.set_receive_folder(checked_class(message_class), folder)


def folder_table(context: StoreContext) -> MapiTable:
    """All entries as a table (ST-064)."""
    from mapix.objects.tables.tabledata import TableData

    ids, kind = context.ids, int(ObjectType.FOLDER)
    rows = [
        {
            PR_ENTRYID: ids.folder(number),
            PR_MESSAGE_CLASS: message_class,
            PR_RECORD_KEY: ids.record_key(kind, number),
            PR_INSTANCE_KEY: message_class.encode(),
        }
        for message_class, number in present_folders(context).items()
    ]
    return TableData(RECEIVE_FOLDERS, rows).view(life=context.life)


def present_folders(context: StoreContext) -> dict[str, int]:
    """The entries whose folders are still there; there is always one for "" (ST-063)."""
    table = context.backend.receive_folders()
    found = {entry: number for entry, number in table.items() if _has_folder(context, number)}
    return {"": context.backend.root} | found


def _has_folder(context: StoreContext, number: int) -> bool:
    try:
        context.backend.folder_parent(number)
    except NotFound:
        return False
    return True


def _is_prefix(entry: str, wanted: str) -> bool:
    return not entry or wanted == entry or wanted.startswith(entry + ".")
