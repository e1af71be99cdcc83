"""The correspondents of a message, and what transports tell of their user by the same properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapix.properties.correspondents import RCVD_REPRESENTING as RCVD_REPRESENTING
from mapix.properties.correspondents import RECEIVED_BY as RECEIVED_BY
from mapix.properties.correspondents import SENDER as SENDER
from mapix.properties.correspondents import SENT_REPRESENTING as SENT_REPRESENTING
from mapix.properties.entryid import OneOff, search_key
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_IDENTITY_DISPLAY, PR_IDENTITY_ENTRYID, PR_IDENTITY_SEARCH_KEY


def own_sender(settings: Mapping[str, Any]) -> dict[PropTag, Any]:
    """The sender (PR_SENDER_*) of what a transport sends, by its settings `address` and `name`; nothing without an
    address.
    """
    address = settings.get("address") or ""
    return SENDER.filled(settings.get("name") or address, address) if address else {}


def identity(name: str | None, address: str | None) -> dict[PropTag, Any]:
    """The identity that a transport gives a session whose user has an Internet address (PR_IDENTITY_*); nothing
    without one.
    """
    if not address:
        return {}
    shown = name or address
    return {
        PR_IDENTITY_DISPLAY: shown,
        PR_IDENTITY_ENTRYID: OneOff(shown, "SMTP", address).dump(),
        PR_IDENTITY_SEARCH_KEY: search_key("SMTP", address),
    }
