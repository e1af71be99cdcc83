"""Defects of compound files: as everywhere in the house, but a strict reader refuses with a storage error."""

from __future__ import annotations

from mapix.formats.defects import Defects, Strictness
from mapix.formats.storageerrors import DocfileCorrupt


class CfbDefects(Defects):
    """Collects the defects of one file; with STRICT the first one raises DocfileCorrupt."""

    def note(self, where: str, what: str, *, value: object = None) -> None:
        """Remember that at `where` something was `what`; `value` is what stood there."""
        if self.strictness is Strictness.STRICT:
            raise DocfileCorrupt(f"{where}: {what}", value=value)
        Defects.note(self, where, what, value=value)
