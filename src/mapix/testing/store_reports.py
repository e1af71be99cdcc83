"""Store tests: reports a store makes itself, that a message was read or deleted unread (objects 4.7 and 11)."""

from __future__ import annotations

from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.objects.ipmtree import validate_ipm_subtree
from mapix.properties import times
from mapix.properties.entryid import OneOff
from mapix.properties.flags import (
    CLEAR_NRN_PENDING,
    CLEAR_READ_FLAG,
    CLEAR_RN_PENDING,
    GENERATE_RECEIPT_ONLY,
    MAPI_P1,
    MAPI_SUBMITTED,
    MAPI_TO,
    MSGFLAG_NRN_PENDING,
    MSGFLAG_READ,
    MSGFLAG_RESEND,
    MSGFLAG_RN_PENDING,
    MSGFLAG_UNSENT,
    SUPPRESS_RECEIPT,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CLIENT_SUBMIT_TIME,
    PR_CONTENT_COUNT,
    PR_CONVERSATION_TOPIC,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IN_REPLY_TO_ID,
    PR_INTERNET_MESSAGE_ID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED,
    PR_ORIG_MESSAGE_CLASS,
    PR_ORIGINAL_DELIVERY_TIME,
    PR_ORIGINAL_DISPLAY_TO,
    PR_ORIGINAL_SENDER_NAME,
    PR_ORIGINAL_SUBJECT,
    PR_ORIGINAL_SUBMIT_TIME,
    PR_PARENT_ENTRYID,
    PR_PRIORITY,
    PR_READ_RECEIPT_ENTRYID,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECEIPT_TIME,
    PR_REPORT_ENTRYID,
    PR_REPORT_TAG,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_RESPONSIBILITY,
    PR_SEARCH_KEY,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_NAME,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, recipient, recipients

_OWED = MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING
_ASKS = {
    PR_MESSAGE_FLAGS: 0,
    PR_READ_RECEIPT_REQUESTED: True,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED: True,
    PR_SENDER_NAME: "Zoe",
    PR_SENDER_ADDRTYPE: "SMTP",
    PR_SENDER_EMAIL_ADDRESS: "zoe@example.com",
}


class ReportTests(StoreBench):
    """Read and nonread reports."""

    def asking(self, folder: MapiFolder | None = None, props: dict[PropTag, Any] | None = None) -> bytes:
        """A delivered message whose sender Zoe asks for both kinds of report."""
        return self.message(folder or self.folder(), _ASKS | (props or {}))

    def reports(self) -> list[Message]:
        """The reports on their way, oldest first."""
        found = [self.message_of(entry.entry_id, Access.READ) for entry in self.store.outgoing.entries()]
        assert all(one.get_prop(PR_MESSAGE_CLASS, "").startswith("REPORT.") for one in found)
        return found

    def classes(self) -> list[str]:
        """The classes of the reports on their way."""
        return [str(one.get_prop(PR_MESSAGE_CLASS)) for one in self.reports()]

    def flags_of(self, entry_id: bytes) -> int:
        """PR_MESSAGE_FLAGS, less what does not matter here."""
        return int(self.message_of(entry_id, Access.READ).get_prop(PR_MESSAGE_FLAGS)) & (_OWED | MSGFLAG_READ)

    # the debt

    def test_what_a_delivered_message_asks_for_is_owed(self) -> None:
        """RP-005, RP-006."""
        folder = self.folder()
        assert self.flags_of(self.asking(folder)) == _OWED
        assert self.flags_of(self.asking(folder, {PR_READ_RECEIPT_REQUESTED: False})) == MSGFLAG_NRN_PENDING
        assert self.flags_of(self.asking(folder, {PR_NON_RECEIPT_NOTIFICATION_REQUESTED: False})) == MSGFLAG_RN_PENDING
        assert self.flags_of(self.message(folder, {PR_MESSAGE_FLAGS: 0})) == 0
        draft = self.draft(folder)
        draft.set_props({PR_READ_RECEIPT_REQUESTED: True})
        draft.save_changes()
        assert self.flags_of(entry_id_of(draft)) == 0

    # reading

    def test_reading_a_message_sends_the_report_its_sender_asked_for(self) -> None:
        """M-120, RP-001, RP-002, RP-004."""
        folder = self.folder()
        entry_id = self.asking(folder)
        self.message_of(entry_id).set_read_flag(0)
        (report,) = self.reports()
        assert report.get_prop(PR_MESSAGE_CLASS) == "REPORT.IPM.Note.IPNRN"
        assert recipients(report, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS) == [("Zoe", "zoe@example.com")]
        assert self.flags_of(entry_id) == MSGFLAG_READ

    def test_a_report_has_what_is_required(self) -> None:
        """RP-007, RP-010."""
        asked = {
            PR_SUBJECT: "Re: Budget",
            PR_REPORT_TAG: b"mark",
            PR_PRIORITY: 1,
            PR_CLIENT_SUBMIT_TIME: 132_000_000_000_000_000,
            PR_MESSAGE_DELIVERY_TIME: 132_000_000_600_000_000,
            PR_INTERNET_MESSAGE_ID: "<one@example.com>",
        }
        before = times.now()
        self.message_of(self.asking(props=asked)).set_read_flag(0)
        (report,) = self.reports()
        props = report.get_props(None)
        assert props[PR_SUBJECT] == "Read: Re: Budget"
        assert props[PR_ORIGINAL_SUBJECT] == "Re: Budget"
        assert props[PR_ORIGINAL_SUBMIT_TIME] == asked[PR_CLIENT_SUBMIT_TIME]
        assert props[PR_ORIGINAL_DELIVERY_TIME] == asked[PR_MESSAGE_DELIVERY_TIME]
        assert props[PR_ORIG_MESSAGE_CLASS] == "IPM.Note"
        assert props[PR_ORIGINAL_SENDER_NAME] == "Zoe"
        assert props[PR_ORIGINAL_DISPLAY_TO] == ""
        assert (props[PR_REPORT_TAG], props[PR_PRIORITY]) == (b"mark", 1)
        assert props[PR_CONVERSATION_TOPIC] == "Budget"
        assert props[PR_IN_REPLY_TO_ID] == "<one@example.com>"
        assert before <= props[PR_REPORT_TIME] == props[PR_RECEIPT_TIME] == props[PR_MESSAGE_DELIVERY_TIME]
        assert props[PR_REPORT_TEXT]
        assert props[PR_SEARCH_KEY]
        assert props[PR_SENDER_EMAIL_ADDRESS] == "sender@bench.example"
        assert props[PR_DELETE_AFTER_SUBMIT] is True

    def test_a_report_is_sent_once(self) -> None:
        """M-122, RP-004: read again, or unread and read again, it is not repeated."""
        message = self.message_of(self.asking())
        for flags in (0, 0, CLEAR_READ_FLAG, 0, GENERATE_RECEIPT_ONLY):
            message.set_read_flag(flags)
        assert self.classes() == ["REPORT.IPM.Note.IPNRN"]

    def test_a_report_without_reading(self) -> None:
        """M-120: GENERATE_RECEIPT_ONLY leaves the read flag alone."""
        entry_id = self.asking()
        self.message_of(entry_id).set_read_flag(GENERATE_RECEIPT_ONLY)
        assert self.classes() == ["REPORT.IPM.Note.IPNRN"]
        assert self.flags_of(entry_id) == 0

    @pytest.mark.parametrize(
        ("flags", "left"),
        [
            (SUPPRESS_RECEIPT, MSGFLAG_READ),
            (CLEAR_READ_FLAG, _OWED),
            (SUPPRESS_RECEIPT | GENERATE_RECEIPT_ONLY, 0),
            (CLEAR_RN_PENDING, MSGFLAG_NRN_PENDING),
            (CLEAR_NRN_PENDING, MSGFLAG_RN_PENDING),
            (CLEAR_RN_PENDING | CLEAR_NRN_PENDING, 0),
        ],
    )
    def test_what_sends_no_report(self, flags: int, left: int) -> None:
        """M-120, RP-005."""
        entry_id = self.asking()
        self.message_of(entry_id).set_read_flag(flags)
        assert self.classes() == []
        assert self.flags_of(entry_id) == left
        withdrawn = flags == SUPPRESS_RECEIPT | GENERATE_RECEIPT_ONLY
        assert self.message_of(entry_id).get_prop(PR_READ_RECEIPT_REQUESTED) is not withdrawn

    def test_reading_many_messages_reports_those_that_asked(self) -> None:
        """F-067, RP-002."""
        folder = self.folder()
        asking = [self.asking(folder) for _ in range(3)]
        others = [self.message(folder, {PR_MESSAGE_FLAGS: 0}) for _ in range(30)]
        assert folder.set_read_flags(asking[:1])
        assert len(self.classes()) == 1
        assert folder.set_read_flags(None)
        assert self.classes() == ["REPORT.IPM.Note.IPNRN"] * 3
        assert {self.flags_of(one) for one in (*asking, *others)} == {MSGFLAG_READ}

    # to whom

    def test_a_report_goes_to_whom_the_message_names(self) -> None:
        """RP-003: PR_READ_RECEIPT_ENTRYID before PR_REPORT_ENTRYID before the sender."""
        desk, office = (OneOff(name, "SMTP", f"{name}@example.com").dump() for name in ("desk", "office"))
        folder = self.folder()
        for props in ({PR_READ_RECEIPT_ENTRYID: desk, PR_REPORT_ENTRYID: office}, {PR_REPORT_ENTRYID: office}):
            self.message_of(self.asking(folder, props)).set_read_flag(0)
        found = [recipients(report, PR_EMAIL_ADDRESS) for report in self.reports()]
        assert found == [[("desk@example.com",)], [("office@example.com",)]]

    def test_nobody_is_told_where_nobody_is_known(self) -> None:
        """RP-003."""
        entry_id = self.message(self.folder(), {PR_MESSAGE_FLAGS: 0, PR_READ_RECEIPT_REQUESTED: True})
        self.message_of(entry_id).set_read_flag(0)
        assert self.classes() == []
        assert self.flags_of(entry_id) == MSGFLAG_READ

    def test_no_report_is_made_on_a_report(self) -> None:
        """RP-001: two mailboxes do not keep one another busy."""
        entry_id = self.asking(props={PR_MESSAGE_CLASS: "Report.IPM.Note.DR"})
        self.message_of(entry_id).set_read_flag(0)
        assert self.classes() == []

    def test_a_report_begins_in_the_outbox(self) -> None:
        """RP-004, F-060."""
        validate_ipm_subtree(self.store, full=True)
        self.message_of(self.asking()).set_read_flag(0)
        (report,) = self.reports()
        assert report.get_prop(PR_PARENT_ENTRYID) == self.store.get_prop(PR_IPM_OUTBOX_ENTRYID)

    # not reading

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
        assert self.flags_of(moved) == _OWED

    def test_a_copy_owes_nothing(self) -> None:
        """F-062, RP-004."""
        folder, other = self.folder(), self.folder("Other")
        entry_id = self.asking(folder)
        folder.copy_messages([entry_id], other)
        ((copy,),) = contents(other, PR_ENTRYID)
        assert (self.flags_of(copy), self.flags_of(entry_id)) == (0, _OWED)
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
        assert self.flags_of(entry_id) == _OWED
        assert folder.get_prop(PR_CONTENT_COUNT) == 1

    # sending again

    def test_recipients_who_had_the_message_do_not_get_it_again(self) -> None:
        """RP-015, M-145, X-10: those marked as submitted are only shown, their second rows are sent to."""
        message = self.draft(self.folder())
        message.set_props({PR_MESSAGE_FLAGS: MSGFLAG_UNSENT | MSGFLAG_RESEND})
        rows = [
            recipient("had@example.com", MAPI_TO | MAPI_SUBMITTED),
            recipient("failed@example.com", MAPI_TO | MAPI_SUBMITTED),
            recipient("failed@example.com", MAPI_TO | MAPI_P1),
        ]
        message.modify_recipients(ModifyRecipients.REPLACE, rows)
        message.save_changes(Keep.READWRITE)
        entry_id = entry_id_of(message)
        message.submit_message()
        found = recipients(self.message_of(entry_id, Access.READ), PR_EMAIL_ADDRESS, PR_RESPONSIBILITY)
        assert found == [("had@example.com", True), ("failed@example.com", True), ("failed@example.com", False)]
