"""Store tests: work on many messages and whole folders, and copying objects (objects 3.4, 1.6)."""

from __future__ import annotations

import pytest

from mapix.interfaces.prop import Keep
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import (
    Collision,
    FolderCycle,
    HasFolders,
    HasMessages,
    InvalidEntryid,
    MapiError,
    NoAccess,
    NotFound,
)
from mapix.properties.flags import (
    MSGFLAG_READ,
)
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_COMMENT,
    PR_CONTAINER_CONTENTS,
    PR_CONTENT_COUNT,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_FLAGS,
    PR_PARENT_ENTRYID,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SUBFOLDERS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, recipients, subfolders


class BulkTests(StoreBench):
    """Copying, moving, deleting, emptying."""

    def test_copies_are_new_objects_with_the_same_data(self) -> None:
        """F-062, E-008."""
        folder, other = self.folder(), self.folder("Other")
        message = self.draft(folder, "ann@example.com")
        message.save_changes(Keep.READONLY)
        assert folder.copy_messages([entry_id_of(message)], other)
        ((copy_id,),) = contents(other, PR_ENTRYID)
        copy = self.message_of(copy_id)
        assert copy_id != entry_id_of(message)
        assert copy.get_prop(PR_RECORD_KEY) != message.get_prop(PR_RECORD_KEY)
        assert copy.get_prop(PR_SEARCH_KEY) == message.get_prop(PR_SEARCH_KEY)
        assert recipients(copy) == [("Ann",)]
        assert contents(folder) == [("Budget",)]

    def test_moved_messages_leave_and_keep_their_data(self) -> None:
        """F-062."""
        folder, other = self.folder(), self.folder("Other")
        entry_id = self.message(folder)
        key = self.message_of(entry_id).get_prop(PR_SEARCH_KEY)
        assert folder.copy_messages([entry_id], other, move=True)
        assert contents(folder) == []
        ((moved,),) = contents(other, PR_ENTRYID)
        again = self.message_of(moved)
        assert again.get_prop(PR_SEARCH_KEY) == key
        assert again.get_prop(PR_PARENT_ENTRYID) == entry_id_of(other)
        assert folder.get_prop(PR_CONTENT_COUNT) == 0

    def test_what_cannot_be_done_is_left_out_and_told(self) -> None:
        """F-063, F-070."""
        folder, other = self.folder(), self.folder("Other")
        here, gone, elsewhere = self.message(folder), self.message(folder), self.message(other)
        folder.delete_messages([gone])
        result = folder.delete_messages([here, gone, elsewhere, b"nonsense"])
        assert not result
        assert result.left_out == (gone, elsewhere, b"nonsense")
        assert contents(folder) == []
        assert contents(other) == [("Budget",)]
        for copy in (other.copy_messages([gone, elsewhere], folder), other.set_read_flags([gone, elsewhere])):
            assert copy.left_out == (gone,)

    def test_a_folder_is_copied_with_or_without_what_is_below(self) -> None:
        """F-065."""
        root, folder = self.root(), self.folder()
        folder.set_props({PR_COMMENT: "busy"})
        self.message(folder)
        self.message(folder.create_folder("Below"))
        shelf = root.create_folder("Shelf")
        assert root.copy_folder(entry_id_of(folder), shelf)
        assert root.copy_folder(entry_id_of(folder), shelf, name="Alone", subfolders=False)
        assert subfolders(shelf) == ["Alone", "Work"]
        rows = query_all_rows(shelf.get_hierarchy_table(), (PR_DISPLAY_NAME, PR_ENTRYID, PR_SUBFOLDERS, PR_COMMENT))
        for name, entry_id, below, comment in rows:
            assert (below, comment) == (name == "Work", "busy")
            assert contents(self.folder_of(entry_id)) == [("Budget",)]
        with pytest.raises(Collision):
            root.copy_folder(entry_id_of(folder), shelf)

    def test_a_folder_is_moved_with_everything_in_it(self) -> None:
        """F-065."""
        root, folder = self.root(), self.folder()
        self.message(folder.create_folder("Below"))
        shelf = root.create_folder("Shelf")
        assert root.copy_folder(entry_id_of(folder), shelf, name="Moved", move=True, subfolders=False)
        assert subfolders(root) == ["Shelf"]
        assert subfolders(shelf) == ["Moved"]
        ((_, below),) = query_all_rows(shelf.get_hierarchy_table(), (PR_DISPLAY_NAME, PR_SUBFOLDERS))
        assert below

    @pytest.mark.parametrize("move", [False, True])
    def test_a_folder_does_not_go_into_itself(self, move: bool) -> None:
        """F-065, P-174."""
        folder = self.folder()
        below = folder.create_folder("Below")
        for target in (folder, below):
            with pytest.raises(FolderCycle):
                self.root().copy_folder(entry_id_of(folder), target, move=move)
        assert subfolders(below) == []

    def test_deleting_a_folder_needs_leave_for_what_is_in_it(self) -> None:
        """F-064."""
        root, folder = self.root(), self.folder()
        entry_id = entry_id_of(folder)
        folder.create_folder("Below")
        with pytest.raises(HasFolders):
            root.delete_folder(entry_id, messages=True)
        self.message(folder)
        with pytest.raises(HasMessages):
            root.delete_folder(entry_id, folders=True)
        assert (subfolders(root), subfolders(folder), contents(folder)) == (["Work"], ["Below"], [("Budget",)])
        assert root.delete_folder(entry_id, messages=True, folders=True)
        assert subfolders(root) == []
        with pytest.raises(NotFound):
            self.store.open_entry(entry_id)
        with pytest.raises(MapiError):
            folder.get_props(None)

    def test_only_a_folders_own_children_are_deleted_through_it(self) -> None:
        """F-064."""
        folder = self.folder()
        below = folder.create_folder("Below")
        with pytest.raises(NotFound):
            self.root().delete_folder(entry_id_of(below))
        with pytest.raises(InvalidEntryid):
            folder.delete_folder(self.message(folder))

    def test_emptying_keeps_the_folder_and_its_associated_messages(self) -> None:
        """F-066."""
        folder = self.folder()
        self.message(folder)
        self.message(folder.create_folder("Below"))
        if Powers.ASSOCIATED in self.powers:
            self.message(folder, {PR_SUBJECT: "view"}, associated=True)
        assert folder.empty_folder()
        assert (contents(folder), subfolders(folder)) == ([], [])
        if Powers.ASSOCIATED in self.powers:
            assert contents(folder, associated=True) == [("view",)]
            folder.empty_folder(associated=True)
            assert contents(folder, associated=True) == []

    def test_read_state_of_all_messages_at_once(self) -> None:
        """F-067; nothing else of them changes."""
        folder = self.folder()
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: 0})
        before = self.message_of(entry_id).get_prop(PR_LAST_MODIFICATION_TIME)
        assert folder.set_read_flags(None)
        message = self.message_of(entry_id)
        assert message.get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_READ
        assert message.get_prop(PR_LAST_MODIFICATION_TIME) == before

    def test_a_new_message_can_be_begun_in_a_folder_that_goes(self) -> None:
        """F-060: its save is refused and nothing else happens."""
        folder = self.folder()
        message = self.draft(folder)
        self.root().delete_folder(entry_id_of(folder))
        with pytest.raises(MapiError):
            message.save_changes(Keep.CLOSE)

    # copying objects

    def test_everything_of_a_message_is_copied_but_what_is_excluded(self) -> None:
        """P-170, P-172, P-178."""
        folder = self.folder()
        message = self.draft(folder, "ann@example.com")
        message.set_props({PR_IMPORTANCE: 2})
        _, attachment = message.create_attach()
        attachment.set_props({PR_DISPLAY_NAME: "part"})
        attachment.save_changes()
        message.save_changes(Keep.READONLY)
        copy = folder.create_message()
        message.copy_to(copy, exclude=(PR_IMPORTANCE.with_type(PropType.UNICODE),))
        assert contents(folder) == [("Budget",)]
        copy.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(copy))
        assert again.get_props((PR_SUBJECT, PR_IMPORTANCE)) == {PR_SUBJECT: "Budget"}
        assert recipients(again) == [("Ann",)]
        assert again.open_attach(0).get_prop(PR_DISPLAY_NAME) == "part"

    def test_only_what_is_included_is_copied(self) -> None:
        """P-170, P-173, P-174."""
        folder = self.folder()
        message = self.message_of(self.message(folder, {PR_IMPORTANCE: 2}))
        copy = folder.create_message()
        copy.set_props({PR_SUBJECT: "mine", PR_COMMENT: "stays"})
        message.copy_props(copy, (PR_SUBJECT, PR_IMPORTANCE), replace=False)
        assert copy.get_props((PR_SUBJECT, PR_IMPORTANCE)) == {PR_SUBJECT: "mine", PR_IMPORTANCE: 2}
        message.copy_props(copy, (PR_SUBJECT,))
        assert copy.get_props((PR_SUBJECT, PR_COMMENT)) == {PR_SUBJECT: "Budget", PR_COMMENT: "stays"}
        with pytest.raises(NoAccess):
            message.copy_to(message)
        with pytest.raises(NoAccess):
            message.copy_to(self.message_of(entry_id_of(message)))

    def test_named_properties_keep_their_identifiers_within_a_store(self) -> None:
        """P-179, P-235."""
        folder = self.folder()
        name = PropertyName(PS_PUBLIC_STRINGS, "Project")
        number = folder.get_ids_from_names([name], create=True)[name]
        tag = PropTag.of(number, PropType.UNICODE)
        entry_id = self.message(folder, {tag: "mapix"})
        folder.copy_messages([entry_id], folder)
        assert contents(folder, tag) == [("mapix",), ("mapix",)]

    def test_a_folder_is_copied_into_another_by_its_properties_and_parts(self) -> None:
        """P-172, P-174."""
        folder, other = self.folder(), self.folder("Other")
        folder.set_props({PR_COMMENT: "busy"})
        self.message(folder)
        below = folder.create_folder("Below")
        folder.copy_to(other, exclude=(PR_CONTAINER_CONTENTS,))
        assert (contents(other), subfolders(other)) == ([], ["Below"])
        assert other.get_props((PR_COMMENT, PR_DISPLAY_NAME)) == {PR_COMMENT: "busy", PR_DISPLAY_NAME: "Other"}
        with pytest.raises(FolderCycle):
            folder.copy_to(below)
