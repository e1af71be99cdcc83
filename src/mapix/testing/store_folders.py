"""Store tests: folders, their properties and tables (objects 3)."""

from __future__ import annotations

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.properties.errors import (
    Collision,
    Computed,
    InvalidParameter,
    NoAccess,
    NoSupport,
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
    PR_CONTAINER_FLAGS,
    PR_CONTAINER_HIERARCHY,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_FOLDER_ASSOCIATED_CONTENTS,
    PR_FOLDER_TYPE,
    PR_IMPORTANCE,
    PR_INSTANCE_KEY,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_SIZE,
    PR_MESSAGE_SIZE_EXTENDED,
    PR_MSG_STATUS,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_RECORD_KEY,
    PR_SUBFOLDERS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, recipient, subfolders


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

    def test_an_order_is_saved_for_the_folders_below_too(self) -> None:
        """F-069: RECURSIVE_SORT; no order at all takes it back."""
        self.need(Powers.CONTENTS_SORT)
        folder = self.folder()
        below = folder.create_folder("Below").create_folder("Deep")
        order = SortOrder((SortKey(PR_SUBJECT, Order.DESCEND),))
        folder.save_contents_sort(order)
        assert below.get_contents_table().query_sort_order() == SortOrder()
        folder.save_contents_sort(order, recursive=True)
        assert below.get_contents_table().query_sort_order() == order
        folder.save_contents_sort(SortOrder(), recursive=True)
        assert below.get_contents_table().query_sort_order() == SortOrder()

    def test_the_size_of_a_folder_is_that_of_its_messages(self) -> None:
        """Objects 3.1: in 32 and in 64 bits, counted when it is asked for."""
        folder = self.folder()
        assert folder.get_prop(PR_MESSAGE_SIZE) == 0
        sizes = [self.message_of(self.message(folder)).get_prop(PR_MESSAGE_SIZE) for _ in range(3)]
        asked = (PR_MESSAGE_SIZE_EXTENDED, PR_DISPLAY_NAME, PR_MESSAGE_SIZE)
        assert list(folder.get_props(asked).items()) == [
            (PR_MESSAGE_SIZE_EXTENDED, sum(sizes)),
            (PR_DISPLAY_NAME, "Work"),
            (PR_MESSAGE_SIZE, sum(sizes)),
        ]
        assert folder.get_props((PR_MESSAGE_SIZE.with_type(PropType.UNSPECIFIED),)) == {PR_MESSAGE_SIZE: sum(sizes)}

    def test_what_may_be_done_stands_on_folders_messages_and_rows(self) -> None:
        """F-003, F-080; objects 3.1: PR_ACCESS and PR_CONTAINER_FLAGS of this opening."""
        self.need(Powers.READ_ONLY)
        folder = self.folder()
        entry_id = self.message(folder)
        assert folder.get_props((PR_ACCESS, PR_CONTAINER_FLAGS)) == {PR_ACCESS: 0x3F, PR_CONTAINER_FLAGS: 0x6}
        assert self.message_of(entry_id).get_prop(PR_ACCESS) == 0x7
        assert contents(folder, PR_ACCESS) == [(0x7,)]
        store = self.again(access=Access.READ)
        read_only = store.open_entry(entry_id_of(folder))
        assert isinstance(read_only, MapiFolder)
        assert read_only.get_props((PR_ACCESS, PR_CONTAINER_FLAGS)) == {PR_ACCESS: 0x2, PR_CONTAINER_FLAGS: 0xA}
        assert contents(read_only, PR_ACCESS) == [(0x2,)]

    def test_associated_messages_are_apart(self) -> None:
        """F-080, F-081."""
        self.need(Powers.ASSOCIATED)
        folder = self.folder()
        entry_id = self.message(folder, {PR_SUBJECT: "view"}, associated=True)
        assert folder.open_property(PR_FOLDER_ASSOCIATED_CONTENTS, MapiTable).get_row_count() == 1
        assert contents(folder) == []
        assert contents(folder, associated=True) == [("view",)]
        counts = (PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_ASSOC_CONTENT_COUNT)
        assert list(folder.get_props(counts).values()) == [0, 0, 1]
        assert self.message_of(entry_id).get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_ASSOCIATED

    def test_a_store_without_associated_contents_says_so(self) -> None:
        """ST-030, F-021."""
        if Powers.ASSOCIATED in self.powers:
            assert self.folder().get_contents_table(associated=True).get_row_count() == 0
            return
        for call in (self.folder().get_contents_table, self.folder().create_message):
            with pytest.raises(NoSupport):
                call(associated=True)

    def test_associated_messages_are_not_sent(self) -> None:
        """F-081."""
        self.need(Powers.ASSOCIATED)
        message = self.folder().create_message(associated=True)
        message.modify_recipients(ModifyRecipients.ADD, [recipient("ann@example.com")])
        with pytest.raises(NoSupport):
            message.submit_message()

    def test_a_messages_status_belongs_to_its_place(self) -> None:
        """F-068, F-062, X-22: bits that nobody has defined are kept like the others."""
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
