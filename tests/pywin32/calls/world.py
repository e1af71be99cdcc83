"""A live object of every interface, in a session on a store of one kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from mapix.interfaces.prop import Access
from mapix.properties import tags
from mapix.properties.flags import MAPI_SPOOLER
from mapix.properties.once import once
from mapix.pywin32 import exchange, mapi, mapitags, pythoncom
from mapix.subsystem.initialize import Subsystem

ADDRESS = "you@mapix.example"
SERVICES = {"memory": "MEMORY", "sqlite": "MAPIXSTORE"}
NO_MAIL = mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT | mapi.MAPI_NEW_SESSION | mapi.MAPI_NO_MAIL


def make_profile(home: Path, kind: str, name: str = "Work") -> None:
    """A default profile with a store of a kind, local delivery and a personal address book."""
    with Subsystem(home) as subsystem:
        profiles = subsystem.admin_profiles()
        profiles.create_profile(name)
        services = profiles.admin_services(name)
        unique = {"name": uuid4().hex} if kind == "memory" else {}
        owner = {"owner_address": ADDRESS, "owner_name": "You"}
        services.create_msg_service(SERVICES[kind], settings={**unique, **owner})
        services.create_msg_service("LOCAL", settings={"address": ADDRESS, "name": "You"})
        services.create_msg_service("CONTACTS")
        profiles.set_default_profile(name)


def value(found: Any, tag: int) -> Any:
    """One property of an object."""
    hr, ((answer, content),) = found.GetProps((tag,), 0)
    assert (hr, answer) == (0, tag), hex(tag)
    return content


def interface(found: Any) -> str:
    """The interface a wrapper shows."""
    return type(found).__name__


class World:
    """What probes call; made when it is first asked for."""

    def __init__(self, home: Path, place: Path, kind: str) -> None:
        self.home, self.place, self.kind = home, place, kind
        make_profile(home, kind)
        mapi.MAPIInitialize(None)

    @once
    def session(self) -> Any:
        return mapi.MAPILogonEx(0, "", None, NO_MAIL)

    @once
    def mail_session(self) -> Any:
        """A session with mail, which has a spooler and knows its user."""
        return mapi.MAPILogonEx(0, "", None, NO_MAIL & ~mapi.MAPI_NO_MAIL)

    @once
    def store_id(self) -> bytes:
        columns = (mapitags.PR_ENTRYID, mapitags.PR_DEFAULT_STORE)
        wanted = (mapi.RES_PROPERTY, (mapi.RELOP_EQ, mapitags.PR_DEFAULT_STORE, (mapitags.PR_DEFAULT_STORE, True)))
        ((entry_id, _),) = mapi.HrQueryAllRows(self.session.GetMsgStoresTable(0), columns, wanted, None, 0)
        return entry_id[1]

    @once
    def store(self) -> Any:
        return self.session.OpenMsgStore(0, self.store_id, None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)

    @once
    def subtree(self) -> Any:
        return self.store.OpenEntry(value(self.store, mapitags.PR_IPM_SUBTREE_ENTRYID), None, mapi.MAPI_BEST_ACCESS)

    @once
    def folder(self) -> Any:
        return self.subtree.CreateFolder(mapi.FOLDER_GENERIC, "Work", None, None, 0)

    @once
    def deep(self) -> Any:
        return self.folder.CreateFolder(mapi.FOLDER_GENERIC, "Deep", None, None, 0)

    @once
    def other(self) -> Any:
        return self.subtree.CreateFolder(mapi.FOLDER_GENERIC, "Other", None, None, 0)

    @once
    def message(self) -> Any:
        return self.made("Minutes")

    def made(self, subject: str, folder: Any = None) -> Any:
        """A saved message with a body and a recipient."""
        message = (folder or self.folder).CreateMessage(None, 0)
        message.SetProps([(mapitags.PR_SUBJECT_W, subject), (mapitags.PR_BODY_W, "Hello")])
        message.ModifyRecipients(mapi.MODRECIP_ADD, [self.recipient])
        message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
        return message

    @property
    def recipient(self) -> list[tuple[int, Any]]:
        return [
            (mapitags.PR_DISPLAY_NAME_W, "Ann"),
            (mapitags.PR_ADDRTYPE_W, "SMTP"),
            (mapitags.PR_EMAIL_ADDRESS_W, "ann@example.org"),
            (mapitags.PR_ENTRYID, self.one_off),
            (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO),
        ]

    @once
    def message_id(self) -> bytes:
        return value(self.message, mapitags.PR_ENTRYID)

    @once
    def attach(self) -> Any:
        _, attach = self.message.CreateAttach(None, 0)
        attach.SetProps([(mapitags.PR_ATTACH_METHOD, mapi.ATTACH_BY_VALUE), (mapitags.PR_ATTACH_DATA_BIN, b"data")])
        attach.SaveChanges(mapi.KEEP_OPEN_READWRITE)
        self.message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
        return attach

    @once
    def table(self) -> Any:
        """The contents of the folder: two messages."""
        self.made("Agenda")
        self.made("Budget")
        table = self.folder.GetContentsTable(mapi.MAPI_UNICODE)
        table.SetColumns((mapitags.PR_SUBJECT_W, mapitags.PR_ENTRYID), 0)
        table.SortTable((((mapitags.PR_SUBJECT_W, 0),),), 0)
        return table

    @once
    def book(self) -> Any:
        return self.session.OpenAddressBook(0, None, 0)

    @property
    def one_off(self) -> bytes:
        return self.book._obj.create_one_off("Ann", "SMTP", "ann@example.org")

    @once
    def user(self) -> Any:
        return self.book.OpenEntry(self.one_off, None, 0)

    @once
    def container(self) -> Any:
        return self.book.OpenEntry(self.book._obj.get_pab(), None, mapi.MAPI_BEST_ACCESS)

    @once
    def distribution_list(self) -> Any:
        book = self.book._obj
        pab = book.get_pab()
        template = book.open_entry(pab, Access.MODIFY).get_prop(tags.PR_DEF_CREATE_DL)
        return self.book.OpenEntry(book.new_entry(pab, template, {tags.PR_DISPLAY_NAME: "All of us"}), None, 0)

    @once
    def status(self) -> Any:
        return self.mail_session.OpenEntry(self.status_id(MAPI_SPOOLER), None, mapi.MAPI_BEST_ACCESS)

    def status_id(self, kind: int) -> bytes:
        """The identifier of the status object of a kind."""
        table = self.mail_session.GetStatusTable(0)
        found = mapi.HrQueryAllRows(table, (mapitags.PR_ENTRYID, mapitags.PR_RESOURCE_TYPE), None, None, 0)
        return {row[1][1]: row[0][1] for row in found}[kind]

    @once
    def profiles(self) -> Any:
        return mapi.MAPIAdminProfiles(0)

    @once
    def services(self) -> Any:
        return self.profiles.AdminServices("Work", None, 0, 0)

    @once
    def services2(self) -> Any:
        return self.services.QueryInterface(mapi.IID_IMsgServiceAdmin2)

    def service(self, name: bytes) -> Any:
        """The uid of a service of the profile."""
        columns = (mapitags.PR_SERVICE_UID, mapitags.PR_SERVICE_NAME_A)
        rows = mapi.HrQueryAllRows(self.services.GetMsgServiceTable(0), columns, None, None, 0)
        (found,) = (uid for (_, uid), (_, given) in rows if given == name)
        return mapi.MAPIUIDFromBinary(found)

    @once
    def store_service(self) -> Any:
        return self.service(SERVICES[self.kind].encode())

    @once
    def providers(self) -> Any:
        return self.services.AdminProviders(self.store_service, 0)

    @once
    def section(self) -> Any:
        return self.services.OpenProfileSection(self.store_service, None, mapi.MAPI_MODIFY)

    @once
    def sink(self) -> Any:
        self.told: list[Any] = []
        return mapi.HrAllocAdviseSink(lambda batch, context: self.told.append((batch, context)), "context")

    @once
    def converter(self) -> Any:
        made: Callable[..., Any] = pythoncom.CoCreateInstance
        return made(mapi.CLSID_IConverterSession, None, pythoncom.CLSCTX_INPROC_SERVER, mapi.IID_IConverterSession)

    @once
    def manager(self) -> Any:
        return self.store.QueryInterface(exchange.IID_IExchangeManageStore)

    @once
    def manager_ex(self) -> Any:
        return self.store.QueryInterface(exchange.IID_IExchangeManageStoreEx)

    def stream(self, data: bytes = b"") -> Any:
        """A stream in memory, its cursor at the start."""
        stream = pythoncom.CreateStreamOnHGlobal()
        if data:
            stream.Write(data)
            stream.Seek(0, 0)
        return stream

    def storage(self) -> Any:
        """An empty storage in memory."""
        mode = 0x11012  # STGM_CREATE | STGM_READWRITE | STGM_SHARE_EXCLUSIVE | STGM_TRANSACTED
        return pythoncom.StgCreateDocfileOnILockBytes(pythoncom.CreateILockBytesOnHGlobal(), mode)


LIVE: dict[str, Callable[[World], Any]] = {
    "PyIUnknown": lambda w: w.session.OpenEntry(w.store_id, None, mapi.MAPI_BEST_ACCESS),
    "PyIMAPISession": lambda w: w.session,
    "PyIMAPIProp": lambda w: w.store.QueryInterface(mapi.IID_IMAPIProp),
    "PyIMAPIContainer": lambda w: w.folder.QueryInterface(mapi.IID_IMAPIContainer),
    "PyIMAPIFolder": lambda w: w.folder,
    "PyIMessage": lambda w: w.message,
    "PyIAttach": lambda w: w.attach,
    "PyIMsgStore": lambda w: w.store,
    "PyIMAPITable": lambda w: w.table,
    "PyIABContainer": lambda w: w.container,
    "PyIMailUser": lambda w: w.user,
    "PyIDistList": lambda w: w.distribution_list,
    "PyIAddrBook": lambda w: w.book,
    "PyIProfSect": lambda w: w.section,
    "PyIMAPIStatus": lambda w: w.status,
    "PyIProfAdmin": lambda w: w.profiles,
    "PyIMsgServiceAdmin": lambda w: w.services,
    "PyIMsgServiceAdmin2": lambda w: w.services2,
    "PyIProviderAdmin": lambda w: w.providers,
    "PyIMAPIAdviseSink": lambda w: w.sink,
    "PyIConverterSession": lambda w: w.converter,
    "PyIExchangeManageStore": lambda w: w.manager,
    "PyIExchangeManageStoreEx": lambda w: w.manager_ex,
    "PyIStream": lambda w: w.stream(b"hello"),
    "PyIStorage": lambda w: w.storage(),
    "PyILockBytes": lambda w: pythoncom.CreateILockBytesOnHGlobal(),
}
"""How to reach a live object of each interface."""

UNREGISTERED: dict[str, Callable[[World], Any]] = {"PyIEnumSTATSTG": lambda w: w.storage().EnumElements()}
"""The same for wrappers that no identifier asks for."""
