"""The search folders of a mailbox: the part of its state that `searches` works on.

`links` has the results of each search folder, told to look for something or not, and whether they are unread; `passes`
how far first passes are; `touched` the messages the transaction under way changed.
"""

from __future__ import annotations

from dataclasses import replace

from mapix.interfaces.backend import (
    RowDecorator,
    Search,
)
from mapix.providers.memory.journal import Journal


class Links:
    """The search folders of a `Mailbox`, which derives from this."""

    journal: Journal

    def __init__(self) -> None:
        self.searches: dict[int, Search] = {}
        self.links: dict[int, dict[int, bool]] = {}
        self.passes: dict[int, int] = {}
        self.touched: dict[int, None] = {}
        self.decorator: RowDecorator | None = None

    def forget_searches(self, folder: int) -> None:
        """A folder goes: its own search, and its place in those of others."""
        self.journal.drop(self.searches, folder)
        self.journal.drop(self.links, folder)
        self.journal.drop(self.passes, folder)
        for number, search in list(self.searches.items()):
            if folder in search.folders:
                left = tuple(one for one in search.folders if one != folder)
                self.journal.put(self.searches, number, replace(search, folders=left))
