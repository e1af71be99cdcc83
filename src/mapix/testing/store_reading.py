"""Store tests: read state (objects 4.7)."""

from __future__ import annotations

import pytest

from mapix.interfaces.prop import Keep
from mapix.properties.errors import InvalidObject, InvalidParameter, UnknownFlags
from mapix.properties.flags import (
    CLEAR_READ_FLAG,
    CLEAR_RN_PENDING,
    GENERATE_RECEIPT_ONLY,
    MSGFLAG_READ,
    MSGFLAG_RN_PENDING,
    MSGFLAG_UNMODIFIED,
    SUPPRESS_RECEIPT,
)
from mapix.properties.tags import (
    PR_MESSAGE_FLAGS,
    PR_READ_RECEIPT_REQUESTED,
    PR_SUBJECT,
)
from mapix.testing.store_bench import (
    Powers,
    StoreBench,
    entry_id_of,
)


class ReadingTests(StoreBench):
    """What SetReadFlag does."""

    def flags_after(self, flags: int, first: int = 0) -> int:
        """PR_MESSAGE_FLAGS of a delivered message that asks for a receipt, after SetReadFlag."""
        props = {PR_MESSAGE_FLAGS: first, PR_READ_RECEIPT_REQUESTED: True}
        message = self.message_of(self.message(self.folder(), props))
        message.set_read_flag(flags)
        found = self.message_of(entry_id_of(message)).get_prop(PR_MESSAGE_FLAGS)
        assert message.get_prop(PR_MESSAGE_FLAGS) == found
        return int(found)

    def test_a_delivered_message_owes_the_receipt_it_asks_for(self) -> None:
        """RP-005."""
        assert self.flags_after(GENERATE_RECEIPT_ONLY) == 0
        assert self.flags_after(CLEAR_READ_FLAG) == MSGFLAG_RN_PENDING

    @pytest.mark.parametrize("flags", [0, SUPPRESS_RECEIPT])
    def test_reading_sets_the_flag_and_settles_the_receipt(self, flags: int) -> None:
        """M-120."""
        assert self.flags_after(flags) == MSGFLAG_READ

    def test_a_message_can_be_unread_again(self) -> None:
        """M-120."""
        assert self.flags_after(CLEAR_READ_FLAG, MSGFLAG_READ) == 0

    def test_the_debt_can_be_forgiven_alone(self) -> None:
        """M-120."""
        assert self.flags_after(CLEAR_RN_PENDING) == 0

    def test_suppressing_the_receipt_itself_withdraws_the_request(self) -> None:
        """M-120."""
        message = self.message_of(self.message(self.folder(), {PR_MESSAGE_FLAGS: 0, PR_READ_RECEIPT_REQUESTED: True}))
        message.set_read_flag(SUPPRESS_RECEIPT | GENERATE_RECEIPT_ONLY)
        again = self.message_of(entry_id_of(message))
        assert again.get_prop(PR_READ_RECEIPT_REQUESTED) is False
        assert again.get_prop(PR_MESSAGE_FLAGS) == 0

    def test_contradicting_read_flags_are_refused(self) -> None:
        """M-121."""
        message = self.message_of(self.message(self.folder()))
        for flags in (SUPPRESS_RECEIPT | CLEAR_READ_FLAG, CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY, 0x15):
            with pytest.raises(InvalidParameter):
                message.set_read_flag(flags)
        with pytest.raises(UnknownFlags):
            message.set_read_flag(0x4000)

    def test_read_state_set_elsewhere_survives_a_save(self) -> None:
        """M-120: read flags are no change of the message."""
        folder = self.folder()
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: MSGFLAG_UNMODIFIED})
        message = self.message_of(entry_id)
        folder.set_read_flags([entry_id])
        message.set_props({PR_SUBJECT: "Agenda"})
        message.save_changes(Keep.READONLY)
        assert self.message_of(entry_id).get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_READ

    def test_a_messages_parts_die_with_it(self) -> None:
        """GEN-9."""
        self.need(Powers.SPOOLER)
        message = self.draft(self.folder(), "ann@example.com")
        _, attachment = message.create_attach()
        attachment.save_changes(Keep.READWRITE)
        message.submit_message()
        for dead in (message, attachment):
            with pytest.raises(InvalidObject):
                dead.get_props(None)
