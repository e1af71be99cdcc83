"""Inline texts behind the body are its end ([MS-OXCMAIL] 2.2.3.3), and go out as the parts that they were."""

import email
from base64 import encodebytes
from email.message import Message
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.mime import MimeOptions, SaveFormat, from_mime, to_mime
from mapix.formats.mime.bodyform import BodyParts, KeptPart
from mapix.formats.mime.options import Encoding
from mapix.formats.tnef import tnef_bytes
from mapix.properties import tags as t
from mapix.properties.content import MessageContent

HEAD = b"From: Ann <ann@example.com>\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
ANEW = MimeOptions(original=False)
PLAIN = b"Content-Type: text/plain; charset=%s\r\n\r\n%s"
PICTURE = (
    b'Content-Type: image/png; name="p.png"\r\nContent-Disposition: inline; filename="p.png"\r\n%s'
    b"Content-Transfer-Encoding: base64\r\n\r\ncGljdHVyZQ=="
)
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>%s</p></body></html>"


def multipart(kind: bytes, *parts: bytes) -> bytes:
    lines = b"".join(b"--%s=\r\n%s\r\n" % (kind, part) for part in parts)
    return b'Content-Type: multipart/%s; boundary="%s="\r\n\r\n%s--%s=--\r\n' % (kind, kind, lines, kind)


def mail(*parts: bytes) -> bytes:
    return HEAD + multipart(b"mixed", *parts)


def leaves(data: bytes) -> list[tuple[str, bytes, str | None]]:
    """The parts in order: type, decoded bytes, identifier."""
    found: list[Message] = [part for part in email.message_from_bytes(data).walk() if not part.is_multipart()]
    return [(part.get_content_type(), part.get_payload(decode=True), part["Content-ID"]) for part in found]  # type: ignore[misc]


def files(content: MessageContent) -> list[str]:
    return [str(each.properties[t.PR_ATTACH_LONG_FILENAME]) for each in content.attachments]


def same_parts(data: bytes) -> bool:
    return leaves(to_mime(from_mime(data).value, options=ANEW)) == leaves(data)


APPLE = mail(PLAIN % (b"us-ascii", b"before"), PICTURE % b"", PLAIN % (b"iso-8859-1", b"after \xfc\r\n"))
APPLE_RICH = HEAD + multipart(
    b"alternative",
    PLAIN % (b"us-ascii", b"one\r\n\r\ntwo"),
    multipart(b"mixed", HTML % b"one", PICTURE % b"", HTML % "two \u00fc".encode()),
)
FOOTER = mail(
    multipart(b"alternative", PLAIN % (b"us-ascii", b"text"), HTML % b"rich"),
    PLAIN % (b"utf-8", "__\r\nList \u00fc <http://example.org/>".encode()),
)


def test_text_behind_a_picture_is_the_end_of_the_text() -> None:
    content = from_mime(APPLE).value
    assert content.get(t.PR_BODY) == "before\r\nafter ü\r\n"
    assert files(content) == ["p.png"]
    assert t.PR_HTML not in content.properties


def test_pictures_between_pieces_of_html_are_shown_there() -> None:
    """[MS-OXCMAIL] 2.2.3.3; RFC 2392."""
    content = from_mime(APPLE_RICH).value
    html = unescape(content.properties[t.PR_HTML].decode())
    identifier = content.attachments[0].properties[t.PR_ATTACH_CONTENT_ID]
    assert html.index("<p>one</p>") < html.index(f'<img src="cid:{identifier}">') < html.index("<p>two ü</p>")
    assert html.count("<body>") == html.count("</body>") == 1
    assert content.get(t.PR_BODY) == "one\r\n\r\ntwo"
    told = from_mime(APPLE_RICH.replace(b'"p.png"\r\nContent-T', b'"p.png"\r\nContent-ID: <a@b>\r\nContent-T')).value
    assert b'<img src="cid:a@b">' in told.properties[t.PR_HTML]


def test_a_footer_stands_behind_text_and_html() -> None:
    content = from_mime(FOOTER).value
    assert content.get(t.PR_BODY) == "text\r\n__\r\nList ü <http://example.org/>"
    html = content.properties[t.PR_HTML].decode()
    assert html.index("rich") < html.index('<a href="http://example.org/">') < html.index("</body>")
    assert content.attachments == []


def test_html_behind_text_makes_html_of_both() -> None:
    data = mail(PLAIN % (b"iso-8859-1", b"f\xfcr <you>"), HTML % b"rich")
    content = from_mime(data).value
    assert content.get(t.PR_BODY) == "für <you>\r\nrich"
    html = content.properties[t.PR_HTML].decode()
    assert html.index("f&#252;r &lt;you&gt;") < html.index("<p>rich</p>")
    assert same_parts(data)


@pytest.mark.parametrize("data", [APPLE, APPLE_RICH, FOOTER], ids=["text", "html", "footer"])
def test_bodies_that_nobody_changed_go_out_as_their_parts(data: bytes) -> None:
    content = from_mime(data).value
    assert to_mime(content) == data
    content.properties[t.PR_SUBJECT] = "changed"
    assert sorted(leaves(to_mime(content)), key=repr) == sorted(leaves(data), key=repr)
    again = from_mime(to_mime(content)).value
    assert (again.get(t.PR_BODY), again.get(t.PR_HTML)) == (content.get(t.PR_BODY), content.get(t.PR_HTML))


def test_a_body_that_was_changed_goes_out_whole() -> None:
    content = from_mime(FOOTER).value
    content.properties[t.PR_BODY] = "another text with its footer"
    kinds = [(kind, data) for kind, data, _ in leaves(to_mime(content))]
    assert [kind for kind, _ in kinds] == ["text/plain", "text/html"]
    assert kinds[0][1] == b"another text with its footer"
    assert b"example.org" in kinds[1][1]


def test_what_has_a_name_or_wants_to_be_a_file_stays_one() -> None:
    named = b'Content-Type: text/plain; name="a.txt"\r\n\r\nfile'
    apart = b"Content-Disposition: attachment\r\nContent-Type: text/plain\r\n\r\nfile"
    other = b"Content-Type: text/x-patch\r\n\r\nfile"
    content = from_mime(mail(PLAIN % (b"us-ascii", b"body"), named, apart, other)).value
    assert content.get(t.PR_BODY) == "body"
    assert len(content.attachments) == 3


@pytest.mark.parametrize("kind", [b"report", b"digest", b"parallel"])
def test_only_parts_of_mixed_follow_one_another(kind: bytes) -> None:
    content = from_mime(HEAD + multipart(kind, PLAIN % (b"us-ascii", b"one"), PLAIN % (b"us-ascii", b"two"))).value
    assert content.get(t.PR_BODY) in ("one", None)
    assert content.attachments


def test_a_text_that_flows_is_joined_on_its_own() -> None:
    """RFC 3676."""
    flowing = b"Content-Type: text/plain; format=flowed\r\n\r\nsoft \r\nbreak\r\n"
    data = mail(flowing, flowing)
    content = from_mime(data).value
    assert content.get(t.PR_BODY) == "soft break\r\nsoft break\r\n"
    assert same_parts(data)


def test_choices_of_the_writer_hold_for_all_parts() -> None:
    content = from_mime(APPLE).value
    coded = to_mime(content, options=MimeOptions(encoding=Encoding.QUOTED))
    assert coded.isascii()
    assert leaves(coded)[2][1] == "after ü\r\n".encode()
    assert b"after" in to_mime(content, options=MimeOptions(save_format=SaveFormat.PLAIN)).partition(b"begin")[0]
    rich = from_mime(FOOTER).value
    assert b"List" in to_mime(rich, options=MimeOptions(plain_text=True))


def test_too_many_and_too_large_texts_stay_files() -> None:
    data = mail(PLAIN % (b"us-ascii", b"body"), *[PLAIN % (b"us-ascii", b"more")] * 150)
    assert len(from_mime(data).value.attachments) == 50
    large = mail(PLAIN % (b"us-ascii", b"body"), PLAIN % (b"us-ascii", b"line\r\n" * 200_000))
    assert len(from_mime(large).value.attachments) == 1


@given(st.builds(BodyParts, st.integers(-1, 9), parts=st.tuples(st.builds(KeptPart, st.integers(0, 9), st.binary()))))
def test_the_form_of_a_body_is_what_it_was_after_its_bytes(form: BodyParts) -> None:
    assert BodyParts.load(form.dump()) == form


@given(st.binary(max_size=60))
def test_bytes_that_tell_no_form_are_ignored(data: bytes) -> None:
    assert BodyParts.load(data) is None or BodyParts.load(data[:5]) is None


def test_a_text_that_goes_on_beside_html_leaves_that_alone() -> None:
    inner = multipart(b"mixed", PLAIN % (b"us-ascii", b"one"), PICTURE % b"", PLAIN % (b"us-ascii", b"two"))
    data = HEAD + multipart(b"alternative", inner, HTML % b"whole")
    content = from_mime(data).value
    assert content.get(t.PR_BODY) == "one\r\ntwo"
    assert b"two" not in content.properties[t.PR_HTML]
    assert same_parts(data)


WORDS = st.text(st.sampled_from("ab <&\u00fc\u4e2d\n"), min_size=1, max_size=9).map(
    lambda text: text.replace("\n", "\r\n")
)


@st.composite
def leaf(draw: st.DrawFn) -> bytes:
    """A text, HTML, or picture."""
    words, kind = draw(WORDS), draw(st.sampled_from(("plain", "html", "picture", "named")))
    if kind == "picture":
        return PICTURE % draw(st.sampled_from((b"", b"Content-ID: <a@b>\r\n")))
    charset = draw(st.sampled_from(("utf-8", "gb18030")))
    told = "; name=a.txt" if kind == "named" else "; format=flowed" if kind == "plain" and draw(st.booleans()) else ""
    kind = "plain" if kind == "named" else kind
    return f"Content-Type: text/{kind}; charset={charset}{told}\r\n\r\n".encode() + words.encode(charset)


@given(st.lists(leaf(), min_size=1, max_size=5), st.booleans())
def test_whatever_stands_beside_one_another_keeps_its_parts_and_says_the_same(parts: list[bytes], inside: bool) -> None:
    whole = multipart(b"mixed", *parts)
    data = HEAD + (multipart(b"alternative", PLAIN % (b"us-ascii", b"text"), whole) if inside else whole)
    content = from_mime(data).value
    assert to_mime(content) == data
    anew = to_mime(content, options=ANEW)
    assert sorted(map(repr, canonical(anew))) == sorted(map(repr, canonical(data)))
    again = from_mime(anew).value
    assert (again.get(t.PR_BODY) or "").rstrip("\r\n") == (content.get(t.PR_BODY) or "").rstrip("\r\n")


def canonical(data: bytes) -> list[tuple[str, bytes, str | None]]:
    return [(kind, content.rstrip(b"\r\n"), identifier) for kind, content, identifier in leaves(data)]


def test_a_footer_beside_winmail_stays_a_file_as_that_brings_its_own_body() -> None:
    """[MS-OXTNEF] 2.3: what the stream says takes the place of the mail's text, and nothing else is lost."""
    stream = tnef_bytes(MessageContent({t.PR_BODY: "inner", t.PR_MESSAGE_CLASS: "IPM.Note"}), recipients=False)
    winmail = b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encodebytes(stream)
    data = mail(PLAIN % (b"us-ascii", b"outer"), PLAIN % (b"us-ascii", b"footer"), winmail.replace(b"\n", b"\r\n"))
    content = from_mime(data).value
    assert content.get(t.PR_BODY) == "inner"
    assert [each.properties[t.PR_ATTACH_DATA_BIN] for each in content.attachments] == [b"footer"]
