"""PyIExchangeManageStore and PyIExchangeManageStoreEx: identifiers of other people's stores, made from names.

    manager = store.QueryInterface(exchange.IID_IExchangeManageStore)
    theirs = session.OpenMsgStore(0, manager.CreateStoreEntryID("", "bob@example.org"), None, mapi.MDB_NO_DIALOG)

A mailbox is named by the address or name of its owner, or by the display name of its store. Stores that keep several
mailboxes in one place (directories of SQLite files, PostgreSQL databases) know one another's owners.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.objects.restrictions.collate import fold
from mapix.properties.codepage import decode_text
from mapix.properties.errors import MapiError, NoSupport, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_MAILBOX_OWNER_ENTRYID,
    PR_MAILBOX_OWNER_NAME,
    PR_PROFILE_MAILBOX,
    PR_PROFILE_USER,
    PR_PROFILE_USER_SMTP_EMAIL_ADDRESS,
    PR_SMTP_ADDRESS,
)
from mapix.pywin32 import args
from mapix.pywin32.convert import values
from mapix.pywin32.session import PyIMAPISession
from mapix.pywin32.unknown import PyIUnknown
from mapix.subsystem.session import Session

OPENSTORE_USE_ADMIN_PRIVILEGE: Final = 1
OPENSTORE_PUBLIC: Final = 2
OPENSTORE_HOME_LOGON: Final = 4
OPENSTORE_TAKE_OWNERSHIP: Final = 8
OPENSTORE_OVERRIDE_HOME_MDB: Final = 16
NO_PUBLIC: Final = "there are no public folders here"
_FLAGS: Final = (
    OPENSTORE_USE_ADMIN_PRIVILEGE
    | OPENSTORE_PUBLIC
    | OPENSTORE_HOME_LOGON
    | OPENSTORE_TAKE_OWNERSHIP
    | OPENSTORE_OVERRIDE_HOME_MDB
)
_NAMING: Final = (
    PR_PROFILE_MAILBOX,
    PR_PROFILE_USER_SMTP_EMAIL_ADDRESS,
    PR_SMTP_ADDRESS,
    PR_EMAIL_ADDRESS,
    PR_PROFILE_USER,
    PR_MAILBOX_OWNER_NAME,
    PR_DISPLAY_NAME,
)
"""Properties that name a mailbox in CreateStoreEntryID2, the most exact first."""


class PyIExchangeManageStore(PyIUnknown):
    """IExchangeManageStore, of any store."""

    _kind = MsgStore

    def CreateStoreEntryID(self, serverDN: Any, userDN: Any, flags: Any = 0, /) -> bytes:
        """The identifier of a mailbox's store; whichever server is named, mailboxes are looked for where this store
        is and in the session.
        """
        args.chars(serverDN)
        name = args.chars_or_none(userDN)
        word = args.flags(flags, _FLAGS)
        if name is None or word & OPENSTORE_PUBLIC:
            raise NoSupport(NO_PUBLIC, hint="name a mailbox by the address of its owner")
        return mailbox(self._obj, session_of(self), decode_text(name))


class PyIExchangeManageStoreEx(PyIUnknown):
    """IExchangeManageStoreEx, of any store."""

    _kind = MsgStore

    def CreateStoreEntryID2(self, props: Any, flags: Any = 0, /) -> bytes:
        """The identifier of the store that properties name: PR_PROFILE_MAILBOX, PR_SMTP_ADDRESS, PR_DISPLAY_NAME, ….

        Those of servers are of no matter.
        """
        given = dict(values.pairs_in(props))
        if args.flags(flags, _FLAGS) & OPENSTORE_PUBLIC:
            raise NoSupport(NO_PUBLIC, hint="name a mailbox by the address of its owner")
        for tag in _NAMING:
            if name := given.get(tag.unicode()):
                return mailbox(self._obj, session_of(self), str(name))
        raise NotFound("no property names a mailbox", hint="PR_PROFILE_MAILBOX or PR_SMTP_ADDRESS")


def session_of(found: PyIUnknown | None) -> Session | None:
    """The session a wrapper came from; None for an object that was not opened through one."""
    while found is not None and not isinstance(found, PyIMAPISession):
        found = found._owner
    return None if found is None else found._obj


def mailbox(store: MsgStore, session: Session | None, name: str) -> bytes:
    """The identifier of the store of a mailbox: this one's, one beside it, or another of the session. Raises:
    NotFound.
    """
    wanted = fold(_last_part(name))
    if wanted in map(fold, _names(store)):
        return _identifier(store)
    beside = store.open_mailbox(_last_part(name))
    if beside is not None:
        return _identifier(beside)
    if session is None:
        raise NotFound("no mailbox has this name", value=name, hint="the address of its owner")
    return store_named(session, _last_part(name))


def _last_part(name: str) -> str:
    """The common name at the end of a distinguished name; other names as they are."""
    last = name.rstrip("/").rpartition("/")[2] if name.startswith("/") else name
    kind, _, common = last.partition("=")
    return common if name.startswith("/") and kind.casefold() == "cn" else last


def _names(store: MapiProp) -> Iterator[str]:
    """What a mailbox may be called: its display name, and name and address of its owner."""
    found = store.get_props([PR_DISPLAY_NAME, PR_MAILBOX_OWNER_NAME])
    yield from (name for name in (*found.values(), owner_address(store)) if name)


def _identifier(store: MapiProp) -> bytes:
    return entry_id_in(store, PR_ENTRYID)


def entry_id_in(target: MapiProp, tag: PropTag) -> bytes:
    """The identifier in a property. Raises: NotFound."""
    found = target.get_props([tag]).get(tag)
    if not isinstance(found, bytes) or not found:
        raise NotFound("the object does not say where it is", value=tag)
    return found


def store_named(session: Session, name: str) -> bytes:
    """The identifier of a store of the session: by the name it has in their table, else by its own or its owner's.
    Raises: NotFound.
    """
    for entry_id in _of_session(session, fold(name)):
        return entry_id
    raise NotFound("no store of the session has this name", value=name)


def owner_address(store: MapiProp) -> str | None:
    """The address of a store's owner; None when it does not tell."""
    from mapix.properties.entryid import OneOff, is_one_off

    entry_id = store.get_props([PR_MAILBOX_OWNER_ENTRYID]).get(PR_MAILBOX_OWNER_ENTRYID)
    return OneOff.load(entry_id).address if entry_id and is_one_off(entry_id) else None


def _of_session(session: Session, wanted: str) -> Iterator[bytes]:
    rows = query_all_rows(session.get_msg_stores_table(), [PR_ENTRYID, PR_DISPLAY_NAME])
    yield from (entry_id for entry_id, name in rows if name and fold(name) == wanted)
    for entry_id, _ in rows:
        try:
            store = session.open_msg_store(entry_id, Access.READ, no_mail=True)
        except MapiError:
            continue  # a store that cannot be opened has no name to be found by
        if wanted in map(fold, _names(store)):
            yield entry_id
