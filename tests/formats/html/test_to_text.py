"""HTML read as plain text, and plain text made into HTML."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.html import document, from_text, to_text
from mapix.formats.html.tokens import tokens


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one|" + "|two"),
        ("<div>a<br></div><div>b</div><div><br></div><div>c<br><br>d</div>", "a|b||c||d"),
        ("one\n  two\t three&nbsp;&nbsp;four", "one two three  four"),
        ("<b>bold</b> and<i> it </i>al", "bold and it al"),
        ("<pre>a  b\n  c</pre>x", "a  b|  c||x"),
        ("a &lt; b &amp; c &#x41;&#65; &#99999999999999; &#0000000066;", "a < b & c AA \ufffd B"),
        ("x < y and <3 &", "x < y and <3 &"),
        ("<p>one</p><hr><p>two</p>", f"one||{'-' * 40}||two"),
        ("say <q>yes</q>", "say \u201cyes\u201d"),
        ("soft&shy;hyphen\0", "softhyphen"),
    ],
)
def test_words_stand_as_they_are_read(html: str, text: str) -> None:
    """M-048, [MS-OXBBODY]."""
    assert to_text(html) == text.replace("|", "\r\n")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("x<ul><li>one<li>two<ol><li>a</li><li>b</li></ol></ul>y", "x||* one|* two|  1.  a|  2.  b||y"),
        ("<ol start=9><li><p>nine</p><p>more</p><li>ten</ol>", "9.  nine||    more||10. ten"),
        ("<li>loose", "* loose"),
        ("<dl><dt>t<dd>d</dl>", "t|    d"),
        ("<table><tr><td><p>A</p></td><td><p>B</p></td></tr><tr><td>1<td>2</table>x", "A\tB|1\t2||x"),
        ("<table><tr><td></td><td>x</td><td>y</td></tr></table>", "x\ty"),
        ("<table><tr><td><table><tr><td>a<td>b</table></td><td>c</td></tr><tr><td>d</table>", "a\tb||c|d"),
        ("<blockquote>a<br>b<blockquote><p>c</p></blockquote>d</blockquote>e", "> a|> b|>|>> c|>|> d||e"),
    ],
)
def test_lists_tables_and_quotes_have_a_form_in_text(html: str, text: str) -> None:
    """M-048."""
    assert to_text(html) == text.replace("|", "\r\n")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href='https://x.y/?a=1&amp;b'>here</a>.", "here <https://x.y/?a=1&b>."),
        ("<a href=http://x.y>http://x.y/</a>", "http://x.y/"),
        ("<a href='http://x.y'>x.y</a>", "x.y"),
        ("<a href='mailto:ann@example.org?subject=x'>Ann</a>", "Ann <ann@example.org>"),
        ("<a href='mailto:ann@example.org'>ann@example.org</a>", "ann@example.org"),
        ("<a href='#top'>up</a> <a href='javascript:x()'>run</a> <a name=n>here</a>", "up run here"),
        ("<a href=http://z><img alt=' a  logo '></a><img src=x>", "[a logo] <http://z>"),
        ("<a href=http://z><img src=x></a>", "<http://z>"),
        ("<a href=http://z>open <a href=http://y>again", "open <http://z> again <http://y>"),
    ],
)
def test_links_say_where_they_lead(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<html><head><title>T</title><style>p{}</style></head><body>shown</body></html>",
        "<head><meta charset=x><body>shown",
        "<script>if (a<b) '</p>'</script>shown<!-- no --><!DOCTYPE x><?xml no?>",
        "<p style='display:none'>no<p>shown",
        "<div hidden><div>no</div>no</div>shown<span style='DISPLAY : none'>no</span>",
        "<!--[if mso]><p>no</p><![endif]--><![if !mso]>shown<![endif]>",
        "shown<br hidden><input type=hidden value=no><svg><text>no</text></svg><select><option>no</select>",
    ],
)
def test_what_is_hidden_stays_hidden(html: str) -> None:
    assert to_text(html) == "shown"


pieces = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<a href='",
        "'",
        '"',
        ">",
        "<",
        "<!--",
        "-->",
        "<style>",
        "</style>",
        "&",
        "&#",
        "99999999;",
        "<ul>",
        "</ul>",
        "<li>",
        "<td>",
        "<table>",
        "</table>",
        "<blockquote>",
        "</blockquote>",
        "<pre>",
        "\n",
        " ",
        "x",
        "</",
    ]
)


@given(st.lists(pieces | st.text(max_size=5), max_size=50).map("".join))
def test_any_html_is_text_and_its_tokens_are_all_of_it(html: str) -> None:
    assert "\0" not in to_text(html)
    place = 0
    for token in tokens(html):
        assert token.start == place < token.end
        place = token.end
    assert place == len(html)


@pytest.mark.parametrize(
    "part",
    [
        '<a ">" ',
        "<",
        "<!--",
        "<div>",
        "<blockquote>",
        "<ul><li>",
        "&#",
        "<a href='",
        '<p style="display:none">',
        "<table>",
        "<script>",
        "<a href=x>",
        "<table><tr><td>",
        "<![CDATA[",
        "<a b ",
        "</",
        "<td>",
        "&amp",
        "<p ",
        "' ",
    ],
)
def test_hostile_html_takes_time_in_proportion(part: str) -> None:
    html = part * (300_000 // len(part))
    begun = time.thread_time()
    assert len(to_text(html)) <= len(html)
    assert time.thread_time() - begun < 20


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb\r\n\rc", "a<br>\r\nb<br>\r\n<br>\r\nc"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("  two  blanks\tx", "&nbsp; two&nbsp; blanks&nbsp;&nbsp; x"),
        ("(http://x.y/a(b)).", '(<a href="http://x.y/a(b)">http://x.y/a(b)</a>).'),
        ("www.x.de,", '<a href="http://www.x.de">www.x.de</a>,'),
        ("<ann@x.org>", '&lt;<a href="mailto:ann@x.org">ann@x.org</a>&gt;'),
        ('http://x.y/?a=1&b="c"', '<a href="http://x.y/?a=1&amp;b=">http://x.y/?a=1&amp;b=</a>"c"'),
        ("nobody@localhost, a@b, x.y", "nobody@localhost, a@b, x.y"),
    ],
)
def test_text_becomes_html_that_reads_the_same(text: str, html: str) -> None:
    """M-044."""
    assert from_text(text) == html
    assert document(html).startswith("<html>")


def test_flowed_text_becomes_paragraphs_and_quotes() -> None:
    """RFC 3676."""
    flowed = from_text("one \ntwo\n stuffed\n> q \n> r\n>> s\n-- \nme", flowed=True)
    assert flowed == ("one two<br>\r\nstuffed<blockquote>q r<blockquote>s</blockquote></blockquote>-- <br>\r\nme")
    assert from_text("one \ntwo", flowed=True, delsp=True) == "onetwo"


lines = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\t\0\f\xa0\xad\x0b\x1c\x1d\x1e\x85\u2028\u2029"), max_size=20
)


@given(st.lists(lines, max_size=6))
def test_what_was_made_of_text_reads_as_that_text(parts: list[str]) -> None:
    text = "\r\n".join(parts)
    said = "\r\n".join(part.rstrip(" ") for part in parts).strip("\r\n")
    read = to_text(from_text(text))
    assert [line.rstrip() for line in read.split("\r\n")] == [line.rstrip() for line in said.split("\r\n")]


@pytest.mark.parametrize("part", ["a", "a@", "www.", "http://", ")", "a.", "> ", " ", "http://x)" + ")" * 4000, "x@y."])
def test_hostile_text_takes_time_in_proportion(part: str) -> None:
    text = part * (500_000 // len(part))
    begun = time.thread_time()
    from_text(text)
    from_text(text, flowed=True)
    assert time.thread_time() - begun < 20
