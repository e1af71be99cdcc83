"""HTML taken apart into tags, comments and text, each with where it stands; joined again it is the same text.

    >>> [(token.kind.name, token.name) for token in tokens("<p>a<!--b--></p>")]
    [('OPEN', 'p'), ('TEXT', ''), ('OTHER', ''), ('CLOSE', 'p')]

One walk without a look back: time in proportion to the text, however it is damaged. Entities stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from html import unescape
from typing import Final, NamedTuple


class Kind(Enum):
    """What a piece of HTML is; OTHER is what shows nothing: comments, declarations, instructions."""

    TEXT = 0
    OPEN = 1
    CLOSE = 2
    OTHER = 3


class Token(NamedTuple):
    """A piece of HTML: what it is, the name of a tag in lower case, from where to where, where attributes begin."""

    kind: Kind
    name: str
    start: int
    end: int
    inside: int


RAW: Final = frozenset(("script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"))
"""Elements whose content is text, whatever it looks like."""

VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
"""Elements that have no content."""

LONGEST_ATTRIBUTES: Final = 1 << 16
"""Characters of a tag's attributes that are looked at."""

_NAME = re.compile(r"</?([A-Za-z][^\s/>]{0,63})")
_UP_TO_QUOTE = re.compile(r"[^>\"']*")
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]+)\s*(?:=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
_LONG_NUMBER = re.compile(r"&#(?:0*([0-9]{8,})|[xX]0*([0-9a-fA-F]{7,}));?")
_ZEROS = re.compile(r"&#([xX]?)0{3,}(?=[0-9a-fA-F])")


def tokens(html: str) -> Iterator[Token]:
    """The pieces of `html`, in their order and without gaps."""
    walk = _Walk(html)
    position, end = 0, len(html)
    while position < end:
        if html[position] != "<":
            found = html.find("<", position)
            after = end if found < 0 else found
            yield Token(Kind.TEXT, "", position, after, after)
            position = after
            continue
        token = walk.markup(position)
        yield token
        position = token.end
        if token.kind is Kind.OPEN and token.name in RAW:
            after = walk.raw_end(token.name, position)
            if after > position:
                yield Token(Kind.TEXT, "", position, after, after)
            position = after


def attributes(html: str, token: Token) -> dict[str, str]:
    """The attributes of an opening tag, names in lower case, the first of each name."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(html, token.inside, min(token.end - 1, token.inside + LONGEST_ATTRIBUTES)):
        name, double, single, bare = match.groups()
        value = double if double is not None else single if single is not None else bare
        found.setdefault(name.lower(), plain(value or ""))
    return found


def plain(text: str) -> str:
    """Text with its entities replaced by what they stand for."""
    if "&" not in text:
        return text
    if "&#" in text:
        text = _LONG_NUMBER.sub("\ufffd", _ZEROS.sub(r"&#\1", text))
    return unescape(text)


class _Walk:
    """What is known of the text ahead: what was looked for once and is nowhere, isn't looked for again."""

    def __init__(self, html: str) -> None:
        self.html = html
        self._absent: set[str] = set()
        self._quoted = True

    def markup(self, position: int) -> Token:
        """What begins with the `<` at `position`."""
        html = self.html
        found = _NAME.match(html, position)
        if found is None:
            return self._other(position)
        after = self._tag_end(found.end())
        if after < 0:
            return Token(Kind.TEXT, "", position, position + 1, position + 1)
        kind = Kind.CLOSE if html[position + 1] == "/" else Kind.OPEN
        return Token(kind, found[1].lower(), position, after, found.end())

    def raw_end(self, name: str, position: int) -> int:
        """Where the closing tag of an element with raw text begins; the very end where there is none."""
        if name in self._absent:
            return len(self.html)
        found = re.compile(f"</{name}(?![a-z0-9])", re.IGNORECASE).search(self.html, position)
        if found is None:
            self._absent.add(name)
            return len(self.html)
        return found.start()

    def _other(self, position: int) -> Token:
        """A comment, a declaration, or a `<` that is text."""
        html = self.html
        if html.startswith("<!--", position):
            after = self._find("-->", position + 4)
            if after >= 0:
                return Token(Kind.OTHER, "", position, after + 3, after)
        if html[position + 1 : position + 2] in ("!", "?", "/"):
            after = self._find(">", position)
            if after >= 0:
                return Token(Kind.OTHER, "", position, after + 1, after)
        return Token(Kind.TEXT, "", position, position + 1, position + 1)

    def _tag_end(self, position: int) -> int:
        """Behind the `>` of a tag, -1 where there is none; from the first quote that is open to the end on, quotes mean
        nothing any more.
        """
        html, place = self.html, position
        while self._quoted:
            found = _UP_TO_QUOTE.match(html, place)
            place = len(html) if found is None else found.end()
            if place == len(html):
                break
            if html[place] == ">":
                return place + 1
            closing = self._find(html[place], place + 1)
            if closing < 0:
                break
            place = closing + 1
        self._quoted = False
        after = self._find(">", position)
        return after + 1 if after >= 0 else -1

    def _find(self, what: str, position: int) -> int:
        if what in self._absent:
            return -1
        found = self.html.find(what, position)
        if found < 0:
            self._absent.add(what)
        return found
