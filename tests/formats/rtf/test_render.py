"""RTF that carries nothing else, as HTML and as text."""

import re
import time
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.rtf.realmail import needs_corpus, rtf_and_text

from mapix.formats.html import to_text as text_of_html
from mapix.formats.rtf import attachment_places, encapsulate_html, encapsulate_text, to_html, to_text

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Courier New;}"
    rb"{\f2\fcharset128 MS Gothic;}{\f3\fcharset2 Symbol;}{\f4\fcharset177 David<x>;}"
    rb"{\f5\fcharset2 Wingdings;}}"
    rb"{\colortbl;\red255\green0\blue0;\red0\green0\blue255;}{\stylesheet{\s0 Normal;}}{\info{\title no}}"
    rb"\uc1\pard\plain "
)
PIXEL = b"\x89PNG\r\n\x1a\n pixel"


def html(body: bytes) -> str:
    """What is inside of the HTML's body."""
    whole = to_html(HEAD + body + b"}").html
    return whole.partition("<body")[2].partition(">\r\n")[2].removesuffix("</body></html>\r\n").removesuffix("\r\n")


def text(body: bytes) -> str:
    return to_text(HEAD + body + b"}")


def both(body: bytes) -> tuple[str, str]:
    """What is inside of the HTML's body, and the text, with a bar for each end of a line."""
    return html(body).replace("\r\n", "|"), text(body).replace("\r\n", "|")


@pytest.mark.parametrize(
    ("body", "inner"),
    [
        (rb"x {\b bold\b0  not} {\i it}{\ul under\ulnone x}{\strike gone}",
         "x <b>bold</b> not <i>it</i><u>under</u>x<s>gone</s>"),
        (rb"x{\super 2}{\sub i}{\v hidden}{\caps big}", "x<sup>2</sup><sub>i</sub>BIG"),
        (rb"x{\fs40 large}{\cf1 red}{\highlight2 marked}", 'x<span style="font-size:20pt">large</span>'
         '<span style="color:#ff0000">red</span><span style="background:#0000ff">marked</span>'),
        (rb"x{\f1 other}{\f4 name}", "x<span style=\"font-family:'Courier New'\">other</span>"
         "<span style=\"font-family:'Davidx'\">name</span>"),
        (rb"x{\b\i both\b0 one}", "x<b><i>both</i></b><i>one</i>"),
        (rb"1 < 2 & \{x\}\~y", "1 &lt; 2 &amp; {x}\xa0y"),
        (rb"a\line b\tab c", "a<br>\r\nb&emsp;c"),
        (rb"  two  blanks", "&nbsp; two&nbsp; blanks"),
        (rb"\'e4{\f1\'e4}{\f2\'83\'41\'83A}{\u1076?\uc2\u8364 ab}c\u-10179?\u-8704?", "\xe4"
         "<span style=\"font-family:'Courier New'\">\u0434</span>"
         "<span style=\"font-family:'MS Gothic'\">\u30a2\u30a2</span>"
         "\u0434\u20acc\U0001f600"),
        (rb"{\rtlch\af4 \'f9}{\ltrch x}{\dbch\af2 \'83\'41}", "\u05e9x\u30a2"),
        (rb"{\upr{\'3f}{\*\ud{\u1076?}}}{\*\unknown no}{\footer no}x\bin3 }}}y", "\u0434xy"),
        (rb"{\f5 J}{\f5\'e0}{\f3 a\u-3867?}\'e0", "\u263a\u2192\u03b1\u2211\xe0"),
        (rb"\lquote a\rquote\emdash b\bullet", "\u2018a\u2019\u2014b\u2022"),
    ],
)  # fmt: skip
def test_letters_keep_their_looks(body: bytes, inner: str) -> None:
    """[MSFT-RTF] character formatting, Unicode, fonts, double-byte code pages."""
    assert html(body) == f"<div>{inner}</div>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb"a\par b\par\par c", "<div>a</div>|<div>b</div>|<div><br></div>|<div>c</div>"),
        (rb"\qc a\par\pard b\par", '<div style="text-align:center">a</div>|<div>b</div>'),
        (rb"\li720\fi-360\sb120 a\par", '<div style="margin-top:6pt;margin-left:36pt;text-indent:-18pt">a</div>'),
        (rb"\rtlpar\qr a\par", '<div dir="rtl" style="text-align:right">a</div>'),
        (b"a\\\nb", "<div>a</div>|<div>b</div>"),
        (rb"{\pntext\f3\'B7\tab}a\par{\pntext\f3\'B7\tab}b\par\pard c\par",
         "<ul>|<li>a</li>|<li>b</li></ul>|<div>c</div>"),
        (rb"{\listtext 3.\tab}\ls1 a\par{\listtext a)\tab}\ilvl1 b\par{\listtext 4.\tab}\ilvl0 c\par",
         '<ol start="3">|<li>a<ol type="a">|<li>b</li></ol>|</li>|<li>c</li></ol>'),
        (rb"\ls2 a\par\ls0 b\par", "<ul>|<li>a</li></ul>|<div>b</div>"),
    ],
)  # fmt: skip
def test_paragraphs_and_lists_stand_as_they_did(body: bytes, expected: str) -> None:
    """[MSFT-RTF] paragraph formatting, bullets and numbering."""
    assert html(body) == expected.replace("|", "\r\n")


TD = '<td valign="top">'


@pytest.mark.parametrize(
    ("body", "expected", "words"),
    [
        (rb"\trowd\cellx1\cellx2\intbl a\cell b\cell\row\pard x",
         f"<table>|<tr>{TD}<div>a</div>|</td>{TD}<div>b</div>|</td></tr>|</table>|<div>x</div>",
         "a\tb|x"),
        (rb"\trowd\clbrdrt\cellx1\clmgf\cellx2\clmrg\cellx3\intbl a\cell b\cell\cell\row",
         f'<table border="1" style="border-collapse:collapse">|<tr>{TD}<div>a</div>|</td>'
         '<td colspan="2" valign="top"><div>b</div>|</td></tr>|</table>',
         "a\tb\t"),
        (rb"\intbl a\par{\itap2 in\nestcell ner\nestcell"
         rb"{\*\nesttableprops\trowd\cellx1\nestrow}{\nonesttables\par}}\intbl\itap1 b\cell\row",
         f"<table>|<tr>{TD}<div>a</div>|<table>|<tr>{TD}<div>in</div>|</td>{TD}<div>ner</div>"
         "|</td></tr>|</table>|<div>b</div>|</td></tr>|</table>",
         "a|in\tner|b"),
        (rb"\intbl a\row", f"<table>|<tr>{TD}<div>a</div>|</td></tr>|</table>", "a"),
    ],
)  # fmt: skip
def test_tables_are_tables_also_in_tables(body: bytes, expected: str, words: str) -> None:
    """[MSFT-RTF] tables, nested tables."""
    assert both(body) == (expected, words)


@pytest.mark.parametrize(
    ("body", "expected", "words"),
    [
        (rb'{\field{\*\fldinst{HYPERLINK "http://x/?a=1&b=2"}}{\fldrslt{\ul here}}}.',
         '<a href="http://x/?a=1&amp;b=2"><u>here</u></a>.',
         "here <http://x/?a=1&b=2>."),
        (rb'{\field{\*\fldinst HYPERLINK "http://x" \\l "top"}{\fldrslt a\b b}}',
         '<a href="http://x#top">a<b>b</b></a>',
         "ab <http://x#top>"),
        (rb"{\field{\*\fldinst HYPERLINK \\l here}{\fldrslt up}}", '<a href="#here">up</a>', "up"),
        (rb'{\field{\*\fldinst HYPERLINK mailto:a@b.c}{\fldrslt a@b.c}}', '<a href="mailto:a@b.c">a@b.c</a>', "a@b.c"),
        (rb'{\field{\*\fldinst HYPERLINK "java\'09script:x()"}{\fldrslt run}}', "run", "run"),
        (rb"{\field{\*\fldinst PAGE}{\fldrslt 7}} of", "7 of", "7 of"),
        (rb'{\field{\*\fldinst HYPERLINK "http://o"}{\fldrslt a{\field{\*\fldinst PAGE}{\fldrslt 1}}}}b',
         '<a href="http://o">a1</a>b',
         "a1 <http://o>b"),
    ],
)  # fmt: skip
def test_links_lead_where_they_led(body: bytes, expected: str, words: str) -> None:
    """[MSFT-RTF] fields; what would run a script is no link."""
    assert html(body) == f"<div>{expected}</div>"
    assert text(body) == words


PICTURE = b"{\\pict{\\*\\picprop}\\pngblip\\picwgoal1500\\pichgoal750 \r\n" + PIXEL.hex().encode() + b"}"


def test_pictures_have_content_ids_or_are_in_the_html() -> None:
    """[MSFT-RTF] pictures: digits, bytes, and the same picture for readers who know less."""
    body = (
        HEAD + b"a{\\*\\shppict" + PICTURE + b"}{\\nonshppict" + PICTURE + b"}{\\object{\\*\\objdata 00}{\\result b}}}"
    )
    found = to_html(body)
    assert '<img src="cid:image001@rtf.body" width="100" height="50" alt="">b' in found.html
    assert [(one.content_id, one.media_type, one.data) for one in found.pictures] == [
        ("image001@rtf.body", "image/png", PIXEL)
    ]
    embedded = to_html(body, embed=True)
    assert f'<img src="data:image/png;base64,{b64encode(PIXEL).decode()}"' in embedded.html
    assert embedded.pictures == ()
    assert to_text(body) == "ab"
    raw = to_html(HEAD + b"{\\pict\\jpegblip\\bin5 {}\\{}}{\\pict\\emfblip 0102}}")
    assert [(one.media_type, one.data) for one in raw.pictures] == [
        ("image/jpeg", b"{}\\{}"),
        ("image/x-emf", b"\1\2"),
    ]


def test_bitmaps_get_the_head_that_files_have() -> None:
    dib = b"\x28\0\0\0" + b"\1\0\0\0" * 2 + b"\1\0\x08\0" + bytes(24) + bytes(1024) + b"\1\0\0\0"
    (picture,) = to_html(HEAD + b"{\\pict\\dibitmap0 " + dib.hex().encode() + b"}}").pictures
    assert picture.media_type == "image/bmp"
    assert picture.data[:2] == b"BM"
    assert int.from_bytes(picture.data[10:14], "little") == 14 + 40 + 1024
    assert picture.data.endswith(dib)


def test_places_of_attachments_are_told() -> None:
    """M-045: `\\objattph` and the letter behind it."""
    rtf = HEAD + rb"{\pntext 1.\tab}see\objattph  here\par and\objattph\'20.}"
    assert to_text(rtf) == "1. see here\r\nand ."
    assert attachment_places(rtf) == (6, 16)
    assert to_html(rtf).html.count('<span class="attachment"') == 2


def test_text_has_signs_of_lists_and_lines() -> None:
    """M-041."""
    assert text(rb"{\pntext\f3\'B7\tab}a\par{\listtext 2.\tab}b\line c\par\par d\par") == "* a\r\n2. b\r\nc\r\n\r\nd"


def test_rtf_that_carries_something_gives_it_back() -> None:
    """[MS-OXRTFEX]."""
    page = "<p>one <a href='http://x'>two</a></p>"
    assert to_html(encapsulate_html(page)).html == page
    assert to_html(encapsulate_html(page)).native
    assert to_text(encapsulate_html(page)) == "one two <http://x>"
    assert to_text(encapsulate_text("a\nb")) == "a\r\nb"
    assert "a &lt;<br>\r\nb" in to_html(encapsulate_text("a <\nb")).html
    assert not to_html(encapsulate_text("a")).native
    assert attachment_places(encapsulate_text("a")) == ()


pieces = st.sampled_from(
    rb"{ } \par \cell \row \nestcell \nestrow \intbl \itap2 \itap9 \b \b0 {\field {\*\fldinst HYPERLINK"
    rb" {\fldrslt \u-10179? \'83 \f2 \uc9 \bin99999 \* \ text {\pict \pngblip 0a {\fonttbl{\f0 {\colortbl; \ansicpg1"
    rb" {\pntext \ls1 \ilvl8 \objattph {\upr{ {\*\ud {\object {\result \cf1 \fs999999 \trowd\cellx9 \clmrg \plain"
    rb"".split(b" ")
)


@given(st.lists(pieces | st.binary(max_size=6), max_size=60).map(b" ".join))
def test_whatever_comes_there_is_text_and_html(body: bytes) -> None:
    found = to_html(HEAD + body).html
    assert found.encode("utf-8")
    assert found.count("<div") == found.count("</div>")
    assert found.count("<table") == found.count("</table>")
    assert found.count("<td") == found.count("</td>")
    assert to_text(HEAD + body).encode("utf-8") is not None
    assert all(place >= 0 for place in attachment_places(HEAD + body))


@pytest.mark.parametrize(
    "part",
    [
        b"{",
        b"{\\*",
        b"\\'83",
        b"\\u1 ",
        b"\\par ",
        b"\\cell ",
        b"\\row ",
        b"\\itap8\\nestcell\\itap0\\par ",
        b"\\field",
        b'{\\field{\\*\\fldinst HYPERLINK "http://y"}{\\fldrslt ',
        b"\\b x\\b0 y",
        b"\\f1 x\\f0 y",
        b"\\objattph  ",
        b"{\\pict\\pngblip 00}",
        b"\\li100\\qc\\sb20 x\\par ",
        b"{\\pntext x}\\ilvl8 x\\par\\ilvl0{\\pntext x} x\\par",
        b"\\clmrg\\cellx1",
        b"{\\upr{\\*\\ud x}}",
        b"\\bin1 x",
        b"{\\listtext x",
        b"{\\fonttbl\\f1 x;",
        b"{\\colortbl;",
    ],
)
def test_hostile_rtf_takes_time_and_space_in_proportion(part: bytes) -> None:
    rtf = HEAD + part * (200_000 // len(part))
    begun = time.thread_time()
    assert len(to_html(rtf).html) < 40 * len(rtf)
    assert len(to_text(rtf)) < 10 * len(rtf)
    assert time.thread_time() - begun < 20


def test_a_long_link_is_not_told_for_every_paragraph() -> None:
    rtf = (
        HEAD
        + b'{\\field{\\*\\fldinst HYPERLINK "http://'
        + b"x" * 2000
        + b'"}{\\fldrslt '
        + b"y\\par " * 20_000
        + b"}}}"
    )
    assert len(to_html(rtf).html) < 40 * len(rtf)
    assert len(to_text(rtf)) < 10 * len(rtf)


@needs_corpus
def test_real_documents_say_what_the_text_beside_them_says() -> None:
    compared = 0
    for name, rtf, beside in rtf_and_text():
        said = beside.replace("\t", " ").split()
        if to_html(rtf).native:
            continue
        assert to_text(rtf).replace("*", "\xb7").split() == [word.replace("*", "\xb7") for word in said], name
        shown = text_of_html(to_html(rtf).html).split()
        assert [word for word in shown if word.isalnum()] == [word for word in said if word.isalnum()], name
        compared += 1
    assert compared >= 15


@needs_corpus
def test_real_html_says_what_the_text_beside_it_says() -> None:
    """[MS-OXRTFEX]: but for hidden words, which some writers take for text, and lines of evaluation copies."""
    beside = re.compile(r"<[^<>\s]*>|\[[^\]]*\]|mailto:\S+|[\xa0*\xb7>\u200b]")
    same = compared = 0
    for _, rtf, said in rtf_and_text():
        if to_html(rtf).native:
            ours, theirs = ([w for w in beside.sub(" ", text).split() if w.isalnum()] for text in (to_text(rtf), said))
            same, compared = same + (ours == theirs), compared + 1
    assert compared > 80
    assert same > 0.8 * compared
