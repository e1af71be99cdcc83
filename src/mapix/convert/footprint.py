"""What a conversion leaves where it ended before anything was known: nothing.

footprint = Footprint(plan)
try: ...
finally: footprint.sweep()
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from mapix.convert.plan import Plan

T = TypeVar("T")

_TRIES: Final = 100


def within(folder: Path, make: Callable[[], T]) -> T:
    """Make something in a folder, which is made, too, and again where somebody sweeps it away just then.

    Raises: OSError.
    """
    tries = _TRIES
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return make()
        except FileNotFoundError:
            tries -= 1
            if not tries:
                raise


class Footprint:
    """Remembers which folders of an output are not there yet."""

    def __init__(self, plan: Plan) -> None:
        wanted = dict.fromkeys((plan.work, *plan.work.parents, plan.folder, *plan.folder.parents))
        missing = [path for path in wanted if not path.exists()]
        self._missing = sorted(missing, key=lambda path: len(path.parts), reverse=True)

    def sweep(self) -> None:
        """Take away those of the folders that are empty."""
        for path in self._missing:
            with suppress(OSError):
                path.rmdir()
