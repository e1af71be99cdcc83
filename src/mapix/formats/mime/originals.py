"""Fields as they came: those of PR_TRANSPORT_MESSAGE_HEADERS that still say what the properties say.

A message that was read from MIME keeps its header. Written again, a field that nobody has changed goes out as it came:
its folds, its groups, its place. What was changed is made anew, what was taken away stays away, and fields that only
tell of the way a message took, which are no properties, are repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from mapix.formats.defects import Defects
from mapix.formats.mime.fieldblock import FieldBlock, fields_of
from mapix.formats.mime.fields import UNDISCLOSED
from mapix.formats.mime.fingerprint import told_topic
from mapix.formats.mime.headers import field, header_text
from mapix.formats.mime.people import address_of, recipients_of, reply_to
from mapix.formats.mime.read_fields import header_props, header_recipients
from mapix.formats.mime.read_named import TRACE
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.reports import DELIVERY, kind_of
from mapix.formats.mime.source import MemorySource
from mapix.formats.mime.tree import Node
from mapix.formats.mime.values import text_of
from mapix.formats.mime.writing import Writing
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import RCVD_REPRESENTING
from mapix.properties.flags import MAPI_BCC, MAPI_CC, MAPI_TO
from mapix.properties.named import PropertyName
from mapix.properties.named_tags import PidLidFlagRequest, PidNameKeywords
from mapix.properties.tag import PropTag, PropType

_IMPORTANCE: Final = (t.PR_IMPORTANCE,)
_TAGS: Final[dict[str, tuple[PropTag, ...]]] = {
    "from": (t.PR_SENT_REPRESENTING_NAME, t.PR_SENT_REPRESENTING_EMAIL_ADDRESS),
    "sender": (t.PR_SENDER_NAME, t.PR_SENDER_EMAIL_ADDRESS),
    "subject": (t.PR_SUBJECT,),
    "date": (t.PR_CLIENT_SUBMIT_TIME,),
    "message-id": (t.PR_INTERNET_MESSAGE_ID,),
    "in-reply-to": (t.PR_IN_REPLY_TO_ID,),
    "references": (t.PR_INTERNET_REFERENCES,),
    "importance": _IMPORTANCE,
    "x-priority": _IMPORTANCE,
    "x-msmail-priority": _IMPORTANCE,
    "priority": (t.PR_PRIORITY,),
    "sensitivity": (t.PR_SENSITIVITY,),
    "disposition-notification-to": (t.PR_READ_RECEIPT_REQUESTED, t.PR_READ_RECEIPT_SEARCH_KEY),
    "return-receipt-to": (t.PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,),
    "expires": (t.PR_EXPIRY_TIME,),
    "expiry-date": (t.PR_EXPIRY_TIME,),
    "reply-by": (t.PR_REPLY_TIME,),
    "deferred-delivery": (t.PR_DEFERRED_DELIVERY_TIME,),
    "thread-topic": (t.PR_CONVERSATION_TOPIC,),
    "thread-index": (t.PR_CONVERSATION_INDEX,),
    "organization": (t.PR_INTERNET_ORGANIZATION,),
    "list-help": (t.PR_LIST_HELP,),
    "list-subscribe": (t.PR_LIST_SUBSCRIBE,),
    "list-unsubscribe": (t.PR_LIST_UNSUBSCRIBE,),
    "x-auto-response-suppress": (t.PR_AUTO_RESPONSE_SUPPRESS,),
    "content-location": (t.PR_BODY_CONTENT_LOCATION,),
}
_NAMED: Final[dict[str, tuple[PropertyName, PropType]]] = {
    "keywords": (PidNameKeywords, PropType.MV_UNICODE),
    "x-message-flag": (PidLidFlagRequest, PropType.UNICODE),
}
_PEOPLE: Final[dict[str, Callable[[MessageContent], Any]]] = {
    "to": lambda content: _plain(recipients_of(content, MAPI_TO)),
    "cc": lambda content: _plain(recipients_of(content, MAPI_CC)),
    "bcc": lambda content: _plain(recipients_of(content, MAPI_BCC)),
    "reply-to": lambda content: _plain(reply_to(content)),
}
_BODY: Final = frozenset(("mime-version", "content-type", "content-transfer-encoding", "content-disposition"))
_WRITABLE: Final = re.compile(r"[\t -~]{0,990}(?:\r\n[\t ][\t -~]{0,990})*")
_RAW_WRITABLE: Final = re.compile(r"[\t -~\x80-\U0010ffff]{0,240}(?:\r\n[\t ][\t -~\x80-\U0010ffff]{0,240})*")
_PARTS: Final = re.compile(r"^content-type:[ \t]*(?:\r?\n[ \t]+)?multipart/", re.IGNORECASE | re.MULTILINE)
_HTML: Final = re.compile(r"^content-type:[ \t]*(?:\r?\n[ \t]+)?text/html", re.IGNORECASE | re.MULTILINE)
_LINES: Final = re.compile(r"\r\n|\r|\n")


def with_originals(made: list[str], writing: Writing) -> list[str]:
    """The fields of a message's header: those in `made`, or the ones that they came as."""
    blob = text_of(writing.content.properties, t.PR_TRANSPORT_MESSAGE_HEADERS)
    if blob is None or not writing.options.trace:
        return made
    return list(_Merge(made, fields_of(blob.encode("utf-8", "replace") + b"\n"), writing).lines())


def came_in_parts(writing: Writing) -> bool:
    """Whether the header that a message came with tells of several parts."""
    blob = text_of(writing.content.properties, t.PR_TRANSPORT_MESSAGE_HEADERS) or ""
    return _PARTS.search(blob) is not None


def came_as_html(writing: Writing) -> bool:
    """Whether the header that a message came with tells of HTML and no text beside it."""
    blob = text_of(writing.content.properties, t.PR_TRANSPORT_MESSAGE_HEADERS) or ""
    return _HTML.search(blob) is not None


class _Merge:
    """Fields made from properties against those that came."""

    def __init__(self, made: list[str], block: FieldBlock, writing: Writing) -> None:
        self.made = {line.partition(":")[0].lower(): line for line in made}
        self.block = block
        self.writing = writing
        self.node = Node(MemorySource(b""), block, 0, 0, "text/plain")
        self.reading = Reading(_none, Defects())
        props = header_props(self.node, None, self.reading)
        rows = header_recipients(self.node, None, Defects())
        self.came = MessageContent(props, rows, names=self.reading.names.names)
        self.then = Writing(self.came)
        self._known: dict[str, bool] = {}

    def lines(self) -> Iterator[str]:
        """The fields in the order in which they came, new ones after them."""
        done: set[Any] = set(_BODY)
        for name, raw in self.block.items:
            key = name.lower()
            if key in _BODY or (key == "bcc" and not self.writing.options.bcc):
                continue
            if self.unchanged(key):
                yield self.original(name, raw) or self.made.get(key) or field(name, header_text(raw))
            elif key in self.made and key not in done:
                yield self.made[key]
            done |= {key, _TAGS.get(key)}
        rest = ((key, line) for key, line in self.made.items() if key not in done and _TAGS.get(key, key) not in done)
        yield from (line for key, line in rest if not self._invented(key, line))

    def _invented(self, key: str, line: str) -> bool:
        """Whether a field that did not come says nothing that the message does."""
        if key == "date":
            return t.PR_CLIENT_SUBMIT_TIME not in self.writing.content.properties
        if key == "thread-topic":
            return told_topic(self.writing.content) is None
        return line in ("Subject:", UNDISCLOSED)

    def original(self, name: str, raw: str) -> str | None:
        """A field as it came, None where it cannot be written so."""
        text = _LINES.sub("\r\n", raw.encode("ascii", "surrogateescape").decode("utf-8", "replace"))
        wanted = _RAW_WRITABLE if self.writing.options.eight_bit_headers else _WRITABLE
        return f"{name}: {text}" if wanted.fullmatch(text) else None

    def unchanged(self, key: str) -> bool:
        """Whether the properties say what the field called `key` said; asked once, however often it came."""
        if key not in self._known:
            self._known[key] = self._says_the_same(key)
        return self._known[key]

    def _says_the_same(self, key: str) -> bool:
        now, came = self.writing.content, self.came
        if key in _TAGS:
            return all(now.get(tag) == came.get(tag) for tag in _TAGS[key])
        if key in ("to", "cc", "bcc") and kind_of(now) in DELIVERY:
            return _same_reader(now, came)
        if key in _PEOPLE:
            return bool(_PEOPLE[key](now) == _PEOPLE[key](came))
        if key in _NAMED:
            name, kind = _NAMED[key]
            value = self.writing.value(now.properties, name, kind)
            return bool(value == self.then.value(came.properties, name, kind))
        if TRACE.fullmatch(key) or key == "x-unsent":
            return True
        told = self.writing.field(now.properties, key)
        return told == header_text(self.block.fields(key)[0]) if told is not None else not self.writing.fields


def _same_reader(report: MessageContent, came: MessageContent) -> bool:
    """Whether a report goes to whom it came to: its recipients are those it reports on (RP-008)."""
    now = address_of(report.properties, RCVD_REPRESENTING)
    then = recipients_of(came, MAPI_TO) or recipients_of(came, MAPI_CC)
    return _plain([now] if now else []) == _plain(then[:1])


def _plain(people: list[Any]) -> list[tuple[str, str, str]]:
    return [(each.name or each.address, each.address, each.address_type) for each in people]


def _none(*_: Any) -> MessageContent:
    return MessageContent()
