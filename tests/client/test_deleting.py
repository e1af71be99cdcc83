"""Deleting as people expect it: into Deleted Items first, from there for good; and having things back."""

from __future__ import annotations

import pytest

from mapix.client import Folder, Session
from mapix.properties.errors import NoAccess, NotFound
from mapix.properties.tags import PR_RETENTION_AGE_LIMIT


@pytest.fixture
def work(session: Session) -> Folder:
    """A folder with two messages."""
    folder = session.store.root.create_folder("Work")
    for subject in ("One", "Two"):
        folder.messages.new(subject=subject).save()
    return folder


def subjects(folder: Folder) -> list[str]:
    """What is in a folder."""
    return sorted(message.subject or "" for message in folder.messages)


def test_a_deleted_message_goes_to_deleted_items_and_from_there_for_good(session: Session, work: Folder) -> None:
    """ST-047."""
    next(message for message in work.messages if message.subject == "One").delete()
    assert (subjects(work), subjects(session.deleted)) == (["Two"], ["One"])
    session.deleted.messages[0].delete()
    assert subjects(session.deleted) == []


def test_a_message_deleted_permanently_takes_no_way_through_deleted_items(session: Session, work: Folder) -> None:
    """ST-047."""
    work.messages[0].delete(permanently=True)
    assert (len(subjects(work)), subjects(session.deleted)) == (1, [])


def test_in_folders_below_deleted_items_deleting_is_for_good(session: Session, work: Folder) -> None:
    """ST-047."""
    session.store.root.delete_folder("Work")
    gone = session.deleted.folder("Work")
    assert subjects(gone) == ["One", "Two"]
    gone.messages[0].delete()
    assert len(subjects(gone)) == 1
    assert subjects(session.deleted) == []


def test_deleted_folders_of_one_name_get_others_in_deleted_items(session: Session) -> None:
    """F-002, ST-047."""
    root = session.store.root
    for _ in range(3):
        root.create_folder("Work")
        root.delete_folder("Work")
    assert [folder.name for folder in session.deleted.folders] == ["Work", "Work (2)", "Work (3)"]
    session.deleted.delete_folder("Work (2)")
    root.create_folder("Work")
    root.delete_folder("Work", permanently=True)
    assert [folder.name for folder in session.deleted.folders] == ["Work", "Work (3)"]


def test_what_is_kept_is_restored_to_where_it_was(session: Session, work: Folder) -> None:
    """F-090."""
    session.store[PR_RETENTION_AGE_LIMIT] = 3600
    deleted = session.deleted
    work.messages[0].move_to(deleted)
    deleted.messages[0].delete()
    (kept,) = deleted.messages.listed(deleted=True)
    assert kept.subject == "One"
    kept.restore()
    assert subjects(deleted) == ["One"]
    work.messages[0].delete()
    deleted.empty(permanently=True)
    assert list(deleted.messages.listed(deleted=True)) == []


def test_a_folder_that_is_kept_is_restored_under_a_free_name(session: Session, work: Folder) -> None:
    """F-090, F-002."""
    session.store[PR_RETENTION_AGE_LIMIT] = 3600
    root, deleted = session.store.root, session.deleted
    work.move_to(deleted)
    deleted.delete_folder("Work")
    deleted.create_folder("Work")
    again = deleted.restore_folder("work")
    assert again.name == "Work (2)"
    assert subjects(again) == ["One", "Two"]
    with pytest.raises(NotFound):
        root.restore_folder("Work")


@pytest.mark.parametrize("name", ["drafts", "calendar", "contacts", "journal", "notes", "tasks", "junk"])
def test_special_folders_are_there_when_they_are_asked_for(session: Session, name: str) -> None:
    """ST-046."""
    folder: Folder = getattr(session.store, name)
    assert (folder.name or "").lower() == name
    assert (folder.container_class or "").startswith("IPF.")
    assert getattr(session.store, name).entry_id == folder.entry_id


@pytest.mark.parametrize("name", ["inbox", "outbox", "sent", "deleted", "drafts", "calendar", "junk"])
def test_special_folders_keep_their_place(session: Session, work: Folder, name: str) -> None:
    """ST-042, ST-046."""
    special: Folder = getattr(session.store, name)
    assert special.is_special
    assert not work.is_special
    for permanently in (False, True):
        with pytest.raises(NoAccess):
            session.store.root.delete_folder(special.name or "", permanently=permanently)
    with pytest.raises(NoAccess):
        special.move_to(work)
    special.move_to(session.store.root, "Renamed")
    assert getattr(session.store, name).name == "Renamed"
