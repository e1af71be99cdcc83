"""Inbound hooks are asked with nothing locked and for a limited time."""

from __future__ import annotations

from typing import Any

from tests.subsystem.nasty import Hold, log_on, offer_transport, open_store, row_of, until
from tests.subsystem.test_hooks import Bringing, Hook, offer_hook, subjects

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Placement
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import InvalidObject
from mapix.properties.flags import HOOK_INBOUND, STATUS_AVAILABLE, STATUS_FAILURE
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_SUBJECT,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.isolation.limits import Limits
from mapix.subsystem.session import Session
from mapix.testing.builders import a_folder


class Hanging(Hook):
    """An inbound hook that hangs, and then tries to change what it was shown."""

    def __init__(self, hold: Hold) -> None:
        super().__init__()
        self.hold = hold
        self.late: list[type[BaseException]] = []

    def inbound(self, message: Message, folder: bytes) -> Placement:
        self.hold.let_go.wait(60)
        try:
            message.set_props({PR_SUBJECT: "too late"})
            message.save_changes()
        except InvalidObject as error:
            self.late.append(type(error))
        self.hold.back.set()
        return Placement(None)


def inbox(session: Session) -> list[str]:
    store = open_store(session)
    folder: Any = store.open_entry(store.get_receive_folder("IPM")[0], Access.READ)
    return [row[0] for row in query_all_rows(folder.get_contents_table(), (PR_SUBJECT,))]


def test_an_inbound_hook_that_hangs_keeps_no_mail_back(mail: Subsystem, hold: Hold) -> None:
    """SPL-22: it is left behind, its row says so, and what it does later changes nothing."""
    hook, courier = Hanging(hold), Bringing()
    mail.limits = Limits(hook=0.1)
    offer_transport(mail, courier)
    offer_hook(mail, lambda: hook, HOOK_INBOUND)
    with log_on(mail) as session:
        session.flush(0)
        until(lambda: courier.fetched)
        assert inbox(session) == ["News"]
        assert row_of(session, "HOOK")[0] & STATUS_FAILURE
        hold.let_go.set()
        until(lambda: hold.back.is_set() and bool(row_of(session, "HOOK")[0] & STATUS_AVAILABLE))
        assert inbox(session) == ["News"]
    assert hook.late == [InvalidObject]


def test_mail_that_comes_before_anybody_opened_a_new_store_lies_in_its_inbox(mail: Subsystem) -> None:
    """SES-19, SPL 6.9: the spooler makes the special folders that are missing."""
    courier = Bringing()
    offer_transport(mail, courier)
    with log_on(mail) as session:
        session.flush(0)
        until(lambda: courier.fetched)
        assert inbox(session) == ["News"]


def test_while_a_hook_looks_others_write_to_the_store(mail: Subsystem) -> None:
    """SPL-22: the hook itself, in a session of its own, too."""
    courier = Bringing()
    offer_transport(mail, courier)

    class Writing(Hook):
        def inbound(self, message: Message, folder: bytes) -> Placement:
            with log_on(mail) as own:
                made = a_folder(open_store(own), "Made by the hook")
                return Placement(made.get_prop(PR_ENTRYID))

    offer_hook(mail, Writing, HOOK_INBOUND)
    with log_on(mail) as session:
        session.flush(0)
        until(lambda: courier.fetched)
        assert subjects(open_store(session), "Made by the hook") == ["News"]
        assert inbox(session) == []
