"""Providers of strangers that raise, hang or lie when a test says so, and a session that has them."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    AddressTypes,
    MessageService,
    Outcome,
    ProviderKind,
    ProviderSpec,
    RecipientResult,
    RecipientState,
    Setting,
    Submission,
    TransportLogon,
    TransportProvider,
)
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION, MAPI_TO
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_PROVIDER_DLL_NAME,
    PR_RECIPIENT_TYPE,
    PR_ROWID,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
    PR_SUBJECT,
)
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session


class Hold:
    """A place where calls hang until the test is over."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.back = threading.Event()

    def hang(self) -> None:
        self.let_go.wait(60)
        self.back.set()


class Courier(TransportLogon):
    """Takes SMTP, sends everything; a test replaces what it is to do otherwise."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.classes: list[str] = []
        self.support: Any = None
        self.logoffs = 0

    def address_types(self) -> Any:
        return AddressTypes(("SMTP",))

    def submit_message(self, submission: Submission) -> Any:
        self.sent += [row[PR_EMAIL_ADDRESS] for row in submission.recipients]
        self.classes.append(submission.message.get_prop(PR_MESSAGE_CLASS))
        return done(submission)

    def logoff(self) -> None:
        self.logoffs += 1


def done(submission: Submission) -> Outcome:
    return Outcome(results=tuple(RecipientResult(row[PR_ROWID], RecipientState.SENT) for row in submission.recipients))


class CourierProvider(TransportProvider):
    def __init__(self, courier: Courier) -> None:
        self.courier = courier

    def logon(self, support: Any) -> Any:
        self.courier.support = support
        return self.courier


def offer(system: Subsystem, kind: ProviderKind, load: Callable[[], Any], name: str) -> None:
    """Install a service and put it into the profile."""
    spec = ProviderSpec(kind, name.lower(), name, load)
    system.catalogue.register(MessageService(name, name, (spec,), (Setting("name"),)))
    system.admin_profiles().admin_services("Work").create_msg_service(name)


def offer_transport(system: Subsystem, courier: Courier, name: str = "COURIER") -> None:
    offer(system, ProviderKind.TRANSPORT, lambda: CourierProvider(courier), name)


def log_on(system: Subsystem) -> Session:
    return system.logon("Work", flags=MAPI_EXTENDED | MAPI_NEW_SESSION)


def row_of(session: Session, service: str) -> tuple[int, str]:
    """Status code and text of a service's row."""
    columns = (PR_STATUS_CODE, PR_STATUS_STRING)
    wanted = Property(Relop.EQ, PR_PROVIDER_DLL_NAME, service)
    ((code, text),) = query_all_rows(session.get_status_table(), columns, wanted)
    return code, text if isinstance(text, str) else ""


def open_store(session: Session, place: int = 0) -> MsgStore:
    return session.open_msg_store(query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))[place][0])


def submit(session: Session, *addresses: str) -> None:
    store = open_store(session)
    message = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY).create_message()
    message.modify_recipients(0, [recipient(address) for address in addresses or ("bob@example.com",)])
    message.set_props({PR_SUBJECT: "hello"})
    message.submit_message()


def recipient(address: str) -> dict[Any, Any]:
    return {
        PR_DISPLAY_NAME: address,
        PR_RECIPIENT_TYPE: MAPI_TO,
        PR_ADDRTYPE: "SMTP",
        PR_EMAIL_ADDRESS: address,
        PR_ENTRYID: OneOff(address, "SMTP", address).dump(),
    }


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)


def with_methods(target: Any, **methods: Callable[..., Any]) -> Any:
    """`target` with methods of the test in place of its own."""
    for name, method in methods.items():
        setattr(target, name, method)
    return target


class Trouble:
    """What goes wrong in a broken store just now."""

    error: BaseException | None = None
    rows: Any = None


class MemoryStores(MemoryStoreProvider):
    """A stranger's store provider, as this module is no part of the house."""


class BrokenStores(MemoryStores):
    """Stores that work until a test says otherwise."""

    def logon(self, *args: Any, **kwargs: Any) -> Any:
        found = super().logon(*args, **kwargs)
        _spoil(found.store)
        return found


def _spoil(thing: Any) -> Any:
    """Let methods of `thing`, and of what it opens, raise `Trouble.error`."""
    kind = type(thing)

    def spoilt(name: str) -> Callable[..., Any]:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            inside = sys._getframe(1).f_code.co_filename.endswith("memberstores.py")
            if Trouble.error is not None and not inside:
                raise Trouble.error
            if name == "query_rows" and Trouble.rows is not None:
                return Trouble.rows
            found = getattr(kind, name)(self, *args, **kwargs)
            return _spoil(found) if name in ("open_entry", "get_contents_table") else found

        return call

    names = [name for name in ("open_entry", "get_contents_table", "get_props", "query_rows") if hasattr(kind, name)]
    thing.__class__ = type(kind)(kind.__name__, (kind,), {"__slots__": (), **{name: spoilt(name) for name in names}})
    return thing
