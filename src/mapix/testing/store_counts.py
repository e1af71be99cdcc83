"""Store tests: the counts of folders never drift from what is in them, whatever is done (objects 3.1, 3.6)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import Collision, FolderCycle
from mapix.properties.flags import CLEAR_READ_FLAG, MSGFLAG_READ
from mapix.properties.tags import (
    PR_ASSOC_CONTENT_COUNT,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DELETED_ASSOC_MSG_COUNT,
    PR_DELETED_FOLDER_COUNT,
    PR_DELETED_MSG_COUNT,
    PR_ENTRYID,
    PR_MESSAGE_FLAGS,
    PR_PARENT_ENTRYID,
    PR_RETENTION_AGE_LIMIT,
    PR_SUBFOLDERS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench

_DAY: Final = 24 * 3600
_COUNTS: Final = (PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_ASSOC_CONTENT_COUNT, PR_SUBFOLDERS)
_KEPT_COUNTS: Final = (PR_DELETED_MSG_COUNT, PR_DELETED_ASSOC_MSG_COUNT, PR_DELETED_FOLDER_COUNT)

numbers = st.integers(0, 999)
names = st.sampled_from("abcd")


class CountsMachine(RuleBasedStateMachine):
    """Anything that can be done to folders and messages of `store`, in any order; things are picked by number."""

    def __init__(self, store: MsgStore, powers: Powers) -> None:
        super().__init__()
        self.store = store
        self.associated = Powers.ASSOCIATED in powers
        self.keeps = Powers.SOFT_DELETES in powers
        self.transactions = Powers.TRANSACTIONS in powers
        self.total = 0
        if self.keeps:
            store.set_props({PR_RETENTION_AGE_LIMIT: _DAY})

    # what there is

    def folders(self) -> list[MapiFolder]:
        """Every folder, the root first."""
        root = self.opened(None)
        rows = query_all_rows(root.get_hierarchy_table(deep=True), (PR_ENTRYID,))
        return [root, *(self.opened(entry_id) for (entry_id,) in rows)]

    def kept_folders(self) -> Iterator[tuple[MapiFolder, bytes]]:
        """Every folder that was deleted from below another and is kept, with that one."""
        for folder in self.folders() if self.keeps else ():
            for (entry_id,) in query_all_rows(folder.get_hierarchy_table(deleted=True), (PR_ENTRYID,)):
                yield folder, entry_id

    def opened(self, entry_id: bytes | None) -> MapiFolder:
        """A folder, deleted or not."""
        folder = self.store.open_entry(entry_id, Access.MODIFY, deleted=True)
        assert isinstance(folder, MapiFolder)
        return folder

    def pick(self, number: int) -> MapiFolder:
        """One of the folders."""
        found = self.folders()
        return found[number % len(found)]

    def inside(self, folder: MapiFolder, number: int) -> list[bytes]:
        """Some of a folder's messages: every second or third, or all of them."""
        found = [row[0] for flag in self.kinds() for row in rows(folder, associated=flag)]
        return found[:: number % 3 + 1]

    def kinds(self) -> tuple[bool, ...]:
        """Whether to look at associated messages."""
        return (False, True) if self.associated else (False,)

    def messages_below(self, folder: MapiFolder) -> int:
        """How many messages are in a folder and below, kept ones too."""
        found = sum(len(rows(folder, associated=kind, deleted=gone)) for kind in self.kinds() for gone in (False, True))
        for gone in (False, True):
            for (entry_id,) in query_all_rows(folder.get_hierarchy_table(deleted=gone), (PR_ENTRYID,)):
                found += self.messages_below(self.opened(entry_id))
        return found

    def entry_id(self, folder: MapiFolder) -> bytes:
        """Its identifier."""
        found: bytes = folder.get_prop(PR_ENTRYID)
        return found

    # what is done

    @rule(place=numbers, name=names)
    def make_folder(self, place: int, name: str) -> None:
        """A new folder."""
        self.pick(place).create_folder(name, open_if_exists=True)

    @rule(place=numbers, read=st.booleans(), hidden=st.booleans())
    def make_message(self, place: int, read: bool, hidden: bool) -> None:
        """A new message."""
        message = self.pick(place).create_message(associated=hidden and self.associated)
        message.set_props({PR_SUBJECT: "Budget", PR_MESSAGE_FLAGS: MSGFLAG_READ if read else 0})
        message.save_changes(Keep.CLOSE)
        self.total += 1

    @rule(place=numbers, which=numbers, read=st.booleans())
    def read_messages(self, place: int, which: int, read: bool) -> None:
        """Set or clear read flags."""
        folder = self.pick(place)
        folder.set_read_flags(self.inside(folder, which), 0 if read else CLEAR_READ_FLAG)

    @rule(place=numbers, shelf=numbers, which=numbers, move=st.booleans())
    def transfer_messages(self, place: int, shelf: int, which: int, move: bool) -> None:
        """Copy or move messages."""
        folder = self.pick(place)
        wanted = self.inside(folder, which)
        assert folder.copy_messages(wanted, self.pick(shelf), move=move)
        self.total += 0 if move else len(wanted)

    @rule(place=numbers, which=numbers, hard=st.booleans())
    def delete_messages(self, place: int, which: int, hard: bool) -> None:
        """Delete messages."""
        folder = self.pick(place)
        wanted = self.inside(folder, which)
        assert folder.delete_messages(wanted, hard=hard)
        self.total -= len(wanted) if hard or not self.keeps else 0

    @rule(place=numbers, shelf=numbers)
    def restore_messages(self, place: int, shelf: int) -> None:
        """Have deleted messages of a folder back, in another one."""
        folder = self.pick(place)
        wanted = [row[0] for flag in self.kinds() for row in rows(folder, associated=flag, deleted=True)]
        assert folder.copy_messages(wanted, self.pick(shelf), move=True)

    @rule(place=numbers, shelf=numbers, name=names, move=st.booleans())
    def transfer_folder(self, place: int, shelf: int, name: str, move: bool) -> None:
        """Copy or move a folder."""
        folder, above = self.pick(place), self.pick(shelf)
        if self.entry_id(folder) == self.entry_id(self.opened(None)):
            return
        copied = 0 if move else sum(self.live_below(folder))
        try:
            assert self.parent(folder).copy_folder(self.entry_id(folder), above, name=name, move=move)
        except (Collision, FolderCycle):
            return
        self.total += copied

    @rule(place=numbers, hard=st.booleans())
    def delete_folder(self, place: int, hard: bool) -> None:
        """Delete a folder with everything in it."""
        folder = self.pick(place)
        if self.entry_id(folder) == self.entry_id(self.opened(None)):
            return
        gone = self.messages_below(folder) if hard or not self.keeps else 0
        parent = self.parent(folder)
        assert parent.delete_folder(self.entry_id(folder), messages=True, folders=True, hard=hard)
        self.total -= gone

    @rule(which=numbers, shelf=numbers, name=names)
    def restore_folder(self, which: int, shelf: int, name: str) -> None:
        """Have a deleted folder back, somewhere."""
        found = list(self.kept_folders())
        if found:
            parent, entry_id = found[which % len(found)]
            try:
                parent.copy_folder(entry_id, self.pick(shelf), name=name, move=True)
            except Collision:
                return

    @rule(which=numbers)
    def purge_folder(self, which: int) -> None:
        """Let go of a deleted folder."""
        found = list(self.kept_folders())
        if found:
            parent, entry_id = found[which % len(found)]
            self.total -= self.messages_below(self.opened(entry_id))
            assert parent.delete_folder(entry_id, messages=True, folders=True, hard=True)

    @rule(place=numbers, hard=st.booleans())
    def empty_folder(self, place: int, hard: bool) -> None:
        """Empty a folder."""
        folder = self.pick(place)
        before = self.messages_below(folder)
        assert folder.empty_folder(associated=self.associated, hard=hard)
        after = self.messages_below(folder)
        assert after == (0 if hard or not self.keeps else before)
        self.total -= before - after

    @precondition(lambda self: self.transactions)
    @rule(place=numbers, which=numbers, shelf=numbers)
    def undone(self, place: int, which: int, shelf: int) -> None:
        """Something that is undone."""
        before = self.total
        try:
            with self.store.transaction():
                self.delete_messages(place, which, hard=False)
                self.delete_folder(shelf, hard=True)
                self.make_message(place, read=False, hidden=False)
                raise InterruptedError
        except InterruptedError:
            self.total = before

    def teardown(self) -> None:
        """Close the store."""
        self.store.close()

    # what has to hold

    @invariant()
    def counts_are_true(self) -> None:
        """Every count is what the tables show, and no message was lost."""
        found = 0
        for folder in self.folders():
            found += self.check(folder)
        for _, entry_id in list(self.kept_folders()):
            found += self.messages_below(self.opened(entry_id))
        assert found == self.total

    def check(self, folder: MapiFolder) -> int:
        """Compare the counts of one folder; the messages in it, kept ones too."""
        shown = rows(folder)
        hidden = rows(folder, associated=True) if self.associated else []
        below = query_all_rows(folder.get_hierarchy_table(), (PR_ENTRYID,))
        unread = sum(not flags & MSGFLAG_READ for _, flags in shown)
        counts = list(folder.get_props(_COUNTS).values())
        assert counts == [len(shown), unread, len(hidden), bool(below)]
        assert folder.get_contents_table().get_row_count() == len(shown)
        if not self.keeps:
            return len(shown) + len(hidden)
        gone = [rows(folder, associated=kind, deleted=True) for kind in (False, True)]
        gone_below = query_all_rows(folder.get_hierarchy_table(deleted=True), (PR_ENTRYID,))
        kept = list(folder.get_props(_KEPT_COUNTS).values())
        assert kept == [len(gone[0]), len(gone[1]), len(gone_below)]
        return len(shown) + len(hidden) + len(gone[0]) + len(gone[1])

    def live_below(self, folder: MapiFolder) -> Iterator[int]:
        """How many messages that are not deleted are in a folder and in each below."""
        yield sum(len(rows(folder, associated=kind)) for kind in self.kinds())
        for (entry_id,) in query_all_rows(folder.get_hierarchy_table(), (PR_ENTRYID,)):
            yield from self.live_below(self.opened(entry_id))

    def parent(self, folder: MapiFolder) -> MapiFolder:
        """The folder above."""
        return self.opened(folder.get_prop(PR_PARENT_ENTRYID))


def rows(folder: MapiFolder, *, associated: bool = False, deleted: bool = False) -> list[tuple[Any, ...]]:
    """Identifiers and flags of a folder's messages."""
    table = folder.get_contents_table(associated=associated, deleted=deleted)
    return query_all_rows(table, (PR_ENTRYID, PR_MESSAGE_FLAGS))


class CountTests(StoreBench):
    """Counts against the truth."""

    examples = 12
    """How many sequences of steps are tried; more find rarer faults."""

    def test_counts_never_drift(self) -> None:
        """F-090, X-30; objects 3.1."""
        bench, counter = self, count()

        class Machine(CountsMachine):
            """On a store of its own."""

            def __init__(self) -> None:
                place = bench.tmp_path / f"store{next(counter)}"
                place.mkdir()
                super().__init__(bench.make_store(place), bench.powers)

        chosen = settings(
            max_examples=self.examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        run_state_machine_as_test(Machine, settings=chosen)
