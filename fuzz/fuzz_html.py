"""Coverage-guided fuzzing of HTML: `python fuzz/fuzz_html.py -max_total_time=300`.

Whatever comes in, text comes out that is not longer than it may be; the tokens are all of the text; what goes into RTF
comes out as it was. Needs atheris; `make fuzz` runs it.
"""

from __future__ import annotations

from typing import Final

from running import instrumented, run

with instrumented():
    from mapix.formats.html import from_text, to_text
    from mapix.formats.html.tokens import tokens
    from mapix.formats.rtf import de_encapsulate, encapsulate_html, encapsulate_text

MOST: Final = 100_000


def one_input(data: bytes) -> None:
    """Read one input as HTML and as text."""
    if 1 < len(data) < MOST:
        judge(data[1:])


def judge(data: bytes) -> None:
    """Text comes out, and of RTF the same HTML."""
    html = data.decode("utf-8", "replace")
    words = to_text(html)
    assert len(words) <= 60 * len(html) + 100, "more text than there can be"
    place = 0
    for token in tokens(html):
        assert token.start == place < token.end, "the tokens are not all there is"
        place = token.end
    assert place == len(html)
    found = de_encapsulate(encapsulate_html(html))
    assert found is not None
    assert found.html == html, "the HTML in the RTF is another one"
    carried = de_encapsulate(encapsulate_text(html))
    assert carried is not None
    assert carried.text == "\r\n".join(html.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    for flowed in (False, True):
        assert "<" not in to_text(from_text(html.replace("<", ""), flowed=flowed)) or "." in html or "@" in html


def seeds() -> list[bytes]:
    """A little of everything."""
    bodies = [
        "<!DOCTYPE html><html><head><title>t</title><style>p{}</style></head><body class='x'>y</body></html>",
        "<p>a<br>b&nbsp;&amp;&#65;&#x41;<ul><li>c<ol start=3><li>d</ol></ul><hr><pre> e\n f</pre>",
        "<table><tr><td>a<th>b</td></tr></table><blockquote>c<blockquote>d</blockquote></blockquote><dl><dt>e<dd>f</dl>",
        "<a href='http://x/?a=1&amp;b'>y</a><a href=mailto:a@b.c>a@b.c</a><img alt='z'><q>w</q>",
        "<div hidden>a</div><p style='display:none'>b<p>c<!-- d --><![if x]>e<script>f</script><b>g</b><i>h",
        "http://x.y/z). www.x.de, ann@example.org\n> quoted \n> more\n\ttab  blanks\u00e4\u2211\U0001f600",
    ]
    return [b"\0" + body.encode() for body in bodies]


if __name__ == "__main__":
    run("html", one_input, seeds())
