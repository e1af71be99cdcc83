"""Store tests: tables by categories and one row a value (objects 6.4 and 1.4)."""

from __future__ import annotations

from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.table import Bookmark, MapiTable
from mapix.properties.errors import NotFound, UnableToComplete
from mapix.properties.flags import MSGFLAG_READ, TBL_COLLAPSED_CATEGORY, TBL_EXPANDED_CATEGORY, TBL_LEAF_ROW
from mapix.properties.restriction import Property, Relop
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import MVI_FLAG, PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DEPTH,
    PR_ENTRYID,
    PR_FOLDER_TYPE,
    PR_IMPORTANCE,
    PR_INSTANCE_KEY,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_ROW_TYPE,
    PR_SENDER_NAME,
    PR_SUBJECT,
)
from mapix.testing.store_bench import StoreBench

WORDS = PropTag(0x6830101F)
EACH_WORD = PropTag(WORDS | MVI_FLAG)
BY_SENDER, BY_SUBJECT = SortKey(PR_SENDER_NAME), SortKey(PR_SUBJECT)
OPEN, CLOSED, LEAF = TBL_EXPANDED_CATEGORY, TBL_COLLAPSED_CATEGORY, TBL_LEAF_ROW
MAIL = (
    ("s0", "Ann", 1, 40, MSGFLAG_READ),
    ("s1", "bob", 1, 70, 0),
    ("s2", "ANN", 2, 10, 0),
    ("s3", "Ann", 1, 30, MSGFLAG_READ),
    ("s4", None, 2, 90, 0),
)


class CategoryTests(StoreBench):
    """Headings over the messages of a folder."""

    def mail_folder(self) -> MapiFolder:
        """A folder of mail from some people."""
        folder = self.folder()
        for subject, sender, importance, seconds, flags in MAIL:
            values: dict[PropTag, Any] = {PR_SUBJECT: subject, PR_IMPORTANCE: importance, PR_MESSAGE_FLAGS: flags}
            values[PR_MESSAGE_DELIVERY_TIME] = seconds * 10_000_000
            self.message(folder, values if sender is None else values | {PR_SENDER_NAME: sender})
        return folder

    def by_categories(self, *keys: SortKey, categories: int = 1, expanded: int = 0) -> MapiTable:
        """Its contents by categories: type, depth, sender, subject, and the instance key at last."""
        table = self.mail_folder().get_contents_table()
        table.set_columns([PR_ROW_TYPE, PR_DEPTH, PR_SENDER_NAME, PR_SUBJECT, PR_INSTANCE_KEY])
        table.sort_table(SortOrder(keys, categories, expanded))
        return table

    def rows_shown(self, table: MapiTable) -> list[tuple[Any, ...]]:
        """Everything from the start on, without the keys."""
        table.seek_row(Bookmark.BEGINNING, 0)
        return [row[:-1] for row in table.query_rows(100)]

    def key_at(self, table: MapiTable, number: int) -> bytes:
        """The instance key of a row by its number."""
        table.seek_row(Bookmark.BEGINNING, number)
        key = table.query_rows(1, advance=False)[0][-1]
        assert isinstance(key, bytes)
        return key

    def test_headings_stand_over_their_messages(self) -> None:
        """T-060, T-062, T-063, T-064."""
        assert self.rows_shown(self.by_categories(BY_SENDER, BY_SUBJECT, expanded=1)) == [
            (OPEN, 0, "Ann", None),
            (LEAF, 1, "Ann", "s0"),
            (LEAF, 1, "ANN", "s2"),
            (LEAF, 1, "Ann", "s3"),
            (OPEN, 0, "bob", None),
            (LEAF, 1, "bob", "s1"),
            (OPEN, 0, None, None),
            (LEAF, 1, None, "s4"),
        ]

    def test_closed_headings_stand_alone_and_count(self) -> None:
        """T-024, T-060, T-062."""
        table = self.by_categories(BY_SENDER, BY_SUBJECT)
        assert self.rows_shown(table) == [(CLOSED, 0, "Ann", None), (CLOSED, 0, "bob", None), (CLOSED, 0, None, None)]
        assert table.get_row_count() == 3
        table.seek_row(Bookmark.BEGINNING, 0)
        table.set_columns([PR_SENDER_NAME, PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_ENTRYID])
        assert table.query_rows(9) == [("Ann", 3, 1, None), ("bob", 1, 1, None), (None, 1, 1, None)]

    def test_headings_open_and_close(self) -> None:
        """T-065, T-066."""
        table = self.by_categories(BY_SENDER, BY_SUBJECT)
        heading = self.key_at(table, 0)
        rows, appeared = table.expand_row(heading, 2)
        assert ([row[3] for row in rows], appeared) == (["s0", "s2"], 3)
        assert table.query_position() == (3, 3, 6)
        assert table.query_rows(1)[0][3] == "s3"
        assert table.collapse_row(heading) == 3
        assert table.query_rows(1)[0][2] == "bob"
        with pytest.raises(NotFound):
            table.expand_row(b"nobody's", 1)

    def test_levels_lie_in_one_another(self) -> None:
        """T-060, T-061, T-063."""
        table = self.by_categories(BY_SENDER, SortKey(PR_IMPORTANCE), BY_SUBJECT, categories=2, expanded=1)
        table.set_columns([PR_ROW_TYPE, PR_DEPTH, PR_IMPORTANCE, PR_CONTENT_COUNT, PR_INSTANCE_KEY])
        assert self.rows_shown(table)[:4] == [
            (OPEN, 0, None, 3),
            (CLOSED, 1, 1, 2),
            (CLOSED, 1, 2, 1),
            (OPEN, 0, None, 1),
        ]
        table.sort_table(SortOrder((BY_SENDER, SortKey(PR_IMPORTANCE, Order.COMBINE)), 2))
        assert [row[1:] for row in self.rows_shown(table)[:3]] == [(0, 1, 2), (0, 2, 1), (0, 1, 1)]

    def test_headings_are_ordered_by_their_newest_message(self) -> None:
        """T-061."""
        newest = SortKey(PR_MESSAGE_DELIVERY_TIME, Order.CATEG_MAX)
        table = self.by_categories(SortKey(PR_SENDER_NAME, Order.DESCEND), newest, BY_SUBJECT)
        assert [row[2] for row in self.rows_shown(table)] == [None, "bob", "Ann"]

    def test_which_are_open_is_kept_over_openings(self) -> None:
        """T-068."""
        table = self.by_categories(BY_SENDER, BY_SUBJECT)
        table.expand_row(self.key_at(table, 0), 0)
        expected, state = self.rows_shown(table), table.get_collapse_state(self.key_at(table, 2))
        other = self.folder().get_contents_table()
        with pytest.raises(UnableToComplete):
            other.set_collapse_state(state)
        other.set_columns(table.query_columns())
        other.sort_table(table.query_sort_order())
        mark = other.set_collapse_state(state)
        assert self.rows_shown(other) == expected
        other.seek_row(mark, 0)
        assert other.query_rows(1)[0][3] == "s2"

    def test_a_restricted_table_counts_what_it_shows(self) -> None:
        """T-029, T-062."""
        table = self.by_categories(BY_SENDER, BY_SUBJECT)
        table.restrict(Property(Relop.EQ, PR_IMPORTANCE, 1))
        table.set_columns([PR_SENDER_NAME, PR_CONTENT_COUNT])
        assert table.query_rows(9) == [("Ann", 2), ("bob", 1)]

    def test_headings_and_rows_are_found(self) -> None:
        """T-003, T-028."""
        table = self.by_categories(BY_SENDER, BY_SUBJECT, expanded=1)
        for number in range(8):
            table.find_row(Property(Relop.EQ, PR_INSTANCE_KEY, self.key_at(table, number)), Bookmark.BEGINNING)
            assert table.query_position()[0] == number
        table.find_row(Property(Relop.EQ, PR_SUBJECT, "s1"), Bookmark.END, backward=True)
        assert table.query_position()[0] == 5

    def test_a_live_table_has_headings_only_while_there_are_messages(self) -> None:
        """T-063."""
        table = self.by_categories(BY_SENDER, BY_SUBJECT)
        rows = table.expand_row(self.key_at(table, 1), 9)[0]
        table.find_row(Property(Relop.EQ, PR_INSTANCE_KEY, rows[0][-1]), Bookmark.BEGINNING)
        table.set_columns([PR_ENTRYID])
        self.folder().delete_messages([table.query_rows(1)[0][0]])
        table.set_columns([PR_ROW_TYPE, PR_DEPTH, PR_SENDER_NAME, PR_SUBJECT, PR_INSTANCE_KEY])
        assert [row[2] for row in self.rows_shown(table)] == ["Ann", None]
        self.message(self.folder(), {PR_SUBJECT: "s9", PR_SENDER_NAME: "Bob"})
        assert self.rows_shown(table)[1:3] == [(OPEN, 0, "Bob", None), (LEAF, 1, "Bob", "s9")]

    def test_folders_can_have_headings(self) -> None:
        """T-060."""
        for name in ("b", "a"):
            self.folder("Top").create_folder(name)
        table = self.folder("Top").get_hierarchy_table()
        table.set_columns([PR_FOLDER_TYPE, PR_CONTENT_COUNT])
        table.sort_table(SortOrder((SortKey(PR_FOLDER_TYPE),), 1))
        assert table.query_rows(9) == [(1, 2)]

    # one row a value

    def worded_table(self) -> MapiTable:
        """The contents of a folder whose messages have some words."""
        folder = self.folder()
        for number, words in enumerate((("red", "blue"), None, ("Blue",))):
            self.message(folder, {PR_SUBJECT: f"s{number}"} | ({} if words is None else {WORDS: words}))
        table = folder.get_contents_table()
        table.sort_table(SortOrder((BY_SUBJECT,)))
        table.set_columns([EACH_WORD, PR_SUBJECT, PR_INSTANCE_KEY, PR_ENTRYID])
        return table

    def test_each_value_has_a_row(self) -> None:
        """P-050, P-052, P-053, P-054."""
        rows = self.worded_table().query_rows(9)
        assert [row[:2] for row in rows] == [("red", "s0"), ("blue", "s0"), (None, "s1"), ("Blue", "s2")]
        assert len({row[2] for row in rows}) == 4
        assert rows[0][3] == rows[1][3]

    def test_single_values_are_chosen_and_sorted_by(self) -> None:
        """P-055, P-057."""
        table = self.worded_table()
        table.restrict(Property(Relop.EQ, EACH_WORD, "blue"))
        assert [row[:2] for row in table.query_rows(9)] == [("blue", "s0"), ("Blue", "s2")]
        table.restrict(None)
        table.sort_table(SortOrder((SortKey(EACH_WORD, Order.DESCEND), BY_SUBJECT)))
        assert [row[0] for row in table.query_rows(9)] == ["red", "blue", "Blue", None]

    def test_messages_stand_under_each_of_their_words(self) -> None:
        """P-053, T-060."""
        table = self.worded_table()
        table.set_columns([EACH_WORD, PR_SUBJECT, PR_CONTENT_COUNT])
        table.sort_table(SortOrder((SortKey(EACH_WORD), BY_SUBJECT), 1, 1))
        assert table.query_rows(9) == [
            ("blue", None, 2),
            ("blue", "s0", None),
            ("Blue", "s2", None),
            ("red", None, 1),
            ("red", "s0", None),
            (None, None, 1),
            (None, "s1", None),
        ]
