"""Spooler hooks that stand in profiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.subsystem.nasty import Courier, Hold, log_on, offer_transport, open_store, row_of, submit, until

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import MessageService, Placement, ProviderKind, ProviderSpec
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import HOOK_INBOUND, HOOK_OUTBOUND, STATUS_FAILURE
from mapix.properties.tags import PR_ENTRYID, PR_SUBJECT
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.isolation.limits import Limits
from mapix.testing.builders import a_folder

NO_FOLDER: Any = 7


class Hook:
    """Sends what was sent to a folder of the test, and drops what comes in."""

    def __init__(self) -> None:
        self.folder: bytes | None = None
        self.seen: list[str] = []

    def outbound(self, message: Message) -> Any:
        self.seen.append(message.get_prop(PR_SUBJECT))
        return self.folder

    def inbound(self, message: Message, folder: bytes) -> Any:
        self.seen.append(message.get_prop(PR_SUBJECT))
        return Placement(None)


class Bringing(Courier):
    """Has one message to fetch."""

    fetched = False

    def poll(self) -> bool:
        return not self.fetched

    def start_message(self, message: Message) -> bytes | None:
        message.set_props({PR_SUBJECT: "News"})
        message.save_changes()
        return b"1"

    def accept_message(self, token: bytes) -> None:
        self.fetched = True


def offer_hook(system: Subsystem, load: Callable[[], Any], flags: int = 0, name: str = "HOOK") -> None:
    spec = ProviderSpec(ProviderKind.HOOK, "hook", "Hook", load, resource_flags=flags)
    system.catalogue.register(MessageService(name, "A hook", (spec,)))
    system.admin_profiles().admin_services("Work").create_msg_service(name)


def subjects(store: MsgStore, path: str) -> list[str]:
    return [row[0] for row in query_all_rows(a_folder(store, path).get_contents_table(), (PR_SUBJECT,))]


def test_an_outbound_hook_of_the_profile_says_where_sent_mail_goes(mail: Subsystem) -> None:
    """SPL-22, SPI-6."""
    hook = Hook()
    offer_transport(mail, Courier())
    offer_hook(mail, lambda: hook, HOOK_OUTBOUND)
    with log_on(mail) as session:
        store = open_store(session)
        hook.folder = a_folder(store, "Kept").get_prop(PR_ENTRYID)
        submit(session)
        assert session.flush(60) == 0
        until(lambda: subjects(store, "Kept") == ["hello"])
    assert hook.seen == ["hello"]


def test_an_inbound_hook_of_the_profile_may_drop_what_comes(mail: Subsystem) -> None:
    """SPL-22, SPI-6: and one that asked for inbound mail sees nothing else."""
    hook, courier = Hook(), Bringing()
    offer_transport(mail, courier)
    offer_hook(mail, lambda: hook, HOOK_INBOUND)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        until(lambda: courier.fetched)
        store = open_store(session)
        inbox: Any = store.open_entry(store.get_receive_folder("IPM")[0], Access.READ)
        assert query_all_rows(inbox.get_contents_table(), (PR_SUBJECT,)) == []
    assert hook.seen == ["News"]


@pytest.mark.parametrize("answer", ["a folder", 7, Placement(NO_FOLDER)])
def test_a_hook_that_answers_nonsense_is_told_and_passed_over(mail: Subsystem, answer: Any) -> None:
    """SPL-22."""
    hook = Hook()
    hook.folder = answer
    offer_transport(mail, Courier())
    offer_hook(mail, lambda: hook)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        assert row_of(session, "HOOK")[0] & STATUS_FAILURE


def test_mail_that_a_hook_sends_to_what_is_no_folder_lies_in_its_inbox(mail: Subsystem) -> None:
    """SPL-22."""

    class Odd(Hook):
        def inbound(self, message: Message, folder: bytes) -> Any:
            return Placement(NO_FOLDER)

    courier = Bringing()
    offer_transport(mail, courier)
    offer_hook(mail, Odd, HOOK_INBOUND)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        until(lambda: courier.fetched)
        assert row_of(session, "HOOK")[0] & STATUS_FAILURE
        store = open_store(session)
        inbox: Any = store.open_entry(store.get_receive_folder("IPM")[0], Access.READ)
        assert query_all_rows(inbox.get_contents_table(), (PR_SUBJECT,)) == [("News",)]


def test_what_is_no_hook_is_left_out(mail: Subsystem) -> None:
    """SPI-6."""
    courier = Courier()
    offer_transport(mail, courier)
    offer_hook(mail, object)
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        assert row_of(session, "HOOK")[0] & STATUS_FAILURE
    assert courier.sent == ["bob@example.com"]


def test_a_hook_that_hangs_keeps_no_mail_back(mail: Subsystem, hold: Hold) -> None:
    """SPL-22: what was sent is kept as if there were no hook, and its row says why."""
    mail.limits = Limits(hook=0.15)
    hook, courier = Hook(), Courier()
    hook.outbound = lambda message: hold.hang()  # type: ignore[method-assign]
    offer_transport(mail, courier)
    offer_hook(mail, lambda: hook, HOOK_OUTBOUND)
    with log_on(mail) as session:
        submit(session, "bob@example.com")
        submit(session, "cy@example.com")
        assert session.flush(60) == 0
        assert row_of(session, "HOOK")[0] & STATUS_FAILURE
    assert courier.sent == ["bob@example.com", "cy@example.com"]
