"""Messages written as Internet mail, checked by the standard library's reader."""

import base64
import email
import email.policy
from collections.abc import Callable
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.mime_cases import BILL, ME, NOON, attached, canonical, embedded, messages, note
from tests.properties.test_codec import Large

from mapix.formats.mime import SENDING, needs_smtputf8, to_mime
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.people import SENDER, recipient, reply_props, role_props
from mapix.formats.rtf import compress
from mapix.properties import tags
from mapix.properties.content import MessageContent
from mapix.properties.entryid import OneOff
from mapix.properties.errors import CorruptData, TooComplex
from mapix.properties.flags import MAPI_BCC, MAPI_CC, MAPI_P1, MAPI_SUBMITTED, MAPI_TO
from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName
from mapix.properties.tag import PropTag, PropType

ANN = Address("Ann", "ann@example.com")


def parsed(content: MessageContent, **options: Any) -> EmailMessage:
    """The message as the standard library reads it, with modern eyes."""
    message = email.message_from_bytes(to_mime(content, **options), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [defect for part in message.walk() for defect in part.defects] == []
    return message


def text_of(message: Message) -> str:
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(message.get_content_charset("ascii"))


@settings(deadline=None)
@given(messages())
def test_every_line_is_short_and_ends_with_crlf(content: MessageContent) -> None:
    data = to_mime(content)
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998


@settings(deadline=None)
@given(messages())
def test_a_message_is_ascii_unless_it_needs_smtputf8(content: MessageContent) -> None:
    assert to_mime(content).isascii() == (not needs_smtputf8(content))


@settings(deadline=None)
@given(messages(depth=0))
def test_the_standard_library_reads_what_was_written(content: MessageContent) -> None:
    message = email.message_from_bytes(to_mime(content), policy=email.policy.default.clone(utf8=True))
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    if tags.PR_BODY in content.properties:
        assert text_of(plain).rstrip("\r\n") == canonical(content.get(tags.PR_BODY)).rstrip("\r\n")
    if tags.PR_HTML in content.properties:
        assert text_of(html).rstrip("\r\n") == canonical(content.get(tags.PR_HTML).decode()).rstrip("\r\n")
    files = [part.get_payload(decode=True) for part in message.walk() if part.get_content_disposition() == "attachment"]
    assert files == [each.properties[tags.PR_ATTACH_DATA_BIN] for each in content.attachments]


HOSTILE = st.text(st.sampled_from('ab:<>@\r\n\0\t\x0b\x0c\x85\u2028é"\\, '), max_size=40).map(
    lambda text: f"x{text}\r\nBcc: victim@example.com\r\n\r\nbody {text}"
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_value_can_start_a_header_field(one: str, two: str, three: str) -> None:
    content = note(
        one,
        "body",
        Address(one, two),
        Address(two, "ann@example.com"),
        sender=Address(three, "me@example.com"),
        internet_message_id=two,
        in_reply_to_id=three,
        internet_references=one,
        conversation_topic=two,
        conversation_index=b"\r\nBcc: x",
    )
    content.properties |= reply_props([Address(one, three)])
    content.properties[PropTag.of(0x8000, PropType.UNICODE)] = one
    content.names = {0x8000: PropertyName(PS_INTERNET_HEADERS, "X-Test")}
    content.attachments = [attached(one, b"data", mime_tag=two, content_id=three, content_location=one)]
    message = email.message_from_bytes(to_mime(content))
    allowed = "From To Reply-To Subject Date Message-ID In-Reply-To References Thread-Topic Thread-Index X-Test"
    assert set(message.keys()) <= {*allowed.split(), "MIME-Version", "Content-Type"}
    assert "Bcc" not in message
    for part in message.walk():
        assert set(part.keys()) & {"Bcc"} == set()
    assert not message.defects


def test_a_plain_message_is_as_plain_as_it_can_be() -> None:
    assert to_mime(note("Hello", "Hi there\n", BILL)) == (
        b"From: Me Myself <me@example.com>\r\n"
        b"To: Bill <bill@example.com>\r\n"
        b"Subject: Hello\r\n"
        b"Date: Thu, 02 Jan 2020 12:00:00 +0000\r\n"
        b"Message-ID: <1@example.com>\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: text/plain; charset="us-ascii"\r\n'
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Hi there\r\n"
    )


def test_the_sender_stands_beside_the_one_it_sends_for() -> None:
    content = note(sender=ME)
    content.properties |= role_props(ANN, SENDER)
    message = parsed(content)
    assert message["From"].addresses[0].addr_spec == "me@example.com"
    assert message["Sender"].address.addr_spec == "ann@example.com"


def test_a_sender_who_sends_for_nobody_is_the_author() -> None:
    content = note(sender=None)
    content.properties |= role_props(ANN, SENDER)
    message = parsed(content)
    assert message["From"].addresses[0].addr_spec == "ann@example.com"
    assert message["Sender"] is None


def test_recipients_stand_under_their_kind_and_hidden_ones_nowhere() -> None:
    content = note()
    content.recipients = [
        recipient(BILL, MAPI_TO),
        recipient(ANN, MAPI_CC),
        recipient(Address("", "hidden@example.com"), MAPI_BCC),
        recipient(Address("", "again@example.com"), MAPI_TO | MAPI_P1),
        recipient(Address("", "before@example.com"), (MAPI_CC | MAPI_SUBMITTED) - (1 << 32)),
    ]
    message = parsed(content)
    assert [each.addr_spec for each in message["To"].addresses] == ["bill@example.com"]
    assert [each.addr_spec for each in message["Cc"].addresses] == ["ann@example.com", "before@example.com"]
    assert b"hidden" not in to_mime(content)
    assert b"again" not in to_mime(content)


def test_a_message_to_nobody_visible_is_to_undisclosed_recipients() -> None:
    content = note()
    content.recipients = [recipient(BILL, MAPI_BCC)]
    assert b"\r\nTo: undisclosed-recipients:;\r\n" in to_mime(content)


def test_a_recipient_of_another_system_is_shown_by_its_mail_address() -> None:
    content = note()
    content.recipients = [
        {tags.PR_ADDRTYPE: "EX", tags.PR_EMAIL_ADDRESS: "/o=x", tags.PR_SMTP_ADDRESS: "b@x.test"},
        {tags.PR_ENTRYID: OneOff("Ann", "SMTP", "ann@example.com").dump()},
    ]
    assert [each.addr_spec for each in parsed(content)["To"].addresses] == ["b@x.test", "ann@example.com"]


def test_answers_go_where_they_were_asked_to() -> None:
    content = note()
    content.properties |= reply_props([ANN, Address("", "list@example.com")])
    assert [each.addr_spec for each in parsed(content)["Reply-To"].addresses] == ["ann@example.com", "list@example.com"]


def test_the_message_identifier_can_be_given() -> None:
    assert parsed(note(), message_id="<given@example.com>")["Message-ID"] == "<given@example.com>"
    assert parsed(note(internet_message_id="bare@example.com"))["Message-ID"] == "<bare@example.com>"


def test_a_thread_is_carried() -> None:
    references = " ".join(f"<{number}@example.com>" for number in range(40))
    content = note(
        in_reply_to_id="<39@example.com>",
        internet_references=references,
        conversation_topic="Budget",
        conversation_index=bytes(range(200)),
    )
    message = parsed(content)
    assert message["In-Reply-To"] == "<39@example.com>"
    assert message["References"].split() == references.split()
    assert message["Thread-Topic"] == "Budget"
    assert base64.b64decode(str(message["Thread-Index"]).replace(" ", "")) == bytes(range(200))


@pytest.mark.parametrize(
    ("properties", "fields"),
    [
        ({"importance": 2}, {"Importance": "high", "X-Priority": "1"}),
        ({"importance": 0}, {"Importance": "low", "X-Priority": "5"}),
        ({"importance": 1}, {"Importance": None, "X-Priority": None}),
        ({"priority": 1}, {"Priority": "urgent"}),
        ({"priority": -1}, {"Priority": "non-urgent"}),
        ({"sensitivity": 1}, {"Sensitivity": "Personal"}),
        ({"sensitivity": 2}, {"Sensitivity": "Private"}),
        ({"sensitivity": 3}, {"Sensitivity": "Company-Confidential"}),
        ({"sensitivity": 0}, {"Sensitivity": None}),
        ({"expiry_time": NOON}, {"Expires": "Thu, 02 Jan 2020 12:00:00 +0000"}),
        ({"read_receipt_requested": True}, {"Disposition-Notification-To": "Me Myself <me@example.com>"}),
        ({"read_receipt_requested": False}, {"Disposition-Notification-To": None}),
    ],
)
def test_wishes_are_told(properties: dict[str, Any], fields: dict[str, str | None]) -> None:
    message = parsed(note(**properties))
    assert {name: message[name] for name in fields} == fields


def test_a_receipt_goes_to_the_one_named() -> None:
    entry_id = OneOff("Ann", "SMTP", "ann@example.com").dump()
    content = note(read_receipt_requested=True, read_receipt_entryid=entry_id)
    assert parsed(content)["Disposition-Notification-To"] == "Ann <ann@example.com>"


def test_named_header_properties_are_fields_but_cannot_replace_ours() -> None:
    content = note()
    content.names = {
        0x8001: PropertyName(PS_INTERNET_HEADERS, "X-Mailer"),
        0x8002: PropertyName(PS_INTERNET_HEADERS, "From"),
        0x8003: PropertyName(PS_INTERNET_HEADERS, "Bad Name"),
        0x8004: PropertyName(PS_INTERNET_HEADERS, "Content-Type"),
    }
    content.properties |= {PropTag.of(number, PropType.UNICODE): f"value {number:x}" for number in content.names}
    message = parsed(content)
    assert message["X-Mailer"] == "value 8001"
    assert message.get_all("From") == ["Me Myself <me@example.com>"]
    assert b"8003" not in to_mime(content)
    assert message.get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("plain\n" * 50, "7bit"),
        ("x" * 998, "7bit"),
        ("x" * 999, "quoted-printable"),
        ("Viele Grüße\n" * 20, "quoted-printable"),
        ("日本語のメール\n" * 20, "base64"),
        ("nul \0 here", "quoted-printable"),
        ("", "7bit"),
    ],
)
def test_the_transfer_encoding_suits_the_text(text: str, encoding: str) -> None:
    message = parsed(note("s", text))
    assert message["Content-Transfer-Encoding"] == encoding
    assert text_of(message).rstrip("\r\n") == canonical(text).rstrip("\r\n")


def test_html_and_text_are_alternatives_with_html_last() -> None:
    message = parsed(note("s", "plain", html="<b>rich</b>"))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_html_alone_is_the_whole_message() -> None:
    message = parsed(note("s", None, html="<b>Grüße</b>"))
    assert message.get_content_type() == "text/html"
    assert text_of(message).rstrip() == "<b>Grüße</b>"


def test_html_that_is_sent_gets_text_for_those_who_show_none() -> None:
    message = parsed(note("s", None, html="<b>Grüße</b>"), options=SENDING)
    assert message.get_content_type() == "multipart/alternative"
    assert [text_of(part).strip() for part in message.iter_parts()] == ["Grüße", "<b>Grüße</b>"]


def test_html_keeps_its_code_page() -> None:
    content = note("s", None)
    content.properties |= {tags.PR_HTML: "<p>Привет</p>".encode("cp1251"), tags.PR_INTERNET_CPID: 1251}
    message = parsed(content)
    assert message.get_content_charset() == "windows-1251"
    assert text_of(message).rstrip() == "<p>Привет</p>"


@pytest.mark.parametrize("codepage", [1200, 65000, 4711])
def test_html_in_a_code_page_that_mail_cannot_name_becomes_utf8(codepage: int) -> None:
    content = note("s", None)
    encoded = {1200: "utf-16-le", 65000: "utf-7"}.get(codepage, "ascii")
    content.properties |= {tags.PR_HTML: "<p>x</p>".encode(encoded), tags.PR_INTERNET_CPID: codepage}
    assert text_of(parsed(content)).rstrip() == "<p>x</p>"


def test_html_as_text_is_written_too() -> None:
    content = note("s", None)
    content.properties[tags.PR_BODY_HTML] = "<p>Grüße</p>"
    assert text_of(parsed(content)).rstrip() == "<p>Grüße</p>"


def test_a_message_that_has_only_rtf_goes_out_as_what_the_rtf_shows() -> None:
    rtf = compress(rb"{\rtf1\ansi\ansicpg1252\fromtext hello \'e4\par}")
    assert text_of(parsed(note("s", None, rtf_compressed=rtf))).strip() == "hello ä"


def test_a_damaged_rtf_body_is_refused_and_not_sent_empty() -> None:
    with pytest.raises(CorruptData):
        to_mime(note("s", None, rtf_compressed=b"LZFu"))


def test_a_message_without_any_body_is_an_empty_text() -> None:
    assert text_of(parsed(note("s", None))).strip() == ""


def test_an_attachment_stands_beside_the_text() -> None:
    content = note()
    content.attachments = [attached("budget.pdf", b"%PDF-1.4")]
    message = parsed(content)
    assert message.get_content_type() == "multipart/mixed"
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("budget.pdf", "application/pdf")
    assert part.get_content() == b"%PDF-1.4"


@pytest.mark.parametrize(
    "name",
    [
        "plain.txt",
        'quo"te\\.txt',
        "naïve.txt",
        "日本語.txt",
        "Über " * 40 + ".pdf",
        "x" * 300 + ".txt",
        "a;b=c.txt",
    ],
)
def test_a_file_name_is_written_for_old_and_new_readers(name: str) -> None:
    content = note()
    content.attachments = [attached(name, b"data")]
    (part,) = parsed(content).iter_attachments()
    assert part.get_filename() == name
    old = email.message_from_bytes(to_mime(content)).get_payload(1).get_param("name")
    assert str(make_header(decode_header(old.replace('\\"', '"').replace("\\\\", "\\")))) == name


@pytest.mark.parametrize(
    ("told", "name", "kind"),
    [
        ("image/PNG", "x.txt", "image/png"),
        (None, "x.txt", "text/plain"),
        (None, "x.unheard-of", "application/octet-stream"),
        ("nonsense", "x.png", "image/png"),
        ("multipart/mixed", "x", "application/octet-stream"),
        ("message/rfc822", "x.eml", "application/octet-stream"),
        ('text/plain\r\nX: y"', "x.html", "text/html"),
    ],
)
def test_the_media_type_is_told_or_found_by_name(told: str | None, name: str, kind: str) -> None:
    content = note()
    content.attachments = [attached(name, b"data", **({"mime_tag": told} if told else {}))]
    (part,) = parsed(content).iter_attachments()
    assert part.get_content_type() == kind


def test_a_picture_that_the_html_shows_is_related_to_it() -> None:
    content = note("s", "plain", html='<img src="cid:logo@x">')
    content.attachments = [
        attached("logo.png", b"png", content_id="logo@x"),
        attached("other.png", b"png", content_id="other@x"),
    ]
    message = parsed(content)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
    ]
    inside = [part for part in message.walk() if part["Content-ID"] == "<logo@x>"]
    assert inside[0].get_content_disposition() == "inline"


def test_an_embedded_message_is_a_message() -> None:
    content = note()
    content.attachments = [embedded(note("Inner", "inside", ANN))]
    (part,) = parsed(content).iter_attachments()
    assert part.get_content_type() == "message/rfc822"
    inner = part.get_content()
    assert inner["Subject"] == "Inner"
    assert inner.get_content().strip() == "inside"


def test_messages_too_deep_in_one_another_are_refused() -> None:
    content = note()
    for _ in range(70):
        outer = note()
        outer.attachments = [embedded(content)]
        content = outer
    with pytest.raises(TooComplex):
        to_mime(content)


def test_large_values_are_read_in_pieces() -> None:
    data = bytes(range(256)) * 5000
    content = note(text=None)
    content.properties[tags.PR_BODY] = Large("Grüße".encode("utf-16-le"))
    content.attachments = [attached("big.bin", Large(data))]
    message = parsed(content)
    (part,) = message.iter_attachments()
    assert part.get_content() == data
    assert message.get_body().get_content().strip() == "Grüße"


def test_a_linked_file_is_named_and_not_carried() -> None:
    content = note()
    content.attachments = [attached("report.doc", b"", method=2, long_pathname="\\\\server\\share\\report.doc")]
    del content.attachments[0].properties[tags.PR_ATTACH_DATA_BIN]
    part = email.message_from_bytes(to_mime(content)).get_payload(1)
    assert part.get_content_type() == "message/external-body"
    assert part.get_param("access-type") == "local-file"


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        (lambda content: None, False),
        (lambda content: content.recipients.append(recipient(Address("", "jörg@x.test"), MAPI_TO)), True),
        (lambda content: content.recipients.append(recipient(Address("Jörg", "j@x.test"), MAPI_TO)), False),
        (lambda content: content.recipients.append(recipient(Address("", "j@bücher.test"), MAPI_TO)), False),
        (lambda content: content.recipients.append(recipient(Address("", "jörg@x.test"), MAPI_BCC)), False),
        (lambda content: content.properties.update(reply_props([Address("", "jörg@x.test")])), True),
        (lambda content: content.attachments.append(embedded(note("s", "t", Address("", "jörg@x.test")))), True),
    ],
)
def test_smtputf8_is_needed_for_addresses_only(change: Callable[[MessageContent], None], needed: bool) -> None:
    content = note()
    change(content)
    assert needs_smtputf8(content) is needed
    assert to_mime(content).isascii() is not needed


def test_an_address_of_other_letters_is_kept_as_utf8() -> None:
    assert "To: =?utf-8?q?J=C3=B6rg?= <jörg@x.test>\r\n".encode() in to_mime(
        note("s", "t", Address("Jörg", "jörg@x.test"))
    )


def test_text_in_the_eight_bit_width_is_written_too() -> None:
    content = MessageContent({tags.PR_SUBJECT_A: "Grüße".encode(), tags.PR_BODY_A: b"body"})
    message = parsed(content)
    assert message["Subject"] == "Grüße"
    assert text_of(message).strip() == "body"
