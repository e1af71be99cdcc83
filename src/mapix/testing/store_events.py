"""Store tests: which notifications an operation causes (objects section 9)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mapix.interfaces.notify import Event, Notification, ObjectNotification
from mapix.interfaces.prop import Access, Keep, ObjectType
from mapix.properties.errors import MapiError, NoSupport, NotFound
from mapix.properties.tags import PR_COMMENT, PR_DISPLAY_NAME, PR_MESSAGE_FLAGS, PR_SUBJECT
from mapix.testing.store_bench import Powers, StoreBench, entry_id_of

_OBJECTS = (
    Event.OBJECT_CREATED | Event.OBJECT_DELETED | Event.OBJECT_MODIFIED | Event.OBJECT_MOVED | Event.OBJECT_COPIED
)
_FOLDER, _MESSAGE = ObjectType.FOLDER, ObjectType.MESSAGE


class EventTests(StoreBench):
    """The matrix of events, as the whole store and single objects hear them."""

    def of(self, heard: list[Notification], kind: ObjectType) -> list[ObjectNotification]:
        """What was heard of objects of a kind, and heard no more."""
        self.settle()
        found = [one for one in heard if isinstance(one, ObjectNotification) and one.object_type == kind]
        heard.clear()
        return found

    def test_nothing_is_told_before_a_save(self) -> None:
        """N-005."""
        folder = self.folder()
        heard = self.listen()
        message = self.draft(folder, "ann@example.com")
        assert self.of(heard, _MESSAGE) == []
        message.save_changes(Keep.READWRITE)
        (created,) = self.of(heard, _MESSAGE)
        assert created == ObjectNotification(
            Event.OBJECT_CREATED, entry_id_of(message), int(_MESSAGE), entry_id_of(folder)
        )
        message.set_props({PR_SUBJECT: "Agenda"})
        message.save_changes(Keep.CLOSE)
        assert [one.event for one in self.of(heard, _MESSAGE)] == [Event.OBJECT_MODIFIED]

    def test_a_folders_counts_are_told_as_its_modification(self) -> None:
        """NOT-11."""
        folder = self.folder()
        heard, of_folder = self.listen(), self.listen(entry_id=entry_id_of(folder))
        self.message(folder)
        (told,) = self.of(heard, _FOLDER)
        assert (told.event, told.entry_id) == (Event.OBJECT_MODIFIED, entry_id_of(folder))
        assert [one.event for one in self.of(of_folder, _FOLDER)] == [Event.OBJECT_MODIFIED]

    def test_folders_come_change_and_go(self) -> None:
        """NOT-11, N-001, the matrix; scenario 19."""
        heard, root = self.listen(_OBJECTS), self.root()
        folder = root.create_folder("Work")
        created = self.of(heard, _FOLDER)
        assert (Event.OBJECT_CREATED, entry_id_of(folder), entry_id_of(root)) in [
            (one.event, one.entry_id, one.parent_id) for one in created
        ]
        of_folder = self.listen(entry_id=entry_id_of(folder))
        folder.set_props({PR_COMMENT: "x"})
        assert [one.event for one in self.of(of_folder, _FOLDER)] == [Event.OBJECT_MODIFIED]
        entry_id = entry_id_of(folder)
        root.delete_folder(entry_id)
        assert [one.event for one in self.of(of_folder, _FOLDER)] == [Event.OBJECT_DELETED]
        assert (Event.OBJECT_DELETED, entry_id) in [(one.event, one.entry_id) for one in self.of(heard, _FOLDER)]

    def test_a_moved_folder_tells_where_it_was(self) -> None:
        """NOT-11, NOT-10."""
        root, folder, shelf = self.root(), self.folder(), self.folder("Shelf")
        of_folder = self.listen(entry_id=entry_id_of(folder))
        old = entry_id_of(folder)
        root.copy_folder(old, shelf, move=True)
        moved = next(one for one in self.of(of_folder, _FOLDER) if one.event is Event.OBJECT_MOVED)
        assert (moved.old_id, moved.parent_id, moved.old_parent_id) == (old, entry_id_of(shelf), entry_id_of(root))

    def test_a_copied_folder_is_copied_and_not_created(self) -> None:
        """The matrix: no Created for the copy."""
        folder, shelf = self.folder(), self.folder("Shelf")
        heard = self.listen(Event.OBJECT_COPIED | Event.OBJECT_CREATED)
        self.root().copy_folder(entry_id_of(folder), shelf)
        (told,) = self.of(heard, _FOLDER)
        assert (told.event, told.old_id, told.parent_id) == (
            Event.OBJECT_COPIED,
            entry_id_of(folder),
            entry_id_of(shelf),
        )

    def test_messages_are_copied_moved_and_deleted_aloud(self) -> None:
        """NOT-11; scenario 19: the matrix; old identifiers for copies and moves only (NOT-10)."""
        folder, shelf = self.folder(), self.folder("Shelf")
        entry_id = self.message(folder)
        heard, of_message = self.listen(), self.listen(entry_id=entry_id)
        folder.copy_messages([entry_id], shelf)
        copied = self.of(heard, _MESSAGE)
        assert [(one.event, one.old_id, one.parent_id, one.old_parent_id) for one in copied] == [
            (Event.OBJECT_COPIED, entry_id, entry_id_of(shelf), entry_id_of(folder))
        ]
        folder.copy_messages([entry_id], shelf, move=True)
        (moved,) = self.of(heard, _MESSAGE)
        assert (moved.event, moved.old_id, moved.parent_id) == (Event.OBJECT_MOVED, entry_id, entry_id_of(shelf))
        shelf.delete_messages([moved.entry_id])
        (deleted,) = self.of(heard, _MESSAGE)
        assert (deleted.event, deleted.old_id) == (Event.OBJECT_DELETED, None)
        events = [one.event for one in self.of(of_message, _MESSAGE)]
        assert events == [Event.OBJECT_COPIED, Event.OBJECT_MOVED, Event.OBJECT_DELETED]

    def test_read_state_is_a_modification(self) -> None:
        """NOT-11: of the message, and of the folder's unread count."""
        folder = self.folder()
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: 0})
        heard = self.listen()
        folder.set_read_flags([entry_id])
        self.settle()
        told = [(one.event, one.entry_id) for one in heard if isinstance(one, ObjectNotification)]
        assert (Event.OBJECT_MODIFIED, entry_id) in told
        assert (Event.OBJECT_MODIFIED, entry_id_of(folder)) in told

    def test_a_transaction_that_fails_was_never_told(self) -> None:
        """N-005."""
        self.need(Powers.TRANSACTIONS)
        heard, folder = self.listen(), self.folder()
        self.of(heard, _FOLDER)
        self.do_and_fail(lambda: self.message(folder))
        assert self.of(heard, _MESSAGE) == []

    def test_what_another_opening_does_is_heard_here(self) -> None:
        """N-008."""
        folder = self.folder()
        heard, other = self.listen(), self.again()
        entry_id = self.message(self.folder_of(entry_id_of(folder), other))
        assert [one.entry_id for one in self.of(heard, _MESSAGE)] == [entry_id]

    def test_what_happens_at_once_is_told_at_once(self) -> None:
        """N-006: one batch, in the order of what happened."""
        self.need(Powers.EVENTS)
        folder, batches = self.folder(), list[Sequence[Notification]]()
        entry_ids = [self.message(folder) for _ in range(3)]
        self.store.advise(None, Event.OBJECT_DELETED, batches.append)
        folder.delete_messages(entry_ids)
        self.settle()
        (batch,) = batches
        assert [one.entry_id for one in batch if isinstance(one, ObjectNotification)] == entry_ids

    def test_events_nobody_registers_for(self) -> None:
        """NOT-1, N-001, N-003: events of status objects are nobody's, and no event is none."""
        self.need(Powers.EVENTS)
        for mask in (Event.STATUS_OBJECT_MODIFIED, Event(0)):
            with pytest.raises(NoSupport):
                self.store.advise(None, mask, print)

    def test_identifiers_in_notifications_open_what_they_name(self) -> None:
        """NOT-26, N-006: they are long-term; E-004."""
        heard = self.listen()
        folder = self.root().create_folder("Work")
        entry_id = self.message(folder)
        for one in self.of(heard, _MESSAGE):
            assert self.message_of(one.entry_id).get_prop(PR_SUBJECT) == "Budget"
            assert one.parent_id is not None
            assert self.folder_of(one.parent_id).get_prop(PR_DISPLAY_NAME) == "Work"
        assert self.store.compare_entry_ids(entry_id, entry_id)

    def test_subfolders_that_come_and_go_change_their_folder(self) -> None:
        """The matrix: PR_SUBFOLDERS, on the store and that folder, not on the one above."""
        folder = self.folder()
        of_folder, of_root = self.listen(entry_id=entry_id_of(folder)), self.listen(entry_id=entry_id_of(self.root()))
        child = folder.create_folder("Below")
        assert [one.event for one in self.of(of_folder, _FOLDER)] == [Event.OBJECT_MODIFIED]
        folder.delete_folder(entry_id_of(child))
        assert [one.event for one in self.of(of_folder, _FOLDER)] == [Event.OBJECT_MODIFIED]
        assert self.of(of_root, _FOLDER) == []

    def test_a_message_hears_only_of_itself(self) -> None:
        """The matrix; N-008."""
        folder = self.folder()
        first, second = self.message(folder), self.message(folder)
        heard = self.listen(entry_id=first)
        message = self.message_of(second)
        message.set_props({PR_SUBJECT: "Agenda"})
        message.save_changes(Keep.CLOSE)
        folder.delete_messages([second])
        assert self.of(heard, _MESSAGE) == []
        folder.delete_messages([first])
        assert [(one.event, one.entry_id) for one in self.of(heard, _MESSAGE)] == [(Event.OBJECT_DELETED, first)]

    def test_a_contents_table_is_told_of_its_messages(self) -> None:
        """NOT-13, N-030, N-032, X-45."""
        self.need(Powers.EVENTS)
        folder, heard = self.folder(), list[Notification]()
        table = folder.get_contents_table()
        table.advise(Event.TABLE_MODIFIED, heard.extend)
        self.message(self.folder("Elsewhere"))
        self.settle()
        assert heard == []
        self.message(folder)
        self.settle()
        assert {one.event for one in heard} == {Event.TABLE_MODIFIED}
        assert table.get_row_count() == 1

    def test_a_hierarchy_table_is_told_of_its_folders(self) -> None:
        """N-030."""
        self.need(Powers.EVENTS)
        heard: list[Notification] = []
        table = self.root().get_hierarchy_table(deep=True)
        table.advise(Event.TABLE_MODIFIED, heard.extend)
        self.folder().create_folder("Below").set_props({PR_DISPLAY_NAME: "Under"})
        self.settle()
        assert heard
        assert table.get_row_count() == 2

    def test_registrations_end(self) -> None:
        """NOT-1, ST-071, N-003, N-004."""
        self.need(Powers.EVENTS)
        heard: list[Notification] = []
        connection = self.store.advise(None, _OBJECTS, heard.extend)
        assert connection
        self.store.unadvise(connection)
        self.folder()
        self.settle()
        assert heard == []
        with pytest.raises(NotFound):
            self.store.unadvise(connection)

    def test_a_store_has_no_table_events(self) -> None:
        """NOT-4, N-001, N-002."""
        self.need(Powers.EVENTS)
        with pytest.raises(NoSupport):
            self.store.advise(None, Event.TABLE_MODIFIED, print)
        with pytest.raises(MapiError):
            self.store.advise(b"foreign", _OBJECTS, print)

    def test_after_a_store_is_closed_its_objects_are_dead(self) -> None:
        """GEN-9."""
        self.need(Powers.OPEN_AGAIN)
        entry_id = self.message(self.folder())
        store = self.again()
        root = self.root(store)
        message = self.message_of(entry_id, Access.READ, store)
        store.close()
        for call in (root.get_hierarchy_table, lambda: message.get_props(None), lambda: store.open_entry(None)):
            with pytest.raises(MapiError):
                call()
        assert self.message_of(entry_id).get_prop(PR_SUBJECT) == "Budget"
