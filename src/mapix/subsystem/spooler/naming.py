"""How a submission is named for the world: in its Message-ID."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapix.objects.messages.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_INTERNET_MESSAGE_ID


def message_id(props: Mapping[PropTag, Any], key: bytes) -> str:
    """The Message-ID of all attempts: the message's own, else one made from `key` and the sender's domain."""
    if given := props.get(PR_INTERNET_MESSAGE_ID):
        return str(given)
    address = SENT_REPRESENTING.smtp(props) or SENDER.smtp(props)
    domain = address.rpartition("@")[2]
    return f"<{key.hex()[:40]}@{domain if domain.isascii() and domain else 'localhost'}>"
