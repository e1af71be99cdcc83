"""A rehearsal over a store whose messages are of a class of their own, as a stranger may write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.spi import MessageService, ProviderKind, ProviderSpec, Setting, StoreLogon
from mapix.interfaces.table import query_all_rows
from mapix.objects.folders.folderobject import FolderObject
from mapix.objects.messages.messageobject import MessageObject
from mapix.objects.messages.rehearsal import rehearsing
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties.errors import NoRecipients
from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_EXTENDED, MAPI_NEW_SESSION, MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_SUBJECT,
)
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.subsystem.broker import starting
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

BOB = {PR_DISPLAY_NAME: "Bob", PR_ADDRTYPE: "SMTP", PR_EMAIL_ADDRESS: "bob@example.org", PR_RECIPIENT_TYPE: MAPI_TO}
NEW = MAPI_EXTENDED | MAPI_NEW_SESSION
sent: list[str] = []


class OwnMessage(MessageObject):
    """Sends itself, with no spooler."""

    def submit_message(self) -> None:
        sent.append(self.get_prop(PR_SUBJECT))


class OwnFolder(FolderObject):
    """Has such messages."""

    def create_message(self, *, associated: bool = False) -> Message:
        made = super().create_message(associated=associated)
        object.__setattr__(made, "__class__", OwnMessage)
        return made


class OwnStore(StoreObject):
    """Has such folders."""

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> Any:
        found: Any = super().open_entry(entry_id, access, deleted=deleted)
        if isinstance(found, FolderObject):
            found.__class__ = OwnFolder
        return found


class OwnProvider(MemoryStoreProvider):
    """Opens such stores."""

    def logon(self, *args: Any, **named: Any) -> StoreLogon:
        found = super().logon(*args, **named)
        object.__setattr__(found.store, "__class__", OwnStore)
        return found


class Told(list[tuple[str, list[str]]]):
    """Subjects and addresses of what would be sent."""

    def __call__(self, message: Message, rows: Sequence[Mapping[PropTag, Any]], values: Mapping[PropTag, Any]) -> None:
        self.append((message.get_prop(PR_SUBJECT), [row[PR_EMAIL_ADDRESS] for row in rows]))


@pytest.fixture
def own(system: Subsystem, profile: str) -> Subsystem:
    """A profile with a store of this kind."""
    sent.clear()
    spec = ProviderSpec(ProviderKind.STORE, "own", "OWN", OwnProvider)
    system.catalogue.register(MessageService("OWN", "OWN", (spec,), (Setting("name"),)))
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("OWN", settings={"name": str(system.home)})
    return system


def outbox_of(session: Session) -> Any:
    """The Outbox of the store."""
    ((entry_id,),) = query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))
    store = session.open_msg_store(entry_id, Access.BEST)
    return store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY)


def draft(outbox: Any) -> Message:
    """A message to Bob, saved."""
    message: Message = outbox.create_message()
    message.set_props({PR_SUBJECT: "Budget"})
    message.modify_recipients(ModifyRecipients.ADD, [BOB])
    message.save_changes(Keep.READWRITE)
    return message


def test_a_message_of_a_strangers_class_is_told_of_and_not_asked_to_submit_itself(own: Subsystem) -> None:
    """M-140, SPL-20: nothing is left of it, as if it had been sent; outside a rehearsal it does what it likes."""
    with own.logon("Work", flags=NEW) as session:
        outbox = outbox_of(session)
        with rehearsing(told := Told()):
            draft(outbox).submit_message()
        assert (told, sent) == ([("Budget", ["bob@example.org"])], [])
        assert outbox.get_contents_table().get_row_count() == 0
        draft(outbox).submit_message()
        assert (told, sent) == ([("Budget", ["bob@example.org"])], ["Budget"])


def test_a_draft_of_before_stays_and_nobody_to_get_it_is_a_failure(own: Subsystem) -> None:
    """M-140."""
    with own.logon("Work", flags=NEW) as session:
        outbox = outbox_of(session)
        message = draft(outbox)
        with rehearsing(told := Told()):
            with pytest.raises(NoRecipients):
                outbox.create_message().submit_message()
            message.submit_message()
        assert (told, sent) == ([("Budget", ["bob@example.org"])], [])
        assert outbox.get_contents_table().get_row_count() == 1


def test_a_session_of_a_rehearsal_is_offered_to_no_broker(own: Subsystem, monkeypatch: pytest.MonkeyPatch) -> None:
    """LOG-34, SPL-76: a broker has a spooler, which would send what waits."""
    reached: list[Any] = []
    monkeypatch.setenv("MAPIX_BROKER", "")
    monkeypatch.setattr(starting, "reach_broker", reached.append)
    with rehearsing(Told()), own.logon("Work", flags=NEW | MAPI_ALLOW_OTHERS) as session:
        session.dispatch_notifications()
    assert reached == []
