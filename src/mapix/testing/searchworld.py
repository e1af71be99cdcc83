"""What happens to a store under a machine that tests its search folders: everything but searches themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import FolderCycle, MapiError
from mapix.properties.flags import (
    CLEAR_READ_FLAG,
    FOLDER_SEARCH,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_FOLDER_TYPE,
    PR_IMPORTANCE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_MSG_STATUS,
    PR_PARENT_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_RETENTION_AGE_LIMIT,
    PR_SUBJECT,
)
from mapix.testing.store_bench import contents, entry_id_of
from mapix.testing.strategies import values

NAMED: Final = (PropTag(0x68200003), PropTag(0x6830101F))
OWN: Final = (PR_SUBJECT, PR_IMPORTANCE, PR_MESSAGE_DELIVERY_TIME, *NAMED)
SEARCHED: Final = (*OWN, PR_MESSAGE_FLAGS, PR_MSG_STATUS)
PROPS: Final = st.fixed_dictionaries({}, optional={tag: values(tag.type) for tag in OWN})
ADDRESSES: Final = st.lists(st.sampled_from(("a", "b", "ann@example.com")), max_size=2)
NAMES: Final = ("A", "B", "C")
MANY: Final = st.integers(0, 1_000_000)


class SearchWorld(RuleBasedStateMachine):
    """A store that is opened twice. `held` are the results of searches that stand still."""

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

    @rule(where=MANY, props=PROPS, addresses=ADDRESSES, which=st.integers(0, 1), associated=st.booleans())
    def create(self, where: int, props: dict[PropTag, Any], addresses: list[str], which: int, associated: bool) -> None:
        message = self.a_folder(where, which).create_message(associated=associated and where % 4 == 0)
        message.set_props({PR_MESSAGE_CLASS: "IPM.Note"} | props)
        _address(message, addresses)
        message.save_changes(Keep.CLOSE)

    @rule(which=MANY, props=PROPS, addresses=st.none() | ADDRESSES, opening=st.integers(0, 1))
    def change(self, which: int, props: dict[PropTag, Any], addresses: list[str] | None, opening: int) -> None:
        found = self.a_message(which, opening)
        if found is not None:
            message = found[0].open_entry(found[1], Access.MODIFY)
            assert isinstance(message, Message)
            message.set_props({PR_MESSAGE_CLASS: "IPM.Note"} | props)
            gone = [tag for tag in OWN[1:] if tag not in props][: which % 3]
            if gone:
                message.delete_props(gone)
            if addresses is not None:
                _address(message, addresses)
            message.save_changes(Keep.CLOSE)

    @rule(which=MANY, to=MANY, move=st.booleans(), opening=st.integers(0, 1))
    def copy_or_move(self, which: int, to: int, move: bool, opening: int) -> None:
        found = self.a_message(which, opening)
        if found is not None:
            found[0].copy_messages([found[1]], self.a_folder(to, opening), move=move)

    @rule(which=MANY, hard=st.booleans(), opening=st.integers(0, 1))
    def delete(self, which: int, hard: bool, opening: int) -> None:
        found = self.a_message(which, opening)
        if found is not None:
            found[0].delete_messages([found[1]], hard=hard)

    @rule(which=MANY, flags=st.sampled_from((0, CLEAR_READ_FLAG)), all_of_them=st.booleans())
    def mark(self, which: int, flags: int, all_of_them: bool) -> None:
        found = self.a_message(which)
        if found is not None:
            found[0].set_read_flags(None if all_of_them else [found[1]], flags)

    @rule(which=MANY, status=st.integers(0, 15))
    def set_status(self, which: int, status: int) -> None:
        found = self.a_message(which)
        if found is not None:
            found[0].set_message_status(found[1], status, 0xF)

    # folders

    @rule(where=MANY, name=st.sampled_from(NAMES))
    def create_folder(self, where: int, name: str) -> None:
        self.a_folder(where).create_folder(name, open_if_exists=True)

    @rule(which=MANY, to=MANY, name=st.sampled_from(NAMES), move=st.booleans(), opening=st.integers(0, 1))
    def copy_or_move_folder(self, which: int, to: int, name: str, move: bool, opening: int) -> None:
        child = self.pick(which, self.folders())
        if child is not None and len(self.folders()) < 8:
            parent = self.opened(self.opened(child).get_prop(PR_PARENT_ENTRYID), opening)
            try:
                parent.copy_folder(child, self.a_folder(to, opening), name=name, move=move)
            except (FolderCycle, MapiError):
                return

    @rule(which=MANY, hard=st.booleans())
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
    @rule(where=MANY, to=MANY, folders=st.booleans())
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


def _address(message: Message, addresses: list[str]) -> None:
    rows = [
        {PR_DISPLAY_NAME: one, PR_ADDRTYPE: "SMTP", PR_EMAIL_ADDRESS: one, PR_RECIPIENT_TYPE: 1} for one in addresses
    ]
    message.modify_recipients(ModifyRecipients.REPLACE, rows)
