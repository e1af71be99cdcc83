"""What a message would say as mail, in a few bytes: as long as these are the same, nobody has changed it.

Only what is written counts: properties that a store computes or adds make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final

from mapix.formats.mime.attachments import DISPOSITION, TEXT_CHARSET, data_of
from mapix.formats.mime.bodies import bodies_of, text_of_html
from mapix.formats.mime.reports import NDR_STATUS_CODE, REMOTE_MTA, kind_of
from mapix.formats.mime.values import pieces_of, text_of
from mapix.formats.mime.writing import Writing
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.named_tags import PidLidFlagRequest, PidNameAttachmentMacInfo, PidNameKeywords
from mapix.properties.tag import PropTag, PropType

SIZE: Final = 16

_DEEPEST: Final = 64
_OF_ATTACHMENT: Final = (
    t.PR_ATTACH_LONG_FILENAME,
    t.PR_ATTACH_MIME_TAG,
    t.PR_ATTACH_CONTENT_ID,
    t.PR_ATTACH_CONTENT_LOCATION,
    t.PR_ATTACH_CONTENT_BASE,
    DISPOSITION,
    TEXT_CHARSET,
)
_OF_MESSAGE: Final = (
    t.PR_MESSAGE_CLASS,
    t.PR_SUBJECT,
    t.PR_CLIENT_SUBMIT_TIME,
    t.PR_INTERNET_MESSAGE_ID,
    t.PR_IN_REPLY_TO_ID,
    t.PR_INTERNET_REFERENCES,
    t.PR_IMPORTANCE,
    t.PR_PRIORITY,
    t.PR_SENSITIVITY,
    t.PR_EXPIRY_TIME,
    t.PR_REPLY_TIME,
    t.PR_DEFERRED_DELIVERY_TIME,
    t.PR_READ_RECEIPT_REQUESTED,
    t.PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    t.PR_CONVERSATION_INDEX,
    t.PR_INTERNET_ORGANIZATION,
    t.PR_LIST_HELP,
    t.PR_LIST_SUBSCRIBE,
    t.PR_LIST_UNSUBSCRIBE,
    t.PR_BODY_CONTENT_LOCATION,
    t.PR_AUTO_RESPONSE_SUPPRESS,
    t.PR_FLAG_STATUS,
    t.PR_REPLY_RECIPIENT_NAMES,
    t.PR_REPLY_RECIPIENT_ENTRIES,
    t.PR_SENDER_NAME,
    t.PR_SENDER_EMAIL_ADDRESS,
    t.PR_SENDER_SMTP_ADDRESS,
    t.PR_SENT_REPRESENTING_NAME,
    t.PR_SENT_REPRESENTING_EMAIL_ADDRESS,
    t.PR_SENT_REPRESENTING_SMTP_ADDRESS,
)
_OF_RECIPIENT: Final = (
    t.PR_RECIPIENT_TYPE,
    t.PR_DISPLAY_NAME,
    t.PR_ADDRTYPE,
    t.PR_EMAIL_ADDRESS,
    t.PR_SMTP_ADDRESS,
)
_NAMED: Final = ((PidNameKeywords, PropType.MV_UNICODE), (PidLidFlagRequest, PropType.UNICODE))
_OF_REPORTED: Final = (
    t.PR_SUPPLEMENTARY_INFO,
    t.PR_NDR_REASON_CODE,
    t.PR_NDR_DIAG_CODE,
    t.PR_REPORT_TIME,
    NDR_STATUS_CODE,
    REMOTE_MTA,
)


def fingerprint(content: MessageContent, *, derived: bool = False) -> bytes:
    """The fingerprint of a message with everything in it; `derived` tells that a store may have made its text."""
    hasher = blake2b(digest_size=SIZE)
    for piece in _message(content, 0, derived):
        hasher.update(b"%d " % len(piece) + piece)
    return hasher.digest()


def _message(content: MessageContent, depth: int, derived: bool) -> Iterator[bytes]:
    writing = Writing(content)
    props = content.properties
    people = [tuple(map(row.get, _OF_RECIPIENT)) for row in content.recipients]
    named = [(key, props[tag]) for key, tag in writing.tags if tag in props]
    words = [writing.value(props, name, kind) for name, kind in _NAMED]
    silent = t.PR_FLAG_STATUS if not words[-1] else None  # a flag without words is no header field
    own = (None if tag == silent else props.get(tag) for tag in _OF_MESSAGE)
    values = (*own, told_topic(content), people, named, *words)
    yield repr(values).encode("utf-8", "replace")
    if kind_of(content):
        yield from (_plain(row.get(tag)) for row in content.recipients for tag in _OF_REPORTED)
    if not str(props.get(t.PR_MESSAGE_CLASS, "")).upper().startswith(("IPM.NOTE", "REPORT.")):
        yield repr(sorted(_of_item(content))).encode("utf-8", "replace")
    yield from _bodies(content, derived)
    for attachment in content.attachments:
        yield from _attachment(writing, attachment, depth, derived)


def told_topic(content: MessageContent) -> str | None:
    """The topic of the conversation where it is more than the end of the subject, which stores make it themselves."""
    topic = text_of(content.properties, t.PR_CONVERSATION_TOPIC)
    return None if topic and (text_of(content.properties, t.PR_SUBJECT) or "").endswith(topic) else topic or None


def _of_item(content: MessageContent) -> Iterator[tuple[str, str]]:
    """The properties of an appointment or a contact, by tags and names."""
    for tag, value in content.properties.items():
        name = content.names.get(tag >> 16)
        if name is not None or 0x3A00 <= tag >> 16 < 0x3B00:
            yield (repr(name) if name else hex(tag), repr(value))


def _bodies(content: MessageContent, derived: bool) -> Iterator[bytes]:
    """The bodies; where text may be `derived` from the HTML, such text is none."""
    bodies = bodies_of(content)
    text = bodies.text
    if derived and text and bodies.html is not None and _same(text, text_of_html(bodies)):
        text = None
    yield b"" if text is None else b"t" + text.encode("utf-8", "replace")
    yield b"" if bodies.html is None else b"h" + bodies.html
    yield f"{bodies.charset} {bodies.identifier}".encode("utf-8", "replace")


def _same(one: str, two: str) -> bool:
    return len(one) < 2 * len(two) + 1000 and one.split() == two.split()


def _attachment(writing: Writing, attachment: AttachmentContent, depth: int, derived: bool) -> Iterator[bytes]:
    props = attachment.properties
    named = [(key, props[tag]) for key, tag in writing.tags if tag in props]
    resources = writing.value(props, PidNameAttachmentMacInfo, PropType.BINARY)
    yield repr((*map(props.get, _OF_ATTACHMENT), named, resources)).encode("utf-8", "replace")
    if attachment.message is not None and depth < _DEEPEST:
        yield from _message(attachment.message, depth + 1, derived)
    else:
        yield _digest(props)


def _digest(props: Mapping[PropTag, Any]) -> bytes:
    hasher = blake2b(digest_size=SIZE)
    for piece in pieces_of(data_of(props)):
        hasher.update(piece)
    return hasher.digest()


def _plain(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b"" if value is None else str(value).encode("utf-8", "replace")
