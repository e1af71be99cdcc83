"""Text and HTML of a message that has its body in another form."""

from pathlib import Path

import pytest

import mapix
from mapix.formats.msg import MsgFile
from mapix.formats.rtf import compress, uncompressed
from mapix.properties import tags as t

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "msg"
HTML = rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}caf\'e9{\*\htmltag72 </p>}\htmlrtf\par\htmlrtf0}"
TEXT = rb"{\rtf1\ansi\ansicpg1251\fromtext one\par \'e4}"
OWN = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\colortbl;}{\info{\author Ann}}\pard\b one\b0\par two\tab three\emdash}"


def written(path: Path, rtf: bytes, **fields: str) -> mapix.Message:
    message = mapix.Message(subject="s", **fields)
    message.set(t.PR_RTF_COMPRESSED, rtf)
    message.save(path)
    return mapix.open(path)


@pytest.mark.parametrize("pack", [compress, uncompressed])
@pytest.mark.parametrize(
    ("rtf", "html", "text"),
    [
        (HTML, "<p>caf\u00e9</p>", "caf\u00e9"),
        (TEXT, None, "one\r\n\u0434"),
        (OWN, "<b>one</b>", "one\r\ntwo\tthree\u2014"),
    ],
)
def test_a_body_that_is_rich_text_only_is_read(
    tmp_path: Path, rtf: bytes, html: str | None, text: str, pack: object
) -> None:
    """M-040, [MS-OXRTFEX]."""
    assert callable(pack)
    with written(tmp_path / "x.msg", pack(rtf)) as message:
        assert (message.html is None) == (html is None)
        assert (html or "") in (message.html or "")
        assert message.text == text
        assert message.rtf == rtf


def test_what_is_stored_goes_before_what_could_be_made(tmp_path: Path) -> None:
    with written(tmp_path / "x.msg", compress(HTML), text="stored") as message:
        assert message.text == "stored"
        assert message.html == "<p>caf\u00e9</p>"


def test_rich_text_is_a_field(folder: mapix.Folder) -> None:
    """M-041, P-143."""
    message = folder.messages.new(subject="s")
    message.rtf = OWN
    message.save()
    again = folder.messages.get(message.entry_id or b"")
    assert (again.rtf, again.text) == (OWN, "one\r\ntwo\tthree\u2014")
    assert "<b>one</b>" in (again.html or "")
    assert folder.messages.new(text="plain").save().rtf is None
    again.rtf = None
    assert again.get(t.PR_NATIVE_BODY_INFO) == 1


def test_what_is_no_rich_text_is_no_body(tmp_path: Path) -> None:
    with written(tmp_path / "x.msg", b"neither one nor the other") as message:
        assert message.html is None
        assert message.text is None


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not there")
def test_real_messages_whose_html_is_in_the_rich_text_have_html() -> None:
    found = 0
    for path in sorted(CORPUS.glob("*/*.msg")):
        if "clusterfuzz" in path.name:
            continue
        with MsgFile.open(path) as file:
            only_rtf = file.message.get(t.PR_RTF_COMPRESSED) and not file.message.get(t.PR_HTML)
        if only_rtf:
            with mapix.open(path) as message:
                html = message.html
                assert html is None or "<" in html, path.name
                found += html is not None
    assert found > 60


@pytest.mark.parametrize(
    ("head", "stored"),
    [
        ('<meta charset="koi8-r">', '<meta charset="utf-8">'),
        ("<META charset = windows-1251>", "<META charset = utf-8>"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">',
            '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">',
        ),
        ('<meta charset="UTF-8">', '<meta charset="UTF-8">'),
        ("<title>charset=koi8-r</title>", "<title>charset=koi8-r</title>"),
    ],
)
def test_html_names_the_character_set_that_it_is_stored_in(head: str, stored: str) -> None:
    """P-046."""
    message = mapix.Message(subject="x", html=f"<html><head>{head}</head><body>\u041f\u0440\u0438</body></html>")
    assert message.get(t.PR_HTML).decode("utf-8") == message.html
    assert message.html == f"<html><head>{stored}</head><body>\u041f\u0440\u0438</body></html>"
    assert mapix.from_mime(message.to_mime()).html == message.html


def test_html_of_ascii_alone_stays_as_it_is() -> None:
    html = '<meta charset="koi8-r"><p>Hello</p>'
    assert mapix.Message(subject="x", html=html).html == html
