"""Who the user of a session is: PR_IDENTITY_* of its transports (SES-40..SES-42)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mapix.interfaces.spi import ProviderKind
from mapix.properties.correspondents import SENDER
from mapix.properties.entryid import OneOff, is_one_off
from mapix.properties.errors import MapiError
from mapix.properties.flags import STATUS_PRIMARY_IDENTITY
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_IDENTITY_DISPLAY,
    PR_IDENTITY_ENTRYID,
    PR_IDENTITY_SEARCH_KEY,
    PR_RESOURCE_FLAGS,
)

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.profiles.profile import Pair
    from mapix.subsystem.support.transportsupport import TransportProviderSupport

COLUMNS = (PR_IDENTITY_DISPLAY, PR_IDENTITY_ENTRYID, PR_IDENTITY_SEARCH_KEY)
_log = logging.getLogger("mapix.subsystem")


class Identities:
    """What the providers of a session core say of its user."""

    def __init__(self, core: SessionCore) -> None:
        self.core = core
        self._sender: dict[PropTag, Any] | None = None

    def publish(self, pair: Pair, support: TransportProviderSupport) -> None:
        """Put a transport's identity into its status row: all three columns or none (SES-42)."""
        identity = self._of_transport(pair, support)
        if identity:
            self.core.provider_status(*pair, identity, update=True)

    def query(self) -> bytes | None:
        """The entry identifier of the primary identity by the ladder of SES-40; None on its last step (SES-41)."""
        rows = self.core.status.rows()
        primary = [row for row in rows if row.get(PR_RESOURCE_FLAGS, 0) & STATUS_PRIMARY_IDENTITY]
        for row in (*primary, *(row for row in rows if row not in primary)):
            if entry_id := row.get(PR_IDENTITY_ENTRYID):
                return bytes(entry_id)
            if row in primary and (made := _from_row(row)):
                return made
        return None

    def sender(self) -> Mapping[PropTag, Any]:
        """PR_SENDER_* of the primary identity, empty when there is none."""
        if self._sender is None:
            found = self.query() or self._from_transports()
            self._sender = sender_properties(found) if found else {}
        return self._sender

    def forget(self) -> None:
        """Ask anew the next time."""
        self._sender = None

    def _from_transports(self) -> bytes | None:
        """As `query`, for sessions whose transports have not been started (LOG-30)."""
        from mapix.subsystem.support.transportsupport import TransportProviderSupport

        for pair in _primary_first(self.core.handle.read().providers(ProviderKind.TRANSPORT)):
            support = TransportProviderSupport(self.core, *pair, self.core.routes, self.core.handle)
            identity = self._of_transport(pair, support)
            support.release()
            if identity:
                return bytes(identity[PR_IDENTITY_ENTRYID])
        return None

    def _of_transport(self, pair: Pair, support: TransportProviderSupport) -> dict[PropTag, Any]:
        try:
            said = dict(self.core.providers.transport(*pair).identity(support))
        except MapiError as error:
            _log.info("%s has no identity: %s", pair[0].name, error)
            return {}
        return said if all(tag in said for tag in COLUMNS) else {}


def sender_properties(entry_id: bytes) -> dict[PropTag, Any]:
    """PR_SENDER_* of an identity that is a one-off; others give their identifier only."""
    if not is_one_off(entry_id):
        return {SENDER.entry_id: entry_id}
    person = OneOff.load(entry_id)
    return {**SENDER.filled(person.name, person.address, person.address_type), SENDER.entry_id: entry_id}


def _from_row(row: Mapping[PropTag, Any]) -> bytes | None:
    """A one-off from a row that has a search key instead of an identifier (SES-40, step 2)."""
    key = row.get(PR_IDENTITY_SEARCH_KEY)
    if not key:
        return None
    kind, _, address = bytes(key).rstrip(b"\0").decode("utf-8", "replace").partition(":")
    if not kind or not address:
        return None
    return OneOff(row.get(PR_IDENTITY_DISPLAY) or row.get(PR_DISPLAY_NAME) or address, kind, address).dump()


def _primary_first(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: not pair[1].resource_flags & STATUS_PRIMARY_IDENTITY)
