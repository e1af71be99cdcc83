"""Mail as real mailers write it: labels that lie, headers without encoding, bounces of several kinds."""

import codecs
import email.header

import pytest

from mapix.formats.mime import MimeOptions, from_mime, to_mime
from mapix.formats.mime.charsetnames import plain_name
from mapix.formats.mime.japanese import from_windows_jis
from mapix.properties import tags as t
from mapix.properties.codepage import decode_text
from mapix.properties.content import MessageContent

ANEW = MimeOptions(original=False)


def text(label: str, data: bytes, kind: str = "plain") -> MessageContent:
    told = f"; charset={label}" if label else ""
    head = f"From: a@b.test\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}{told}\r\n\r\n"
    content = from_mime(head.encode() + data).value
    assert to_mime(content) == head.encode() + data
    return content


@pytest.mark.parametrize(
    ("label", "codec", "shown", "codepage"),
    [
        ("gb2312", "gbk", "朱镕基喆", 936),
        ("gb2312", "gb18030", "朱镕基 €", 54936),
        ("gb2312", "gb2312", "中文", 20936),
        ("iso-8859-1", "cp1252", "It’s 5 € – fine", 1252),
        ("iso-8859-1", "latin-1", "Grüße", 28591),
        ("iso-8859-9", "cp1254", "“Iğdır”", 1254),
        ("us-ascii", "cp1252", "It’s", 1252),
        ("us-ascii", "utf-8", "Grüße", 65001),
        ("iso-8859-1", "utf-8", "Grüße", 65001),
        ("euc-kr", "cp949", "똠방각하", 949),
        ("x-sjis-jp", "cp932", "①髙", 932),
        ("chinesebig5", "big5", "中文", 950),
        ("X-CP1251", "cp1251", "Привет", 1251),
        ("koi8-ru", "koi8_u", "Привіт", 21866),
        ("windows-936", "gbk", "中文", 936),
        ("iso8859_1 (Western)", "latin-1", "Grüße", 28591),
        ("", "iso2022_jp", "本文です", 50220),
        ("us-ascii", "iso2022_jp", "本文です", 65001),
    ],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_text_is_read_as_what_it_is_whatever_its_label_says(
    label: str, codec: str, shown: str, codepage: int, kind: str
) -> None:
    """[MS-OXCMAIL] 2.2.3.3: PidTagInternetCodepage tells what the HTML is really in."""
    content = text(label, shown.encode(codec), kind)
    told = content.properties[t.PR_INTERNET_CPID]
    if kind == "plain":
        assert (content.get(t.PR_BODY), told) == (shown, codepage)
        assert shown.encode(codec) in _decoded(content) or codepage == 65001
    else:
        assert decode_text(content.properties[t.PR_HTML], told) == shown


def _decoded(content: MessageContent) -> bytes:
    found = email.message_from_bytes(to_mime(content, options=ANEW)).get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


def test_japanese_of_windows_is_read_under_the_name_of_the_standard() -> None:
    """RFC 1468; code page 50221."""
    data = b"\x1b$B-!\x1b(B \x1b$B|b66\x1b(B \x1b(I1\x1b(B"
    assert text("iso-2022-jp", data).get(t.PR_BODY) == "① 髙橋 ｱ"
    html = text("iso-2022-jp", data, "html")
    assert decode_text(html.properties[t.PR_HTML], html.properties[t.PR_INTERNET_CPID]) == "① 髙橋 ｱ"
    for broken in (b"\x1b$B-", b"\x1b$B-\x01", b"\x1b$B\x7e\x7e\x1b(B", b"\x1b(I\x7f"):
        assert from_windows_jis(broken) is None


@pytest.mark.parametrize("letters", ["山田 太郎", "件名テスト", "ソフト「表」"])
def test_headers_in_japanese_without_encoding_are_read(letters: str) -> None:
    raw = letters.encode("iso2022_jp")
    mail = (
        b"From: " + raw + b" <a@b.test>\r\nSubject: " + raw + b"\r\nX-Note: " + raw + b"\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: application/pdf; name="' + raw + b'.pdf"\r\n\r\nx\r\n'
    )
    content = from_mime(mail).value
    assert (content.get(t.PR_SUBJECT), content.get(t.PR_SENDER_NAME)) == (letters, letters)
    assert content.get(t.PR_SENDER_EMAIL_ADDRESS) == "a@b.test"
    assert content.attachments[0].properties[t.PR_ATTACH_LONG_FILENAME] == f"{letters}.pdf"
    assert to_mime(content) == mail
    anew = email.message_from_bytes(to_mime(content, options=ANEW))
    assert str(email.header.make_header(email.header.decode_header(anew["Subject"]))) == letters


def test_escapes_that_turn_on_no_letters_stay() -> None:
    assert from_mime(b"Subject: a\x1b[1mb\r\n\r\nx").value.get(t.PR_SUBJECT) == "a\x1b[1mb"
    assert text("", b"\x1b[1mbold").get(t.PR_BODY) == "\x1b[1mbold"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("'UTF-8;'", "utf-8"),
        ("_iso-8859-1", "iso-8859-1"),
        ("ISO_8859-15", "iso-8859-15"),
        ("Win-1250", "windows-1250"),
    ],
)
def test_names_of_character_sets_are_known_by_what_they_mean(name: str, plain: str) -> None:
    assert plain_name(name) == plain


STATUS = b"""Content-Type: message/delivery-status

Reporting-MTA: dns;mx.example.com
Received-From-MTA: dns;mail.example.com

Final-Recipient: rfc822;bob@example.org
X-Display-Name: =?utf-8?q?B=C3=B6b?= B.
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
"""
RETURNED = {
    "message": b"Content-Type: message/rfc822\n\nFrom: ann@example.com\nSubject: Lunch\n\nShall we?\n",
    "header": b"Content-Type: text/rfc822-headers\n\nFrom: ann@example.com\nSubject: Lunch\n",
}


@pytest.mark.parametrize("returned", RETURNED)
def test_a_report_of_exchange_names_whom_it_did_not_reach_and_about_what(returned: str) -> None:
    """RFC 3464, 3462; RP-007, RP-008."""
    mail = (
        b"From: Postmaster <p@example.com>\nTo: ann@example.com\nSubject: Undeliverable: Lunch\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        b"Content-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\nfailed\n"
        b"--c\nContent-Type: text/html\n\n<p>failed</p>\n--c--\n--b\n"
        + STATUS
        + b"--b\n"
        + RETURNED[returned]
        + b"--b--\n"
    ).replace(b"\n", b"\r\n")
    content = from_mime(mail).value
    assert content.get(t.PR_MESSAGE_CLASS) == "REPORT.IPM.Note.NDR"
    assert content.get(t.PR_ORIGINAL_SUBJECT) == "Lunch"
    (row,) = content.recipients
    assert (row[t.PR_DISPLAY_NAME], row[t.PR_EMAIL_ADDRESS]) == ("Böb B.", "bob@example.org")
    content.attachments = [each for each in content.attachments if each.message is not None]
    again = from_mime(to_mime(content, options=ANEW)).value
    assert again.recipients[0][t.PR_DISPLAY_NAME] == "Böb B."


def test_a_bounce_of_qmail_is_mail_with_its_text() -> None:
    """It has no MIME: nothing for machines, and nothing is lost."""
    body = (
        "Hi. This is the qmail-send program at mx.example.org.\r\nI'm afraid I wasn't able to deliver it.\r\n\r\n"
        "<bob@example.org>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
        "--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <ann@example.com>\r\n"
        "Subject: Lunch\r\n\r\nShall we?\r\n"
    )
    mail = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org\r\nSubject: failure notice\r\n\r\n" + body.encode()
    content = from_mime(mail).value
    assert (content.get(t.PR_MESSAGE_CLASS), content.get(t.PR_BODY)) == ("IPM.Note", body)
    assert content.attachments == []


def test_notes_names_people_by_their_organisation() -> None:
    mail = b'From: "Ann A." <ann@example.com>\r\nTo: Bob/ORG@ORG\r\nCc: "Carl C/DE" <CarlC@acme.example>\r\n\r\nx'
    rows = from_mime(mail).value.recipients
    assert [row[t.PR_EMAIL_ADDRESS] for row in rows] == ["Bob/ORG@ORG", "CarlC@acme.example"]


@pytest.mark.parametrize("begin", [b"\r\n", b"\n \t\n", codecs.BOM_UTF8 + b"\r\n"])
def test_empty_lines_before_a_header_are_passed_over_and_come_back(begin: bytes) -> None:
    """Mail that was copied by hand, or out of a mailbox, may begin with them."""
    data = begin + b"From: ann@example.com\r\nSubject: Lunch\r\n\r\nShall we?\r\n"
    parsed = from_mime(data)
    assert (parsed.value.get(t.PR_SUBJECT), parsed.value.get(t.PR_BODY)) == ("Lunch", "Shall we?\r\n")
    assert parsed.defects[-1].what == "begins with empty lines"
    assert to_mime(parsed.value) == data


def test_a_message_without_a_header_may_say_anything_that_no_header_does() -> None:
    data = b"\r\nPlease note: we are closed.\r\nBudget: none\r\n"
    assert from_mime(data).value.get(t.PR_BODY) == data[2:].decode()
