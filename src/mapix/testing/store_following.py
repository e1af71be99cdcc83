"""Store tests: search folders follow every change (objects 3.3)."""

from __future__ import annotations

from mapix.interfaces.prop import Keep
from mapix.interfaces.table import query_all_rows
from mapix.properties.restriction import Bitmask, Property, Relop
from mapix.properties.tags import (
    PR_CONTENT_UNREAD,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_MESSAGE_FLAGS,
    PR_RETENTION_AGE_LIMIT,
    PR_SUBJECT,
)
from mapix.testing.searchbench import BUDGET, UNREAD, URGENT, SearchBench
from mapix.testing.store_bench import Powers, entry_id_of


class FollowingTests(SearchBench):
    """Whatever happens in a store, results are right afterwards."""

    # following changes

    def test_a_search_follows_what_is_saved(self) -> None:
        """F-043: SEARCH_RUNNING."""
        folder, search = self.folder(), self.searcher()
        entry_id = self.message(folder)
        assert self.results_of(search) == []
        self.save_value(entry_id, PR_IMPORTANCE, 2)
        assert self.results_of(search) == ["Budget"]
        self.save_value(entry_id, PR_SUBJECT, "Agenda")
        assert self.results_of(search) == ["Agenda"]
        self.save_value(entry_id, PR_IMPORTANCE, 1)
        assert self.results_of(search) == []

    def test_a_search_follows_read_flags(self) -> None:
        """F-043, X-39."""
        folder, search = self.folder(), self.searcher(UNREAD)
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: 0})
        assert self.results_of(search) == ["Budget"]
        folder.set_read_flags([entry_id])
        assert self.results_of(search) == []
        folder.set_read_flags(None, 4)
        assert self.results_of(search) == ["Budget"]

    def test_unread_counts_follow_without_results_changing(self) -> None:
        """F-040; PR_CONTENT_UNREAD."""
        folder, search = self.folder(), self.searcher()
        entry_id = self.message(folder, {PR_IMPORTANCE: 2, PR_MESSAGE_FLAGS: 0})
        assert search.get_prop(PR_CONTENT_UNREAD) == 1
        self.message_of(entry_id).set_read_flag(0)
        assert self.folder_of(entry_id_of(search)).get_prop(PR_CONTENT_UNREAD) == 0
        assert self.results_of(search) == ["Budget"]

    def test_a_search_follows_copies_moves_and_deletions(self) -> None:
        """F-040, F-043."""
        inside, outside = self.folder("In"), self.folder("Out")
        search = self.searcher(URGENT, (inside,))
        first, second = self.urgent(inside, "first"), self.urgent(outside, "second")
        assert self.results_of(search) == ["first"]
        outside.copy_messages([second], inside)
        assert self.results_of(search) == ["first", "second"]
        outside.copy_messages([second], inside, move=True)
        assert self.results_of(search) == ["first", "second", "second"]
        inside.copy_messages([first], outside, move=True)
        assert self.results_of(search) == ["second", "second"]
        inside.delete_messages([second])
        assert self.results_of(search) == ["second"]
        inside.empty_folder()
        assert self.results_of(search) == []

    def test_a_search_follows_folders(self) -> None:
        """F-042, F-043: scopes are folders as they are now."""
        scope, other = self.folder("Scope"), self.folder("Other")
        search = self.searcher(URGENT, (scope,))
        deep = other.create_folder("Deep").create_folder("Deeper")
        self.urgent(deep, "deep")
        assert self.results_of(search) == []
        other.copy_folder(entry_id_of(other.create_folder("Empty")), scope, move=True)
        child = next(row[0] for row in query_all_rows(other.get_hierarchy_table(), (PR_ENTRYID,)))
        other.copy_folder(child, scope, move=True)
        assert self.results_of(search) == ["deep"]
        self.root().copy_folder(entry_id_of(scope), other, move=True)
        assert self.results_of(search) == ["deep"]
        scope = self.folder_of(entry_id_of(scope))
        scope.copy_folder(child, self.root(), move=True)
        assert self.results_of(search) == []
        self.root().copy_folder(child, scope)
        assert self.results_of(search) == ["deep"]
        scope.delete_folder(
            query_all_rows(scope.get_hierarchy_table(), (PR_ENTRYID,), Property(Relop.EQ, PR_DISPLAY_NAME, "Deep"))[0][
                0
            ],
            messages=True,
            folders=True,
        )
        assert self.results_of(search) == []

    def test_a_scope_that_is_deleted_is_searched_no_more(self) -> None:
        """F-043."""
        scope, other = self.folder("Scope"), self.folder("Other")
        self.urgent(scope)
        search = self.searcher(URGENT, (scope, other))
        self.root().delete_folder(entry_id_of(scope), messages=True, folders=True)
        assert self.results_of(search) == []
        assert search.get_search_criteria().folders == (entry_id_of(other),)
        self.urgent(other, "there")
        assert self.results_of(search) == ["there"]

    def test_a_search_follows_submission(self) -> None:
        """F-043."""
        self.need(Powers.SPOOLER)
        folder = self.folder()
        search = self.searcher(Bitmask(PR_MESSAGE_FLAGS, 4))
        message = self.draft(folder, "ann@example.com")
        message.save_changes(Keep.READWRITE)
        entry_id = entry_id_of(message)
        message.submit_message()
        assert self.results_of(search) == ["Budget"]
        self.store.abort_submit(entry_id)
        assert self.results_of(search) == []

    def test_what_is_undone_is_not_found(self) -> None:
        """F-043."""
        self.need(Powers.TRANSACTIONS)
        folder, search = self.folder(), self.searcher()
        kept = self.urgent(folder, "kept")
        self.do_and_fail(
            lambda: self.urgent(folder, "undone"),
            lambda: folder.delete_messages([kept]),
            lambda: self.results_of(search),
        )
        assert self.results_of(search) == ["kept"]

    def test_what_is_undone_in_part_leaves_results_right(self) -> None:
        """F-043: results that were looked at in a part that was undone are brought in step again."""
        self.need(Powers.TRANSACTIONS)
        folder, search = self.folder(), self.searcher()
        entry_id = self.urgent(folder)
        with self.store.transaction():
            self.save_value(entry_id, PR_IMPORTANCE, 1)
            self.do_and_fail(lambda: self.urgent(folder, "undone"), lambda: self.results_of(search))
        assert self.results_of(search) == []

    def test_results_are_right_within_a_transaction(self) -> None:
        """F-043."""
        self.need(Powers.TRANSACTIONS)
        folder, search = self.folder(), self.searcher()
        with self.store.transaction():
            entry_id = self.urgent(folder)
            assert self.results_of(search) == ["Urgent"]
            folder.delete_messages([entry_id])
            assert self.results_of(search) == []
            self.urgent(folder, "stays")
        assert self.results_of(search) == ["stays"]

    def test_several_searches_follow_the_same_message(self) -> None:
        """F-040."""
        folder = self.folder()
        urgent, budget = self.searcher(URGENT, name="Urgent"), self.searcher(BUDGET, (folder,), name="Budget")
        entry_id = self.message(folder, {PR_IMPORTANCE: 2})
        assert (self.results_of(urgent), self.results_of(budget)) == (["Budget"], ["Budget"])
        self.save_value(entry_id, PR_SUBJECT, "Agenda")
        assert (self.results_of(urgent), self.results_of(budget)) == (["Agenda"], [])

    def test_a_search_survives_the_next_opening(self) -> None:
        """F-043."""
        folder, search = self.folder(), self.searcher()
        self.urgent(folder, "before")
        other = self.again()
        found = self.folder_of(entry_id_of(search), other)
        assert found.get_search_criteria() == search.get_search_criteria()
        self.message(self.folder_of(entry_id_of(folder), other), {PR_IMPORTANCE: 2, PR_SUBJECT: "after"})
        assert self.results_of(search) == ["after", "before"]

    def test_soft_deleted_messages_are_no_results(self) -> None:
        """F-090, F-043."""
        self.need(Powers.SOFT_DELETES)
        folder, search = self.folder(), self.searcher()
        entry_id = self.urgent(folder)
        self.store.set_props({PR_RETENTION_AGE_LIMIT: 3600})
        folder.delete_messages([entry_id])
        assert self.results_of(search) == []
        folder.copy_messages([entry_id], folder, move=True)
        assert self.results_of(search) == ["Urgent"]
