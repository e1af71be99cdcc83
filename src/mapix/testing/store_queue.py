"""Store tests: the outgoing queue and who works on it (objects 2.3, 4.8; session 6.2)."""

from __future__ import annotations

import pytest

from mapix.interfaces.notify import Event, NewMailNotification, Notification
from mapix.interfaces.prop import Access
from mapix.properties import times
from mapix.properties.errors import (
    NoAccess,
    NoSupport,
    NotInQueue,
    UnableToAbort,
)
from mapix.properties.flags import (
    SUBMITFLAG_LOCKED,
)
from mapix.properties.tags import (
    PR_DEFERRED_SEND_NUMBER,
    PR_DEFERRED_SEND_TIME,
    PR_DEFERRED_SEND_UNITS,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_PRIORITY,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SENSITIVITY,
    PR_SUBJECT,
    PR_SUBMIT_FLAGS,
)
from mapix.testing.store_bench import Powers, recipients
from mapix.testing.store_sending import MINUTE, SendingBench


class QueueTests(SendingBench):
    """What was submitted, until it is sent."""

    def test_messages_leave_in_the_order_of_their_submission(self) -> None:
        """SPL-4."""
        submitted = [self.submit() for _ in range(4)]
        assert [entry.entry_id for entry in self.store.outgoing.entries()] == submitted
        due = self.store.outgoing.due(times.now() + MINUTE, limit=2)
        assert [entry.entry_id for entry in due] == submitted[:2]

    def test_deferred_messages_wait(self) -> None:
        """M-144, SPL-36."""
        now = times.now()
        message = self.draft(self.folder(), "ann@example.com")
        message.set_props({PR_DEFERRED_SEND_TIME: now + 5 * MINUTE})
        fixed = self.submit(message)
        message = self.draft(self.folder("Other"), "ann@example.com")
        message.set_props({PR_DEFERRED_SEND_NUMBER: 2, PR_DEFERRED_SEND_UNITS: 1, PR_DEFERRED_SEND_TIME: now})
        computed = self.submit(message)
        queue = self.store.outgoing
        assert queue.due(times.now()) == []
        assert queue.next_due() == now + 5 * MINUTE
        assert [entry.entry_id for entry in queue.due(now + 10 * MINUTE)] == [fixed]
        found = queue.find(computed)
        assert found is not None
        assert 119 * MINUTE < found.due - now < 121 * MINUTE
        assert self.message_of(computed, Access.READ).get_prop(PR_DEFERRED_SEND_TIME) == found.due

    def test_only_the_spooler_works_on_the_queue(self) -> None:
        """SPL-25, ST-009, ST-067..ST-070."""
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
        """SPL-35, ST-060, ST-066, ST-068."""
        entry_id, spooler = self.submit(), self.spooler()
        spooler.set_lock_state(entry_id, locked=True)
        with pytest.raises(UnableToAbort):
            self.store.abort_submit(entry_id)
        with pytest.raises(NoAccess):
            self.store.open_entry(entry_id)
        assert spooler.outgoing.due(times.now() + MINUTE) == []
        assert spooler.open_entry(entry_id).get_prop(PR_SUBJECT) == "Budget"
        spooler.set_lock_state(entry_id, locked=False)
        self.store.abort_submit(entry_id)

    def test_a_lock_answers_with_what_the_queue_has(self) -> None:
        """ST-068, SPL-25."""
        entry_id, spooler = self.submit(), self.spooler()
        entry = spooler.outgoing.find(entry_id)
        assert entry is not None
        assert spooler.lock_message(entry_id) == entry
        with pytest.raises(UnableToAbort):
            self.store.abort_submit(entry_id)
        spooler.set_lock_state(entry_id, locked=False)
        self.store.abort_submit(entry_id)
        assert spooler.lock_message(entry_id) is None
        with pytest.raises(NoSupport):
            self.store.lock_message(entry_id)

    def test_locks_do_not_outlive_their_spooler(self) -> None:
        """SPL-75."""
        entry_id, first = self.submit(), self.spooler()
        first.set_lock_state(entry_id, locked=True)
        first.outgoing.resign()
        second = self.again(spooler=True)
        assert second.outgoing.become_spooler()
        assert len(second.outgoing.due(times.now() + MINUTE)) == 1

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

    def test_a_message_that_does_not_say_how_urgent_it_is_is_as_urgent_as_most(self) -> None:
        """ST-067, [MS-OXCMSG] 2.2.1.11..2.2.1.13: the queue has the priority of every message; what one says stays."""
        plain, message = self.submit(), self.draft(self.folder("Other"), "ann@example.com")
        message.set_props({PR_IMPORTANCE: 2, PR_PRIORITY: -1, PR_SENSITIVITY: 3})
        urgent, table = self.submit(message), self.spooler().get_outgoing_queue()
        table.set_columns((PR_ENTRYID, PR_PRIORITY))
        assert table.query_rows(9) == [(plain, 0), (urgent, -1)]
        words = (PR_IMPORTANCE, PR_SENSITIVITY)
        assert self.message_of(plain, Access.READ).get_props(words) == dict(zip(words, (1, 0), strict=True))
        assert self.message_of(urgent, Access.READ).get_props(words) == dict(zip(words, (2, 3), strict=True))

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

    def test_the_queue_survives_the_end_of_everything(self) -> None:
        """SPL-76."""
        entry_id = self.submit()
        store = self.again()
        assert [entry.entry_id for entry in store.outgoing.entries()] == [entry_id]
