"""Attributes that stand for properties by themselves, as Microsoft Mail and Schedule+ had them ([MS-OXTNEF] 2.1.3.3).

Where the encapsulated properties tell the same, theirs is the value. Dates have no time zone; they are taken as UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from struct import Struct
from typing import Any, Final

from mapix.formats.tnef.context import Scope
from mapix.formats.tnef.layout import OLD_ORIGINAL_CLASS, Att, new_class
from mapix.properties import tags as t
from mapix.properties.errors import BadValue
from mapix.properties.flags import (
    MSGFLAG_HASATTACH,
    MSGFLAG_READ,
    MSGFLAG_SUBMIT,
    MSGFLAG_UNMODIFIED,
    MSGFLAG_UNSENT,
)
from mapix.properties.tag import PropTag

Props = dict[PropTag, Any]

DATE: Final = Struct("<7H")
"""DTR: year, month, day, hour, minute, second, day of the week."""
_FIRST_DAY: Final = date(1601, 1, 1).toordinal()
_SECOND: Final = 10_000_000
"""Ticks of a FILETIME."""
TRIPLE: Final = Struct("<4H")
"""TRP: kind, length of the whole, of the name, of the address."""
LENGTH: Final = Struct("<H")

MODIFIED, LOCAL, SUBMITTED, READ, HAS_ATTACH = 0x01, 0x02, 0x04, 0x20, 0x80
"""Bits of attMessageStatus."""
FLAGS: Final = {LOCAL: MSGFLAG_UNSENT, SUBMITTED: MSGFLAG_SUBMIT, READ: MSGFLAG_READ, HAS_ATTACH: MSGFLAG_HASATTACH}
IMPORTANCE: Final = {1: 2, 2: 1, 3: 0}
"""PR_IMPORTANCE by attPriority."""

SENDER: Final = (t.PR_SENDER_NAME, t.PR_SENDER_ADDRTYPE, t.PR_SENDER_EMAIL_ADDRESS)
SENT_FOR: Final = (
    t.PR_SENT_REPRESENTING_NAME,
    t.PR_SENT_REPRESENTING_ADDRTYPE,
    t.PR_SENT_REPRESENTING_EMAIL_ADDRESS,
)
RECEIVED_FOR: Final = (
    t.PR_RCVD_REPRESENTING_NAME,
    t.PR_RCVD_REPRESENTING_ADDRTYPE,
    t.PR_RCVD_REPRESENTING_EMAIL_ADDRESS,
)
_RESPONSE: Final = "ipm.schedule.meeting.resp."

TEXTS: Final[Mapping[int, PropTag]] = {
    Att.SUBJECT: t.PR_SUBJECT,
    Att.ATTACH_TITLE: t.PR_ATTACH_FILENAME,
    Att.ATTACH_TRANSPORT_FILENAME: t.PR_ATTACH_TRANSPORT_NAME,
}
CLASSES: Final[Mapping[int, PropTag]] = {
    Att.MESSAGE_CLASS: t.PR_MESSAGE_CLASS,
    Att.ORIGINAL_MESSAGE_CLASS: t.PR_ORIG_MESSAGE_CLASS,
}
DATES: Final[Mapping[int, PropTag]] = {
    Att.DATE_SENT: t.PR_CLIENT_SUBMIT_TIME,
    Att.DATE_RECD: t.PR_MESSAGE_DELIVERY_TIME,
    Att.DATE_MODIFIED: t.PR_LAST_MODIFICATION_TIME,
    Att.DATE_START: t.PR_START_DATE,
    Att.DATE_END: t.PR_END_DATE,
    Att.ATTACH_CREATE_DATE: t.PR_CREATION_TIME,
    Att.ATTACH_MODIFY_DATE: t.PR_LAST_MODIFICATION_TIME,
}
KEYS: Final[Mapping[int, PropTag]] = {
    Att.MESSAGE_ID: t.PR_SEARCH_KEY,
    Att.PARENT_ID: t.PR_PARENT_KEY,
    Att.CONVERSATION_ID: t.PR_CONVERSATION_KEY,
}
BINARIES: Final[Mapping[int, PropTag]] = {
    Att.DELEGATE: t.PR_RCVD_REPRESENTING_ENTRYID,
    Att.ATTACH_META_FILE: t.PR_ATTACH_RENDERING,
}

ONE: Final[Mapping[int, PropTag]] = {
    **TEXTS,
    **CLASSES,
    **DATES,
    **KEYS,
    **BINARIES,
    Att.BODY: t.PR_BODY,
    Att.MESSAGE_STATUS: t.PR_MESSAGE_FLAGS,
    Att.PRIORITY: t.PR_IMPORTANCE,
    Att.REQUEST_RES: t.PR_RESPONSE_REQUESTED,
    Att.AID_OWNER: t.PR_OWNER_APPT_ID,
}
"""The property of each attribute that stands for one."""


def read_attribute(number: int, data: bytes, scope: Scope, where: str, message_class: str = "") -> Props:
    """The properties that one attribute stands for; none where it is damaged, which is noted."""
    how = _HOW.get(number)
    if how is None:
        return {}
    try:
        return how(number, data, scope, where, message_class)
    except (ValueError, IndexError, BadValue):
        scope.note(f"{Att(number).name} tells nothing that can be understood", at=where, value=data[:32])
        return {}


def class_of(data: bytes) -> str:
    """The message class that attMessageClass tells."""
    name = data.partition(b"\0")[0]
    return new_class(name.decode() if name.isascii() else name.decode("cp1252", "replace"))


def _text(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    tag = TEXTS[number]
    return {tag: scope.text(data.partition(b"\0")[0], tag.id, where)}


def _body(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    return {t.PR_BODY: scope.text(data.rstrip(b"\0"), t.PR_BODY.id, where)}


def _class(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    return {CLASSES[number]: class_of(data)}


def _old_class(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    return {t.PR_ORIG_MESSAGE_CLASS: class_of(data)}


def _date(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    if not any(data):
        return {}
    year, month, day, hour, minute, second, _weekday = DATE.unpack(data[: DATE.size].ljust(DATE.size, b"\0"))
    days = date(year, month, day).toordinal() - _FIRST_DAY
    if days < 0 or hour > 23 or minute > 59 or second > 59:
        raise ValueError
    return {DATES[number]: (((days * 24 + hour) * 60 + minute) * 60 + second) * _SECOND}


def _key(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    return {KEYS[number]: bytes.fromhex(data.partition(b"\0")[0].decode("ascii"))}


def _binary(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    return {BINARIES[number]: data}


def _status(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    flags = sum(flag for bit, flag in FLAGS.items() if data[0] & bit)
    return {t.PR_MESSAGE_FLAGS: flags | (0 if data[0] & MODIFIED else MSGFLAG_UNMODIFIED)}


def _priority(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    told = IMPORTANCE.get(int.from_bytes(data[:2], "little"))
    if told is None:
        raise ValueError
    return {t.PR_IMPORTANCE: told}


def _number(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    if number == Att.REQUEST_RES:
        return {t.PR_RESPONSE_REQUESTED: any(data[:2])}
    return {t.PR_OWNER_APPT_ID: int.from_bytes(data[:4], "little", signed=True)}


def _from(number: int, data: bytes, scope: Scope, where: str, _: str) -> Props:
    if len(data) < TRIPLE.size:
        raise ValueError
    _kind, _whole, name, address = TRIPLE.unpack_from(data)
    start = TRIPLE.size
    return _person(SENDER, data[start : start + name], data[start + name : start + name + address], scope, where)


def _counted(number: int, data: bytes, scope: Scope, where: str, message_class: str) -> Props:
    """attOwner and attSentFor: two strings with their lengths before them."""
    if len(data) < 2 * LENGTH.size:
        raise ValueError
    name = LENGTH.unpack_from(data)[0]
    address = data[2 + name :]
    response = number == Att.OWNER and message_class.lower().startswith(_RESPONSE)
    return _person(RECEIVED_FOR if response else SENT_FOR, data[2 : 2 + name], address[2:], scope, where)


def _person(tags: tuple[PropTag, ...], name: bytes, address: bytes, scope: Scope, where: str) -> Props:
    """Name, kind of address, address; the last two stand in one string with a colon between."""
    texts = [scope.text(one.partition(b"\0")[0], 0, where) for one in (name, address)]
    kind, colon, rest = texts[1].partition(":")
    found = (texts[0], kind if colon else "", rest if colon else kind)
    return {tag: text for tag, text in zip(tags, found, strict=True) if text}


_HOW: Final[Mapping[int, Callable[[int, bytes, Scope, str, str], Props]]] = {
    **dict.fromkeys(map(int, TEXTS), _text),
    **dict.fromkeys(map(int, CLASSES), _class),
    **dict.fromkeys(map(int, DATES), _date),
    **dict.fromkeys(map(int, KEYS), _key),
    **dict.fromkeys(map(int, BINARIES), _binary),
    OLD_ORIGINAL_CLASS: _old_class,
    int(Att.BODY): _body,
    int(Att.MESSAGE_STATUS): _status,
    int(Att.PRIORITY): _priority,
    int(Att.REQUEST_RES): _number,
    int(Att.AID_OWNER): _number,
    int(Att.FROM): _from,
    int(Att.OWNER): _counted,
    int(Att.SENT_FOR): _counted,
}
