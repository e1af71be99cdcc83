"""What starting costs: the whole process of `mapix --version`, and `import mapix`.

Floors: a Python that does nothing, and one that imports `sqlite3` and `email`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import Result, side_by_side

ROUNDS = 15


def run() -> list[Result]:
    """Both starts beside their floors."""
    command = Path(sys.executable).with_name("mapix")
    version, nothing = side_by_side(_process(str(command), "--version"), _python("pass"), rounds=ROUNDS)
    ours, library = side_by_side(_python("import mapix"), _python("import sqlite3, email"), rounds=ROUNDS)
    module, nothing_more = side_by_side(
        _process(sys.executable, "-m", "mapix", "--version"), _python("pass"), rounds=ROUNDS
    )
    return [
        Result("mapix --version, a whole process : python -c pass", version, nothing, 10),
        Result("python -m mapix --version : python -c pass", module, nothing_more, 10),
        Result("import mapix, a whole process : import sqlite3, email", ours, library, 2),
    ]


def _python(code: str) -> Callable[[], object]:
    return _process(sys.executable, "-c", code)


def _process(*command: str) -> Callable[[], object]:
    def start() -> object:
        return subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    start()
    return start
