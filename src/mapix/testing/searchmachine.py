"""A machine that does anything to a store that has search folders, and holds their results to the plain meaning.

    class NotesSearches(SearchMachine):
        def make_store(self, opening): ...

    TestNotesSearches = NotesSearches.TestCase

After every step each live search must have found exactly the messages in its scope that satisfy its restriction by
`mapix.objects.restrictions.evaluate`, and its counts must be theirs; a static or stopped one has what it had, less what
is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import MapiProp
from mapix.interfaces.table import query_all_rows
from mapix.objects.restrictions.evaluate import Get, matches
from mapix.properties.flags import (
    BACKGROUND_SEARCH,
    FOLDER_SEARCH,
    MSGFLAG_READ,
    RECURSIVE_SEARCH,
    RESTART_SEARCH,
    SEARCH_RECURSIVE,
    SEARCH_RUNNING,
    SEARCH_STATIC,
    SHALLOW_SEARCH,
    STATIC_SEARCH,
    STOP_SEARCH,
)
from mapix.properties.restriction import Content, Fuzzy, Restriction
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_FOLDER_TYPE,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_MSG_STATUS,
    PR_PARENT_DISPLAY,
    PR_PARENT_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_SUBJECT,
)
from mapix.testing.searchworld import MANY, PROPS, SEARCHED, SearchWorld
from mapix.testing.store_bench import contents, entry_id_of
from mapix.testing.strategies import restrictions

_CRITERIA: Final = restrictions(SEARCHED, below=(PR_EMAIL_ADDRESS, PR_RECIPIENT_TYPE), max_leaves=4)


class SearchMachine(SearchWorld):
    """See the module."""

    # searches

    @rule(
        parent=MANY,
        criteria=_CRITERIA,
        scope=st.lists(MANY, min_size=1, max_size=2),
        flags=st.sampled_from((RECURSIVE_SEARCH, SHALLOW_SEARCH)),
        static=st.booleans(),
        background=st.booleans(),
    )
    def search(
        self, parent: int, criteria: Restriction, scope: list[int], flags: int, static: bool, background: bool
    ) -> None:
        present = self.folders(FOLDER_SEARCH)
        if len(present) < 3:
            folder = self.a_folder(parent).create_folder(f"S{parent}", kind=FOLDER_SEARCH, open_if_exists=True)
        else:
            folder = self.opened(present[parent % len(present)])
        flags |= (STATIC_SEARCH if static else 0) | (BACKGROUND_SEARCH if background else 0) | RESTART_SEARCH
        folder.set_search_criteria(criteria, [entry_id_of(self.a_folder(one)) for one in scope], flags)
        self.wait_for(folder)
        self.held.pop(entry_id_of(folder), None)

    def wait_for(self, folder: MapiFolder) -> None:
        import time

        from mapix.properties.flags import SEARCH_REBUILD

        while folder.get_search_criteria().state & SEARCH_REBUILD:
            time.sleep(0.001)

    @rule(which=MANY, flags=st.sampled_from((STOP_SEARCH, RESTART_SEARCH)))
    def stop_or_restart(self, which: int, flags: int) -> None:
        found = self.pick(which, self.folders(FOLDER_SEARCH))
        if found is not None:
            folder = self.opened(found)
            folder.set_search_criteria(None, None, flags)
            self.wait_for(folder)
            self.held.pop(found, None)

    @rule(which=MANY, text=st.sampled_from(("a", "Budget", "straße")))
    def look_for_text(self, which: int, text: str) -> None:
        """A store may make an index for it, which searches may use later."""
        table = self.a_folder(which).get_contents_table()
        table.restrict(Content(PR_SUBJECT, text, Fuzzy.SUBSTRING | Fuzzy.IGNORECASE))
        assert table.get_row_count() >= 0

    @rule(which=MANY, result=MANY, hard=st.booleans())
    def delete_a_result(self, which: int, result: int, hard: bool) -> None:
        found = self.pick(which, self.folders(FOLDER_SEARCH))
        if found is not None:
            folder = self.opened(found)
            entry_id = self.pick(result, [row[0] for row in contents(folder, PR_ENTRYID)])
            if entry_id is not None:
                folder.delete_messages([entry_id], hard=hard)

    @rule(where=MANY, props=PROPS, which=MANY)
    def try_in_vain(self, where: int, props: dict[PropTag, Any], which: int) -> None:
        """A transaction that fails leaves nothing, wherever results were looked at inside it."""
        try:
            with self.stores[0].transaction():
                self.create(where, props, [], 0, False)
                for search in self.folders(FOLDER_SEARCH)[: which % 2]:
                    contents(self.opened(search))
                self.delete(which, True, 0)
                raise InterruptedError
        except InterruptedError:
            return

    @rule(where=MANY, props=PROPS, which=MANY)
    def do_several_things_at_once(self, where: int, props: dict[PropTag, Any], which: int) -> None:
        with self.stores[0].transaction():
            self.create(where, props, [], 0, False)
            self.change(which, props, None, 0)
            try:
                with self.stores[0].transaction():
                    self.create(where + 1, props, [], 0, False)
                    self.results_are_right()
                    raise InterruptedError
            except InterruptedError:
                self.results_are_right()
            self.copy_or_move(which, where, True, 0)
            self.delete(which + 1, True, 0)

    # what must hold

    @invariant()
    def results_are_right(self) -> None:
        for search in self.folders(FOLDER_SEARCH):
            self.check(search)

    def check(self, search: bytes) -> None:
        folder = self.opened(search)
        rows = contents(folder, PR_ENTRYID, PR_MESSAGE_FLAGS, PR_PARENT_ENTRYID, PR_PARENT_DISPLAY)
        found = frozenset(row[0] for row in rows)
        assert len(found) == len(rows)
        folder = self.opened(search)
        assert folder.get_prop(PR_CONTENT_COUNT) == len(rows)
        assert folder.get_prop(PR_CONTENT_UNREAD) == sum(not flags & MSGFLAG_READ for _, flags, _, _ in rows)
        for entry_id, _, parent, name in rows:
            message = self.stores[0].open_entry(entry_id)
            assert message.get_prop(PR_PARENT_ENTRYID) == parent
            assert self.opened(parent).get_prop(PR_DISPLAY_NAME) == name
        criteria = folder.get_search_criteria()
        if criteria.state & SEARCH_RUNNING and not criteria.state & SEARCH_STATIC:
            deep = bool(criteria.state & SEARCH_RECURSIVE)
            assert found == frozenset(self.expected(criteria.restriction, criteria.folders, deep))
        else:
            before = self.held.get(search)
            assert before is None or found <= before
            self.held[search] = found

    def expected(self, restriction: Restriction, scope: Iterable[bytes], deep: bool) -> Iterator[bytes]:
        """What a search ought to find, message by message."""
        looked_at: set[bytes] = set()
        waiting = [one for one in scope if one in {*self.all_folders()}]
        for entry_id in waiting:
            if entry_id in looked_at:
                continue
            looked_at.add(entry_id)
            folder = self.opened(entry_id)
            for number, status in contents(folder, PR_ENTRYID, PR_MSG_STATUS):
                if _satisfies(folder.open_entry(number), status, restriction):
                    yield number
            if deep:
                rows = query_all_rows(folder.get_hierarchy_table(), (PR_ENTRYID, PR_FOLDER_TYPE))
                waiting += [child for child, kind in rows if kind != FOLDER_SEARCH]


def _satisfies(message: MapiProp, status: int, restriction: Restriction) -> bool:
    assert isinstance(message, Message)
    own = message.get_props(SEARCHED) | {PR_MSG_STATUS: status}
    columns = (PR_EMAIL_ADDRESS, PR_RECIPIENT_TYPE)

    def parts(tag: PropTag) -> list[Get]:
        if tag != PR_MESSAGE_RECIPIENTS:
            return []
        return [
            dict(zip(columns, row, strict=True)).get for row in query_all_rows(message.get_recipient_table(), columns)
        ]

    return matches(restriction, own.get, parts)
