"""Properties in a dictionary as a source: for objects that live in memory only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mapix.interfaces.prop import ChangeSet
from mapix.properties.errors import ObjectChanged
from mapix.properties.tag import PropTag


class MemorySource:
    """A `PropertySource` over a dictionary, for objects that live in memory only.

    `values` is used as it is, not copied, so an owner may keep it.
    """

    def __init__(self, values: dict[PropTag, Any] | None = None) -> None:
        self.values: dict[PropTag, Any] = {} if values is None else values
        self.version = 1

    def load(self, tags: Sequence[PropTag] | None) -> tuple[dict[PropTag, Any], int]:
        """See `PropertySource.load`."""
        if tags is None:
            return dict(self.values), self.version
        wanted = {tag >> 16 for tag in tags}
        return {tag: value for tag, value in self.values.items() if tag >> 16 in wanted}, self.version

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`."""
        if changes.version is not None and changes.version != self.version:
            raise ObjectChanged("somebody else has saved the object since it was opened", value=self.version)
        merge(self.values, changes)
        self.version += 1
        return self.version


def merge(values: dict[PropTag, Any], changes: ChangeSet) -> None:
    """Make changes to values; an identifier has one type."""
    gone = changes.deleted | {tag >> 16 for tag in changes.values}
    for tag in [tag for tag in values if tag >> 16 in gone]:
        del values[tag]
    values.update(changes.values)
