"""Store tests: what tables tell of their rows (objects section 9, table events)."""

from __future__ import annotations

from typing import Any

from mapix.interfaces.notify import Event, TableEvent, TableNotification
from mapix.interfaces.prop import Keep
from mapix.interfaces.table import Bookmark, MapiTable, query_all_rows
from mapix.properties.flags import FOLDER_SEARCH, MSGFLAG_READ
from mapix.properties.restriction import Bitmask, Property, Relop
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import MVI_FLAG, PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_DISPLAY_NAME,
    PR_IMPORTANCE,
    PR_INSTANCE_KEY,
    PR_MESSAGE_FLAGS,
    PR_SENDER_NAME,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, entry_id_of

ADDED, GONE, MODIFIED = TableEvent.ROW_ADDED, TableEvent.ROW_DELETED, TableEvent.ROW_MODIFIED
CHANGED = TableEvent.CHANGED
BY_SUBJECT = SortOrder((SortKey(PR_SUBJECT),))
WORDS = PropTag(0x6830101F)
WORD = PropTag(WORDS | MVI_FLAG)
UNREAD = Bitmask(PR_MESSAGE_FLAGS, MSGFLAG_READ, nonzero=False)


class TableEventTests(StoreBench):
    """Rows that come, go and change, told one by one."""

    rows_heard: list[TableNotification]

    def hear_table(self, table: MapiTable, *columns: PropTag) -> None:
        """Listen to a table, which shows `columns`."""
        self.need(Powers.EVENTS)
        table.set_columns(columns)
        self.rows_heard = []
        table.advise(Event.TABLE_MODIFIED, self.hear_rows)

    def hear_rows(self, batch: Any) -> None:
        """The sink."""
        self.rows_heard += [one for one in batch if isinstance(one, TableNotification)]

    def rows_told(self) -> list[TableNotification]:
        """What was heard since the last look."""
        self.settle()
        found, self.rows_heard = self.rows_heard, []
        return found

    def row_events(self) -> list[tuple[TableEvent, Any]]:
        """The same, as events and first cells."""
        return [(one.table_event, one.row[0][1] if one.row else None) for one in self.rows_told()]

    def set_on_message(self, entry_id: bytes, values: dict[PropTag, Any]) -> None:
        """Other values for a message."""
        message = self.message_of(entry_id)
        message.set_props(values)
        message.save_changes(Keep.CLOSE)

    def keys_by_subject(self) -> dict[str, bytes]:
        """Instance keys by subject."""
        return dict(query_all_rows(self.folder().get_contents_table(), (PR_SUBJECT, PR_INSTANCE_KEY)))

    def test_messages_come_change_and_go_row_by_row(self) -> None:
        """NOT-13, N-030, N-032, X-45; scenario 19."""
        folder, elsewhere = self.folder(), self.folder("Elsewhere")
        self.message(folder, {PR_SUBJECT: "b"})
        table = folder.get_contents_table()
        table.sort_table(BY_SUBJECT)
        self.hear_table(table, PR_SUBJECT, PR_IMPORTANCE)
        entry_id = self.message(folder, {PR_SUBJECT: "c", PR_IMPORTANCE: 2})
        keys = self.keys_by_subject()
        (added,) = self.rows_told()
        assert added == TableNotification(
            Event.TABLE_MODIFIED, ADDED, 0, keys["c"], keys["b"], ((PR_SUBJECT, "c"), (PR_IMPORTANCE, 2))
        )
        self.set_on_message(entry_id, {PR_SUBJECT: "a"})
        (changed,) = self.rows_told()
        assert (changed.table_event, changed.index, changed.prior) == (MODIFIED, keys["c"], None)
        assert changed.row == ((PR_SUBJECT, "a"), (PR_IMPORTANCE, 2))
        self.message(elsewhere)
        folder.delete_messages([entry_id])
        assert self.rows_told() == [TableNotification(Event.TABLE_MODIFIED, GONE, 0, keys["c"])]

    def test_each_value_of_a_message_comes_and_goes_alone(self) -> None:
        """N-030, N-032, P-053."""
        folder = self.folder()
        self.message(folder, {PR_SUBJECT: "plain"})
        table = folder.get_contents_table()
        table.set_columns((WORD, PR_SUBJECT))
        table.sort_table(SortOrder((SortKey(WORD), SortKey(PR_SUBJECT))))
        self.hear_table(table, WORD, PR_SUBJECT)
        entry_id = self.message(folder, {PR_SUBJECT: "marked", WORDS: ("red", "blue")})
        assert self.row_events() == [(ADDED, "blue"), (ADDED, "red")]
        self.set_on_message(entry_id, {WORDS: ("red",)})
        assert self.row_events() == [(GONE, None), (MODIFIED, "red")]
        other = self.message(folder, {PR_SUBJECT: "other"})
        assert self.row_events() == [(ADDED, None)]
        self.set_on_message(other, {WORDS: ("green",)})
        assert self.row_events() == [(GONE, None), (ADDED, "green")]
        folder.delete_messages([entry_id, other])
        assert self.row_events() == [(GONE, None), (GONE, None)]

    def test_no_row_is_told_before_a_save(self) -> None:
        """NOT-13, N-005, N-032."""
        folder = self.folder()
        self.hear_table(folder.get_contents_table(), PR_SUBJECT)
        message = self.draft(folder)
        assert self.rows_told() == []
        message.save_changes(Keep.CLOSE)
        assert self.row_events() == [(ADDED, "Budget")]

    def test_moved_messages_leave_one_table_and_come_into_the_other(self) -> None:
        """N-030."""
        folder, shelf = self.folder(), self.folder("Shelf")
        entry_ids = [self.message(folder, {PR_SUBJECT: name}) for name in "ab"]
        self.hear_table(folder.get_contents_table(), PR_SUBJECT)
        folder.copy_messages(entry_ids[:1], shelf)
        assert self.rows_told() == []
        folder.copy_messages(entry_ids[:1], shelf, move=True)
        assert self.row_events() == [(GONE, None)]
        self.hear_table(shelf.get_contents_table(), PR_SUBJECT)
        folder.copy_messages(entry_ids[1:], shelf, move=True)
        assert (ADDED, "b") in self.row_events()

    def test_a_read_message_leaves_the_unread_ones(self) -> None:
        """N-033."""
        folder = self.folder()
        first, second = (self.message(folder, {PR_SUBJECT: name, PR_MESSAGE_FLAGS: 0}) for name in "ab")
        table = folder.get_contents_table()
        table.restrict(UNREAD)
        self.hear_table(table, PR_SUBJECT)
        folder.set_read_flags([first])
        assert [(one.table_event, one.index) for one in self.rows_told()] == [(GONE, self.keys_by_subject()["a"])]
        self.set_on_message(first, {PR_IMPORTANCE: 1})
        assert self.rows_told() == []
        self.set_on_message(second, {PR_IMPORTANCE: 1})
        assert self.row_events() == [(MODIFIED, "b")]
        folder.set_read_flags([first], 4)
        assert self.row_events() == [(ADDED, "a")]

    def test_hidden_messages_are_silent(self) -> None:
        """NOT-13, N-033, T-067; scenario 19."""
        folder = self.folder()
        table = folder.get_contents_table()
        table.restrict(Property(Relop.EQ, PR_IMPORTANCE, 2))
        self.hear_table(table, PR_SUBJECT)
        entry_id = self.message(folder, {PR_SUBJECT: "a", PR_IMPORTANCE: 1})
        folder.delete_messages([entry_id])
        assert self.rows_told() == []
        self.message(folder, {PR_SUBJECT: "b", PR_IMPORTANCE: 2})
        assert self.row_events() == [(ADDED, "b")]

    def test_associated_messages_have_a_table_of_their_own(self) -> None:
        """N-030, N-033."""
        self.need(Powers.ASSOCIATED)
        folder = self.folder()
        contents = folder.get_contents_table()
        self.hear_table(contents, PR_SUBJECT)
        hidden = self.message(folder, {PR_SUBJECT: "a"}, associated=True)
        folder.delete_messages([hidden])
        assert self.rows_told() == []
        contents.close()
        self.hear_table(folder.get_contents_table(associated=True), PR_SUBJECT)
        entry_id = self.message(folder, {PR_SUBJECT: "b"}, associated=True)
        gone = self.message(folder, {PR_SUBJECT: "c"})
        folder.delete_messages([gone])
        assert self.row_events() == [(ADDED, "b")]
        folder.delete_messages([entry_id])
        assert [one.table_event for one in self.rows_told()] == [GONE]

    def test_many_messages_at_once_are_one_change(self) -> None:
        """N-031, T-090."""
        folder, shelf = self.folder(), self.folder("Shelf")
        entry_ids = [self.message(folder, {PR_SUBJECT: f"{number}"}) for number in range(12)]
        self.hear_table(shelf.get_contents_table(), PR_SUBJECT)
        folder.copy_messages(entry_ids, shelf)
        found = [event for event, _ in self.row_events()]
        assert found in ([CHANGED], [ADDED] * 12)

    def test_messages_under_closed_headings_are_silent(self) -> None:
        """N-033, T-067."""
        folder = self.folder()
        first = self.message(folder, {PR_SUBJECT: "a", PR_SENDER_NAME: "Ann"})
        self.message(folder, {PR_SUBJECT: "b", PR_SENDER_NAME: "Bob"})
        table = folder.get_contents_table()
        table.sort_table(SortOrder((SortKey(PR_SENDER_NAME), SortKey(PR_SUBJECT)), 1))
        self.hear_table(table, PR_SENDER_NAME, PR_SUBJECT, PR_CONTENT_COUNT, PR_INSTANCE_KEY)
        self.set_on_message(first, {PR_SUBJECT: "aa"})
        assert self.rows_told() == []
        self.message(folder, {PR_SUBJECT: "c", PR_SENDER_NAME: "Ann"})
        (heading,) = self.rows_told()
        assert heading.table_event is MODIFIED
        assert [value for _, value in heading.row][:3] == ["Ann", None, 2]
        table.seek_row(Bookmark.BEGINNING, 0)
        table.expand_row(table.query_rows(1)[0][-1], 0)
        assert self.rows_told() == []
        self.set_on_message(first, {PR_SUBJECT: "d"})
        (row,) = self.rows_told()
        assert [value for _, value in row.row][:3] == ["Ann", "d", None]
        assert row.prior == self.keys_by_subject()["c"]

    def test_folders_come_change_and_go_row_by_row(self) -> None:
        """N-030: counts, too, are cells of a folder's row."""
        table = self.root().get_hierarchy_table()
        table.restrict(Property(Relop.EQ, PR_DISPLAY_NAME, "Work"))
        self.hear_table(table, PR_DISPLAY_NAME, PR_CONTENT_COUNT)
        folder = self.folder()
        assert (ADDED, "Work") in self.row_events()
        self.message(folder)
        told = self.rows_told()
        assert {one.table_event for one in told} == {MODIFIED}
        assert told[-1].row == ((PR_DISPLAY_NAME, "Work"), (PR_CONTENT_COUNT, 1))
        self.folder("Other")
        assert self.rows_told() == []
        self.root().delete_folder(entry_id_of(folder), messages=True)
        assert [one.table_event for one in self.rows_told()] == [GONE]

    def test_a_deep_hierarchy_hears_of_folders_below_and_of_no_others(self) -> None:
        """N-033."""
        top = self.folder("Top")
        self.hear_table(top.get_hierarchy_table(deep=True), PR_DISPLAY_NAME)
        self.folder("Elsewhere").create_folder("Below")
        assert self.rows_told() == []
        below = top.create_folder("Middle").create_folder("Bottom")
        assert (ADDED, "Bottom") in self.row_events()
        self.root().delete_folder(entry_id_of(self.folder("Elsewhere")), folders=True)
        assert self.rows_told() == []
        below.set_props({PR_DISPLAY_NAME: "Ground"})
        assert (MODIFIED, "Ground") in self.row_events()

    def test_what_another_opening_does_is_told_row_by_row(self) -> None:
        """N-008."""
        folder = self.folder()
        self.hear_table(folder.get_contents_table(), PR_SUBJECT)
        other = self.again()
        entry_id = self.message(self.folder_of(entry_id_of(folder), other), {PR_SUBJECT: "from elsewhere"})
        assert self.row_events() == [(ADDED, "from elsewhere")]
        self.folder_of(entry_id_of(folder), other).delete_messages([entry_id])
        assert [one.table_event for one in self.rows_told()] == [GONE]

    def test_results_of_a_search_come_and_go_row_by_row(self) -> None:
        """N-033, F-040."""
        self.need(Powers.SEARCH_FOLDERS)
        folder = self.folder()
        search = self.root().create_folder("Found", kind=FOLDER_SEARCH)
        search.set_search_criteria(UNREAD, [entry_id_of(folder)], 0)
        self.settle()
        table = search.get_contents_table()
        self.hear_table(table, PR_SUBJECT)
        entry_id = self.message(folder, {PR_SUBJECT: "a", PR_MESSAGE_FLAGS: 0})
        assert self.row_events() == [(ADDED, "a")]
        self.set_on_message(entry_id, {PR_SUBJECT: "b"})
        assert self.row_events() == [(MODIFIED, "b")]
        folder.set_read_flags([entry_id])
        assert [one.table_event for one in self.rows_told()] == [GONE]
