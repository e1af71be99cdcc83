"""What is to be converted into what: the choices of one conversion, which travel to every worker.

>>> format_of("mail.MSG"), format_of("mail.xyz")
('msg', None)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

SUFFIXES: Final = {
    "msg": ".msg",
    "eml": ".eml",
    "mbox": ".mbox",
    "maildir": "",
    "tnef": ".tnef",
    "json": ".json",
    "md": ".md",
    "txt": ".txt",
    "html": ".html",
    "ics": ".ics",
    "vcf": ".vcf",
    "parquet": ".parquet",
}
"""The formats that can be written, and how names of their files end."""

WHOLE: Final = frozenset(("msg", "tnef", "json"))
"""Formats that hold every property."""

READABLE_AGAIN: Final = WHOLE | {"eml", "mbox", "maildir"}
"""Formats from which a message can be made again, so that `verify` can compare."""

GATHERED: Final = frozenset(("mbox", "parquet"))
"""Formats of which one file holds many messages."""

WORK: Final = ".mapix-convert"
"""The folder in an output folder that the journal and what is not finished lie in."""

TIME_LIMIT: Final = 300.0
"""Seconds that an item may take where nothing else is said."""

_OTHER_NAMES: Final = {".htm": "html", ".text": "txt", ".markdown": "md", ".dat": "tnef", ".ical": "ics"}


@dataclass(frozen=True, slots=True)
class Plan:
    """The choices of one conversion.

    `to` is a key of `SUFFIXES`, `out` the folder, or with `mbox` the file, that is written. `strict` lets a message
    with any defect fail; `verify` reads what was written and compares; `beside` writes attachments next to readable
    formats, which otherwise only list them; `profile` is who reads stores (None: the default profile). Files that are
    older than `since` (seconds since 1970; 0 for none) are somebody else's and are not replaced. An item that takes
    more than `time_limit` seconds fails (0: it may take for ever), and so does one that needs more than `memory_limit`
    bytes of a worker's memory (0: what there is).
    """

    to: str
    out: str
    strict: bool = False
    verify: bool = False
    beside: bool = True
    profile: str | None = None
    since: float = 0.0
    time_limit: float = TIME_LIMIT
    memory_limit: int = 0

    @property
    def suffix(self) -> str:
        """How the names of its files end."""
        return SUFFIXES[self.to]

    @property
    def folder(self) -> Path:
        """The folder that is written into."""
        return Path(self.out).parent if self.to == "mbox" else Path(self.out)

    @property
    def work(self) -> Path:
        """Where the journal and unfinished files lie; of the same file system as what is written."""
        out = Path(self.out)
        return out.parent / f"{WORK}-{out.name}" if self.to == "mbox" else out / WORK

    def fingerprint(self) -> dict[str, Any]:
        """What must be the same for a conversion to be gone on with."""
        chosen = asdict(self)
        for name in ("out", "profile", "since", "time_limit", "memory_limit"):
            del chosen[name]
        return chosen


def format_of(name: str) -> str | None:
    """The format that the name of a file tells, None where it tells none."""
    suffix = Path(name).suffix.lower()
    found = {ending: form for form, ending in SUFFIXES.items() if ending} | _OTHER_NAMES
    return found.get(suffix)
