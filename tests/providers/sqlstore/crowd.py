"""Many processes at work on one store: `python -m tests.providers.sqlstore.crowd KIND PLACE SECONDS WRITERS READERS`.

Writers count shared counters up, each a property of a message, and try again where somebody else was faster; create
messages, write them anew, move them, mark them read and delete them. Readers list, sort and restrict, open what they
see, and look whether it is whole. The process prints what each of them did as JSON, a line each, and ends with 1 if any
failed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import traceback
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.providers.sqlstore.kinds import ALL_KINDS
from tests.providers.sqlstore.wholes import fill, is_whole

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags
from mapix.properties.errors import NotFound, ObjectChanged, ObjectDeleted
from mapix.properties.restriction import Content, Fuzzy
from mapix.properties.sort import Order, SortKey, SortOrder

COUNTERS = 4
COUNTER = tags.PR_OWNER_APPT_ID
_GONE = (NotFound, ObjectDeleted)


@dataclass
class Work:
    """What one process did. `longest` is the longest time that a change took, in seconds."""

    role: str
    number: int
    counted: list[int] = field(default_factory=lambda: [0] * COUNTERS)
    conflicts: int = 0
    created: int = 0
    deleted: int = 0
    moved: int = 0
    read: int = 0
    seen: int = 0
    longest: float = 0.0
    times: list[float] = field(default_factory=list)


def folder(store: MsgStore, name: str) -> MapiFolder:
    root = store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    return root.create_folder(name, open_if_exists=True)


def make(store: MsgStore) -> None:
    """The counters."""
    place = folder(store, "counters")
    for number in range(COUNTERS):
        message = place.create_message()
        message.set_props({tags.PR_SUBJECT: f"counter {number}", COUNTER: 0})
        message.save_changes()
    for name in ("one", "two"):
        folder(store, name)


class Writer:
    """Changes the store."""

    def __init__(self, store: MsgStore, work: Work, chance: random.Random) -> None:
        self.store, self.work, self.chance = store, work, chance
        self.counters = [row[0] for row in query_all_rows(folder(store, "counters").get_contents_table(), _IDS)]
        self.places = [folder(store, "one"), folder(store, "two")]
        self.mine: list[bytes] = []

    def step(self) -> None:
        begun = time.monotonic()
        twice = (self.count, self.create)
        self.chance.choice((*twice, *twice, self.rewrite, self.move, self.mark, self.delete))()
        took = time.monotonic() - begun
        self.work.times.append(took)
        self.work.longest = max(self.work.longest, took)

    def count(self) -> None:
        place = self.chance.randrange(COUNTERS)
        while True:
            message = self.store.open_entry(self.counters[place], Access.MODIFY)
            message.set_props({COUNTER: message.get_prop(COUNTER) + 1})
            try:
                message.save_changes(Keep.READONLY)
            except ObjectChanged:
                self.work.conflicts += 1
                continue
            self.work.counted[place] += 1
            return

    def create(self) -> None:
        message = self.chance.choice(self.places).create_message()
        fill(message, self.chance)
        message.save_changes(Keep.READONLY)
        self.mine.append(message.get_prop(tags.PR_ENTRYID))
        self.work.created += 1

    def rewrite(self) -> None:
        if self.mine:
            message = self.store.open_entry(self.chance.choice(self.mine), Access.MODIFY)
            assert isinstance(message, Message)
            fill(message, self.chance)
            message.save_changes(Keep.READONLY)

    def move(self) -> None:
        source, target = self.chance.sample(self.places, 2)
        if self.mine:
            self.work.moved += bool(source.copy_messages([self.chance.choice(self.mine)], target, move=True))

    def mark(self) -> None:
        place = self.chance.choice(self.places)
        place.set_read_flags(self.chance.sample(self.mine, min(3, len(self.mine))) or None)

    def delete(self) -> None:
        if len(self.mine) < 20:
            return
        entry_id = self.mine.pop(self.chance.randrange(len(self.mine)))
        done = [place.delete_messages([entry_id], hard=True) for place in self.places]
        assert any(done)
        self.work.deleted += 1


class Reader:
    """Looks at the store."""

    def __init__(self, store: MsgStore, work: Work, chance: random.Random) -> None:
        self.store, self.work, self.chance = store, work, chance
        self.places = [folder(store, "one"), folder(store, "two")]

    def step(self) -> None:
        place = self.chance.choice(self.places)
        self.chance.choice((self.open, self.sort, self.restrict))(place)
        self.store.poll()
        self.work.read += 1

    def open(self, place: MapiFolder) -> None:
        table = place.get_contents_table()
        table.set_columns(_IDS)
        for (entry_id,) in self.chance.sample(rows := table.query_rows(50), min(3, len(rows))):
            try:
                message = self.store.open_entry(entry_id)
                assert isinstance(message, Message)
                is_whole(message)
            except _GONE:
                continue
            self.work.seen += 1

    def sort(self, place: MapiFolder) -> None:
        keys = (SortKey(tags.PR_SUBJECT), SortKey(tags.PR_MESSAGE_SIZE, Order.DESCEND))
        rows = query_all_rows(place.get_contents_table(), (tags.PR_SUBJECT,), order=SortOrder(keys))
        assert rows == sorted(rows)

    def restrict(self, place: MapiFolder) -> None:
        digit = self.chance.choice("0123456789abcdef")
        wanted = Content(tags.PR_SUBJECT, f"message {digit}", Fuzzy.PREFIX)
        for (subject,) in query_all_rows(place.get_contents_table(), (tags.PR_SUBJECT,), wanted):
            assert subject.startswith(f"message {digit}")


_IDS = (tags.PR_ENTRYID,)


def work(kind: str, place: str, role: str, number: int, seconds: float) -> dict[str, Any]:
    """What one process does."""
    done, chance = Work(role, number), random.Random(f"{role} {number}")
    store = ALL_KINDS[kind].open(place)
    worker = Writer(store, done, chance) if role == "writer" else Reader(store, done, chance)
    end = time.monotonic() + seconds
    while time.monotonic() < end or (role == "writer" and not any(done.counted)):
        worker.step()
    ALL_KINDS[kind].close(store)
    done.times = [sorted(done.times)[int(len(done.times) * part)] for part in (0.5, 0.99)] if done.times else []
    return asdict(done)


def main(kind: str, place: str, seconds: float, writers: int, readers: int) -> int:
    roles = ["writer"] * writers + ["reader"] * readers
    children = []
    for number, role in enumerate(roles):
        child = os.fork()
        if child == 0:
            try:
                said = json.dumps(work(kind, place, role, number, seconds)) + "\n"
                os.write(1, said.encode())
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(1)
        children.append(child)
    return max(abs(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])) for child in children)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])))
