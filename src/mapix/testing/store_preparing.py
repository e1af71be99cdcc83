"""Store tests: messages that the spooler prepares in the queue before transports get them (session 6.2 step 7)."""

from __future__ import annotations

import pytest

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.properties import times
from mapix.properties.errors import MapiError
from mapix.properties.flags import MSGFLAG_SUBMIT, SUBMITFLAG_PREPROCESS
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_MESSAGE_FLAGS,
    PR_PARENT_ENTRYID,
    PR_PREPROCESS,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SUBJECT,
    PR_SUBMIT_FLAGS,
)
from mapix.testing.builders import recipient
from mapix.testing.store_bench import entry_id_of, recipients
from mapix.testing.store_sending import MINUTE, SendingBench


class PreparingTests(SendingBench):
    """SubmitMessage of the spooler: the store knows it, saves, and leaves the message in its place in the queue."""

    def test_what_the_spooler_prepares_stays_in_its_place_in_the_queue(self) -> None:
        """SPL-21."""
        entry_id, later, spooler = self.submit(), self.submit(), self.spooler()
        before = spooler.outgoing.find(entry_id)
        spooler.set_lock_state(entry_id, locked=True)
        message = self.message_of(entry_id, store=spooler)
        message.set_props({PR_SUBJECT: "prepared"})
        message.submit_message()
        assert spooler.outgoing.find(entry_id) == before
        spooler.set_lock_state(entry_id, locked=False)
        assert [entry.entry_id for entry in spooler.outgoing.due(times.now() + MINUTE)] == [entry_id, later]
        seen = self.message_of(entry_id, Access.READ)
        assert seen.get_prop(PR_SUBJECT) == "prepared"
        assert seen.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_SUBMIT
        assert not seen.get_prop(PR_SUBMIT_FLAGS, 0) & SUBMITFLAG_PREPROCESS
        assert seen.get_prop(PR_PREPROCESS) is True

    def test_what_was_not_submitted_again_is_as_it_was(self) -> None:
        """SPL-21: a preparation that failed leaves nothing."""
        entry_id, spooler = self.submit(), self.spooler()
        spooler.set_lock_state(entry_id, locked=True)
        message = self.message_of(entry_id, store=spooler)
        message.set_props({PR_SUBJECT: "half prepared"})
        message.close()
        spooler.set_lock_state(entry_id, locked=False)
        assert self.message_of(entry_id, Access.READ).get_prop(PR_SUBJECT) == "Budget"

    def test_recipients_may_be_settled_and_added_while_a_message_is_prepared(self) -> None:
        """SPL-21, C9."""
        entry_id, spooler = self.submit(), self.spooler()
        spooler.set_lock_state(entry_id, locked=True)
        message = self.message_of(entry_id, store=spooler)
        ((row_id,),) = recipients(message, PR_ROWID)
        message.modify_recipients(ModifyRecipients.MODIFY, [recipient("ann@example.com") | {PR_ROWID: row_id}])
        message.modify_recipients(ModifyRecipients.ADD, [recipient("bob@example.com")])
        message.submit_message()
        rows = recipients(self.message_of(entry_id, store=spooler), PR_DISPLAY_NAME, PR_RESPONSIBILITY)
        assert rows == [("Ann", False), ("Bob", False)]

    def test_what_is_made_while_preparing_is_sent_with_it_or_not_at_all(self) -> None:
        """SPL-21, SPL-76."""
        entry_id, spooler = self.submit(), self.spooler()
        spooler.set_lock_state(entry_id, locked=True)
        message = self.message_of(entry_id, store=spooler)
        folder = self.folder_of(message.get_prop(PR_PARENT_ENTRYID), spooler)
        first, second = (self.draft(folder, "bob@example.com") for _ in range(2))
        with pytest.raises(InterruptedError):
            self._submit_and_fail(spooler, first)
        assert len(self.store.outgoing.entries()) == 1
        with spooler.transaction():
            second.submit_message()
            message.submit_message()
        assert len(self.store.outgoing.entries()) == 2

    def test_a_client_does_not_prepare_what_it_submitted(self) -> None:
        """SPL-21, ST-060."""
        self.need_spooler()
        message = self.draft(self.folder("Outbox"), "ann@example.com")
        message.save_changes()
        entry_id = entry_id_of(message)
        message.submit_message()
        with pytest.raises(MapiError):
            self.message_of(entry_id).submit_message()
        assert len(self.store.outgoing.entries()) == 1

    def _submit_and_fail(self, store: MsgStore, message: Message) -> None:
        with store.transaction():
            message.submit_message()
            raise InterruptedError

    def need_spooler(self) -> None:
        """Leave the test out for a store without a queue."""
        self.spooler()
