"""Fields that become named properties: keywords, flags, and what has no property of its own ([MS-OXCMAIL] 2.2.3.2).

What tells only of a message's way (Received, signatures of servers) stays in PR_TRANSPORT_MESSAGE_HEADERS, and so do
repetitions: a property has one value. How many names one message may bring is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from mapix.formats.mime.headers import header_text
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.tree import Node
from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName
from mapix.properties.named_tags import PidLidFlagRequest, PidNameKeywords
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_AUTO_RESPONSE_SUPPRESS, PR_FLAG_STATUS

TRACE: Final = re.compile(
    r"received|return-path|x-received|received-spf|delivered-to|x-original-to|envelope-to|delivery-date|resent-.*"
    r"|authentication-results|x-original-authentication-results|dkim-signature|domainkey-signature|x-google-dkim-.*"
    r"|arc-.*|dkim-filter|status|x-status|x-uidl|x-uid|x-mozilla-.*|content-length|lines"
)
"""Fields of a message's way, which are kept in the header as it came and nowhere else."""

SUPPRESS: Final = {"dr": 1, "ndr": 2, "rn": 4, "nrn": 8, "oof": 16, "autoreply": 32}
"""The words of X-Auto-Response-Suppress and their bits in PR_AUTO_RESPONSE_SUPPRESS ([MS-OXOMSG] 2.2.1.77)."""

_ALL: Final = 0xFFFFFFFF - (1 << 32)
_FOLLOW_UP: Final = 2
_LONGEST_NAME: Final = 100
_LONGEST_TEXT: Final = 32_000
_MOST_KEYWORDS: Final = 1_000
_MOST: Final = 200
_READ: Final = frozenset(
    (
        *("from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to"),
        *("references", "importance", "priority", "x-priority", "x-msmail-priority", "sensitivity"),
        *("disposition-notification-to", "return-receipt-to", "expires", "expiry-date", "reply-by"),
        *("deferred-delivery", "thread-topic", "thread-index", "organization", "list-help", "list-subscribe"),
        *("list-unsubscribe", "x-unsent", "mime-version", "content-type", "content-transfer-encoding"),
        *("content-disposition", "content-id", "content-location", "keywords", "x-message-flag"),
        "x-auto-response-suppress",
    )
)


def named_props(node: Node, charset: str | None, reading: Reading) -> Iterator[tuple[PropTag, Any]]:
    """The named properties that the header of a message tells, and the flags that go with them."""
    keywords = [header_text(value, charset) for value in node.fields("keywords")]
    words = [word.strip() for text in keywords for word in text.replace(";", ",").split(",") if word.strip()]
    if words:
        yield reading.names.tag(PidNameKeywords, PropType.MV_UNICODE), tuple(words[:_MOST_KEYWORDS])
    if flag := node.fields("x-message-flag"):
        yield reading.names.tag(PidLidFlagRequest, PropType.UNICODE), header_text(flag[0], charset)
        yield PR_FLAG_STATUS, _FOLLOW_UP
    if suppress := node.value_of("x-auto-response-suppress"):
        yield PR_AUTO_RESPONSE_SUPPRESS, suppressed(suppress)
    if reading.options.named_headers:
        yield from _unknown(node, charset, reading)


def suppressed(text: str) -> int:
    """The bits of X-Auto-Response-Suppress."""
    words = {word.strip().lower() for word in text.split(",")}
    return _ALL if "all" in words else sum(SUPPRESS.get(word, 0) for word in words)


def _unknown(node: Node, charset: str | None, reading: Reading) -> Iterator[tuple[PropTag, Any]]:
    seen: set[str] = set()
    for name, value in node.block.items:
        key = name.lower()
        if key in seen or key in _READ or len(name) > _LONGEST_NAME or TRACE.fullmatch(key):
            continue
        seen.add(key)
        if len(seen) > _MOST or reading.names.is_full:
            reading.defects.note("header", "more unknown fields than become properties", value=name)
            return
        text = header_text(value, charset)[:_LONGEST_TEXT]
        yield reading.names.tag(PropertyName(PS_INTERNET_HEADERS, name), PropType.UNICODE), text
