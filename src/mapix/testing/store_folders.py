"""Store tests: folders, their properties and tables (objects 3)."""

from __future__ import annotations

import pytest

from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.properties.errors import (
    Collision,
    Computed,
    InvalidParameter,
    NoAccess,
    NotFound,
)
from mapix.properties.flags import (
    FOLDER_GENERIC,
    MSGFLAG_ASSOCIATED,
    MSGFLAG_READ,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ACCESS,
    PR_ASSOC_CONTENT_COUNT,
    PR_COMMENT,
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_FOLDER_TYPE,
    PR_IMPORTANCE,
    PR_INSTANCE_KEY,
    PR_MESSAGE_FLAGS,
    PR_MSG_STATUS,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_RECORD_KEY,
    PR_SUBFOLDERS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, subfolders


class FolderTests(StoreBench):
    """Folders: properties, tables, work on many messages."""

    def test_a_new_folder_has_what_is_required(self) -> None:
        """F-003."""
        root = self.root()
        folder = root.create_folder("Work", comment="busy")
        props = folder.get_props(None)
        assert props[PR_DISPLAY_NAME] == "Work"
        assert props[PR_COMMENT] == "busy"
        assert props[PR_FOLDER_TYPE] == FOLDER_GENERIC
        assert props[PR_OBJECT_TYPE] == 3
        assert props[PR_PARENT_ENTRYID] == entry_id_of(root)
        assert props[PR_CONTENT_COUNT] == props[PR_CONTENT_UNREAD] == props[PR_ASSOC_CONTENT_COUNT] == 0
        assert props[PR_SUBFOLDERS] is False
        assert props[PR_RECORD_KEY] != root.get_prop(PR_RECORD_KEY)
        assert {PR_CONTAINER_CONTENTS, PR_CONTAINER_HIERARCHY} <= set(folder.get_prop_list())
        assert props[PR_ACCESS] == 0x3F

    def test_the_root_is_its_own_parent_and_stays(self) -> None:
        """F-001."""
        root = self.root()
        assert root.get_prop(PR_PARENT_ENTRYID) == entry_id_of(root)
        assert root.get_prop(PR_FOLDER_TYPE) == 0
        assert root.set_props({PR_DISPLAY_NAME: "mine"})[0].scode == NoAccess.hresult
        with pytest.raises(NoAccess):
            root.delete_folder(entry_id_of(root))

    def test_a_folders_properties_act_at_once(self) -> None:
        """F-004, P-211."""
        folder = self.folder()
        other = self.folder_of(entry_id_of(folder))
        folder.set_props({PR_COMMENT: "now"})
        assert other.get_prop(PR_COMMENT) == "now"
        folder.delete_props((PR_COMMENT,))
        assert other.get_prop(PR_COMMENT) is None

    def test_counts_follow_the_contents(self) -> None:
        """X-30, objects 3.1."""
        folder = self.folder()
        first = self.message(folder, {PR_MESSAGE_FLAGS: MSGFLAG_READ})
        self.message(folder)
        counts = (PR_CONTENT_COUNT, PR_CONTENT_UNREAD)
        assert list(folder.get_props(counts).values()) == [2, 1]
        folder.set_read_flags(None)
        assert list(folder.get_props(counts).values()) == [2, 0]
        folder.delete_messages([first])
        folder.create_folder("Below")
        assert list(folder.get_props((*counts, PR_SUBFOLDERS)).values()) == [1, 0, True]

    def test_computed_folder_properties_are_not_set(self) -> None:
        """X-33, P-009."""
        folder = self.folder()
        for tag, value in ((PR_FOLDER_TYPE, 2), (PR_CONTENT_COUNT, 7), (PR_SUBFOLDERS, True)):
            assert [problem.scode for problem in folder.set_props({tag: value})] == [Computed.hresult]

    def test_names_are_unique_below_a_folder_whatever_the_case(self) -> None:
        """F-002, F-061."""
        root, folder = self.root(), self.folder("Work")
        with pytest.raises(Collision):
            root.create_folder("WORK")
        assert entry_id_of(root.create_folder("work", open_if_exists=True)) == entry_id_of(folder)
        other = root.create_folder("Other")
        with pytest.raises(Collision):
            other.set_props({PR_DISPLAY_NAME: "work"})
        folder.set_props({PR_DISPLAY_NAME: "WORK"})
        assert subfolders(root) == ["Other", "WORK"]
        with pytest.raises(InvalidParameter):
            root.create_folder("")

    def test_hierarchy_tables_show_one_level_or_all(self) -> None:
        """F-022, F-025."""
        one = self.folder("One")
        one.create_folder("Two").create_folder("Three")
        flat = query_all_rows(self.root().get_hierarchy_table(), (PR_DISPLAY_NAME,))
        deep = query_all_rows(self.root().get_hierarchy_table(deep=True), (PR_DISPLAY_NAME, PR_DEPTH))
        assert flat == [("One",)]
        assert sorted(deep) == [("One", 0), ("Three", 2), ("Two", 1)]
        rows = query_all_rows(one.get_hierarchy_table(), (PR_ENTRYID, PR_PARENT_ENTRYID, PR_OBJECT_TYPE, PR_SUBFOLDERS))
        ((entry_id, parent, kind, below),) = rows
        assert self.folder_of(entry_id).get_prop(PR_DISPLAY_NAME) == "Two"
        assert (parent, kind, below) == (entry_id_of(one), 3, True)

    def test_contents_tables_have_the_required_columns(self) -> None:
        """F-024, T-003."""
        folder = self.folder()
        entry_id = self.message(folder, {PR_IMPORTANCE: 2})
        tags = (PR_ENTRYID, PR_PARENT_ENTRYID, PR_OBJECT_TYPE, PR_SUBJECT, PR_IMPORTANCE, PR_MSG_STATUS, PR_COMMENT)
        expected = (entry_id, entry_id_of(folder), 5, "Budget", 2, 0, None)
        assert query_all_rows(folder.get_contents_table(), tags) == [expected]
        table = folder.get_contents_table()
        table.set_columns((PR_INSTANCE_KEY,))
        ((key,),) = table.query_rows(1)
        table.find_row(Property(Relop.EQ, PR_INSTANCE_KEY, key), 0)
        assert table.query_position()[0] == 0

    def test_tables_of_a_folder_are_properties_too(self) -> None:
        """F-020."""
        folder = self.folder()
        self.message(folder)
        folder.create_folder("Below")
        assert folder.open_property(PR_CONTAINER_CONTENTS, MapiTable).get_row_count() == 1
        assert folder.open_property(PR_CONTAINER_HIERARCHY, MapiTable).get_row_count() == 1

    def test_contents_are_sorted_and_restricted_by_any_property(self) -> None:
        """R-022, T-033."""
        folder = self.folder()
        spare = PropTag.of(0x6801, PropType.LONG)
        for number, subject in ((3, "c"), (1, "B"), (2, "a")):
            self.message(folder, {PR_SUBJECT: subject, spare: number})
        table = folder.get_contents_table()
        order = SortOrder((SortKey(spare, Order.DESCEND),))
        assert query_all_rows(table, (PR_SUBJECT,), Property(Relop.LE, spare, 2), order) == [("a",), ("B",)]
        rows = query_all_rows(folder.get_contents_table(), (PR_SUBJECT,), None, SortOrder((SortKey(PR_SUBJECT),)))
        assert rows == [("a",), ("B",), ("c",)]

    def test_a_saved_order_is_that_of_later_tables(self) -> None:
        """F-069."""
        self.need(Powers.CONTENTS_SORT)
        folder = self.folder()
        for subject in ("b", "a", "c"):
            self.message(folder, {PR_SUBJECT: subject})
        order = SortOrder((SortKey(PR_SUBJECT, Order.DESCEND),))
        folder.save_contents_sort(order)
        assert folder.get_contents_table().query_sort_order() == order
        assert contents(folder) == [("c",), ("b",), ("a",)]

    def test_associated_messages_are_apart(self) -> None:
        """F-080, F-081."""
        self.need(Powers.ASSOCIATED)
        folder = self.folder()
        entry_id = self.message(folder, {PR_SUBJECT: "view"}, associated=True)
        assert contents(folder) == []
        assert contents(folder, associated=True) == [("view",)]
        counts = (PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_ASSOC_CONTENT_COUNT)
        assert list(folder.get_props(counts).values()) == [0, 0, 1]
        assert self.message_of(entry_id).get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_ASSOCIATED

    def test_a_messages_status_belongs_to_its_place(self) -> None:
        """F-068, F-062."""
        folder, other = self.folder(), self.folder("Other")
        entry_id = self.message(folder)
        assert folder.set_message_status(entry_id, 0x80000005, 0xFFFFFFFF) == 0
        assert folder.set_message_status(entry_id, 0x2, 0x6) == 0x80000005
        assert folder.get_message_status(entry_id) == 0x80000003
        folder.copy_messages([entry_id], other)
        ((copy,),) = contents(other, PR_ENTRYID)
        assert other.get_message_status(copy) == 0
        with pytest.raises(NotFound):
            other.get_message_status(entry_id)
