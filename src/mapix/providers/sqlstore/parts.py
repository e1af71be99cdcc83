"""The parts of messages: recipient rows, attachments, and the messages inside attachments.

A recipient is one row: what is looked for often in columns, everything in one packed value. An attachment is an object
with property rows of its own; a message inside it is a message without folder that the attachment holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from zlib import crc32

from mapix.properties.codec import pack_props, unpack_props
from mapix.properties.errors import CorruptStore, InvalidParameter
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_RECIPIENT_TYPE,
    PR_RESPONSIBILITY,
    PR_ROWID,
)
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.dialect import Dialect
from mapix.providers.sqlstore.properties import change_values, insert_values, values_of
from mapix.providers.sqlstore.values import loaded, stored

RECIPIENT_COLUMNS: Final = {
    PR_ROWID: "row_id",
    PR_RECIPIENT_TYPE: "recipient_type",
    PR_DISPLAY_NAME: "display_name",
    PR_ADDRTYPE: "address_type",
    PR_EMAIL_ADDRESS: "address",
    PR_RESPONSIBILITY: "responsibility",
}
"""Columns of recipient rows that repeat a property."""

_HOT: Final = (PR_RECIPIENT_TYPE, PR_DISPLAY_NAME, PR_ADDRTYPE, PR_EMAIL_ADDRESS, PR_RESPONSIBILITY)
_WHO: Final = frozenset(tag.id for tag in RECIPIENT_COLUMNS if tag != PR_RESPONSIBILITY)
_LAST_ROW: Final = 0xFFFF_FFFF


def numbered(head: Sequence[Any], message: int) -> tuple[int, int | None]:
    """The version and the flags of a message as they were read; `CorruptStore` for what is none."""
    version, flags = head
    if not isinstance(version, int) or not isinstance(flags, int | None):
        raise CorruptStore("a message is damaged", value=message, hint="mapix store check")
    return version, flags


def recipients_of(database: Database, message: int) -> list[dict[PropTag, Any]]:
    """The recipient rows of a message, in their order; `CorruptStore` for one that has lost its number."""
    return unpacked((row[0] for row in database.rows(database.sql["recipient_list"], (message,))), message)


def unpacked(packed: Iterable[Any], message: int) -> list[dict[PropTag, Any]]:
    """The recipient rows of a message from what was packed; `CorruptStore` for one that has lost its number."""
    found = [unpack_props(row) if isinstance(row, bytes) else {} for row in packed]
    if not all(isinstance(row.get(PR_ROWID), int) for row in found):
        raise CorruptStore("a recipient of a message is damaged", value=message, hint="mapix store check")
    return found


def replace_recipients(database: Database, message: int, rows: Sequence[Mapping[PropTag, Any]], *, new: bool) -> None:
    """Write the whole list of a message, which has none yet when it is `new`."""
    if not new:
        database.run(database.sql["recipient_delete_all"], (message,))
    database.many(
        database.sql["recipient_insert"],
        [(message, _row_id(row), position, *_columns(database.dialect, row)) for position, row in enumerate(rows)],
    )


def merge_recipient(database: Database, message: int, row_id: int, values: Mapping[PropTag, Any]) -> None:
    """Merge properties into one recipient row; a row that is not there is left out."""
    found = database.row(database.sql["recipient_row"], (message, row_id))
    if found is None:
        return
    packed, known = found
    ids = {tag >> 16 for tag in values}
    row = {tag: value for tag, value in unpack_props(packed).items() if tag >> 16 not in ids}
    row.update(values)
    doubt = 0 if known is None else known ^ crc32(packed)
    if _WHO.isdisjoint(ids):
        settled = [_cell(PR_RESPONSIBILITY, row), *_packed(database.dialect, row, doubt)]
        database.run(database.sql["recipient_settle"], (*settled, message, row_id))
    else:
        database.run(database.sql["recipient_update"], (*_columns(database.dialect, row, doubt), message, row_id))


def forget_checksum(database: Database, message: int, row_id: int) -> None:
    """Take a recipient row as it is, when it is written the next time."""
    if database.dialect.checksums:
        database.run("UPDATE recipient SET checksum = NULL WHERE message = ? AND row_id = ?", (message, row_id))


def numbered_recipient(database: Database, message: int, row_id: int) -> int:
    """The number of a recipient row; one that PR_ROWID cannot hold becomes the first that is free in the message."""
    if 0 <= row_id <= _LAST_ROW:
        return row_id
    taken = {number for (number,) in database.rows("SELECT row_id FROM recipient WHERE message = ?", (message,))}
    free = next(number for number in range(_LAST_ROW) if number not in taken)
    database.run("UPDATE recipient SET row_id = ? WHERE message = ? AND row_id = ?", (free, message, row_id))
    return free


def remake_recipient(database: Database, message: int, row_id: int) -> None:
    """Make the properties of a recipient row from its columns: those that it had cannot be read."""
    columns = database.row(database.sql["recipient_columns"], (message, row_id))
    found = zip(_HOT, columns, strict=True)
    row = {PR_ROWID: row_id, **{tag: loaded(tag.type, value) for tag, value in found if value is not None}}
    database.run(database.sql["recipient_update"], (*_columns(database.dialect, row), message, row_id))


def _row_id(row: Mapping[PropTag, Any]) -> int:
    row_id = row.get(PR_ROWID)
    if not isinstance(row_id, int):
        raise InvalidParameter("a recipient row must have PR_ROWID (M-081)", value=row_id)
    return row_id


def recipient_columns(row: Mapping[PropTag, Any]) -> list[Any]:
    """What the columns of a recipient repeat of its properties."""
    return [_cell(tag, row) for tag in _HOT]


def _cell(tag: PropTag, row: Mapping[PropTag, Any]) -> Any:
    value = row.get(tag)
    return None if value is None else stored(tag.type, value)


def _columns(dialect: Dialect, row: Mapping[PropTag, Any], doubt: int = 0) -> list[Any]:
    """`doubt` is how far from right the checksum was: that stays."""
    columns = recipient_columns(row)
    return [*columns, *_packed(dialect, row, doubt), *dialect.recipient_cells(columns)]


def _packed(dialect: Dialect, row: Mapping[PropTag, Any], doubt: int) -> list[Any]:
    """A recipient row packed, with its checksum where there is one."""
    packed = pack_props(row)
    return [packed, crc32(packed) ^ doubt] if dialect.checksums else [packed]


def attachments_of(database: Database, message: int) -> dict[int, dict[PropTag, Any]]:
    """The properties of a message's attachments by number."""
    rows: dict[int, list[Any]] = {}
    for number, prop_id, *rest in database.rows(database.sql["attachment_values"], (message,)):
        if not isinstance(number, int):
            raise CorruptStore("an attachment has lost its number", value=message, hint="mapix store check")
        held = rows.setdefault(number, [])
        if prop_id is not None:
            held.append((prop_id, *rest))
    return {number: values_of(database, held) for number, held in rows.items()}


def change_attachment(
    database: Database,
    message: int,
    number: int,
    values: Mapping[PropTag, Any],
    deleted: Collection[int],
    take_number: Callable[[], int],
) -> int:
    """Write an attachment's prepared properties, making it when it is new; the number of its object."""
    found = database.row(database.sql["attachment_find"], (message, number))
    if found is None:
        new = take_number()
        seal = insert_values(database, new, values)
        database.run(database.sql["attachment_insert"], (new, message, number, seal))
        return new
    attachment, known = found
    seal = change_values(database, attachment, values, deleted, known)
    database.run(database.sql["attachment_seal"], (seal, attachment))
    return int(attachment)
