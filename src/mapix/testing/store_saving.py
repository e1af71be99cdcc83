"""Store tests: what is pending, saved and in conflict (objects 0.1, SaveChanges)."""

from __future__ import annotations

import pytest

from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.properties.errors import (
    InvalidObject,
    InvalidParameter,
    MapiError,
    NoAccess,
    ObjectChanged,
    ObjectDeleted,
)
from mapix.properties.tags import (
    PR_BODY,
    PR_COMMENT,
    PR_DISPLAY_TO,
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_MESSAGE_SIZE,
    PR_NORMALIZED_SUBJECT,
    PR_SUBJECT,
)
from mapix.testing.store_bench import StoreBench, contents, entry_id_of


class SavingTests(StoreBench):
    """Transacted objects, and those that act at once."""

    def test_unsaved_changes_are_nobody_elses_business(self) -> None:
        """Objects 0.1, P-221."""
        folder = self.folder()
        entry_id = self.message(folder)
        first, second = self.message_of(entry_id), self.message_of(entry_id)
        first.set_props({PR_SUBJECT: "Agenda"})
        assert second.get_prop(PR_SUBJECT) == "Budget"
        assert contents(folder) == [("Budget",)]
        first.save_changes(Keep.CLOSE)
        assert second.get_prop(PR_SUBJECT) == "Budget"
        assert contents(folder) == [("Agenda",)]

    def test_the_second_saver_is_refused_and_may_insist(self) -> None:
        """P-215: the first saver wins."""
        entry_id = self.message(self.folder())
        first, second = self.message_of(entry_id), self.message_of(entry_id)
        first.set_props({PR_SUBJECT: "first"})
        second.set_props({PR_SUBJECT: "second"})
        first.save_changes(Keep.CLOSE)
        with pytest.raises(ObjectChanged):
            second.save_changes(Keep.CLOSE)
        assert self.message_of(entry_id).get_prop(PR_SUBJECT) == "first"
        second.save_changes(Keep.CLOSE, force=True)
        assert self.message_of(entry_id).get_prop(PR_SUBJECT) == "second"

    def test_a_message_that_never_read_still_notices_the_other_save(self) -> None:
        """P-215: the version is that of the opening."""
        entry_id = self.message(self.folder())
        late, early = self.message_of(entry_id), self.message_of(entry_id)
        early.set_props({PR_IMPORTANCE: 2})
        early.save_changes(Keep.CLOSE)
        late.set_props({PR_BODY: "late"})
        with pytest.raises(ObjectChanged):
            late.save_changes(Keep.CLOSE)

    def test_a_deleted_message_cannot_be_saved_by_force_either(self) -> None:
        """P-215."""
        folder = self.folder()
        entry_id = self.message(folder)
        message = self.message_of(entry_id)
        message.set_props({PR_SUBJECT: "Agenda"})
        folder.delete_messages([entry_id])
        for force in (False, True):
            with pytest.raises(ObjectDeleted):
                message.save_changes(Keep.CLOSE, force=force)

    def test_a_message_kept_open_can_be_saved_again(self) -> None:
        """P-210, P-213."""
        message = self.draft(self.folder())
        for subject in ("one", "two"):
            message.set_props({PR_SUBJECT: subject})
            message.save_changes(Keep.READWRITE)
            assert self.message_of(entry_id_of(message)).get_prop(PR_SUBJECT) == subject

    @pytest.mark.parametrize("keep", [Keep.CLOSE, Keep.READONLY])
    def test_after_a_closing_save_reads_work_and_writes_do_not(self, keep: Keep) -> None:
        """P-212."""
        message = self.draft(self.folder())
        message.save_changes(keep)
        assert message.get_prop(PR_SUBJECT) == "Budget"
        with pytest.raises(NoAccess):
            message.set_props({PR_SUBJECT: "x"})
        with pytest.raises(NoAccess):
            message.delete_props((PR_SUBJECT,))

    def test_what_is_opened_for_reading_cannot_be_written(self) -> None:
        """ST-060, GEN-12."""
        message = self.message_of(self.message(self.folder()), Access.READ)
        with pytest.raises(NoAccess):
            message.set_props({PR_SUBJECT: "x"})
        with pytest.raises(NoAccess):
            message.open_property(PR_BODY, Stream, access=Access.MODIFY, create=True)

    def test_a_closed_object_is_dead(self) -> None:
        """GEN-9."""
        message = self.message_of(self.message(self.folder()))
        message.close()
        message.close()
        with pytest.raises(InvalidObject):
            message.get_props(None)

    def test_an_object_tells_of_its_last_failure(self) -> None:
        """P-100, P-101."""
        message, other = self.draft(self.folder()), self.draft(self.folder("Other"))
        assert message.get_last_error() is None
        with pytest.raises(MapiError) as caught:
            message.open_attach(7)
        told = message.get_last_error()
        assert told is not None
        assert str(caught.value) == told.text
        assert other.get_last_error() is None

    def test_folders_and_the_store_act_at_once(self) -> None:
        """P-211."""
        folder, comment = self.folder(), "seen at once"
        folder.set_props({PR_COMMENT: comment})
        assert self.folder_of(entry_id_of(folder)).get_prop(PR_COMMENT) == comment
        self.store.set_props({PR_COMMENT: comment})
        for item in (folder, self.store):
            item.save_changes(Keep.CLOSE)
            item.set_props({PR_COMMENT: "changed"})
            assert item.get_prop(PR_COMMENT) == "changed"

    def test_a_save_that_fails_leaves_the_object_as_it_was(self) -> None:
        """P-213, P-214, P-220: open as before, with its changes, to be saved once more."""
        entry_id = self.message(self.folder())
        first, second = self.message_of(entry_id), self.message_of(entry_id)
        first.set_props({PR_IMPORTANCE: 2})
        first.save_changes(Keep.READWRITE)
        second.set_props({PR_SUBJECT: "second"})
        for keep in Keep:
            with pytest.raises(ObjectChanged):
                second.save_changes(keep)
        second.set_props({PR_BODY: "still open"})
        second.save_changes(Keep.READWRITE, force=True)
        assert second.get_props((PR_SUBJECT, PR_BODY)) == {PR_SUBJECT: "second", PR_BODY: "still open"}

    def test_a_message_saved_by_force_tells_the_size_of_all_that_is_in_it(self) -> None:
        """A-024, P-215: what others saved meanwhile counts."""
        entry_id = self.message(self.folder())
        first, second = self.message_of(entry_id), self.message_of(entry_id)
        before = first.get_prop(PR_MESSAGE_SIZE)
        first.set_props({PR_COMMENT: "c" * 100})
        first.save_changes(Keep.READWRITE)
        second.set_props({PR_SUBJECT: "Agenda"})
        second.save_changes(Keep.READWRITE, force=True)
        assert self.message_of(entry_id).get_prop(PR_MESSAGE_SIZE) == before + 200

    def test_saving_by_force_needs_leave_to_write_and_closes(self) -> None:
        """P-216."""
        entry_id = self.message(self.folder())
        with pytest.raises(NoAccess):
            self.message_of(entry_id, Access.READ).save_changes(force=True)
        message = self.message_of(entry_id)
        message.save_changes(force=True)
        with pytest.raises(NoAccess):
            message.set_props({PR_SUBJECT: "x"})

    def test_what_is_computed_at_the_save_is_there_after_it(self) -> None:
        """P-218, P-219."""
        message = self.draft(self.folder(), "ann@example.com")
        assert message.get_prop(PR_ENTRYID) is None
        assert message.get_props((PR_NORMALIZED_SUBJECT, PR_DISPLAY_TO)) == {PR_DISPLAY_TO: ""}
        message.save_changes(Keep.READONLY)
        assert message.get_prop(PR_ENTRYID)
        assert list(message.get_props((PR_NORMALIZED_SUBJECT, PR_DISPLAY_TO)).values()) == ["Budget", "Ann"]

    def test_nothing_is_kept_back_until_later(self) -> None:
        """P-137, P-154, P-217: a value that cannot be stored is told when it is set, not when the object is saved."""
        message = self.draft(self.folder())
        with pytest.raises(InvalidParameter):
            message.set_props({PR_IMPORTANCE: "high"})
        message.save_changes(Keep.READONLY)
        assert message.get_prop(PR_IMPORTANCE) is None
