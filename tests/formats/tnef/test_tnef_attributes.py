"""What each attribute of a TNEF stream stands for, read and written."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from tests.formats.tnef.tnef_cases import attribute, listed, prop, stream

from mapix.formats.tnef import TnefFile, read_tnef, tnef_bytes
from mapix.formats.tnef.layout import MAC_BINARY, OLD_CLASSES, OLD_ORIGINAL_CLASS, Att, new_class, old_class
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_OLE
from mapix.properties.tag import PropTag

NOON = 132224400000000000  # 2020-01-02 12:00
NOON_BYTES = struct.pack("<7H", 2020, 1, 2, 12, 0, 0, 4)


def values(*attributes: bytes) -> dict[PropTag, Any]:
    """The properties of a stream of attributes."""
    parsed = read_tnef(stream(*attributes))
    assert parsed.defects == ()
    return parsed.value.properties


def person(name: bytes, address: bytes) -> bytes:
    return struct.pack("<H", len(name)) + name + struct.pack("<H", len(address)) + address


@pytest.mark.parametrize(
    ("number", "data", "tag", "value"),
    [
        (Att.SUBJECT, b"caf\xe9\0", t.PR_SUBJECT, "café"),
        (Att.BODY, b"line\r\n", t.PR_BODY, "line\r\n"),
        (Att.MESSAGE_CLASS, b"IPM.Microsoft Mail.Note\0", t.PR_MESSAGE_CLASS, "IPM.Note"),
        (
            Att.ORIGINAL_MESSAGE_CLASS,
            b"IPM.Microsoft Schedule.MtgReq\0",
            t.PR_ORIG_MESSAGE_CLASS,
            "IPM.Schedule.Meeting.Request",
        ),
        (OLD_ORIGINAL_CLASS, b"IPM.Own\0", t.PR_ORIG_MESSAGE_CLASS, "IPM.Own"),
        (Att.DATE_SENT, NOON_BYTES, t.PR_CLIENT_SUBMIT_TIME, NOON),
        (Att.DATE_RECD, NOON_BYTES, t.PR_MESSAGE_DELIVERY_TIME, NOON),
        (Att.DATE_MODIFIED, NOON_BYTES, t.PR_LAST_MODIFICATION_TIME, NOON),
        (Att.DATE_START, NOON_BYTES, t.PR_START_DATE, NOON),
        (Att.DATE_END, NOON_BYTES, t.PR_END_DATE, NOON),
        (Att.MESSAGE_ID, b"00FF10\0", t.PR_SEARCH_KEY, b"\0\xff\x10"),
        (Att.PARENT_ID, b"0A\0", t.PR_PARENT_KEY, b"\n"),
        (Att.CONVERSATION_ID, b"0b0c\0", t.PR_CONVERSATION_KEY, b"\x0b\x0c"),
        (Att.PRIORITY, b"\1\0", t.PR_IMPORTANCE, 2),
        (Att.PRIORITY, b"\2\0", t.PR_IMPORTANCE, 1),
        (Att.PRIORITY, b"\3\0", t.PR_IMPORTANCE, 0),
        (Att.REQUEST_RES, b"\1\0", t.PR_RESPONSE_REQUESTED, True),
        (Att.AID_OWNER, b"\xfe\xff\xff\xff", t.PR_OWNER_APPT_ID, -2),
        (Att.DELEGATE, b"entry", t.PR_RCVD_REPRESENTING_ENTRYID, b"entry"),
        (Att.MESSAGE_STATUS, b"\xa4", t.PR_MESSAGE_FLAGS, 0x1 | 0x2 | 0x4 | 0x10),
        (Att.MESSAGE_STATUS, b"\x03", t.PR_MESSAGE_FLAGS, 0x8),
    ],
)
def test_older_attributes_are_properties(number: int, data: bytes, tag: PropTag, value: object) -> None:
    """P-004."""
    assert values(attribute(number, data)) == {tag: value}


def test_a_stream_of_older_attributes_alone_is_a_message() -> None:
    trp = struct.pack("<4H", 4, 8 + 4 + 21 + 8, 4, 21) + b"Ann\0SMTP:ann@example.com\0" + bytes(8)
    parsed = read_tnef(
        stream(
            attribute(Att.MESSAGE_CLASS, b"IPM.Microsoft Mail.Note\0"),
            attribute(Att.FROM, trp),
            attribute(Att.SUBJECT, b"Old\0"),
            attribute(Att.BODY, b"Body"),
            attribute(Att.ATTACH_RENDDATA, struct.pack("<HihhI", 1, 12, -1, -1, 1)),
            attribute(Att.ATTACH_TITLE, b"A.TXT\0"),
            attribute(Att.ATTACH_TRANSPORT_FILENAME, b"ATT1\0"),
            attribute(Att.ATTACH_CREATE_DATE, NOON_BYTES),
            attribute(Att.ATTACH_MODIFY_DATE, NOON_BYTES),
            attribute(Att.ATTACH_META_FILE, b"meta"),
            attribute(Att.ATTACH_DATA, b"data"),
            attribute(Att.ATTACH_RENDDATA, struct.pack("<HihhI", 2, -1, 32, 32, 0)),
            attribute(Att.ATTACH_DATA, b"picture"),
        )
    )
    assert parsed.defects == ()
    assert parsed.value.properties == {
        t.PR_MESSAGE_CLASS: "IPM.Note",
        t.PR_SENDER_NAME: "Ann",
        t.PR_SENDER_ADDRTYPE: "SMTP",
        t.PR_SENDER_EMAIL_ADDRESS: "ann@example.com",
        t.PR_SUBJECT: "Old",
        t.PR_BODY: "Body",
    }
    first, second = parsed.value.attachments
    assert first.properties == {
        t.PR_RENDERING_POSITION: 12,
        t.PR_ATTACH_ENCODING: MAC_BINARY,
        t.PR_ATTACH_FILENAME: "A.TXT",
        t.PR_ATTACH_TRANSPORT_NAME: "ATT1",
        t.PR_CREATION_TIME: NOON,
        t.PR_LAST_MODIFICATION_TIME: NOON,
        t.PR_ATTACH_RENDERING: b"meta",
        t.PR_ATTACH_DATA_BIN: b"data",
        t.PR_ATTACH_METHOD: 1,
    }
    assert second.properties == {t.PR_ATTACH_DATA_BIN: b"picture", t.PR_ATTACH_METHOD: ATTACH_OLE}


@pytest.mark.parametrize(
    ("message_class", "tags"),
    [
        (b"IPM.Microsoft Schedule.MtgReq\0", "SENT"),
        (b"IPM.Microsoft Schedule.MtgCncl\0", "SENT"),
        (b"IPM.Microsoft Schedule.MtgRespP\0", "RCVD"),
    ],
)
def test_the_owner_of_a_meeting_is_who_asks_or_who_was_asked(message_class: bytes, tags: str) -> None:
    found = values(
        attribute(Att.OWNER, person(b"Ann\0", b"SMTP:ann@example.com\0")),
        attribute(Att.MESSAGE_CLASS, message_class),
    )
    assert found[getattr(t, f"PR_{tags}_REPRESENTING_NAME")] == "Ann"
    assert found[getattr(t, f"PR_{tags}_REPRESENTING_ADDRTYPE")] == "SMTP"
    assert found[getattr(t, f"PR_{tags}_REPRESENTING_EMAIL_ADDRESS")] == "ann@example.com"


def test_who_a_meeting_was_sent_for() -> None:
    found = values(attribute(Att.SENT_FOR, person(b"Bill\0", b"EX:/o=x\0")))
    assert found[t.PR_SENT_REPRESENTING_EMAIL_ADDRESS] == "/o=x"


def test_message_classes_have_their_old_names_in_attributes() -> None:
    for old, new in OLD_CLASSES.items():
        assert new_class(old) == new_class(f"Microsoft Mail v3.0 {old}") == new_class(old.upper()) == new
        assert old_class(new) == old
    assert new_class("IPM.Own") == old_class("IPM.Own") == "IPM.Own"


def test_properties_win_over_attributes() -> None:
    wide = "Ключ".encode("utf-16-le") + b"\0\0"
    found = values(
        attribute(Att.SUBJECT, b"????\0"),
        attribute(Att.PRIORITY, b"\1\0"),
        attribute(Att.MSG_PROPS, listed(prop(t.PR_SUBJECT, wide), struct.pack("<Ii", t.PR_IMPORTANCE, 0))),
    )
    assert found == {t.PR_SUBJECT: "Ключ", t.PR_IMPORTANCE: 0}


def test_a_subject_that_stands_in_parts_is_put_together() -> None:
    parts = listed(
        prop(t.PR_SUBJECT_PREFIX, "RE: ".encode("utf-16-le") + b"\0\0"),
        prop(t.PR_NORMALIZED_SUBJECT, "Ключ".encode("utf-16-le") + b"\0\0"),
    )
    found = values(attribute(Att.SUBJECT, b"RE: ????\0"), attribute(Att.MSG_PROPS, parts))
    assert found[t.PR_SUBJECT] == "RE: Ключ"


def test_8_bit_text_is_in_the_code_page_of_the_stream_and_unicode_wins() -> None:
    """P-045."""
    page = attribute(Att.OEM_CODEPAGE, struct.pack("<II", 932, 0))
    narrow = prop(0x0037001E, "日本語".encode("cp932") + b"\0")
    many = struct.pack("<II", 0x3600101E, 2) + b"\3\0\0\0\x93\xfa\0\0" + b"\2\0\0\0a\0\0\0"
    data = stream(page, attribute(Att.MSG_PROPS, listed(narrow, many)))
    with TnefFile.open(data) as file:
        assert file.codepage == (932, 0)
        assert file.content.properties == {t.PR_SUBJECT: "日本語", PropTag(0x3600101F): ("日", "a")}
    both = listed(narrow, prop(t.PR_SUBJECT, "wide".encode("utf-16-le") + b"\0\0"))
    assert read_tnef(stream(page, attribute(Att.MSG_PROPS, both))).value.properties == {t.PR_SUBJECT: "wide"}


def test_a_stream_that_tells_no_code_page_has_437() -> None:
    data = bytes.fromhex("789F3E22 0700") + attribute(Att.SUBJECT, b"caf\xc3\xa9\0")
    with TnefFile.open(data) as file:
        assert (file.codepage, file.key) == ((437, 0), 7)
        assert file.content.properties == {t.PR_SUBJECT: "café"}


def test_a_message_inside_has_a_code_page_of_its_own() -> None:
    content = MessageContent({t.PR_MESSAGE_CODEPAGE: 1251, t.PR_SUBJECT: "Ключ"})
    outer = MessageContent({t.PR_MESSAGE_CODEPAGE: 932}, attachments=[AttachmentContent({}, content)])
    inner = read_tnef(tnef_bytes(outer)).value.attachments[0].message
    assert inner is not None
    assert inner.properties == content.properties


def test_a_writer_adds_the_attributes_that_older_readers_look_for() -> None:
    content = MessageContent(
        {
            t.PR_MESSAGE_CLASS: "IPM.Schedule.Meeting.Request",
            t.PR_SUBJECT: "café",
            t.PR_IMPORTANCE: 2,
            t.PR_CLIENT_SUBMIT_TIME: NOON,
            t.PR_START_DATE: NOON,
            t.PR_SEARCH_KEY: b"\xab\xcd",
            t.PR_SENDER_NAME: "Ann",
            t.PR_SENDER_ADDRTYPE: "SMTP",
            t.PR_SENDER_EMAIL_ADDRESS: "ann@example.com",
            t.PR_SENT_REPRESENTING_NAME: "Bill",
            t.PR_SENT_REPRESENTING_ADDRTYPE: "SMTP",
            t.PR_SENT_REPRESENTING_EMAIL_ADDRESS: "bill@example.com",
            t.PR_OWNER_APPT_ID: -2,
            t.PR_RESPONSE_REQUESTED: True,
        }
    )
    data = tnef_bytes(content)
    trp = struct.pack("<4H", 4, 8 + 4 + 21 + 8, 4, 21) + b"Ann\0SMTP:ann@example.com\0" + bytes(8)
    for number, raw in (
        (Att.TNEF_VERSION, b"\0\0\1\0"),
        (Att.OEM_CODEPAGE, struct.pack("<II", 1252, 0)),
        (Att.MESSAGE_CLASS, b"IPM.Microsoft Schedule.MtgReq\0"),
        (Att.SUBJECT, b"caf\xe9\0"),
        (Att.PRIORITY, b"\1\0"),
        (Att.DATE_SENT, NOON_BYTES),
        (Att.DATE_START, NOON_BYTES),
        (Att.MESSAGE_ID, b"ABCD\0"),
        (Att.FROM, trp),
        (Att.OWNER, person(b"Bill\0", b"SMTP:bill@example.com\0")),
        (Att.AID_OWNER, b"\xfe\xff\xff\xff"),
        (Att.REQUEST_RES, b"\1\0"),
    ):
        assert attribute(number, raw) in data, number
    assert read_tnef(data).value.properties == content.properties


def test_a_subject_beyond_western_letters_makes_a_stream_of_utf_8() -> None:
    assert TnefFile.open(tnef_bytes(MessageContent({t.PR_SUBJECT: "Ключ"}))).codepage == (65001, 0)
    told = MessageContent({t.PR_SUBJECT: "Ключ", t.PR_MESSAGE_CODEPAGE: 1251})
    assert attribute(Att.SUBJECT, "Ключ".encode("cp1251") + b"\0") in tnef_bytes(told)
