"""The attributes of Microsoft Mail and Schedule+ that a writer adds for readers of that time ([MS-OXTNEF] 2.2.3).

All of them repeat what the properties tell, as well as 8-bit text and whole seconds can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mapix.formats.msg.texts import WESTERN
from mapix.formats.tnef.layout import Att, old_class
from mapix.formats.tnef.legacy import (
    DATE,
    DATES,
    FLAGS,
    IMPORTANCE,
    KEYS,
    LENGTH,
    MODIFIED,
    RECEIVED_FOR,
    SENDER,
    SENT_FOR,
    TRIPLE,
)
from mapix.properties import tags as t
from mapix.properties.codepage import UTF8, codec_name, encode_text
from mapix.properties.content import MessageContent
from mapix.properties.errors import BadValue, UnknownCpid
from mapix.properties.flags import MSGFLAG_UNMODIFIED
from mapix.properties.tag import PropTag
from mapix.properties.times import to_datetime

Props = Mapping[PropTag, Any]

_UNFIT: Final = frozenset((0, 1, 1200, 1201, 12000, 12001, 65000, 20127, 50220, 50221, 50222, 50225, 52936))
_PRIORITY: Final = {importance: number for number, importance in IMPORTANCE.items()}
_ONE_OFF: Final = 4
_MEETING: Final = "ipm.schedule.meeting."
_RESPONSE: Final = "ipm.schedule.meeting.resp."
_OF_MESSAGES: Final = (Att.DATE_SENT, Att.DATE_RECD, Att.DATE_MODIFIED, Att.DATE_START, Att.DATE_END)
_LONGEST: Final = 0xFFE0
"""Bytes of name and address together, whose lengths have 16 bits."""


def stream_pages(content: MessageContent) -> tuple[int, int]:
    """The code pages of a stream's 8-bit text: the message's own, else Windows' western one or UTF-8."""
    told = content.properties.get(t.PR_MESSAGE_CODEPAGE)
    if isinstance(told, int) and told not in _UNFIT:
        try:
            codec_name(told)
            return told, 0
        except UnknownCpid:
            pass
    texts = [value for values in _shown(content) for value in values.values() if isinstance(value, str)]
    return (WESTERN if all(_is_western(text) for text in texts) else UTF8), 0


def narrow(text: str, codepage: int) -> bytes:
    """Text in the code page up to its first NUL, with a terminator."""
    return encode_text(text.partition("\0")[0], codepage) + b"\0"


def old_attributes(values: Props, codepage: int) -> Iterator[tuple[int, bytes]]:
    """The attributes of a message, in the order in which they are usual."""
    name = _text(values, t.PR_MESSAGE_CLASS)
    if name:
        yield Att.MESSAGE_CLASS, old_class(name).encode("cp1252", "replace") + b"\0"
    original = _text(values, t.PR_ORIG_MESSAGE_CLASS)
    if original:
        yield Att.ORIGINAL_MESSAGE_CLASS, old_class(original).encode("cp1252", "replace") + b"\0"
    yield from _people(values, codepage, name.lower())
    subject = _text(values, t.PR_SUBJECT)
    if subject:
        yield Att.SUBJECT, narrow(subject, codepage)
    for number in _OF_MESSAGES:
        date = _date(values.get(DATES[number]))
        if date:
            yield number, date
    for key, tag in KEYS.items():
        if isinstance(values.get(tag), bytes):
            yield key, values[tag].hex().upper().encode("ascii") + b"\0"
    yield from _numbers(values, name.lower())


def _numbers(values: Props, name: str) -> Iterator[tuple[int, bytes]]:
    importance = values.get(t.PR_IMPORTANCE)
    priority = _PRIORITY.get(importance) if isinstance(importance, int) else None
    if priority:
        yield Att.PRIORITY, priority.to_bytes(2, "little")
    flags = values.get(t.PR_MESSAGE_FLAGS)
    if isinstance(flags, int):
        bits = sum(bit for bit, flag in FLAGS.items() if flags & flag)
        yield Att.MESSAGE_STATUS, bytes((bits | (0 if flags & MSGFLAG_UNMODIFIED else MODIFIED),))
    if not name.startswith(_MEETING):
        return
    if isinstance(values.get(t.PR_RESPONSE_REQUESTED), bool):
        yield Att.REQUEST_RES, int(values[t.PR_RESPONSE_REQUESTED]).to_bytes(2, "little")
    if isinstance(values.get(t.PR_OWNER_APPT_ID), int):
        yield Att.AID_OWNER, (values[t.PR_OWNER_APPT_ID] & 0xFFFFFFFF).to_bytes(4, "little")


def _people(values: Props, codepage: int, name: str) -> Iterator[tuple[int, bytes]]:
    sender = _person(values, SENDER, codepage)
    if sender:
        whole = 2 * TRIPLE.size + len(sender[0]) + len(sender[1])
        head = TRIPLE.pack(_ONE_OFF, whole, len(sender[0]), len(sender[1]))
        yield Att.FROM, head + b"".join(sender) + bytes(TRIPLE.size)
    if not name.startswith(_MEETING):
        return
    owner = _person(values, RECEIVED_FOR if name.startswith(_RESPONSE) else SENT_FOR, codepage)
    if owner:
        yield Att.OWNER, _counted(owner)
    if name.startswith(_RESPONSE) and (sent_for := _person(values, SENT_FOR, codepage)):
        yield Att.SENT_FOR, _counted(sent_for)
    if isinstance(values.get(t.PR_RCVD_REPRESENTING_ENTRYID), bytes):
        yield Att.DELEGATE, values[t.PR_RCVD_REPRESENTING_ENTRYID]


def _counted(texts: tuple[bytes, bytes]) -> bytes:
    return b"".join(LENGTH.pack(len(text)) + text for text in texts)


def _person(values: Props, tags: tuple[PropTag, ...], codepage: int) -> tuple[bytes, bytes] | None:
    """Name and address; None where not everything is known or there is no room for it."""
    name, kind, address = (_text(values, tag) for tag in tags)
    if not (name and kind and address) or ":" in kind or "\0" in name + kind + address:
        return None
    texts = narrow(name, codepage), narrow(f"{kind}:{address}", codepage)
    return texts if sum(map(len, texts)) < _LONGEST else None


def _date(ticks: Any) -> bytes | None:
    if not isinstance(ticks, int):
        return None
    try:
        moment = to_datetime(ticks)
    except BadValue:
        return None
    weekday = (moment.weekday() + 1) % 7
    return DATE.pack(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, weekday)


def _text(values: Props, tag: PropTag) -> str:
    value = values.get(tag)
    return value if isinstance(value, str) else ""


def _shown(content: MessageContent) -> list[Props]:
    """What old readers are shown of a message."""
    tags = (t.PR_SUBJECT, *SENDER, *SENT_FOR, *RECEIVED_FOR)
    names = (t.PR_ATTACH_FILENAME, t.PR_ATTACH_LONG_FILENAME, t.PR_DISPLAY_NAME)
    own = {tag: content.properties[tag] for tag in tags if tag in content.properties}
    parts = [{tag: one.properties[tag] for tag in names if tag in one.properties} for one in content.attachments]
    return [own, *parts]


def _is_western(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
