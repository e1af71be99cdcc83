"""Copies of whole stores: what arrives, what the counts say, and what happens when something cannot be copied."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import query_all_rows
from mapix.objects.copying.storecopy import copy_store
from mapix.objects.folders.ipmtree import special_folders, validate_ipm_subtree
from mapix.objects.messages.content import inner_message, read_content
from mapix.properties import flags
from mapix.properties import tags as t
from mapix.properties.errors import CorruptStore, NotEnoughDisk
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import whole
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.testing.support import BenchSupport

CREATED = 130_000_000_000_000_000


def store(name: str) -> MsgStore:
    """A store in memory with its special folders."""
    support = BenchSupport({"name": f"{name} {os.urandom(4).hex()}"})
    made = MemoryStoreProvider().logon(support, entry_id=None, access=Access.MODIFY).store
    validate_ipm_subtree(made, full=True)
    return made


@pytest.fixture
def source() -> Iterator[MsgStore]:
    made = store("source")
    yield made
    made.close()


@pytest.fixture
def target() -> Iterator[MsgStore]:
    made = store("target")
    yield made
    made.close()


def folder(of: MsgStore, entry_id: bytes | None = None) -> MapiFolder:
    opened = of.open_entry(entry_id, Access.MODIFY)
    assert isinstance(opened, MapiFolder)
    return opened


def special(of: MsgStore, name: str) -> MapiFolder:
    return folder(of, special_folders(of)[name])


def save(into: MapiFolder, subject: str, values: dict[PropTag, Any] | None = None, **options: Any) -> bytes:
    message = into.create_message(**options)
    message.set_props({t.PR_SUBJECT: subject, t.PR_MESSAGE_CLASS: "IPM.Note"} | (values or {}))
    message.save_changes(Keep.READONLY)
    entry_id = message.get_prop(t.PR_ENTRYID)
    assert isinstance(entry_id, bytes)
    return entry_id


def everything(into: MapiFolder) -> bytes:
    """A message with something of everything."""
    message = into.create_message()
    name = PropertyName(PS_PUBLIC_STRINGS, "Keywords")
    number = message.get_ids_from_names([name], create=True)[name]
    message.set_props(
        {
            t.PR_SUBJECT: "RE: Everything",
            t.PR_BODY: "text " * 50_000,
            t.PR_MESSAGE_FLAGS: flags.MSGFLAG_READ,
            t.PR_LAST_MODIFICATION_TIME: CREATED + 2,
            t.PR_MESSAGE_DELIVERY_TIME: CREATED + 1,
            PropTag(number << 16 | PropType.MV_UNICODE): ("red", "blue"),
        }
    )
    row = {t.PR_DISPLAY_NAME: "Ann", t.PR_EMAIL_ADDRESS: "ann@home.example", t.PR_RECIPIENT_TYPE: 1}
    message.modify_recipients(ModifyRecipients.ADD, [row])
    _, attach = message.create_attach()
    attach.set_props({t.PR_ATTACH_METHOD: 1, t.PR_ATTACH_LONG_FILENAME: "a.bin"})
    with attach.open_property(t.PR_ATTACH_DATA_BIN, Stream, access=Access.MODIFY, create=True) as stream:
        stream.write(bytes(range(256)) * 2000)
    attach.save_changes()
    _, attach = message.create_attach()
    inner = inner_message(attach, Access.MODIFY, create=True)
    assert inner is not None
    inner.set_props({t.PR_SUBJECT: "inside", PropTag(number << 16 | PropType.MV_UNICODE): ("green",)})
    inner.save_changes()
    attach.save_changes()
    message.save_changes(Keep.READONLY)
    entry_id = message.get_prop(t.PR_ENTRYID)
    assert isinstance(entry_id, bytes)
    into.set_message_status(entry_id, 0x1000, 0x1000)
    return entry_id


def only(of: MapiFolder, **options: Any) -> Message:
    """The one message of a folder."""
    ((entry_id,),) = query_all_rows(of.get_contents_table(**options), (t.PR_ENTRYID,))
    message = of.open_entry(entry_id)
    assert isinstance(message, Message)
    return message


def tree(of: MsgStore) -> dict[str, list[str]]:
    """Subjects by the names of folders."""
    found = {}
    rows = query_all_rows(folder(of).get_hierarchy_table(deep=True), (t.PR_ENTRYID, t.PR_DISPLAY_NAME))
    for entry_id, name in rows:
        contents = query_all_rows(folder(of, entry_id).get_contents_table(), (t.PR_SUBJECT,))
        if contents:
            found[name] = sorted(subject for (subject,) in contents)
    return found


def values(message: Message) -> dict[str, Any]:
    """Everything of a message that does not depend on its store."""
    content = read_content(message)
    left_out = {t.PR_RECORD_KEY.id, t.PR_ENTRYID.id, t.PR_LOCAL_COMMIT_TIME.id}

    def named(props: dict[PropTag, Any]) -> dict[Any, Any]:
        return {
            content.names.get(tag >> 16, tag): whole(tag, value)
            for tag, value in props.items()
            if tag.id not in left_out
        }

    return {
        "properties": named(content.properties),
        "recipients": [named(row) for row in content.recipients],
        "attachments": [named(part.properties) for part in content.attachments],
        "inside": [named(part.message.properties) for part in content.attachments if part.message],
    }


def test_a_message_arrives_with_everything_in_it(source: MsgStore, target: MsgStore) -> None:
    """P-172, P-179."""
    target.get_ids_from_names([PropertyName(PS_PUBLIC_STRINGS, f"Other {n}") for n in range(5)], create=True)
    everything(special(source, "Inbox"))
    report = copy_store(source, target)
    assert report.complete
    first, second = only(special(source, "Inbox")), only(special(target, "Inbox"))
    assert values(second) == values(first)
    assert second.get_prop(t.PR_CREATION_TIME) == first.get_prop(t.PR_CREATION_TIME)
    assert special(target, "Inbox").get_message_status(second.get_prop(t.PR_ENTRYID)) == 0x1000


def test_folders_go_where_they_belong_and_the_counts_add_up(source: MsgStore, target: MsgStore) -> None:
    inbox = special(source, "Inbox")
    project = inbox.create_folder("Project", comment="ours")
    for number in range(120):
        save(project, f"message {number:03}")
    save(special(source, "Sent Items"), "sent")
    save(folder(source), "in the root", associated=True)
    save(special(source, "IPM_SUBTREE").create_folder("Own"), "own")
    said: list[str] = []
    report = copy_store(source, target, told=lambda report, path: said.append(path))
    assert tree(target) == tree(source)
    assert only(folder(target), associated=True).get_prop(t.PR_SUBJECT) == "in the root"
    tally = report.messages
    assert (tally.read, tally.written, tally.present, tally.failed, tally.repaired) == (123, 123, 0, 0, 0)
    assert report.folders.written == 2
    assert report.folders.read == report.folders.written + report.folders.present
    assert "/IPM_SUBTREE/Inbox/Project" in said
    rows = query_all_rows(special(target, "Inbox").get_hierarchy_table(), (t.PR_DISPLAY_NAME, t.PR_COMMENT))
    assert rows == [("Project", "ours")]


def test_a_second_copy_writes_what_is_new_and_nothing_else(source: MsgStore, target: MsgStore) -> None:
    inbox = special(source, "Inbox")
    first = save(inbox, "one")
    inbox.copy_messages([first], inbox)
    assert copy_store(source, target).messages.written == 2
    again = copy_store(source, target).messages
    assert (again.read, again.present, again.written) == (2, 2, 0)
    save(inbox, "two")
    inbox.copy_messages([first], inbox)
    later = copy_store(source, target).messages
    assert (later.read, later.present, later.written) == (4, 2, 2)
    assert tree(target) == tree(source) == {"Inbox": ["one", "one", "one", "two"]}


def test_what_waits_to_be_sent_arrives_as_a_draft(source: MsgStore, target: MsgStore) -> None:
    message = special(source, "Outbox").create_message()
    message.set_props({t.PR_SUBJECT: "to go"})
    row = {t.PR_DISPLAY_NAME: "Ann", t.PR_EMAIL_ADDRESS: "ann@home.example", t.PR_RECIPIENT_TYPE: 1}
    message.modify_recipients(ModifyRecipients.ADD, [row])
    message.submit_message()
    report = copy_store(source, target)
    assert report.unsent == report.messages.written == 1
    arrived = only(special(target, "Outbox"))
    assert arrived.get_prop(t.PR_MESSAGE_FLAGS) & (flags.MSGFLAG_SUBMIT | flags.MSGFLAG_UNSENT) == flags.MSGFLAG_UNSENT
    assert target.outgoing.entries() == []


def test_receive_folders_follow(source: MsgStore, target: MsgStore) -> None:
    """ST-062."""
    faxes = special(source, "Inbox").create_folder("Faxes")
    source.set_receive_folder("IPM.Note.Fax", faxes.get_prop(t.PR_ENTRYID))
    copy_store(source, target)
    found, message_class = target.get_receive_folder("IPM.Note.Fax.Colour")
    assert message_class == "IPM.Note.Fax"
    assert folder(target, found).get_prop(t.PR_DISPLAY_NAME) == "Faxes"


class Broken:
    """A large value that ends in damage."""

    size = 500_000

    def open(self) -> Any:
        raise CorruptStore("the store is damaged")


def test_what_cannot_be_read_is_left_out_and_told(
    source: MsgStore, target: MsgStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything(special(source, "Inbox"))
    save(special(source, "Inbox"), "sound")
    opened = type(folder(source).create_message())

    def open_attach(self: Message, number: int, access: Access = Access.READ) -> Any:
        attach = opened_attach(self, number, access)
        if number == 0 and self.get_prop(t.PR_SUBJECT) == "RE: Everything":
            attach._saved[t.PR_ATTACH_DATA_BIN.id] = (t.PR_ATTACH_DATA_BIN, Broken())  # type: ignore[attr-defined]
        return attach

    opened_attach = opened.open_attach
    monkeypatch.setattr(opened, "open_attach", open_attach)
    report = copy_store(source, target)
    monkeypatch.undo()
    tally = report.messages
    assert (tally.read, tally.written, tally.repaired, tally.failed) == (2, 2, 1, 0)
    (remark,) = report.repairs
    assert (remark.folder, remark.name) == ("/IPM_SUBTREE/Inbox", "RE: Everything")
    assert "attachment 0: a.bin: " in remark.reason
    assert "PR_ATTACH_DATA_BIN" in remark.reason
    assert not report.complete
    assert tree(target) == {"Inbox": ["RE: Everything", "sound"]}


def test_a_message_that_cannot_be_opened_fails_alone(
    source: MsgStore, target: MsgStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = special(source, "Inbox")
    lost = save(inbox, "lost")
    for number in range(60):
        save(inbox, f"message {number}")
    opened = type(inbox)
    real = opened.open_entry

    def open_entry(self: Any, entry_id: bytes | None, *args: Any, **options: Any) -> Any:
        if entry_id == lost:
            raise CorruptStore("the store is damaged")
        return real(self, entry_id, *args, **options)

    monkeypatch.setattr(opened, "open_entry", open_entry)
    report = copy_store(source, target)
    tally = report.messages
    assert (tally.read, tally.written, tally.failed) == (61, 60, 1)
    (remark,) = report.failures
    assert str(remark).startswith("/IPM_SUBTREE/Inbox: lost: MAPI_E_CORRUPT_STORE (0x80040600): the store is damaged")
    assert not report.stopped


def test_a_full_target_stops_the_copy_and_it_goes_on_later(
    source: MsgStore, target: MsgStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(130):
        save(special(source, "Inbox"), f"message {number}")
    room = [110]
    opened = type(folder(target).create_message())
    real = opened.save_changes

    def save_changes(self: Message, *args: Any, **options: Any) -> None:
        room[0] -= 1
        if room[0] < 0:
            raise NotEnoughDisk("the disk is full")
        real(self, *args, **options)

    monkeypatch.setattr(opened, "save_changes", save_changes)
    report = copy_store(source, target)
    monkeypatch.undo()
    assert "the disk is full" in report.stopped
    tally = report.messages
    assert tally.read == tally.written + tally.failed
    assert tally.written == len(tree(target)["Inbox"])
    assert copy_store(source, target).complete
    assert tree(target) == tree(source)
