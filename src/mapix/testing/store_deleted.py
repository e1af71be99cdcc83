"""Store tests: soft deletion, what is kept and shown, restoring and purging (objects 3.6)."""

from __future__ import annotations

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties import times
from mapix.properties.errors import Computed, NoAccess, NotFound, ObjectDeleted
from mapix.properties.restriction import Property, Relop
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_COMMENT,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DELETED_ASSOC_MSG_COUNT,
    PR_DELETED_FOLDER_COUNT,
    PR_DELETED_MSG_COUNT,
    PR_DELETED_ON,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_PARENT_ENTRYID,
    PR_RETENTION_AGE_LIMIT,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, recipients

_DAY = 24 * 3600
_COUNTS = (PR_DELETED_MSG_COUNT, PR_DELETED_ASSOC_MSG_COUNT, PR_DELETED_FOLDER_COUNT)


def kept(folder: MapiFolder, *columns: PropTag, associated: bool = False) -> list[tuple[object, ...]]:
    """The rows of what was deleted from a folder; subjects alone where no columns are named."""
    return query_all_rows(folder.get_contents_table(associated=associated, deleted=True), columns or (PR_SUBJECT,))


def kept_folders(folder: MapiFolder, *columns: PropTag, deep: bool = False) -> list[tuple[object, ...]]:
    """The rows of the folders that were deleted below one; names alone where no columns are named."""
    return query_all_rows(folder.get_hierarchy_table(deep=deep, deleted=True), columns or (PR_DISPLAY_NAME,))


class KeepingBench(StoreBench):
    """A store that keeps what is deleted, where a test says so."""

    def keep(self, seconds: int = _DAY) -> None:
        """Let the store keep what is deleted."""
        self.need(Powers.SOFT_DELETES)
        assert not self.store.set_props({PR_RETENTION_AGE_LIMIT: seconds})

    def counts(self, folder: MapiFolder) -> list[int]:
        """Messages, associated messages and folders that are kept in a folder."""
        return list(folder.get_props(_COUNTS).values())

    def kept_message(self, entry_id: bytes) -> Message:
        """A deleted message that is kept."""
        message = self.store.open_entry(entry_id, deleted=True)
        assert isinstance(message, Message)
        return message

    def kept_folder(self, entry_id: bytes) -> MapiFolder:
        """A deleted folder that is kept."""
        folder = self.store.open_entry(entry_id, Access.MODIFY, deleted=True)
        assert isinstance(folder, MapiFolder)
        return folder

    def tree(self) -> tuple[MapiFolder, MapiFolder]:
        """A folder with a message and a folder below with another."""
        folder = self.folder()
        folder.set_props({PR_COMMENT: "busy"})
        self.message(folder)
        below = folder.create_folder("Below")
        self.message(below, {PR_SUBJECT: "deep"})
        return folder, below


class DeletedTests(KeepingBench):
    """Deleting softly, looking at what is kept, and having it back."""

    # messages

    def test_without_retention_a_deletion_is_for_good(self) -> None:
        """F-090: hard is the default."""
        folder = self.folder()
        entry_id = self.message(folder)
        assert folder.delete_messages([entry_id])
        assert kept(folder) == []
        with pytest.raises(NotFound):
            self.store.open_entry(entry_id, deleted=True)

    def test_a_deleted_message_is_out_of_the_folder_and_kept(self) -> None:
        """F-090, F-021."""
        self.keep()
        folder = self.folder()
        entry_id, other = self.message(folder), self.message(folder, {PR_SUBJECT: "stays"})
        before = times.now()
        assert folder.delete_messages([entry_id])
        assert contents(folder) == [("stays",)]
        ((subject, kept_id, parent, deleted_on),) = kept(
            folder, PR_SUBJECT, PR_ENTRYID, PR_PARENT_ENTRYID, PR_DELETED_ON
        )
        assert (subject, kept_id, parent) == ("Budget", entry_id, entry_id_of(folder))
        assert isinstance(deleted_on, int)
        assert before <= deleted_on <= times.now()
        assert list(folder.get_props((PR_CONTENT_COUNT, PR_CONTENT_UNREAD)).values()) == [1, 1]
        assert self.counts(folder) == [1, 0, 0]
        assert self.message_of(other).get_prop(PR_DELETED_ON) is None

    def test_a_deleted_message_opens_only_for_who_asks_for_deleted_ones(self) -> None:
        """F-090, F-023: and is read only."""
        self.keep()
        folder = self.folder()
        message = self.draft(folder, "ann@example.com")
        message.save_changes()
        entry_id = entry_id_of(message)
        folder.delete_messages([entry_id])
        for place in (self.store, folder):
            with pytest.raises(NotFound):
                place.open_entry(entry_id)
            opened = place.open_entry(entry_id, Access.BEST, deleted=True)
            assert opened.get_prop(PR_SUBJECT) == "Budget"
            assert isinstance(opened.get_prop(PR_DELETED_ON), int)
        with pytest.raises(NoAccess):
            self.store.open_entry(entry_id, Access.MODIFY, deleted=True)
        assert recipients(self.kept_message(entry_id)) == [("Ann",)]

    def test_what_is_not_deleted_opens_with_the_flag_as_well(self) -> None:
        """F-090."""
        folder = self.folder()
        entry_id = self.message(folder)
        assert folder.open_entry(entry_id, Access.MODIFY, deleted=True).get_prop(PR_SUBJECT) == "Budget"

    def test_an_open_message_that_is_deleted_cannot_be_saved(self) -> None:
        """P-215."""
        self.keep()
        folder = self.folder()
        message = self.message_of(self.message(folder))
        folder.delete_messages([entry_id_of(message)])
        message.set_props({PR_SUBJECT: "late"})
        with pytest.raises(ObjectDeleted):
            message.save_changes()
        assert kept(folder) == [("Budget",)]

    def test_a_deleted_message_takes_part_in_nothing(self) -> None:
        """F-090: it is not found for what is done to messages of the folder."""
        self.keep()
        folder, other = self.folder(), self.folder("Other")
        entry_id = self.message(folder)
        folder.delete_messages([entry_id])
        for result in (
            folder.delete_messages([entry_id]),
            folder.copy_messages([entry_id], other),
            folder.set_read_flags([entry_id]),
        ):
            assert result.left_out == (entry_id,)
        with pytest.raises(NotFound):
            folder.get_message_status(entry_id)
        assert contents(other) == []
        assert kept(folder) == [("Budget",)]

    def test_a_deleted_message_comes_back_by_being_moved(self) -> None:
        """F-090, E-004: under its own identifier, into its folder or another one."""
        self.keep()
        folder, other = self.folder(), self.folder("Other")
        first, second = self.message(folder), self.message(folder, {PR_SUBJECT: "second"})
        folder.delete_messages([first, second])
        assert folder.copy_messages([first], folder, move=True)
        assert folder.copy_messages([second], other, move=True)
        assert contents(folder, PR_ENTRYID) == [(first,)]
        assert contents(other, PR_ENTRYID) == [(second,)]
        assert self.counts(folder) == [0, 0, 0]
        again = self.message_of(second)
        assert again.get_props((PR_PARENT_ENTRYID, PR_DELETED_ON)) == {PR_PARENT_ENTRYID: entry_id_of(other)}
        again.set_props({PR_SUBJECT: "changed"})
        again.save_changes()
        assert contents(other) == [("changed",)]

    def test_associated_messages_are_kept_apart(self) -> None:
        """F-090, F-080."""
        self.need(Powers.ASSOCIATED)
        self.keep()
        folder = self.folder()
        entry_id = self.message(folder, {PR_SUBJECT: "view"}, associated=True)
        folder.delete_messages([entry_id])
        assert (kept(folder), kept(folder, associated=True)) == ([], [("view",)])
        assert self.counts(folder) == [0, 1, 0]
        assert folder.copy_messages([entry_id], folder, move=True)
        assert contents(folder, associated=True) == [("view",)]
        assert contents(folder) == []

    def test_a_hard_deletion_keeps_nothing_and_purges_what_is_kept(self) -> None:
        """F-090, F-063."""
        self.keep()
        folder = self.folder()
        soft, hard = self.message(folder), self.message(folder)
        folder.delete_messages([soft])
        assert folder.delete_messages([soft, hard], hard=True)
        assert (contents(folder), kept(folder), self.counts(folder)) == ([], [], [0, 0, 0])
        assert folder.delete_messages([soft], hard=True).left_out == (soft,)
        with pytest.raises(NotFound):
            self.store.open_entry(soft, deleted=True)

    def test_kept_messages_are_sorted_and_restricted_like_others(self) -> None:
        """F-090, R-022."""
        self.keep()
        folder = self.folder()
        folder.delete_messages([self.message(folder, {PR_SUBJECT: subject}) for subject in ("b", "a", "c")])
        table = folder.get_contents_table(deleted=True)
        assert PR_DELETED_ON in table.query_columns()
        assert query_all_rows(table, (PR_SUBJECT,), Property(Relop.GT, PR_SUBJECT, "a")) == [("b",), ("c",)]
        assert table.get_row_count() == 2

    # the rest

    def test_deletion_counts_are_computed(self) -> None:
        """P-009, F-090."""
        folder = self.folder()
        for tag in _COUNTS:
            assert [problem.scode for problem in folder.set_props({tag: 7})] == [Computed.hresult]

    def test_what_was_kept_long_enough_is_gone_at_the_next_opening(self) -> None:
        """F-090: the retention time."""
        self.need(Powers.OPEN_AGAIN)
        self.keep()
        folder, below = self.tree()
        entry_id = self.message(folder, {PR_SUBJECT: "old"})
        folder.delete_messages([entry_id])
        folder.delete_folder(entry_id_of(below), messages=True)
        assert kept(self.folder_of(entry_id_of(folder), self.again())) == [("old",)]
        self.store.set_props({PR_RETENTION_AGE_LIMIT: 0})
        later = self.folder_of(entry_id_of(folder), self.again())
        assert (kept(later), kept_folders(later), self.counts(later)) == ([], [], [0, 0, 0])
        assert contents(later) == [("Budget",)]

    def test_what_is_kept_is_there_at_the_next_opening(self) -> None:
        """F-090."""
        self.need(Powers.OPEN_AGAIN)
        self.keep()
        folder = self.folder()
        entry_id = self.message(folder)
        folder.delete_messages([entry_id])
        again = self.folder_of(entry_id_of(folder), self.again())
        assert again.copy_messages([entry_id], again, move=True)
        assert contents(folder) == [("Budget",)]

    def test_a_deletion_that_is_undone_never_was(self) -> None:
        """Our extension, `MsgStore.transaction`."""
        self.need(Powers.TRANSACTIONS)
        self.keep()
        root, (folder, _) = self.root(), self.tree()
        ((entry_id,),) = contents(folder, PR_ENTRYID)
        self.do_and_fail(
            lambda: folder.delete_messages([entry_id]),
            lambda: root.delete_folder(entry_id_of(folder), messages=True, folders=True),
        )
        assert (kept_folders(root), kept(folder), contents(folder)) == ([], [], [("Budget",)])
        folder.delete_messages([entry_id])
        self.do_and_fail(
            lambda: folder.copy_messages([entry_id], folder, move=True),
            lambda: folder.delete_messages([entry_id], hard=True),
        )
        assert (kept(folder), contents(folder), self.counts(folder)) == ([("Budget",)], [], [1, 0, 0])

    def test_a_submitted_message_is_not_deleted_softly_either(self) -> None:
        """F-063, F-064."""
        self.keep()
        folder = self.folder()
        message = self.draft(folder, "ann@example.com")
        message.save_changes()
        entry_id = entry_id_of(message)
        message.submit_message()
        assert folder.delete_messages([entry_id]).left_out == (entry_id,)
        assert not self.root().delete_folder(entry_id_of(folder), messages=True)
        assert len(self.store.outgoing.entries()) == 1
