"""Processes are killed at random moments while they save, change, copy, move, delete, restore, search, collect, compact
and back up: afterwards nothing is wrong with the store, and each message is wholly there or wholly not.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.killing import process, spool_and_kill
from tests.providers.sqlstore.kinds import KINDS, Kind
from tests.providers.sqlstore.wholes import is_whole

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties import flags, tags
from mapix.properties.errors import NotInitialized
from mapix.providers.sqlstore.sqlite.filecheck import check_store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed the POSIX way")


@dataclass
class Ledger:
    """What the victims said: the digests that a message may have, None among them when it may be gone."""

    log: Path
    allowed: dict[str, set[str | None]] = field(default_factory=dict)
    read: int = 0

    def take(self) -> int:
        """Read on; how many lines there were."""
        with self.log.open("rb") as file:
            file.seek(self.read)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self.read += len(data)
        lines = whole.decode().splitlines()
        for line in lines:
            word, entry_id, digest = line.split()
            wanted = None if digest == "-" else digest
            if word == "is":
                self.allowed[entry_id] = {wanted}
            elif entry_id in self.allowed:
                self.allowed[entry_id].add(wanted)
        return len(lines)

    def settle(self, present: dict[str, str], kept: dict[str, str]) -> None:
        """Compare with what is there, and go on from that; what is deleted and kept may come back, or go for ever."""
        for entry_id, digests in self.allowed.items():
            found = present.get(entry_id)
            assert found in digests, f"message {entry_id} is {found}, and should be one of {digests}"
        self.allowed = {entry_id: {digest} for entry_id, digest in present.items()}
        self.allowed |= {entry_id: {digest, None} for entry_id, digest in kept.items()}


@dataclass
class Counts:
    """What happened, for the record."""

    rounds: int = 0
    kills: int = 0
    lines: int = 0
    messages: int = 0
    deleted: int = 0
    checked: int = 0
    searches: int = 0
    backups: int = 0
    seconds: float = 0.0


def campaign(kind: Kind, directory: Path, rounds: int, longest: float, chance: random.Random) -> Counts:
    """Let workers be killed, and look the store over each time."""
    place, log = str(directory / "store.mapix"), directory / "log"
    log.touch()
    kind.close(kind.open(place))
    ledger, counts, began, seed = Ledger(log), Counts(), time.monotonic(), str(chance.randrange(1 << 30))
    with process("tests.providers.sqlstore.victim", kind.name, place, str(log), seed) as victims:
        watcher = None
        for turn in range(rounds):
            if turn % 4 == 0:
                watcher = kind.open(place)
            counts.rounds += 1
            counts.kills += spool_and_kill(victims, chance.uniform(0.01, longest))
            counts.lines += ledger.take()
            if watcher is not None and turn % 4 == 2:
                kind.close(watcher)
                watcher = None
            look_over(kind, place, ledger, counts)
        if watcher is not None:
            kind.close(watcher)
    counts.seconds = round(time.monotonic() - began, 1)
    return counts


def look_over(kind: Kind, place: str, ledger: Ledger, counts: Counts) -> None:
    """After opening nothing is wrong, and every message is one of those it may be."""
    store = kind.open(place)
    try:
        present, kept = wholes(store), wholes(store, deleted=True)
        counts.checked += len(present) + len(kept)
        ledger.settle(present, kept)
        counts.messages, counts.deleted = len(present), len(kept)
        counts.searches += look_into_searches(store)
    finally:
        kind.close(store)
    found = kind.check(place)
    assert found == [], list(map(str, found))
    backup = Path(f"{place}.backup")
    if backup.exists():
        assert check_store(backup) == []
        counts.backups += 1
        backup.unlink()


def wholes(store: MsgStore, *, deleted: bool = False, skip: str = "") -> dict[str, str]:
    """The digests of all messages, which have to be whole, by their identifiers; those of one folder left out."""
    found = {}
    for folder in folders(store):
        if skip and folder.get_prop(tags.PR_DISPLAY_NAME) == skip:
            continue
        for (entry_id,) in query_all_rows(folder.get_contents_table(deleted=deleted), (tags.PR_ENTRYID,)):
            message = store.open_entry(entry_id, deleted=deleted)
            assert isinstance(message, Message)
            found[entry_id.hex()] = is_whole(message)
    return found


def look_into_searches(store: MsgStore) -> int:
    """Live searches that are through hold what they look for, and nothing else; how many there are."""
    seen = 0
    for folder in folders(store, kind=flags.FOLDER_SEARCH):
        try:
            criteria = folder.get_search_criteria()
        except NotInitialized:
            continue
        if criteria.state & (flags.SEARCH_RUNNING | flags.SEARCH_REBUILD | flags.SEARCH_STATIC) != flags.SEARCH_RUNNING:
            continue
        wanted = set()
        for place in folders(store):
            wanted |= set(query_all_rows(place.get_contents_table(), (tags.PR_SEARCH_KEY,), criteria.restriction))
        assert set(query_all_rows(folder.get_contents_table(), (tags.PR_SEARCH_KEY,))) == wanted
        seen += 1
    return seen


def folders(store: MsgStore, *, kind: int = flags.FOLDER_GENERIC) -> list[MapiFolder]:
    """All folders of a kind, the root among the generic ones."""
    root = store.open_entry(None)
    assert isinstance(root, MapiFolder)
    rows = query_all_rows(root.get_hierarchy_table(deep=True), (tags.PR_ENTRYID, tags.PR_FOLDER_TYPE))
    opened = [store.open_entry(entry_id) for entry_id, its_kind in rows if its_kind == kind]
    return [each for each in (root, *opened) if isinstance(each, MapiFolder) and (each is not root or kind == 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_leaves_a_sound_store_and_whole_messages(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = campaign(KINDS[kind], tmp_path, 25, 0.25, random.Random(25))
    with capsys.disabled():
        print(f"\n{kind}: {counts}")
    assert counts.kills == 25


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_kills_leave_sound_stores_and_whole_messages(
    kind: str, seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = campaign(KINDS[kind], tmp_path, 250, 0.3, random.Random(seed))
    with capsys.disabled():
        print(f"\n{kind}: {counts}")
    assert counts.kills == 250
