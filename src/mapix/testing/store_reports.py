"""Store tests: reports a store makes itself, that a message was read or deleted unread (objects 4.7 and 11)."""

from __future__ import annotations

from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.objects.folders.ipmtree import validate_ipm_subtree
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
    PR_CONVERSATION_TOPIC,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_IN_REPLY_TO_ID,
    PR_INTERNET_MESSAGE_ID,
    PR_IPM_OUTBOX_ENTRYID,
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
from mapix.testing.store_bench import StoreBench, entry_id_of, recipient, recipients

OWED = MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING
_ASKS = {
    PR_MESSAGE_FLAGS: 0,
    PR_READ_RECEIPT_REQUESTED: True,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED: True,
    PR_SENDER_NAME: "Zoe",
    PR_SENDER_ADDRTYPE: "SMTP",
    PR_SENDER_EMAIL_ADDRESS: "zoe@example.com",
}


class ReportBench(StoreBench):
    """Messages whose senders ask for reports."""

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
        return int(self.message_of(entry_id, Access.READ).get_prop(PR_MESSAGE_FLAGS)) & (OWED | MSGFLAG_READ)


class ReportTests(ReportBench):
    """Read reports."""

    # the debt

    def test_what_a_delivered_message_asks_for_is_owed(self) -> None:
        """RP-005, RP-006."""
        folder = self.folder()
        assert self.flags_of(self.asking(folder)) == OWED
        assert self.flags_of(self.asking(folder, {PR_READ_RECEIPT_REQUESTED: False})) == MSGFLAG_NRN_PENDING
        assert self.flags_of(self.asking(folder, {PR_NON_RECEIPT_NOTIFICATION_REQUESTED: False})) == MSGFLAG_RN_PENDING
        assert self.flags_of(self.message(folder, {PR_MESSAGE_FLAGS: 0})) == 0
        draft = self.draft(folder)
        draft.set_props({PR_READ_RECEIPT_REQUESTED: True})
        draft.save_changes()
        assert self.flags_of(entry_id_of(draft)) == 0

    # reading

    def test_reading_a_message_sends_the_report_its_sender_asked_for(self) -> None:
        """SPL-65, SPL-69, M-120, RP-001, RP-002, RP-004."""
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
        """SPL-69, M-122, RP-004: read again, or unread and read again, it is not repeated."""
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
            (CLEAR_READ_FLAG, OWED),
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

    # sending again

    def test_recipients_who_had_the_message_do_not_get_it_again(self) -> None:
        """ABK-83, SPL-31, RP-015, M-145, X-10: those marked as submitted are shown, their second rows are sent to."""
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
