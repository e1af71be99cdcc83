"""A process that does all there is to do with a store, to be killed.

`python -m tests.providers.sqlstore.victim KIND PLACE LOG SEED`

Lines on standard input: the first starts a worker in a process of its own (a fork, so that it is at work at once),
whose number is printed; the next waits for its end and prints how it ended; and so on.

The worker writes to LOG what it is about to do and what it has done, a line each: `may ID DIGEST` before a message may
come to have that digest, `may ID -` before it may be gone, `is ID DIGEST` when it is saved.
"""

from __future__ import annotations

import os
import random
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from tests.killing import end_of
from tests.providers.sqlstore.kinds import ALL_KINDS
from tests.providers.sqlstore.wholes import fill, new_message

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties import flags, tags
from mapix.properties.errors import Collision, FolderCycle, NoSupport, NotFound
from mapix.properties.restriction import Bitmask, Content, Fuzzy
from mapix.properties.times import now

MOST = 40
"""Messages in the store, about."""


class Worker:
    """Works on a store without end."""

    def __init__(self, store: MsgStore, place: str, log: int, chance: random.Random) -> None:
        self.store = store
        self.place = place
        self.log = log
        self.chance = chance

    def say(self, word: str, entry_id: bytes, digest: str) -> None:
        os.write(self.log, f"{word} {entry_id.hex()} {digest}\n".encode())

    def work(self, passing: tuple[type[Exception], ...] = ()) -> None:
        while True:
            with suppress(*passing):
                self.act()

    def act(self) -> None:
        crowd = sum(len(self.messages(folder)) for folder in self.folders())
        if crowd < MOST // 2:
            self.do_save()
        elif crowd > MOST:
            self.do_delete(hard=self.chance.random() < 0.5)
        else:
            getattr(self, self.chance.choice([name for name in dir(self) if name.startswith("do_")]))()

    # what there is

    def folder(self, entry_id: bytes | None = None) -> MapiFolder:
        opened = self.store.open_entry(entry_id, Access.MODIFY)
        assert isinstance(opened, MapiFolder)
        return opened

    def folders(self, kind: int = 1) -> list[MapiFolder]:
        columns = (tags.PR_ENTRYID, tags.PR_FOLDER_TYPE)
        rows = query_all_rows(self.folder().get_hierarchy_table(deep=True), columns)
        found = [self.folder(entry_id) for entry_id, its_kind in rows if its_kind == kind]
        return [self.folder(), *found] if kind == 1 else found

    def a_folder(self) -> MapiFolder:
        found = self.folders()
        if len(found) < 5:
            return self.folder().create_folder(f"folder {self.chance.randrange(9)}", open_if_exists=True)
        return self.chance.choice(found)

    def messages(self, folder: MapiFolder, *, deleted: bool = False) -> list[bytes]:
        return [row[0] for row in query_all_rows(folder.get_contents_table(deleted=deleted), (tags.PR_ENTRYID,))]

    def some(self, folder: MapiFolder, most: int = 4) -> list[bytes]:
        found = self.messages(folder)
        return self.chance.sample(found, min(len(found), self.chance.randrange(1, most + 1)))

    def may_go(self, entry_ids: list[bytes]) -> None:
        for entry_id in entry_ids:
            self.say("may", entry_id, "-")

    # what is done

    def do_save(self) -> None:
        message, digest = new_message(self.a_folder(), self.chance)
        message.save_changes(Keep.READONLY)
        self.say("is", message.get_prop(tags.PR_ENTRYID), digest)

    def do_save_several(self) -> None:
        saved = []
        with self.store.transaction():
            for _ in range(3):
                message, digest = new_message(self.a_folder(), self.chance)
                message.save_changes(Keep.READONLY)
                saved.append((message.get_prop(tags.PR_ENTRYID), digest))
        for entry_id, digest in saved:
            self.say("is", entry_id, digest)

    def do_change(self) -> None:
        for entry_id in self.some(self.a_folder(), 2):
            message = self.store.open_entry(entry_id, Access.MODIFY)
            assert isinstance(message, Message)
            digest = fill(message, self.chance)
            self.say("may", entry_id, digest)
            message.save_changes(Keep.READONLY)
            self.say("is", entry_id, digest)

    def do_copy(self) -> None:
        source = self.a_folder()
        source.copy_messages(self.some(source), self.a_folder())

    def do_move(self) -> None:
        source = self.a_folder()
        source.copy_messages(self.some(source), self.a_folder(), move=True)

    def do_delete(self, *, hard: bool = False) -> None:
        folder = self.a_folder()
        entry_ids = self.some(folder, 8)
        self.may_go(entry_ids)
        folder.delete_messages(entry_ids, hard=hard)

    def do_delete_for_good(self) -> None:
        self.do_delete(hard=True)

    def do_restore(self) -> None:
        folder = self.a_folder()
        kept = self.messages(folder, deleted=True)[:3]
        if kept:
            folder.copy_messages(kept, self.a_folder(), move=True)

    def do_purge(self) -> None:
        folder = self.a_folder()
        folder.delete_messages(self.messages(folder, deleted=True)[:3], hard=True)

    def do_empty(self) -> None:
        folder = self.a_folder()
        rows = query_all_rows(folder.get_hierarchy_table(deep=True), (tags.PR_ENTRYID, tags.PR_FOLDER_TYPE))
        below = [self.folder(entry_id) for entry_id, kind in rows if kind == 1]
        for each in (folder, *below):
            self.may_go(self.messages(each))
        if self.chance.random() < 0.3:
            folder.empty_folder(hard=self.chance.random() < 0.5)

    def do_folders(self) -> None:
        source, target = self.a_folder(), self.a_folder()
        rows = query_all_rows(source.get_hierarchy_table(), (tags.PR_ENTRYID, tags.PR_FOLDER_TYPE))
        for entry_id in [entry_id for entry_id, kind in rows if kind == 1][:1]:
            with suppress(Collision, FolderCycle, NotFound):
                source.copy_folder(entry_id, target, move=self.chance.random() < 0.5)

    def do_read(self) -> None:
        folder = self.a_folder()
        folder.set_read_flags(self.some(folder), self.chance.choice((0, flags.CLEAR_READ_FLAG)))

    def do_search(self) -> None:
        folder = self.folder().create_folder(f"search {self.chance.randrange(3)}", kind=2, open_if_exists=True)
        restriction = self.chance.choice(
            (
                Content(tags.PR_SUBJECT, self.chance.choice("0123456789abcdef"), Fuzzy.SUBSTRING),
                Bitmask(tags.PR_MESSAGE_FLAGS, 1, nonzero=True),
                Content(tags.PR_BODY, "long", Fuzzy.SUBSTRING),
            )
        )
        asked = flags.RECURSIVE_SEARCH | self.chance.choice((flags.FOREGROUND_SEARCH, 0))
        asked |= self.chance.choice((0, 0, flags.STATIC_SEARCH)) | flags.RESTART_SEARCH
        folder.set_search_criteria(restriction, [self.folder().get_prop(tags.PR_ENTRYID)], asked)

    def do_drop_search(self) -> None:
        for folder in self.folders(kind=2)[:1]:
            self.folder().delete_folder(folder.get_prop(tags.PR_ENTRYID))

    def do_care(self) -> None:
        care = self.store.care()
        assert care is not None
        self.chance.choice((self._compact, self._back_up, care.check))()

    def _compact(self) -> None:
        care = self.store.care()
        assert care is not None
        care.compact(purge_before=self.chance.choice((None, now())))

    def _back_up(self) -> None:
        care = self.store.care()
        assert care is not None
        target = Path(f"{self.place}.backup")
        target.unlink(missing_ok=True)
        with suppress(NoSupport):
            care.backup(target)


def worker(kind: str, place: str, log: str, seed: float) -> None:
    opened = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    store = None
    while store is None:
        with suppress(*ALL_KINDS[kind].passing):
            store = ALL_KINDS[kind].open(place)
    Worker(store, place, opened, random.Random(seed)).work(ALL_KINDS[kind].passing)


def main(kind: str, place: str, log: str, seed: str) -> None:
    seeds = random.Random(int(seed))
    for _ in sys.stdin:
        seed_of_worker = seeds.random()
        child = os.fork()
        if child == 0:
            try:
                worker(kind, place, log, seed_of_worker)
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(1)
        print(child, flush=True)
        print(end_of(child), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:5])
