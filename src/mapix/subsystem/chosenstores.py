"""Stores that were opened by an identifier and became part of the profile (SPI-39): their sections say which they are,
as no setting does.
"""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy

from mapix.properties.entryid import unwrap_store, wrap_store
from mapix.properties.errors import InvalidEntryid
from mapix.properties.flags import STATUS_TEMP_SECTION
from mapix.properties.tags import PR_STORE_ENTRYID
from mapix.subsystem.profiles.profile import Pair, Profile


def choose(pair: Pair, inner: bytes) -> None:
    """Note in its section which store it is, by the identifier its provider knows, and that it stays."""
    service, provider = pair
    provider.properties[PR_STORE_ENTRYID] = wrap_store(service.name, inner)
    provider.resource_flags &= ~STATUS_TEMP_SECTION


def chosen(pair: Pair) -> bytes | None:
    """Which store was noted, None where its settings say it."""
    noted = pair[1].properties.get(PR_STORE_ENTRYID)
    if isinstance(noted, bytes):
        with suppress(InvalidEntryid):
            name, inner = unwrap_store(noted)
            return inner if name.upper() == pair[0].name.upper() else None
    return None


def keep(profile: Profile, pair: Pair) -> None:
    """Put it into a profile, at the end; what stands there already stays where it is."""
    if any(each.uid == pair[0].uid for each in profile.services):
        return
    added = deepcopy(pair[0])
    added.number = profile.free_number(added.name)
    profile.services.append(added)
