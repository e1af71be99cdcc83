"""What is done of a conversion, so that it goes on where it was stopped: lines that are only added.

The first line tells the plan. Then comes a line a source, written when its target has its name; every two seconds
the disk is asked to keep both, and a line says so. After a crash of the machine the lines behind the last such line are
believed where their targets are there in full length; after one of the program all whole lines are. Before a target of
many messages grows, a line says up to where, so that what somebody else added to it is known as theirs.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

from mapix.convert import lockfiles
from mapix.convert.outcome import Outcome, Totals
from mapix.convert.plan import Plan
from mapix.properties.errors import Busy, CorruptData, InvalidParameter

NAME: Final = "journal.jsonl"
VERSION: Final = 1
SYNC_SECONDS: Final = 2.0


class Journal:
    """The journal of one output, locked while it is open; `close` or `abandon` it.

    `done` has the sources an earlier run did, `totals` their sums, `end` the bytes of a target of many messages,
    `last` what was written last, and `since` when the first run began (seconds since 1970; 0 for one that began anew).
    Up to `until` such a target was to grow (None: it was not begun); `certain` is False where the machine may have
    forgotten that while a conversion went on. A journal that is `idle`, as no source was worked on yet, goes away when
    it is closed.
    """

    def __init__(self, plan: Plan, *, fresh: bool = False) -> None:
        self.path = plan.work / NAME
        self._plan = plan
        self.idle = False
        self._settling: threading.Thread | None = None
        self._unsettled: OSError | None = None
        self._open = ExitStack()
        self._open.callback(_locked(self.path.with_name("lock")))
        try:
            self._begin(fresh)
        except BaseException:
            self.abandon()
            raise

    def _begin(self, fresh: bool) -> None:
        self.done: set[bytes] = set()
        self.totals = Totals()
        self.end = 0
        self.until: int | None = None
        self.certain = True
        self.last = ""
        self.since = 0.0 if fresh else time.time()
        if fresh:
            self.path.unlink(missing_ok=True)
        end = self._read()
        self.idle = not end
        self._file = self._open.enter_context(self.path.open("r+b" if self.path.exists() else "w+b"))
        self._file.truncate(end)
        self._file.seek(end)
        if not end:
            self._write({"journal": VERSION, "plan": self._plan.fingerprint(), "since": self.since})
        self._synced = time.monotonic()

    def add(self, outcomes: list[Outcome]) -> None:
        """Write what became of sources."""
        self.idle = False
        lines = [outcome.told() for outcome in outcomes]
        self._file.write(b"".join(_line(line) for line in lines))
        self._file.flush()
        for line in lines:
            self.totals.add(line)
        if time.monotonic() - self._synced > SYNC_SECONDS:
            self._settle()

    def intend(self, until: int) -> None:
        """Say that a target of many messages is going to have so many bytes, before it gets them."""
        self.until = until
        self._write({"until": until})

    def lines(self) -> Iterator[dict[str, Any]]:
        """What became of each source, of every run."""
        with self.path.open("rb") as file:
            for line in file:
                told = json.loads(line)
                if "source" in told:
                    yield told

    def close(self) -> None:
        """Have all kept, and let others at it. Raises: OSError for what could not be kept, now or before."""
        if self._settling is not None:
            self._settling.join()
        if self._unsettled is not None:
            raise self._unsettled
        settle_disk()
        self._write({"synced": True})
        os.fsync(self._file.fileno())
        self.abandon()

    def abandon(self) -> None:
        """Let others at it as it is; one that tells of nothing goes away."""
        if self._settling is not None:
            self._settling.join()
        if self.idle:
            self._remove()
        self._open.close()
        if self.idle and os.name == "nt":  # where files cannot be removed while they are open
            self._remove()

    def _remove(self) -> None:
        for name in (NAME, "boot", "synced", "lock"):
            with suppress(OSError):
                self.path.with_name(name).unlink(missing_ok=True)

    def _settle(self) -> None:
        """Let the disk keep what there is, while the work goes on."""
        if self._settling is not None and self._settling.is_alive():
            return
        self._synced = time.monotonic()
        self._settling = threading.Thread(target=self._kept, args=(self._file.tell(),), daemon=True)
        self._settling.start()

    def _kept(self, end: int) -> None:
        """Runs in a thread of its own; the system tells but once of what it could not keep."""
        try:
            settle_disk()
            os.fsync(self._file.fileno())
        except OSError as error:
            self._unsettled = error
            return
        with suppress(OSError):  # where this does not stand, or not all of it, more is looked at after a crash
            self.path.with_name("synced").write_text(str(end), encoding="ascii")

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(_line(line))
        self._file.flush()

    def _read(self) -> int:
        """Take up what is there; where its last whole line ends."""
        if not self.path.exists():
            self.path.with_name("synced").write_text("0", encoding="ascii")
            self.path.with_name("boot").write_text(boot_id(), encoding="ascii")
            return 0
        end = 0
        finished = True
        believed = self._believed()
        with self.path.open("rb") as file:
            for line in file:
                told = _parsed(line)
                if told is None or (end >= believed and not self._is_there(told)):
                    finished = False
                    break
                end += len(line)
                self._take(told, end == len(line))
                finished = "synced" in told
        self.certain = self.certain or finished
        return end

    def _take(self, told: dict[str, Any], first: bool) -> None:
        if first:
            if told.get("journal") != VERSION:
                raise CorruptData("this is no journal of a conversion", value=str(self.path))
            if told["plan"] != self._plan.fingerprint():
                hint = "--fresh begins anew; or take another output"
                raise InvalidParameter("another conversion was begun here", value=str(self.path), hint=hint)
            self.since = float(told.get("since", 0))
        elif "source" in told:
            self.done.add(key_of(told["source"]))
            self.totals.add(told)
            self.totals.resumed += 1
            self.end = told.get("end", self.end)
            self.last = told["target"] or self.last
        else:
            self.until = told.get("until", self.until)

    def _believed(self) -> int:
        """Up to where lines need no look at their targets: all of them while the machine still runs that wrote them."""
        try:
            boot, end = self.path.with_name("boot").read_text("ascii"), self.path.with_name("synced").read_text("ascii")
        except OSError:
            boot, end = "", "0"
        this = boot_id()
        self.path.with_name("boot").write_text(this, encoding="ascii")
        self.certain = not this or boot == this
        return self.path.stat().st_size if this and boot == this else int(end or 0)

    def _is_there(self, told: Mapping[str, Any]) -> bool:
        """Whether the target of a line is there in full length."""
        if not told.get("target"):
            return True
        try:
            size = self._plan.folder.joinpath(told["target"]).stat().st_size
        except OSError:
            return False
        return size >= told["end"] if "end" in told else self._plan.to == "parquet" or size == told["written"]


def key_of(source: str) -> bytes:
    """What stands for the name of a source in memory."""
    from hashlib import blake2b

    return blake2b(source.encode(errors="surrogatepass"), digest_size=12).digest()


def settle_disk() -> None:
    """Have everything kept that was written; Windows keeps by itself what has its name."""
    if hasattr(os, "sync"):
        os.sync()


def boot_id() -> str:
    """What is another after each start of the machine; "" where nobody tells."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _line(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    """What a whole line tells; None for one that was cut off."""
    try:
        told = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _locked(path: Path) -> Callable[[], None]:
    """Hold a lock; how to let it go. Raises Busy where another has it."""
    number = lockfiles.alone(path)
    if number is None:
        raise Busy("another conversion writes there", value=str(path.parent), hint="wait until it ends")
    return lambda: os.close(number)
