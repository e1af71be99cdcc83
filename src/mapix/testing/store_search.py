"""Store tests: search folders (objects 3.3)."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.notify import Event, Notification, ObjectNotification
from mapix.interfaces.prop import Access, Keep, ObjectType
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
    MSGFLAG_READ,
    MSGSTATUS_HIGHLIGHTED,
    MSGSTATUS_TAGGED,
    RECURSIVE_SEARCH,
    RESTART_SEARCH,
    SEARCH_COMPLETE,
    SEARCH_FOREGROUND,
    SEARCH_REBUILD,
    SEARCH_RECURSIVE,
    SEARCH_RUNNING,
    SEARCH_STATIC,
    SHALLOW_SEARCH,
    STATIC_SEARCH,
    STOP_SEARCH,
    STORE_HAS_SEARCHES,
    STORE_SEARCH_OK,
)
from mapix.properties.restriction import Bitmask, Content, Fuzzy, Property, Relop, Restriction, Sub
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ACCESS,
    PR_ASSOC_CONTENT_COUNT,
    PR_BODY,
    PR_COMMENT,
    PR_CONTAINER_CONTENTS,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_FOLDER_TYPE,
    PR_IMPORTANCE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_MSG_STATUS,
    PR_PARENT_DISPLAY,
    PR_PARENT_ENTRYID,
    PR_RETENTION_AGE_LIMIT,
    PR_STORE_STATE,
    PR_STORE_SUPPORT_MASK,
    PR_SUBFOLDERS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, recipient, subfolders

URGENT = Property(Relop.EQ, PR_IMPORTANCE, 2)
BUDGET = Content(PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
UNREAD = Bitmask(PR_MESSAGE_FLAGS, MSGFLAG_READ, nonzero=False)


class SearchTests(StoreBench):
    """What search folders show, how they are made, and that they follow every change."""

    def searcher(
        self,
        restriction: Restriction = URGENT,
        folders: Sequence[MapiFolder] = (),
        flags: int = RECURSIVE_SEARCH,
        name: str = "Search",
    ) -> MapiFolder:
        """A search folder below the root that has been told what to look for: everywhere where no folders are named."""
        self.need(Powers.SEARCH_FOLDERS)
        found = self.root().create_folder(name, kind=FOLDER_SEARCH)
        found.set_search_criteria(restriction, [entry_id_of(one) for one in folders or (self.root(),)], flags)
        return found

    def urgent(self, folder: MapiFolder, subject: str = "Urgent") -> bytes:
        """A message that `URGENT` finds."""
        return self.message(folder, {PR_SUBJECT: subject, PR_IMPORTANCE: 2})

    def change(self, entry_id: bytes, tag: PropTag, value: object) -> None:
        """Save another value of a message."""
        message = self.message_of(entry_id)
        message.set_props({tag: value})
        message.save_changes(Keep.CLOSE)

    def found(self, search: MapiFolder) -> list[str]:
        """The subjects of the results, sorted; the counts must agree."""
        rows = contents(search, PR_SUBJECT, PR_MESSAGE_FLAGS)
        again = self.folder_of(entry_id_of(search))
        assert again.get_prop(PR_CONTENT_COUNT) == len(rows)
        assert again.get_prop(PR_CONTENT_UNREAD) == sum(not flags & MSGFLAG_READ for _, flags in rows)
        return sorted(subject for subject, _ in rows)

    def state(self, search: MapiFolder) -> int:
        """The state of a search whose first pass is not under way."""
        for _ in range(200):
            state = search.get_search_criteria().state
            if not state & SEARCH_REBUILD:
                return state
            time.sleep(0.02)
        raise AssertionError("the search does not end")

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
        assert self.found(search) == ["Urgent"]
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
        assert self.found(search) == ["Urgent"]

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
        assert self.found(search) == ["Urgent"]

    def test_a_folder_opened_for_reading_is_told_nothing(self) -> None:
        """F-042, ST-006."""
        search = self.searcher()
        reader = self.store.open_entry(entry_id_of(search), Access.READ)
        assert isinstance(reader, MapiFolder)
        with pytest.raises(NoAccess):
            reader.set_search_criteria(None, None, STOP_SEARCH)
        assert reader.get_search_criteria().restriction == URGENT

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
        assert self.found(search) == ["above"]
        search.set_search_criteria(None, None, RECURSIVE_SEARCH)
        assert self.found(search) == ["above", "below"]
        search.set_search_criteria(None, None, SHALLOW_SEARCH)
        assert self.found(search) == ["above"]
        search.set_search_criteria(None, [entry_id_of(folder), entry_id_of(below)])
        assert self.found(search) == ["above", "below"]

    def test_a_message_is_found_once_however_scopes_overlap(self) -> None:
        """F-040."""
        folder = self.folder()
        below = folder.create_folder("Below")
        self.urgent(below)
        search = self.searcher(URGENT, (self.root(), folder, below))
        assert self.found(search) == ["Urgent"]
        self.urgent(below, "Later")
        assert self.found(search) == ["Later", "Urgent"]

    def test_associated_messages_are_not_found(self) -> None:
        """F-040, F-081."""
        self.need(Powers.ASSOCIATED)
        folder, search = self.folder(), self.searcher()
        self.message(folder, {PR_IMPORTANCE: 2}, associated=True)
        assert self.found(search) == []
        assert contents(search, associated=True) == []

    def test_recipients_are_searched_through_subrestrictions(self) -> None:
        """F-044, R-014."""
        folder = self.folder()
        search = self.searcher(Sub(PR_MESSAGE_RECIPIENTS, Property(Relop.EQ, PR_EMAIL_ADDRESS, "ann@example.com")))
        message = self.draft(folder, "bob@example.com")
        message.save_changes(Keep.READWRITE)
        assert self.found(search) == []
        message.modify_recipients(ModifyRecipients.ADD, [recipient("ann@example.com")])
        assert self.found(search) == []
        message.save_changes(Keep.CLOSE)
        assert self.found(search) == ["Budget"]

    def test_texts_that_only_a_look_at_each_can_tell(self) -> None:
        """F-042: whatever can be evaluated can be searched for."""
        folder = self.folder()
        wanted = Content(PR_BODY, "résumé", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE | Fuzzy.IGNORENONSPACE)
        self.message(folder, {PR_SUBJECT: "yes", PR_BODY: "my RESUME is here"})
        self.message(folder, {PR_SUBJECT: "no", PR_BODY: "nothing"})
        search = self.searcher(wanted)
        assert self.found(search) == ["yes"]
        self.message(folder, {PR_SUBJECT: "too", PR_BODY: "Resumé" * 20_000})
        assert self.found(search) == ["too", "yes"]

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

    # following changes

    def test_a_search_follows_what_is_saved(self) -> None:
        """F-043: SEARCH_RUNNING."""
        folder, search = self.folder(), self.searcher()
        entry_id = self.message(folder)
        assert self.found(search) == []
        self.change(entry_id, PR_IMPORTANCE, 2)
        assert self.found(search) == ["Budget"]
        self.change(entry_id, PR_SUBJECT, "Agenda")
        assert self.found(search) == ["Agenda"]
        self.change(entry_id, PR_IMPORTANCE, 1)
        assert self.found(search) == []

    def test_a_search_follows_read_flags(self) -> None:
        """F-043, X-39."""
        folder, search = self.folder(), self.searcher(UNREAD)
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: 0})
        assert self.found(search) == ["Budget"]
        folder.set_read_flags([entry_id])
        assert self.found(search) == []
        folder.set_read_flags(None, 4)
        assert self.found(search) == ["Budget"]

    def test_unread_counts_follow_without_results_changing(self) -> None:
        """F-040; PR_CONTENT_UNREAD."""
        folder, search = self.folder(), self.searcher()
        entry_id = self.message(folder, {PR_IMPORTANCE: 2, PR_MESSAGE_FLAGS: 0})
        assert search.get_prop(PR_CONTENT_UNREAD) == 1
        self.message_of(entry_id).set_read_flag(0)
        assert self.folder_of(entry_id_of(search)).get_prop(PR_CONTENT_UNREAD) == 0
        assert self.found(search) == ["Budget"]

    def test_a_search_follows_copies_moves_and_deletions(self) -> None:
        """F-040, F-043."""
        inside, outside = self.folder("In"), self.folder("Out")
        search = self.searcher(URGENT, (inside,))
        first, second = self.urgent(inside, "first"), self.urgent(outside, "second")
        assert self.found(search) == ["first"]
        outside.copy_messages([second], inside)
        assert self.found(search) == ["first", "second"]
        outside.copy_messages([second], inside, move=True)
        assert self.found(search) == ["first", "second", "second"]
        inside.copy_messages([first], outside, move=True)
        assert self.found(search) == ["second", "second"]
        inside.delete_messages([second])
        assert self.found(search) == ["second"]
        inside.empty_folder()
        assert self.found(search) == []

    def test_a_search_follows_folders(self) -> None:
        """F-042, F-043: scopes are folders as they are now."""
        scope, other = self.folder("Scope"), self.folder("Other")
        search = self.searcher(URGENT, (scope,))
        deep = other.create_folder("Deep").create_folder("Deeper")
        self.urgent(deep, "deep")
        assert self.found(search) == []
        other.copy_folder(entry_id_of(other.create_folder("Empty")), scope, move=True)
        child = next(row[0] for row in query_all_rows(other.get_hierarchy_table(), (PR_ENTRYID,)))
        other.copy_folder(child, scope, move=True)
        assert self.found(search) == ["deep"]
        self.root().copy_folder(entry_id_of(scope), other, move=True)
        assert self.found(search) == ["deep"]
        scope = self.folder_of(entry_id_of(scope))
        scope.copy_folder(child, self.root(), move=True)
        assert self.found(search) == []
        self.root().copy_folder(child, scope)
        assert self.found(search) == ["deep"]
        scope.delete_folder(
            query_all_rows(scope.get_hierarchy_table(), (PR_ENTRYID,), Property(Relop.EQ, PR_DISPLAY_NAME, "Deep"))[0][
                0
            ],
            messages=True,
            folders=True,
        )
        assert self.found(search) == []

    def test_a_scope_that_is_deleted_is_searched_no_more(self) -> None:
        """F-043."""
        scope, other = self.folder("Scope"), self.folder("Other")
        self.urgent(scope)
        search = self.searcher(URGENT, (scope, other))
        self.root().delete_folder(entry_id_of(scope), messages=True, folders=True)
        assert self.found(search) == []
        assert search.get_search_criteria().folders == (entry_id_of(other),)
        self.urgent(other, "there")
        assert self.found(search) == ["there"]

    def test_a_search_follows_submission(self) -> None:
        """F-043."""
        self.need(Powers.SPOOLER)
        folder = self.folder()
        search = self.searcher(Bitmask(PR_MESSAGE_FLAGS, 4))
        message = self.draft(folder, "ann@example.com")
        message.save_changes(Keep.READWRITE)
        entry_id = entry_id_of(message)
        message.submit_message()
        assert self.found(search) == ["Budget"]
        self.store.abort_submit(entry_id)
        assert self.found(search) == []

    def test_what_is_undone_is_not_found(self) -> None:
        """F-043."""
        self.need(Powers.TRANSACTIONS)
        folder, search = self.folder(), self.searcher()
        kept = self.urgent(folder, "kept")
        self.do_and_fail(
            lambda: self.urgent(folder, "undone"), lambda: folder.delete_messages([kept]), lambda: self.found(search)
        )
        assert self.found(search) == ["kept"]

    def test_results_are_right_within_a_transaction(self) -> None:
        """F-043."""
        self.need(Powers.TRANSACTIONS)
        folder, search = self.folder(), self.searcher()
        with self.store.transaction():
            entry_id = self.urgent(folder)
            assert self.found(search) == ["Urgent"]
            folder.delete_messages([entry_id])
            assert self.found(search) == []
            self.urgent(folder, "stays")
        assert self.found(search) == ["stays"]

    def test_several_searches_follow_the_same_message(self) -> None:
        """F-040."""
        folder = self.folder()
        urgent, budget = self.searcher(URGENT, name="Urgent"), self.searcher(BUDGET, (folder,), name="Budget")
        entry_id = self.message(folder, {PR_IMPORTANCE: 2})
        assert (self.found(urgent), self.found(budget)) == (["Budget"], ["Budget"])
        self.change(entry_id, PR_SUBJECT, "Agenda")
        assert (self.found(urgent), self.found(budget)) == (["Agenda"], [])

    def test_a_search_survives_the_next_opening(self) -> None:
        """F-043."""
        folder, search = self.folder(), self.searcher()
        self.urgent(folder, "before")
        other = self.again()
        found = self.folder_of(entry_id_of(search), other)
        assert found.get_search_criteria() == search.get_search_criteria()
        self.message(self.folder_of(entry_id_of(folder), other), {PR_IMPORTANCE: 2, PR_SUBJECT: "after"})
        assert self.found(search) == ["after", "before"]

    def test_soft_deleted_messages_are_no_results(self) -> None:
        """F-090, F-043."""
        self.need(Powers.SOFT_DELETES)
        folder, search = self.folder(), self.searcher()
        entry_id = self.urgent(folder)
        self.store.set_props({PR_RETENTION_AGE_LIMIT: 3600})
        folder.delete_messages([entry_id])
        assert self.found(search) == []
        folder.copy_messages([entry_id], folder, move=True)
        assert self.found(search) == ["Urgent"]

    # working in it

    def test_deleting_a_result_deletes_the_message(self) -> None:
        """F-040."""
        folder = self.folder()
        entry_id, other = self.urgent(folder), self.message(folder, {PR_SUBJECT: "other"})
        search = self.searcher()
        completion = search.delete_messages([entry_id, other])
        assert completion.left_out == (other,)
        assert contents(folder) == [("other",)]
        assert self.found(search) == []

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
        assert self.found(search) == []

    def test_all_results_are_marked_read_at_once(self) -> None:
        """F-040, F-067."""
        folder = self.folder()
        self.message(folder, {PR_IMPORTANCE: 2, PR_MESSAGE_FLAGS: 0})
        self.message(folder, {PR_MESSAGE_FLAGS: 0})
        search = self.searcher()
        assert search.set_read_flags(None)
        assert folder.get_prop(PR_CONTENT_UNREAD) == 1
        assert self.found(search) == ["Budget"]

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
        assert self.found(search) == ["Budget"]
        folder.set_message_status(entry_id, 0, MSGSTATUS_TAGGED)
        assert self.found(search) == []

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

    # starting and stopping

    def test_a_stopped_search_stays_as_it_is(self) -> None:
        """F-042, F-043."""
        folder = self.folder()
        entry_id, gone = self.urgent(folder, "first"), self.urgent(folder, "gone")
        search = self.searcher()
        search.set_search_criteria(None, None, STOP_SEARCH)
        assert not self.state(search) & (SEARCH_RUNNING | SEARCH_REBUILD)
        self.urgent(folder, "second")
        self.change(entry_id, PR_IMPORTANCE, 0)
        folder.delete_messages([gone])
        assert self.found(search) == ["first"]
        search.set_search_criteria(None, None, RESTART_SEARCH)
        assert self.state(search) & SEARCH_RUNNING
        assert self.found(search) == ["second"]

    def test_a_static_search_is_done_once(self) -> None:
        """F-043: not running means that results are static."""
        folder = self.folder()
        gone = self.urgent(folder, "first")
        self.urgent(folder, "stays")
        search = self.searcher(flags=RECURSIVE_SEARCH | STATIC_SEARCH)
        state = self.state(search)
        assert state & (SEARCH_STATIC | SEARCH_COMPLETE) == SEARCH_STATIC | SEARCH_COMPLETE
        assert not state & SEARCH_RUNNING
        self.urgent(folder, "later")
        folder.delete_messages([gone])
        assert self.found(search) == ["stays"]
        search.set_search_criteria(None, None, RESTART_SEARCH | STATIC_SEARCH)
        assert self.found(search) == ["later", "stays"]
        search.set_search_criteria(None, None, RESTART_SEARCH)
        self.urgent(folder, "last")
        assert self.found(search) == ["last", "later", "stays"]

    def test_another_restriction_starts_anew(self) -> None:
        """F-042."""
        folder = self.folder()
        self.urgent(folder, "urgent")
        self.message(folder, {PR_SUBJECT: "The budget"})
        search = self.searcher()
        search.set_search_criteria(BUDGET, None)
        assert self.found(search) == ["The budget"]
        assert search.get_search_criteria().folders == (entry_id_of(self.root()),)

    def test_another_priority_does_not_start_anew(self) -> None:
        """F-042."""
        folder = self.folder()
        self.urgent(folder)
        search = self.searcher()
        assert self.state(search) & SEARCH_FOREGROUND
        heard = self.listen(Event.SEARCH_COMPLETE)
        search.set_search_criteria(None, None, BACKGROUND_SEARCH)
        self.settle()
        assert not self.state(search) & SEARCH_FOREGROUND
        assert heard == []
        assert self.found(search) == ["Urgent"]

    def test_a_search_in_the_background_ends(self) -> None:
        """F-042, F-043, X-21."""
        folder = self.folder()
        for number in range(30):
            self.urgent(folder, f"m{number:02}")
        search = self.searcher(flags=RECURSIVE_SEARCH | BACKGROUND_SEARCH)
        self.urgent(folder, "meanwhile")
        state = self.state(search)
        assert state & (SEARCH_RUNNING | SEARCH_COMPLETE) == SEARCH_RUNNING | SEARCH_COMPLETE
        assert self.found(search) == [*(f"m{number:02}" for number in range(30)), "meanwhile"]

    def test_the_end_of_a_search_is_told(self) -> None:
        """F-044, X-21; the matrix of section 9: to the store and the search folder."""
        self.need(Powers.EVENTS | Powers.SEARCH_FOLDERS)
        search = self.root().create_folder("Search", kind=FOLDER_SEARCH)
        of_store = self.listen(Event.SEARCH_COMPLETE)
        of_folder = self.listen(Event.SEARCH_COMPLETE, entry_id_of(search))
        search.set_search_criteria(URGENT, [entry_id_of(self.root())], RECURSIVE_SEARCH)
        self.state(search)
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
            self.change(entry_id, PR_IMPORTANCE, value)
            self.settle()
            assert {one.event for one in heard} == {Event.TABLE_MODIFIED}
            heard.clear()

    def test_results_that_come_and_go_change_the_search_folder(self) -> None:
        """NOT-11: counts are its properties. Messages are not created or deleted by being found."""
        self.need(Powers.EVENTS)
        folder, search = self.folder(), self.searcher()
        entry_id = self.message(folder)
        heard, of_folder = self.listen(), self.listen(entry_id=entry_id_of(search))
        self.change(entry_id, PR_IMPORTANCE, 2)
        self.settle()
        events = [(one.event, one.entry_id) for one in heard if isinstance(one, ObjectNotification)]
        assert sorted(events) == sorted(
            [(Event.OBJECT_MODIFIED, entry_id), (Event.OBJECT_MODIFIED, entry_id_of(search))]
        )
        assert [one.event for one in of_folder] == [Event.OBJECT_MODIFIED]

    def test_message_classes_are_searched_by_prefix(self) -> None:
        """F-042."""
        folder = self.folder()
        search = self.searcher(Content(PR_MESSAGE_CLASS, "IPM.Task", Fuzzy.PREFIX | Fuzzy.IGNORECASE))
        self.message(folder, {PR_MESSAGE_CLASS: "IPM.Task.Request", PR_SUBJECT: "task"})
        self.message(folder)
        assert self.found(search) == ["task"]
