"""Hooks of a profile on every path that mail takes: out, in, between mailboxes of one server, in shared sessions."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import pytest
from tests.subsystem.nasty import Courier, log_on, offer_transport, open_store, recipient, submit, until
from tests.subsystem.test_hooks import Bringing, offer_hook, subjects

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Placement
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import HOOK_INBOUND, HOOK_OUTBOUND, MAPI_ALLOW_OTHERS, MAPI_EXTENDED
from mapix.properties.tags import (
    PR_BODY,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SENTMAIL_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_SUBJECT,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session
from mapix.testing.builders import a_folder


class Rule:
    """Answers what the test says, and remembers in `log` what it saw."""

    def __init__(self, name: str, log: list[str], out: Any = None, into: Any = None) -> None:
        self.name, self.log, self.out, self.into = name, log, out, into

    def outbound(self, message: Message) -> Any:
        self.log.append(f"{self.name} out {message.get_prop(PR_SUBJECT)}")
        return self.out

    def inbound(self, message: Message, folder: bytes) -> Any:
        self.log.append(f"{self.name} in {message.get_prop(PR_SUBJECT)}")
        return self.into(folder) if callable(self.into) else self.into or Placement(folder)


@pytest.fixture
def office(system: Subsystem, profile: str, tmp_path: Path) -> Subsystem:
    """Ann's profile with a mailbox and local delivery; Bob's mailbox lies beside it."""
    services = system.admin_profiles().admin_services(profile)
    for name in ("ann", "bob"):
        owner = {"path": str(tmp_path / f"{name}.mapix"), "owner_address": f"{name}@example.com"}
        services.create_msg_service("MAPIXSTORE", name, owner)
    services.create_msg_service("LOCAL", settings={"address": "ann@example.com"})
    return system


def inbox(store: MsgStore) -> list[str]:
    folder: Any = store.open_entry(store.get_receive_folder("IPM")[0], Access.READ)
    return [row[0] for row in query_all_rows(folder.get_contents_table(), (PR_SUBJECT,))]


def in_folder(store: MsgStore, tag: Any) -> list[str]:
    folder: Any = store.open_entry(store.get_prop(tag), Access.READ)
    return [row[0] for row in query_all_rows(folder.get_contents_table(), (PR_SUBJECT,))]


# several hooks


def test_each_hook_sees_the_message_and_the_last_word_counts(office: Subsystem) -> None:
    """SPL-22, SPI-6: outbound hooks in the order of the profile."""
    log: list[str] = []
    rules = [Rule(name, log) for name in ("one", "two", "three")]
    for rule in rules:
        offer_hook(office, lambda rule=rule: rule, HOOK_OUTBOUND, rule.name.upper())
    with log_on(office) as session:
        store = open_store(session)
        for rule in rules[:2]:
            rule.out = a_folder(store, rule.name).get_prop(PR_ENTRYID)
        submit(session)
        assert session.flush(60) == 0
        until(lambda: subjects(store, "two") == ["hello"])
        assert subjects(store, "one") == []
    assert log == ["one out hello", "two out hello", "three out hello"]


def test_a_hook_that_stops_is_the_last_one_asked(office: Subsystem) -> None:
    """SPL-22, SPI-6: HOOK_CANCEL."""
    log: list[str] = []
    first, second = Rule("one", log), Rule("two", log)
    offer_hook(office, lambda: first, HOOK_OUTBOUND, "ONE")
    offer_hook(office, lambda: second, HOOK_OUTBOUND, "TWO")
    with log_on(office) as session:
        store = open_store(session)
        first.out = Placement(a_folder(store, "one").get_prop(PR_ENTRYID), stop=True)
        submit(session)
        assert session.flush(60) == 0
        until(lambda: subjects(store, "one") == ["hello"])
    assert log == ["one out hello"]


def test_an_outbound_hook_may_have_what_was_sent_deleted(office: Subsystem) -> None:
    """SPL-22, SPI-6: HOOK_DELETE; it is sent all the same."""
    log: list[str] = []
    courier = Courier()
    offer_transport(office, courier)
    offer_hook(office, lambda: Rule("one", log, Placement(None)), HOOK_OUTBOUND)
    with log_on(office) as session:
        submit(session, "zoe@example.net")
        assert session.flush(60) == 0
        store = open_store(session)
        assert in_folder(store, PR_IPM_SENTMAIL_ENTRYID) == []
        assert in_folder(store, PR_IPM_OUTBOX_ENTRYID) == []
    assert (log, courier.sent) == (["one out hello"], ["zoe@example.net"])


def test_inbound_hooks_are_chained_and_may_change_what_arrives(office: Subsystem) -> None:
    """SPL-22, SPI-6: each is told where those before it put the message."""
    log: list[str] = []
    told: list[bytes] = []

    class Stamp(Rule):
        def inbound(self, message: Message, folder: bytes) -> Any:
            message.set_props({PR_SUBJECT: f"{message.get_prop(PR_SUBJECT)}!"})
            message.save_changes()
            return super().inbound(message, folder)

    first = Stamp("one", log)
    second = Rule("two", log, into=lambda folder: (told.append(folder), Placement(folder))[1])
    courier = Bringing()
    offer_transport(office, courier)
    offer_hook(office, lambda: first, HOOK_INBOUND, "ONE")
    offer_hook(office, lambda: second, HOOK_INBOUND, "TWO")
    with log_on(office) as session:
        store = open_store(session)
        kept = a_folder(store, "Kept").get_prop(PR_ENTRYID)
        first.into = Placement(kept)
        submit(session, "ann@example.com")
        assert session.flush(60) == 0
        until(lambda: courier.fetched)
        until(lambda: sorted(subjects(store, "Kept")) == ["News!", "hello!"])
    assert told == [kept, kept]


def test_a_report_that_comes_back_passes_the_hooks(office: Subsystem) -> None:
    """SPL-22, SPL-65."""
    log: list[str] = []
    seen: list[str] = []

    class Look(Rule):
        def inbound(self, message: Message, folder: bytes) -> Any:
            seen.append(message.get_prop(PR_MESSAGE_CLASS))
            return Placement(folder)

    offer_hook(office, lambda: Look("one", log), HOOK_INBOUND)
    with log_on(office) as session:
        submit(session, "nobody@example.net")
        assert session.flush(60) == 0
    assert [each.endswith(".NDR") for each in seen] == [True]


# between mailboxes of one server


def test_hooks_see_what_comes_into_the_session_s_own_mailbox_without_leaving_the_server(office: Subsystem) -> None:
    """SPL-22: a local delivery."""
    log: list[str] = []
    rule = Rule("one", log, into=lambda folder: Placement(None))
    offer_hook(office, lambda: rule, HOOK_INBOUND)
    with log_on(office) as session:
        submit(session, "ann@example.com")
        assert session.flush(60) == 0
        assert inbox(open_store(session)) == []
        assert in_folder(open_store(session), PR_IPM_SENTMAIL_ENTRYID) == ["hello"]
    assert log == ["one in hello"]


def test_hooks_do_not_see_what_others_get(system: Subsystem, profile: str, tmp_path: Path) -> None:
    """SPL-22: a sender's hook neither reads nor moves mail in somebody else's mailbox."""
    log: list[str] = []
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("MAPIXSTORE", "ann", {"path": str(tmp_path / "a.mapix"), "owner_address": "ann@x.org"})
    services.create_msg_service("LOCAL", settings={"address": "ann@x.org"})
    system.admin_profiles().create_profile("Bob")
    bobs = system.admin_profiles().admin_services("Bob")
    bobs.create_msg_service("MAPIXSTORE", "bob", {"path": str(tmp_path / "b.mapix"), "owner_address": "bob@x.org"})
    offer_hook(system, lambda: Rule("one", log, into=lambda folder: Placement(None)), HOOK_INBOUND)
    with system.logon("Bob", flags=MAPI_EXTENDED) as bob, log_on(system) as ann:
        mailbox = open_store(bob)
        submit(ann, "bob@x.org")
        assert ann.flush(60) == 0
        assert inbox(mailbox) == ["hello"]
    assert log == []


# shared sessions


def test_members_of_a_shared_session_have_one_set_of_hooks(office: Subsystem) -> None:
    """SPL-22, LOG-33: whoever submits, each hook sees the message once."""
    log: list[str] = []
    made: list[Rule] = []

    def make() -> Rule:
        made.append(Rule("one", log))
        return made[-1]

    offer_hook(office, make)
    with office.logon("Work", flags=MAPI_EXTENDED | MAPI_ALLOW_OTHERS) as first:
        with office.logon("", flags=MAPI_EXTENDED) as second:
            submit(second, "ann@example.com")
            assert second.flush(60) == 0
        submit(first, "ann@example.com")
        assert first.flush(60) == 0
    assert sorted(log) == ["one in hello"] * 2 + ["one out hello"] * 2
    assert len(made) == 1


# hooks of modules


def test_a_hook_of_a_module_gets_the_session_and_the_uid_of_its_section(
    office: Subsystem, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """SPI-6: HPProviderInit(session, instance, allocators, section uid, flags)."""
    given: list[Any] = []
    log: list[str] = []

    def init(session: Any, instance: Any, *rest: Any) -> Any:
        given.append((session, instance, rest[-2], rest[-1]))
        given.append(open_store(session).get_prop(PR_ENTRYID))
        return Rule("one", log)

    module = types.ModuleType("ownhook")
    module.HPProviderInit = init  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ownhook", module)
    text = "[Services]\nOwnHook=Own\n[OwnHook]\nProviders=Own HP\n[Own HP]\nPR_PROVIDER_DLL_NAME=ownhook.dll\n"
    inf = home / "mapisvc.inf"
    inf.write_text(text + "PR_RESOURCE_TYPE=MAPI_HOOK_PROVIDER\nPR_PROVIDER_DISPLAY=Own\n", encoding="utf-8")
    with Subsystem(home) as system:
        system.admin_profiles().admin_services("Work").create_msg_service("OwnHook")
        with log_on(system) as session:
            submit(session, "ann@example.com")
            assert session.flush(60) == 0
            (own, instance, uid, flags), entry_id = given
            assert isinstance(own, Session)
            assert (instance, flags) == (None, 0)
            assert uid in [each.uid for _, each in own._core.handle.read().providers()]
            assert entry_id == open_store(session).get_prop(PR_ENTRYID)
    assert log == ["one in hello", "one out hello"]


def test_what_is_sent_without_any_hook_is_as_it_was(office: Subsystem) -> None:
    """SPL-22, SPL-25."""
    with log_on(office) as session:
        store = open_store(session)
        message = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY).create_message()
        message.modify_recipients(0, [recipient("bob@example.com")])
        message.set_props({PR_SUBJECT: "plain", PR_BODY: "text"})
        message.submit_message()
        assert session.flush(60) == 0
        until(lambda: in_folder(store, PR_IPM_SENTMAIL_ENTRYID) == ["plain"])
        assert inbox(open_store(session, 1)) == ["plain"]
