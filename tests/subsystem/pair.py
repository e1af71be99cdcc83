"""A store and a transport of one service that share their server: tightly coupled, for tests.

The server is a dictionary of mailboxes. The store sends what is submitted through the transport, and writes what
arrives for its owner by itself.
"""

from __future__ import annotations

from typing import Any

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.notify import Event, NewMailNotification
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    AddressTypes,
    Coupling,
    MessageService,
    Outcome,
    ProviderKind,
    ProviderSpec,
    RecipientResult,
    RecipientState,
    StoreLogon,
    StoreProvider,
    Submission,
    TransportLogon,
    TransportProvider,
)
from mapix.objects.stores.storeobject import StoreObject, unwrapped_entry_id
from mapix.properties.flags import NOTIFY_NEWMAIL_RECEIVED, STATUS_OWN_STORE
from mapix.properties.tags import PR_EMAIL_ADDRESS, PR_ENTRYID, PR_MESSAGE_CLASS, PR_ROWID, PR_SUBJECT
from mapix.providers.memory.backend import MemoryBackend
from mapix.providers.memory.mailbox import open_mailbox
from mapix.subsystem.initialize import Subsystem
from mapix.testing.builders import recipient

UID = bytes.fromhex("70616972207061697220706169722021")


class Server:
    """What store and transport share."""

    def __init__(self, name: str, *, completes: bool = True) -> None:
        self.name = name
        self.completes = completes
        self.sent: list[tuple[str, str]] = []
        self.fails: BaseException | None = None
        self.refused: set[str] = set()
        self.transport: PairTransport | None = None
        self.support: Any = None
        self.store: Any = None

    def arrive(self, subject: str, folder: bytes | None = None) -> bytes:
        """The store writes a message that came for its owner, and tells the spooler (SPL-50)."""
        place = folder or self.store.get_receive_folder("IPM.Note")[0]
        message = self.store.open_entry(place, Access.MODIFY).create_message()
        message.set_props({PR_SUBJECT: subject, PR_MESSAGE_CLASS: "IPM.Note"})
        message.modify_recipients(ModifyRecipients.ADD, [recipient("ann@pair")])
        message.save_changes()
        entry_id: bytes = message.get_prop(PR_ENTRYID)
        news = NewMailNotification(Event.NEW_MAIL, entry_id, place, "IPM.Note", 0)
        self.support.spooler_notify(NOTIFY_NEWMAIL_RECEIVED, news=news)
        return entry_id


class PairTransport(TransportLogon):
    """Takes the address type PAIR."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.asked: list[Submission] = []
        self.inside: list[Message] = []

    def address_types(self) -> AddressTypes:
        return AddressTypes(("PAIR",))

    def submit_message(self, submission: Submission) -> Outcome:
        self.asked.append(submission)
        results = []
        for row in submission.recipients:
            if self.server.fails is not None:
                raise self.server.fails
            refused = row[PR_EMAIL_ADDRESS] in self.server.refused
            if not refused:
                self.server.sent.append((row[PR_EMAIL_ADDRESS], submission.message.get_prop(PR_SUBJECT)))
            state = RecipientState.FAILED if refused else RecipientState.SENT
            results.append(RecipientResult(row[PR_ROWID], state, text="no such mailbox" if refused else ""))
            submission.progress(results[-1:])
        return Outcome(results=tuple(results))

    def logoff(self) -> None:
        self.server.transport = None


class PairTransports(TransportProvider):
    def __init__(self, server: Server) -> None:
        self.server = server

    def logon(self, support: Any) -> TransportLogon:
        self.server.transport = PairTransport(self.server)
        return self.server.transport


class PairLogon(StoreLogon):
    def __init__(self, store: Any) -> None:
        self.store = store

    def logoff(self) -> None:
        self.store.close()


class PairStores(StoreProvider):
    def __init__(self, server: Server) -> None:
        self.server = server

    def logon(self, support: Any, *, entry_id: bytes | None, access: Access, spooler: bool = False) -> StoreLogon:
        support.set_provider_uid(UID)
        server = self.server
        backend = MemoryBackend(open_mailbox(server.name))
        backend.provider_uid = UID
        coupling = Coupling(lambda: server.transport, server.completes)
        options: dict[str, Any] = {"access": access, "spooler": spooler, "coupling": coupling}
        store = StoreObject(backend, support, provider="PAIR", keep_sent=True, **options)
        if not spooler:
            server.support, server.store = support, store
        return PairLogon(store)

    def store_entry_id(self, support: Any) -> bytes:
        return unwrapped_entry_id(UID, open_mailbox(self.server.name).uid)


def offer_pair(system: Subsystem, server: Server, profile: str = "Work") -> None:
    """Install the service and put it into a profile."""
    store = ProviderSpec(ProviderKind.STORE, "store", "Pair store", lambda: PairStores(server))
    transport = ProviderSpec(
        ProviderKind.TRANSPORT, "xp", "Pair transport", lambda: PairTransports(server), resource_flags=STATUS_OWN_STORE
    )
    system.catalogue.register(MessageService("PAIR", "Pair", (store, transport)))
    system.admin_profiles().admin_services(profile).create_msg_service("PAIR")
