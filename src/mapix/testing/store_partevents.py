"""Store tests: what the recipient and attachment tables of an open message tell of their rows (objects section 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.notify import MOST_ROW_EVENTS, TABLE_CHANGED, Event, Notification, TableEvent, TableNotification
from mapix.interfaces.prop import Access
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.properties.errors import NotFound
from mapix.properties.flags import MAPI_CC, MAPI_TO
from mapix.properties.restriction import Property, Relop
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_NUM,
    PR_DISPLAY_NAME,
    PR_INSTANCE_KEY,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_RECIPIENTS,
    PR_RECIPIENT_TYPE,
    PR_ROWID,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, entry_id_of, recipient

ADDED, GONE, MODIFIED = TableEvent.ROW_ADDED, TableEvent.ROW_DELETED, TableEvent.ROW_MODIFIED


class PartEventTests(StoreBench):
    """Parts of a message that come, go and change while it is open."""

    parts_heard: list[TableNotification]

    def hear_parts(self, table: MapiTable, *columns: PropTag) -> int:
        """Listen to a table, which shows `columns`."""
        self.need(Powers.EVENTS)
        table.set_columns(columns)
        self.parts_heard = []
        return table.advise(Event.TABLE_MODIFIED, self.hear_part)

    def hear_part(self, batch: Sequence[Notification]) -> None:
        """The sink."""
        self.parts_heard += [one for one in batch if isinstance(one, TableNotification)]

    def parts_told(self) -> list[tuple[TableEvent, Any]]:
        """What was heard since the last look: events and first cells."""
        self.settle()
        found, self.parts_heard = self.parts_heard, []
        return [(one.table_event, one.row[0][1] if one.row else None) for one in found]

    def rows_by_name(self, message: Message) -> dict[str, int]:
        """The PR_ROWID of recipients."""
        return dict(query_all_rows(message.get_recipient_table(), (PR_DISPLAY_NAME, PR_ROWID)))

    def file(self, message: Message, name: str) -> int:
        """An attachment, saved into its message."""
        number, attachment = message.create_attach()
        attachment.set_props({PR_ATTACH_LONG_FILENAME: name})
        attachment.save_changes()
        return number

    # recipients

    def test_recipients_come_change_and_go_row_by_row(self) -> None:
        """M-084, N-030, N-032, T-001."""
        message = self.draft(self.folder(), "ann@home.example", "bob@home.example")
        self.hear_parts(message.get_recipient_table(), PR_DISPLAY_NAME, PR_RECIPIENT_TYPE)
        message.modify_recipients(ModifyRecipients.ADD, [recipient("cleo@home.example")])
        assert self.parts_told() == [(ADDED, "Cleo")]
        rows = self.rows_by_name(message)
        changed = recipient("bob@home.example", MAPI_CC) | {PR_ROWID: rows["Bob"]}
        message.modify_recipients(ModifyRecipients.MODIFY, [changed])
        self.settle()
        (told,) = self.parts_heard
        assert (told.table_event, told.row) == (MODIFIED, ((PR_DISPLAY_NAME, "Bob"), (PR_RECIPIENT_TYPE, MAPI_CC)))
        keys: dict[str, bytes] = dict(query_all_rows(message.get_recipient_table(), (PR_DISPLAY_NAME, PR_INSTANCE_KEY)))
        assert (told.index, told.prior) == (keys["Bob"], keys["Ann"])
        self.parts_told()
        message.modify_recipients(ModifyRecipients.REMOVE, [{PR_ROWID: rows["Ann"]}])
        self.settle()
        assert self.parts_heard == [TableNotification(Event.TABLE_MODIFIED, GONE, 0, keys["Ann"])]

    def test_another_list_of_recipients_is_told_row_by_row(self) -> None:
        """M-080, N-030."""
        message = self.draft(self.folder(), "ann@home.example", "bob@home.example")
        self.hear_parts(message.get_recipient_table(), PR_DISPLAY_NAME)
        message.modify_recipients(ModifyRecipients.REPLACE, [recipient("cleo@home.example")])
        assert self.parts_told() == [(GONE, None), (GONE, None), (ADDED, "Cleo")]
        message.delete_props([PR_MESSAGE_RECIPIENTS])
        assert self.parts_told() == [(GONE, None)]

    def test_recipients_that_do_not_show_are_told_nobody(self) -> None:
        """N-033."""
        message = self.draft(self.folder(), "ann@home.example")
        table = message.get_recipient_table()
        table.restrict(Property(Relop.EQ, PR_RECIPIENT_TYPE, MAPI_CC))
        table.sort_table(SortOrder((SortKey(PR_DISPLAY_NAME),)))
        self.hear_parts(table, PR_DISPLAY_NAME)
        message.modify_recipients(ModifyRecipients.ADD, [recipient("bob@home.example", MAPI_TO)])
        assert self.parts_told() == []
        row = {PR_ROWID: self.rows_by_name(message)["Bob"]}
        message.modify_recipients(ModifyRecipients.MODIFY, [recipient("bob@home.example", MAPI_CC) | row])
        assert self.parts_told() == [(ADDED, "Bob")]
        message.modify_recipients(ModifyRecipients.MODIFY, [recipient("bob@home.example", MAPI_TO) | row])
        assert self.parts_told() == [(GONE, None)]

    def test_many_recipients_at_once_are_told_as_a_change_of_the_table(self) -> None:
        """N-031."""
        message = self.draft(self.folder())
        self.hear_parts(message.get_recipient_table(), PR_DISPLAY_NAME)
        many = [recipient(f"p{number}@home.example") for number in range(MOST_ROW_EVENTS + 1)]
        message.modify_recipients(ModifyRecipients.ADD, many)
        self.settle()
        assert self.parts_heard == [TABLE_CHANGED]

    def test_changes_through_another_opening_are_not_heard(self) -> None:
        """P-221."""
        entry_id = self.message(self.folder())
        self.hear_parts(self.message_of(entry_id).get_recipient_table(), PR_DISPLAY_NAME)
        other = self.message_of(entry_id)
        other.modify_recipients(ModifyRecipients.ADD, [recipient("ann@home.example")])
        other.save_changes()
        assert self.parts_told() == []

    def test_saving_changes_no_recipient(self) -> None:
        """M-084."""
        message = self.draft(self.folder(), "ann@home.example")
        self.hear_parts(message.get_recipient_table(), PR_DISPLAY_NAME)
        message.save_changes()
        assert self.parts_told() == []

    # attachments

    def test_attachments_come_change_and_go_row_by_row(self) -> None:
        """M-060, M-062, N-030, N-032, T-002."""
        message = self.draft(self.folder())
        table = message.get_attachment_table()
        self.hear_parts(table, PR_ATTACH_LONG_FILENAME, PR_ATTACH_NUM)
        number, attachment = message.create_attach()
        attachment.set_props({PR_ATTACH_LONG_FILENAME: "plan.txt"})
        assert self.parts_told() == []
        attachment.save_changes()
        assert self.parts_told() == [(ADDED, "plan.txt")]
        again = message.open_attach(number, Access.MODIFY)
        again.set_props({PR_ATTACH_LONG_FILENAME: "plans.txt"})
        assert self.parts_told() == []
        again.save_changes()
        assert self.parts_told() == [(MODIFIED, "plans.txt")]
        self.file(message, "notes.txt")
        assert self.parts_told() == [(ADDED, "notes.txt")]
        message.delete_attach(number)
        assert self.parts_told() == [(GONE, None)]
        message.delete_props([PR_MESSAGE_ATTACHMENTS])
        assert self.parts_told() == [(GONE, None)]
        message.save_changes()
        assert self.parts_told() == []

    def test_an_attachment_that_was_never_saved_is_never_told(self) -> None:
        """M-060, N-032."""
        message = self.draft(self.folder())
        self.hear_parts(message.get_attachment_table(), PR_ATTACH_LONG_FILENAME)
        number, _ = message.create_attach()
        message.delete_attach(number)
        assert self.parts_told() == []

    def test_attachments_of_a_saved_message_are_told_too(self) -> None:
        """N-030."""
        message = self.draft(self.folder())
        number = self.file(message, "a.txt")
        message.save_changes()
        again = self.message_of(entry_id_of(message))
        self.hear_parts(again.get_attachment_table(), PR_ATTACH_LONG_FILENAME)
        again.delete_attach(number)
        self.file(again, "b.txt")
        assert self.parts_told() == [(GONE, None), (ADDED, "b.txt")]

    # both

    def test_who_ends_the_registration_hears_no_more(self) -> None:
        """N-001."""
        message = self.draft(self.folder())
        table = message.get_recipient_table()
        connection = self.hear_parts(table, PR_DISPLAY_NAME)
        table.unadvise(connection)
        message.modify_recipients(ModifyRecipients.ADD, [recipient("ann@home.example")])
        message.set_props({PR_SUBJECT: "other"})
        assert self.parts_told() == []
        with pytest.raises(NotFound):
            table.unadvise(connection)
