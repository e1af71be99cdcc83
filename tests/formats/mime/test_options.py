"""The choices of IConverterSession and our own, for writing."""

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.mime_cases import attached, note

from mapix.formats.mime import Encoding, MimeOptions, SaveFormat, from_mime, to_mime
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.flowed import flowed, unflowed
from mapix.formats.mime.people import recipient
from mapix.formats.rtf import compress
from mapix.properties import flags as f
from mapix.properties import tags as t
from mapix.properties.flags import MAPI_BCC


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize(
    ("encoding", "told", "text"),
    [
        (Encoding.QUOTED, "quoted-printable", "plain"),
        (Encoding.BASE64, "base64", "plain"),
        (Encoding.SEVEN_BIT, "7bit", "plain"),
        (Encoding.SEVEN_BIT, "quoted-printable", "a long enough text with one ü"),
        (Encoding.EIGHT_BIT, "8bit", "Grüße"),
        (Encoding.EIGHT_BIT, "quoted-printable", "ü" + "a" * 1000),
        (Encoding.AUTO, "7bit", "plain"),
        (Encoding.AUTO, "base64", "ключи и замки"),
        (Encoding.AUTO, "quoted-printable", "a" * 999),
    ],
)
def test_the_encoding_that_is_wanted_is_taken_where_it_can_be(encoding: Encoding, told: str, text: str) -> None:
    data = to_mime(note("s", text), options=MimeOptions(encoding=encoding))
    assert parsed(data)["Content-Transfer-Encoding"] == told
    assert parsed(data).get_content().rstrip("\r\n") == text
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))


def test_files_may_be_uuencoded() -> None:
    content = note()
    content.attachments = [attached("a.bin", bytes(range(256)) * 3)]
    data = to_mime(content, options=MimeOptions(encoding=Encoding.UUENCODE))
    assert b"begin 644 a.bin\r\n" in data
    assert from_mime(data).value.attachments[0].properties[t.PR_ATTACH_DATA_BIN] == bytes(range(256)) * 3


def test_plain_mail_has_text_and_files_without_mime() -> None:
    content = note("s", "hello", html="<b>hello</b>")
    content.attachments = [attached("a.bin", b"data")]
    data = to_mime(content, options=MimeOptions(save_format=SaveFormat.PLAIN))
    assert b"MIME" not in data
    back = from_mime(data).value
    assert back.get(t.PR_BODY) == "hello\r\n"
    assert back.attachments[0].properties[t.PR_ATTACH_DATA_BIN] == b"data"


def test_flags_of_the_converter_are_choices() -> None:
    content = note("s", "hello", html="<b>hello</b>")
    content.recipients.append(recipient(Address("Eve", "eve@example.com"), MAPI_BCC))
    content.properties[t.PR_MESSAGE_FLAGS] = f.MSGFLAG_UNSENT

    def of(flags: int) -> bytes:
        return to_mime(content, options=MimeOptions.of_flags(flags))

    assert b"Bcc:" not in of(f.CCSF_SMTP)
    assert b"Bcc: Eve <eve@example.com>\r\n" in of(f.CCSF_INCLUDE_BCC)
    assert b"Message-ID" not in of(f.CCSF_NO_MSGID)
    assert not of(f.CCSF_NOHEADERS).startswith((b"From", b"Subject"))
    assert b"text/html" not in of(f.CCSF_PLAIN_TEXT_ONLY)
    assert b"X-Unsent: 1\r\n" in of(f.CCSF_EMBEDDED_MESSAGE)


def test_headers_may_be_of_eight_bits() -> None:
    """RFC 6532."""
    data = to_mime(note("Grüße", "x", Address("Jörg", "j@example.com")), options=MimeOptions(eight_bit_headers=True))
    assert "Subject: Grüße\r\n".encode() in data
    assert from_mime(data).value.get(t.PR_SUBJECT) == "Grüße"
    assert from_mime(data).value.recipients[0][t.PR_DISPLAY_NAME] == "Jörg"


def test_text_may_be_wanted_in_a_character_set() -> None:
    options = MimeOptions(charset="iso-8859-1")
    assert b'charset="iso-8859-1"' in to_mime(note("s", "Grüße"), options=options)
    assert b'charset="utf-8"' in to_mime(note("s", "ключ"), options=options)


def test_long_lines_flow() -> None:
    """RFC 3676."""
    text = "word " * 60 + "end\r\n> quoted " + "more " * 40 + "end\r\n-- \r\nFrom here"
    data = to_mime(note("s", text), options=MimeOptions(wrap=72))
    body = data.partition(b"\r\n\r\n")[2].decode()
    assert b"format=flowed" in data
    assert all(len(line) <= 78 for line in body.split("\r\n"))
    assert unflowed(body.rstrip("\r\n")) == text


WORDS = st.text(st.sampled_from("ab >-F\u00e4"), max_size=12)


@given(st.lists(st.lists(WORDS, max_size=30).map(" ".join), max_size=6), st.integers(0, 100))
def test_flowing_text_loses_nothing_but_blanks_at_ends_of_lines(lines: list[str], width: int) -> None:
    def words(text: str) -> list[str]:
        return text.replace(">", " ").split()

    text = "\r\n".join(lines)
    assert words(unflowed(flowed(text, width))) == words(text)


def test_rtf_goes_out_as_html_with_its_pictures() -> None:
    png = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(20)
    rtf = rb"{\rtf1\ansi Hello {\b world}\par {\pict\pngblip\picw1\pich1 " + png.hex().encode() + b"}}"
    message = parsed(to_mime(note("s", None, rtf_compressed=compress(rtf))))
    assert message.get_content_type() == "multipart/alternative"
    plain, related = message.iter_parts()
    assert plain.get_content().split() == ["Hello", "world"]
    html, picture = related.iter_parts()
    assert "<b>world</b>" in html.get_content()
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html.get_content()
    assert picture.get_content() == png
