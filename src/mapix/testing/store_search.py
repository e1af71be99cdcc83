"""Store tests: search folders, what they are and what they are told (objects 3.3)."""

from __future__ import annotations

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import (
    Computed,
    InvalidEntryid,
    InvalidParameter,
    MapiError,
    NoAccess,
    NoSupport,
    NotFound,
    NotInitialized,
    TooComplex,
    UnknownFlags,
)
from mapix.properties.flags import (
    BACKGROUND_SEARCH,
    DT_FOLDER,
    DT_FOLDER_LINK,
    FOLDER_SEARCH,
    FOREGROUND_SEARCH,
    MAPI_ACCESS_CREATE_CONTENTS,
    MAPI_ACCESS_CREATE_HIERARCHY,
    RECURSIVE_SEARCH,
    RESTART_SEARCH,
    SEARCH_COMPLETE,
    SEARCH_REBUILD,
    SEARCH_RECURSIVE,
    SEARCH_RUNNING,
    SHALLOW_SEARCH,
    STOP_SEARCH,
    STORE_HAS_SEARCHES,
    STORE_SEARCH_OK,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_ACCESS,
    PR_ASSOC_CONTENT_COUNT,
    PR_COMMENT,
    PR_CONTAINER_CONTENTS,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_FOLDER_TYPE,
    PR_STORE_STATE,
    PR_STORE_SUPPORT_MASK,
    PR_SUBFOLDERS,
)
from mapix.testing.searchbench import BUDGET, URGENT, SearchBench
from mapix.testing.store_bench import Powers, contents, entry_id_of, subfolders


class SearchTests(SearchBench):
    """What search folders are, and their criteria."""

    # what it is

    def test_a_store_promises_searching(self) -> None:
        """ST-024, ST-025, F-040."""
        self.need(Powers.SEARCH_FOLDERS)
        assert self.store.get_prop(PR_STORE_SUPPORT_MASK) & STORE_SEARCH_OK
        assert self.store.get_prop(PR_STORE_STATE) == 0
        search = self.searcher()
        assert self.store.get_prop(PR_STORE_STATE) == STORE_HAS_SEARCHES
        search.set_search_criteria(None, None, STOP_SEARCH)
        assert self.store.get_prop(PR_STORE_STATE) == 0

    def test_a_search_folder_says_what_it_is(self) -> None:
        """F-001, F-025, F-040, X-33."""
        search = self.searcher()
        props = search.get_props((PR_FOLDER_TYPE, PR_DISPLAY_TYPE, PR_ACCESS, PR_SUBFOLDERS, PR_ASSOC_CONTENT_COUNT))
        assert props[PR_FOLDER_TYPE] == FOLDER_SEARCH
        assert props[PR_DISPLAY_TYPE] == DT_FOLDER_LINK
        assert not props[PR_ACCESS] & (MAPI_ACCESS_CREATE_CONTENTS | MAPI_ACCESS_CREATE_HIERARCHY)
        assert props[PR_SUBFOLDERS] is False
        assert props[PR_ASSOC_CONTENT_COUNT] == 0
        (problem,) = search.set_props({PR_FOLDER_TYPE: 1})
        assert problem.scode == Computed.hresult

    def test_a_hierarchy_shows_search_folders_as_links(self) -> None:
        """F-025."""
        self.searcher(name="Found")
        self.folder("Work")
        rows = query_all_rows(self.root().get_hierarchy_table(), (PR_DISPLAY_NAME, PR_DISPLAY_TYPE, PR_FOLDER_TYPE))
        assert ("Found", DT_FOLDER_LINK, FOLDER_SEARCH) in rows
        assert ("Work", DT_FOLDER, 1) in rows

    def test_its_properties_can_be_changed_but_not_its_name(self) -> None:
        """F-040."""
        search = self.searcher()
        assert not search.set_props({PR_COMMENT: "what burns"})
        assert search.get_prop(PR_COMMENT) == "what burns"
        (problem,) = search.set_props({PR_DISPLAY_NAME: "Other"})
        assert problem.scode == NoAccess.hresult
        assert search.get_prop(PR_DISPLAY_NAME) == "Search"

    def test_a_search_folder_may_lie_anywhere(self) -> None:
        """F-045."""
        self.need(Powers.SEARCH_FOLDERS)
        folder = self.folder()
        self.urgent(folder)
        search = folder.create_folder("Here", kind=FOLDER_SEARCH, comment="below")
        search.set_search_criteria(URGENT, [entry_id_of(folder)])
        assert self.results_of(search) == ["Urgent"]
        assert search.get_prop(PR_COMMENT) == "below"

    def test_nothing_is_put_into_a_search_folder(self) -> None:
        """F-040."""
        folder, search = self.folder(), self.searcher()
        entry_id = self.urgent(folder)
        with pytest.raises(NoAccess):
            search.create_message()
        with pytest.raises(NoAccess):
            search.create_message(associated=True)
        with pytest.raises(NoAccess):
            search.create_folder("Below")
        for move in (False, True):
            with pytest.raises(NoAccess):
                folder.copy_messages([entry_id], search, move=move)
            with pytest.raises(NoAccess):
                self.root().copy_folder(entry_id_of(folder), search, move=move)
        assert self.results_of(search) == ["Urgent"]

    def test_a_search_folder_is_neither_moved_nor_copied(self) -> None:
        """F-040: a folder around it is copied without it, and says so; it moves along with one."""
        search, shelf = self.searcher(), self.folder("Shelf")
        for move in (False, True):
            with pytest.raises(NoAccess):
                self.root().copy_folder(entry_id_of(search), shelf, move=move)
        inner = shelf.create_folder("Inner", kind=FOLDER_SEARCH)
        completion = self.root().copy_folder(entry_id_of(shelf), self.root(), name="Copy")
        assert completion.left_out == (entry_id_of(inner),)
        assert subfolders(self.folder("Copy")) == []
        self.root().copy_folder(entry_id_of(shelf), self.folder("Copy"), move=True)
        assert subfolders(self.folder("Copy")) == ["Shelf"]
        assert self.folder_of(entry_id_of(inner)).get_prop(PR_FOLDER_TYPE) == FOLDER_SEARCH

    # criteria

    def test_a_search_folder_knows_nothing_before_it_is_told(self) -> None:
        """F-042, F-043."""
        self.need(Powers.SEARCH_FOLDERS)
        search = self.root().create_folder("Search", kind=FOLDER_SEARCH)
        with pytest.raises(NotInitialized):
            search.get_search_criteria()
        for restriction, folders in ((None, [entry_id_of(self.root())]), (URGENT, None), (URGENT, []), (None, None)):
            with pytest.raises(NotInitialized):
                search.set_search_criteria(restriction, folders, RESTART_SEARCH)
        assert contents(search) == []

    def test_criteria_come_back(self) -> None:
        """F-043, X-06."""
        work, home = self.folder("Work"), self.folder("Home")
        search = self.searcher(URGENT & BUDGET, (work, home), RECURSIVE_SEARCH | RESTART_SEARCH)
        criteria = search.get_search_criteria()
        assert criteria.restriction == URGENT & BUDGET
        assert criteria.folders == (entry_id_of(work), entry_id_of(home))
        assert criteria.state & (SEARCH_RUNNING | SEARCH_REBUILD | SEARCH_RECURSIVE | SEARCH_COMPLETE) == (
            SEARCH_RUNNING | SEARCH_RECURSIVE | SEARCH_COMPLETE
        )

    def test_other_folders_have_no_criteria(self) -> None:
        """F-042."""
        self.need(Powers.SEARCH_FOLDERS)
        folder = self.folder()
        with pytest.raises(NoSupport):
            folder.get_search_criteria()
        with pytest.raises(NoSupport):
            folder.set_search_criteria(URGENT, [entry_id_of(folder)])

    def test_search_folders_are_no_scope(self) -> None:
        """F-040."""
        first, second = self.searcher(), self.searcher(name="Second")
        for wrong in (first, second):
            with pytest.raises(InvalidParameter):
                second.set_search_criteria(None, [entry_id_of(self.root()), entry_id_of(wrong)])

    def test_scopes_are_folders_of_this_store(self) -> None:
        """F-042."""
        search, message = self.searcher(), self.message(self.folder())
        gone = self.folder("Gone")
        self.root().delete_folder(entry_id_of(gone))
        with pytest.raises(InvalidEntryid):
            search.set_search_criteria(None, [message])
        with pytest.raises(MapiError):
            search.set_search_criteria(None, [b"foreign"])
        with pytest.raises(NotFound):
            search.set_search_criteria(None, [entry_id_of(gone)])
        assert search.get_search_criteria().folders == (entry_id_of(self.root()),)

    def test_flags_that_exclude_one_another(self) -> None:
        """F-042."""
        search = self.searcher()
        for pair in (
            STOP_SEARCH | RESTART_SEARCH,
            RECURSIVE_SEARCH | SHALLOW_SEARCH,
            FOREGROUND_SEARCH | BACKGROUND_SEARCH,
        ):
            with pytest.raises(InvalidParameter):
                search.set_search_criteria(None, None, pair)
        with pytest.raises(UnknownFlags):
            search.set_search_criteria(None, None, 0x4000)

    def test_what_cannot_be_evaluated_is_too_complex(self) -> None:
        """F-042."""
        self.urgent(self.folder())
        search = self.searcher()
        with pytest.raises(TooComplex):
            search.set_search_criteria(Property(Relop.EQ, PR_CONTAINER_CONTENTS, 1), None)
        assert search.get_search_criteria().restriction == URGENT
        assert self.results_of(search) == ["Urgent"]

    def test_a_folder_opened_for_reading_is_told_nothing(self) -> None:
        """F-042, ST-006."""
        search = self.searcher()
        reader = self.store.open_entry(entry_id_of(search), Access.READ)
        assert isinstance(reader, MapiFolder)
        with pytest.raises(NoAccess):
            reader.set_search_criteria(None, None, STOP_SEARCH)
        assert reader.get_search_criteria().restriction == URGENT
