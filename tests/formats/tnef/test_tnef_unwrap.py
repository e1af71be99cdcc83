"""Mail that brings TNEF becomes the message that was sent."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from tests.formats.tnef.tnef_cases import attachment, message, told

from mapix.formats.defects import Parsed
from mapix.formats.mime import from_mime, to_mime
from mapix.formats.mime.options import MimeOptions
from mapix.formats.tnef import tnef_bytes
from mapix.formats.tnef.unwrap import MOST_NAMES, unwrap
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName, PSETID_Common
from mapix.properties.tag import PropTag

FIELDS = (
    "From: Eve <eve@example.org>\r\nTo: bob@example.org\r\nSubject: From the mail\r\nMessage-ID: <1@example.org>\r\n"
)


def mail(tnef: bytes, *, fields: str = "", kind: str = "application/ms-tnef", name: str = "winmail.dat") -> bytes:
    """A mail with text, a stream and a file."""
    body = base64.encodebytes(tnef).decode().replace("\n", "\r\n")
    return (
        f"{FIELDS}{fields}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nFrom the mail\r\n"
        f'--b\r\nContent-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n'
        '--b\r\nContent-Type: image/png; name="beside.png"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n"
    ).encode()


def names_of(content: MessageContent) -> list[str]:
    return [part.properties.get(t.PR_ATTACH_LONG_FILENAME, "") for part in content.attachments]


def whats(parsed: Parsed[MessageContent]) -> list[str]:
    return [defect.what for defect in parsed.defects]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/ms-tnef", "winmail.dat"),
        ("application/vnd.ms-tnef", "other.bin"),
        ("application/octet-stream", "WINMAIL.DAT"),
    ],
)
def test_properties_are_those_of_the_stream_and_people_those_of_the_mail(kind: str, name: str) -> None:
    """P-004."""
    parsed = from_mime(mail(tnef_bytes(message()), kind=kind, name=name))
    content = parsed.value
    assert parsed.defects == ()
    assert content.get(t.PR_SUBJECT) == "Q3 – ключ"
    assert content.get(t.PR_IMPORTANCE) == 2
    assert content.get(t.PR_BODY) == "Hello\r\n"
    assert content.get(t.PR_SENDER_EMAIL_ADDRESS) == "eve@example.org"
    assert content.get(t.PR_INTERNET_MESSAGE_ID) == "<1@example.org>"
    assert "From the mail" in content.properties[t.PR_TRANSPORT_MESSAGE_HEADERS]
    assert [row[t.PR_EMAIL_ADDRESS] for row in content.recipients] == ["bob@example.org"]
    assert names_of(content) == ["a.txt", "", "", "beside.png"]
    inner = content.attachments[1].message
    assert inner is not None
    assert inner.get(t.PR_SUBJECT) == "Inside – Ключ"


def test_named_properties_of_both_have_identifiers_of_their_own() -> None:
    """P-230, P-231."""
    content = from_mime(mail(tnef_bytes(message()), fields="X-Own: 1\r\n")).value
    values = {content.names[tag >> 16]: value for tag, value in content.properties.items() if tag >> 16 >= 0x8000}
    assert values[PropertyName(PSETID_Common, 0x8503)] is True
    assert values[PropertyName(PS_PUBLIC_STRINGS, "Keywords")] == ("one", "two")
    assert "1" in values.values()
    inner = content.attachments[1].message
    assert inner is not None
    assert inner.names == content.names
    assert [inner.names[tag >> 16].name for tag in inner.properties if tag >> 16 >= 0x8000] == ["Keywords"]


def test_bodies_of_the_stream_take_the_place_of_those_of_the_mail() -> None:
    """M-040."""
    html = MessageContent({t.PR_HTML: "Ключ".encode("cp1251"), t.PR_INTERNET_CPID: 1251})
    content = from_mime(mail(tnef_bytes(html))).value
    assert content.get(t.PR_HTML) == "Ключ".encode("cp1251")
    assert content.get(t.PR_INTERNET_CPID) == 1251
    assert content.get(t.PR_BODY) == "From the mail"
    rich = from_mime(mail(tnef_bytes(MessageContent({t.PR_RTF_COMPRESSED: b"rtf"})))).value
    assert (rich.get(t.PR_RTF_COMPRESSED), rich.get(t.PR_BODY)) == (b"rtf", "From the mail")


def test_a_stream_that_belongs_to_this_mail_by_its_key_is_the_message() -> None:
    own = MessageContent({t.PR_SUBJECT: "Own", t.PR_TNEF_CORRELATION_KEY: b"<key@x>\0"})
    data = tnef_bytes(own)
    assert from_mime(mail(data, fields="X-MS-TNEF-Correlator: <KEY@x>\r\n")).value.get(t.PR_SUBJECT) == "Own"
    own.properties[t.PR_TNEF_CORRELATION_KEY] = b"<1@example.org>\0"
    assert from_mime(mail(tnef_bytes(own))).value.get(t.PR_SUBJECT) == "Own"


def test_a_stream_that_belongs_to_another_mail_is_a_message_attached() -> None:
    other = message()
    other.properties[t.PR_TNEF_CORRELATION_KEY] = b"<other@x>\0"
    content = from_mime(mail(tnef_bytes(other))).value
    assert content.get(t.PR_SUBJECT) == "From the mail"
    inside = content.attachments[0]
    assert inside.properties[t.PR_ATTACH_METHOD] == 5
    assert inside.message is not None
    assert told(replace(inside.message, names=content.names)) == told(other)


def test_of_two_streams_one_is_the_message_and_one_is_attached() -> None:
    data = tnef_bytes(message())
    content = from_mime(mail(data), options=MimeOptions(unwrap=False)).value
    content.attachments.insert(1, attachment("winmail.dat", tnef_bytes(MessageContent({t.PR_SUBJECT: "Second"}))))
    assert unwrap(content) is content
    assert content.get(t.PR_SUBJECT) == "Q3 – ключ"
    assert [part.message.get(t.PR_SUBJECT) for part in content.attachments if part.message is not None] == [
        "Inside – Ключ",
        "Second",
    ]


@pytest.mark.parametrize("cut", [3, 40, 200, -20])
def test_a_damaged_stream_stays_the_file_it_was_and_is_told(cut: int) -> None:
    data = tnef_bytes(message())[:cut]
    parsed = from_mime(mail(data))
    assert parsed.value.get(t.PR_SUBJECT) == "From the mail"
    assert names_of(parsed.value) == ["winmail.dat", "beside.png"]
    assert parsed.value.attachments[0].properties[t.PR_ATTACH_DATA_BIN] == data
    assert {"is damaged and stays a file", "cannot be read and stays a file"} & set(whats(parsed))


def test_a_checksum_that_is_wrong_takes_nothing_away() -> None:
    data = tnef_bytes(message()).replace(b"H\0e\0l\0l\0o\0", b"h\0e\0l\0l\0o\0")
    parsed = from_mime(mail(data))
    assert parsed.value.get(t.PR_BODY) == "hello\r\n"
    assert whats(parsed) == ["a checksum is wrong"]


def test_a_stream_does_not_fill_the_mapping_of_names() -> None:
    count = MOST_NAMES + 1
    content = MessageContent(
        {PropTag.of(0x8000 + number, 3): 1 for number in range(count)},
        names={0x8000 + number: PropertyName(PS_PUBLIC_STRINGS, f"n{number}") for number in range(count)},
    )
    parsed = from_mime(mail(tnef_bytes(content)))
    assert "winmail.dat" in names_of(parsed.value)
    assert whats(parsed) == ["has too many named properties and stays a file"]


def test_a_stream_in_a_message_that_is_attached_is_unwrapped_too() -> None:
    around = (
        b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + mail(tnef_bytes(message())) + b"\r\n--c--\r\n"
    )
    content = from_mime(around).value
    inner = content.attachments[0].message
    assert inner is not None
    assert inner.get(t.PR_SUBJECT) == "Q3 – ключ"
    assert inner.names is content.names


def test_what_was_unwrapped_goes_out_as_mail_for_everybody() -> None:
    content = from_mime(mail(tnef_bytes(message()))).value
    data = to_mime(content, options=MimeOptions(original=False))
    assert b"tnef" not in data.lower()
    again = from_mime(data).value
    assert again.get(t.PR_SUBJECT) == "Q3 – ключ"
    assert "a.txt" in names_of(again)


def test_nothing_is_unwrapped_where_that_is_not_wanted() -> None:
    data: Any = tnef_bytes(message())
    content = from_mime(mail(data), options=MimeOptions(unwrap=False)).value
    assert names_of(content) == ["winmail.dat", "beside.png"]
