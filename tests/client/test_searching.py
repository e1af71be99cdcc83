"""Search folders through the typed face."""

from __future__ import annotations

import pytest

import mapix
from mapix.properties.errors import Collision, InvalidParameter, NotFound
from mapix.properties.restriction import Restriction


def subjects(folder: mapix.Folder) -> list[str | None]:
    """What a folder shows."""
    return sorted(message.subject or "" for message in folder.messages)


@pytest.fixture
def filled(folder: mapix.Folder) -> mapix.Folder:
    """A folder with two messages, and one more below."""
    folder.messages.new(subject="The budget").save()
    folder.messages.new(subject="Agenda").save()
    folder.create_folder("Below").messages.new(subject="Budget below").save()
    return folder


def test_a_search_folder_is_made_in_a_line(session: mapix.Session, filled: mapix.Folder) -> None:
    """F-040, F-045."""
    found = session.store.search_folders.new("Budgets", mapix.Message.subject.contains("budget"), [filled])
    assert subjects(found) == ["Budget below", "The budget"]
    assert found.is_search
    assert found.is_live
    assert found.is_complete
    assert found.is_recursive
    assert found.count == 2
    assert [folder.name for folder in found.scope] == ["Work"]
    assert isinstance(found.where, Restriction)
    filled.messages.new(subject="budget, too").save()
    assert found.count == 3


def test_conditions_may_be_text(session: mapix.Session, filled: mapix.Folder) -> None:
    """As in queries."""
    found = session.store.search_folders.new("Budgets", 'subject ~ "budget"', recursive=False, folders=[filled])
    assert subjects(found) == ["The budget"]
    with pytest.raises(InvalidParameter):
        session.store.search_folders.new("Wrong", "subject ~~~", [filled])
    assert "Wrong" not in session.store.search_folders


def test_everywhere_is_where_people_look(session: mapix.Session, filled: mapix.Folder) -> None:
    """ST-045."""
    found = session.store.search_folders.new("Budgets", mapix.Message.subject.contains("budget"))
    assert found.count == 2
    session.inbox.messages.new(subject="Budget").save()
    assert found.count == 3


def test_search_folders_are_found_listed_and_deleted(session: mapix.Session, filled: mapix.Folder) -> None:
    """F-040: the messages stay."""
    folders = session.store.search_folders
    assert len(folders) == 0
    folders.new("Budgets", "unread", [filled])
    assert [folder.name for folder in folders] == ["Budgets"]
    assert "budgets" in folders
    assert folders["BUDGETS"].count == folders["Budgets"].unread
    with pytest.raises(Collision):
        folders.new("Budgets", "unread", [filled])
    folders.delete("Budgets")
    with pytest.raises(NotFound):
        folders["Budgets"]
    assert filled.count == 2


def test_criteria_change_in_part(session: mapix.Session, filled: mapix.Folder) -> None:
    """F-042."""
    found = session.store.search_folders.new("Found", mapix.Message.subject.contains("budget"), [filled])
    found.change(recursive=False)
    assert subjects(found) == ["The budget"]
    found.change(mapix.Message.subject.contains("agenda"), background=True)
    assert found.wait(60)
    assert subjects(found) == ["Agenda"]
    found.change(folders=[filled.folder("Below")])
    assert subjects(found) == []


def test_searches_stop_and_begin_anew(session: mapix.Session, filled: mapix.Folder) -> None:
    """F-043."""
    found = session.store.search_folders.new("Found", mapix.Message.subject.contains("budget"), [filled])
    found.stop()
    assert not found.is_live
    filled.messages.new(subject="budget, later").save()
    assert found.count == 2
    found.restart(static=True)
    assert found.count == 3
    assert not found.is_live
    found.restart()
    assert found.is_live


def test_a_result_is_deleted_where_it_lies(session: mapix.Session, filled: mapix.Folder) -> None:
    """F-040."""
    found = session.store.search_folders.new("Found", mapix.Message.subject.contains("budget"), [filled])
    next(iter(found.messages.where(mapix.Message.subject.contains("below")))).delete(permanently=True)
    assert found.count == 1
    assert filled.folder("Below").count == 0


def test_a_search_folder_is_no_rubbish(session: mapix.Session, filled: mapix.Folder) -> None:
    """F-040: it is not moved to Deleted Items, it just goes."""
    from mapix.properties.flags import FOLDER_SEARCH

    filled.mapi.create_folder("Found", kind=FOLDER_SEARCH)
    filled.delete_folder("Found")
    assert [folder.name for folder in filled.folders] == ["Below"]
    assert session.deleted.folders == []
