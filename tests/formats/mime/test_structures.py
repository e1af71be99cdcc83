"""Mail as real mailers build it: which part is the body, and what becomes of the others ([MS-OXCMAIL] 2.2.3.2)."""

import base64

import pytest

from mapix.formats.mime import MimeOptions, from_mime, to_mime
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.named_tags import PidNameAttachmentMacInfo

HEAD = "From: Ann <ann@example.com>\r\nTo: Bill <bill@example.com>\r\nMIME-Version: 1.0\r\n"
PLAIN = "Content-Type: text/plain\r\n\r\nplain"
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n<b>rich</b>"
PICTURE = (
    "Content-Type: image/png; name=p.png\r\nContent-ID: <p@x>\r\nContent-Transfer-Encoding: base64\r\n\r\ncGljdHVyZQ=="
)
FILE = 'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\ndata'


def multi(kind: str, *parts: str, boundary: str = "b", end: str = "--{0}--\r\n", told: str | None = None) -> str:
    """A multipart; `told` is the boundary that its header tells, `end` how it ends."""
    inner = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    shown = f"; boundary={boundary if told is None else told}" if told != "" else ""
    return f"Content-Type: multipart/{kind}{shown}\r\n\r\n{inner}{end.format(boundary)}"


def read(text: str, head: str = HEAD) -> MessageContent:
    return from_mime((head + text).encode()).value


def bodies(content: MessageContent) -> tuple[object, object]:
    return content.get(t.PR_BODY), content.get(t.PR_HTML)


def names(content: MessageContent) -> list[str]:
    return [str(each.properties.get(t.PR_ATTACH_LONG_FILENAME, "")) for each in content.attachments]


BOTH = ("plain", b"<b>rich</b>")
APPLE = multi("alternative", PLAIN, multi("mixed", HTML, FILE, "Content-Type: text/html\r\n\r\n<br>", boundary="m"))
EXCHANGE = multi(
    "mixed", multi("alternative", PLAIN, multi("related", HTML, PICTURE, boundary="r"), boundary="a"), FILE
)
OUTLOOK = multi("related", multi("alternative", PLAIN, HTML, boundary="a"), PICTURE)
TURNED = multi("related", PICTURE, HTML)
TWICE = multi("mixed", multi("mixed", multi("alternative", PLAIN, HTML, boundary="c"), boundary="d"), FILE)


@pytest.mark.parametrize(
    ("mail", "found", "files"),
    [
        (APPLE, ("plain", b"<b>rich</b><div><br></div>\r\n"), ["a.pdf"]),
        (EXCHANGE, BOTH, ["p.png", "a.pdf"]),
        (OUTLOOK, BOTH, ["p.png"]),
        (TURNED, (None, b"<b>rich</b>"), ["p.png"]),
        (TWICE, BOTH, ["a.pdf"]),
        (multi("mixed", FILE, PLAIN), ("plain", None), ["a.pdf"]),
        (multi("parallel", PLAIN, FILE), ("plain", None), ["a.pdf"]),
        (multi("alternative", PLAIN, HTML, end="").removesuffix("\r\n"), BOTH, []),
        (multi("alternative", PLAIN, HTML, end="--b"), BOTH, []),
        (multi("alternative", PLAIN, HTML, told=""), BOTH, []),
        (multi("alternative", PLAIN, HTML, told="other"), BOTH, []),
        (multi("alternative", PLAIN, HTML, told='"b "'), BOTH, []),
        ("Content-Type: multipart/mixed\r\n\r\nno parts at all", ("no parts at all", None), []),
        ("Content-Type: text\r\n\r\nplain", ("plain", None), []),
        ("Content-Type: html\r\n\r\n<b>rich</b>", (None, b"<b>rich</b>"), []),
        ("Content-Type: text/html charset=utf-8\r\n\r\n<b>rich</b>", (None, b"<b>rich</b>"), []),
        ("Content-Type: TEXT/HTML; charset=UTF-8\r\n\r\n<b>rich</b>", (None, b"<b>rich</b>"), []),
        ("\r\nplain", ("plain", None), []),
    ],
)
def test_the_body_is_found_where_mailers_put_it(mail: str, found: tuple[object, object], files: list[str]) -> None:
    content = read(mail)
    assert bodies(content) == found
    assert names(content) == files


def test_what_the_html_shows_is_marked_and_goes_out_inside() -> None:
    content = read(EXCHANGE.replace("<b>rich</b>", '<img src="cid:p@x">'))
    assert [each.properties.get(t.PR_ATTACH_FLAGS) for each in content.attachments] == [4, None]
    again = to_mime(content, options=MimeOptions(original=False)).decode()
    assert again.index("multipart/mixed") < again.index("multipart/alternative") < again.index("multipart/related")


def test_a_picture_without_identifier_stays_inline() -> None:
    inline = "Content-Type: image/png\r\nContent-Disposition: inline; filename=x.png\r\n\r\ndata"
    content = read(multi("mixed", PLAIN, inline))
    assert names(content) == ["x.png"]
    assert b'Content-Disposition: inline; filename="x.png"' in to_mime(content, options=MimeOptions(original=False))


def test_a_digest_is_messages() -> None:
    """RFC 2046 5.1.5: parts of a digest are messages unless they say otherwise."""
    content = read(multi("digest", "\r\nSubject: one\r\n\r\nfirst", "\r\nSubject: two\r\n\r\nsecond"))
    inner = [each.message for each in content.attachments]
    assert [message.get(t.PR_SUBJECT) for message in inner if message is not None] == ["one", "two"]


@pytest.mark.parametrize("inner", ["", "\r\n", "Subject: only\r\n"])
def test_a_message_inside_may_have_no_body(inner: str) -> None:
    content = read(multi("mixed", PLAIN, f"Content-Type: message/rfc822\r\n\r\n{inner}"))
    assert content.get(t.PR_BODY) == "plain"
    assert content.attachments[0].message is not None


@pytest.mark.parametrize("kind", ["message/partial; id=1; number=2; total=3", "message/external-body; access-type=URL"])
def test_parts_of_messages_and_references_go_through(kind: str) -> None:
    part = f"Content-Type: {kind}\r\n\r\nContent-Type: image/png\r\n\r\nnothing"
    again = to_mime(read(multi("mixed", PLAIN, part)), options=MimeOptions(original=False))
    assert f"Content-Type: {kind}".encode() in again
    assert b"Content-Type: image/png\r\n\r\nnothing" in again


def test_the_halves_of_a_macintosh_file_are_one_attachment() -> None:
    """[MS-OXCMAIL] 2.2.3.4.2, RFC 1740."""
    resources = base64.b64encode(b"\0\5\x16\7resources").decode()
    double = multi(
        "appledouble",
        f'Content-Type: application/applefile; name="%Pic"\r\nContent-Transfer-Encoding: base64\r\n\r\n{resources}',
        'Content-Type: image/png; name="Pic.png"\r\nContent-Transfer-Encoding: base64\r\n\r\ncGljdHVyZQ==',
        boundary="d",
    )
    content = read(multi("mixed", PLAIN, double))
    (file,) = content.attachments
    assert file.properties[t.PR_ATTACH_LONG_FILENAME] == "Pic.png"
    assert file.properties[t.PR_ATTACH_DATA_BIN] == b"picture"
    number = next(number for number, name in content.names.items() if name == PidNameAttachmentMacInfo)
    assert file.properties[number << 16 | 0x102] == b"\0\5\x16\7resources"
    again = from_mime(to_mime(content, options=MimeOptions(original=False))).value.attachments[0]
    assert again.properties[t.PR_ATTACH_DATA_BIN] == b"picture"
    assert b"\0\5\x16\7resources" in again.properties.values()


UU = "begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n"
YENC = "=ybegin line=128 size=3 name=cat.txt\r\n\x6d\x8b\x9e\r\n=yend size=3\r\n"


@pytest.mark.parametrize("block", [UU, "begin-base64 644 cat.txt\r\nQ2F0\r\n====\r\nend\r\n"])
def test_files_in_the_text_of_old_mail_are_attachments(block: str) -> None:
    content = read(f"Subject: x\r\n\r\nbefore\r\n{block}after", head="From: a@b.test\r\n")
    assert content.get(t.PR_BODY) == "before\r\nafter"
    assert names(content) == ["cat.txt"]
    assert content.attachments[0].properties[t.PR_ATTACH_DATA_BIN] == b"Cat"


def test_yenc_in_the_text_of_old_mail_is_a_file() -> None:
    content = from_mime(b"From: a@b.test\r\n\r\n" + YENC.encode("latin-1")).value
    assert [each.properties[t.PR_ATTACH_DATA_BIN] for each in content.attachments] == [b"Cat"]


def test_text_about_uuencode_and_mime_text_stay_text() -> None:
    for head, text in (("From: a@b.test\r\n", "begin 644 of what?\r\nnothing\r\nend"), (HEAD, UU)):
        content = read(f"Subject: x\r\n\r\n{text}", head=head)
        assert content.get(t.PR_BODY) == text
        assert content.attachments == []


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('attachment; filename="=?utf-8?q?na=C3=AFve=2Etxt?="', "naïve.txt"),
        ("attachment; filename*=utf-8''na%C3%AFve.txt", "naïve.txt"),
        ("attachment; filename*0*=utf-8''na%C3%AF; filename*1=ve.txt", "naïve.txt"),
        ("attachment; filename=old.txt; filename*=utf-8''new.txt", "new.txt"),
        ('attachment; filename="naïve.txt"', "naïve.txt"),
    ],
)
def test_names_come_in_every_form_and_go_out_for_all_readers(field: str, name: str) -> None:
    content = read(multi("mixed", PLAIN, f"Content-Type: image/png\r\nContent-Disposition: {field}\r\n\r\ndata"))
    assert names(content) == [name]
    assert names(from_mime(to_mime(content, options=MimeOptions(original=False))).value) == [name]


def test_fields_of_a_part_come_back() -> None:
    part = FILE.replace("\r\n\r\n", "\r\nContent-Description: a paper\r\nContent-Language: de\r\n\r\n", 1)
    part = part.replace('name="a.pdf"', 'name="a.pdf"; x-part=7', 1)
    again = to_mime(read(multi("mixed", PLAIN, part)), options=MimeOptions(original=False)).decode()
    assert "Content-Description: a paper\r\n" in again
    assert "Content-Language: de\r\n" in again
    assert "x-part=7" in again


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-8859-1", "Grüße"),
        ("iso-8859-15", "10 €"),
        ("windows-1251", "Привет"),
        ("koi8-r", "Привет"),
        ("iso-2022-jp", "日本語"),
        ("shift_jis", "日本語"),
        ("euc-kr", "한국어"),
        ("gb2312", "中文"),
        ("big5", "中文"),
        ("utf-8", "Grüße 日本語"),
    ],
)
def test_text_goes_out_in_the_character_set_it_came_in(charset: str, text: str) -> None:
    data = (HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n").encode() + text.encode(charset)
    content = from_mime(data).value
    assert content.get(t.PR_BODY) == text
    again = to_mime(content, options=MimeOptions(original=False))
    assert f'charset="{charset}"'.encode() in again
    assert from_mime(again).value.get(t.PR_BODY).rstrip("\r\n") == text


@pytest.mark.parametrize("told", ["us-ascii", "iso-8859-1", "x-unknown", "utf-16", ""])
def test_character_sets_that_lie_are_found_out(told: str) -> None:
    label = f"; charset={told}" if told else ""
    data = (HEAD + f"Content-Type: text/plain{label}\r\n\r\n").encode() + "Grüße!".encode()
    assert from_mime(data).value.get(t.PR_BODY) == "Grüße!"
