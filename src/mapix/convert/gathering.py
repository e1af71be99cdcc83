"""Targets of many messages, written by the one process that keeps the journal.

A mailbox grows at its end; when a conversion goes on, what it was writing when it was stopped is cut off, and nothing
of anybody else: where there is something of others the conversion is refused.
Parquet comes in parts of some thousand rows: a folder that readers take as one table.
"""

from __future__ import annotations

import time
from io import SEEK_END
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any, Final, Protocol

from mapix.client.files import replacing
from mapix.convert.journal import Journal
from mapix.convert.outcome import Outcome, Status
from mapix.convert.plan import Plan
from mapix.properties.errors import Collision

ROWS: Final = 4096
BYTES: Final = 64 << 20
"""Rows of a part of a table, and bytes of text in them, whichever comes first."""


class Gathering(Protocol):
    """Takes what workers made, and has the journal note it."""

    def take(self, outcomes: list[Outcome]) -> None:
        """Add the pieces of a batch."""

    def close(self) -> None:
        """Write what is left."""


class Files:
    """Targets that are there already: only the journal hears of them."""

    def __init__(self, plan: Plan, journal: Journal) -> None:
        self._journal = journal
        if plan.to == "maildir":
            from mapix.convert.maildirs import FOLDERS

            for name in FOLDERS:
                Path(plan.out, name).mkdir(parents=True, exist_ok=True)

    def take(self, outcomes: list[Outcome]) -> None:
        """See `Gathering`."""
        self._journal.add(outcomes)

    def close(self) -> None:
        """See `Gathering`."""


class Mailbox:
    """One file of many messages, one behind the other."""

    def __init__(self, plan: Plan, journal: Journal) -> None:
        self._journal, self._name = journal, Path(plan.out).name
        path = Path(plan.out)
        size = path.stat().st_size if path.exists() else 0
        self._end = self._begin(plan, size)
        self._rest: tuple[Path, int] | None = None
        if size > self._end and journal.until is not None:
            self._rest = _kept_rest(path, self._end, plan.work), self._end
        self._file: IO[bytes] = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(self._end)
        self._file.seek(self._end)
        journal.intend(self._end)

    def _begin(self, plan: Plan, size: int) -> int:
        """Where the mailbox goes on. Raises: Collision where there is what this conversion did not write."""
        journal = self._journal
        if journal.until is None:
            if plan.since and size:
                raise Collision("a file of this name was there before", value=plan.out, hint="--fresh replaces it")
            return 0
        if size < journal.end or (size > max(journal.until, journal.end) and journal.certain):
            what = "became longer" if size > journal.end else "became shorter"
            hint = "take another output for what is new, or write this one anew with --fresh, without what was added"
            raise Collision(f"the mailbox {what} since this conversion wrote it", value=plan.out, hint=hint)
        return journal.end

    def take(self, outcomes: list[Outcome]) -> None:
        """See `Gathering`."""
        spooled = []
        taken = [outcome for outcome in outcomes if outcome.status in (Status.WRITTEN, Status.REPAIRED)]
        if taken:
            self._journal.intend(self._end + sum(outcome.written for outcome in taken))
        for outcome in taken:
            if outcome.spooled:
                with Path(outcome.spooled).open("rb") as piece:
                    copyfileobj(piece, self._file, 1 << 20)
                spooled.append(Path(outcome.spooled))
            else:
                self._file.write(outcome.piece)
            outcome.target, outcome.end = self._name, self._file.tell()
        self._file.flush()
        self._end = self._file.tell()
        self._journal.add(outcomes)
        for path in spooled:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """See `Gathering`; what was not written to its end is taken away."""
        with self._file:
            if self._rest is not None and _stands(*self._rest, self._file):
                self._rest[0].unlink(missing_ok=True)
            self._file.seek(0, SEEK_END)
            if self._file.tell() > self._end:
                self._file.truncate(self._end)
                self._journal.intend(self._end)


class Table:
    """A folder of parts. Sources are noted when the part that has them has its name."""

    def __init__(self, plan: Plan, journal: Journal) -> None:
        from mapix.convert.parquetparts import number_of

        self._plan, self._journal = plan, journal
        self._number = number_of(journal.last)
        for path in Path(plan.out).glob("part-*.parquet"):
            if number_of(path.name) > self._number:
                if path.stat().st_mtime < plan.since - 2:
                    raise Collision("a table was there before", value=plan.out, hint="--fresh replaces it")
                path.unlink()
        self._waiting: list[Outcome] = []
        self._rows, self._bytes = 0, 0

    def take(self, outcomes: list[Outcome]) -> None:
        """See `Gathering`."""
        self._waiting += outcomes
        for outcome in outcomes:
            self._rows += outcome.piece is not None
            self._bytes += _weight(outcome.piece)
        if self._rows >= ROWS or self._bytes >= BYTES:
            self._write()

    def close(self) -> None:
        """See `Gathering`."""
        if self._waiting:
            self._write()

    def _write(self) -> None:
        from mapix.convert.parquetparts import part_name, write_part

        outcomes, self._waiting, self._rows, self._bytes = self._waiting, [], 0, 0
        taken = [outcome for outcome in outcomes if outcome.piece is not None]
        if taken:
            self._number += 1
            name = part_name(self._number)
            rows = [outcome.piece | {"source": outcome.source, "sha256": outcome.sha256} for outcome in taken]
            size = write_part(rows, Path(self._plan.out, name), self._plan.work / name)
            for outcome in taken:
                outcome.target, outcome.written = name, size // len(taken)
        self._journal.add(outcomes)


def gathering_of(plan: Plan, journal: Journal) -> Gathering:
    """Who takes what workers made."""
    kinds: dict[str, Any] = {"mbox": Mailbox, "parquet": Table}
    made: Gathering = kinds.get(plan.to, Files)(plan, journal)
    return made


def _kept_rest(path: Path, start: int, folder: Path) -> Path:
    """What stands in a mailbox behind `start` as a file of its own, before it is cut off: it may be anybody's."""
    rest = folder / f"cut-off-{time.time_ns()}.mbox"
    with path.open("rb") as file, replacing(rest) as kept:
        file.seek(start)
        copyfileobj(file, kept, 1 << 20)
    return rest


def _stands(rest: Path, start: int, file: IO[bytes]) -> bool:
    """Whether what was cut off at `start` was written there again."""
    file.seek(start)
    with rest.open("rb") as kept:
        while piece := kept.read(1 << 20):
            if file.read(len(piece)) != piece:
                return False
    return True


def _weight(row: Any) -> int:
    texts = ("text", "html", "headers")
    return sum(len(row[name] or "") for name in texts) if isinstance(row, dict) else 0
