"""Messages opened while another process, or another thread, saves them are of one version in all their parts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.providers.sqlstore.helpers import ROOT
from tests.providers.sqlstore.kinds import ALL_KINDS, DSN

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.properties.tags import PR_ENTRYID, PR_SUBJECT
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.providers.sqlstore.message import StoredMessage
from mapix.testing.store_opening import fill, said, saying
from mapix.testing.support import BenchSupport

VERSIONS = 12
"""How many versions of a message are to be seen."""

PATIENCE = 60.0
"""Seconds that may take."""


def see_versions(store: MsgStore, entry_id: bytes) -> int:
    """Open the message again and again, until that many versions of it were seen; how many were."""
    seen, end = set(), time.monotonic() + PATIENCE
    while len(seen) < VERSIONS:
        assert time.monotonic() < end, seen
        message = store.open_entry(entry_id)
        assert isinstance(message, Message)
        mark = message.get_prop(PR_SUBJECT)
        number = int(mark[1:-1])
        inside = number % 5 == 0
        assert said(message, inside=inside) == saying(mark, 1 + number % 4, inside=inside)
        seen.add(mark)
    return len(seen)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_what_another_process_saves_is_seen_as_a_whole(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-221."""
    if kind == "postgresql":
        monkeypatch.setenv(DSN, request.getfixturevalue("server").dsn())
    assert see_wholes(kind, tmp_path) == VERSIONS


def test_sources_that_cannot_give_everything_at_once_are_read_until_it_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-221."""
    monkeypatch.delattr(StoredMessage, "load_whole")
    assert see_wholes("sqlite", tmp_path) == VERSIONS


def see_wholes(kind: str, tmp_path: Path) -> int:
    """How many versions were seen of a message that another process saves again and again, each as a whole."""
    place = str(tmp_path / "store.mapix")
    command = [sys.executable, "-m", "tests.providers.sqlstore.rewriter", kind, place]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        entry_id = bytes.fromhex(writer.stdout.readline())
        store = ALL_KINDS[kind].open(place)
        try:
            seen = see_versions(store, entry_id)
        finally:
            ALL_KINDS[kind].close(store)
            writer.stdin.close()
            last = int(writer.stdout.readline())
    assert writer.returncode == 0
    assert last >= VERSIONS - 1
    return seen


def test_what_another_thread_saves_is_seen_as_a_whole() -> None:
    """P-221: in memory there are no other processes."""
    support = BenchSupport({"name": os.urandom(4).hex()})
    store = MemoryStoreProvider().logon(support, entry_id=None, access=Access.MODIFY).store
    root = store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    message = root.create_message()
    fill(message, "v0-", 1, inside=True)
    message.save_changes(Keep.READWRITE)
    stop = Event()
    writer = Thread(target=rewrite, args=(message, stop.is_set))
    writer.start()
    try:
        see_versions(store, message.get_prop(PR_ENTRYID))
    finally:
        stop.set()
        writer.join()
        store.close()


def rewrite(message: Message, stopped: Callable[[], bool]) -> None:
    for number in count(1):
        if stopped():
            return
        fill(message, f"v{number}-", 1 + number % 4, inside=number % 5 == 0)
        message.save_changes(Keep.READWRITE)
