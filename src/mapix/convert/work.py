"""The work on a batch of items, in whatever process: read, write under a name for the while, rename.

Targets have names that follow from the source alone, so a batch that is done twice leaves what it left once.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import lru_cache
from os.path import lexists
from pathlib import Path
from shutil import rmtree
from typing import Any

from mapix.convert.failures import timed_out, told
from mapix.convert.items import Item, Kind
from mapix.convert.names import BESIDE
from mapix.convert.outcome import DEFECTS_TOLD, Outcome, Status
from mapix.convert.plan import GATHERED, Plan
from mapix.convert.reading import Loaded, load
from mapix.convert.targets import target_of
from mapix.convert.timelimit import Overdue, limited
from mapix.properties.errors import Collision
from mapix.properties.interrupts import let_interrupt_through


def work(items: Sequence[Item], plan: Plan) -> list[Outcome]:
    """Convert a batch; what becomes of each item, in their order. Nothing is raised but what ends a process."""
    return [convert_item(item, plan) for item in items]


def convert_item(item: Item, plan: Plan) -> Outcome:
    """Convert one item; a failure is an outcome."""
    outcome = Outcome(item.name, weight=item.weight)
    if item.kind is Kind.BROKEN:
        outcome.error, outcome.code = item.error, item.code
        return outcome
    try:
        with limited(plan.time_limit), ExitStack() as files:
            _convert(item, plan, files, outcome)
    except Overdue:
        return timed_out(item, plan)
    except Exception as error:  # one bad file stops nothing
        let_interrupt_through(error)
        outcome.code, outcome.error = told(error)
        outcome.status, outcome.target, outcome.written, outcome.piece = Status.FAILED, "", 0, None
    return outcome


def _convert(item: Item, plan: Plan, files: ExitStack, outcome: Outcome) -> None:
    loaded = load(item, plan, files)
    content = loaded.content
    outcome.sha256, outcome.size = loaded.sha256, loaded.size
    outcome.properties, outcome.recipients = len(content.properties), len(content.recipients)
    outcome.attachments = len(content.attachments)
    target = _target(plan)
    if not target.fits(content):
        outcome.status = Status.UNFIT
        return
    part = _part(plan)
    try:
        outcome.piece = target.write(content, part, item.target.rpartition("/")[2])
        _note_defects(loaded, outcome)
        if plan.verify:
            from mapix.convert.comparing import compared

            outcome.differences = compared(loaded, plan, part, outcome.piece)
        if plan.to in GATHERED:
            _gathered(part, outcome)
        else:
            outcome.target = _name(item, plan, loaded)
            outcome.written = part.stat().st_size
            goal = Path(plan.out, outcome.target)
            _refuse_to_replace(goal, item, plan)
            if target.beside:
                _refuse_older(goal.with_name(goal.stem + BESIDE), plan)
            _put(part, goal, target.beside)
    except BaseException:
        part.unlink(missing_ok=True)
        rmtree(_beside(part), ignore_errors=True)
        raise


def _note_defects(loaded: Loaded, outcome: Outcome) -> None:
    defects = loaded.defects
    outcome.defects = [str(defect)[:300] for defect in defects[:DEFECTS_TOLD]]
    outcome.defect_count = len(defects)
    outcome.status = Status.REPAIRED if defects else Status.WRITTEN


def _gathered(part: Path, outcome: Outcome) -> None:
    """A piece for a target of many messages: small ones travel, large ones wait in their file."""
    if outcome.piece is None:
        outcome.spooled, outcome.written = str(part), part.stat().st_size
    elif isinstance(outcome.piece, bytes):
        outcome.written = len(outcome.piece)


def _refuse_to_replace(goal: Path, item: Item, plan: Plan) -> None:
    """Raises Collision for a target that is there from before this conversion, or that is the source."""
    if not lexists(goal):
        return
    _refuse_older(goal, plan)
    if item.path and Path(item.path).exists() and goal.samefile(item.path):
        raise Collision("it would be written over itself", value=str(goal), hint="another output")


def _refuse_older(place: Path, plan: Plan) -> None:
    """Raises Collision for what is there from before this conversion."""
    with suppress(FileNotFoundError):
        if place.lstat().st_mtime < plan.since - 2:
            raise Collision("a file of this name was there before", value=str(place), hint="--fresh replaces it")


def _put(part: Path, target: Path, beside: bool) -> None:
    """Give what was written its name; what stands beside comes first."""
    _folder(target.parent)
    if beside:
        folder = _beside(part)
        old = target.with_name(target.stem + BESIDE)
        if old.is_dir():
            rmtree(old)
        if folder.is_dir():
            folder.rename(old)
    part.replace(target)


def _name(item: Item, plan: Plan, loaded: Loaded) -> str:
    """The path of the target below the output, with slashes."""
    if plan.to == "maildir":
        from mapix.convert.maildirs import name_of

        return name_of(item, loaded.content)
    return item.target + plan.suffix


def _part(plan: Plan) -> Path:
    """A new name for what is not finished."""
    folder = plan.work / "parts"
    number = _COUNTER[0] = _COUNTER[0] + 1
    _folder(folder)
    return folder / f"{os.getpid()}-{_host()}-{number}{plan.suffix or '.eml'}"


def _beside(part: Path) -> Path:
    return part.with_name(part.name + BESIDE)


def _folder(path: Path) -> None:
    """Make a folder, once."""
    if str(path) not in _FOLDERS or not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        _FOLDERS.add(str(path))


@lru_cache(maxsize=8)
def _target(plan: Plan) -> Any:
    return target_of(plan)


@lru_cache(maxsize=1)
def _host() -> str:
    """What tells this machine from others that write into the same folder."""
    from platform import node

    from mapix.convert.names import sign

    return sign(node(), 6)


_COUNTER = [0]
_FOLDERS: set[str] = set()
