"""HTML as Markdown."""

import re
import time
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.html import to_text
from mapix.formats.html.to_markdown import to_markdown


def made(html: str) -> str:
    return to_markdown(html, lambda content_id: "m.files/p.png" if content_id == "p" else "")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>A <i>b</i></h1><h6>c</h6>x", "## A *b*||###### c||x"),
        ("<h2><div>H</div></h2><p>p", "### H||p"),
        ("<p>x <b>bold </b>text <b>Note:</b>after <i>i</i><b>b</b>",
         "x **bold** text **Note:**&#8203;after *i*&#8203;**b**"),
        ("<b>a <i>b</i></b> <del>c</del> 2<sup>10</sup>", "**a *b*** ~~c~~ 2<sup>10</sup>"),
        ("<p>a<br>b<br><br>c<p>&nbsp;</p>d", "a  |b||c||d"),
        ("<b>a<br></b>b<i><br>c</i>", "**a**  |b  |*c*"),
        ("<ul><li>one<ul><li>two</ul><li><p>three<p>more</ul>", "- one|  - two|- three||  more"),
        ("<ol start=3><li>a<li>b</ol><p>c", "3. a|4. b||c"),
        ("<ul><li><blockquote>x</ul>y<li>z", "- > x||y||- z"),
        ("<blockquote>q<blockquote>deep</blockquote>back</blockquote>after", "> q||> > deep||> back||after".replace(
            "q||> >", "q|>|> >").replace("deep||> back", "deep|>|> back")),
        ("<pre>code\n  x ``` y</pre><code>a`b</code>", "````|code|  x ``` y|````||``a`b``"),
        ("a<hr>b", "a||---||b"),
        ("<table><tr><th>A<th>B<tr><td>1 | 2<td>x<br>y</table>", "| A | B || --- | --- || 1 \\| 2 | x<br>y |".replace(
            "||", "|\n|")),
        ("<table><tr><td>A<td>B<tr><td colspan=2>x</table>z",
         "|  |  |\n| --- | --- |\n| A | B |\n| x |  |\n\nz"),
        ("<table><tr><td><table><tr><td>lay<td>out</table><td>side</table>", "lay||out||side"),
        ("<a href='http://x/a b(c)'>l</a> <a href='http://y'>http://y</a> <a href='mailto:a@b.c'>a@b.c</a>",
         "[l](http://x/a%20b%28c%29) <http://y> <a@b.c>"),
        ("<a href='javascript:x'>no</a> <a href='/rel'>rel</a> <a href='http://x'><b>b</b> c</a>", "no rel [**b** c](http://x)"),
        ("<img src='cid:p' alt='a]'><a href=http://z><img src=cid:p></a><img src=http://t alt=logo><img src=http://t>",
         "![a\\]](m.files/p.png)[![](m.files/p.png)](http://z)\\[logo\\]"),
        ("<div style='display:none'>no</div><script>x</script><title>t</title>y", "y"),
        ("# h<br>- x<br>1. y<br>===<br>&gt; q<br>    c", "\\# h  |\\- x  |1\\. y  |\\===  |\\> q  |c"),
        ("&lt;b&gt; &amp;amp; a_b _c_ *d* [e] `f` ~~g~~ http://x/a_b",
         "\\<b> &amp;amp; a_b \\_c\\_ \\*d\\* \\[e\\] \\`f\\` "
         "\\~\\~g\\~\\~ http://x/a_b"),
        ("http://x/*a*/_b_, *http://y* <a href='http://z'>http://x/_a_</a>",
         "<http://x/*a*/_b_>, \\*<http://y>\\* [http://x/\\_a\\_](http://z)"),
    ],
)  # fmt: skip
def test_html_becomes_what_it_looks_like(html: str, expected: str) -> None:
    assert made(html) == (expected if "\n" in expected else expected.replace("|", "\n"))


TEXT = st.lists(st.sampled_from(["http://a/", "&copy;", *"ab1@ \n*_`#>-+=~<>&;![]()\\|.:é"]), max_size=40).map("".join)


@given(TEXT, st.sampled_from(["p", "h2", "li", "blockquote", "b", "i"]))
def test_text_is_no_markup_whatever_is_in_it(text: str, name: str) -> None:
    """A reader of CommonMark shows the same words, also behind a line break."""
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable(["table", "strikethrough"])
    html = f"<{name}>{escape(text).replace(chr(10), ' ' if name == 'h2' else '<br>')}</{name}>"
    shown = parser.render(to_markdown(html))
    assert _words(shown) == _words(html), to_markdown(html)


def _words(html: str) -> list[str]:
    return re.sub(r"^[>* ]+|\u200b", "", to_text(html), flags=re.MULTILINE).split()


@pytest.mark.parametrize(
    "piece",
    ["<b>", "<ul><li>x", "<blockquote>x", "<table><tr><td>x<td>y<tr>", "<a href='http://x'>x", "*", "<pre>`", "<br>x",
     "<div hidden>", "<h1>x", "<td colspan=999>x", "<i>a</i><b>b</b>", "http://x", "&#42;"],
)  # fmt: skip
def test_hostile_html_takes_time_as_it_is_long(piece: str) -> None:
    """Ten times as much takes no more than some thirty times as long, whatever is nested."""
    times = []
    for count in (300, 3_000):
        begun = time.process_time()
        made(piece * count)
        times.append(time.process_time() - begun)
    assert times[1] < 30 * times[0] + 0.3
    assert len(made(piece * 3_000)) < 200 * len(piece) * 3_000
