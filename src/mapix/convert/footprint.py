"""What a conversion leaves where it ended before anything was known: nothing.

footprint = Footprint(plan)
try: ...
finally: footprint.sweep()
"""

from __future__ import annotations

from contextlib import suppress

from mapix.convert.plan import Plan


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
