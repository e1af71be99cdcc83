"""Store tests: soft deletion of whole folders (objects 3.6)."""

from __future__ import annotations

import pytest

from mapix.properties.errors import Collision, MapiError, NotFound
from mapix.properties.flags import FOLDER_SEARCH, FOREGROUND_SEARCH, RECURSIVE_SEARCH
from mapix.properties.restriction import Exist
from mapix.properties.tags import (
    PR_COMMENT,
    PR_CONTENT_COUNT,
    PR_DELETED_ON,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_PARENT_ENTRYID,
    PR_SUBFOLDERS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, contents, entry_id_of, subfolders
from mapix.testing.store_deleted import KeepingBench, kept, kept_folders


class DeletedFolderTests(KeepingBench):
    """Deleting folders softly, and having them back."""

    def test_a_deleted_folder_is_kept_with_everything_in_it(self) -> None:
        """F-090, F-022, F-064."""
        self.keep()
        folder, below = self.tree()
        ids = entry_id_of(folder), entry_id_of(below)
        assert self.root().delete_folder(ids[0], messages=True, folders=True)
        assert subfolders(self.root()) == []
        assert self.root().get_prop(PR_SUBFOLDERS) is False
        assert kept_folders(self.root(), PR_DISPLAY_NAME, PR_ENTRYID) == [("Work", ids[0])]
        rows = kept_folders(self.root(), PR_DISPLAY_NAME, PR_DEPTH, deep=True)
        assert rows == [("Work", 0), ("Below", 1)]
        assert self.counts(self.root()) == [0, 0, 1]
        for entry_id in ids:
            with pytest.raises(NotFound):
                self.store.open_entry(entry_id)
        with pytest.raises(MapiError):
            folder.get_props(None)
        gone = self.kept_folder(ids[0])
        assert gone.get_prop(PR_COMMENT) == "busy"
        assert isinstance(gone.get_prop(PR_DELETED_ON), int)
        assert gone.get_prop(PR_PARENT_ENTRYID) == entry_id_of(self.root())
        assert (kept(gone), kept_folders(gone)) == ([("Budget",)], [("Below",)])
        assert (contents(gone), subfolders(gone)) == ([], [])

    def test_nothing_is_made_or_changed_in_a_deleted_folder(self) -> None:
        """F-090."""
        self.keep()
        folder, _ = self.tree()
        self.root().delete_folder(entry_id_of(folder), messages=True, folders=True)
        gone = self.kept_folder(entry_id_of(folder))
        for call in (
            gone.create_message,
            lambda: gone.create_folder("x"),
            lambda: gone.set_props({PR_COMMENT: "x"}),
        ):
            with pytest.raises(MapiError):
                call()
        with pytest.raises(MapiError):
            self.root().copy_folder(entry_id_of(self.folder("Other")), gone, move=True)

    def test_a_deleted_folder_comes_back_by_being_moved(self) -> None:
        """F-090, F-065."""
        self.keep()
        root, (folder, below) = self.root(), self.tree()
        before = self.message(folder, {PR_SUBJECT: "gone before"})
        folder.delete_messages([before])
        ids = entry_id_of(folder), entry_id_of(below)
        root.delete_folder(ids[0], messages=True, folders=True)
        assert root.copy_folder(ids[0], root, move=True)
        assert subfolders(root) == ["Work"]
        again = self.folder_of(ids[0])
        assert contents(again) == [("Budget",)]
        assert kept(again) == [("gone before",)]
        assert contents(self.folder_of(ids[1])) == [("deep",)]
        assert again.get_prop(PR_COMMENT) == "busy"
        counts = (PR_CONTENT_COUNT, PR_SUBFOLDERS, PR_DELETED_ON)
        assert again.get_props(counts) == {PR_CONTENT_COUNT: 1, PR_SUBFOLDERS: True}
        assert self.counts(root) == [0, 0, 0]

    def test_the_name_of_a_deleted_folder_is_free(self) -> None:
        """F-002, F-090: it comes back under another one then."""
        self.keep()
        root, (folder, _) = self.root(), self.tree()
        old = entry_id_of(folder)
        root.delete_folder(old, messages=True, folders=True)
        new = self.folder("Work")
        assert entry_id_of(new) != old
        with pytest.raises(Collision):
            root.copy_folder(old, root, move=True)
        assert kept_folders(root) == [("Work",)]
        assert root.copy_folder(old, root, name="Work of then", move=True)
        assert subfolders(root) == ["Work", "Work of then"]
        assert contents(self.folder_of(old)) == [("Budget",)]

    def test_several_folders_of_one_name_can_be_deleted(self) -> None:
        """F-090."""
        self.keep()
        root = self.root()
        for _ in range(2):
            root.delete_folder(entry_id_of(self.folder("Work")))
        assert kept_folders(root) == [("Work",), ("Work",)]
        assert self.counts(root) == [0, 0, 2]

    def test_a_message_comes_back_out_of_a_deleted_folder(self) -> None:
        """F-090."""
        self.keep()
        (folder, _), shelf = self.tree(), self.folder("Shelf")
        ((entry_id,),) = contents(folder, PR_ENTRYID)
        self.root().delete_folder(entry_id_of(folder), messages=True, folders=True)
        gone = self.kept_folder(entry_id_of(folder))
        assert gone.copy_messages([entry_id], shelf, move=True)
        assert contents(shelf, PR_ENTRYID) == [(entry_id,)]
        self.root().copy_folder(entry_id_of(folder), self.root(), move=True)
        assert contents(self.folder_of(entry_id_of(folder))) == []

    def test_a_folder_comes_back_out_of_a_deleted_folder(self) -> None:
        """F-090."""
        self.keep()
        (folder, below), root = self.tree(), self.root()
        root.delete_folder(entry_id_of(folder), messages=True, folders=True)
        gone = self.kept_folder(entry_id_of(folder))
        assert gone.copy_folder(entry_id_of(below), root, move=True)
        assert subfolders(root) == ["Below"]
        assert contents(self.folder_of(entry_id_of(below))) == [("deep",)]
        assert kept_folders(root, deep=True) == [("Work",)]

    def test_a_search_folder_is_not_kept(self) -> None:
        """F-040, F-090: what it shows is, where it is deleted."""
        self.need(Powers.SEARCH_FOLDERS)
        self.keep()
        root, (folder, _) = self.root(), self.tree()
        for place in (root, folder):
            search = place.create_folder("Search", kind=FOLDER_SEARCH)
            search.set_search_criteria(Exist(PR_SUBJECT), [entry_id_of(folder)], RECURSIVE_SEARCH | FOREGROUND_SEARCH)
        root.delete_folder(entry_id_of(root.create_folder("Search", open_if_exists=True)))
        assert kept_folders(root) == []
        root.delete_folder(entry_id_of(folder), messages=True, folders=True)
        assert kept_folders(root, deep=True) == [("Work",), ("Below",)]

    def test_what_is_deleted_leaves_search_folders_and_comes_back_into_them(self) -> None:
        """F-040, F-090."""
        self.need(Powers.SEARCH_FOLDERS)
        self.keep()
        folder = self.folder()
        search = self.root().create_folder("Search", kind=FOLDER_SEARCH)
        search.set_search_criteria(Exist(PR_SUBJECT), [entry_id_of(folder)], FOREGROUND_SEARCH)
        entry_id = self.message(folder)
        assert contents(search) == [("Budget",)]
        folder.delete_messages([entry_id])
        assert contents(search) == []
        folder.copy_messages([entry_id], folder, move=True)
        assert contents(search) == [("Budget",)]
        search.delete_messages([entry_id])
        assert (contents(search), kept(folder)) == ([], [("Budget",)])

    def test_a_hard_deletion_of_a_folder_takes_what_is_kept_in_it(self) -> None:
        """F-090, F-064."""
        self.keep()
        root, (folder, below) = self.root(), self.tree()
        folder.delete_folder(entry_id_of(below), messages=True)
        ((entry_id,),) = contents(folder, PR_ENTRYID)
        folder.delete_messages([entry_id])
        assert root.delete_folder(entry_id_of(folder), hard=True)
        assert kept_folders(root, deep=True) == []
        for gone in (entry_id, entry_id_of(below), entry_id_of(folder)):
            with pytest.raises(NotFound):
                self.store.open_entry(gone, deleted=True)

    def test_a_deleted_folder_is_purged_by_deleting_it_hard(self) -> None:
        """F-090."""
        self.keep()
        root, (folder, _) = self.root(), self.tree()
        ids = entry_id_of(folder)
        root.delete_folder(ids, messages=True, folders=True)
        with pytest.raises(NotFound):
            root.delete_folder(ids, messages=True, folders=True)
        assert root.delete_folder(ids, messages=True, folders=True, hard=True)
        assert (kept_folders(root), self.counts(root)) == ([], [0, 0, 0])

    def test_emptying_keeps_what_was_in_the_folder_and_hard_purges_all(self) -> None:
        """F-090, F-066."""
        self.keep()
        folder, _ = self.tree()
        assert folder.empty_folder()
        assert (contents(folder), subfolders(folder)) == ([], [])
        assert (kept(folder), kept_folders(folder)) == ([("Budget",)], [("Below",)])
        assert folder.empty_folder(hard=True)
        assert (kept(folder), kept_folders(folder), self.counts(folder)) == ([], [], [0, 0, 0])

    def test_a_copy_of_a_folder_has_nothing_that_was_deleted(self) -> None:
        """F-065, F-090."""
        self.keep()
        root, folder = self.root(), self.folder()
        folder.delete_messages([self.message(folder)])
        assert root.copy_folder(entry_id_of(folder), root, name="Copy")
        assert self.counts(self.folder("Copy")) == [0, 0, 0]

    def test_what_is_kept_goes_with_its_folder(self) -> None:
        """F-065, F-090."""
        self.keep()
        root, folder, shelf = self.root(), self.folder(), self.folder("Shelf")
        entry_id = self.message(folder)
        folder.delete_messages([entry_id])
        assert root.copy_folder(entry_id_of(folder), shelf, move=True)
        moved = self.folder_of(entry_id_of(folder))
        assert kept(moved, PR_ENTRYID) == [(entry_id,)]
        assert moved.copy_messages([entry_id], moved, move=True)
