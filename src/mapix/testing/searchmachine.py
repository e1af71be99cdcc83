"""A machine that does anything to a store that has search folders, and holds their results to the plain meaning.

    class NotesSearches(SearchMachine):
        def make_store(self, opening): ...

    TestNotesSearches = NotesSearches.TestCase

After every step each live search must have found exactly the messages in its scope that satisfy its restriction by
`mapix.objects.evaluate`, and its counts must be theirs; a static or stopped one has what it had, less what is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.objects.evaluate import Get, matches
from mapix.properties.errors import FolderCycle, MapiError
from mapix.properties.flags import (
    BACKGROUND_SEARCH,
    CLEAR_READ_FLAG,
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
    PR_ADDRTYPE,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DISPLAY_NAME,
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
    PR_RECIPIENT_TYPE,
    PR_RETENTION_AGE_LIMIT,
    PR_SUBJECT,
)
from mapix.testing.store_bench import contents, entry_id_of
from mapix.testing.strategies import restrictions, values

_NAMED: Final = (PropTag(0x68200003), PropTag(0x6830101F))
_OWN: Final = (PR_SUBJECT, PR_IMPORTANCE, PR_MESSAGE_DELIVERY_TIME, *_NAMED)
_SEARCHED: Final = (*_OWN, PR_MESSAGE_FLAGS, PR_MSG_STATUS)
_PROPS: Final = st.fixed_dictionaries({}, optional={tag: values(tag.type) for tag in _OWN})
_CRITERIA: Final = restrictions(_SEARCHED, below=(PR_EMAIL_ADDRESS, PR_RECIPIENT_TYPE), max_leaves=4)
_ADDRESSES: Final = st.lists(st.sampled_from(("a", "b", "ann@example.com")), max_size=2)
_NAMES: Final = ("A", "B", "C")
_MANY: Final = st.integers(0, 1_000_000)


class SearchMachine(RuleBasedStateMachine):
    """See the module. `background` says whether first passes may be left to threads."""

    keeps_deleted = True

    def make_store(self, opening: int) -> MsgStore:
        """A store without messages, open for changes: the first time a new one, then the same one once more."""
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.stores = [self.make_store(0), self.make_store(1)]
        self.held: dict[bytes, frozenset[bytes]] = {}

    def teardown(self) -> None:
        for store in self.stores:
            store.close()

    # what there is

    def root(self, which: int = 0) -> MapiFolder:
        return self.opened(None, which)

    def opened(self, entry_id: bytes | None, which: int = 0) -> MapiFolder:
        folder = self.stores[which].open_entry(entry_id, Access.MODIFY)
        assert isinstance(folder, MapiFolder)
        return folder

    def folders(self, kind: int | None = None) -> list[bytes]:
        rows = query_all_rows(self.root().get_hierarchy_table(deep=True), (PR_ENTRYID, PR_FOLDER_TYPE))
        return [entry_id for entry_id, its in rows if (its == FOLDER_SEARCH) == (kind == FOLDER_SEARCH)]

    def pick(self, choice: int, among: list[bytes]) -> bytes | None:
        return among[choice % len(among)] if among else None

    def a_folder(self, choice: int, which: int = 0) -> MapiFolder:
        return self.opened(self.pick(choice, [entry_id_of(self.root()), *self.folders()]), which)

    def a_message(self, choice: int, which: int = 0) -> tuple[MapiFolder, bytes] | None:
        found = [(folder, row[0]) for folder in self.all_folders() for row in contents(self.opened(folder), PR_ENTRYID)]
        if not found:
            return None
        folder, entry_id = found[choice % len(found)]
        return self.opened(folder, which), entry_id

    def all_folders(self) -> list[bytes]:
        return [entry_id_of(self.root()), *self.folders()]

    # messages

    @rule(where=_MANY, props=_PROPS, addresses=_ADDRESSES, which=st.integers(0, 1), associated=st.booleans())
    def create(self, where: int, props: dict[PropTag, Any], addresses: list[str], which: int, associated: bool) -> None:
        message = self.a_folder(where, which).create_message(associated=associated and where % 4 == 0)
        message.set_props({PR_MESSAGE_CLASS: "IPM.Note"} | props)
        _address(message, addresses)
        message.save_changes(Keep.CLOSE)

    @rule(which=_MANY, props=_PROPS, addresses=st.none() | _ADDRESSES, opening=st.integers(0, 1))
    def change(self, which: int, props: dict[PropTag, Any], addresses: list[str] | None, opening: int) -> None:
        found = self.a_message(which, opening)
        if found is not None:
            message = found[0].open_entry(found[1], Access.MODIFY)
            assert isinstance(message, Message)
            message.set_props({PR_MESSAGE_CLASS: "IPM.Note"} | props)
            gone = [tag for tag in _OWN[1:] if tag not in props][: which % 3]
            if gone:
                message.delete_props(gone)
            if addresses is not None:
                _address(message, addresses)
            message.save_changes(Keep.CLOSE)

    @rule(which=_MANY, to=_MANY, move=st.booleans(), opening=st.integers(0, 1))
    def copy_or_move(self, which: int, to: int, move: bool, opening: int) -> None:
        found = self.a_message(which, opening)
        if found is not None:
            found[0].copy_messages([found[1]], self.a_folder(to, opening), move=move)

    @rule(which=_MANY, hard=st.booleans(), opening=st.integers(0, 1))
    def delete(self, which: int, hard: bool, opening: int) -> None:
        found = self.a_message(which, opening)
        if found is not None:
            found[0].delete_messages([found[1]], hard=hard)

    @rule(which=_MANY, flags=st.sampled_from((0, CLEAR_READ_FLAG)), all_of_them=st.booleans())
    def mark(self, which: int, flags: int, all_of_them: bool) -> None:
        found = self.a_message(which)
        if found is not None:
            found[0].set_read_flags(None if all_of_them else [found[1]], flags)

    @rule(which=_MANY, status=st.integers(0, 15))
    def set_status(self, which: int, status: int) -> None:
        found = self.a_message(which)
        if found is not None:
            found[0].set_message_status(found[1], status, 0xF)

    # folders

    @rule(where=_MANY, name=st.sampled_from(_NAMES))
    def create_folder(self, where: int, name: str) -> None:
        self.a_folder(where).create_folder(name, open_if_exists=True)

    @rule(which=_MANY, to=_MANY, name=st.sampled_from(_NAMES), move=st.booleans(), opening=st.integers(0, 1))
    def copy_or_move_folder(self, which: int, to: int, name: str, move: bool, opening: int) -> None:
        child = self.pick(which, self.folders())
        if child is not None and len(self.folders()) < 8:
            parent = self.opened(self.opened(child).get_prop(PR_PARENT_ENTRYID), opening)
            try:
                parent.copy_folder(child, self.a_folder(to, opening), name=name, move=move)
            except (FolderCycle, MapiError):
                return

    @rule(which=_MANY, hard=st.booleans())
    def delete_folder(self, which: int, hard: bool) -> None:
        child = self.pick(which, self.folders())
        if child is not None:
            parent = self.opened(self.opened(child).get_prop(PR_PARENT_ENTRYID))
            inside = {*self.searches_below(self.opened(child))}
            parent.delete_folder(child, messages=True, folders=True, hard=hard)
            for gone in inside:
                self.held.pop(gone, None)

    def searches_below(self, folder: MapiFolder) -> Iterator[bytes]:
        rows = query_all_rows(folder.get_hierarchy_table(deep=True), (PR_ENTRYID, PR_FOLDER_TYPE))
        return (entry_id for entry_id, kind in rows if kind == FOLDER_SEARCH)

    @precondition(lambda self: self.keeps_deleted)
    @rule(seconds=st.sampled_from((0, 3600)))
    def keep_deleted(self, seconds: int) -> None:
        self.stores[0].set_props({PR_RETENTION_AGE_LIMIT: seconds})

    @precondition(lambda self: self.keeps_deleted)
    @rule(where=_MANY, to=_MANY, folders=st.booleans())
    def restore(self, where: int, to: int, folders: bool) -> None:
        folder = self.a_folder(where)
        table = folder.get_hierarchy_table(deleted=True) if folders else folder.get_contents_table(deleted=True)
        kept = query_all_rows(table, (PR_ENTRYID,))
        if not kept:
            return
        if not folders:
            folder.copy_messages([kept[0][0]], self.a_folder(to), move=True)
            return
        try:
            folder.copy_folder(kept[0][0], self.a_folder(to), move=True)
        except MapiError:
            return

    # searches

    @rule(
        parent=_MANY,
        criteria=_CRITERIA,
        scope=st.lists(_MANY, min_size=1, max_size=2),
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

    @rule(which=_MANY, flags=st.sampled_from((STOP_SEARCH, RESTART_SEARCH)))
    def stop_or_restart(self, which: int, flags: int) -> None:
        found = self.pick(which, self.folders(FOLDER_SEARCH))
        if found is not None:
            folder = self.opened(found)
            folder.set_search_criteria(None, None, flags)
            self.wait_for(folder)
            self.held.pop(found, None)

    @rule(which=_MANY, text=st.sampled_from(("a", "Budget", "straße")))
    def look_for_text(self, which: int, text: str) -> None:
        """A store may make an index for it, which searches may use later."""
        table = self.a_folder(which).get_contents_table()
        table.restrict(Content(PR_SUBJECT, text, Fuzzy.SUBSTRING | Fuzzy.IGNORECASE))
        assert table.get_row_count() >= 0

    @rule(which=_MANY, result=_MANY, hard=st.booleans())
    def delete_a_result(self, which: int, result: int, hard: bool) -> None:
        found = self.pick(which, self.folders(FOLDER_SEARCH))
        if found is not None:
            folder = self.opened(found)
            entry_id = self.pick(result, [row[0] for row in contents(folder, PR_ENTRYID)])
            if entry_id is not None:
                folder.delete_messages([entry_id], hard=hard)

    @rule(where=_MANY, props=_PROPS, which=_MANY)
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

    @rule(where=_MANY, props=_PROPS, which=_MANY)
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


def _address(message: Message, addresses: list[str]) -> None:
    rows = [
        {PR_DISPLAY_NAME: one, PR_ADDRTYPE: "SMTP", PR_EMAIL_ADDRESS: one, PR_RECIPIENT_TYPE: 1} for one in addresses
    ]
    message.modify_recipients(ModifyRecipients.REPLACE, rows)


def _satisfies(message: MapiProp, status: int, restriction: Restriction) -> bool:
    assert isinstance(message, Message)
    own = message.get_props(_SEARCHED) | {PR_MSG_STATUS: status}
    columns = (PR_EMAIL_ADDRESS, PR_RECIPIENT_TYPE)

    def parts(tag: PropTag) -> list[Get]:
        if tag != PR_MESSAGE_RECIPIENTS:
            return []
        return [
            dict(zip(columns, row, strict=True)).get for row in query_all_rows(message.get_recipient_table(), columns)
        ]

    return matches(restriction, own.get, parts)
