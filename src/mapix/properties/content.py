"""A message as a value: properties, recipients, attachments, embedded messages.

The one currency between formats and stores (the word is [MS-OXCFXICS]'s): `formats` turn it into bytes and back,
`mapix.objects.messages.content` moves it to and from any live message, so n formats and m providers meet in n + m
adapters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag


@dataclass(slots=True)
class AttachmentContent:
    """One attachment: its properties, and the message inside where it is an embedded one (A-012)."""

    properties: dict[PropTag, Any] = field(default_factory=dict)
    message: MessageContent | None = None


@dataclass(slots=True)
class MessageContent:
    """A whole message. Large values are `LargeValue` readers.

    `names` gives the property name behind each identifier of 0x8000 and above, for the message and everything in it.
    """

    properties: dict[PropTag, Any] = field(default_factory=dict)
    recipients: list[dict[PropTag, Any]] = field(default_factory=list)
    attachments: list[AttachmentContent] = field(default_factory=list)
    names: Mapping[int, PropertyName] = field(default_factory=dict)

    def get(self, tag: PropTag, default: Any = None) -> Any:
        """The value of `tag` (exact type), or `default`."""
        return self.properties.get(tag, default)
