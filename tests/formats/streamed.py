"""Values that are made while they are read, and the memory of the process that reads them."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


class _Made(io.RawIOBase):
    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, number: int = -1) -> bytes:
        number = self._left if number < 0 else min(number, self._left)
        self._left -= number
        return bytes(number)


class MadeValue:
    """A value of zeros that is nowhere."""

    def __init__(self, size: int) -> None:
        self.size = size

    def open(self) -> io.RawIOBase:
        return _Made(self.size)


def peak() -> int:
    """The most memory this process had, in MiB."""
    status = Path("/proc/self/status")  # The other number may be that of who started this process.
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    words = status.read_text().split()
    return int(words[words.index("VmHWM:") + 1]) >> 10


def memory_of(script: str, size: int, folder: Path) -> int:
    """What a script prints that is given a size and a folder: MiB of memory."""
    run = [sys.executable, "-c", script, str(size), str(folder)]
    return int(subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
