"""Copying between stores, and messages as values."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import query_all_rows
from mapix.objects.content import read_content, write_content
from mapix.objects.propdata import MemorySource, PropertyBag
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import (
    Computed,
    InterfaceNotSupported,
    InvalidParameter,
    InvalidType,
    UnexpectedId,
    UnexpectedType,
)
from mapix.properties.flags import MSGFLAG_READ, MSGFLAG_RN_PENDING, MSGFLAG_UNSENT
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_NULL,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SENTMAIL_ENTRYID,
    PR_SUBJECT,
)
from mapix.properties.value import LargeValue
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.testing.store_bench import contents, entry_id_of, recipients, subfolders
from mapix.testing.support import BenchSupport

PROJECT = PropertyName(PS_PUBLIC_STRINGS, "Project")
DEPTH = PropertyName(PS_PUBLIC_STRINGS, "Depth")


def open_store(name: str, **options: Any) -> MsgStore:
    support = BenchSupport({"name": name}, opener=options.pop("opener", None))
    return MemoryStoreProvider().logon(support, entry_id=None, access=Access.MODIFY, **options).store


@pytest.fixture
def here(tmp_path: Path) -> Iterator[MapiFolder]:
    """The root of a store."""
    store = open_store(f"{tmp_path} here")
    yield root_of(store)
    store.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[MapiFolder]:
    """The root of another store, where names have other identifiers."""
    store = open_store(f"{tmp_path} there")
    store.get_ids_from_names([PropertyName(PS_PUBLIC_STRINGS, str(number)) for number in range(3)], create=True)
    yield root_of(store)
    store.close()


def root_of(store: MsgStore) -> MapiFolder:
    root = store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    return root


def tag_of(folder: MapiFolder, name: PropertyName, kind: int = PropType.UNICODE) -> PropTag:
    return PropTag.of(folder.get_ids_from_names([name], create=True)[name], kind)


def rich_message(folder: MapiFolder) -> Message:
    """A message with everything a message can have."""
    message = folder.create_message()
    message.set_props({PR_SUBJECT: "RE: Budget", PR_MESSAGE_FLAGS: MSGFLAG_READ, tag_of(folder, PROJECT): "mapix"})
    row = {PR_DISPLAY_NAME: "Ann", PR_EMAIL_ADDRESS: "ann@example.com", tag_of(folder, PROJECT): "of Ann"}
    message.modify_recipients(ModifyRecipients.ADD, [row])
    _, file = message.create_attach()
    file.set_props({PR_ATTACH_METHOD: 1, PR_ATTACH_LONG_FILENAME: "big.bin"})
    with file.open_property(PR_ATTACH_DATA_BIN, Stream, access=Access.MODIFY, create=True) as stream:
        stream.write(bytes(700_000))
    file.save_changes()
    _, holder = message.create_attach()
    inner = holder.open_property(PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
    inner.set_props({PR_SUBJECT: "inner", tag_of(folder, DEPTH, PropType.LONG): 2})
    inner.save_changes()
    holder.save_changes()
    message.save_changes(Keep.READONLY)
    return message


def check_rich(message: Message, folder: MapiFolder) -> None:
    """That nothing of a `rich_message` is lacking."""
    assert message.get_prop(PR_SUBJECT) == "RE: Budget"
    assert message.get_prop(tag_of(folder, PROJECT)) == "mapix"
    assert recipients(message, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, tag_of(folder, PROJECT)) == [
        ("Ann", "ann@example.com", "of Ann")
    ]
    assert message.open_attach(0).get_prop(PR_ATTACH_DATA_BIN) == bytes(700_000)
    inner = message.open_attach(1).open_property(PR_ATTACH_DATA_OBJ, Message)
    assert inner.get_props((PR_SUBJECT, tag_of(folder, DEPTH, PropType.LONG))) == {
        PR_SUBJECT: "inner",
        tag_of(folder, DEPTH, PropType.LONG): 2,
    }


def only_message(folder: MapiFolder) -> Message:
    ((entry_id,),) = contents(folder, PR_ENTRYID)
    message = folder.open_entry(entry_id)
    assert isinstance(message, Message)
    return message


def test_messages_are_copied_between_stores_with_everything(here: MapiFolder, there: MapiFolder) -> None:
    """P-172, P-179."""
    message = rich_message(here)
    assert here.copy_messages([entry_id_of(message)], there)
    copy = only_message(there)
    check_rich(copy, there)
    assert tag_of(here, PROJECT) != tag_of(there, PROJECT)
    assert copy.get_prop(PR_SEARCH_KEY) == message.get_prop(PR_SEARCH_KEY)
    assert copy.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_READ
    assert copy.open_attach(0).get_prop(PR_RECORD_KEY) != message.open_attach(0).get_prop(PR_RECORD_KEY)
    assert contents(here) == [("RE: Budget",)]


def test_messages_are_moved_between_stores(here: MapiFolder, there: MapiFolder) -> None:
    entry_id = entry_id_of(rich_message(here))
    result = here.copy_messages([entry_id, b"nonsense"], there, move=True)
    assert result.left_out == (b"nonsense",)
    check_rich(only_message(there), there)
    assert contents(here) == []


def test_a_copy_in_another_store_owes_no_report(here: MapiFolder, there: MapiFolder) -> None:
    """RP-004: nor does a message that was moved there."""
    message = here.create_message()
    message.set_props({PR_MESSAGE_FLAGS: 0, PR_READ_RECEIPT_REQUESTED: True})
    message.save_changes(Keep.READONLY)
    assert message.get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_RN_PENDING
    here.copy_messages([entry_id_of(message)], there)
    assert only_message(there).get_prop(PR_MESSAGE_FLAGS) == 0
    there.empty_folder()
    here.copy_messages([entry_id_of(message)], there, move=True)
    assert only_message(there).get_prop(PR_MESSAGE_FLAGS) == 0


@pytest.mark.parametrize("move", [False, True])
def test_folders_are_copied_between_stores_with_what_is_below(here: MapiFolder, there: MapiFolder, move: bool) -> None:
    folder = here.create_folder("Work", comment="busy")
    folder.set_props({tag_of(here, PROJECT): "mapix"})
    rich_message(folder.create_folder("Below"))
    view = folder.create_message(associated=True)
    view.set_props({PR_SUBJECT: "view"})
    view.save_changes()
    assert here.copy_folder(entry_id_of(folder), there, name="Arrived", move=move)
    ((arrived, project),) = query_all_rows(there.get_hierarchy_table(), (PR_ENTRYID, tag_of(there, PROJECT)))
    assert project == "mapix"
    copy = there.open_entry(arrived, Access.MODIFY)
    assert isinstance(copy, MapiFolder)
    assert contents(copy, associated=True) == [("view",)]
    ((below,),) = query_all_rows(copy.get_hierarchy_table(), (PR_ENTRYID,))
    inside = copy.open_entry(below)
    assert isinstance(inside, MapiFolder)
    check_rich(only_message(inside), there)
    assert subfolders(here) == ([] if move else ["Work"])


def test_folder_parts_are_chosen_by_their_properties(here: MapiFolder, there: MapiFolder) -> None:
    source, target = here.create_folder("Source"), there.create_folder("Target")
    rich_message(source)
    source.create_folder("Below")
    source.copy_props(target, (PR_CONTAINER_CONTENTS,))
    assert (contents(target), subfolders(target)) == ([("RE: Budget",)], [])
    source.copy_props(target, (PR_CONTAINER_HIERARCHY,), move=True)
    assert (subfolders(source), subfolders(target)) == ([], ["Below"])


def test_message_parts_are_chosen_by_their_properties(here: MapiFolder, there: MapiFolder) -> None:
    message, copy = rich_message(here), there.create_message()
    message.copy_props(copy, (PR_MESSAGE_RECIPIENTS, tag_of(here, PROJECT)))
    assert recipients(copy) == [("Ann",)]
    assert copy.get_prop(tag_of(there, PROJECT)) == "mapix"
    assert copy.get_prop(PR_SUBJECT) is None
    assert copy.get_attachment_table().get_row_count() == 0


def test_what_the_target_has_stays_without_leave_to_replace(here: MapiFolder, there: MapiFolder) -> None:
    """P-173, X-08."""
    message, copy = rich_message(here), there.create_message()
    copy.set_props({PR_SUBJECT: "mine"})
    copy.modify_recipients(ModifyRecipients.ADD, [{PR_DISPLAY_NAME: "Bob"}])
    message.copy_to(copy, replace=False)
    assert copy.get_prop(PR_SUBJECT) == "mine"
    assert recipients(copy) == [("Bob",)]
    assert copy.get_attachment_table().get_row_count() == 2
    message.copy_to(copy)
    assert copy.get_prop(PR_SUBJECT) == "RE: Budget"
    assert recipients(copy) == [("Ann",)]
    assert copy.get_attachment_table().get_row_count() == 2


def test_moving_takes_properties_and_parts_away(here: MapiFolder, there: MapiFolder) -> None:
    """P-173."""
    entry_id = entry_id_of(rich_message(here))
    message, copy = here.open_entry(entry_id, Access.MODIFY), there.create_message()
    assert isinstance(message, Message)
    message.copy_to(copy, move=True)
    message.save_changes()
    copy.save_changes(Keep.READONLY)
    check_rich(copy, there)
    rest = here.open_entry(entry_id)
    assert isinstance(rest, Message)
    assert rest.get_prop(PR_SUBJECT) is None
    assert recipients(rest) == []
    assert rest.get_attachment_table().get_row_count() == 0


def test_properties_the_target_keeps_itself_are_told(here: MapiFolder) -> None:
    """P-176."""
    message, copy = rich_message(here), here.create_message()
    scodes = {problem.scode for problem in message.copy_to(copy)}
    assert scodes == {Computed.hresult}


def test_copying_goes_between_any_two_kinds_of_objects(here: MapiFolder) -> None:
    """P-152, P-177."""
    note = PropertyBag(MemorySource({PR_SUBJECT: "note", PR_IMPORTANCE: 2}), access=Access.MODIFY)
    message = here.create_message()
    assert not note.copy_to(message)
    assert message.get_props((PR_SUBJECT, PR_IMPORTANCE)) == {PR_SUBJECT: "note", PR_IMPORTANCE: 2}
    named = rich_message(here)
    (problem,) = named.copy_props(note, (PR_SUBJECT, tag_of(here, PROJECT)))
    assert problem.scode == UnexpectedId.hresult
    assert note.get_prop(PR_SUBJECT) == "RE: Budget"


def test_what_to_copy_is_checked(here: MapiFolder) -> None:
    """P-031, P-170."""
    message, copy = rich_message(here), here.create_message()
    with pytest.raises(InvalidParameter):
        message.copy_props(copy, ())
    with pytest.raises(InvalidParameter):
        message.copy_props(copy, (PR_NULL,))
    with pytest.raises(InvalidParameter):
        message.copy_to(copy, exclude=(PR_NULL,))


# messages as values


def test_a_message_read_and_written_elsewhere_is_the_same(here: MapiFolder, there: MapiFolder) -> None:
    content = read_content(rich_message(here))
    copy = there.create_message()
    assert not write_content(content, copy)
    copy.save_changes(Keep.READONLY)
    check_rich(copy, there)


def test_large_values_are_not_read_into_a_content(here: MapiFolder) -> None:
    content = read_content(rich_message(here))
    assert isinstance(content.attachments[0].properties[PR_ATTACH_DATA_BIN], LargeValue)
    assert content.names == {tag_of(here, name).id: name for name in (PROJECT, DEPTH)}
    inner = content.attachments[1].message
    assert inner is not None
    assert inner.names == content.names


def test_a_content_shows_unsaved_changes_and_no_identifiers(here: MapiFolder) -> None:
    message = here.create_message()
    message.set_props({PR_SUBJECT: "draft"})
    content = read_content(message)
    assert content.get(PR_SUBJECT) == "draft"
    assert PR_ENTRYID not in content.properties


def test_writing_tells_what_was_not_taken_but_not_what_is_computed(here: MapiFolder) -> None:
    odd, subject = PropTag.of(0x6801, 0x100B), PR_SUBJECT.with_type(PropType.LONG)
    content = MessageContent({odd: (True,), subject: 1, PR_ENTRYID: b"x", PR_BODY: "text"})
    problems = write_content(content, here.create_message())
    assert [(problem.tag, problem.scode) for problem in problems] == [
        (odd, InvalidType.hresult),
        (subject, UnexpectedType.hresult),
    ]


def test_names_nobody_told_are_left_out(here: MapiFolder) -> None:
    message = here.create_message()
    write_content(MessageContent({PropTag(0x9000001F): "nameless", PR_SUBJECT: "x"}), message)
    message.save_changes(Keep.READONLY)
    assert [tag for tag in message.get_prop_list() if tag.is_named] == []


def test_contents_within_contents_are_written(here: MapiFolder) -> None:
    innermost = MessageContent({PR_SUBJECT: "innermost"}, recipients=[{PR_DISPLAY_NAME: "Cay"}])
    middle = MessageContent({PR_SUBJECT: "middle"}, attachments=[AttachmentContent({}, innermost)])
    outer = MessageContent({PR_MESSAGE_CLASS: "IPM.Note"}, attachments=[AttachmentContent({}, middle)])
    message = here.create_message()
    write_content(outer, message)
    message.save_changes(Keep.READONLY)
    again = read_content(only_message(here))
    deep = again.attachments[0].message
    assert deep is not None
    deepest = deep.attachments[0].message
    assert deepest is not None
    assert (deep.get(PR_SUBJECT), deepest.get(PR_SUBJECT)) == ("middle", "innermost")
    assert deepest.recipients[0][PR_DISPLAY_NAME] == "Cay"


def test_a_sent_message_goes_to_a_folder_of_another_store(tmp_path: Path, there: MapiFolder) -> None:
    name = f"{tmp_path} sending"
    store = open_store(name)
    spooler = open_store(name, spooler=True, opener=there.open_entry)
    message = root_of(store).create_message()
    message.set_props({PR_SUBJECT: "sent", PR_SENTMAIL_ENTRYID: entry_id_of(there)})
    message.modify_recipients(ModifyRecipients.ADD, [{PR_DISPLAY_NAME: "Ann", PR_EMAIL_ADDRESS: "ann@example.com"}])
    message.submit_message()
    (entry,) = store.outgoing.entries()
    after = spooler.finished_msg(entry.entry_id)
    copy = only_message(there)
    assert (entry_id_of(copy), copy.get_prop(PR_SUBJECT)) == (after, "sent")
    assert not copy.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_UNSENT
    assert contents(root_of(store)) == []
    for opened in (spooler, store):
        opened.close()


def test_a_sent_message_is_filed_once_in_another_store_whatever_dies_in_between(
    tmp_path: Path, there: MapiFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{tmp_path} sending twice"
    store = open_store(name)
    spooler = open_store(name, spooler=True, opener=there.open_entry)
    message = root_of(store).create_message()
    message.set_props({PR_SUBJECT: "sent", PR_SENTMAIL_ENTRYID: entry_id_of(there)})
    message.modify_recipients(ModifyRecipients.ADD, [{PR_DISPLAY_NAME: "Ann", PR_EMAIL_ADDRESS: "ann@example.com"}])
    message.submit_message()
    (entry,) = store.outgoing.entries()

    def die(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(spooler.context.backend), "dequeue", die)
        with pytest.raises(KeyboardInterrupt):
            spooler.finished_msg(entry.entry_id)
    assert store.outgoing.entries() == [entry]
    assert spooler.finished_msg(entry.entry_id) is None
    assert only_message(there).get_prop(PR_SUBJECT) == "sent"
    assert contents(root_of(store)) == []
    for opened in (spooler, store):
        opened.close()


def test_only_messages_have_messages_inside(here: MapiFolder) -> None:
    """P-132."""
    with pytest.raises(InterfaceNotSupported):
        here.open_property(PR_CONTAINER_CONTENTS, Message)
