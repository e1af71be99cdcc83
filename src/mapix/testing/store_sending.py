"""Store tests: submission, the outgoing queue, the sent-mail step, deliveries (objects 4.8; session 6.2, 6.5)."""

from __future__ import annotations

import pytest

from mapix.interfaces.message import Message
from mapix.interfaces.notify import Event, NewMailNotification, Notification
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.properties import times
from mapix.properties.errors import (
    InvalidParameter,
    NoRecipients,
    NotFound,
    NotInQueue,
    Submitted,
)
from mapix.properties.flags import (
    LOGOFF_COMPLETE,
    LOGOFF_ORDERLY,
    LOGOFF_OUTBOUND_QUEUE,
    MSGFLAG_READ,
    MSGFLAG_SUBMIT,
    MSGFLAG_UNSENT,
)
from mapix.properties.tags import (
    PR_ACCESS_LEVEL,
    PR_CLIENT_SUBMIT_TIME,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_ENTRYID,
    PR_INTERNET_MESSAGE_ID,
    PR_MESSAGE_FLAGS,
    PR_RESPONSIBILITY,
    PR_SENTMAIL_ENTRYID,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, recipients, subfolders

MINUTE = 60 * times.TICKS_PER_SECOND


class SendingBench(StoreBench):
    """Messages that are submitted, and a spooler."""

    def submit(self, message: Message | None = None, folder_name: str = "Outbox") -> bytes:
        """Submit a message, a new one to Ann by default; its identifier."""
        if message is None:
            folder = self.root().create_folder(folder_name, open_if_exists=True)
            message = self.draft(folder, "ann@example.com")
        message.save_changes(Keep.READWRITE)
        entry_id = entry_id_of(message)
        message.submit_message()
        return entry_id

    def spooler(self) -> MsgStore:
        """The spooler's opening, with the role taken."""
        self.need(Powers.SPOOLER)
        store = self.again(spooler=True)
        assert store.outgoing.become_spooler()
        return store


class SendingTests(SendingBench):
    """A message's way from `submit_message` to the sent-mail step."""

    def test_a_message_without_recipients_stays_usable(self) -> None:
        """M-140."""
        message = self.draft(self.folder())
        with pytest.raises(NoRecipients):
            message.submit_message()
        message.set_props({PR_SUBJECT: "still mine"})
        assert self.store.outgoing.entries() == []

    def test_a_submitted_message_is_saved_and_queued(self) -> None:
        """M-141, SPL 6.2."""
        folder = self.folder()
        before = times.now()
        self.draft(folder, "ann@example.com", "bob@example.com").submit_message()
        (entry,) = self.store.outgoing.entries()
        message = self.message_of(entry.entry_id, Access.READ)
        assert before <= message.get_prop(PR_CLIENT_SUBMIT_TIME) == entry.submit_time <= times.now()
        assert entry.due <= times.now()
        assert message.get_prop(PR_MESSAGE_FLAGS) & (MSGFLAG_SUBMIT | MSGFLAG_UNSENT) == MSGFLAG_SUBMIT | MSGFLAG_UNSENT
        assert message.get_prop(PR_DISPLAY_TO) == "Ann; Bob"
        assert recipients(message, PR_DISPLAY_NAME, PR_RESPONSIBILITY) == [("Ann", False), ("Bob", False)]

    def test_a_message_id_is_made_once(self) -> None:
        """M-141; [RFC 5322] 3.6.4."""
        made = self.message_of(self.submit(), Access.READ).get_prop(PR_INTERNET_MESSAGE_ID)
        assert made.startswith("<")
        assert made.endswith(">")
        assert "@" in made
        message = self.draft(self.folder(), "ann@example.com")
        message.set_props({PR_INTERNET_MESSAGE_ID: "<mine@example.com>"})
        again = self.message_of(self.submit(message), Access.READ)
        assert again.get_prop(PR_INTERNET_MESSAGE_ID) == "<mine@example.com>"

    def test_a_message_saved_for_reading_can_still_be_submitted(self) -> None:
        """M-140: its access was granted at creation."""
        message = self.draft(self.folder(), "ann@example.com")
        message.save_changes(Keep.READONLY)
        message.submit_message()
        assert len(self.store.outgoing.entries()) == 1

    def test_a_submitted_message_is_closed_to_changes(self) -> None:
        """ST-060, F-063, M-122; scenario 15."""
        entry_id = self.submit()
        with pytest.raises(Submitted):
            self.store.open_entry(entry_id, Access.MODIFY)
        best = self.store.open_entry(entry_id, Access.BEST)
        assert best.get_prop(PR_ACCESS_LEVEL) == 0
        outbox = self.root().create_folder("Outbox", open_if_exists=True)
        other = self.folder("Other")
        assert outbox.delete_messages([entry_id]).left_out == (entry_id,)
        assert outbox.copy_messages([entry_id], other, move=True).left_out == (entry_id,)
        assert outbox.empty_folder().left_out == (entry_id,)
        assert not outbox.set_read_flags([entry_id])
        assert not self.root().delete_folder(entry_id_of(outbox), messages=True)
        assert subfolders(self.root()) == ["Other", "Outbox"]
        assert len(self.store.outgoing.entries()) == 1

    def test_a_copy_of_a_submitted_message_is_not_submitted(self) -> None:
        """F-062."""
        entry_id = self.submit()
        other = self.folder("Other")
        self.root().create_folder("Outbox", open_if_exists=True).copy_messages([entry_id], other)
        ((copy,),) = contents(other, PR_ENTRYID)
        assert not self.message_of(copy).get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_SUBMIT

    def test_an_aborted_submission_is_a_draft_again(self) -> None:
        """SPL-35, ST-066, M-012."""
        entry_id = self.submit()
        self.store.abort_submit(entry_id)
        message = self.message_of(entry_id)
        assert message.get_prop(PR_MESSAGE_FLAGS) & (MSGFLAG_SUBMIT | MSGFLAG_UNSENT) == MSGFLAG_UNSENT
        message.set_props({PR_SUBJECT: "better"})
        message.submit_message()
        assert [entry.entry_id for entry in self.store.outgoing.entries()] == [entry_id]

    def test_aborting_what_is_not_queued_is_told(self) -> None:
        """SPL-35, ST-066."""
        entry_id = self.message(self.folder())
        with pytest.raises(NotInQueue):
            self.store.abort_submit(entry_id)

    def finish(self, *, move: bool, delete: bool) -> tuple[bytes, bytes | None, bytes]:
        """Send a message and do the sent-mail step: its identifier before and after, and the sent-mail folder's."""
        sent = entry_id_of(self.folder("Sent"))
        message = self.draft(self.folder("Outbox"), "ann@example.com")
        message.set_props({PR_DELETE_AFTER_SUBMIT: delete} | ({PR_SENTMAIL_ENTRYID: sent} if move else {}))
        entry_id, spooler = self.submit(message), self.spooler()
        spooler.set_lock_state(entry_id, locked=True)
        after = spooler.finished_msg(entry_id)
        assert spooler.outgoing.find(entry_id) is None
        with pytest.raises(NotInQueue):
            self.store.abort_submit(entry_id)
        return entry_id, after, sent

    def test_a_sent_message_stays_where_it_was(self) -> None:
        """SPL 6.5, first row."""
        before, after, sent = self.finish(move=False, delete=False)
        assert after == before
        message = self.message_of(before)
        assert not message.get_prop(PR_MESSAGE_FLAGS) & (MSGFLAG_SUBMIT | MSGFLAG_UNSENT)
        assert contents(self.folder_of(sent)) == []

    def test_a_sent_message_goes_to_its_sent_mail_folder(self) -> None:
        """SPL 6.5, second row."""
        _, after, sent = self.finish(move=True, delete=False)
        assert after is not None
        assert contents(self.folder_of(sent), PR_ENTRYID) == [(after,)]
        assert not self.message_of(after).get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_UNSENT

    @pytest.mark.parametrize("move", [False, True])
    def test_a_sent_message_is_deleted(self, move: bool) -> None:
        """SPL 6.5, third and fourth row; X-36."""
        before, after, sent = self.finish(move=move, delete=True)
        assert after is None
        assert contents(self.folder_of(sent)) == []
        with pytest.raises(NotFound):
            self.store.open_entry(before)

    def test_a_sent_message_goes_where_the_spooler_says(self) -> None:
        """SPL-22."""
        own, other = (entry_id_of(self.folder(name)) for name in ("Sent", "Other"))
        message = self.draft(self.folder("Outbox"), "ann@example.com")
        message.set_props({PR_SENTMAIL_ENTRYID: own})
        entry_id, spooler = self.submit(message), self.spooler()
        assert spooler.finished_msg(entry_id, folder=other) == entry_id
        assert contents(self.folder_of(other), PR_ENTRYID) == [(entry_id,)]
        assert contents(self.folder_of(own)) == []

    def test_a_sent_message_whose_folder_is_gone_stays(self) -> None:
        """SPL 6.5: nothing is lost."""
        gone = self.folder("Gone")
        message = self.draft(self.folder("Outbox"), "ann@example.com")
        message.set_props({PR_SENTMAIL_ENTRYID: entry_id_of(gone)})
        entry_id, spooler = self.submit(message), self.spooler()
        self.root().delete_folder(entry_id_of(gone))
        assert spooler.finished_msg(entry_id) == entry_id
        assert self.message_of(entry_id).get_prop(PR_SUBJECT) == "Budget"

    def test_a_delivery_is_made_once(self) -> None:
        """`MsgStore.mark_delivered`."""
        self.need(Powers.TRANSACTIONS)
        assert self.store.mark_delivered(b"one")
        assert not self.store.mark_delivered(b"one")
        self.do_and_fail(lambda: self.store.mark_delivered(b"two"))
        assert self.store.mark_delivered(b"two")

    def test_new_mail_is_told_to_the_whole_store(self) -> None:
        """NOT-11, ST-070, N-021."""
        heard, folder, spooler = self.listen(Event.NEW_MAIL), self.folder(), self.spooler()
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: MSGFLAG_READ})
        told = NewMailNotification(Event.NEW_MAIL, entry_id, entry_id_of(folder), "IPM.Note", MSGFLAG_READ)
        spooler.notify_new_mail(told)
        self.settle()
        assert heard == [told]

    def test_new_mail_is_told_to_everybody_who_has_the_store_open(self) -> None:
        """SPL-50, ST-070, N-021: and to nobody who asked for something else."""
        self.need(Powers.EVENTS)
        folder, spooler, other = self.folder(), self.spooler(), self.again()
        mine, theirs, created = self.listen(Event.NEW_MAIL), list[Notification](), list[Notification]()
        other.advise(None, Event.NEW_MAIL, theirs.extend)
        other.advise(None, Event.OBJECT_MOVED, created.extend)
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: 0})
        told = NewMailNotification(Event.NEW_MAIL, entry_id, entry_id_of(folder), "IPM.Note", 0)
        spooler.notify_new_mail(told)
        self.settle()
        other.poll()
        for heard in (mine, theirs):
            (news,) = heard
            assert isinstance(news, NewMailNotification)
            assert (news.entry_id, news.parent_id, news.message_class) == (entry_id, told.parent_id, "IPM.Note")
        assert created == []

    def test_leaving_a_store_tells_of_what_waits(self) -> None:
        """SPL-60, ST-065, X-35."""
        assert self.store.store_logoff(LOGOFF_ORDERLY) == LOGOFF_COMPLETE
        self.submit()
        assert self.store.store_logoff(LOGOFF_ORDERLY) == LOGOFF_OUTBOUND_QUEUE
        with pytest.raises(InvalidParameter):
            self.store.store_logoff(3)
