"""What nobody has changed goes out as it came: the same bytes, or the same fields where something else was changed."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

import mapix
from mapix.formats.mime import SENDING, MimeOptions, from_mime, to_mime
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.people import recipient
from mapix.formats.mime.skeleton import PR_MIME_SKELETON
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import MAPI_CC

MAIL = (
    b"Received: from a by b; Thu, 2 Jan 2020 12:00:00 +0000\n"
    b"From: Ann <ann@example.com> (at home)\n"
    b"To: Friends: Bill <bill@example.com>,\n  eve@example.com;\n"
    b"Subject: =?iso-8859-1?q?Gr=FC=DFe?=\n"
    b"X-Own: one\nX-Own: two\n"
    b"Mime-version: 1.0 (produced by hand)\n"
    b'Content-type: multipart/mixed; boundary="=_"\n\n'
    b"preamble\n--=_\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
    b"Gr=FC=\n=DFe\n--=_\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
    + b"".join(b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJz\n" for _ in range(9))
    + b"\n--=_--\nepilogue\n"
)


def test_the_same_bytes_come_out_and_the_file_is_not_kept_twice() -> None:
    content = from_mime(MAIL).value
    assert to_mime(content) == MAIL
    assert len(content.properties[PR_MIME_SKELETON]) < len(MAIL)
    assert b"QUJDREVGR0hJ" not in content.properties[PR_MIME_SKELETON]


def test_a_message_in_memory_gives_the_same_bytes_until_it_is_changed() -> None:
    message = mapix.from_mime(MAIL)
    assert message.to_mime() == MAIL
    message.subject = "Other"
    changed = message.to_mime()
    assert changed != MAIL
    assert b"Subject: Other\r\n" in changed
    message.subject = "Grüße"
    assert message.to_mime() == MAIL


def change_text(content: MessageContent) -> None:
    content.properties[t.PR_BODY] = "Changed"


def add_html(content: MessageContent) -> None:
    content.properties[t.PR_HTML] = b"<p>more</p>"


def add_recipient(content: MessageContent) -> None:
    content.recipients.append(recipient(Address("Joe", "joe@example.com"), MAPI_CC))


def change_file(content: MessageContent) -> None:
    content.attachments[0].properties[t.PR_ATTACH_DATA_BIN] += b"more"


def rename_file(content: MessageContent) -> None:
    content.attachments[0].properties[t.PR_ATTACH_LONG_FILENAME] = "b.pdf"


def drop_file(content: MessageContent) -> None:
    content.attachments.clear()


def add_file(content: MessageContent) -> None:
    content.attachments.append(AttachmentContent({t.PR_ATTACH_DATA_BIN: b"", t.PR_ATTACH_LONG_FILENAME: "c"}))


def mark_urgent(content: MessageContent) -> None:
    content.properties[t.PR_IMPORTANCE] = 2


def change_field(content: MessageContent) -> None:
    content.properties[next(tag for tag in content.properties if tag >> 16 >= 0x8000)] = "three"


CHANGES = (
    change_text,
    add_html,
    add_recipient,
    change_file,
    rename_file,
    drop_file,
    add_file,
    mark_urgent,
    change_field,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_any_change_makes_the_mail_anew(change: Callable[[MessageContent], None]) -> None:
    content = from_mime(MAIL).value
    change(content)
    assert to_mime(content) != MAIL


def test_a_read_flag_changes_no_mail() -> None:
    content = from_mime(MAIL).value
    content.properties |= {t.PR_MESSAGE_FLAGS: 1, t.PR_CREATION_TIME: 1, t.PR_ENTRYID: b"x", t.PR_HASATTACH: True}
    assert to_mime(content) == MAIL


def test_fields_that_still_say_the_same_go_out_as_they_came() -> None:
    content = from_mime(MAIL).value
    change_text(content)
    head = to_mime(content).partition(b"\r\n\r\n")[0].decode()
    for field in (
        "Received: from a by b; Thu, 2 Jan 2020 12:00:00 +0000\r\n",
        "From: Ann <ann@example.com> (at home)\r\n",
        "To: Friends: Bill <bill@example.com>,\r\n  eve@example.com;\r\n",
        "Subject: =?iso-8859-1?q?Gr=FC=DFe?=\r\n",
        "X-Own: one\r\nX-Own: two\r\n",
    ):
        assert field in head


def test_a_field_that_was_changed_or_taken_away_does_not_come_back() -> None:
    content = from_mime(MAIL).value
    add_recipient(content)
    content.properties = {tag: value for tag, value in content.properties.items() if tag >> 16 < 0x8000}
    head = to_mime(content).partition(b"\r\n\r\n")[0].decode()
    assert "X-Own" not in head
    assert "Friends:" in head
    assert "Cc: Joe <joe@example.com>" in head


def test_what_is_sent_tells_nothing_of_the_way_an_earlier_message_took() -> None:
    sent = to_mime(from_mime(MAIL).value, options=SENDING)
    assert b"Received:" not in sent
    assert b"Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n" in sent


def test_nothing_is_kept_that_is_not_wanted() -> None:
    content = from_mime(MAIL, options=MimeOptions(keep_original=False)).value
    assert PR_MIME_SKELETON not in content.properties
    assert to_mime(content) != MAIL


@settings(deadline=None, max_examples=examples(150))
@given(st.binary(max_size=400), st.sampled_from((b"", MAIL, MAIL[:300], MAIL[200:])))
def test_any_bytes_come_out_as_they_came(data: bytes, head: bytes) -> None:
    mail = head + data
    assert to_mime(from_mime(mail).value) == mail


@settings(deadline=None, max_examples=examples(100))
@given(st.binary(max_size=200))
def test_a_skeleton_that_is_none_does_no_harm(data: bytes) -> None:
    content = from_mime(MAIL).value
    kept = content.properties[PR_MIME_SKELETON]
    content.properties[PR_MIME_SKELETON] = kept[: 22 + 17] + data
    assert to_mime(content)


def test_text_that_a_store_made_of_html_does_not_go_out_where_none_came() -> None:
    """M-044: stores derive the text of HTML; a mail that came without is not changed by that."""
    mail = b"From: a@b.test\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>you</b></p>\r\n"
    parts = b'From: a@b.test\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' + mail[16:] + b"--b--\r\n"
    for data in (mail, parts):
        content = from_mime(data).value
        content.properties[t.PR_BODY] = "Hello you"
        assert to_mime(content) == data
        assert b"text/plain" not in to_mime(content, options=MimeOptions(original=False))
        assert b"text/plain" in to_mime(content, options=SENDING)
        content.properties[t.PR_BODY] = "Something else"
        assert b"text/plain" in to_mime(content)
