"""Mail with TNEF inside as the message that was sent ([MS-OXCMAIL] 2.4, [MS-OXTNEF] 2.3).

    content = unwrap(from_mime(data, options=MimeOptions(unwrap=False)).value)

`from_mime` does so by itself. The properties of the stream are the message's; who sent it, who received it and the
header are the mail's. A stream that belongs to another mail, as after a program forwarded it that knows nothing of
TNEF, becomes a message attached. A damaged one stays what it was, and the defect is told.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, BinaryIO, Final, cast

from mapix.formats.defects import Defect, Defects
from mapix.formats.mime.wrapped import is_wrapped, wrapping
from mapix.formats.tnef.read import TnefFile
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import MapiError
from mapix.properties.flags import ATTACH_EMBEDDED_MSG
from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.value import LargeValue, whole

CORRELATOR: Final = "X-MS-TNEF-Correlator"
"""The field of a mail's header that tells which stream belongs to it."""
_HARMLESS: Final = (
    "a checksum is wrong",
    "the signature is wrong",
    "properties stand there twice",
    "text is not in the code page that is told",
    "a single value has another count",
)
"""Defects of a stream that take nothing away."""
_ENVELOPE: Final = frozenset(
    tag.id
    for tag in (
        t.PR_TRANSPORT_MESSAGE_HEADERS,
        t.PR_INTERNET_MESSAGE_ID,
        t.PR_SENDER_NAME,
        t.PR_SENDER_ADDRTYPE,
        t.PR_SENDER_EMAIL_ADDRESS,
        t.PR_SENDER_ENTRYID,
        t.PR_SENDER_SEARCH_KEY,
        t.PR_SENT_REPRESENTING_NAME,
        t.PR_SENT_REPRESENTING_ADDRTYPE,
        t.PR_SENT_REPRESENTING_EMAIL_ADDRESS,
        t.PR_SENT_REPRESENTING_ENTRYID,
        t.PR_SENT_REPRESENTING_SEARCH_KEY,
        t.PR_RCVD_REPRESENTING_NAME,
        t.PR_RCVD_REPRESENTING_ADDRTYPE,
        t.PR_RCVD_REPRESENTING_EMAIL_ADDRESS,
        t.PR_RCVD_REPRESENTING_ENTRYID,
        t.PR_RCVD_REPRESENTING_SEARCH_KEY,
        t.PR_RECEIVED_BY_NAME,
        t.PR_RECEIVED_BY_ADDRTYPE,
        t.PR_RECEIVED_BY_EMAIL_ADDRESS,
        t.PR_RECEIVED_BY_ENTRYID,
        t.PR_RECEIVED_BY_SEARCH_KEY,
    )
)
"""What a mail tells better than the stream inside it."""
_KEPT: Final = frozenset((t.PR_RTF_IN_SYNC.id,))
MOST_NAMES: Final = 2_000
"""Named properties that one stream may bring; mail from anywhere must not fill a store's mapping."""
_FIRST_OF_PARTS: Final = 0x7FF0
_FIRST_NAMED: Final = 0x8000
_BODIES: Final = frozenset((t.PR_BODY.id, t.PR_HTML.id, t.PR_RTF_COMPRESSED.id))


def unwrap(content: MessageContent, defects: Defects | None = None) -> MessageContent:
    """The message without its TNEF attachments, which are in it instead; the same object where it has none.

    `content` is changed, messages attached to it are as well. Defects are added to `defects`.
    """
    found = Defects() if defects is None else defects
    if not isinstance(content.names, MutableMapping):
        content.names = dict(content.names)
    for one in list(wrapping(content)):
        one.names = content.names
        _unwrap_one(one, found)
    return content


def _unwrap_one(content: MessageContent, found: Defects) -> None:
    parts: list[AttachmentContent] = []
    merged = False
    for part in content.attachments:
        inner = sound_message(part.properties[t.PR_ATTACH_DATA_BIN], found) if is_wrapped(part) else None
        if inner is None:
            parts.append(part)
            continue
        rename(inner, content)
        if merged or not belongs(inner, content):
            parts.append(attached(part, inner))
        else:
            merged = True
            _merge(inner, content)
            parts += inner.attachments
    content.attachments = parts


def sound_message(value: bytes | LargeValue, defects: Defects) -> MessageContent | None:
    """The message of a stream; None where it is damaged, which is noted."""
    try:
        file = TnefFile.open(value if isinstance(value, bytes) else cast(BinaryIO, value.open()))
    except MapiError as error:
        defects.note("winmail.dat", "cannot be read and stays a file", value=str(error))
        return None
    content = file.content
    for defect in file.defects:
        defects.note(f"winmail.dat {defect.where}", defect.what, value=defect.found or None)
    if not all(map(_is_harmless, file.defects)) or not (content.properties or content.attachments):
        defects.note("winmail.dat", "is damaged and stays a file")
        return None
    if len(content.names) > MOST_NAMES:
        defects.note("winmail.dat", "has too many named properties and stays a file", value=len(content.names))
        return None
    if t.PR_HTML in content.properties:
        content.properties.setdefault(t.PR_INTERNET_CPID, file.codepage[0])
    return content


def _is_harmless(defect: Defect) -> bool:
    return defect.what in _HARMLESS


def belongs(inner: MessageContent, content: MessageContent) -> bool:
    """Whether a stream is that of this mail: its correlation key is what the mail's header tells, where both do."""
    key = inner.get(t.PR_TNEF_CORRELATION_KEY)
    told = [value for value in (_correlator(content), content.get(t.PR_INTERNET_MESSAGE_ID)) if value]
    if not isinstance(key, bytes) or not key.strip(b"\0") or not told:
        return True
    wanted = key.rstrip(b"\0").decode("latin-1").strip().lower()
    return any(isinstance(value, str) and value.strip().lower() == wanted for value in told)


def _correlator(content: MessageContent) -> Any:
    """X-MS-TNEF-Correlator of a mail: a named property, or a line of its header."""
    for number, name in content.names.items():
        if name.guid == PS_INTERNET_HEADERS and str(name.name).lower() == CORRELATOR.lower():
            value = content.get(PropTag.of(number, 0x1F))
            if value:
                return value
    headers = content.get(t.PR_TRANSPORT_MESSAGE_HEADERS)
    lines = headers.replace("\r\n ", " ").replace("\r\n\t", " ").splitlines() if isinstance(headers, str) else []
    start = f"{CORRELATOR.lower()}:"
    return next((line[len(start) :].strip() for line in lines if line[: len(start)].lower() == start), None)


def _merge(inner: MessageContent, content: MessageContent) -> None:
    """Make a message that of its stream."""
    values = {tag: value for tag, value in inner.properties.items() if tag.is_transmittable or tag.id in _KEPT}
    own = {tag.id for tag in content.properties}
    values = {tag: value for tag, value in values.items() if tag.id not in _ENVELOPE or tag.id not in own}
    given = {tag.id for tag in values}
    bodies = _BODIES | {t.PR_INTERNET_CPID.id} if t.PR_HTML.id in given else _BODIES & given
    gone = given | bodies
    if t.PR_RTF_COMPRESSED.id in given and t.PR_HTML.id not in given:
        gone |= {t.PR_HTML.id}
    if t.PR_BODY.id not in given:
        gone -= {t.PR_BODY.id}
    kept = {tag: value for tag, value in content.properties.items() if tag.id not in gone}
    content.properties = {**kept, **values}
    if not content.recipients:
        content.recipients = inner.recipients
    for part in inner.attachments:
        part.properties = {tag: value for tag, value in part.properties.items() if _of_parts(tag)}


def _of_parts(tag: PropTag) -> bool:
    """Whether a property of an attachment is worth keeping where it arrives."""
    return tag.is_transmittable or _FIRST_OF_PARTS <= tag.id < _FIRST_NAMED


def attached(part: AttachmentContent, inner: MessageContent) -> AttachmentContent:
    """A stream that belongs to another mail as a message attached."""
    name = inner.get(t.PR_SUBJECT) or part.properties.get(t.PR_DISPLAY_NAME) or ""
    place = part.properties.get(t.PR_RENDERING_POSITION, -1)
    values = {
        t.PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG,
        t.PR_DISPLAY_NAME: whole(t.PR_SUBJECT, name),
        t.PR_RENDERING_POSITION: place,
    }
    return AttachmentContent(values, inner)


def rename(inner: MessageContent, content: MessageContent) -> None:
    """Give the names of a stream identifiers that mean the same in the message around it."""
    names = content.names
    assert isinstance(names, MutableMapping)
    known = {name.key: number for number, name in names.items()}
    free = max(names, default=_FIRST_NAMED - 1) + 1
    ids: dict[int, int] = {}
    for number, name in inner.names.items():
        if name.key not in known:
            known[name.key], names[free] = free, name
            free += 1
        ids[number] = known[name.key]
    _renumber(inner, ids, names)


def _renumber(content: MessageContent, ids: Mapping[int, int], names: Mapping[int, PropertyName]) -> None:
    content.names = names
    content.properties = _with_ids(content.properties, ids)
    content.recipients = [_with_ids(row, ids) for row in content.recipients]
    for part in content.attachments:
        part.properties = _with_ids(part.properties, ids)
        if part.message is not None:
            _renumber(part.message, ids, names)


def _with_ids(values: dict[PropTag, Any], ids: Mapping[int, int]) -> dict[PropTag, Any]:
    return {PropTag.of(ids.get(tag >> 16, tag >> 16), tag & 0xFFFF): value for tag, value in values.items()}
