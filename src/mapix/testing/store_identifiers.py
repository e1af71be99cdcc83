"""Store tests: entry identifiers, record keys and search keys (objects 8)."""

from __future__ import annotations

import pytest

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import is_wrapped_store
from mapix.properties.errors import InvalidEntryid, NoAccess, NotFound, UnknownEntryid
from mapix.properties.tags import (
    PR_ACCESS_LEVEL,
    PR_COMMENT,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_MDB_PROVIDER,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_STORE_ENTRYID,
    PR_SUBJECT,
)
from mapix.testing.store_bench import StoreBench, contents, entry_id_of


class IdentifierTests(StoreBench):
    """What names the objects of a store."""

    def test_entry_identifiers_are_long_term_and_open_their_objects(self) -> None:
        """EID-1, EID-2, E-001, E-002, E-004, E-007: flags of zero, then the uid of the provider."""
        folder = self.folder()
        entry_id = self.message(folder)
        assert entry_id[:4] == entry_id_of(folder)[:4] == bytes(4)
        assert entry_id[4:20] == entry_id_of(folder)[4:20] == self.store.get_prop(PR_MDB_PROVIDER)
        assert self.message_of(entry_id).get_prop(PR_SUBJECT) == "Budget"
        assert folder.open_entry(entry_id_of(folder)).get_prop(PR_DISPLAY_NAME) == "Work"
        folder.delete_messages([entry_id])
        with pytest.raises(NotFound):
            self.store.open_entry(entry_id)
        for foreign in (b"", bytes(40), entry_id[:-1]):
            with pytest.raises((UnknownEntryid, InvalidEntryid)):
                self.store.open_entry(foreign)

    def test_identifiers_are_compared_by_their_store(self) -> None:
        """SES-45, GEN-14, ST-061, E-005, X-37."""
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

    def test_tables_and_properties_tell_the_same_identifier(self) -> None:
        """EID-3, EID-4, E-003, E-014: there are no short-term ones, and each store's object names the store."""
        folder = self.folder()
        entry_id = self.message(folder)
        assert contents(folder, PR_ENTRYID) == [(entry_id,)]
        assert self.message_of(entry_id).get_prop(PR_ENTRYID) == entry_id
        rows = query_all_rows(self.root().get_hierarchy_table(), (PR_ENTRYID,))
        assert (entry_id_of(folder),) in rows

    def test_identifiers_survive_a_new_name_and_a_new_place(self) -> None:
        """E-004, F-065."""
        folder, shelf = self.folder(), self.folder("Shelf")
        entry_id = entry_id_of(folder)
        folder.set_props({PR_DISPLAY_NAME: "Play"})
        assert entry_id_of(self.folder_of(entry_id)) == entry_id
        self.root().copy_folder(entry_id, shelf, move=True)
        assert self.folder_of(entry_id).get_prop(PR_DISPLAY_NAME) == "Play"

    def test_the_store_s_own_identifier_is_wrapped(self) -> None:
        """EID-6, SPI-30, E-011, E-012, ST-022: clients never see another."""
        entry_id = entry_id_of(self.store)
        assert is_wrapped_store(entry_id)
        assert self.folder().get_prop(PR_STORE_ENTRYID) == entry_id
        assert self.store.compare_entry_ids(entry_id, entry_id)

    def test_record_keys_tell_objects_apart_and_search_keys_data(self) -> None:
        """GEN-14, E-008, E-009."""
        folder = self.folder()
        first, second = (self.message_of(self.message(folder)) for _ in range(2))
        keys = [item.get_prop(PR_RECORD_KEY) for item in (first, second, folder, self.root(), self.store)]
        assert all(keys)
        assert len(set(keys)) == len(keys)
        assert first.get_prop(PR_SEARCH_KEY) != second.get_prop(PR_SEARCH_KEY)
        first.set_props({PR_SEARCH_KEY: b"mine"})
        first.save_changes()
        assert self.message_of(entry_id_of(first)).get_prop(PR_SEARCH_KEY) == b"mine"
        again = self.message_of(entry_id_of(second))
        assert again.get_prop(PR_RECORD_KEY) == second.get_prop(PR_RECORD_KEY)

    def test_a_new_message_has_a_search_key_and_no_identifier(self) -> None:
        """E-008: before its first save."""
        message = self.folder().create_message()
        assert len(message.get_prop(PR_SEARCH_KEY)) == 16
        assert message.get_props((PR_ENTRYID, PR_RECORD_KEY)) == {}

    def test_what_is_opened_is_read_only_unless_more_is_asked_for(self) -> None:
        """GEN-12, E-016, ST-005, ST-060: PR_ACCESS_LEVEL tells what was granted."""
        folder = self.folder()
        entry_id = self.message(folder)

        def level(access: Access, item: bytes) -> int:
            return int(self.store.open_entry(item, access).get_prop(PR_ACCESS_LEVEL))

        for item in (entry_id, entry_id_of(folder)):
            assert [level(access, item) for access in (Access.READ, Access.MODIFY, Access.BEST)] == [0, 1, 1]
        with pytest.raises(NoAccess):
            self.store.open_entry(entry_id).set_props({PR_COMMENT: "x"})

    def test_a_folder_opens_whatever_its_store_has(self) -> None:
        """F-023: the root without an identifier; what is unknown or gone tells which."""
        folder, other = self.folder(), self.folder("Other")
        entry_id = self.message(other)
        opened: MapiProp = folder.open_entry(entry_id)
        assert isinstance(opened, Message)
        assert entry_id_of(folder.open_entry(None)) == entry_id_of(self.root())
        other.delete_messages([entry_id], hard=True)
        with pytest.raises(NotFound):
            folder.open_entry(entry_id)
        with pytest.raises(UnknownEntryid):
            folder.open_entry(bytes(40))
