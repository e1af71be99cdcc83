"""What became of one source, and the sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from mapix.properties.errors import NotEnoughDisk

DEFECTS_TOLD: Final = 20
"""Of a message with more defects so many are told, and how many there were."""


class Status(Enum):
    """WRITTEN without, REPAIRED with defects; FAILED; UNFIT is what the target does not hold, as mail in a calendar."""

    WRITTEN = "written"
    REPAIRED = "repaired"
    FAILED = "failed"
    UNFIT = "unfit"


@dataclass(slots=True)
class Outcome:
    """What became of one source; times and sizes aside, the same at every run.

    `piece` is what a target of many messages adds, bytes or a row; `spooled` the path of a file that has it, and `end`
    the bytes of the target with it.
    """

    source: str
    status: Status = Status.FAILED
    target: str = ""
    sha256: str = ""
    size: int = 0
    written: int = 0
    defects: list[str] = field(default_factory=list)
    defect_count: int = 0
    properties: int = 0
    recipients: int = 0
    attachments: int = 0
    error: str = ""
    code: str = ""
    differences: list[str] | None = None
    weight: int = 0
    end: int | None = None
    piece: Any = None
    spooled: str = ""

    @property
    def undone(self) -> bool:
        """Whether nothing was wrong with the source: the disk had no room, and it is to be done when there is some."""
        return self.code == NotEnoughDisk.symbol

    def told(self) -> dict[str, Any]:
        """The line of the manifest."""
        line: dict[str, Any] = {
            "source": self.source,
            "target": self.target or None,
            "sha256": self.sha256 or None,
            "status": self.status.value,
            "size": self.size,
            "written": self.written,
            "properties": self.properties,
            "recipients": self.recipients,
            "attachments": self.attachments,
            "defects": self.defects,
        }
        if self.defect_count > len(self.defects):
            line["defect_count"] = self.defect_count
        if self.error:
            line |= {"error": self.error, "code": self.code}
        if self.end is not None:
            line["end"] = self.end
        if self.differences is not None:
            line["differences"] = self.differences
        return line


@dataclass(slots=True)
class Totals:
    """Sums: read = written + repaired + failed + unfit. `ignored` files were no messages; `different` counts what
    `verify` found changed; `resumed` were done by an earlier run.
    """

    read: int = 0
    written: int = 0
    repaired: int = 0
    failed: int = 0
    unfit: int = 0
    ignored: int = 0
    different: int = 0
    resumed: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    seconds: float = 0.0
    weight: int = 0

    def add(self, line: Mapping[str, Any]) -> None:
        """Count one line of a journal."""
        self.read += 1
        status = line["status"]
        setattr(self, status, getattr(self, status) + 1)
        self.different += bool(line.get("differences"))
        self.bytes_read += line["size"]
        self.bytes_written += line["written"]

    @property
    def partial(self) -> bool:
        """Whether something could not be converted, or is not the same."""
        return bool(self.failed or self.different)

    def told(self) -> dict[str, Any]:
        """For people and programs."""
        names = ("read", "written", "repaired", "failed", "unfit", "ignored", "different", "resumed")
        return {
            **{name: getattr(self, name) for name in names},
            "bytes_read": self.bytes_read,
            "bytes_written": self.bytes_written,
            "seconds": round(self.seconds, 3),
        }
