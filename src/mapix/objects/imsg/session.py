"""Message sessions: a life that several messages on storages share (IMS-1..IMS-7).

with open_imsg_session() as session:
    message = open_imsg_on_istg(session, storage)

Closing the session closes every message that was opened in it, with its attachments, tables and streams; what was not
saved is lost (IMS-3). A message without a session lives until it is closed itself (IMS-5).
"""

from __future__ import annotations

from typing import Final, Self
from weakref import WeakSet

from mapix.formats.storage import Storage
from mapix.interfaces.spi import StoreSupport
from mapix.objects.imsg.message import Released, StorageMessage
from mapix.objects.stores.life import Life
from mapix.properties.errors import InvalidObject, InvalidParameter, UnknownFlags
from mapix.properties.flags import MAPI_UNICODE

IMSG_NO_ISTG_COMMIT: Final = 0x1
"""SaveChanges does not commit the storage; its owner does."""


class MessageSession:
    """What OpenIMsgSession gives. A context manager that closes."""

    def __init__(self, *, unicode: bool = True) -> None:
        self.unicode = unicode
        self.life = Life()
        self.closed = False
        self._messages: WeakSet[StorageMessage] = WeakSet()

    def track(self, message: StorageMessage) -> StorageMessage:
        """Close `message` with the session."""
        self._messages.add(message)
        return message

    def close(self) -> None:
        """Close every message that is still open, then the session (CloseIMsgSession); twice is harmless (IMS-6)."""
        if self.closed:
            return
        self.closed = True
        for message in list(self._messages):
            message.close()
        self.life.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_imsg_session(flags: int = 0) -> MessageSession:
    """A new message session (OpenIMsgSession): `flags` 0 or MAPI_UNICODE, else `UnknownFlags` (IMS-1, IMS-2)."""
    if flags not in (0, MAPI_UNICODE):
        raise UnknownFlags("a message session has no flag but MAPI_UNICODE", value=flags)
    return MessageSession(unicode=bool(flags & MAPI_UNICODE))


def open_imsg_on_istg(
    session: MessageSession | None,
    storage: Storage,
    *,
    support: StoreSupport | None = None,
    released: Released | None = None,
    caller_data: int = 0,
    flags: int = MAPI_UNICODE,
) -> StorageMessage:
    """The message on a storage, a new one on an empty storage (OpenIMsgOnIStg, IMS-10).

    `flags`: IMSG_NO_ISTG_COMMIT, MAPI_UNICODE. Raises: UnknownFlags, InvalidParameter for a storage that is open for
    writing without transactions, InvalidObject for a closed session, CorruptData.
    """
    if flags & ~(IMSG_NO_ISTG_COMMIT | MAPI_UNICODE):
        raise UnknownFlags("flags of a message on a storage", value=flags, hint="IMSG_NO_ISTG_COMMIT | MAPI_UNICODE")
    if storage is None:
        raise InvalidParameter("a message needs a storage")
    if session is not None and session.closed:
        raise InvalidObject("the message session is closed")
    unicode = bool(flags & MAPI_UNICODE) or (session is not None and session.unicode)
    message = StorageMessage(
        storage,
        support=support,
        life=None if session is None else session.life,
        unicode=unicode,
        commit=not flags & IMSG_NO_ISTG_COMMIT,
        released=released,
        caller_data=caller_data,
    )
    return message if session is None else session.track(message)
