"""Store tests: tables in another order, restricted, and what bookmarks make of it (objects 6.2, 6.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mapix.interfaces.table import Bookmark, query_all_rows
from mapix.properties.errors import InvalidBookmark, TooComplex, UnableToAbort
from mapix.properties.flags import TBL_ASYNC, TBL_BATCH, TBLSTAT_COMPLETE
from mapix.properties.restriction import Content, Fuzzy, Property, Relop
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_IMPORTANCE,
    PR_MESSAGE_DELIVERY_TIME,
    PR_SENDER_NAME,
    PR_SUBJECT,
)
from mapix.testing.store_tables import UNKNOWN, WORDS, TableBench, numbers, subject


class OrderTests(TableBench):
    """What becomes of a table that is ordered, restricted or changed under its bookmarks."""

    def test_rows_can_be_restricted_and_sorted_by_what_is_not_shown(self) -> None:
        """T-004, T-051, R-023."""
        table = self.subjects_table(order=SortKey(PR_MESSAGE_DELIVERY_TIME))
        table.restrict(Property(Relop.EQ, PR_IMPORTANCE, 1))
        assert numbers(table.query_rows(99)) == [10, 7, 4, 1]

    def test_a_new_restriction_or_order_starts_over(self) -> None:
        """T-029, T-033, T-034."""
        table = self.subjects_table()
        changes: tuple[Callable[[], None], ...] = (
            lambda: table.restrict(Content(PR_SUBJECT, "0", Fuzzy.SUBSTRING)),
            lambda: table.sort_table(SortOrder((SortKey(PR_SUBJECT, Order.DESCEND),))),
            lambda: table.restrict(None),
        )
        for change in changes:
            table.seek_row(Bookmark.BEGINNING, 3)
            mark = table.create_bookmark()
            change()
            assert table.query_position()[0] == 0
            with pytest.raises(InvalidBookmark):
                table.seek_row(mark, 0)
        assert numbers(table.query_rows(2)) == [11, 10]
        assert table.query_sort_order() == SortOrder((SortKey(PR_SUBJECT, Order.DESCEND),))
        with pytest.raises(TooComplex):
            table.sort_table(SortOrder((SortKey(UNKNOWN),)))
        assert table.query_sort_order().keys[0].tag == PR_SUBJECT
        table.sort_table(SortOrder())
        assert table.query_sort_order() == SortOrder()

    def test_bookmarks_stay_with_their_rows(self) -> None:
        """T-030, T-031, T-032."""
        table = self.subjects_table()
        table.seek_row(Bookmark.BEGINNING, 4)
        mark = table.create_bookmark()
        assert mark > Bookmark.END
        self.message(self.folder(), {PR_SUBJECT: "A first one"})
        self.remove_subjects(2)
        table.seek_row(mark, 0)
        assert numbers(table.query_rows(1)) == [4]
        self.resubject(4, "Zzz 04")
        table.seek_row(mark, 0)
        assert numbers(table.query_rows(9)) == [4]
        for predefined in Bookmark:
            table.free_bookmark(predefined)
        table.free_bookmark(mark)
        with pytest.raises(InvalidBookmark):
            table.free_bookmark(mark)

    def test_a_bookmark_whose_row_is_gone_moves_on(self) -> None:
        """T-025, T-032: and says so once."""
        table = self.subjects_table()
        table.seek_row(Bookmark.BEGINNING, 4)
        mark = table.create_bookmark()
        self.remove_subjects(4, 5)
        assert table.seek_row(mark, 0) == 0
        assert getattr(table, "position_changed", True)
        assert numbers(table.query_rows(1)) == [6]
        table.seek_row(mark, 0)
        assert not getattr(table, "position_changed", False)

    def test_what_is_missing_sorts_last_both_ways(self) -> None:
        """T-050."""
        folder = self.subjects_folder(3)
        self.message(folder, {PR_SUBJECT: subject(7), PR_SENDER_NAME: "Ann"})
        table = folder.get_contents_table()
        table.set_columns([PR_SUBJECT])
        for order in (Order.ASCEND, Order.DESCEND):
            table.sort_table(SortOrder((SortKey(PR_IMPORTANCE, order), SortKey(PR_SUBJECT))))
            assert numbers(table.query_rows(9))[-1] == 7

    def test_several_values_sort_one_after_the_other(self) -> None:
        """T-052."""
        folder = self.folder()
        for number, values in enumerate((("b",), ("a", "c"), ("a",), ("A", "b", "z"))):
            self.message(folder, {PR_SUBJECT: subject(number), WORDS: values})
        rows = query_all_rows(folder.get_contents_table(), (PR_SUBJECT,), order=SortOrder((SortKey(WORDS),)))
        assert numbers(rows) == [2, 3, 1, 0]

    def test_folders_are_sorted_too(self) -> None:
        """T-053."""
        for name in ("bb", "Aa", "cc"):
            self.folder("Top").create_folder(name)
        table = self.folder("Top").get_hierarchy_table()
        rows = query_all_rows(table, (PR_DISPLAY_NAME,), order=SortOrder((SortKey(PR_DISPLAY_NAME, Order.DESCEND),)))
        assert rows == [("cc",), ("bb",), ("Aa",)]

    def test_long_cells_are_whole_and_sorted_as_a_whole(self) -> None:
        """T-054, T-080, T-081, R-024, X-09."""
        folder, long = self.folder(), "x" * 600
        for last in "ba":
            self.message(folder, {PR_SUBJECT: long + last})
        table = folder.get_contents_table()
        rows = query_all_rows(table, (PR_SUBJECT,), order=SortOrder((SortKey(PR_SUBJECT),)))
        assert rows == [(long + "a",), (long + "b",)]
        table.find_row(Property(Relop.EQ, PR_SUBJECT, long + "b"), Bookmark.BEGINNING)

    def test_calls_may_go_on_elsewhere_or_wait(self) -> None:
        """T-038, T-039, T-040."""
        table = self.subjects_table()
        table.restrict(Property(Relop.EQ, PR_IMPORTANCE, 2), TBL_BATCH)
        table.sort_table(SortOrder((SortKey(PR_SUBJECT, Order.DESCEND),)), TBL_ASYNC)
        assert table.wait_for_completion(30) == TBLSTAT_COMPLETE
        assert numbers(table.query_rows(99)) == [11, 8, 5, 2]
        with pytest.raises(UnableToAbort):
            table.abort()
