"""HTML as Markdown (CommonMark, with tables and strikethrough): headings, emphasis, links, lists, tables, quotes, code.

    >>> to_markdown("<h1>News</h1><p>See <a href='https://example.org/'><b>this</b></a>:<ul><li>one<li>2 * 3</ul>")
    '## News\\n\\nSee [**this**](https://example.org/):\\n\\n- one\\n- 2 \\\\* 3'

Headings stand one level below that of the message. Pictures are links to where they are, if they are anywhere near;
nothing is loaded from the web. One walk with small stacks beside; nothing calls itself, whatever is nested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mapix.formats.html.hidden import APART, BLOCKS, Shown
from mapix.formats.html.markdown_blocks import Blocks, Container, fenced, table
from mapix.formats.html.markdown_text import Inline, Style, escaped, heading, target_of
from mapix.formats.html.tables import data_tables
from mapix.formats.html.tokens import Kind, Token, attributes, plain, tokens

_BOLD: Final = ("b", "strong")
_ITALIC: Final = ("i", "em", "cite", "dfn", "var")
_STRIKE: Final = ("s", "strike", "del")
_CODE: Final = ("code", "tt", "kbd", "samp")
_KEPT: Final = ("sup", "sub")
_LOOKS: Final = {name: kind for kind, names in enumerate((_BOLD, _ITALIC, _STRIKE, _CODE)) for name in names}
_PRE: Final = ("pre", "listing", "xmp")
_HEADINGS: Final = {f"h{number}": min(number + 1, 6) for number in range(1, 7)}
_MOST_SPAN: Final = 20


def to_markdown(html: str, pictures: Callable[[str], str] = lambda content_id: "") -> str:
    """`html` as Markdown, lines ended by LF. `pictures` tells where the picture of a content id is, "" for nowhere."""
    return _Walk(html, pictures).markdown()


@dataclass(slots=True)
class _Nested:
    """A quote or a list that is open: the number of the next item, None for signs; whether an item is open."""

    number: int | None = None
    quote: bool = False
    within: bool = False


class _Walk:
    def __init__(self, html: str, pictures: Callable[[str], str]) -> None:
        self.html = html
        self._pictures = pictures
        self._blocks = Blocks()
        self._inline = Inline()
        self._looks = [0, 0, 0, 0]
        self._link = ""
        self._heading = 0
        self._nested: list[_Nested] = []
        self._pre: list[str] | None = None
        self._data = data_tables(html)
        self._tables: list[bool] = []
        self._rows: list[list[str]] = []
        self._headed = self._in_cell = False
        self._span = 1

    def markdown(self) -> str:
        shown = Shown(self.html)
        for token in tokens(self.html):
            if not shown(token):
                continue
            if token.kind is Kind.TEXT:
                self._text(self.html[token.start : token.end])
            elif token.kind is Kind.OPEN:
                self._open(token)
            elif token.kind is Kind.CLOSE:
                self._close(token.name)
        self._end_pre()
        self._end_block()
        while self._tables:
            self._end_table()
        return self._blocks.text()

    @property
    def _style(self) -> Style:
        bold, italic, strike, code = (count > 0 for count in self._looks)
        return Style(bold and not self._heading, italic, strike, code, self._link)

    def _text(self, source: str) -> None:
        text = plain(source)
        if self._pre is not None:
            self._pre.append(text)
        else:
            self._inline.text(text, self._style)

    def _open(self, token: Token) -> None:
        name = token.name
        if self._pre is not None:
            if name == "br":
                self._pre.append("\n")
            return
        if name in _LOOKS:
            self._looks[_LOOKS[name]] += 1
        elif name in _KEPT:
            self._inline.markup(f"<{name}>", self._style)
        elif name in ACTIONS:
            ACTIONS[name](self, token)
        elif name in BLOCKS or name in APART:
            self._end_block()
            self._heading = _HEADINGS.get(name, self._heading)

    def _close(self, name: str) -> None:
        if self._pre is not None:
            if name in _PRE:
                self._end_pre()
        elif name in _LOOKS:
            self._looks[_LOOKS[name]] = max(self._looks[_LOOKS[name]] - 1, 0)
        elif name in _KEPT:
            self._inline.markup(f"</{name}>", self._style)
        elif name == "a":
            self._link = ""
        elif name in ENDS:
            ENDS[name](self)
        elif name in BLOCKS or name in APART or name == "li":
            self._end_block()
            self._heading = 0 if name in _HEADINGS else self._heading

    def _end_block(self) -> None:
        """A paragraph ends; in a cell of a table a line."""
        if self._in_cell:
            if not self._inline.at_break:
                self._inline.line_break()
            return
        if not self._inline:
            self._inline = Inline()
        elif self._heading:
            self._blocks.add([heading(self._heading, self._inline.cell().replace("<br>", " "))])
        else:
            self._blocks.add(self._inline.lines())

    def _br(self, token: Token) -> None:
        if self._inline.at_break:
            self._end_block()
        else:
            self._inline.line_break()

    def _hr(self, token: Token) -> None:
        self._end_block()
        if not self._in_cell:
            self._blocks.add(["---"])

    def _a(self, token: Token) -> None:
        self._link = target_of(attributes(self.html, token).get("href", ""))

    def _img(self, token: Token) -> None:
        found = attributes(self.html, token)
        source = found.get("src", "").strip()
        alt = " ".join(found.get("alt", "").split())
        path = self._pictures(source[4:]) if source[:4].lower() == "cid:" else ""
        if path:
            self._inline.markup(f"![{escaped(alt)}]({path})", self._style)
        elif alt:
            self._inline.text(f"[{alt}]", self._style)

    def _begin_pre(self, token: Token) -> None:
        self._end_block()
        self._pre = []

    def _end_pre(self) -> None:
        text, self._pre = "".join(self._pre or ()), None
        if not text.strip():
            return
        if self._in_cell:
            self._inline.text(text, self._style)
        else:
            self._blocks.add(fenced(text))

    def _quote(self, token: Token) -> None:
        self._end_block()
        self._blocks.enter(Container("> ", "> "))
        self._nested.append(_Nested(quote=True, within=True))

    def _end_quote(self) -> None:
        self._end_block()
        self._end_nested(quote=True)

    def _list(self, token: Token) -> None:
        self._end_block()
        start = attributes(self.html, token).get("start", "1")
        number = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1
        self._nested.append(_Nested(number if token.name == "ol" else None))

    def _end_list(self) -> None:
        self._end_block()
        self._end_nested(quote=False)

    def _end_nested(self, *, quote: bool) -> None:
        """The innermost quote or list ends, and what was not closed in it."""
        if any(each.quote == quote for each in self._nested):
            while True:
                one = self._nested.pop()
                if one.within:
                    self._blocks.leave()
                if one.quote == quote:
                    return

    def _li(self, token: Token) -> None:
        self._end_block()
        if not self._nested or self._nested[-1].quote:
            self._nested.append(_Nested())
        current = self._nested[-1]
        if current.within:
            self._blocks.leave()
        nested = any(not each.quote for each in self._nested[:-1])
        marker = "- " if current.number is None else f"{current.number}. "
        self._blocks.enter(Container(marker, " " * len(marker), tight=current.within or nested))
        current.number = None if current.number is None else current.number + 1
        current.within = True

    def _table(self, token: Token) -> None:
        self._end_block()
        self._tables.append(token.start in self._data)
        if self._tables[-1]:
            self._rows, self._headed = [], False

    def _end_table(self) -> None:
        self._end_cell()
        self._end_block()
        if self._tables and self._tables.pop() and any(map(any, self._rows)):
            self._blocks.add(table([row for row in self._rows if row], headed=self._headed))

    def _tr(self, token: Token) -> None:
        self._end_cell()
        self._end_block()
        if self._tables and self._tables[-1]:
            self._rows.append([])

    def _td(self, token: Token) -> None:
        self._end_cell()
        self._end_block()
        if self._tables and self._tables[-1] and self._rows:
            span = attributes(self.html, token).get("colspan", "1")
            more = int(span) - 1 if span.isascii() and span.isdigit() and len(span) < 4 else 0
            self._headed = self._headed or (token.name == "th" and len(self._rows) == 1)
            self._rows[-1] += [""] * (1 + min(max(more, 0), _MOST_SPAN))
            self._span = 1 + min(max(more, 0), _MOST_SPAN)
            self._in_cell = True

    def _end_cell(self) -> None:
        if self._in_cell:
            self._in_cell = False
            self._rows[-1][-self._span] = self._inline.cell()


ACTIONS: Final[dict[str, Callable[[_Walk, Token], None]]] = {
    **dict.fromkeys(_PRE, _Walk._begin_pre),
    "a": _Walk._a,
    "blockquote": _Walk._quote,
    "br": _Walk._br,
    "hr": _Walk._hr,
    "img": _Walk._img,
    "li": _Walk._li,
    "ol": _Walk._list,
    "table": _Walk._table,
    "td": _Walk._td,
    "th": _Walk._td,
    "tr": _Walk._tr,
    "ul": _Walk._list,
}
"""What opening tags do; what they do not name only ends a paragraph, or nothing."""

ENDS: Final[dict[str, Callable[[_Walk], None]]] = {
    "blockquote": _Walk._end_quote,
    "ol": _Walk._end_list,
    "table": _Walk._end_table,
    "td": _Walk._end_cell,
    "th": _Walk._end_cell,
    "tr": _Walk._end_cell,
    "ul": _Walk._end_list,
}
