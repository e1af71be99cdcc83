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
    NoAccess,
    NoRecipients,
    NoSupport,
    NotFound,
    NotInQueue,
    Submitted,
    UnableToAbort,
)
from mapix.properties.flags import (
    LOGOFF_COMPLETE,
    LOGOFF_ORDERLY,
    LOGOFF_OUTBOUND_QUEUE,
    MSGFLAG_READ,
    MSGFLAG_SUBMIT,
    MSGFLAG_UNSENT,
    SUBMITFLAG_LOCKED,
)
from mapix.properties.tags import (
    PR_ACCESS_LEVEL,
    PR_CLIENT_SUBMIT_TIME,
    PR_DEFERRED_SEND_NUMBER,
    PR_DEFERRED_SEND_TIME,
    PR_DEFERRED_SEND_UNITS,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_ENTRYID,
    PR_INTERNET_MESSAGE_ID,
    PR_MESSAGE_FLAGS,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SENTMAIL_ENTRYID,
    PR_SUBJECT,
    PR_SUBMIT_FLAGS,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, recipients, subfolders

_MINUTE = 60 * times.TICKS_PER_SECOND


class SendingTests(StoreBench):
    """A message's way from `submit_message` to the sent-mail step."""

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
        """ST-060, F-063, M-122."""
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
        """ST-066, M-012."""
        entry_id = self.submit()
        self.store.abort_submit(entry_id)
        message = self.message_of(entry_id)
        assert message.get_prop(PR_MESSAGE_FLAGS) & (MSGFLAG_SUBMIT | MSGFLAG_UNSENT) == MSGFLAG_UNSENT
        message.set_props({PR_SUBJECT: "better"})
        message.submit_message()
        assert [entry.entry_id for entry in self.store.outgoing.entries()] == [entry_id]

    def test_aborting_what_is_not_queued_is_told(self) -> None:
        """ST-066."""
        entry_id = self.message(self.folder())
        with pytest.raises(NotInQueue):
            self.store.abort_submit(entry_id)

    def test_messages_leave_in_the_order_of_their_submission(self) -> None:
        """SPL-4."""
        submitted = [self.submit() for _ in range(4)]
        assert [entry.entry_id for entry in self.store.outgoing.entries()] == submitted
        due = self.store.outgoing.due(times.now() + _MINUTE, limit=2)
        assert [entry.entry_id for entry in due] == submitted[:2]

    def test_deferred_messages_wait(self) -> None:
        """M-144, SPL-36."""
        now = times.now()
        message = self.draft(self.folder(), "ann@example.com")
        message.set_props({PR_DEFERRED_SEND_TIME: now + 5 * _MINUTE})
        fixed = self.submit(message)
        message = self.draft(self.folder("Other"), "ann@example.com")
        message.set_props({PR_DEFERRED_SEND_NUMBER: 2, PR_DEFERRED_SEND_UNITS: 1, PR_DEFERRED_SEND_TIME: now})
        computed = self.submit(message)
        queue = self.store.outgoing
        assert queue.due(times.now()) == []
        assert queue.next_due() == now + 5 * _MINUTE
        assert [entry.entry_id for entry in queue.due(now + 10 * _MINUTE)] == [fixed]
        found = queue.find(computed)
        assert found is not None
        assert 119 * _MINUTE < found.due - now < 121 * _MINUTE
        assert self.message_of(computed, Access.READ).get_prop(PR_DEFERRED_SEND_TIME) == found.due

    def test_only_the_spooler_works_on_the_queue(self) -> None:
        """SPL-25, ST-067..ST-070."""
        entry_id = self.submit()
        told = NewMailNotification(Event.NEW_MAIL, entry_id, entry_id, "IPM.Note", 0)
        for call in (
            self.store.get_outgoing_queue,
            self.store.outgoing.become_spooler,
            lambda: self.store.set_lock_state(entry_id, locked=True),
            lambda: self.store.finished_msg(entry_id),
            lambda: self.store.notify_new_mail(told),
        ):
            with pytest.raises(NoSupport):
                call()

    def test_there_is_one_spooler(self) -> None:
        """SPL-76."""
        first = self.spooler()
        assert first.outgoing.become_spooler()
        second = self.again(spooler=True)
        assert not second.outgoing.become_spooler()
        first.outgoing.resign()
        assert second.outgoing.become_spooler()

    def test_a_locked_message_is_the_spoolers(self) -> None:
        """ST-060, ST-066, ST-068."""
        entry_id, spooler = self.submit(), self.spooler()
        spooler.set_lock_state(entry_id, locked=True)
        with pytest.raises(UnableToAbort):
            self.store.abort_submit(entry_id)
        with pytest.raises(NoAccess):
            self.store.open_entry(entry_id)
        assert spooler.outgoing.due(times.now() + _MINUTE) == []
        assert spooler.open_entry(entry_id).get_prop(PR_SUBJECT) == "Budget"
        spooler.set_lock_state(entry_id, locked=False)
        self.store.abort_submit(entry_id)

    def test_locks_do_not_outlive_their_spooler(self) -> None:
        """SPL-75."""
        entry_id, first = self.submit(), self.spooler()
        first.set_lock_state(entry_id, locked=True)
        first.outgoing.resign()
        second = self.again(spooler=True)
        assert second.outgoing.become_spooler()
        assert len(second.outgoing.due(times.now() + _MINUTE)) == 1

    def test_what_a_dead_spooler_locked_is_its_sender_s_again(self) -> None:
        """SPL-75: no successor is needed."""
        entry_id, spooler = self.submit(), self.spooler()
        spooler.set_lock_state(entry_id, locked=True)
        with pytest.raises(UnableToAbort):
            self.store.abort_submit(entry_id)
        spooler.outgoing.resign()
        assert self.store.open_entry(entry_id).get_prop(PR_SUBJECT) == "Budget"
        assert spooler.outgoing.become_spooler()
        spooler.set_lock_state(entry_id, locked=True)
        spooler.outgoing.resign()
        self.store.abort_submit(entry_id)
        assert self.store.outgoing.entries() == []
        assert spooler.outgoing.become_spooler()

    def test_what_a_transport_did_is_written_down(self) -> None:
        """SPL-76."""
        entry_id, spooler = self.submit(), self.spooler()
        ((row,),) = recipients(self.message_of(entry_id, Access.READ), PR_ROWID)
        version = spooler.outgoing.version()
        spooler.outgoing.record(entry_id, {row: {PR_RESPONSIBILITY: True}}, due=9, attempts=3, reason="busy")
        assert spooler.outgoing.version() != version
        entry = self.store.outgoing.find(entry_id)
        assert entry is not None
        assert (entry.due, entry.attempts, entry.reason) == (9, 3, "busy")
        message = self.message_of(entry_id, Access.READ)
        assert recipients(message, PR_DISPLAY_NAME, PR_RESPONSIBILITY) == [("Ann", True)]
        with pytest.raises(NotInQueue):
            spooler.outgoing.record(self.message(self.folder()), {}, due=0, attempts=0, reason="")

    def test_the_queue_table_shows_the_oldest_first(self) -> None:
        """ST-067."""
        submitted, spooler = [self.submit(), self.submit()], self.spooler()
        table = spooler.get_outgoing_queue()
        table.set_columns((PR_ENTRYID, PR_DISPLAY_TO, PR_SUBJECT))
        assert table.query_rows(9) == [(entry_id, "Ann", "Budget") for entry_id in submitted]

    def test_the_queue_table_tells_what_comes_and_goes(self) -> None:
        """ST-067, N-030: it is alive."""
        self.need(Powers.EVENTS)
        spooler, heard = self.spooler(), list[Notification]()
        table = spooler.get_outgoing_queue()
        table.advise(Event.TABLE_MODIFIED, heard.extend)
        entry_id = self.submit()
        spooler.poll()
        table.set_columns((PR_ENTRYID, PR_SUBMIT_FLAGS))
        assert table.query_rows(9) == [(entry_id, 0)]
        assert heard
        spooler.set_lock_state(entry_id, locked=True)
        table.seek_row(0, 0)
        assert table.query_rows(9) == [(entry_id, SUBMITFLAG_LOCKED)]
        heard.clear()
        spooler.finished_msg(entry_id)
        assert table.get_row_count() == 0
        assert heard

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

    def test_the_queue_survives_the_end_of_everything(self) -> None:
        """SPL-76."""
        entry_id = self.submit()
        store = self.again()
        assert [entry.entry_id for entry in store.outgoing.entries()] == [entry_id]

    def test_a_delivery_is_made_once(self) -> None:
        """`MsgStore.mark_delivered`."""
        self.need(Powers.TRANSACTIONS)
        assert self.store.mark_delivered(b"one")
        assert not self.store.mark_delivered(b"one")
        self.do_and_fail(lambda: self.store.mark_delivered(b"two"))
        assert self.store.mark_delivered(b"two")

    def test_new_mail_is_told_to_the_whole_store(self) -> None:
        """ST-070, N-021."""
        heard, folder, spooler = self.listen(Event.NEW_MAIL), self.folder(), self.spooler()
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: MSGFLAG_READ})
        told = NewMailNotification(Event.NEW_MAIL, entry_id, entry_id_of(folder), "IPM.Note", MSGFLAG_READ)
        spooler.notify_new_mail(told)
        self.settle()
        assert heard == [told]

    def test_leaving_a_store_tells_of_what_waits(self) -> None:
        """ST-065, X-35."""
        assert self.store.store_logoff(LOGOFF_ORDERLY) == LOGOFF_COMPLETE
        self.submit()
        assert self.store.store_logoff(LOGOFF_ORDERLY) == LOGOFF_OUTBOUND_QUEUE
        with pytest.raises(InvalidParameter):
            self.store.store_logoff(3)
