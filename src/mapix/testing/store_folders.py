"""Store tests: the store's own properties, folders, tables, receive folders, identifiers, copying (objects 2, 3, 8)."""

from __future__ import annotations

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.objects.ipmtree import validate_ipm_subtree
from mapix.properties.errors import (
    Collision,
    Computed,
    FolderCycle,
    HasFolders,
    HasMessages,
    InvalidEntryid,
    InvalidParameter,
    MapiError,
    NoAccess,
    NotFound,
    UnknownEntryid,
)
from mapix.properties.flags import (
    FOLDER_GENERIC,
    MSGFLAG_ASSOCIATED,
    MSGFLAG_READ,
    STORE_CREATE_OK,
    STORE_ENTRYID_UNIQUE,
    STORE_MODIFY_OK,
    STORE_SUBMIT_OK,
)
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
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
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_LAST_MODIFICATION_TIME,
    PR_MAPPING_SIGNATURE,
    PR_MDB_PROVIDER,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MSG_STATUS,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_RECEIVE_FOLDER_SETTINGS,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
    PR_STORE_SUPPORT_MASK,
    PR_SUBFOLDERS,
    PR_SUBJECT,
    PR_VALID_FOLDER_MASK,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, recipients, subfolders


class StoreTests(StoreBench):
    """The store itself, its identifiers and receive folders."""

    def test_a_store_says_what_it_is(self) -> None:
        """ST-020, ST-022, ST-024."""
        required = (PR_DISPLAY_NAME, PR_ENTRYID, PR_RECORD_KEY, PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_MDB_PROVIDER)
        props = self.store.get_props((*required, PR_OBJECT_TYPE, PR_STORE_SUPPORT_MASK))
        assert all(props[tag] for tag in required)
        assert props[PR_OBJECT_TYPE] == 1
        assert props[PR_ENTRYID] == props[PR_STORE_ENTRYID]
        assert props[PR_RECORD_KEY] == props[PR_STORE_RECORD_KEY]
        assert len(props[PR_MDB_PROVIDER]) == 16
        promised = STORE_ENTRYID_UNIQUE | STORE_MODIFY_OK | STORE_CREATE_OK | STORE_SUBMIT_OK
        assert props[PR_STORE_SUPPORT_MASK] & promised == promised

    def test_the_stores_support_mask_is_computed(self) -> None:
        """ST-024."""
        (problem,) = self.store.set_props({PR_STORE_SUPPORT_MASK: 0})
        assert problem.scode == Computed.hresult

    def test_everything_in_a_store_names_it(self) -> None:
        """ST-024, E-014, P-202."""
        folder = self.folder()
        message = self.message_of(self.message(folder))
        tags = (PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_STORE_SUPPORT_MASK, PR_MAPPING_SIGNATURE)
        assert self.store.get_props(tags) == folder.get_props(tags) == message.get_props(tags)

    def test_a_stores_properties_act_at_once(self) -> None:
        """P-211."""
        self.store.set_props({PR_COMMENT: "ours"})
        assert self.store.get_prop(PR_COMMENT) == "ours"
        self.store.save_changes()
        if Powers.OPEN_AGAIN in self.powers:
            assert self.again().get_prop(PR_COMMENT) == "ours"

    def test_a_read_only_opening_changes_nothing(self) -> None:
        """ST-005, ST-006."""
        self.need(Powers.READ_ONLY)
        folder = self.folder()
        entry_id = self.message(folder)
        store = self.again(access=Access.READ)
        assert not store.get_prop(PR_STORE_SUPPORT_MASK) & (STORE_MODIFY_OK | STORE_CREATE_OK)
        with pytest.raises(NoAccess):
            store.open_entry(entry_id, Access.MODIFY)
        with pytest.raises(NoAccess):
            store.set_props({PR_COMMENT: "x"})
        read_only = store.open_entry(entry_id_of(folder), Access.BEST)
        assert isinstance(read_only, MapiFolder)
        for call in (
            read_only.create_message,
            lambda: read_only.create_folder("x"),
            lambda: read_only.delete_messages([entry_id]),
            lambda: read_only.set_message_status(entry_id, 1, 1),
            lambda: read_only.set_props({PR_COMMENT: "x"}),
            lambda: read_only.copy_messages([entry_id], read_only),
        ):
            with pytest.raises(NoAccess):
                call()
        assert contents(read_only) == [("Budget",)]

    def test_entry_identifiers_are_long_term_and_open_their_objects(self) -> None:
        """E-002, E-004, E-007."""
        folder = self.folder()
        entry_id = self.message(folder)
        assert entry_id[:4] == entry_id_of(folder)[:4] == bytes(4)
        assert self.message_of(entry_id).get_prop(PR_SUBJECT) == "Budget"
        assert folder.open_entry(entry_id_of(folder)).get_prop(PR_DISPLAY_NAME) == "Work"
        folder.delete_messages([entry_id])
        with pytest.raises(NotFound):
            self.store.open_entry(entry_id)
        for foreign in (b"", bytes(40), entry_id[:-1]):
            with pytest.raises((UnknownEntryid, InvalidEntryid)):
                self.store.open_entry(foreign)

    def test_identifiers_are_compared_by_their_store(self) -> None:
        """ST-061, E-005, X-37."""
        folder = self.folder()
        first, second = self.message(folder), self.message(folder)
        assert self.store.compare_entry_ids(first, first)
        assert not self.store.compare_entry_ids(first, second)
        assert not self.store.compare_entry_ids(first, entry_id_of(folder))
        with pytest.raises(UnknownEntryid):
            self.store.compare_entry_ids(first, bytes(48))

    def test_no_identifier_is_used_twice(self) -> None:
        """STORE_ENTRYID_UNIQUE."""
        folder = self.folder()
        first = self.message(folder)
        folder.delete_messages([first])
        assert self.message(folder) != first

    def test_what_was_saved_is_there_at_the_next_opening(self) -> None:
        """E-004: identifiers hold for ever."""
        folder = self.folder()
        entry_id = self.message(folder)
        store = self.again()
        assert self.message_of(entry_id, store=store).get_prop(PR_SUBJECT) == "Budget"
        assert contents(self.folder_of(entry_id_of(folder), store)) == [("Budget",)]

    # receive folders

    def test_receive_folders_go_by_the_longest_prefix(self) -> None:
        """C-010."""
        inbox, samples = self.folder("Inbox"), self.folder("Samples")
        for message_class, folder in (("", inbox), ("IPM", inbox), ("IPM.Note.Sample", samples)):
            self.store.set_receive_folder(message_class, entry_id_of(folder))
        expected = {
            "IPM.Note.Sample.Simple": (samples, "IPM.Note.Sample"),
            "IPM.Note": (inbox, "IPM"),
            "IPM.Timecard": (inbox, "IPM"),
            "ipm.note.sample.simple.totally": (samples, "IPM.Note.Sample"),
            "IPM.Note.Samples": (inbox, "IPM"),
            "IPC.Beacon": (inbox, ""),
            "": (inbox, ""),
        }
        for message_class, (folder, entry) in expected.items():
            assert self.store.get_receive_folder(message_class) == (entry_id_of(folder), entry)

    def test_a_removed_receive_folder_falls_back(self) -> None:
        """ST-062, X-26."""
        inbox, notes = self.folder("Inbox"), self.folder("Notes")
        self.store.set_receive_folder("", entry_id_of(inbox))
        self.store.set_receive_folder("IPM.Note", entry_id_of(notes))
        self.store.set_receive_folder("ipm.note", None)
        self.store.set_receive_folder("IPM.Never", None)
        assert self.store.get_receive_folder("IPM.Note") == (entry_id_of(inbox), "")

    def test_there_is_always_a_receive_folder(self) -> None:
        """ST-062, ST-063: at worst the root."""
        assert self.store.get_receive_folder("IPM.Note") == (entry_id_of(self.root()), "")
        gone = self.folder("Gone")
        self.store.set_receive_folder("IPM", entry_id_of(gone))
        self.root().delete_folder(entry_id_of(gone))
        assert self.store.get_receive_folder("IPM.Note") == (entry_id_of(self.root()), "")

    def test_the_table_of_receive_folders(self) -> None:
        """ST-064, ST-026."""
        notes = self.folder("Notes")
        self.store.set_receive_folder("IPM.Note", entry_id_of(notes))
        table = self.store.open_property(PR_RECEIVE_FOLDER_SETTINGS, MapiTable)
        key = Property(Relop.EQ, PR_RECORD_KEY, notes.get_prop(PR_RECORD_KEY))
        assert query_all_rows(table, (PR_MESSAGE_CLASS, PR_ENTRYID), key) == [("IPM.Note", entry_id_of(notes))]

    # special folders

    def test_the_special_folders_are_made_once(self) -> None:
        """ST-040..ST-043, C-011."""
        validate_ipm_subtree(self.store, full=True)
        validate_ipm_subtree(self.store, full=True, force=True)
        subtree = self.folder_of(self.store.get_prop(PR_IPM_SUBTREE_ENTRYID))
        assert subfolders(subtree) == ["Deleted Items", "Inbox", "Outbox", "Sent Items"]
        assert subfolders(self.root()) == ["Common Views", "Folder Views", "IPM_SUBTREE", "Search Root"]
        assert self.store.get_prop(PR_VALID_FOLDER_MASK) == 0xFF
        inbox, entry = self.store.get_receive_folder("IPM.Note")
        assert (self.folder_of(inbox).get_prop(PR_DISPLAY_NAME), entry) == ("Inbox", "IPM")
        assert self.store.get_receive_folder("REPORT.IPM.Note.NDR") == (inbox, "REPORT")
        assert self.store.get_receive_folder("") == (inbox, "")

    def test_a_small_tree_has_three_special_folders(self) -> None:
        """ST-043, ST-044."""
        validate_ipm_subtree(self.store, full=False)
        assert subfolders(self.root()) == ["IPM_SUBTREE", "Search Root"]
        assert subfolders(self.folder_of(self.store.get_prop(PR_IPM_SUBTREE_ENTRYID))) == ["Deleted Items"]

    def test_a_deleted_special_folder_is_not_valid_and_comes_back(self) -> None:
        """ST-040."""
        validate_ipm_subtree(self.store, full=True)
        subtree = self.folder_of(self.store.get_prop(PR_IPM_SUBTREE_ENTRYID))
        subtree.delete_folder(self.store.get_prop(PR_IPM_WASTEBASKET_ENTRYID))
        assert self.store.get_prop(PR_VALID_FOLDER_MASK) == 0xF7
        assert self.store.get_prop(PR_IPM_WASTEBASKET_ENTRYID) is None
        validate_ipm_subtree(self.store, full=True)
        assert self.folder_of(self.store.get_prop(PR_IPM_WASTEBASKET_ENTRYID)).get_prop(PR_CONTENT_COUNT) == 0

    def test_special_folders_are_found_under_another_name(self) -> None:
        """ST-041: identifiers count, not names."""
        validate_ipm_subtree(self.store, full=True)
        self.folder_of(self.store.get_prop(PR_IPM_OUTBOX_ENTRYID)).set_props({PR_DISPLAY_NAME: "Postausgang"})
        validate_ipm_subtree(self.store, full=True, force=True)
        subtree = self.folder_of(self.store.get_prop(PR_IPM_SUBTREE_ENTRYID))
        assert subfolders(subtree) == ["Deleted Items", "Inbox", "Postausgang", "Sent Items"]

    def test_a_transaction_happens_whole_or_not_at_all(self) -> None:
        """Our extension, `MsgStore.transaction`."""
        self.need(Powers.TRANSACTIONS)
        with self.store.transaction():
            kept = self.folder("Kept")
            self.message(kept)
        self.do_and_fail(
            lambda: self.folder("Lost"),
            lambda: self.message(kept),
            lambda: kept.set_props({PR_COMMENT: "lost"}),
        )
        assert subfolders(self.root()) == ["Kept"]
        assert contents(kept) == [("Budget",)]
        assert kept.get_prop(PR_COMMENT) is None


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

    # many messages

    def test_copies_are_new_objects_with_the_same_data(self) -> None:
        """F-062, E-008."""
        folder, other = self.folder(), self.folder("Other")
        message = self.draft(folder, "ann@example.com")
        message.save_changes(Keep.READONLY)
        assert folder.copy_messages([entry_id_of(message)], other)
        ((copy_id,),) = contents(other, PR_ENTRYID)
        copy = self.message_of(copy_id)
        assert copy_id != entry_id_of(message)
        assert copy.get_prop(PR_RECORD_KEY) != message.get_prop(PR_RECORD_KEY)
        assert copy.get_prop(PR_SEARCH_KEY) == message.get_prop(PR_SEARCH_KEY)
        assert recipients(copy) == [("Ann",)]
        assert contents(folder) == [("Budget",)]

    def test_moved_messages_leave_and_keep_their_data(self) -> None:
        """F-062."""
        folder, other = self.folder(), self.folder("Other")
        entry_id = self.message(folder)
        key = self.message_of(entry_id).get_prop(PR_SEARCH_KEY)
        assert folder.copy_messages([entry_id], other, move=True)
        assert contents(folder) == []
        ((moved,),) = contents(other, PR_ENTRYID)
        again = self.message_of(moved)
        assert again.get_prop(PR_SEARCH_KEY) == key
        assert again.get_prop(PR_PARENT_ENTRYID) == entry_id_of(other)
        assert folder.get_prop(PR_CONTENT_COUNT) == 0

    def test_what_cannot_be_done_is_left_out_and_told(self) -> None:
        """F-063, F-070."""
        folder, other = self.folder(), self.folder("Other")
        here, gone, elsewhere = self.message(folder), self.message(folder), self.message(other)
        folder.delete_messages([gone])
        result = folder.delete_messages([here, gone, elsewhere, b"nonsense"])
        assert not result
        assert result.left_out == (gone, elsewhere, b"nonsense")
        assert contents(folder) == []
        assert contents(other) == [("Budget",)]
        for copy in (other.copy_messages([gone, elsewhere], folder), other.set_read_flags([gone, elsewhere])):
            assert copy.left_out == (gone,)

    def test_a_folder_is_copied_with_or_without_what_is_below(self) -> None:
        """F-065."""
        root, folder = self.root(), self.folder()
        folder.set_props({PR_COMMENT: "busy"})
        self.message(folder)
        self.message(folder.create_folder("Below"))
        shelf = root.create_folder("Shelf")
        assert root.copy_folder(entry_id_of(folder), shelf)
        assert root.copy_folder(entry_id_of(folder), shelf, name="Alone", subfolders=False)
        assert subfolders(shelf) == ["Alone", "Work"]
        rows = query_all_rows(shelf.get_hierarchy_table(), (PR_DISPLAY_NAME, PR_ENTRYID, PR_SUBFOLDERS, PR_COMMENT))
        for name, entry_id, below, comment in rows:
            assert (below, comment) == (name == "Work", "busy")
            assert contents(self.folder_of(entry_id)) == [("Budget",)]
        with pytest.raises(Collision):
            root.copy_folder(entry_id_of(folder), shelf)

    def test_a_folder_is_moved_with_everything_in_it(self) -> None:
        """F-065."""
        root, folder = self.root(), self.folder()
        self.message(folder.create_folder("Below"))
        shelf = root.create_folder("Shelf")
        assert root.copy_folder(entry_id_of(folder), shelf, name="Moved", move=True, subfolders=False)
        assert subfolders(root) == ["Shelf"]
        assert subfolders(shelf) == ["Moved"]
        ((_, below),) = query_all_rows(shelf.get_hierarchy_table(), (PR_DISPLAY_NAME, PR_SUBFOLDERS))
        assert below

    @pytest.mark.parametrize("move", [False, True])
    def test_a_folder_does_not_go_into_itself(self, move: bool) -> None:
        """F-065, P-174."""
        folder = self.folder()
        below = folder.create_folder("Below")
        for target in (folder, below):
            with pytest.raises(FolderCycle):
                self.root().copy_folder(entry_id_of(folder), target, move=move)
        assert subfolders(below) == []

    def test_deleting_a_folder_needs_leave_for_what_is_in_it(self) -> None:
        """F-064."""
        root, folder = self.root(), self.folder()
        entry_id = entry_id_of(folder)
        folder.create_folder("Below")
        with pytest.raises(HasFolders):
            root.delete_folder(entry_id, messages=True)
        self.message(folder)
        with pytest.raises(HasMessages):
            root.delete_folder(entry_id, folders=True)
        assert (subfolders(root), subfolders(folder), contents(folder)) == (["Work"], ["Below"], [("Budget",)])
        assert root.delete_folder(entry_id, messages=True, folders=True)
        assert subfolders(root) == []
        with pytest.raises(NotFound):
            self.store.open_entry(entry_id)
        with pytest.raises(MapiError):
            folder.get_props(None)

    def test_only_a_folders_own_children_are_deleted_through_it(self) -> None:
        """F-064."""
        folder = self.folder()
        below = folder.create_folder("Below")
        with pytest.raises(NotFound):
            self.root().delete_folder(entry_id_of(below))
        with pytest.raises(InvalidEntryid):
            folder.delete_folder(self.message(folder))

    def test_emptying_keeps_the_folder_and_its_associated_messages(self) -> None:
        """F-066."""
        folder = self.folder()
        self.message(folder)
        self.message(folder.create_folder("Below"))
        if Powers.ASSOCIATED in self.powers:
            self.message(folder, {PR_SUBJECT: "view"}, associated=True)
        assert folder.empty_folder()
        assert (contents(folder), subfolders(folder)) == ([], [])
        if Powers.ASSOCIATED in self.powers:
            assert contents(folder, associated=True) == [("view",)]
            folder.empty_folder(associated=True)
            assert contents(folder, associated=True) == []

    def test_read_state_of_all_messages_at_once(self) -> None:
        """F-067; nothing else of them changes."""
        folder = self.folder()
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: 0})
        before = self.message_of(entry_id).get_prop(PR_LAST_MODIFICATION_TIME)
        assert folder.set_read_flags(None)
        message = self.message_of(entry_id)
        assert message.get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_READ
        assert message.get_prop(PR_LAST_MODIFICATION_TIME) == before

    def test_a_new_message_can_be_begun_in_a_folder_that_goes(self) -> None:
        """F-060: its save is refused and nothing else happens."""
        folder = self.folder()
        message = self.draft(folder)
        self.root().delete_folder(entry_id_of(folder))
        with pytest.raises(MapiError):
            message.save_changes(Keep.CLOSE)

    # copying objects

    def test_everything_of_a_message_is_copied_but_what_is_excluded(self) -> None:
        """P-170, P-172, P-178."""
        folder = self.folder()
        message = self.draft(folder, "ann@example.com")
        message.set_props({PR_IMPORTANCE: 2})
        _, attachment = message.create_attach()
        attachment.set_props({PR_DISPLAY_NAME: "part"})
        attachment.save_changes()
        message.save_changes(Keep.READONLY)
        copy = folder.create_message()
        message.copy_to(copy, exclude=(PR_IMPORTANCE.with_type(PropType.UNICODE),))
        assert contents(folder) == [("Budget",)]
        copy.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(copy))
        assert again.get_props((PR_SUBJECT, PR_IMPORTANCE)) == {PR_SUBJECT: "Budget"}
        assert recipients(again) == [("Ann",)]
        assert again.open_attach(0).get_prop(PR_DISPLAY_NAME) == "part"

    def test_only_what_is_included_is_copied(self) -> None:
        """P-170, P-173, P-174."""
        folder = self.folder()
        message = self.message_of(self.message(folder, {PR_IMPORTANCE: 2}))
        copy = folder.create_message()
        copy.set_props({PR_SUBJECT: "mine", PR_COMMENT: "stays"})
        message.copy_props(copy, (PR_SUBJECT, PR_IMPORTANCE), replace=False)
        assert copy.get_props((PR_SUBJECT, PR_IMPORTANCE)) == {PR_SUBJECT: "mine", PR_IMPORTANCE: 2}
        message.copy_props(copy, (PR_SUBJECT,))
        assert copy.get_props((PR_SUBJECT, PR_COMMENT)) == {PR_SUBJECT: "Budget", PR_COMMENT: "stays"}
        with pytest.raises(NoAccess):
            message.copy_to(message)
        with pytest.raises(NoAccess):
            message.copy_to(self.message_of(entry_id_of(message)))

    def test_named_properties_keep_their_identifiers_within_a_store(self) -> None:
        """P-179, P-235."""
        folder = self.folder()
        name = PropertyName(PS_PUBLIC_STRINGS, "Project")
        number = folder.get_ids_from_names([name], create=True)[name]
        tag = PropTag.of(number, PropType.UNICODE)
        entry_id = self.message(folder, {tag: "mapix"})
        folder.copy_messages([entry_id], folder)
        assert contents(folder, tag) == [("mapix",), ("mapix",)]

    def test_a_folder_is_copied_into_another_by_its_properties_and_parts(self) -> None:
        """P-172, P-174."""
        folder, other = self.folder(), self.folder("Other")
        folder.set_props({PR_COMMENT: "busy"})
        self.message(folder)
        below = folder.create_folder("Below")
        folder.copy_to(other, exclude=(PR_CONTAINER_CONTENTS,))
        assert (contents(other), subfolders(other)) == ([], ["Below"])
        assert other.get_props((PR_COMMENT, PR_DISPLAY_NAME)) == {PR_COMMENT: "busy", PR_DISPLAY_NAME: "Other"}
        with pytest.raises(FolderCycle):
            folder.copy_to(below)
