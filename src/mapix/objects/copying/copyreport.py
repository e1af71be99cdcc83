"""What became of the objects of a store that was copied: counts that add up, and a reason for each that did not arrive.

Every message that was read is written, was there already, or failed. Written ones of which something was left behind
are counted as repaired besides, with what that was.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that went wrong with one object: the folder it is in, what it is called, and why."""

    folder: str
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.folder}: {self.name}: {self.reason}" if self.name else f"{self.folder}: {self.reason}"


@dataclass(slots=True)
class Tally:
    """Counts of one kind of object. `read` is the sum of `written`, `present` and `failed`; `repaired` are those of
    `written` that arrived without something.
    """

    read: int = 0
    written: int = 0
    present: int = 0
    repaired: int = 0
    failed: int = 0

    def add(self, other: Tally) -> None:
        """Count what `other` counted, too."""
        self.read += other.read
        self.written += other.written
        self.present += other.present
        self.repaired += other.repaired
        self.failed += other.failed


@dataclass(slots=True)
class CopyReport:
    """How a copy went. `stopped` says why it ended before its end, empty when it did not; `unsent` counts messages
    that waited to be sent, and arrived as drafts.
    """

    folders: Tally = field(default_factory=Tally)
    messages: Tally = field(default_factory=Tally)
    unsent: int = 0
    failures: list[Remark] = field(default_factory=list)
    repairs: list[Remark] = field(default_factory=list)
    stopped: str = ""

    @property
    def complete(self) -> bool:
        """Whether everything has arrived with everything in it."""
        return not (self.failures or self.repairs or self.stopped)

    def add(self, other: CopyReport) -> None:
        """Take up what happened in a part of the copy."""
        self.folders.add(other.folders)
        self.messages.add(other.messages)
        self.unsent += other.unsent
        self.failures += other.failures
        self.repairs += other.repairs
