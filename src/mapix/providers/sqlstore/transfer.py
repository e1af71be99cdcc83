"""Messages copied, moved and deleted as rows, with everything in them. All of it happens inside a transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mapix.properties.flags import MSGFLAG_NRN_PENDING, MSGFLAG_RN_PENDING, MSGFLAG_SUBMIT
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.properties import delete_values

TakeNumber = Callable[[], int]

_NOT_COPIED: Final = MSGFLAG_SUBMIT | MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING


def copy_message(database: Database, number: int, folder: int, take_number: TakeNumber) -> int:
    """A copy of a message in a folder; its number. A copy is not submitted and owes no report (F-062)."""
    return _copy(database, number, folder, None, take_number)


def _copy(database: Database, number: int, folder: int | None, holder: int | None, take_number: TakeNumber) -> int:
    new = take_number()
    database.run(database.sql["message_copy"], (new, folder, holder, _NOT_COPIED, number))
    database.run(database.sql["property_copy"], (new, number))
    database.run(database.sql["recipient_copy"], (new, number))
    for attachment, _ in database.rows(database.sql["attachment_list"], (number,)):
        copied = take_number()
        database.run(database.sql["attachment_copy"], (copied, new, attachment))
        database.run(database.sql["property_copy"], (copied, attachment))
        for (inner,) in database.rows(database.sql["message_embedded"], (attachment,)):
            _copy(database, inner, None, copied, take_number)
    return new


def delete_message(database: Database, number: int) -> None:
    """Delete a message with its recipients, attachments and the messages inside them."""
    for attachment, _ in database.rows(database.sql["attachment_list"], (number,)):
        delete_attachment(database, attachment)
    delete_values(database, number)
    database.run(database.sql["message_delete"], (number,))


def delete_attachment(database: Database, attachment: int) -> None:
    """Delete an attachment with what is inside it."""
    delete_embedded(database, attachment)
    delete_values(database, attachment)
    database.run(database.sql["attachment_delete"], (attachment,))


def delete_embedded(database: Database, attachment: int) -> None:
    """Delete the message inside an attachment, if there is one."""
    for (inner,) in database.rows(database.sql["message_embedded"], (attachment,)):
        delete_message(database, inner)
