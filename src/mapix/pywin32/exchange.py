"""The module `win32com.mapi.exchange`: finding stores, folders and mailboxes by name, on any store and profile.

Where nothing but an Exchange server could answer, a function says so with com_error MAPI_E_NO_SUPPORT.
"""

from __future__ import annotations

from typing import Any

from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.codepage import decode_text
from mapix.properties.entryid import OneOff, is_one_off
from mapix.properties.errors import AmbiguousRecip, InvalidParameter, NoSupport, NotFound, from_hresult
from mapix.properties.guid import guid
from mapix.properties.restriction import Property, Relop, Restriction
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_DEFAULT_STORE,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_MDB_PROVIDER,
    PR_PROFILE_HOME_SERVER_DN,
    PR_PROFILE_MAILBOX,
)
from mapix.pywin32 import args, iids
from mapix.pywin32.addrbook import PyIAddrBook
from mapix.pywin32.exchangefolders import HrMAPIFindFolder as HrMAPIFindFolder
from mapix.pywin32.exchangefolders import HrMAPIFindFolderEx as HrMAPIFindFolderEx
from mapix.pywin32.exchangefolders import HrMAPIFindInbox as HrMAPIFindInbox
from mapix.pywin32.exchangefolders import HrMAPIFindIPMSubtree as HrMAPIFindIPMSubtree
from mapix.pywin32.exchangefolders import HrMAPIFindSubfolderEx as HrMAPIFindSubfolderEx
from mapix.pywin32.exchangefolders import HrMAPIOpenFolderEx as HrMAPIOpenFolderEx
from mapix.pywin32.exchangefolders import HrOpenExchangePublicFolders as HrOpenExchangePublicFolders
from mapix.pywin32.iid import IID, PyIID
from mapix.pywin32.managestore import NO_PUBLIC, mailbox, owner_address, store_named
from mapix.pywin32.managestore import OPENSTORE_HOME_LOGON as OPENSTORE_HOME_LOGON
from mapix.pywin32.managestore import OPENSTORE_OVERRIDE_HOME_MDB as OPENSTORE_OVERRIDE_HOME_MDB
from mapix.pywin32.managestore import OPENSTORE_PUBLIC as OPENSTORE_PUBLIC
from mapix.pywin32.managestore import OPENSTORE_TAKE_OWNERSHIP as OPENSTORE_TAKE_OWNERSHIP
from mapix.pywin32.managestore import OPENSTORE_USE_ADMIN_PRIVILEGE as OPENSTORE_USE_ADMIN_PRIVILEGE
from mapix.pywin32.managestore import PyIExchangeManageStore as PyIExchangeManageStore
from mapix.pywin32.managestore import PyIExchangeManageStoreEx as PyIExchangeManageStoreEx
from mapix.pywin32.prop import PyIMAPIProp
from mapix.pywin32.session import PyIMAPISession, running
from mapix.pywin32.store import PyIMsgStore
from mapix.pywin32.unknown import guarded, target_of, wrapper
from mapix.subsystem.initialize import is_initialized
from mapix.subsystem.session import Session

IID_IExchangeManageStore = IID(iids.EXCHANGE["IID_IExchangeManageStore"])
IID_IExchangeManageStoreEx = IID(iids.EXCHANGE["IID_IExchangeManageStoreEx"])

_PROFILE = guid("{C8B0DB13-05AA-1A10-9BB0-00AA002FC45A}")
"""The section of a profile that speaks of the Exchange server (pbGlobalProfileSectionGuid)."""

_PUBLIC = guid("{78B2FA70-AFF7-11CD-9BC8-00AA002FC45A}")
"""PR_MDB_PROVIDER of public stores (pbExchangeProviderPublicGuid)."""

_FOLDERS = HrMAPIFindFolder.__module__
_NO_DIRECTORY = "there is no Exchange directory here"
_STOPPED, _RUNNING = 1, 4
_HERE = ("", ".", "localhost", "127.0.0.1")


@guarded
def HrGetExchangeStatus(server: Any, /) -> list[int]:
    """`[service, state]` of the message system of this machine: service 0, state 4 while MAPI is initialized in this
    process, else 1 (SERVICE_RUNNING, SERVICE_STOPPED). Other machines cannot be asked.
    """
    name = decode_text(args.chars(server)).strip("\\").casefold()
    if name not in _HERE and name not in _own_names():
        raise NoSupport("other machines cannot be asked for their state", value=name, hint="localhost")
    return [0, _RUNNING if is_initialized() else _STOPPED]


def _own_names() -> set[str]:
    from platform import node

    name = node().casefold()
    return {name, name.partition(".")[0]} - {""}


@guarded
def HrGetMailboxDN(session: Any, /) -> str | None:
    """Whose mailbox the session's is: PR_PROFILE_MAILBOX of the profile, else the address of the user or of the
    default store's owner; None when nobody knows it.
    """
    current: Session = target_of(session, PyIMAPISession)
    said, identity = _said_by_profile(current, PR_PROFILE_MAILBOX), current.query_identity()
    if said is None and identity is not None and is_one_off(identity):
        return OneOff.load(identity).address
    return said if said is not None else owner_address(_default_store(current))


@guarded
def HrGetServerDN(session: Any, /) -> str | None:
    """Which server the profile names (PR_PROFILE_HOME_SERVER_DN); None when it names none."""
    return _said_by_profile(target_of(session, PyIMAPISession), PR_PROFILE_HOME_SERVER_DN)


def _said_by_profile(session: Session, tag: PropTag) -> str | None:
    """A text in the profile's section about its server."""
    try:
        found = session.open_profile_section(_PROFILE).get_props([tag.unicode()])
    except NotFound:
        return None
    return found.get(tag.unicode()) or None


@guarded
def HrMAPIFindDefaultMsgStore(session: Any, /) -> bytes:
    """The identifier of the default store."""
    return _store_where(target_of(session, PyIMAPISession), Property(Relop.EQ, PR_DEFAULT_STORE, True))


@guarded
def HrMAPIFindStore(session: Any, name: Any, /) -> bytes:
    """The identifier of the store with a display name."""
    current: Session = target_of(session, PyIMAPISession)
    return store_named(current, args.wstr(name))


def _store_where(session: Session, restriction: Restriction) -> bytes:
    for (entry_id,) in query_all_rows(session.get_msg_stores_table(), [PR_ENTRYID], restriction):
        return bytes(entry_id)
    raise NotFound("the session has no such store", value=str(restriction))


@guarded
def HrCreateProfileName(profPrefix: Any, /) -> str:
    """A profile's name that is not in use, made from its beginning; no profile is made."""
    start = decode_text(args.chars(profPrefix))
    taken = query_all_rows(running().admin_profiles().get_profile_table(app=True), [PR_DISPLAY_NAME])
    used = {str(name).casefold() for (name,) in taken}
    number, name = 1, start
    while not name or name.casefold() in used:
        number += 1
        name = f"{start} {number}".strip()
    return name


@guarded
def HrCreateDirEntryIdEx(addrBook: Any, distinguishedName: Any, /) -> bytes:
    """The identifier of the recipient that has an address, as the address book resolves it (ABK-20)."""
    book = target_of(addrBook, PyIAddrBook)
    name = decode_text(args.chars(distinguishedName))
    found = book.resolve_name([{PR_DISPLAY_NAME: name}])
    if found.ambiguous:
        raise AmbiguousRecip("more than one recipient fits", value=name)
    if found.unresolved:
        raise NotFound("no such recipient", value=name)
    return bytes(found.rows[0][PR_ENTRYID])


@guarded
def HrMailboxLogon(session: Any, msgStore: Any, msgStoreDN: Any, mailboxDN: Any, /) -> PyIMsgStore:
    """The store of a mailbox, which is named as in IExchangeManageStore.CreateStoreEntryID."""
    current: Session = target_of(session, PyIMAPISession)
    store: MsgStore = target_of(msgStore, PyIMsgStore)
    args.chars(msgStoreDN)
    entry_id = mailbox(store, current, decode_text(args.chars(mailboxDN)))
    return _open_store(current, entry_id, session)


@guarded
def HrMailboxLogoff(inbox: Any, /) -> None:
    """Leave a store that HrMailboxLogon opened."""
    store: MsgStore = target_of(inbox, PyIMsgStore)
    store.store_logoff(0)


def _open_store(session: Session, entry_id: bytes, owner: Any) -> PyIMsgStore:
    return PyIMsgStore(session.open_msg_store(entry_id, Access.BEST, dialog=False), wrapper(owner))


@guarded
def HrMAPISetPropBoolean(obj: Any, tag: Any, val: Any, /) -> None:
    """Set a property of type PT_BOOLEAN."""
    _set(obj, tag, PropType.BOOLEAN, bool(args.int32(val)))


@guarded
def HrMAPISetPropLong(obj: Any, tag: Any, val: Any, /) -> None:
    """Set a property of type PT_LONG."""
    _set(obj, tag, PropType.LONG, args.int32(val))


def _set(obj: Any, tag: Any, kind: PropType, value: Any) -> None:
    target: MapiProp = target_of(obj, PyIMAPIProp)
    wanted = PropTag(args.flags(tag, 0xFFFFFFFF))
    if wanted.type != kind:
        raise InvalidParameter("the property has another type", value=wanted)
    for problem in target.set_props({wanted: value}):
        raise from_hresult(problem.scode, "the property cannot be set", value=problem.tag)


@guarded
def HrOpenExchangePrivateStore(session: Any, /) -> PyIMsgStore:
    """The user's own store: the default store of the session."""
    return PyIMsgStore(_default_store(target_of(session, PyIMAPISession)), wrapper(session))


def _default_store(session: Session) -> MsgStore:
    entry_id = _store_where(session, Property(Relop.EQ, PR_DEFAULT_STORE, True))
    return session.open_msg_store(entry_id, Access.BEST, dialog=False)


@guarded
def HrOpenExchangePublicStore(session: Any, /) -> PyIMsgStore:
    """The store of public folders, where the profile has one; else com_error MAPI_E_NO_SUPPORT."""
    current: Session = target_of(session, PyIMAPISession)
    try:
        entry_id = _store_where(current, Property(Relop.EQ, PR_MDB_PROVIDER, _PUBLIC))
    except NotFound:
        raise NoSupport(NO_PUBLIC) from None
    return _open_store(current, entry_id, session)


@guarded
def HrOpenSessionObject(session: Any, /) -> PyIMAPIProp:
    """com_error MAPI_E_NO_SUPPORT: the object belongs to a server's directory."""
    target_of(session, PyIMAPISession)
    raise NoSupport(_NO_DIRECTORY, hint="session.OpenAddressBook, session.OpenProfileSection")


@guarded
def HrOpenSiteContainer(session: Any, /) -> PyIMAPIProp:
    """com_error MAPI_E_NO_SUPPORT: sites belong to a server's directory."""
    target_of(session, PyIMAPISession)
    raise NoSupport(_NO_DIRECTORY, hint="session.OpenAddressBook")


@guarded
def HrOpenSiteContainerAddressing(session: Any, /) -> PyIMAPIProp:
    """com_error MAPI_E_NO_SUPPORT: sites belong to a server's directory."""
    target_of(session, PyIMAPISession)
    raise NoSupport(_NO_DIRECTORY, hint="session.OpenAddressBook")


def _original(value: object) -> bool:
    """Whether pywin32's module has it, too: a function, a constant or an identifier."""
    return type(value) in (int, PyIID) or getattr(value, "__module__", None) in (__name__, _FOLDERS)


__all__ = [name for name, value in globals().items() if name[0] != "_" and _original(value)]
