"""How messages are named on the command line: a short id from `mapix ls`, `folder#n`, or a whole entry identifier.

The short id is the message's number in its store: it stays the same as long as the message lies there, and is never
given to another one (E-004).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.properties.errors import InvalidParameter, MapiError, NotFound

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.client.session import Session

_MESSAGE = 5
_LONGEST_NUMBER = 20
_HINT = "mapix ls"


def short_id(entry_id: bytes) -> str:
    """The id to show for an entry identifier: its number, or all of it in hex where a store numbers differently."""
    from mapix.properties.entryid import ObjectEntryId
    from mapix.properties.errors import UnknownEntryid

    try:
        return str(ObjectEntryId.load(entry_id).number)
    except UnknownEntryid:
        return entry_id.hex()


def find_message(session: Session, reference: str, *, deleted: bool = False) -> Message:
    """The message that `reference` names, with `deleted` also one that was deleted and is kept; `NotFound`,
    `InvalidParameter`.
    """
    folder, mark, number = reference.rpartition("#")
    if mark:
        return _nth(session, folder or "inbox", number)
    entry_id = entry_id_of(session, reference)
    try:
        return session.message(entry_id, deleted=deleted)
    except MapiError as error:
        raise NotFound("there is no such message", value=reference, hint=_HINT) from error


def _nth(session: Session, path: str, number: str) -> Message:
    from mapix.cli.ls import newest_first

    if not number.isdecimal() or int(number) < 1:
        raise InvalidParameter("a message of a folder is named folder#n, from 1", value=number, hint=f"{path}#1")
    folder = session.folder(path)
    try:
        found = newest_first(folder)[int(number) - 1]
    except IndexError:
        raise NotFound(f"{folder.name} has {folder.count or 0} messages", value=f"{path}#{number}") from None
    return session.message(found.entry_id or b"")


def entry_id_of(session: Session, reference: str) -> bytes:
    """The entry identifier that a short id or a whole identifier stands for; whether there is such a message stays
    open. `InvalidParameter` for anything else.
    """
    from mapix.properties.entryid import ObjectEntryId

    if reference.isdecimal() and len(reference) <= _LONGEST_NUMBER:
        number = int(reference)
        if number >> 64:
            raise NotFound("there is no such message", value=reference, hint=_HINT)
        store = ObjectEntryId.load(session.store.root.entry_id)
        return ObjectEntryId(store.provider, store.store, _MESSAGE, number).dump()
    try:
        return bytes.fromhex(reference)
    except ValueError:
        hint = f"{_HINT} shows ids; inbox#1 is the newest message of the Inbox"
        raise InvalidParameter("not the id of a message", value=reference, hint=hint) from None
