"""Store tests: searches that are started, stopped, done once or in the background, and what is told (objects 3.3)."""

from __future__ import annotations

from mapix.interfaces.notify import Event, Notification, ObjectNotification
from mapix.interfaces.prop import ObjectType
from mapix.properties.flags import (
    BACKGROUND_SEARCH,
    FOLDER_SEARCH,
    RECURSIVE_SEARCH,
    RESTART_SEARCH,
    SEARCH_COMPLETE,
    SEARCH_FOREGROUND,
    SEARCH_REBUILD,
    SEARCH_RUNNING,
    SEARCH_STATIC,
    STATIC_SEARCH,
    STOP_SEARCH,
)
from mapix.properties.tags import (
    PR_IMPORTANCE,
    PR_SUBJECT,
)
from mapix.testing.searchbench import BUDGET, URGENT, SearchBench
from mapix.testing.store_bench import Powers, entry_id_of


class SearchingTests(SearchBench):
    """From the start of a search until it is stopped."""

    # starting and stopping

    def test_a_stopped_search_stays_as_it_is(self) -> None:
        """F-042, F-043."""
        folder = self.folder()
        entry_id, gone = self.urgent(folder, "first"), self.urgent(folder, "gone")
        search = self.searcher()
        search.set_search_criteria(None, None, STOP_SEARCH)
        assert not self.search_state(search) & (SEARCH_RUNNING | SEARCH_REBUILD)
        self.urgent(folder, "second")
        self.save_value(entry_id, PR_IMPORTANCE, 0)
        folder.delete_messages([gone])
        assert self.results_of(search) == ["first"]
        search.set_search_criteria(None, None, RESTART_SEARCH)
        assert self.search_state(search) & SEARCH_RUNNING
        assert self.results_of(search) == ["second"]

    def test_a_static_search_is_done_once(self) -> None:
        """F-043: not running means that results are static."""
        folder = self.folder()
        gone = self.urgent(folder, "first")
        self.urgent(folder, "stays")
        search = self.searcher(flags=RECURSIVE_SEARCH | STATIC_SEARCH)
        state = self.search_state(search)
        assert state & (SEARCH_STATIC | SEARCH_COMPLETE) == SEARCH_STATIC | SEARCH_COMPLETE
        assert not state & SEARCH_RUNNING
        self.urgent(folder, "later")
        folder.delete_messages([gone])
        assert self.results_of(search) == ["stays"]
        search.set_search_criteria(None, None, RESTART_SEARCH | STATIC_SEARCH)
        assert self.results_of(search) == ["later", "stays"]
        search.set_search_criteria(None, None, RESTART_SEARCH)
        self.urgent(folder, "last")
        assert self.results_of(search) == ["last", "later", "stays"]

    def test_another_restriction_starts_anew(self) -> None:
        """F-042."""
        folder = self.folder()
        self.urgent(folder, "urgent")
        self.message(folder, {PR_SUBJECT: "The budget"})
        search = self.searcher()
        search.set_search_criteria(BUDGET, None)
        assert self.results_of(search) == ["The budget"]
        assert search.get_search_criteria().folders == (entry_id_of(self.root()),)

    def test_another_priority_does_not_start_anew(self) -> None:
        """F-042."""
        folder = self.folder()
        self.urgent(folder)
        search = self.searcher()
        assert self.search_state(search) & SEARCH_FOREGROUND
        heard = self.listen(Event.SEARCH_COMPLETE)
        search.set_search_criteria(None, None, BACKGROUND_SEARCH)
        self.settle()
        assert not self.search_state(search) & SEARCH_FOREGROUND
        assert heard == []
        assert self.results_of(search) == ["Urgent"]

    def test_a_search_in_the_background_ends(self) -> None:
        """F-042, F-043, X-21."""
        folder = self.folder()
        for number in range(30):
            self.urgent(folder, f"m{number:02}")
        search = self.searcher(flags=RECURSIVE_SEARCH | BACKGROUND_SEARCH)
        self.urgent(folder, "meanwhile")
        state = self.search_state(search)
        assert state & (SEARCH_RUNNING | SEARCH_COMPLETE) == SEARCH_RUNNING | SEARCH_COMPLETE
        assert self.results_of(search) == [*(f"m{number:02}" for number in range(30)), "meanwhile"]

    def test_the_end_of_a_search_is_told(self) -> None:
        """NOT-11, F-044, X-21; the matrix of section 9: to the store and the search folder."""
        self.need(Powers.EVENTS | Powers.SEARCH_FOLDERS)
        search = self.root().create_folder("Search", kind=FOLDER_SEARCH)
        of_store = self.listen(Event.SEARCH_COMPLETE)
        of_folder = self.listen(Event.SEARCH_COMPLETE, entry_id_of(search))
        search.set_search_criteria(URGENT, [entry_id_of(self.root())], RECURSIVE_SEARCH)
        self.search_state(search)
        self.settle()
        told = ObjectNotification(
            Event.SEARCH_COMPLETE, entry_id_of(search), int(ObjectType.FOLDER), entry_id_of(self.root())
        )
        assert of_store == [told]
        assert of_folder == [told]

    def test_a_table_of_results_is_told_of_changes(self) -> None:
        """F-040, N-030, N-033."""
        self.need(Powers.EVENTS)
        folder, search = self.folder(), self.searcher()
        heard = list[Notification]()
        search.get_contents_table().advise(Event.TABLE_MODIFIED, heard.extend)
        entry_id = self.message(folder)
        self.settle()
        assert heard == []
        for value in (2, 1):
            self.save_value(entry_id, PR_IMPORTANCE, value)
            self.settle()
            assert {one.event for one in heard} == {Event.TABLE_MODIFIED}
            heard.clear()

    def test_results_that_come_and_go_change_the_search_folder(self) -> None:
        """NOT-11: counts are its properties. Messages are not created or deleted by being found."""
        self.need(Powers.EVENTS)
        folder, search = self.folder(), self.searcher()
        entry_id = self.message(folder)
        heard, of_folder = self.listen(), self.listen(entry_id=entry_id_of(search))
        self.save_value(entry_id, PR_IMPORTANCE, 2)
        self.settle()
        events = [(one.event, one.entry_id) for one in heard if isinstance(one, ObjectNotification)]
        assert sorted(events) == sorted(
            [(Event.OBJECT_MODIFIED, entry_id), (Event.OBJECT_MODIFIED, entry_id_of(search))]
        )
        assert [one.event for one in of_folder] == [Event.OBJECT_MODIFIED]
