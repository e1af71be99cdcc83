"""Copying between stores and between providers."""

from pathlib import Path

import pytest
from tests.objects.rich import PROJECT, check_rich, only_message, open_store, rich_message, root_of, tag_of
from tests.objects.rich import here as here
from tests.objects.rich import there as there

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.table import query_all_rows
from mapix.objects.bags.propdata import MemorySource, PropertyBag
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties.errors import (
    Computed,
    InterfaceNotSupported,
    InvalidParameter,
    UnexpectedId,
)
from mapix.properties.flags import MSGFLAG_READ, MSGFLAG_RN_PENDING, MSGFLAG_UNSENT
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tags import (
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_NULL,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SENTMAIL_ENTRYID,
    PR_SUBJECT,
)
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.testing.store_bench import contents, entry_id_of, recipients, subfolders
from mapix.testing.store_values import VALUES
from mapix.testing.support import BenchSupport


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


@pytest.mark.parametrize("back", [False, True])
def test_copies_go_between_stores_of_different_providers(here: MapiFolder, tmp_path: Path, back: bool) -> None:
    """P-020, P-172, P-179: everything, whatever its type, in either direction."""
    support = BenchSupport({"path": str(tmp_path / "other.mapix")})
    store = SqlStoreProvider().logon(support, entry_id=None, access=Access.MODIFY).store
    source, target = (root_of(store), here) if back else (here, root_of(store))
    source.get_ids_from_names([PropertyName(PS_PUBLIC_STRINGS, f"One more {back}")], create=True)
    message = rich_message(source)
    again = source.open_entry(entry_id_of(message), Access.MODIFY)
    again.set_props(VALUES)
    again.save_changes()
    copy = target.create_message()
    assert {problem.scode for problem in again.copy_to(copy)} <= {Computed.hresult}
    copy.save_changes(Keep.READONLY)
    check_rich(only_message(target), target)
    assert only_message(target).get_props(tuple(VALUES)) == VALUES
    folder = source.create_folder("Tree")
    folder.set_props(VALUES)
    assert source.copy_folder(entry_id_of(folder), target)
    assert query_all_rows(target.get_hierarchy_table(), tuple(VALUES)) == [tuple(VALUES.values())]
    store.close()


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


def submitted(name: str, sent_mail: MapiFolder) -> tuple[StoreObject, StoreObject]:
    """A store with a submitted message that is to be filed in a folder of another one, and the same as the spooler has
    it.
    """
    store = open_store(name)
    message = root_of(store).create_message()
    message.set_props({PR_SUBJECT: "sent", PR_SENTMAIL_ENTRYID: entry_id_of(sent_mail)})
    message.modify_recipients(ModifyRecipients.ADD, [{PR_DISPLAY_NAME: "Ann", PR_EMAIL_ADDRESS: "ann@example.com"}])
    message.submit_message()
    return store, open_store(name, spooler=True, opener=sent_mail.open_entry)


def test_a_sent_message_goes_to_a_folder_of_another_store(tmp_path: Path, there: MapiFolder) -> None:
    name = f"{tmp_path} sending"
    store, spooler = submitted(name, there)
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
    store, spooler = submitted(name, there)
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
