"""Store tests: reports that a message was deleted without being read (objects 11, X-14)."""

from __future__ import annotations

from mapix.objects.folders.ipmtree import validate_ipm_subtree
from mapix.properties.flags import (
    CLEAR_NRN_PENDING,
    SUPPRESS_RECEIPT,
)
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, contents, entry_id_of
from mapix.testing.store_reports import OWED, ReportBench


class UnreadTests(ReportBench):
    """Nonread reports."""

    def test_deleting_an_unread_message_reports_that(self) -> None:
        """X-14, RP-013."""
        folder = self.folder()
        asking, indifferent = self.asking(folder), self.message(folder, {PR_MESSAGE_FLAGS: 0})
        folder.delete_messages([asking, indifferent])
        (report,) = self.reports()
        assert report.get_prop(PR_MESSAGE_CLASS) == "REPORT.IPM.Note.IPNNRN"
        assert report.get_prop(PR_SUBJECT) == "Not read: Budget"

    def test_throwing_an_unread_message_away_is_deleting_it(self) -> None:
        """X-14, RP-013: reported when it reaches Deleted Items, and not again."""
        validate_ipm_subtree(self.store, full=True)
        folder = self.folder()
        waste = self.folder_of(self.store.get_prop(PR_IPM_WASTEBASKET_ENTRYID))
        entry_id = self.asking(folder)
        assert folder.copy_messages([entry_id], waste, move=True)
        assert self.classes() == ["REPORT.IPM.Note.IPNNRN"]
        ((moved,),) = contents(waste, PR_ENTRYID)
        assert self.flags_of(moved) == 0
        waste.delete_messages([moved])
        assert len(self.classes()) == 1

    def test_throwing_a_folder_away_is_deleting_what_is_in_it(self) -> None:
        """X-14, RP-013."""
        validate_ipm_subtree(self.store, full=True)
        waste = self.folder_of(self.store.get_prop(PR_IPM_WASTEBASKET_ENTRYID))
        folder = self.folder()
        entry_id = self.asking(folder.create_folder("Below"))
        assert self.root().copy_folder(entry_id_of(folder), waste.create_folder("Older"), move=True)
        assert self.classes() == ["REPORT.IPM.Note.IPNNRN"]
        assert self.flags_of(entry_id) == 0

    def test_a_message_that_was_read_or_forgiven_is_deleted_in_silence(self) -> None:
        """X-14."""
        folder = self.folder()
        for flags in (SUPPRESS_RECEIPT, CLEAR_NRN_PENDING):
            entry_id = self.asking(folder)
            self.message_of(entry_id).set_read_flag(flags)
            folder.delete_messages([entry_id])
        assert self.classes() == []

    def test_moving_elsewhere_is_no_deletion(self) -> None:
        """X-14, RP-013: the debt goes along."""
        folder, other = self.folder(), self.folder("Other")
        entry_id = self.asking(folder)
        assert folder.copy_messages([entry_id], other, move=True)
        assert self.classes() == []
        ((moved,),) = contents(other, PR_ENTRYID)
        assert self.flags_of(moved) == OWED

    def test_a_copy_owes_nothing(self) -> None:
        """F-062, RP-004."""
        folder, other = self.folder(), self.folder("Other")
        entry_id = self.asking(folder)
        folder.copy_messages([entry_id], other)
        ((copy,),) = contents(other, PR_ENTRYID)
        assert (self.flags_of(copy), self.flags_of(entry_id)) == (0, OWED)
        assert self.classes() == []

    def test_deleting_a_folder_and_emptying_one_report_too(self) -> None:
        """X-14, F-064, F-066."""
        folder, other = self.folder(), self.folder("Other")
        self.asking(folder.create_folder("Below"))
        self.asking(other)
        assert self.root().delete_folder(entry_id_of(folder), messages=True, folders=True)
        assert other.empty_folder()
        assert self.classes() == ["REPORT.IPM.Note.IPNNRN"] * 2

    def test_a_report_that_is_undone_was_never_sent(self) -> None:
        """RP-004: the report and the end of the debt are one step."""
        self.need(Powers.TRANSACTIONS)
        folder = self.folder()
        entry_id = self.asking(folder)
        self.do_and_fail(lambda: folder.set_read_flags([entry_id]), lambda: folder.delete_messages([entry_id]))
        assert self.classes() == []
        assert self.flags_of(entry_id) == OWED
        assert folder.get_prop(PR_CONTENT_COUNT) == 1
