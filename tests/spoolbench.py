"""A workbench for the spooler: real stores on disk, transports of the test, no session.

with Bench(tmp_path) as bench:
    entry_id = bench.submit(to=["bob@example.com"])
    bench.spooler([transport]).pump()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    AddressTypes,
    Outcome,
    RecipientResult,
    RecipientState,
    Submission,
    TransportLogon,
)
from mapix.interfaces.store import MsgStore, QueueEntry
from mapix.interfaces.table import query_all_rows
from mapix.objects.folders.ipmtree import validate_ipm_subtree
from mapix.objects.messages.content import read_content
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import SENDER
from mapix.properties.entryid import OneOff, search_key, wrap_store
from mapix.properties.errors import NotFound
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SENTMAIL_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_RECIPIENT_TYPE,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SEARCH_KEY,
    PR_SENTMAIL_ENTRYID,
    PR_SUBJECT,
)
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.inbound import deliver
from mapix.subsystem.spooler.transports import LoadedTransport
from mapix.subsystem.spooler.worker import Spooler

ANN = SENDER.filled("Ann", "ann@example.com")
QUICK = Pace(first=0.05, factor=1.0, most=0.05, spread=0.0)


class Section:
    """A profile section of a test: settings, secrets, and the properties that a provider keeps there."""

    def __init__(self, settings: Mapping[str, Any], secrets: Mapping[str, str] = MappingProxyType({})) -> None:
        self.settings = settings
        self.secrets = secrets
        self.props: dict = {}

    def secret(self, name: str) -> str | None:
        return self.secrets.get(name)

    def get_prop(self, tag, default=None):
        return self.props.get(tag, default)

    def set_props(self, values) -> None:
        self.props |= values


class Support:
    """What stores and transports of the bench get from MAPI."""

    profile_name = files_name = "bench"
    home = Path()

    def __init__(self, section: Section | None = None, identity: Mapping = ANN, hooks: Sequence = ()) -> None:
        self.section = section or Section({})
        self.status: dict = {}
        self.woken = 0
        self.needs = 0
        self.news: list = []
        self._identity = identity
        self._hooks = hooks

    def subscribe(self, key, mask, sink) -> int:
        return 0

    def unsubscribe(self, connection) -> None:
        pass

    def notify(self, key, notifications) -> None:
        self.news.extend(notifications)

    def set_provider_uid(self, uid) -> None:
        pass

    def modify_status_row(self, values, *, update=False) -> None:
        self.status = {**self.status, **values} if update else dict(values)

    def open_entry(self, entry_id, access=Access.READ):
        raise NotFound("this is a bench, not a session")

    def wrap_store_entryid(self, inner: bytes) -> bytes:
        return wrap_store("bench", inner)

    def expand_recips(self, recipients):
        return [dict(row) for row in recipients]

    def submission_flags(self, recipients) -> int:
        return self.needs

    def spooler_notify(self, flags=0, *, news=None) -> None:
        self.woken += 1

    def identity(self):
        return self._identity

    def deliver(self, store: MsgStore, content: MessageContent, delivery_key: bytes) -> bytes | None:
        return deliver(store, content, delivery_key, hooks=self._hooks, identity=self._identity)


def store_section(path: Path, address: str = "", durability: str = "normal") -> Section:
    return Section({"path": str(path), "owner_address": address or None, "durability": durability, "keep_sent": False})


class Bench:
    """A store with a client's and the spooler's logon, on a store server that is a directory."""

    def __init__(self, home: Path, name: str = "ann", owner: Mapping = ANN, durability: str = "normal") -> None:
        self.path = home / f"{name}.mapix"
        self.support = Support(store_section(self.path, SENDER.smtp(owner), durability), owner)
        self.store = self.open()
        validate_ipm_subtree(self.store, full=True, force=True)
        self.spooler_store = self.open(spooler=True)
        self._spoolers: list[Spooler] = []

    def open(self, *, spooler: bool = False) -> Any:
        logon = SqlStoreProvider().logon(self.support, entry_id=None, access=Access.MODIFY, spooler=spooler)
        return logon.store

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *args: object) -> None:
        for spooler in self._spoolers:
            spooler.stop(60)
        self.spooler_store.close()
        self.store.close()

    # writing mail

    def folder(self, tag=PR_IPM_OUTBOX_ENTRYID, access: Access = Access.MODIFY):
        return self.store.open_entry(self.store.get_prop(tag), access)

    def submit(self, to: Sequence[str | dict] = ("bob@example.com",), subject: str = "hello", *, sent=True, **props):
        message = self.folder().create_message()
        message.modify_recipients(0, [one if isinstance(one, dict) else recipient(one) for one in to])
        values = {PR_SUBJECT: subject, PR_BODY: "text", PR_MESSAGE_CLASS: "IPM.Note"}
        if sent:
            values[PR_SENTMAIL_ENTRYID] = self.store.get_prop(PR_IPM_SENTMAIL_ENTRYID)
        message.set_props(values | props.pop("values", {}))
        message.save_changes()
        entry_id = message.get_prop(PR_ENTRYID)
        message.submit_message()
        return entry_id

    # the spooler

    def spooler(self, transports: Sequence[TransportLogon], **options: Any) -> Spooler:
        loaded = [LoadedTransport(b"transport %d" % n, f"transport {n}", each) for n, each in enumerate(transports)]
        options.setdefault("pace", QUICK)
        options.setdefault("default_store", lambda: self.spooler_store)
        options.setdefault("identity", lambda: ANN)
        spooler = Spooler(lambda: [self.spooler_store], lambda: loaded, **options)
        self._spoolers.append(spooler)
        return spooler

    # looking

    def queue(self) -> list[QueueEntry]:
        return self.store.outgoing.entries()

    def contents(self, tag=PR_IPM_SENTMAIL_ENTRYID) -> list:
        return self.messages(self.folder(tag))

    def inbox(self) -> list:
        return self.messages(self.store.open_entry(self.store.get_receive_folder("")[0]))

    def messages(self, folder) -> list:
        rows = query_all_rows(folder.get_contents_table(), (PR_ENTRYID,))
        return [self.store.open_entry(entry_id) for (entry_id,) in rows]

    def read(self, message) -> MessageContent:
        return read_content(message)


def recipient(address: str, kind: int = 1, address_type: str = "SMTP", **more: Any) -> dict:
    name = address.partition("@")[0].title()
    return {
        PR_DISPLAY_NAME: name,
        PR_RECIPIENT_TYPE: kind,
        PR_ADDRTYPE: address_type,
        PR_EMAIL_ADDRESS: address,
        PR_ENTRYID: OneOff(name, address_type, address).dump(),
        PR_SEARCH_KEY: search_key(address_type, address),
    }


class Scripted(TransportLogon):
    """A transport that says what the test wants, and remembers what it was asked.

    `answer` gets the submission; what it returns is the outcome: an `Outcome`, a state for every recipient, or a
    mapping of states by address.
    """

    def __init__(self, answer: Any = RecipientState.SENT, types: AddressTypes = AddressTypes(("SMTP",))) -> None:  # noqa: B008
        self.answer = answer
        self.types = types
        self.asked: list[Submission] = []
        self.addresses: list[list[str]] = []
        self.subjects: list[str] = []
        self.prepared: list[bytes] = []
        self.flushed = 0

    def address_types(self) -> AddressTypes:
        return self.types

    def submit_message(self, submission: Submission) -> Outcome:
        self.asked.append(submission)
        self.subjects.append(submission.message.get_prop(PR_SUBJECT))
        self.addresses.append([row[PR_EMAIL_ADDRESS] for row in submission.recipients])
        assert all(row[PR_RESPONSIBILITY] is False for row in submission.recipients)
        answer = self.answer
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(submission)
        return outcome(submission, answer)

    def prepare(self, submission: Submission) -> None:
        self.prepared.append(submission.delivery_key)

    def flush(self) -> None:
        self.flushed += 1

    def logoff(self) -> None:
        pass


_CODES = {
    RecipientState.SENT: (250, "2.0.0 ok"),
    RecipientState.FAILED: (550, "5.1.1 unknown"),
    RecipientState.RETRY: (451, "4.3.0 later"),
}


def outcome(submission: Submission, answer: Any) -> Outcome:
    if isinstance(answer, Outcome):
        return answer
    if isinstance(answer, RecipientState):
        return Outcome(results=tuple(result(row, answer) for row in submission.recipients))
    rows = [row for row in submission.recipients if row[PR_EMAIL_ADDRESS] in answer]
    return Outcome(results=tuple(result(row, answer[row[PR_EMAIL_ADDRESS]]) for row in rows))


def result(row: Mapping, state: RecipientState) -> RecipientResult:
    return RecipientResult(row[PR_ROWID], state, *_CODES.get(state, (0, "")))


Answer = Callable[[Submission], Any]
