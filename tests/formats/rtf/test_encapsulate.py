"""HTML and text put into RTF, and taken out again as they were."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.rtf import compress, de_encapsulate, decompress, encapsulate_html, encapsulate_text, to_text


def html_again(html: str) -> str | None:
    found = de_encapsulate(decompress(compress(encapsulate_html(html))).value)
    assert found is not None
    return found.html


PAGE = """<!DOCTYPE html>\r\n<html>\n<head>\n<title>T &amp; x</title><style>p {margin:0}</style></head>
<body class="x{}"><p>Hi <b>you</b> &amp; me &nbsp; \u2211 \U0001f600 \\ {x} \xe4\t\u2022<br>
next<ul><li>one</li> <li>two</ul><table><tr><td>a</td><td>b</td></tr></table>
<a href="http://x/?a=1&amp;b=\\">link</a><!-- c {} --><pre>a\n b</pre>\x00\x01 x < y &foo &#9; \x85\xad
</body></html>\n"""


def test_a_page_comes_back_as_it_was() -> None:
    """[MS-OXRTFEX] 2.1.3.1, 2.2.2."""
    assert html_again(PAGE) == PAGE


def test_readers_of_rtf_see_words_with_their_looks() -> None:
    """[MS-OXRTFEX] 2.2.2."""
    rtf = encapsulate_html("<p>Hi <b>you</b> &amp; me<ul><li>x</ul><a href='http://y'>z</a>")
    assert rtf.startswith(b"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 ")
    assert b"Hi {\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 you\\htmlrtf }\\htmlrtf0 {\\*\\htmltag92 </b>}" in rtf
    assert b"{\\*\\htmltag84 &amp;}\\htmlrtf &\\htmlrtf0 " in rtf
    assert b"\\htmlrtf \\bullet\\tab \\htmlrtf0 x" in rtf
    assert b'{\\field{\\*\\fldinst{HYPERLINK "http://y"}}{\\fldrslt\\cf1\\ul \\htmlrtf0 z' in rtf


def test_text_comes_back_with_whole_ends_of_lines() -> None:
    """[MS-OXRTFEX] 2.2.2."""
    rtf = encapsulate_text("a\nb\r\nc{}\\ \t\xe4 \u2211")
    assert b"\\fromtext" in rtf
    found = de_encapsulate(rtf)
    assert found is not None
    assert found.text == "a\r\nb\r\nc{}\\ \t\xe4 \u2211" == to_text(rtf)


pieces = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<html>",
        "<head>",
        "</head>",
        "<body>",
        "</body>",
        "</html>",
        " ",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "&amp;",
        "&",
        "<",
        ">",
        "<!--",
        "-->",
        "<style>",
        "</style>",
        "{",
        "}",
        "\\",
        "<a href='x'>",
        "'",
        "<pre>",
        "</pre>",
        "<li>",
        "<td>",
        "</td>",
        "\\u",
        "<title>",
        "</title>",
        "\\'e4",
        "\\par ",
        "\\htmlrtf ",
        "<blockquote>",
    ]
)
texts = st.lists(pieces | st.text(st.characters(codec="utf-8"), max_size=4), max_size=40).map("".join)


@given(texts)
def test_any_html_comes_back_as_it_was(html: str) -> None:
    assert html_again(html) == html


@given(texts)
def test_braces_are_paired_whatever_the_html(html: str) -> None:
    rtf = encapsulate_html(html).replace(b"\\\\", b"").replace(b"\\{", b"").replace(b"\\}", b"")
    depth = 0
    for byte in rtf:
        depth += (byte == ord("{")) - (byte == ord("}"))
        assert depth > 0 or byte == ord("}")
    assert depth == 0


@given(texts)
def test_any_text_comes_back(text: str) -> None:
    found = de_encapsulate(encapsulate_text(text))
    assert found is not None
    assert found.text == text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


@pytest.mark.parametrize("part", ["<b>", "<a href=x>", "&", "<p>", "\\", "\u2211", "<b></b>", "\n", "<"])
def test_hostile_html_is_written_in_proportion(part: str) -> None:
    html = part * (300_000 // len(part))
    begun = time.thread_time()
    rtf = encapsulate_html(html)
    assert time.thread_time() - begun < 20
    assert len(rtf) < 50 * len(html) + 1000
