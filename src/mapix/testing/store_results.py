"""Store tests: the results of search folders, and working in them (objects 3.3)."""

from __future__ import annotations

import pytest

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Keep
from mapix.properties.errors import (
    NoSupport,
    NotFound,
)
from mapix.properties.flags import (
    FOLDER_SEARCH,
    MSGSTATUS_HIGHLIGHTED,
    MSGSTATUS_TAGGED,
    RECURSIVE_SEARCH,
    SHALLOW_SEARCH,
)
from mapix.properties.restriction import Bitmask, Content, Fuzzy, Property, Relop, Sub
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tags import (
    PR_BODY,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_MSG_STATUS,
    PR_PARENT_DISPLAY,
    PR_PARENT_ENTRYID,
    PR_SUBJECT,
)
from mapix.testing.searchbench import URGENT, SearchBench
from mapix.testing.store_bench import Powers, contents, entry_id_of, recipient


class ResultTests(SearchBench):
    """What search folders find, and what can be done there."""

    # what is found

    def test_results_are_links_to_messages_elsewhere(self) -> None:
        """F-040, F-041, X-32."""
        folder = self.folder()
        entry_id = self.urgent(folder)
        search = self.searcher()
        (row,) = contents(search, PR_ENTRYID, PR_PARENT_ENTRYID, PR_PARENT_DISPLAY)
        assert row == (entry_id, entry_id_of(folder), "Work")
        assert PR_PARENT_DISPLAY in search.get_contents_table().query_columns()
        message = self.message_of(entry_id)
        assert message.get_prop(PR_PARENT_ENTRYID) == entry_id_of(folder)
        assert message.get_prop(PR_PARENT_DISPLAY) is None
        opened = search.open_entry(entry_id)
        assert opened.get_prop(PR_SUBJECT) == "Urgent"

    def test_shallow_searches_look_at_the_folders_named(self) -> None:
        """F-042."""
        folder = self.folder()
        below = folder.create_folder("Below")
        self.urgent(folder, "above")
        self.urgent(below, "below")
        search = self.searcher(URGENT, (folder,), SHALLOW_SEARCH)
        assert self.results_of(search) == ["above"]
        search.set_search_criteria(None, None, RECURSIVE_SEARCH)
        assert self.results_of(search) == ["above", "below"]
        search.set_search_criteria(None, None, SHALLOW_SEARCH)
        assert self.results_of(search) == ["above"]
        search.set_search_criteria(None, [entry_id_of(folder), entry_id_of(below)])
        assert self.results_of(search) == ["above", "below"]

    def test_a_message_is_found_once_however_scopes_overlap(self) -> None:
        """F-040."""
        folder = self.folder()
        below = folder.create_folder("Below")
        self.urgent(below)
        search = self.searcher(URGENT, (self.root(), folder, below))
        assert self.results_of(search) == ["Urgent"]
        self.urgent(below, "Later")
        assert self.results_of(search) == ["Later", "Urgent"]

    def test_associated_messages_are_not_found(self) -> None:
        """F-040, F-081."""
        self.need(Powers.ASSOCIATED)
        folder, search = self.folder(), self.searcher()
        self.message(folder, {PR_IMPORTANCE: 2}, associated=True)
        assert self.results_of(search) == []
        assert contents(search, associated=True) == []

    def test_recipients_are_searched_through_subrestrictions(self) -> None:
        """F-044, R-014."""
        folder = self.folder()
        search = self.searcher(Sub(PR_MESSAGE_RECIPIENTS, Property(Relop.EQ, PR_EMAIL_ADDRESS, "ann@example.com")))
        message = self.draft(folder, "bob@example.com")
        message.save_changes(Keep.READWRITE)
        assert self.results_of(search) == []
        message.modify_recipients(ModifyRecipients.ADD, [recipient("ann@example.com")])
        assert self.results_of(search) == []
        message.save_changes(Keep.CLOSE)
        assert self.results_of(search) == ["Budget"]

    def test_texts_that_only_a_look_at_each_can_tell(self) -> None:
        """F-042: whatever can be evaluated can be searched for."""
        folder = self.folder()
        wanted = Content(PR_BODY, "résumé", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE | Fuzzy.IGNORENONSPACE)
        self.message(folder, {PR_SUBJECT: "yes", PR_BODY: "my RESUME is here"})
        self.message(folder, {PR_SUBJECT: "no", PR_BODY: "nothing"})
        search = self.searcher(wanted)
        assert self.results_of(search) == ["yes"]
        self.message(folder, {PR_SUBJECT: "too", PR_BODY: "Resumé" * 20_000})
        assert self.results_of(search) == ["too", "yes"]

    def test_a_table_of_results_sorts_restricts_and_seeks(self) -> None:
        """F-041: it is a contents table like any other."""
        first, second = self.folder("First"), self.folder("Second")
        for place, folder in enumerate((first, second) * 10):
            when = {PR_MESSAGE_DELIVERY_TIME: 116444736000000000 + (place * 7 % 20) * 10_000_000}
            self.message(folder, {PR_IMPORTANCE: 2, PR_SUBJECT: f"m{place}"} | when)
        table = self.searcher().get_contents_table()
        table.set_columns((PR_MESSAGE_DELIVERY_TIME, PR_PARENT_DISPLAY))
        table.sort_table(SortOrder((SortKey(PR_MESSAGE_DELIVERY_TIME, Order.DESCEND),)))
        rows = table.query_rows(5) + table.query_rows(100)
        assert [row[0] for row in rows] == sorted((row[0] for row in rows), reverse=True)
        assert len(rows) == 20
        assert table.query_rows(-3) == rows[-3:]
        table.restrict(Property(Relop.EQ, PR_PARENT_ENTRYID, entry_id_of(first)))
        assert {row[1] for row in table.query_rows(100)} == {"First"}
        assert table.get_row_count() == 10
        table.restrict(Property(Relop.EQ, PR_PARENT_DISPLAY, "second"))
        assert table.get_row_count() == 10
        table.restrict(None)
        table.sort_table(SortOrder((SortKey(PR_PARENT_DISPLAY),)))
        assert [row[1] for row in table.query_rows(100)] == ["First"] * 10 + ["Second"] * 10

    def test_results_are_grouped_by_the_folders_they_lie_in(self) -> None:
        """F-041, T-060."""
        for name, count in (("First", 2), ("Second", 3)):
            for number in range(count):
                self.urgent(self.folder(name), f"{name} {number}")
        table = self.searcher().get_contents_table()
        table.set_columns((PR_PARENT_DISPLAY, PR_CONTENT_COUNT, PR_SUBJECT))
        table.sort_table(SortOrder((SortKey(PR_PARENT_DISPLAY), SortKey(PR_SUBJECT)), categories=1, expanded=0))
        assert [row[:2] for row in table.query_rows(10)] == [("First", 2), ("Second", 3)]

    def test_message_classes_are_searched_by_prefix(self) -> None:
        """F-042."""
        folder = self.folder()
        search = self.searcher(Content(PR_MESSAGE_CLASS, "IPM.Task", Fuzzy.PREFIX | Fuzzy.IGNORECASE))
        self.message(folder, {PR_MESSAGE_CLASS: "IPM.Task.Request", PR_SUBJECT: "task"})
        self.message(folder)
        assert self.results_of(search) == ["task"]

    # working in it

    def test_deleting_a_result_deletes_the_message(self) -> None:
        """F-040."""
        folder = self.folder()
        entry_id, other = self.urgent(folder), self.message(folder, {PR_SUBJECT: "other"})
        search = self.searcher()
        completion = search.delete_messages([entry_id, other])
        assert completion.left_out == (other,)
        assert contents(folder) == [("other",)]
        assert self.results_of(search) == []

    def test_results_are_copied_and_moved_out(self) -> None:
        """F-040, F-062."""
        folder, target = self.folder(), self.folder("Target")
        entry_id = self.urgent(folder)
        search = self.searcher(URGENT, (folder,))
        assert search.copy_messages([entry_id], target)
        assert len(contents(target)) == 1
        assert search.copy_messages([entry_id], target, move=True)
        assert len(contents(target)) == 2
        assert contents(folder) == []
        assert self.results_of(search) == []

    def test_all_results_are_marked_read_at_once(self) -> None:
        """F-040, F-067."""
        folder = self.folder()
        self.message(folder, {PR_IMPORTANCE: 2, PR_MESSAGE_FLAGS: 0})
        self.message(folder, {PR_MESSAGE_FLAGS: 0})
        search = self.searcher()
        assert search.set_read_flags(None)
        assert folder.get_prop(PR_CONTENT_UNREAD) == 1
        assert self.results_of(search) == ["Budget"]

    def test_the_status_of_a_result_is_the_search_folders_own(self) -> None:
        """F-068."""
        folder = self.folder()
        entry_id = self.urgent(folder)
        search = self.searcher()
        folder.set_message_status(entry_id, MSGSTATUS_HIGHLIGHTED, 0xFF)
        assert search.get_message_status(entry_id) == 0
        assert search.set_message_status(entry_id, MSGSTATUS_TAGGED, 0xFF) == 0
        assert contents(search, PR_MSG_STATUS) == [(MSGSTATUS_TAGGED,)]
        assert contents(folder, PR_MSG_STATUS) == [(MSGSTATUS_HIGHLIGHTED,)]
        with pytest.raises(NotFound):
            search.get_message_status(self.message(folder))

    def test_a_status_is_searched_for_in_the_messages_folder(self) -> None:
        """F-068."""
        folder = self.folder()
        entry_id = self.message(folder)
        search = self.searcher(Bitmask(PR_MSG_STATUS, MSGSTATUS_TAGGED))
        folder.set_message_status(entry_id, MSGSTATUS_TAGGED, MSGSTATUS_TAGGED)
        assert self.results_of(search) == ["Budget"]
        folder.set_message_status(entry_id, 0, MSGSTATUS_TAGGED)
        assert self.results_of(search) == []

    def test_deleting_a_search_folder_leaves_the_messages(self) -> None:
        """F-040, F-064: it holds no messages that would need leave."""
        folder = self.folder()
        self.urgent(folder)
        search = self.searcher()
        self.root().delete_folder(entry_id_of(search))
        assert contents(folder) == [("Urgent",)]
        with pytest.raises(NotFound):
            self.folder_of(entry_id_of(search))
        self.urgent(folder, "later")
        assert self.searcher(name="Again").get_prop(PR_CONTENT_COUNT) == 2

    def test_a_folder_with_a_search_folder_is_deleted_without_its_results(self) -> None:
        """F-040, F-064."""
        folder, shelf = self.folder(), self.folder("Shelf")
        self.urgent(folder)
        search = shelf.create_folder("Search", kind=FOLDER_SEARCH)
        search.set_search_criteria(URGENT, [entry_id_of(folder)])
        self.root().delete_folder(entry_id_of(shelf), folders=True)
        assert contents(folder) == [("Urgent",)]

    def test_a_search_folder_is_not_emptied(self) -> None:
        """F-040, F-066: what it shows is others'."""
        folder = self.folder()
        self.urgent(folder)
        search = self.searcher()
        with pytest.raises(NoSupport):
            search.empty_folder()
        assert contents(folder) == [("Urgent",)]
