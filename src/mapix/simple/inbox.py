"""MAPIFindNext, MAPIReadMail, MAPISaveMail and MAPIDeleteMail: the mail that has arrived."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from mapix.client.base import raise_problems
from mapix.client.folder import Folder
from mapix.client.message import Message
from mapix.client.session import Session
from mapix.properties import tags as t
from mapix.properties.flags import FL_IGNORECASE, FL_PREFIX, MSGFLAG_READ
from mapix.properties.restriction import Content, Exist, Property, Relop, Restriction
from mapix.properties.sort import SortKey
from mapix.properties.times import now
from mapix.simple.codes import SimpleError, check_call, told_simply
from mapix.simple.constants import (
    MAPI_BODY_AS_FILE,
    MAPI_E_INVALID_MESSAGE,
    MAPI_E_NO_MESSAGES,
    MAPI_ENVELOPE_ONLY,
    MAPI_GUARANTEE_FIFO,
    MAPI_LONG_MSGID,
    MAPI_PEEK,
    MAPI_SENT,
    MAPI_SUPPRESS_ATTACH,
    MAPI_UNREAD,
    MAPI_UNREAD_ONLY,
    SUCCESS_SUCCESS,
)
from mapix.simple.contents import check_files, check_message, read, write
from mapix.simple.sessions import LOGON_FLAGS, SimpleSession, session_for, session_of
from mapix.simple.structures import MapiMessage

_READING: Final = MAPI_ENVELOPE_ONLY | MAPI_SUPPRESS_ATTACH | MAPI_BODY_AS_FILE | MAPI_PEEK
_LISTING: Final = MAPI_UNREAD_ONLY | MAPI_GUARANTEE_FIFO | MAPI_LONG_MSGID

_NEVER: Final = 1 << 63
"""When a message arrived that has no time; such messages come last (T-050), in the order they were made in."""

_TIMES: Final = (t.PR_MESSAGE_DELIVERY_TIME, t.PR_CREATION_TIME)

_Key = tuple[tuple[int, int], bytes]


def MAPIFindNext(
    session: int, ui_param: int, message_type: str = "", seed_message_id: str = "", flags: int = 0, reserved: int = 0
) -> str:
    """The identifier of the message in the Inbox that arrived next after the one of `seed_message_id`, or first.

    `message_type` is a message class, with those below it; empty for all mail (IPM). `flags`: MAPI_UNREAD_ONLY;
    MAPI_GUARANTEE_FIFO (always so here) and MAPI_LONG_MSGID. The seed may have been read or deleted meanwhile,
    when this session has given it out.
    Raises `SimpleError`: MAPI_E_NO_MESSAGES, MAPI_E_INVALID_MESSAGE for a seed that never was one.
    """
    check_call(flags, _LISTING, reserved)
    found = session_of(session)
    with told_simply(MAPI_E_INVALID_MESSAGE):
        after = _seed(found, seed_message_id)
        inbox = _inbox(found.session, message_type)
        query = inbox.messages.where(_of_class(message_type or "IPM"))
        if flags & MAPI_UNREAD_ONLY:
            query = query.unread()
        if seed_message_id:
            query = query.where(_since(after[0][0]))
        ordered = query.order_by(SortKey(t.PR_MESSAGE_DELIVERY_TIME), SortKey(t.PR_ENTRYID))
        best = _next(ordered.select(*_TIMES, t.PR_ENTRYID), after)
    if best is None:
        raise SimpleError(MAPI_E_NO_MESSAGES, "there are no more messages")
    found.found[best[1]] = best[0]
    return best[1].hex()


def MAPIReadMail(session: int, ui_param: int, message_id: str, flags: int = 0, reserved: int = 0) -> MapiMessage:
    """A message, which counts as read from then on unless MAPI_PEEK is set.

    What is attached is written into a new temporary folder, which is the caller's to delete; not with
    MAPI_SUPPRESS_ATTACH. MAPI_BODY_AS_FILE writes the text there as the first of the files. MAPI_ENVELOPE_ONLY reads
    neither text nor files.
    Raises `SimpleError`: MAPI_E_INVALID_MESSAGE, MAPI_E_ATTACHMENT_WRITE_FAILURE; the message stays unread then.
    """
    check_call(flags, _READING, reserved)
    found = session_of(session)
    with told_simply(MAPI_E_INVALID_MESSAGE):
        message = _message(found.session, message_id)
        content = read(message, flags)
        if not flags & MAPI_PEEK:
            message.mark_read()
    return content


def MAPISaveMail(
    session: int, ui_param: int, message: MapiMessage, flags: int = 0, reserved: int = 0, message_id: str = ""
) -> str:
    """Save a message in the Inbox, or change the one of `message_id` to say this and nothing else; its identifier.

    `message.originator` is ignored, `message.flags` (MAPI_UNREAD, MAPI_SENT, MAPI_RECEIPT_REQUESTED) count for a new
    one. With `session` 0, which is for new ones, a session is made for the call. `flags`: MAPI_LOGON_UI,
    MAPI_NEW_SESSION, MAPI_LONG_MSGID.
    Raises `SimpleError`: MAPI_E_INVALID_MESSAGE, MAPI_E_INVALID_SESSION, MAPI_E_ATTACHMENT_NOT_FOUND and others.
    """
    check_call(flags, LOGON_FLAGS | MAPI_LONG_MSGID, reserved)
    check_message(message)
    check_files(message)
    if message_id:
        session_of(session)
    with session_for(session, flags) as found, told_simply(MAPI_E_INVALID_MESSAGE):
        if message_id:
            target = _message(found.session, message_id)
        else:
            target = _new(_inbox(found.session, message.message_type), message.flags)
        write(found.session, message, target)
        target.save()
        return (target.entry_id or b"").hex()


def MAPIDeleteMail(session: int, ui_param: int, message_id: str, flags: int = 0, reserved: int = 0) -> int:
    """Delete a message, into Deleted Items. Raises `SimpleError`: MAPI_E_INVALID_MESSAGE."""
    check_call(flags, 0, reserved)
    found = session_of(session)
    with told_simply(MAPI_E_INVALID_MESSAGE):
        _message(found.session, message_id).delete()
    return SUCCESS_SUCCESS


def _next(rows: Iterable[tuple[Any, ...]], after: _Key) -> _Key | None:
    """The first key behind another one; rows come by time, those of one moment in any order."""
    best: _Key | None = None
    for delivered, created, entry_id in rows:
        key = (_times(delivered, created), entry_id)
        if best is not None and key[0][0] > best[0][0]:
            break
        if key > after and (best is None or key < best):
            best = key
    return best


def _times(delivered: int | None, created: int | None) -> tuple[int, int]:
    """When a message arrived, and when it was made where nobody knows that."""
    return (delivered, 0) if delivered else (_NEVER, created or 0)


def _seed(found: SimpleSession, message_id: str) -> _Key:
    """Where a listing goes on: behind the seed."""
    if not message_id:
        return (0, 0), b""
    entry_id = _identifier(message_id)
    if entry_id not in found.found:
        message = _message(found.session, message_id)
        found.found[entry_id] = _times(*(message.get(tag) for tag in _TIMES))
    return found.found[entry_id], entry_id


def _of_class(message_class: str) -> Restriction:
    below = Content(t.PR_MESSAGE_CLASS, f"{message_class}.", FL_PREFIX | FL_IGNORECASE)
    return Property(Relop.EQ, t.PR_MESSAGE_CLASS, message_class) | below


def _since(time: int) -> Restriction:
    """What arrived at a time or later."""
    untold = ~Exist(t.PR_MESSAGE_DELIVERY_TIME)
    return untold if time == _NEVER else Property(Relop.GE, t.PR_MESSAGE_DELIVERY_TIME, time) | untold


def _inbox(session: Session, message_class: str) -> Folder:
    """Where messages of a class arrive."""
    store = session.store
    return store.folder_by_id(store.mapi.get_receive_folder(message_class or "IPM")[0])


def _new(inbox: Folder, flags: int) -> Message:
    made = inbox.messages.new()
    at = now()
    values: dict[Any, Any] = {
        t.PR_MESSAGE_FLAGS: 0 if flags & MAPI_UNREAD else MSGFLAG_READ,
        t.PR_MESSAGE_DELIVERY_TIME: at,
    }
    raise_problems(made.mapi.set_props(values | ({t.PR_CLIENT_SUBMIT_TIME: at} if flags & MAPI_SENT else {})))
    return made


def _message(session: Session, message_id: str) -> Message:
    return session.message(_identifier(message_id))


def _identifier(message_id: str) -> bytes:
    try:
        entry_id = bytes.fromhex(message_id)
    except (TypeError, ValueError):
        entry_id = b""
    if not entry_id:
        raise SimpleError(MAPI_E_INVALID_MESSAGE, "this is not the identifier of a message", value=message_id)
    return entry_id
