"""A message as mail for those who can read TNEF: plain text for everybody, and everything in `winmail.dat`.

    data = to_mime(wrap(content))

Who reads it with mapix, Outlook or Exchange has the message with all properties that travel. Both parts are joined by
PR_TNEF_CORRELATION_KEY and X-MS-TNEF-Correlator, the Message-ID ([MS-OXCMAIL] 2.1.3.4).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from zlib import crc32

from mapix.formats.mime.bodies import bodies_of, text_of_html
from mapix.formats.mime.reports import kind_of
from mapix.formats.tnef.unwrap import CORRELATOR
from mapix.formats.tnef.write import tnef_bytes
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_VALUE
from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName
from mapix.properties.tag import PropTag, PropType

_NAME: Final = "winmail.dat"
_SECURE: Final = "ipm.note.smime"
_INSIDE: Final = (t.PR_BODY, t.PR_HTML, t.PR_BODY_HTML, t.PR_RTF_COMPRESSED, t.PR_INTERNET_CPID)
_FIRST_NAMED: Final = 0x8000


def can_be_wrapped(content: MessageContent) -> bool:
    """Whether a message may be put into TNEF: reports and what is signed or encrypted have forms of their own."""
    name = content.get(t.PR_MESSAGE_CLASS)
    secure = isinstance(name, str) and name.lower().startswith(_SECURE)
    return not secure and kind_of(content) is None


def wrap(content: MessageContent) -> MessageContent:
    """The message with its text and one attachment, the TNEF stream; the same where it may not be wrapped.

    Raises: TooComplex, BadValue as `write_tnef`.
    """
    if not can_be_wrapped(content):
        return content
    identifier = content.get(t.PR_INTERNET_MESSAGE_ID)
    key = identifier.encode("utf-8") + b"\0" if isinstance(identifier, str) and identifier else b""
    told = {t.PR_TNEF_CORRELATION_KEY: key} if key else {}
    inner = replace(content, properties={**content.properties, **told})
    data = tnef_bytes(inner, transmittable=True, recipients=False, key=crc32(key) % 0xFFFF + 1)
    properties = {tag: value for tag, value in content.properties.items() if tag not in _INSIDE}
    properties |= {t.PR_MESSAGE_CLASS: "IPM.Note", t.PR_BODY: _text(content)}
    names = dict(content.names)
    if key:
        properties[_field(names)] = identifier
    return MessageContent(properties, content.recipients, [_attachment(data)], names)


def _text(content: MessageContent) -> str:
    bodies = bodies_of(content)
    if bodies.text is None and bodies.html is not None:
        return text_of_html(bodies)
    return bodies.text or ""


def _field(names: dict[int, PropertyName]) -> PropTag:
    """The tag of the field that joins mail and stream, which gets a name where it has none."""
    wanted = PropertyName(PS_INTERNET_HEADERS, CORRELATOR)
    number = next((one for one, name in names.items() if name == wanted), max(names, default=_FIRST_NAMED - 1) + 1)
    names[number] = wanted
    return PropTag.of(number, PropType.UNICODE)


def _attachment(data: bytes) -> AttachmentContent:
    values: dict[PropTag, Any] = {
        t.PR_ATTACH_METHOD: ATTACH_BY_VALUE,
        t.PR_ATTACH_LONG_FILENAME: _NAME,
        t.PR_ATTACH_FILENAME: _NAME,
        t.PR_DISPLAY_NAME: _NAME,
        t.PR_ATTACH_MIME_TAG: "application/ms-tnef",
        t.PR_ATTACH_DATA_BIN: data,
        t.PR_RENDERING_POSITION: -1,
    }
    return AttachmentContent(values)
