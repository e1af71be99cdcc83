"""Store tests: receive folders, and special folders (objects 2 and 10)."""

from __future__ import annotations

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.objects.folders.ipmtree import validate_ipm_subtree
from mapix.objects.folders.specialfolders import CALENDAR, DRAFTS, JUNK, ON_DEMAND, OnDemand, special_folder
from mapix.properties.errors import InvalidEntryid, InvalidParameter, NoAccess, NotFound
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_ADDITIONAL_REN_ENTRYIDS,
    PR_COMMON_VIEWS_ENTRYID,
    PR_CONTAINER_CLASS,
    PR_CONTENT_COUNT,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_FINDER_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SENTMAIL_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_PARENT_ENTRYID,
    PR_RECEIVE_FOLDER_SETTINGS,
    PR_RECORD_KEY,
    PR_VALID_FOLDER_MASK,
    PR_VIEWS_ENTRYID,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, subfolders


class SpecialFolderTests(StoreBench):
    """Folders with a purpose."""

    # receive folders

    def test_receive_folders_go_by_the_longest_prefix(self) -> None:
        """C-002, C-003, C-010, X-25, X-27: on the boundaries of levels, case aside."""
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
        """ST-062, C-012, X-26."""
        inbox, notes = self.folder("Inbox"), self.folder("Notes")
        self.store.set_receive_folder("", entry_id_of(inbox))
        self.store.set_receive_folder("IPM.Note", entry_id_of(notes))
        self.store.set_receive_folder("ipm.note", None)
        self.store.set_receive_folder("IPM.Never", None)
        assert self.store.get_receive_folder("IPM.Note") == (entry_id_of(inbox), "")
        self.store.set_receive_folder("", None)
        assert self.store.get_receive_folder("IPM.Note") == (entry_id_of(self.root()), "")

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
        """SES-19, ST-021, ST-040..ST-043, C-011."""
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
        assert self.store.get_receive_folder("IPC.MS.Beacon") == (entry_id_of(self.root()), "IPC")

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

    def test_special_folders_lie_where_they_belong(self) -> None:
        """ST-042: what people see below the IPM subtree, the others right below the root."""
        validate_ipm_subtree(self.store, full=True)
        root, subtree = entry_id_of(self.root()), self.store.get_prop(PR_IPM_SUBTREE_ENTRYID)
        for tag in (PR_FINDER_ENTRYID, PR_VIEWS_ENTRYID, PR_COMMON_VIEWS_ENTRYID, PR_IPM_SUBTREE_ENTRYID):
            assert self.folder_of(self.store.get_prop(tag)).get_prop(PR_PARENT_ENTRYID) == root
        for tag in (PR_IPM_OUTBOX_ENTRYID, PR_IPM_SENTMAIL_ENTRYID, PR_IPM_WASTEBASKET_ENTRYID):
            folder = self.folder_of(self.store.get_prop(tag))
            assert folder.get_prop(PR_PARENT_ENTRYID) == subtree
            assert folder.get_prop(PR_CONTAINER_CLASS) == "IPF.Note"

    def test_hidden_folders_work_like_others(self) -> None:
        """ST-045: outside the IPM subtree."""
        validate_ipm_subtree(self.store, full=True)
        hidden = self.folder("Hidden")
        self.message(hidden.create_folder("Below"))
        assert subfolders(hidden) == ["Below"]
        assert contents(self.folder_of(entry_id_of(hidden.create_folder("Below", open_if_exists=True)))) == [
            ("Budget",)
        ]
        subtree = self.folder_of(self.store.get_prop(PR_IPM_SUBTREE_ENTRYID))
        assert "Hidden" not in subfolders(subtree)

    def test_a_receive_folder_can_be_named_by_any_text(self) -> None:
        """C-013: a naming service for folders."""
        shelf = self.folder("Shelf")
        self.store.set_receive_folder("Acme shelf number 7", entry_id_of(shelf))
        assert self.store.get_receive_folder("Acme shelf number 7") == (entry_id_of(shelf), "Acme shelf number 7")
        for impossible in ("IPM.", "x" * 256, "Grüße"):
            with pytest.raises(InvalidParameter):
                self.store.set_receive_folder(impossible, entry_id_of(shelf))

    def test_a_receive_folder_that_cannot_be_set_changes_nothing(self) -> None:
        """ST-062."""
        notes = self.folder("Notes")
        self.store.set_receive_folder("IPM.Note", entry_id_of(notes))
        with pytest.raises(InvalidEntryid):
            self.store.set_receive_folder("IPM.Note", self.message(notes))
        gone = self.folder("Gone")
        self.root().delete_folder(entry_id_of(gone))
        with pytest.raises(NotFound):
            self.store.set_receive_folder("IPM.Note", entry_id_of(gone))
        assert self.store.get_receive_folder("IPM.Note") == (entry_id_of(notes), "IPM.Note")

    # special folders on demand

    def inbox(self) -> MapiFolder:
        """The Inbox."""
        return self.folder_of(self.store.get_receive_folder("IPM")[0])

    @pytest.mark.parametrize("which", ON_DEMAND, ids=lambda which: which.name)
    def test_a_special_folder_is_made_when_it_is_asked_for(self, which: OnDemand) -> None:
        """ST-046, C-005: what it holds stands on it, where it is on the Inbox and on the root."""
        validate_ipm_subtree(self.store, full=True)
        with pytest.raises(NotFound):
            special_folder(self.store, which, create=False)
        folder = special_folder(self.store, which)
        assert folder.get_prop(PR_DISPLAY_NAME) == which.name
        assert folder.get_prop(PR_CONTAINER_CLASS) == which.container_class
        assert folder.get_prop(PR_PARENT_ENTRYID) == self.store.get_prop(PR_IPM_SUBTREE_ENTRYID)
        for carrier in (self.inbox(), self.root()):
            assert which.read(carrier.get_prop(which.tag)) == entry_id_of(folder)
        assert entry_id_of(special_folder(self.store, which, create=False)) == entry_id_of(folder)

    def test_junk_has_the_fifth_place_of_its_property(self) -> None:
        """ST-046; the others keep theirs."""
        validate_ipm_subtree(self.store, full=True)
        self.root().set_props({PR_ADDITIONAL_REN_ENTRYIDS: [b"conflicts", b"issues"]})
        junk = entry_id_of(special_folder(self.store, JUNK))
        places = self.root().get_prop(PR_ADDITIONAL_REN_ENTRYIDS)
        assert list(places) == [b"conflicts", b"issues", b"", b"", junk]

    def test_a_special_folder_keeps_its_purpose_under_another_name(self) -> None:
        """ST-046: identifiers count, not names."""
        validate_ipm_subtree(self.store, full=True)
        folder = special_folder(self.store, DRAFTS)
        folder.set_props({PR_DISPLAY_NAME: "Entwürfe"})
        assert entry_id_of(special_folder(self.store, DRAFTS)) == entry_id_of(folder)

    def test_a_special_folder_that_was_deleted_is_made_anew(self) -> None:
        """ST-046."""
        validate_ipm_subtree(self.store, full=True)
        folder = special_folder(self.store, CALENDAR)
        self.folder_of(self.store.get_prop(PR_IPM_SUBTREE_ENTRYID)).delete_folder(entry_id_of(folder))
        with pytest.raises(NotFound):
            special_folder(self.store, CALENDAR, create=False)
        again = special_folder(self.store, CALENDAR)
        assert entry_id_of(again) != entry_id_of(folder)
        assert self.root().get_prop(CALENDAR.tag) == entry_id_of(again)

    def test_a_new_inbox_learns_where_the_special_folders_are(self) -> None:
        """ST-040, ST-046: the root tells it."""
        validate_ipm_subtree(self.store, full=True)
        drafts = entry_id_of(special_folder(self.store, DRAFTS))
        junk = entry_id_of(special_folder(self.store, JUNK))
        subtree = self.folder_of(self.store.get_prop(PR_IPM_SUBTREE_ENTRYID))
        subtree.delete_folder(entry_id_of(self.inbox()))
        validate_ipm_subtree(self.store, full=True)
        assert self.inbox().get_prop(DRAFTS.tag) == drafts
        assert JUNK.read(self.inbox().get_prop(JUNK.tag)) == junk

    def test_identifiers_of_special_folders_that_are_gone_are_taken_away(self) -> None:
        """ST-046, ST-043: MAPI_FORCE_CREATE looks."""
        validate_ipm_subtree(self.store, full=True)
        for which in (DRAFTS, JUNK):
            folder = special_folder(self.store, which)
            self.folder_of(self.store.get_prop(PR_IPM_SUBTREE_ENTRYID)).delete_folder(entry_id_of(folder))
        validate_ipm_subtree(self.store, full=True, force=True)
        for carrier in (self.inbox(), self.root()):
            assert DRAFTS.read(carrier.get_prop(DRAFTS.tag)) is None
            assert JUNK.read(carrier.get_prop(JUNK.tag)) is None

    def test_a_store_open_for_reading_makes_no_special_folder(self) -> None:
        """ST-006, ST-046."""
        self.need(Powers.READ_ONLY)
        validate_ipm_subtree(self.store, full=True)
        drafts = special_folder(self.store, DRAFTS)
        store = self.again(access=Access.READ)
        assert entry_id_of(special_folder(store, DRAFTS)) == entry_id_of(drafts)
        with pytest.raises(NoAccess):
            special_folder(store, CALENDAR)
