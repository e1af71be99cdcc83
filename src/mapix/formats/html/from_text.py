"""Plain text as HTML: lines and blanks kept, addresses made into links, quotes and flowed paragraphs on request.

>>> from_text("See http://example.org/.")
'See <a href="http://example.org/">http://example.org/</a>.'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final

_LINK: Final = re.compile(
    r"(?<![\w@.+/-])(?:(?P<url>(?:https?|ftps?)://[^\s<>\"]{1,4096})|(?P<www>www\.[^\s<>\"]{1,1024})"
    r"|(?P<mail>[A-Za-z0-9.!#$%*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}))",
    re.IGNORECASE,
)
_AFTER: Final = ".,;:!?'\"*_"
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_DEEPEST: Final = 20
_TAB: Final = 8


def from_text(text: str, *, flowed: bool = False, delsp: bool = False) -> str:
    """`text` as a piece of HTML that reads the same: each line a line, no blank lost.

    Parameters: `flowed` joins lines that were only broken to fit and turns `>` into quotes (RFC 3676), `delsp` that
    the blank at the end of such lines goes. Returns HTML without `<html>` around it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    if not flowed:
        return "<br>\r\n".join(map(_line, lines))
    return "".join(_quoted(_paragraphs(lines, delsp=delsp)))


def document(body: str) -> str:
    """A whole HTML document around a piece of HTML."""
    return f"<html><head></head><body>\r\n{body}\r\n</body></html>\r\n"


def _line(line: str) -> str:
    """A line with its links, and with its blanks in a form that is kept."""
    kept = line.expandtabs(_TAB) if "\t" in line else line
    html, done = [], 0
    for found in _LINK.finditer(kept) if "@" in kept or "." in kept else ():
        shown = _trimmed(found.group())
        if found.start() < done or not shown:
            continue
        html.append(_blanks(escape(kept[done : found.start()], quote=False)))
        html.append(f'<a href="{escape(_target(found, shown))}">{escape(shown, quote=False)}</a>')
        done = found.start() + len(shown)
    html.append(_blanks(escape(kept[done:], quote=False)))
    return "".join(html)


def _target(found: re.Match[str], shown: str) -> str:
    if found.lastgroup == "mail":
        return f"mailto:{shown}"
    return f"http://{shown}" if found.lastgroup == "www" else shown


def _trimmed(link: str) -> str:
    """A link without the punctuation behind it; brackets stay where they are paired."""
    while link and (link[-1] in _AFTER or (link[-1] in _PAIRS and link.count(_PAIRS[link[-1]]) < link.count(link[-1]))):
        link = link[:-1]
    return link


def _blanks(text: str) -> str:
    """Of blanks that stand together, and at the beginning, all but the last do not collapse."""
    if text[:1] == " ":
        text = "\xa0" + text[1:]
    if "  " in text:
        text = re.sub(" {2,}", lambda found: "\xa0" * (len(found.group()) - 1) + " ", text)
    return text.replace("\xa0", "&nbsp;")


def _paragraphs(lines: list[str], *, delsp: bool) -> Iterator[tuple[int, str]]:
    """Lines of RFC 3676 joined: how deep they are quoted, and what they say."""
    depth, held = 0, ""
    for line in lines:
        now, said = _taken_apart(line)
        if held and now != depth:
            yield depth, held
            held = ""
        depth = now
        if said.endswith(" ") and said != "-- ":
            held += said[:-1] if delsp else said
            continue
        yield depth, held + said
        held = ""
    if held:
        yield depth, held


def _taken_apart(line: str) -> tuple[int, str]:
    """How deep a line is quoted, and the line, its stuffed blank taken away."""
    depth = len(line) - len(line.lstrip(">"))
    said = line[depth:]
    return min(depth, _DEEPEST), said[1:] if said.startswith(" ") else said


def _quoted(paragraphs: Iterator[tuple[int, str]]) -> Iterator[str]:
    """HTML of paragraphs, with quotes opened and closed between them."""
    now, started = 0, False
    for depth, said in paragraphs:
        if depth != now:
            yield "<blockquote>" * (depth - now) + "</blockquote>" * (now - depth)
        elif started:
            yield "<br>\r\n"
        now, started = depth, True
        yield _line(said)
    yield "</blockquote>" * now
