"""The work of `mapix convert` with trouble, for the processes of tests; it lies here so that they load nothing else."""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path

from mapix.convert.failures import told
from mapix.convert.items import Item
from mapix.convert.outcome import Outcome
from mapix.convert.plan import Plan
from mapix.convert.work import work


def troubled(items: list[Item], plan: Plan) -> list[Outcome]:
    """The work, which kills its process, or hears no alarm and does not end, at items that are called so."""
    for item in items:
        if "deadly" in item.name or ("once" in item.name and first(item)):
            os._exit(9)
        if "endless" in item.name:
            endless(item)
    return work(items, plan)


def first(item: Item) -> bool:
    """Whether an item is met for the first time."""
    try:
        mark(item).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def endless(item: Item) -> None:
    """Nothing but a kill ends this."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGALRM,))
    mark(item).touch()
    while True:
        time.sleep(0.05)


def mark(item: Item) -> Path:
    """A file that tells that an item was met."""
    return Path(f"{item.path}.mark")


def gone(*arguments: object) -> None:
    """What a process does that ends before it begins."""


def no_room(items: list[Item], plan: Plan) -> list[Outcome]:
    """The work on a disk that has no room for every fifth item."""
    return [work([item], plan)[0] if int(Path(item.path).stem) % 5 else full(item) for item in items]


def full(item: Item) -> Outcome:
    """What becomes of an item for which there is no room."""
    code, error = told(OSError(errno.ENOSPC, "No space left on device"))
    return Outcome(item.name, code=code, error=error)


def slow(items: list[Item], plan: Plan) -> list[Outcome]:
    """The work, which takes so long that each item is told of by itself."""
    time.sleep(0.06)
    return work(items, plan)
