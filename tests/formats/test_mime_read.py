"""Internet mail read into messages of properties."""

import base64
import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.formats.defects import Strictness
from mapix.formats.mime import from_mime, to_mime
from mapix.formats.mime.options import MimeOptions
from mapix.formats.mime.reading import DEEPEST_MESSAGES
from mapix.properties import tags
from mapix.properties.content import MessageContent
from mapix.properties.entryid import OneOff
from mapix.properties.entrylist import load_entries
from mapix.properties.errors import CorruptData
from mapix.properties.flags import ATTACH_BY_VALUE, ATTACH_EMBEDDED_MSG, MSGFLAG_UNMODIFIED, MSGFLAG_UNSENT
from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.times import from_datetime

HEAD = "From: Ann <ann@example.com>\r\nTo: Bill <bill@example.com>\r\n"


def read(text: str | bytes, head: str = HEAD) -> MessageContent:
    """The message of a header and what `text` adds to it."""
    data = text if isinstance(text, bytes) else (head + text).encode()
    return from_mime(data).value


def defects(text: str | bytes, head: str = HEAD) -> list[str]:
    data = text if isinstance(text, bytes) else (head + text).encode()
    return [str(defect) for defect in from_mime(data).defects]


def multipart(kind: str, *parts: str, parameters: str = "") -> str:
    """A multipart message after `HEAD`."""
    inner = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="b"{parameters}\r\n\r\n{inner}--b--\r\n'


PLAIN = "Content-Type: text/plain\r\n\r\nplain"
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n<b>rich</b>"
PICTURE = "Content-Type: image/png\r\nContent-ID: <pic@x>\r\nContent-Transfer-Encoding: base64\r\n\r\ncGljdHVyZQ=="
FILE = "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\ndata"


def names(content: MessageContent) -> list[str]:
    return [each.properties.get(tags.PR_ATTACH_LONG_FILENAME, "") for each in content.attachments]


def test_a_plain_message_becomes_properties() -> None:
    content = read("Subject: Hello\r\nDate: Thu, 2 Jan 2020 12:00:00 +0000\r\nMessage-ID: <1@x>\r\n\r\nHi\r\n")
    assert content.get(tags.PR_SUBJECT) == "Hello"
    assert content.get(tags.PR_BODY) == "Hi\r\n"
    assert content.get(tags.PR_CLIENT_SUBMIT_TIME) == from_datetime(datetime(2020, 1, 2, 12, tzinfo=UTC))
    assert content.get(tags.PR_INTERNET_MESSAGE_ID) == "<1@x>"
    assert content.get(tags.PR_MESSAGE_CLASS) == "IPM.Note"
    assert content.get(tags.PR_MESSAGE_FLAGS) == MSGFLAG_UNMODIFIED
    assert content.attachments == []


def test_the_header_is_kept_as_it_came() -> None:
    content = read("X-Odd: one\r\n two\r\n\r\nHi")
    assert content.get(tags.PR_TRANSPORT_MESSAGE_HEADERS) == HEAD + "X-Odd: one\r\n two"


def test_the_author_is_the_sender_unless_somebody_else_is() -> None:
    content = read("\r\nHi")
    assert content.get(tags.PR_SENDER_EMAIL_ADDRESS) == content.get(tags.PR_SENT_REPRESENTING_EMAIL_ADDRESS)
    content = read("Sender: Clerk <clerk@x.test>\r\n\r\nHi")
    assert content.get(tags.PR_SENDER_NAME) == "Clerk"
    assert content.get(tags.PR_SENDER_SEARCH_KEY) == b"SMTP:CLERK@X.TEST\0"
    assert content.get(tags.PR_SENT_REPRESENTING_NAME) == "Ann"
    assert OneOff.load(content.get(tags.PR_SENT_REPRESENTING_ENTRYID)).address == "ann@example.com"


def test_recipients_are_whole_rows() -> None:
    content = read("Cc: clerk@x.test\r\n\r\nHi")
    bill, clerk = content.recipients
    assert bill[tags.PR_DISPLAY_NAME] == "Bill"
    assert (bill[tags.PR_ADDRTYPE], bill[tags.PR_EMAIL_ADDRESS]) == ("SMTP", "bill@example.com")
    assert (bill[tags.PR_RECIPIENT_TYPE], clerk[tags.PR_RECIPIENT_TYPE]) == (1, 2)
    assert OneOff.load(bill[tags.PR_ENTRYID]) == OneOff("Bill", "SMTP", "bill@example.com")
    assert bill[tags.PR_SEARCH_KEY] == b"SMTP:BILL@EXAMPLE.COM\0"
    assert clerk[tags.PR_DISPLAY_NAME] == "clerk@x.test"
    assert (bill[tags.PR_OBJECT_TYPE], bill[tags.PR_DISPLAY_TYPE], bill[tags.PR_SEND_RICH_INFO]) == (6, 0, False)


def test_answers_go_to_whom_the_message_says() -> None:
    content = read("Reply-To: List <list@x.test>, other@x.test\r\n\r\nHi")
    entries = load_entries(content.get(tags.PR_REPLY_RECIPIENT_ENTRIES))
    assert [OneOff.load(entry).address for entry in entries] == ["list@x.test", "other@x.test"]
    assert content.get(tags.PR_REPLY_RECIPIENT_NAMES) == "List;other@x.test"


@pytest.mark.parametrize(
    ("line", "tag", "value"),
    [
        ("Importance: High", tags.PR_IMPORTANCE, 2),
        ("Importance: low", tags.PR_IMPORTANCE, 0),
        ("X-Priority: 1 (Highest)", tags.PR_IMPORTANCE, 2),
        ("X-MSMail-Priority: High", tags.PR_IMPORTANCE, 2),
        ("Priority: urgent", tags.PR_PRIORITY, 1),
        ("Sensitivity: company-confidential", tags.PR_SENSITIVITY, 3),
        ("In-Reply-To: Your message <2@x> of today", tags.PR_IN_REPLY_TO_ID, "<2@x>"),
        ("References: <1@x>\r\n <2@x>", tags.PR_INTERNET_REFERENCES, "<1@x> <2@x>"),
        ("Thread-Topic: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", tags.PR_CONVERSATION_TOPIC, "Grüße"),
        ("Thread-Index: AQID", tags.PR_CONVERSATION_INDEX, b"\1\2\3"),
        ("Disposition-Notification-To: ann@x.test", tags.PR_READ_RECEIPT_REQUESTED, True),
        ("X-Unsent: 1", tags.PR_MESSAGE_FLAGS, MSGFLAG_UNMODIFIED | MSGFLAG_UNSENT),
        ("Expires: Thu, 2 Jan 2020 12:00:00 GMT", tags.PR_EXPIRY_TIME, 132224400000000000),
        ("Received: from a by b; Thu, 2 Jan 2020 12:00:00 GMT", tags.PR_MESSAGE_DELIVERY_TIME, 132224400000000000),
        ("List-Unsubscribe: <mailto:x>", tags.PR_LIST_UNSUBSCRIBE, "<mailto:x>"),
        ("Subject: =?utf-8?b?R3LDvMOfZQ==?=", tags.PR_SUBJECT, "Grüße"),
        ("Subject: raw Grüße", tags.PR_SUBJECT, "raw Grüße"),
        ("Subject: =?utf-8?q?a=0D=0ABcc:_x?=", tags.PR_SUBJECT, "a Bcc: x"),
    ],
)
def test_fields_become_properties(line: str, tag: int, value: object) -> None:
    assert read(f"{line}\r\n\r\nHi").properties[tag] == value


def test_fields_nobody_knows_become_named_properties_if_they_may() -> None:
    content = read("X-Anything: 1\r\nReceived: by x\r\n\r\nHi")
    assert content.names == {0x8000: PropertyName(PS_INTERNET_HEADERS, "X-Anything")}
    assert content.get(PropTag(0x8000001F)) == "1"
    data = (HEAD + "X-Anything: 1\r\n\r\nHi").encode()
    assert from_mime(data, options=MimeOptions(named_headers=False)).value.names == {}


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        (b"\x93quoted\x94", "iso-8859-1", "“quoted”"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode("cp1252"), "utf-8", "Grüße"),
        ("Grüße".encode(), "", "Grüße"),
        ("Grüße".encode(), "no-such-set", "Grüße"),
        ("日本".encode("iso2022_jp"), "iso-2022-jp", "日本"),
        ("中文".encode("gbk"), "gb2312", "中文"),
        (b"abc", "punycode", "abc"),
        (b"+2AA-", "utf-7", "?"),
    ],
)
def test_text_is_read_by_its_character_set_or_by_what_it_is(data: bytes, charset: str, text: str) -> None:
    kind = f"Content-Type: text/plain; charset={charset}\r\n" if charset else ""
    assert read((HEAD + kind + "\r\n").encode() + data).get(tags.PR_BODY) == text


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("base64", "R3LDvMOf\r\nZQ=="),
        ("base64", "R3L DvMOf!!ZQ"),
        ("base64", "R3I=w7zDn2U="),
        ("BASE64 ; x", "R3LDvMOfZQ=="),
        ("quoted-printable", "Gr=C3=BC=C3=\r\n=9Fe"),
        ("x-uuencode", "begin 644 x\r\n'1W+#O,.?90  \r\n`\r\nend\r\n"),
        ("8bit", "Grüße"),
        ("nonsense", "Grüße"),
    ],
)
def test_transfer_encodings_are_undone(encoding: str, data: str) -> None:
    head = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    assert read(head + data).get(tags.PR_BODY) == "Grüße"


def test_alternatives_are_both_bodies() -> None:
    content = read(multipart("alternative", PLAIN, HTML))
    assert content.get(tags.PR_BODY) == "plain"
    assert content.get(tags.PR_HTML) == b"<b>rich</b>"
    assert content.get(tags.PR_INTERNET_CPID) == 65001
    assert content.attachments == []


def test_html_keeps_its_bytes_and_its_code_page() -> None:
    html = "<p>Привет</p>".encode("koi8-r")
    content = read((HEAD + "Content-Type: text/html; charset=koi8-r\r\n\r\n").encode() + html)
    assert (content.get(tags.PR_HTML), content.get(tags.PR_INTERNET_CPID)) == (html, 20866)


def test_html_without_a_label_is_read_by_what_it_says_itself() -> None:
    html = '<meta charset="windows-1251"><p>Привет</p>'.encode("cp1251")
    content = read((HEAD + "Content-Type: text/html\r\n\r\n").encode() + html)
    assert (content.get(tags.PR_HTML), content.get(tags.PR_INTERNET_CPID)) == (html, 1251)


def test_html_that_no_code_page_fits_becomes_utf8() -> None:
    html = "<p>Grüße</p>".encode("utf-16-le")
    content = read((HEAD + "Content-Type: text/html; charset=utf-16-le\r\n\r\n").encode() + html)
    assert content.get(tags.PR_HTML).decode() == "<p>Grüße</p>"
    assert content.get(tags.PR_INTERNET_CPID) == 65001


def test_what_html_shows_is_marked_as_shown() -> None:
    content = read(multipart("related", HTML, PICTURE))
    assert content.get(tags.PR_HTML) == b"<b>rich</b>"
    (picture,) = content.attachments
    assert picture.properties[tags.PR_ATTACH_CONTENT_ID] == "pic@x"
    assert picture.properties[tags.PR_ATTACH_DATA_BIN] == b"picture"
    assert picture.properties[tags.PR_ATTACH_FLAGS] == 4


def test_the_start_of_related_parts_may_come_later() -> None:
    document = HTML.replace("\r\n\r\n", "\r\nContent-ID: <doc@x>\r\n\r\n", 1)
    content = read(multipart("related", PICTURE, document, parameters='; start="<doc@x>"'))
    assert content.get(tags.PR_HTML) == b"<b>rich</b>"
    assert len(content.attachments) == 1


def test_texts_without_a_name_are_the_end_of_the_body() -> None:
    """[MS-OXCMAIL] 2.2.3.3."""
    content = read(multipart("mixed", PLAIN, FILE, "Content-Type: text/plain\r\n\r\nfooter"))
    assert content.get(tags.PR_BODY) == "plain\r\nfooter"
    assert tags.PR_HTML not in content.properties
    assert names(content) == ["a.pdf"]


def test_a_text_with_a_name_is_a_file() -> None:
    named = "Content-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment\r\n\r\nnotes"
    content = read(multipart("mixed", named, PLAIN))
    assert content.get(tags.PR_BODY) == "plain"
    assert names(content) == ["notes.txt"]


def test_an_attachment_is_whole() -> None:
    """A-026."""
    (attachment,) = read(multipart("mixed", PLAIN, FILE)).attachments
    assert attachment.properties[tags.PR_ATTACH_METHOD] == ATTACH_BY_VALUE
    assert attachment.properties[tags.PR_ATTACH_DATA_BIN] == b"data"
    assert attachment.properties[tags.PR_ATTACH_EXTENSION] == ".pdf"
    assert attachment.properties[tags.PR_ATTACH_MIME_TAG] == "application/pdf"
    assert attachment.properties[tags.PR_RENDERING_POSITION] == -1


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ('Content-Disposition: attachment; filename="a b.txt"', "a b.txt"),
        ("Content-Disposition: attachment; filename=bare.txt; size=3", "bare.txt"),
        ("Content-Disposition: attachment; filename=with space.txt", "with space.txt"),
        ("Content-Disposition: attachment; filename*=utf-8''na%C3%AFve.txt", "naïve.txt"),
        ("Content-Disposition: attachment; filename*=iso-8859-1'fr'na%EFve.txt", "naïve.txt"),
        ("Content-Disposition: attachment; filename*0*=utf-8''na%C3; filename*1*=%AFve; filename*2=.txt", "naïve.txt"),
        ("Content-Disposition: attachment; filename*1=b.txt; filename*0=a", "ab.txt"),
        ("Content-Disposition: attachment; filename*=utf-8''new.txt; filename=old.txt", "new.txt"),
        ('Content-Disposition: attachment; filename="=?utf-8?q?na=C3=AFve=2Etxt?="', "naïve.txt"),
        ('Content-Disposition: attachment; filename="a\\"b.txt"', 'a"b.txt'),
        ('Content-Disposition: attachment; filename="C:\\temp\\x.txt"', "C:\\temp\\x.txt"),
        ('Content-Disposition: attachment; filename="open.txt', "open.txt"),
        ("Content-Disposition: attachment; filename*=utf-8''a%0D%0Ab.txt", "a b.txt"),
        ('Content-Type: image/png; name="named.png"', "named.png"),
    ],
)
def test_file_names_are_read_in_every_form(fields: str, name: str) -> None:
    assert names(read(multipart("mixed", PLAIN, f"{fields}\r\n\r\ndata"))) == [name]


def test_a_message_inside_is_a_message() -> None:
    inner = "Content-Type: message/rfc822\r\n\r\nFrom: c@x.test\r\nSubject: Inner\r\n\r\ninside"
    (attachment,) = read(multipart("mixed", PLAIN, inner)).attachments
    assert attachment.properties[tags.PR_ATTACH_METHOD] == ATTACH_EMBEDDED_MSG
    assert attachment.message is not None
    assert attachment.message.get(tags.PR_SUBJECT) == "Inner"
    assert attachment.message.get(tags.PR_BODY) == "inside"


def test_a_message_inside_may_be_encoded() -> None:
    letters = base64.b64encode(b"Subject: Inner\r\n\r\ninside").decode()
    inner = f"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{letters}"
    (attachment,) = read(multipart("mixed", PLAIN, inner)).attachments
    assert attachment.message is not None
    assert attachment.message.get(tags.PR_SUBJECT) == "Inner"


def test_messages_too_deep_in_one_another_stay_files() -> None:
    data = b"Subject: deepest\r\n\r\nhere"
    for _ in range(DEEPEST_MESSAGES + 3):
        data = b"Content-Type: message/rfc822\r\n\r\n" + data
    result = from_mime(data)
    content, depth = result.value, 0
    while content.attachments and content.attachments[0].message is not None:
        content, depth = content.attachments[0].message, depth + 1
    assert depth == DEEPEST_MESSAGES
    assert b"deepest" in content.attachments[0].properties[tags.PR_ATTACH_DATA_BIN]
    assert any("too deep" in defect.what for defect in result.defects)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Date: yesterday\r\n\r\nHi", "Date: not a date"),
        ("From: again@x.test\r\n\r\nHi", "From: stands more than once"),
        ("Cc: Just A Name\r\n\r\nHi", "Cc: a name without an address"),
        ("Content-Transfer-Encoding: 9bit\r\n\r\nHi", "Content-Transfer-Encoding: unknown"),
        ("Content-Type: multipart/mixed\r\n\r\nHi", "tells no boundary"),
        ("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi", "has no end"),
        ("Content-Type: text/plain; charset=us-ascii\r\n\r\nGrüße", "not in the character set"),
        ("no header\r\n\r\nHi", "a line that is no field"),
    ],
)
def test_what_is_wrong_is_told(text: str, what: str) -> None:
    assert any(what in defect for defect in defects(text))
    with pytest.raises(CorruptData):
        from_mime((HEAD + text).encode(), strictness=Strictness.STRICT)


def test_a_message_that_is_right_has_no_defects() -> None:
    assert defects(multipart("alternative", PLAIN, HTML)) == []


def test_multiparts_that_are_none_keep_their_text() -> None:
    assert (
        read("Content-Type: multipart/mixed; boundary=b\r\n\r\nno boundary here").get(tags.PR_BODY)
        == "no boundary here"
    )


@pytest.mark.parametrize(
    "data", [b"", b"\r\n", b"\n\n\n", b"\0" * 100, b"\xff" * 100, b":", b" x", b"From \r\n", b"a:\r\n"]
)
def test_any_little_thing_is_a_message(data: bytes) -> None:
    content = from_mime(data).value
    assert content.get(tags.PR_MESSAGE_CLASS) == "IPM.Note"
    assert content.get(tags.PR_SUBJECT) == ""


@settings(deadline=None, max_examples=examples(300))
@given(st.binary(max_size=200))
def test_any_bytes_are_a_message(data: bytes) -> None:
    for head in (b"", HEAD.encode(), b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"):
        assert to_mime(from_mime(head + data).value) == head + data


WORDS: Sequence[bytes] = (
    b"Content-Type: |multipart/mixed|multipart/report|multipart/related|; boundary=b|--b|--|=|message/rfc822|M"
    b"|message/delivery-status|text/plain|text/html|; charset=|utf-16|base64|Content-Transfer-Encoding: |uuencode"
    b'|quoted-printable|To: |<a@b>|,|(|"|:|;|=?utf-8?q?x?=|Final-Recipient: rfc822; |Action: failed|begin 644 x\n'
    b"|filename*0*=utf-8''%|Subject: |Date: |Thread-Index: |\r\n|\r\n\r\n|\xff|\0"
).split(b"|")


@settings(deadline=None, max_examples=examples(300))
@given(st.lists(st.sampled_from(WORDS), max_size=60).map(b"".join))
def test_any_heap_of_mails_own_words_is_a_message(data: bytes) -> None:
    assert to_mime(from_mime(data).value) == data


def test_deep_nesting_ends() -> None:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
    content = from_mime(head + b"\r\nHi").value
    kept = [content.get(tags.PR_BODY) or ""]
    assert "b2999" in kept[0]


def test_too_many_parts_are_one_text() -> None:
    data = HEAD.encode() + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000
    result = from_mime(data)
    assert any("too many parts" in defect.what for defect in result.defects)
    assert len(result.value.get(tags.PR_BODY)) > 100_000


def test_too_many_fields_are_bounded() -> None:
    content = from_mime(b"To: a@b.test\r\n" * 20_000 + b"\r\nHi").value
    assert 0 < len(content.recipients) <= 5_000


@pytest.mark.parametrize(
    "value",
    ['text/plain; x="' + '\\"' * 50_000, "text/plain" + ";" * 100_000, 'a/b;";' * 30_000, "text/plain; a=" * 30_000],
)
def test_hostile_parameters_are_read_in_time(value: str) -> None:
    assert isinstance(read(f"Content-Type: {value}\r\n\r\nHi"), MessageContent)


def test_a_damaged_message_is_still_a_message() -> None:
    good = (HEAD + multipart("mixed", multipart("alternative", PLAIN, HTML), FILE, PICTURE)).encode()
    dice = random.Random(1)
    for _ in range(300):
        bad = bytearray(good)
        for _ in range(dice.randrange(1, 8)):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        assert to_mime(from_mime(bytes(bad)).value) == bytes(bad)
