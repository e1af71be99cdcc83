"""Messages written as Internet mail, checked by the standard library's reader."""

import email
import email.policy
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.mime_cases import BILL, attached, canonical, embedded, messages, note
from tests.formats.mime_written import parsed, text_of

from mapix.formats.mime import needs_smtputf8, to_mime
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.people import recipient, reply_props
from mapix.properties import tags
from mapix.properties.content import MessageContent
from mapix.properties.flags import MAPI_BCC, MAPI_TO
from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName
from mapix.properties.tag import PropTag, PropType


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
