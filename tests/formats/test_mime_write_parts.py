"""Bodies and attachments of messages written as Internet mail."""

import email
import email.policy
from email.header import decode_header, make_header

import pytest
from tests.formats.mime_cases import attached, canonical, embedded, note
from tests.formats.mime_written import ANN, parsed, text_of
from tests.properties.test_codec import Large

from mapix.formats.mime import SENDING, to_mime
from mapix.formats.rtf import compress
from mapix.properties import tags
from mapix.properties.errors import CorruptData, TooComplex


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
