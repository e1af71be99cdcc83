"""What store tests of search folders share."""

from __future__ import annotations

import time
from collections.abc import Sequence

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Keep
from mapix.properties.flags import (
    FOLDER_SEARCH,
    MSGFLAG_READ,
    RECURSIVE_SEARCH,
    SEARCH_REBUILD,
)
from mapix.properties.restriction import Bitmask, Content, Fuzzy, Property, Relop, Restriction
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_IMPORTANCE,
    PR_MESSAGE_FLAGS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of

URGENT = Property(Relop.EQ, PR_IMPORTANCE, 2)
BUDGET = Content(PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
UNREAD = Bitmask(PR_MESSAGE_FLAGS, MSGFLAG_READ, nonzero=False)


class SearchBench(StoreBench):
    """Ways to make search folders, and to see what they found."""

    def searcher(
        self,
        restriction: Restriction = URGENT,
        folders: Sequence[MapiFolder] = (),
        flags: int = RECURSIVE_SEARCH,
        name: str = "Search",
    ) -> MapiFolder:
        """A search folder below the root that has been told what to look for: everywhere where no folders are named."""
        self.need(Powers.SEARCH_FOLDERS)
        found = self.root().create_folder(name, kind=FOLDER_SEARCH)
        found.set_search_criteria(restriction, [entry_id_of(one) for one in folders or (self.root(),)], flags)
        return found

    def urgent(self, folder: MapiFolder, subject: str = "Urgent") -> bytes:
        """A message that `URGENT` finds."""
        return self.message(folder, {PR_SUBJECT: subject, PR_IMPORTANCE: 2})

    def save_value(self, entry_id: bytes, tag: PropTag, value: object) -> None:
        """Save another value of a message."""
        message = self.message_of(entry_id)
        message.set_props({tag: value})
        message.save_changes(Keep.CLOSE)

    def results_of(self, search: MapiFolder) -> list[str]:
        """The subjects of the results, sorted; the counts must agree."""
        rows = contents(search, PR_SUBJECT, PR_MESSAGE_FLAGS)
        again = self.folder_of(entry_id_of(search))
        assert again.get_prop(PR_CONTENT_COUNT) == len(rows)
        assert again.get_prop(PR_CONTENT_UNREAD) == sum(not flags & MSGFLAG_READ for _, flags in rows)
        return sorted(subject for subject, _ in rows)

    def search_state(self, search: MapiFolder) -> int:
        """The state of a search whose first pass is not under way."""
        for _ in range(200):
            state = search.get_search_criteria().state
            if not state & SEARCH_REBUILD:
                return state
            time.sleep(0.02)
        raise AssertionError("the search does not end")
