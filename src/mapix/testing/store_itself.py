"""Store tests: the store itself, its identifiers, receive and special folders (objects 2 and 8)."""

from __future__ import annotations

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.objects.ipmtree import validate_ipm_subtree
from mapix.properties.errors import (
    Computed,
    InvalidEntryid,
    NoAccess,
    NotFound,
    ObjectChanged,
    ObjectDeleted,
    UnknownEntryid,
)
from mapix.properties.flags import (
    STORE_CREATE_OK,
    STORE_ENTRYID_UNIQUE,
    STORE_MODIFY_OK,
    STORE_SUBMIT_OK,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_COMMENT,
    PR_CONTENT_COUNT,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_MAPPING_SIGNATURE,
    PR_MDB_PROVIDER,
    PR_MESSAGE_CLASS,
    PR_OBJECT_TYPE,
    PR_RECEIVE_FOLDER_SETTINGS,
    PR_RECORD_KEY,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
    PR_STORE_SUPPORT_MASK,
    PR_SUBJECT,
    PR_VALID_FOLDER_MASK,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, subfolders


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

    def test_what_was_saved_in_a_transaction_that_was_undone_is_to_be_opened_again(self) -> None:
        """Our extension, `MsgStore.transaction`."""
        self.need(Powers.TRANSACTIONS)
        folder = self.folder()
        old = self.message_of(self.message(folder))
        new = self.draft(folder)

        def save() -> None:
            old.set_props({PR_SUBJECT: "undone"})
            old.save_changes(Keep.READWRITE)
            new.save_changes(Keep.READWRITE)

        self.do_and_fail(save)
        assert old.get_prop(PR_SUBJECT) == "undone"
        for message, kind in ((old, ObjectChanged), (new, ObjectDeleted)):
            message.set_props({PR_SUBJECT: "late"})
            with pytest.raises(kind):
                message.save_changes(Keep.READWRITE)
        with pytest.raises(ObjectDeleted):
            new.save_changes(Keep.READWRITE, force=True)
        assert contents(folder) == [("Budget",)]
        again = self.message_of(entry_id_of(old))
        again.set_props({PR_SUBJECT: "opened again"})
        again.save_changes(Keep.READWRITE)
        assert contents(folder) == [("opened again",)]

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
