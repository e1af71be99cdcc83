"""A whole conversion: find, convert, note, sum up.

totals = convert(["mail/"], Plan(to="eml", out="out"), jobs=4)
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from typing import Final

from mapix.client.files import replacing
from mapix.convert.footprint import Footprint
from mapix.convert.gathering import Gathering, gathering_of
from mapix.convert.items import Item
from mapix.convert.journal import Journal, key_of
from mapix.convert.outcome import Outcome, Totals
from mapix.convert.plan import READABLE_AGAIN, SUFFIXES, Plan
from mapix.convert.sources import Scan
from mapix.convert.workers import Here, Workers
from mapix.properties.errors import InvalidParameter, NoSupport, NotEnoughDisk
from mapix.properties.interrupts import undisturbed

BATCH: Final = 32
BATCH_BYTES: Final = 4 << 20
"""Items of a batch, and bytes of them, whichever comes first."""

WORTH: Final = 24
"""So few items are done here: processes would take longer to start."""

Told = Callable[[Outcome, Totals], None]


@dataclass(frozen=True, slots=True)
class Course:
    """How a conversion runs, which changes nothing of what comes out: how many processes (0: as many as there are
    processors), or the scheduler of a cluster; at most so many sources; whether to begin anew; where the manifest goes.
    """

    jobs: int = 1
    cluster: str = ""
    limit: int | None = None
    fresh: bool = False
    manifest: str = ""


class Stopped(KeyboardInterrupt):
    """A conversion was interrupted; `totals` are those of what stands in its journal."""

    def __init__(self, totals: Totals) -> None:
        super().__init__("the conversion was stopped")
        self.totals = totals


def convert(words: Sequence[str], plan: Plan, course: Course | None = None, told: Told | None = None) -> Totals:
    """Convert everything that `words` name; `told` hears of each source as it is done.

    A conversion that was interrupted goes on where it was. Raises: InvalidParameter, NotFound and NoSupport before
    anything is written, Busy where another conversion writes there, OSError for an output that cannot be written,
    NotEnoughDisk where there was no room for a source, which is not done then, Stopped for Ctrl-C.
    """
    course = course or Course()
    check(plan)
    begun = time.monotonic()
    footprint = Footprint(plan)
    try:
        journal = Journal(plan, fresh=course.fresh)
    except BaseException:
        footprint.sweep()
        raise
    totals = journal.totals
    try:
        with ExitStack() as ending:
            ending.callback(footprint.sweep)
            ending.callback(journal.abandon)
            _clear(plan)
            ending.callback(_clear, plan)
            plan = replace(plan, since=journal.since)
            scan = Scan(words, plan)
            _run(scan, plan, course, journal, told)
            totals.ignored, totals.seconds = scan.ignored, time.monotonic() - begun
            journal.close()
            if course.manifest:
                write_manifest(journal, Path(course.manifest))
    except KeyboardInterrupt as stop:
        raise Stopped(totals) from stop
    return totals


def check(plan: Plan) -> None:
    """Whether a plan can be. Raises: InvalidParameter, NoSupport."""
    if plan.to not in SUFFIXES:
        raise InvalidParameter("no such format", value=plan.to, hint=f"one of {', '.join(SUFFIXES)}")
    if plan.verify and plan.to not in READABLE_AGAIN:
        hint = f"verify goes with {', '.join(sorted(READABLE_AGAIN))}"
        raise InvalidParameter("from this format no message can be made again", value=plan.to, hint=hint)
    if plan.memory_limit and find_spec("resource") is None:
        raise NoSupport("this system does not limit the memory of a process")
    if plan.to == "parquet":
        from mapix.convert.parquetparts import require

        require()
    _check_place(plan)


def _check_place(plan: Plan) -> None:
    """Raises InvalidParameter for a file where a folder is wanted, or the other way round."""
    above = next((path for path in (plan.folder, *plan.folder.parents) if path.exists()), plan.folder)
    if above.exists() and not above.is_dir():
        hint = "another output; the name of a file is for one source that is one file"
        raise InvalidParameter("a folder is wanted here, and this is a file", value=str(above), hint=hint)
    if plan.to == "mbox" and Path(plan.out).is_dir():
        hint = f"{Path(plan.out, 'mail.mbox')}"
        raise InvalidParameter("a file is wanted here, and this is a folder", value=plan.out, hint=hint)


def chosen(items: Iterator[Item], journal: Journal | None, limit: int | None) -> Iterator[Item]:
    """The items still to be done, each once; `limit` counts those that were done, too."""
    seen = set() if journal is None else journal.done
    fresh = limit is None
    left = limit or 0
    before = set(seen) if not fresh else set()
    for item in items:
        key = key_of(item.name)
        if not fresh and (key in before or key not in seen):
            if left <= 0:
                return
            left -= 1
        if key not in seen:
            seen.add(key)
            yield item


def batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Items in batches, in order."""
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += item.size
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def write_manifest(journal: Journal, path: Path) -> None:
    """A line a source, of every run; the file is there when it is whole."""
    with replacing(path) as file:
        for line in journal.lines():
            line.pop("end", None)
            file.write(json.dumps(line, ensure_ascii=True).encode("ascii") + b"\n")


def _run(scan: Scan, plan: Plan, course: Course, journal: Journal, told: Told | None) -> None:
    items = chosen(scan.items(), journal, course.limit)
    first = [item for _, item in zip(range(WORTH), items, strict=False)]
    if not first and not journal.totals.read:
        return
    with closing(_workers(plan, course, few=len(first) < WORTH)) as workers, ExitStack() as ending:
        gathering = gathering_of(plan, journal)
        ending.callback(_close, gathering)
        journal.idle = False
        for outcomes in workers.run(batches(_chained(first, items))):
            _take(outcomes, gathering, journal, told)


def _take(outcomes: list[Outcome], gathering: Gathering, journal: Journal, told: Told | None) -> None:
    """Note what was done. Raises: NotEnoughDisk where there was no room for all of it."""
    done = [outcome for outcome in outcomes if not outcome.undone]
    with undisturbed():
        gathering.take(done)
        journal.totals.weight += sum(outcome.weight for outcome in done)
    if told is not None:
        for outcome in done:
            told(outcome, journal.totals)
    for outcome in outcomes:
        if outcome.undone:
            hint = "make room; the same conversion goes on from there"
            raise NotEnoughDisk(outcome.error, value=outcome.source, hint=hint)


def _close(gathering: Gathering) -> None:
    with undisturbed():
        gathering.close()


def _chained(first: list[Item], rest: Iterator[Item]) -> Iterator[Item]:
    yield from first
    yield from rest


def _workers(plan: Plan, course: Course, *, few: bool) -> Workers:
    if course.cluster:
        from mapix.convert.cluster import Cluster

        return Cluster(plan, course.cluster)
    jobs = 1 if few else course.jobs or processors()
    if jobs == 1 and not plan.memory_limit:
        return Here(plan)
    from mapix.convert.processes import Processes

    return Processes(plan, jobs)


def processors() -> int:
    """How many processors this process may use."""
    import os

    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _clear(plan: Plan) -> None:
    """Take away what was not finished."""
    for name in ("parts", "members"):
        with suppress(OSError):
            rmtree(plan.work / name)
