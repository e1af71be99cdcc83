"""Search folders looked over: whether live ones have found what they look for, all of it and nothing else.

Searches for identifiers of objects are left out: what these are, only an opened store knows. So are first passes that
have not ended, and results that are static.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapix.interfaces.care import Finding
from mapix.objects.stores.entryids import StoreIds
from mapix.properties.errors import CorruptStore
from mapix.properties.flags import SEARCH_REBUILD
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.firstpass import in_scope
from mapix.providers.sqlstore.residual import tags_of
from mapix.providers.sqlstore.sought import Sought, read_searches
from mapix.providers.sqlstore.surroundings import Surroundings
from mapix.providers.sqlstore.usedtags import UsedTags

_PAGE: Final = 2000
_MADE: Final = StoreIds(bytes(16), bytes(16), b"").columns()
_RESULTS: Final = "SELECT message FROM search_link WHERE search = ? AND message > ? AND message <= ?"


def wrong_results(database: Database) -> Iterator[Finding]:
    """What live searches miss, and what they have too much."""
    for sought in _searches(database):
        for missing, extra in _differences(database, sought):
            for number in sorted(missing):
                yield Finding("message that a search did not find", sought.number, f"message {number}")
            for number in sorted(extra):
                yield Finding("result that is not looked for", sought.number, f"message {number}")


def repair_results(database: Database) -> None:
    """Make results what they ought to be, inside a transaction."""
    for sought in list(_searches(database)):
        for missing, extra in list(_differences(database, sought)):
            database.many(database.sql["search_link_add"], [(sought.number, number) for number in missing])
            database.many(database.sql["search_link_remove"], [(sought.number, number) for number in extra])


def _searches(database: Database) -> Iterator[Sought]:
    for sought in read_searches(Surroundings(database, UsedTags(database))):
        ready = sought.live and not sought.search.state & SEARCH_REBUILD
        if ready and not any(tag.id in _MADE for tag in tags_of(sought.search.restriction)):
            yield sought


def _differences(database: Database, sought: Sought) -> Iterator[tuple[set[int], set[int]]]:
    """Messages that are missing among the results, and that should not be there; some messages at a time."""
    after, unsought = 0, set(database.unsought())
    while (last := database.value(database.sql["search_next"], (after, _PAGE))) is not None:
        wanted = set(in_scope(sought, after, last))
        has = {number for (number,) in database.rows(_RESULTS, (sought.number, after, last))}
        missing, extra = wanted - has - unsought, has - wanted
        if missing or extra:
            yield missing, extra
        if last <= after:
            raise CorruptStore("the table of messages is out of order", value=last)
        after = last
