"""Mail in passing: TNEF in it becomes parts, and nothing else is touched."""

from __future__ import annotations

import email
import email.policy
import io
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.formats.tnef.test_tnef_unwrap import FIELDS, mail
from tests.formats.tnef.tnef_cases import attachment, embedded, message, mutants

from mapix.client.filemessage import empty_message
from mapix.formats.mime import from_mime, parts, reading, source
from mapix.formats.rtf import compress
from mapix.formats.tnef import tnef_bytes
from mapix.formats.tnef.inmail import filtered, without_tnef
from mapix.objects.messages.content import recipient_rows, write_content
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.tag import PropTag

EML = Path(__file__).parents[3].parent / "shared" / "corpora" / "eml"
HTML = MessageContent(
    {t.PR_SUBJECT: "Rich", t.PR_BODY: "Hello", t.PR_HTML: b'<p>Hello <img src="cid:1"></p>', t.PR_INTERNET_CPID: 65001},
    attachments=[
        attachment("a.txt", b"text"),
        AttachmentContent(
            {
                **attachment("p.png", b"\x89PNG").properties,
                t.PR_ATTACH_CONTENT_ID: "1",
                t.PR_ATTACH_MIME_TAG: "image/png",
                t.PR_ATTACH_FLAGS: 4,
            }
        ),
    ],
)


def parsed(data: bytes) -> EmailMessage:
    """A mail as the standard library reads it, without defects."""
    found = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert not [defect for part in found.walk() for defect in part.defects]
    return found


def kinds(data: bytes) -> list[str]:
    return [part.get_content_type() for part in parsed(data).walk()]


def passed(data: bytes) -> bytes:
    found, defects = without_tnef(data)
    assert defects == ()
    return found


def test_html_becomes_an_alternative_and_files_become_attachments() -> None:
    data = passed(mail(tnef_bytes(HTML)))
    assert kinds(data) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/plain",
        "image/png",
    ]
    assert [part.get_filename() for part in parsed(data).iter_attachments()][-2:] == ["a.txt", "beside.png"]


def test_everything_else_is_byte_for_byte_what_it_was() -> None:
    before = mail(tnef_bytes(HTML), fields="X-Odd:   folded\r\n\t here \r\n")
    after = passed(before)
    header, _, rest = before.partition(b"\r\n\r\n")
    assert after.startswith(header)
    beside = rest[rest.index(b"--b\r\nContent-Type: image/png") :]
    assert after.endswith(beside)
    assert b"--b\r\nContent-Type: multipart/alternative" in after
    assert b"Content-Type: text/plain\r\n\r\nFrom the mail\r\n" in after


def test_rtf_is_read_as_html() -> None:
    rtf = compress(rb"{\rtf1\ansi Some {\b bold} words\par}")
    content = MessageContent({t.PR_BODY: "Some bold words", t.PR_RTF_COMPRESSED: rtf})
    html = parsed(passed(mail(tnef_bytes(content)))).get_body(("html",))
    assert html is not None
    assert "bold" in html.get_content()


def test_a_mail_that_is_nothing_but_tnef_keeps_its_fields() -> None:
    import base64

    body = base64.encodebytes(tnef_bytes(HTML)).replace(b"\n", b"\r\n")
    fields = FIELDS.encode() + b"X-Own: 1\r\n"
    data = fields + b"Content-Type: application/ms-tnef;\r\n name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n"
    after = passed(data + b"\r\n" + body)
    assert after.startswith(fields)
    assert kinds(after)[0] == "multipart/mixed"
    assert "text/html" in kinds(after)
    assert b"tnef" not in after.lower()


def test_messages_inside_are_messages_inside() -> None:
    data = passed(mail(tnef_bytes(message())))
    assert "message/rfc822" in kinds(data)
    content = from_mime(data).value
    assert [part.message.get(t.PR_SUBJECT) for part in content.attachments if part.message is not None] == [
        "Inside – Ключ"
    ]


def test_a_stream_of_properties_alone_goes_with_its_boundary() -> None:
    data = passed(mail(tnef_bytes(MessageContent({t.PR_SUBJECT: "Only properties"}))))
    assert kinds(data) == ["multipart/mixed", "text/plain", "image/png"]


def test_lines_end_as_those_of_the_mail_do() -> None:
    data = passed(b"From bob Sun Jan  1 00:00:00 2023\n" + mail(tnef_bytes(HTML)).replace(b"\r\n", b"\n"))
    assert b"\r" not in data
    assert data.startswith(b"From bob Sun Jan  1 00:00:00 2023\nFrom: Eve")
    assert "text/html" in kinds(data.partition(b"\n")[2])


def test_html_that_is_there_already_stays_the_only_one() -> None:
    data = mail(tnef_bytes(HTML)).replace(b"Content-Type: text/plain", b"Content-Type: text/html", 1)
    assert kinds(passed(data)).count("text/html") == 1


def test_a_stream_of_another_mail_becomes_a_message_attached() -> None:
    other = MessageContent({t.PR_SUBJECT: "Other", t.PR_BODY: "x", t.PR_TNEF_CORRELATION_KEY: b"<other>\0"})
    data = passed(mail(tnef_bytes(other)))
    assert kinds(data) == ["multipart/mixed", "text/plain", "message/rfc822", "text/plain", "image/png"]


def test_in_other_multiparts_one_part_takes_the_place() -> None:
    data = mail(tnef_bytes(HTML)).replace(b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=b")
    assert kinds(passed(data))[:3] == ["multipart/alternative", "text/plain", "multipart/mixed"]


def test_what_is_signed_passes_unchanged() -> None:
    data = mail(tnef_bytes(HTML)).replace(b"multipart/mixed; boundary=b", b"multipart/signed; boundary=b")
    assert passed(data) == data


@pytest.mark.parametrize("cut", [10, 200, -30])
def test_damaged_tnef_passes_unchanged_and_is_told(cut: int) -> None:
    data = mail(tnef_bytes(message())[:cut])
    after, defects = without_tnef(data)
    assert after is data
    assert defects


def test_mail_without_tnef_is_the_same_object() -> None:
    data = mail(b"\x89PNG", kind="image/png", name="a.png")
    assert without_tnef(data) == (data, ())
    named = mail(b"\x89PNG", kind="image/png", name="winmail.dat")
    assert without_tnef(named)[0] is named


@pytest.mark.skipif(not EML.exists(), reason="there are no sample files on this machine")
def test_real_mail_without_tnef_passes_byte_for_byte() -> None:
    for path in sorted(EML.glob("*/*.eml")):
        data = path.read_bytes()
        after, _ = without_tnef(data)
        if b"tnef" not in data.lower() and b"winmail" not in data.lower():
            assert after is data
        else:
            assert from_mime(after).value


def test_mutants_of_mail_pass_or_are_replaced() -> None:
    nested = MessageContent({t.PR_SUBJECT: "n"}, attachments=[embedded(HTML)])
    for mutant in mutants(mail(tnef_bytes(nested)), 150, 3):
        after, _ = without_tnef(mutant)
        assert after


@pytest.mark.parametrize("piece", [1, 7, 64])
def test_a_mail_in_a_file_is_replaced_in_pieces_as_one_in_memory(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts.secrets, "token_hex", lambda size: "0" * 2 * size)
    whole = mail(tnef_bytes(HTML))
    for data in (
        whole,
        whole.replace(b"\r\n", b"\n"),
        mail(tnef_bytes(message())),
        mail(tnef_bytes(HTML)[:300]),
        b"x" * 99,
    ):
        wanted, wanted_defects = without_tnef(data)
        with monkeypatch.context() as small:
            small.setattr(source, "PIECE", piece)
            small.setattr(reading, "PIECE", piece)
            made, defects = filtered(source.FileSource(io.BytesIO(data)))
            found = data if made is None else b"".join(made)
        assert (found, defects) == (wanted, wanted_defects)


def test_mail_with_properties_that_no_message_has_is_read_all_the_same() -> None:
    """Damage makes classes that are none, and types that no value has: the rest is there."""
    content = MessageContent({t.PR_SUBJECT: "Odd", t.PR_MESSAGE_CLASS: "IPM.Not\xed", t.PR_BODY: "Text"})
    content.properties[PropTag(0x3FF1000D)] = b"an object"
    content.recipients = [
        {
            t.PR_RECIPIENT_TYPE: 1,
            t.PR_DISPLAY_NAME: "Ann",
            t.PR_ADDRTYPE: "SMTP",
            t.PR_EMAIL_ADDRESS: "ann@a.test",
            PropTag(0x39FE201F): b"x",
        }
    ]
    made = empty_message()
    problems = write_content(content, made)
    assert {problem.tag.id for problem in problems} == {0x001A, 0x3FF1, 0x39FE}
    assert made.get_prop(t.PR_MESSAGE_CLASS) == "IPM.Note"
    assert made.get_prop(t.PR_SUBJECT) == "Odd"
    assert [row[t.PR_EMAIL_ADDRESS] for row in recipient_rows(made)] == ["ann@a.test"]
