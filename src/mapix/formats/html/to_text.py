"""HTML as plain text: paragraphs, lists, tables, quotes, links, preformatted text; what is hidden stays hidden.

    >>> to_text("<p>See <a href='https://example.org/'>here</a>:<ul><li>one<li>two</ul>")
    'See here <https://example.org/>:\\r\\n\\r\\n* one\\r\\n* two'

One walk over the tokens with small stacks beside; nothing calls itself, whatever is nested.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mapix.formats.html.hidden import APART, BLOCKS, Shown
from mapix.formats.html.lines import Lines
from mapix.formats.html.tokens import Kind, Token, attributes, plain, tokens

RULE: Final = "-" * 40
LONGEST_LINK: Final = 8192
_SHOWN_LINK = re.compile(r"(?:https?|ftps?|file)://", re.IGNORECASE)
_MOST_LISTS: Final = 1000


def to_text(html: str) -> str:
    """The words of `html` as they would be read, lines ended by CR LF (the plain text of [MS-OXBBODY])."""
    return _Walk(html).text()


@dataclass(slots=True)
class _List:
    """A list that is open: the number of its next item, None for bullets; how wide its signs are."""

    number: int | None
    width: int = 2


@dataclass(slots=True)
class _Walk:
    html: str
    lines: Lines = field(default_factory=Lines)
    lists: list[_List] = field(default_factory=list)
    link: tuple[str, tuple[int, int]] | None = None
    cells: list[int] = field(default_factory=list)

    def text(self) -> str:
        shown = Shown(self.html)
        for token in tokens(self.html):
            if not shown(token):
                continue
            if token.kind is Kind.TEXT:
                self.lines.words(plain(self.html[token.start : token.end]))
            elif token.kind is Kind.OPEN:
                self._open(token)
            elif token.kind is Kind.CLOSE:
                self._close(token.name)
        self._end_link()
        return self.lines.text()

    def _open(self, token: Token) -> None:
        name = token.name
        if name in APART:
            self._block(apart=name not in ("ul", "ol") or not self.lists)
        elif name in BLOCKS:
            self._block(apart=False)
        action = _OPEN.get(name)
        if action is not None:
            action(self, token)

    def _close(self, name: str) -> None:
        action = _CLOSE.get(name)
        if action is not None:
            action(self)
        if name in APART:
            self.lines.block(apart=name not in ("ul", "ol") or not self.lists)
        elif name in BLOCKS or name == "li":
            self.lines.block()

    def _block(self, *, apart: bool) -> None:
        if not self.lines.in_cell:
            self.lines.block(apart)

    def _br(self, token: Token) -> None:
        self.lines.line_break()

    def _hr(self, token: Token) -> None:
        self.lines.sign(RULE)
        self.lines.block(apart=True)

    def _img(self, token: Token) -> None:
        alt = " ".join(attributes(self.html, token).get("alt", "").split())
        if alt:
            self.lines.words(f"[{alt}]")

    def _a(self, token: Token) -> None:
        self._end_link()
        href = attributes(self.html, token).get("href", "").strip()
        if href and len(href) <= LONGEST_LINK:
            self.link = href, self.lines.mark()

    def _end_link(self) -> None:
        """Tell where a link leads, unless its text says so."""
        if self.link is None:
            return
        (href, mark), self.link = self.link, None
        shown = self.lines.since(mark)
        target = href[7:].partition("?")[0] if href[:7].lower() == "mailto:" else href
        if target is href and not _SHOWN_LINK.match(href):
            return
        if shown is not None and _same(shown, target):
            return
        self.lines.sign(f" <{target}>" if shown != "" else f"<{target}>")

    def _ul(self, token: Token) -> None:
        self._list(_List(None))

    def _ol(self, token: Token) -> None:
        start = attributes(self.html, token).get("start", "1")
        self._list(_List(int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1, 4))

    def _list(self, new: _List) -> None:
        if len(self.lists) < _MOST_LISTS:
            self.lists.append(new)
            self.lines.indent(new.width)

    def _end_list(self) -> None:
        if self.lists:
            self.lines.indent(-self.lists.pop().width)

    def _li(self, token: Token) -> None:
        if not self.lists:
            self.lines.item("* ", 2)
            return
        current = self.lists[-1]
        if current.number is None:
            self.lines.item("* ", current.width)
        else:
            self.lines.item(f"{current.number}. ", current.width)
            current.number += 1

    def _quote(self, token: Token) -> None:
        self.lines.quote(1)

    def _end_quote(self) -> None:
        if self.lines.quotes:
            self.lines.quote(-1)

    def _pre(self, token: Token) -> None:
        self.lines.pre += 1

    def _end_pre(self) -> None:
        self.lines.pre = max(self.lines.pre - 1, 0)

    def _tr(self, token: Token) -> None:
        self._end_tr()
        if self.cells:
            self.cells[-1] = 0

    def _end_tr(self) -> None:
        if self.cells and self.cells[-1]:
            self.lines.row()

    def _td(self, token: Token) -> None:
        if self.cells and self.cells[-1]:
            self.lines.cell()
        elif self.cells:
            self.cells[-1] = 1

    def _table(self, token: Token) -> None:
        self.cells.append(0)

    def _end_table(self) -> None:
        self._end_tr()
        if self.cells:
            self.cells.pop()

    def _q(self, token: Token) -> None:
        self.lines.words("\u201c")

    def _end_q(self) -> None:
        self.lines.sign("\u201d")

    def _dd(self, token: Token) -> None:
        self.lines.item("", 4)


def _same(shown: str, target: str) -> bool:
    """Whether the text of a link is its target."""
    words = [_SHOWN_LINK.sub("", each).rstrip("/").lower() for each in (shown, plain(target))]
    return words[0] == words[1]


_OPEN: Final[dict[str, Callable[[_Walk, Token], None]]] = {
    "a": _Walk._a,
    "blockquote": _Walk._quote,
    "br": _Walk._br,
    "dd": _Walk._dd,
    "hr": _Walk._hr,
    "img": _Walk._img,
    "li": _Walk._li,
    "listing": _Walk._pre,
    "ol": _Walk._ol,
    "pre": _Walk._pre,
    "q": _Walk._q,
    "table": _Walk._table,
    "td": _Walk._td,
    "th": _Walk._td,
    "tr": _Walk._tr,
    "ul": _Walk._ul,
    "xmp": _Walk._pre,
}
_CLOSE: Final[dict[str, Callable[[_Walk], None]]] = {
    "a": _Walk._end_link,
    "blockquote": _Walk._end_quote,
    "listing": _Walk._end_pre,
    "ol": _Walk._end_list,
    "pre": _Walk._end_pre,
    "q": _Walk._end_q,
    "table": _Walk._end_table,
    "tr": _Walk._end_tr,
    "ul": _Walk._end_list,
    "xmp": _Walk._end_pre,
}
