"""What one process changes, as another hears of it: from before the save to the sink, in the median, against what is
allowed; and what listening costs a process that hears nothing.

A child saves messages through a session of its own, at odd moments; the sink stands on MAPI's own thread here, or is
called by `dispatch_notifications`.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, cast

from benchmarks.harness import Result
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.notify import Event, Notification, ObjectNotification
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags
from mapix.properties.flags import MAPI_MULTITHREAD_NOTIFICATIONS
from mapix.subsystem.initialize import Subsystem

COUNT = 60
IDLE_SECONDS = 5.0
ALLOWED = {"SQLite": 0.05, "PostgreSQL": 0.01}
IDLE_ALLOWED = 1.0
_BETWEEN = (0.03, 0.09)

_clock = time.monotonic
"""One clock for all processes of a machine."""


def run() -> list[Result]:
    """All measurements of notifications on a file; those on PostgreSQL are `bench_postgresql`'s."""
    with TemporaryDirectory() as home:
        return list(measured("SQLite", Path(home), {}))


def measured(name: str, home: Path, settings: dict[str, Any]) -> Iterator[Result]:
    """All measurements on a store with some settings, in a new home."""
    _prepare(home, settings)
    threaded = _latency(home, threaded=True)
    asked = _latency(home, threaded=False)
    yield Result(f"{name}: another process's save to a sink on MAPI's thread", threaded, ALLOWED[name], 1.0)
    yield Result(f"{name}: another process's save to a sink in dispatch", asked, ALLOWED[name], 1.0)
    yield Result(f"{name}: listening while nothing happens, of a core", _idle(home), IDLE_ALLOWED, 1.0, "%")


def _latency(home: Path, *, threaded: bool) -> float:
    """The median time from a save there to the sink here."""
    heard: dict[bytes, float] = {}

    def sink(batch: Sequence[Notification]) -> None:
        moment = _clock()
        for one in batch:
            if isinstance(one, ObjectNotification):
                heard.setdefault(one.entry_id, moment)

    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    with _session(home, threaded=threaded) as (system, store):
        store.advise(None, Event.OBJECT_CREATED, sink)
        child = context.Process(target=_save, args=(home, results), daemon=True)
        child.start()
        while child.is_alive() or system.dispatch_notifications():
            system.notifications.wait(0.01)
            system.dispatch_notifications()
        time.sleep(0.2)
        system.dispatch_notifications()
        saved: dict[bytes, float] = results.get()
        child.join()
    return median(heard[entry_id] - moment for entry_id, moment in saved.items())


def _save(home: Path, results: Any) -> None:
    saved: dict[bytes, float] = {}
    with _session(home, threaded=False) as (_, store):
        folder = cast(MapiFolder, store.open_entry(None, Access.MODIFY))
        for number in range(COUNT):
            time.sleep(random.uniform(*_BETWEEN))
            message = folder.create_message()
            message.set_props({tags.PR_SUBJECT: f"message {number}", tags.PR_MESSAGE_CLASS: "IPM.Note"})
            moment = _clock()
            message.save_changes(Keep.READONLY)
            saved[message.get_prop(tags.PR_ENTRYID)] = moment
    results.put(saved)


def _idle(home: Path) -> float:
    """Processor time of a process that listens and hears nothing, in per cent of a core."""
    with _session(home, threaded=True) as (_, store):
        store.advise(None, Event.OBJECT_CREATED, lambda batch: None)
        time.sleep(0.5)
        used, began = time.process_time(), time.monotonic()
        time.sleep(IDLE_SECONDS)
        return 100 * (time.process_time() - used) / (time.monotonic() - began)


def _prepare(home: Path, settings: dict[str, Any]) -> None:
    with Subsystem(home) as system:
        profiles = system.admin_profiles()
        profiles.create_profile("bench")
        profiles.admin_services("bench").create_msg_service("MAPIXSTORE", settings=settings)
    with _session(home, threaded=False):
        pass


@contextmanager
def _session(home: Path, *, threaded: bool) -> Iterator[tuple[Subsystem, MsgStore]]:
    """A session of its own, and its default store."""
    flags = MAPI_MULTITHREAD_NOTIFICATIONS if threaded else 0
    with Subsystem(home, flags=flags) as system, system.logon("bench") as session:
        rows = query_all_rows(session.get_msg_stores_table(), (tags.PR_ENTRYID, tags.PR_DEFAULT_STORE))
        entry_id = next(bytes(one) for one, default in rows if default)
        yield system, session.open_msg_store(entry_id, Access.BEST)
