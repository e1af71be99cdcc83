"""Store tests: contents and hierarchy tables, their cursor, columns, bookmarks and order (objects section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.table import Bookmark, MapiTable, TableType, query_all_rows
from mapix.properties.errors import (
    InvalidParameter,
    NotFound,
    TableTooBig,
)
from mapix.properties.flags import TBLSTAT_COMPLETE
from mapix.properties.restriction import Exist, Property, Relop
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_INSTANCE_KEY,
    PR_LONGTERM_ENTRYID_FROM_TABLE,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_DOWNLOAD_TIME,
    PR_NULL,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench

WORDS = PropTag(0x6830101F)
UNKNOWN = PropTag(0x68400003)
COUNT = 12
BY_SUBJECT = SortKey(PR_SUBJECT)


def subject(number: int) -> str:
    """The subject of a message by its number."""
    return f"Subject {number:02}"


class TableBench(StoreBench):
    """A folder of some messages, and its table."""

    def subjects_folder(self, count: int = COUNT) -> MapiFolder:
        """A folder of messages that differ in everything."""
        folder = self.folder()
        for number in range(count):
            values = {PR_SUBJECT: subject(number), PR_IMPORTANCE: number % 3}
            self.message(folder, values | {PR_MESSAGE_DELIVERY_TIME: (COUNT - number) * 10_000_000})
        return folder

    def subjects_table(self, *columns: PropTag, order: SortKey | None = BY_SUBJECT, count: int = COUNT) -> MapiTable:
        """Its contents, in order of subjects; subjects alone where no columns are named."""
        found = self.subjects_folder(count).get_contents_table()
        found.set_columns(columns or (PR_SUBJECT,))
        if order is not None:
            found.sort_table(SortOrder((order,)))
        return found

    def resubject(self, number: int, text: str) -> None:
        """Another subject for a message."""
        message = self.message_of(self.entry_id_by_subject(number))
        message.set_props({PR_SUBJECT: text})
        message.save_changes(Keep.CLOSE)

    def remove_subjects(self, *numbers: int) -> None:
        """Some messages less."""
        self.folder().delete_messages([self.entry_id_by_subject(number) for number in numbers])

    def entry_id_by_subject(self, number: int) -> bytes:
        """The identifier of a message by its subject."""
        where = Property(Relop.EQ, PR_SUBJECT, subject(number))
        ((found,),) = query_all_rows(self.folder().get_contents_table(), (PR_ENTRYID,), where)
        assert isinstance(found, bytes)
        return found


def numbers(rows: Sequence[tuple[Any, ...]]) -> list[int]:
    """The numbers in the subjects of rows."""
    return [int(row[0][-2:]) for row in rows]


class TableTests(TableBench):
    """What a table of a store answers."""

    def test_a_table_starts_at_its_first_row(self) -> None:
        """T-001, T-005, T-027."""
        table = self.subjects_table(order=None)
        assert table.query_position() == (0, 0, COUNT)
        assert len(table.query_rows(3)) == 3
        assert table.query_position()[0] == 3
        assert self.folder("Empty").get_contents_table().query_position() == (0, 0, 1)

    def test_two_tables_do_not_know_each_other(self) -> None:
        """T-001."""
        first = self.subjects_table()
        second = self.folder().get_contents_table()
        second.restrict(Property(Relop.EQ, PR_IMPORTANCE, 0))
        second.query_rows(2)
        assert first.get_row_count() == COUNT
        assert first.query_position()[0] == 0

    def test_tables_of_a_store_are_live(self) -> None:
        """T-002, T-021."""
        table = self.subjects_table()
        assert table.get_status() == (TBLSTAT_COMPLETE, TableType.DYNAMIC)
        assert self.root().get_hierarchy_table().get_status() == (TBLSTAT_COMPLETE, TableType.DYNAMIC)
        self.message(self.folder(), {PR_SUBJECT: subject(99)})
        assert table.get_row_count() == COUNT + 1

    def test_instance_keys_tell_rows_apart_and_stay(self) -> None:
        """T-003, X-42."""
        table = self.subjects_table(PR_SUBJECT, PR_INSTANCE_KEY)
        keys: dict[str, bytes] = dict(table.query_rows(99))
        assert len(set(keys.values())) == COUNT
        assert PR_INSTANCE_KEY in table.query_columns(available=True)
        self.resubject(4, "Changed 04")
        table.find_row(Property(Relop.EQ, PR_INSTANCE_KEY, keys[subject(4)]), Bookmark.BEGINNING)
        assert table.query_rows(1) == [("Changed 04", keys[subject(4)])]
        self.remove_subjects(7)
        self.message(self.folder(), {PR_SUBJECT: subject(50)})
        table.seek_row(Bookmark.BEGINNING, 0)
        assert keys[subject(7)] not in [key for _, key in table.query_rows(99)]

    def test_entry_identifiers_of_rows_open_their_messages(self) -> None:
        """T-007."""
        table = self.subjects_table(PR_ENTRYID, PR_LONGTERM_ENTRYID_FROM_TABLE, PR_SUBJECT)
        for short, long, text in table.query_rows(3):
            for entry_id in (short, long):
                message = self.store.open_entry(entry_id, Access.READ)
                assert isinstance(message, Message)
                assert message.get_prop(PR_SUBJECT) == text

    def test_columns_keep_their_order_and_what_is_missing_its_place(self) -> None:
        """T-022, T-037, T-082, X-11."""
        table = self.subjects_table(PR_SUBJECT, UNKNOWN, PR_NULL, PR_MESSAGE_DOWNLOAD_TIME, PR_IMPORTANCE, PR_SUBJECT)
        assert table.query_rows(1) == [(subject(0), None, None, None, 0, subject(0))]
        with pytest.raises(InvalidParameter):
            table.set_columns([])
        narrow = PR_SUBJECT.with_type(PropType.STRING8)
        table.set_columns([narrow])
        assert table.query_columns() == [narrow]
        assert table.query_rows(1) == [(subject(1).encode(),)]

    def test_what_can_be_shown_is_told(self) -> None:
        """T-023."""
        table = self.subjects_folder(1).get_contents_table()
        fresh = table.query_columns()
        assert {PR_ENTRYID, PR_INSTANCE_KEY, PR_SUBJECT} <= set(fresh)
        table.set_columns([PR_SUBJECT])
        assert table.query_columns() == [PR_SUBJECT]
        assert {*fresh, PR_IMPORTANCE} <= set(table.query_columns(available=True))

    def test_the_cursor_moves_as_far_as_there_are_rows(self) -> None:
        """T-024, T-025, T-026."""
        table = self.subjects_table()
        assert table.get_row_count() == COUNT
        assert table.seek_row(Bookmark.BEGINNING, 5) == 5
        assert numbers(table.query_rows(1)) == [5]
        assert table.seek_row(Bookmark.CURRENT, -99) == -6
        assert table.seek_row(Bookmark.END, -2) == -2
        assert numbers(table.query_rows(9)) == [10, 11]
        assert table.seek_row(Bookmark.BEGINNING, 99) == COUNT
        for fraction, place in (((0, 7), 0), ((1, 2), 6), ((5, 12), 5), ((9, 9), COUNT), ((9, 4), COUNT)):
            table.seek_row_approx(*fraction)
            assert table.query_position()[0] == place
        with pytest.raises(InvalidParameter):
            table.seek_row_approx(1, 0)

    def test_rows_are_read_both_ways(self) -> None:
        """T-035, T-036, T-064."""
        table = self.subjects_table()
        with pytest.raises(InvalidParameter):
            table.query_rows(0)
        assert table.query_rows(-3) == []
        table.seek_row(Bookmark.BEGINNING, 10)
        assert numbers(table.query_rows(-5)) == [5, 6, 7, 8, 9]
        assert table.query_position()[0] == 10
        assert numbers(table.query_rows(-5, advance=False)) == [5, 6, 7, 8, 9]
        assert table.query_position()[0] == 5
        assert numbers(table.query_rows(3, advance=False)) == [5, 6, 7]
        assert table.query_position()[0] == 5
        assert numbers(table.query_rows(99)) == [5, 6, 7, 8, 9, 10, 11]
        assert table.query_rows(1) == []

    def test_rows_are_found_both_ways(self) -> None:
        """T-028."""
        table = self.subjects_table()
        even = Property(Relop.EQ, PR_IMPORTANCE, 1)
        table.find_row(even, Bookmark.BEGINNING)
        assert numbers(table.query_rows(1, advance=False)) == [1]
        table.find_row(even)
        assert numbers(table.query_rows(1)) == [1]
        table.find_row(even, backward=True)
        assert table.query_position()[0] == 1
        table.find_row(even, Bookmark.END, backward=True)
        assert table.query_position()[0] == 10
        table.find_row(Property(Relop.GE, PR_SUBJECT, "subject 04"), Bookmark.BEGINNING)
        assert table.query_position()[0] == 4
        with pytest.raises(NotFound):
            table.find_row(Property(Relop.EQ, PR_SUBJECT, "nobody"), Bookmark.BEGINNING)
        assert table.query_position()[0] == 4

    def test_a_table_follows_a_transaction_and_its_undoing(self) -> None:
        """T-035: whatever was looked at inside."""
        self.need(Powers.TRANSACTIONS)
        folder = self.subjects_folder(2)
        table = folder.get_contents_table()
        counts: list[int] = []

        def look() -> None:
            counts.append(table.get_row_count())
            assert len(query_all_rows(folder.get_contents_table())) == counts[-1]
            table.seek_row(Bookmark.BEGINNING, 0)
            assert len(table.query_rows(99)) == counts[-1]

        def add() -> None:
            self.message(folder)

        look()
        self.do_and_fail(look, add, look, lambda: self.do_and_fail(add, look), look, add, look)
        look()
        assert counts == [2, 2, 3, 4, 3, 4, 2]

    def test_all_rows_are_given_or_none(self) -> None:
        """T-041, T-006."""
        table = self.subjects_folder().get_contents_table()
        order = SortOrder((SortKey(PR_SUBJECT),))
        rows = query_all_rows(table, (PR_SUBJECT,), Exist(PR_IMPORTANCE), order, limit=COUNT)
        assert numbers(rows) == list(range(COUNT))
        with pytest.raises(TableTooBig):
            query_all_rows(table, limit=COUNT - 1)
