"""The tags that messages of a store have ever had: the columns its contents tables offer.

A tag stays when the last message that has it goes.
"""

from __future__ import annotations

from collections.abc import Iterable

from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.database import Database


class UsedTags:
    """The tags known to be written down, kept in memory so that a save rarely writes any."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._known: set[int] = set()
        database.on_undo.append(self._known.clear)

    def note(self, tags: Iterable[PropTag]) -> None:
        """Write down those of `tags` that are new; inside a transaction."""
        if self._known.issuperset(tags):
            return
        new = {int(tag) for tag in tags} - self._known
        self.database.many(self.database.sql["used_tag_add"], [(tag,) for tag in new])
        self._known |= new

    def all(self) -> list[PropTag]:
        """Every tag written down, by identifier."""
        return [PropTag(tag) for (tag,) in self.database.rows(self.database.sql["used_tags"])]
