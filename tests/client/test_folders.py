"""Folders and stores: paths, walking, making, moving, emptying."""

import pytest

from mapix import Folder, Session
from mapix.cli.folders import _row
from mapix.cli.search import _found, _wanted
from mapix.cli.show import _mark_read
from mapix.properties.errors import Collision, InvalidObject, InvalidParameter, NotFound, ObjectDeleted
from mapix.properties.flags import CLEAR_READ_FLAG


def test_special_folders_are_known_by_their_names(session: Session) -> None:
    names = [session.inbox.name, session.outbox.name, session.sent.name, session.store.deleted.name]
    assert names == ["Inbox", "Outbox", "Sent Items", "Deleted Items"]
    assert session.folder("INBOX").entry_id == session.inbox.entry_id
    assert session.folder("sent").entry_id == session.sent.entry_id


def test_a_path_finds_a_folder_case_aside(folder: Folder) -> None:
    folder.create_folder("2026").create_folder("March")
    assert folder.store.folder("work/2026/march").name == "March"
    assert folder["2026/March"].name == "March"
    assert folder.store["Work"].entry_id == folder.entry_id
    with pytest.raises(NotFound, match="one of: 2026"):
        folder.folder("2027")


def test_walking_goes_depth_first_with_paths(folder: Folder) -> None:
    folder.create_folder("b").create_folder("c")
    folder.create_folder("A")
    assert [path for path, _ in folder.walk()] == ["A", "b", "b/c"]
    assert [each.name for each in folder.folders] == ["A", "b"]


def test_walking_passes_over_what_others_delete_meanwhile(folder: Folder) -> None:
    for name in ("a", "b", "c"):
        folder.create_folder(name).create_folder("below")
    way = folder.walk()
    assert next(way)[0] == "a"
    folder.delete_folder("a", permanently=True)
    folder.delete_folder("b", permanently=True)
    assert [path for path, _ in way] == ["c", "c/below"]


def test_search_folders_that_others_delete_meanwhile_are_passed_over(session: Session, folder: Folder) -> None:
    searches = session.store.search_folders
    for name in ("a", "b", "c"):
        searches.new(name, "subject ~ budget", folders=[folder])
    way = searches.named()
    assert next(way)[0] == "a"
    searches.delete("b")
    assert [name for name, _ in way] == ["c"]


def test_commands_pass_over_folders_that_others_delete_meanwhile(session: Session, folder: Folder) -> None:
    for name in ("a", "b"):
        folder.create_folder(name).messages.new(subject=f"in {name}").save()
    found = _found(session, folder, _wanted(folder, ["in"], None), 10)
    assert next(found)[1].subject == "in a"
    gone = folder.folder("b")
    folder.delete_folder("b", permanently=True)
    assert list(found) == []
    assert list(_row("Work/b", gone)) == []


def test_a_message_that_others_removed_while_it_was_shown_is_not_marked(folder: Folder) -> None:
    folder.messages.new(subject="Shown").save()
    shown = folder.messages[0]
    assert shown.mapi.get_props()
    shown.mapi.set_read_flag(CLEAR_READ_FLAG)
    folder.empty(permanently=True)
    _mark_read(shown)
    with pytest.raises((NotFound, ObjectDeleted)):
        shown.mark_read()


def test_a_name_that_others_take_first_is_left_to_them(folder: Folder) -> None:
    folder.create_folder("Old")

    def take(name: str) -> None:
        if name == "Old (2)":
            folder.create_folder(name)
        folder.create_folder(name)

    folder.take_in("Old", take)
    assert [each.name for each in folder.folders] == ["Old", "Old (2)", "Old (3)"]


def test_a_name_that_is_never_free_is_a_collision(folder: Folder) -> None:
    folder.create_folder("Old")
    with pytest.raises(Collision):
        folder.take_in("Old", lambda name: folder.create_folder("Old"))


def test_a_name_is_taken_once(folder: Folder) -> None:
    made = folder.create_folder("One")
    with pytest.raises(Collision):
        folder.create_folder("one")
    assert folder.create_folder("One", exist_ok=True).entry_id == made.entry_id


def test_fields_of_a_folder_act_at_once(folder: Folder) -> None:
    folder.comment = "What is worked on"
    again = folder.store.folder("Work")
    assert again.comment == "What is worked on"
    again.name = "Labour"
    assert folder.store.folder("Labour").entry_id == folder.entry_id


def test_messages_move_and_go(folder: Folder) -> None:
    target = folder.create_folder("Target")
    for number in range(3):
        folder.messages.new(subject=str(number)).save()
    folder.messages[0].move_to(target)
    assert (folder.count, target.count) == (2, 1)
    folder.messages[0].delete()
    assert folder.count == 1


def test_a_message_moves_and_goes_as_soon_as_it_is_saved(session: Session, folder: Folder) -> None:
    target = folder.create_folder("Target")
    message = folder.messages.new(subject="New")
    with pytest.raises(InvalidParameter, match="save"):
        message.move_to(target)
    message.save().copy_to(target)
    message.move_to(target)
    assert (folder.count, target.count) == (0, 2)
    folder.messages.new(subject="Newer").save().delete()
    assert [each.subject for each in session.deleted.messages] == ["Newer"]


def test_emptying_leaves_the_folder(folder: Folder) -> None:
    folder.messages.new(subject="x").save()
    folder.create_folder("Below").messages.new(subject="y").save()
    folder.empty()
    assert folder.count == 0
    assert folder.folders == []


def test_a_folder_with_things_in_it_can_be_deleted(folder: Folder) -> None:
    folder.create_folder("Below").messages.new(subject="y").save()
    folder.delete_folder("below")
    assert folder.folders == []


def test_a_message_is_found_by_its_identifier(session: Session, folder: Folder) -> None:
    message = folder.messages.new(subject="Here").save()
    assert message.entry_id is not None
    found = session.message(message.entry_id)
    assert found.subject == "Here"
    found.delete()
    assert folder.count == 0


def test_stores_are_listed(session: Session) -> None:
    assert [store.name for store in session.stores] == [session.store.name]
    assert repr(session) == "<Session on 'Test'>"


def test_closing_twice_is_harmless(session: Session) -> None:
    inbox = session.inbox
    session.close()
    session.close()
    with pytest.raises(InvalidObject):
        inbox.mapi.get_props()
